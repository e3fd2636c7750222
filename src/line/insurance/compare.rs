//! What the insurance line tells of payers, for what a bank says: see [`crate::line::compare`].

use anyhow::Result;
use serde_json::Value as Json;

use super::entity::Insurance;
use super::premium;
use super::words::{Method, State};
use crate::line::compare::known::{By, Due, Mandate, Named, Payer, View};
use crate::line::work::load;
use crate::line::{Context, Store};

/// The line's view. What came for an insurance is kept by period: a payment cannot be found again by a bank's numbers.
pub(super) const VIEW: View = View {
    payers,
    moved: |_, _, _, _| Ok(None),
};

fn payers(named: &Named<'_>, store: &mut dyn Store, context: &Context<'_>) -> Result<Vec<Payer>> {
    if named.by == By::Reference {
        return Ok(Vec::new());
    }
    let found = load::<Insurance>(store, named.number)?;
    let until = named.until.unwrap_or(context.today);
    let told = |insurance: Insurance| {
        let text = |name: &str| -> Option<Box<str>> {
            let value = insurance.collection.get(name).and_then(Json::as_str);
            value.map(Box::from)
        };
        let unpaid = premium::unpaid(&insurance, until).into_iter();
        Payer {
            entity: named.number.into(),
            state: insurance.state.as_str().into(),
            currency: insurance.currency,
            open: !matches!(insurance.state, State::Cancelled | State::Expired),
            by_debit: insurance.method().map(|method| method == Method::Autogiro),
            mandate: Mandate {
                status: None,
                clearing: text("collection_clearing"),
                account: text("collection_account"),
                iban: text("collection_iban"),
                identity_no: text("collection_payer_identity_no"),
                mandate_ref: text("collection_mandate_ref"),
            },
            dues: unpaid.map(|amount| Due { amount, date: None }).collect(),
        }
    };
    Ok(found.map(told).into_iter().collect())
}
