//! Applications and offers: what comes before a contract.

use anyhow::Result;
use compact_str::CompactString;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::lifecycle::{
    ASKS_APPLICATION, ASKS_OFFER, AskApplication, AskOffer, step_application, step_offer,
};
use super::words::{ApplicationState, OfferAction, OfferState, Verdict};
use super::{APPLICATION, OFFER, events};
use crate::code::Code;
use crate::lifecycle::Outcome;
use crate::line::stored::currency;
use crate::line::work::{Kept, Work, keep, load};
use crate::line::{Space, Store, Today};
use crate::model::{Currency, Decision, Finding};

/// Somebody asks for a loan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Application {
    pub state: ApplicationState,
    pub person: CompactString,
    /// Its offers, in the order in which they were presented.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub offers: Vec<CompactString>,
    /// The offer that was accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted: Option<CompactString>,
}

/// What is offered for an application.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Offer {
    pub state: OfferState,
    pub application: CompactString,
    pub amount: Decimal,
    #[serde(with = "currency")]
    pub currency: Currency,
    /// The contract that was made of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contract: Option<CompactString>,
}

impl Kept for Application {
    const SPACE: Space = APPLICATION;
    type State = ApplicationState;

    fn state(&self) -> ApplicationState {
        self.state
    }

    fn go(&mut self, state: ApplicationState) {
        self.state = state;
    }

    fn allowed(&self, _: &Today<'_>) -> Vec<&'static str> {
        let takes = |ask| !matches!(step_application(self.state, ask), Outcome::Refuse(_));
        let possible = |ask| ask != AskApplication::Present || self.accepted.is_none();
        let asks = ASKS_APPLICATION.iter();
        let asks =
            asks.filter(|(_, cases)| cases.iter().any(|(ask, _)| takes(*ask) && possible(*ask)));
        asks.map(|(word, _)| *word).collect()
    }
}

impl Kept for Offer {
    const SPACE: Space = OFFER;
    type State = OfferState;

    fn state(&self) -> OfferState {
        self.state
    }

    fn go(&mut self, state: OfferState) {
        self.state = state;
    }

    fn currency(&self) -> Option<Currency> {
        Some(self.currency)
    }

