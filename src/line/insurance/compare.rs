//! What the insurance line tells of payers, for what a bank says: see [`crate::line::compare`].

use anyhow::Result;
use serde_json::Value as Json;

use super::entity::Insurance;
use super::words::{MandateState, Method};
use super::{MANDATE, again, payer, premium};
use crate::line::compare::known::{By, Due, Mandate, Named, Payer, View};
use crate::line::work::load;
use crate::line::{Context, Store};

/// The line's view. What came for an insurance is kept by period: a payment cannot be found again by a bank's numbers.
pub(super) const VIEW: View = View {
    payers,
    moved: |_, _, _, _| Ok(None),
    told: again::is_told,
};

fn payers(named: &Named<'_>, store: &mut dyn Store, context: &Context<'_>) -> Result<Vec<Payer>> {
    if named.by == By::Reference {
        return Ok(Vec::new());
    }
    let mut found = match named.by {
        By::Mandate => of_mandate(store, named.number)?,
        By::Payer | By::Reference => Vec::new(),
    };
    if found.is_empty() {
        found = payer::holders(store, named.number)?;
    }
    let until = named.until.unwrap_or(context.today);
    let told = |(entity, insurance): payer::Numbered| {
        let text = |name: &str| -> Option<Box<str>> {
            let value = insurance.collection.get(name).and_then(Json::as_str);
            value.map(Box::from)
        };
        let unpaid = premium::unpaid(&insurance, until).into_iter();
        let unpaid = unpaid.map(|amount| Due {
            amount,
            date: None,
            ordered: false,
        });
        let ordered = insurance.ordered.iter().filter(|one| !one.failed);
        let ordered = ordered.map(|one| Due {
            amount: one.order.amount,
            date: Some(one.order.day),
            ordered: true,
        });
        Payer {
            entity,
            state: insurance.state.as_str().into(),
            currency: insurance.currency,
            open: insurance.is_open(),
            by_debit: insurance.method().map(|method| method == Method::Autogiro),
            mandate: Mandate {
                status: insurance
                    .mandate
                    .as_ref()
                    .map(|mandate| status(mandate.state)),
                clearing: text("collection_clearing"),
                account: text("collection_account"),
                iban: text("collection_iban"),
                identity_no: text("collection_payer_identity_no"),
                mandate_ref: text("collection_mandate_ref"),
            },
            dues: ordered.chain(unpaid).collect(),
        }
    };
    Ok(found.into_iter().map(told).collect())
}

/// The insurance whose mandate has this reference now.
fn of_mandate(store: &mut dyn Store, reference: &str) -> Result<Vec<payer::Numbered>> {
    let Some(key) = store.find_by(MANDATE, reference)? else {
        return Ok(Vec::new());
    };
    let mut found = Vec::new();
    if let Some(insurance) = load::<Insurance>(store, &key)? {
        let own = insurance.collection.get("collection_mandate_ref");
        if own.and_then(Json::as_str) == Some(reference) {
            found.push((key.into(), Box::new(insurance)));
        }
    }
    Ok(found)
}

/// How a mandate stands, in the words that registers have for it.
const fn status(state: MandateState) -> &'static str {
    match state {
        MandateState::Requested | MandateState::Sent => "pending",
        MandateState::Confirmed => "approved",
        MandateState::Cancelled => "cancelled",
    }
}