    fn allowed(&self, _: &Today<'_>) -> Vec<&'static str> {
        // To lapse is nobody's to ask for.
        let own =
            |ask| ask != AskOffer::Lapse && (ask != AskOffer::Contract || self.contract.is_none());
        let takes = |ask| !matches!(step_offer(self.state, ask), Outcome::Refuse(_));
        let asks = ASKS_OFFER.iter();
        let asks = asks.filter(|(_, cases)| cases.iter().any(|(ask, _)| own(*ask) && takes(*ask)));
        asks.map(|(word, _)| *word).collect()
    }
}

/// `loan.application`: registers it, decides it, or both.
pub(super) fn application(mut work: Work<'_>, store: &mut dyn Store) -> Result<Decision> {
    let verdict = work.fields.text("decision").and_then(Verdict::named);
    let ask = match verdict {
        None => AskApplication::Register,
        Some(Verdict::Accept) => AskApplication::Accept,
        Some(Verdict::Decline) => AskApplication::Decline,
    };
    let person = work.fields.text("person_id");
    let person = person.expect("required: checked before");
    let before = load::<Application>(store, work.key)?;
    let mut after = before.clone().unwrap_or_else(|| Application {
        state: ApplicationState::None,
        person: person.into(),
        offers: Vec::new(),
        accepted: None,
    });
    if *after.person != *person {
        let finding = Finding::field(Code::ConflictingFields, "person_id");
        work.note(finding.hinting("the application is another person's"));
    }
    let step = step_application(after.state, ask);
    let told = work.step(&mut after, &step);
    if work.is_bad() {
        return match before {
            Some(before) => work.settle(&before, &before, store),
            None => Ok(work.close()),
        };
    }
    for kind in told.unwrap_or_default() {
        events::application(&mut work, *kind, &after);
    }
    keep(work.key, before.as_ref(), &after, store)?;
    work.decision.state = after.state.as_str().into();
    Ok(work.close())
}

/// `loan.offer`.
pub(super) fn offer(mut work: Work<'_>, store: &mut dyn Store) -> Result<Decision> {
    let action = work.fields.text("action").and_then(OfferAction::named);
    let before = load::<Offer>(store, work.key)?;
    match (action.expect("required: checked before"), before) {
        (OfferAction::Present, None) => present(work, store),
        (OfferAction::Present, Some(before)) => {
            let step = step_offer(before.state, AskOffer::Present);
            work.step(&mut before.clone(), &step);
            work.settle(&before, &before, store)
        }
        (OfferAction::Accept, Some(before)) => accept(work, &before, store),
        (OfferAction::Accept, None) => {
            work.find(Code::NotFound, "offer_id");
            Ok(work.close())
        }
    }
}

fn present(mut work: Work<'_>, store: &mut dyn Store) -> Result<Decision> {
    let fields = work.fields;
    let id = fields
        .text("application_id")
        .expect("required: checked before");
    let Some(before) = load::<Application>(store, id)? else {
        work.find(Code::NotFound, "application_id");
        return Ok(work.close());
    };
    let mut application = before.clone();
    let step = step_application(before.state, AskApplication::Present);
    let told = work.step(&mut application, &step);
    if let Some(accepted) = &before.accepted {
        let finding = Finding::field(Code::OfferLapsed, "application_id");
        work.note(finding.hinting(format!("offer {accepted} was accepted")));
    }
    if work.is_bad() {
        return Ok(work.close());
    }
    let currency = fields.text("currency").and_then(Currency::named);
    let offer = Offer {
        state: OfferState::Presented,
        application: id.into(),
        amount: fields
            .decimal("amount")
            .expect("needed to present: checked before"),
        currency: currency.expect("needed to present: checked before"),
        contract: None,
    };
    for kind in told.unwrap_or_default() {
        events::offer(&mut work, *kind, &application.person, &offer);
    }
    application.offers.push(work.key.into());
    keep(id, Some(&before), &application, store)?;
    keep(work.key, None, &offer, store)?;
    work.decision.state = offer.state.as_str().into();
    work.decision.currency = Some(offer.currency);
    Ok(work.close())
}

/// One offer is accepted; the application's others lapse.
fn accept(mut work: Work<'_>, before: &Offer, store: &mut dyn Store) -> Result<Decision> {
    let fields = work.fields;
    if fields.text("application_id") != Some(&before.application) {
        work.find(Code::ConflictingFields, "application_id");
    }
    if fields
        .decimal("amount")
        .is_some_and(|amount| amount != before.amount)
    {
        work.find(Code::ConflictingFields, "amount");
    }
    let currency = fields.text("currency");
    if currency.is_some_and(|currency| currency != before.currency.as_str()) {
        work.find(Code::ConflictingFields, "currency");
    }
    let mut after = before.clone();
    let step = step_offer(before.state, AskOffer::Accept);
    let told = work.step(&mut after, &step);
    if work.is_bad() {
        return work.settle(before, before, store);
    }
    let id = &*before.application;
    let Some(old) = load::<Application>(store, id)? else {
        anyhow::bail!("offer {} has no application", work.key);
    };
    for other in old.offers.iter().filter(|other| ***other != *work.key) {
        let Some(standing) = load::<Offer>(store, other)? else {
            anyhow::bail!("application {id} has no offer {other}");
        };
        if let Outcome::Go(state, _) = step_offer(standing.state, AskOffer::Lapse) {
            let lapsed = Offer {
                state,
                ..standing.clone()
            };
            keep(other, Some(&standing), &lapsed, store)?;
        }
    }
    let application = Application {
        accepted: Some(work.key.into()),
        ..old.clone()
    };
    keep(id, Some(&old), &application, store)?;
    for kind in told.unwrap_or_default() {
        events::offer(&mut work, *kind, &application.person, &after);
    }
    work.settle(before, &after, store)
}
