//! One record in hand: what it says, under which circumstances, and what has been decided about it so far.

use crate::model::Object as Map;
use anyhow::{Context as _, Result};
use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::INSURANCE;
use super::entity::Insurance;
use super::events::{EventKind, event};
use super::lifecycle::{Ask, step};
use super::product::Product;
use super::show::allowed;
use super::words::State;
use crate::code::Code;
use crate::lifecycle::Outcome as Step;
use crate::line::{Context, Store};
use crate::model::{Decision, Fields, Finding, Outcome};

/// One record in hand.
pub(super) struct Work<'a> {
    /// The entity's own key.
    pub key: &'a str,
    /// What the record says.
    pub fields: &'a Fields,
    /// When it asks to take effect.
    pub effective_date: Option<NaiveDate>,
    /// The circumstances.
    pub context: &'a Context<'a>,
    /// The decision so far.
    pub decision: Decision,
}

impl<'a> Work<'a> {
    /// Nothing decided yet.
    pub(super) fn new(
        key: &'a str,
        fields: &'a Fields,
        effective_date: Option<NaiveDate>,
        context: &'a Context<'a>,
    ) -> Self {
        Self {
            key,
            fields,
            effective_date,
            context,
            decision: Decision::new(Outcome::Accepted, key, ""),
        }
    }

    /// The date that rules are judged by.
    pub(super) const fn today(&self) -> NaiveDate {
        self.context.today
    }

    /// Notes a finding about a field.
    pub(super) fn find(&mut self, code: Code, field: &'static str) {
        self.decision.findings.push(Finding::field(code, field));
    }

    /// Whether the record is rejected by what was found so far.
    pub(super) fn is_bad(&self) -> bool {
        self.decision.findings.iter().any(Finding::rejects)
    }

    /// A date in the future, for a kind that takes effect at once.
    pub(super) fn refuse_later(&mut self) {
        if self.effective_date.is_some_and(|date| date > self.today()) {
            self.find(Code::NotSchedulable, "effective_date");
        }
    }

    /// The settings of a product.
    pub(super) fn product(&mut self, code: &str) -> Option<&'a Product> {
        let product = self.context.products.insurance.get(code);
        if product.is_none() {
            self.find(Code::UnknownProduct, "product");
        }
        product
    }

    /// Whether the record's currency is the insurance's; where it is not, that is noted.
    pub(super) fn same_currency(&mut self, insurance: &Insurance) -> bool {
        let same = self.fields.text("currency") == Some(insurance.currency.as_str());
        if !same {
            let finding = Finding::field(Code::CurrencyNotAllowed, "currency")
                .hinting(format!("the insurance is in {}", insurance.currency));
            self.decision.findings.push(finding);
        }
        same
    }

    /// Notes an amount that has more decimals than the insurance's currency.
    pub(super) fn fits(&mut self, field: &'static str, insurance: &Insurance) {
        let decimals = insurance.currency.decimals();
        let amount = self.fields.decimal(field).unwrap_or(Decimal::ZERO);
        if amount.normalize().scale() > decimals {
            let finding = Finding::field(Code::TooManyDecimals, field)
                .hinting(format!("{} has {decimals} decimals", insurance.currency));
            self.decision.findings.push(finding);
        }
    }

    /// Takes the insurance through its lifecycle: its state is the next one, and what happens is answered. `None`: the
    /// state does not allow it, and that is noted.
    pub(super) fn step(
        &mut self,
        insurance: &mut Insurance,
        ask: Ask,
    ) -> Option<&'static [EventKind]> {
        match step(insurance.state, ask) {
            Step::Go(state, events) => {
                insurance.state = state;
                Some(events)
            }
            Step::Stay(events) => Some(events),
            Step::Later(events) => {
                self.decision.outcome = Outcome::Scheduled;
                Some(events)
            }
            Step::Refuse(code) => {
                let can = allowed(insurance).join(", ");
                let finding = Finding::new(code).hinting(format!(
                    "{}; in state `{}` it takes {can}",
                    code.entry().hint,
                    insurance.state.as_str()
                ));
                self.decision.findings.push(finding);
                None
            }
        }
    }

    /// Tells what happened; nothing where nothing did.
    pub(super) fn tell(&mut self, events: Option<&[EventKind]>, state: State, changed: &Map) {
        for kind in events.unwrap_or_default() {
            let told = event(*kind, self.key, state.as_str(), changed);
            self.decision.events.push(told);
        }
    }

    /// The decision. Only where nothing that was found rejects the record is the insurance kept, and what falls due
    /// for it changed to what is due of it now.
    pub(super) fn settle(
        mut self,
        before: &Insurance,
        after: &Insurance,
        store: &mut dyn Store,
    ) -> Result<Decision> {
        if self.is_bad() {
            let state = before.state.as_str();
            let findings = std::mem::take(&mut self.decision.findings);
            return Ok(Decision {
                currency: Some(before.currency),
                ..Decision::rejected(self.key, state, findings)
            });
        }
        keep(self.key, Some(before), after, store)?;
        self.decision.state = after.state.as_str().into();
        self.decision.currency = Some(after.currency);
        Ok(self.decision)
    }

    /// The decision about a record whose entity is no insurance, or not in the book.
    pub(super) fn close(mut self) -> Decision {
        if !self.is_bad() {
            return self.decision;
        }
        let findings = std::mem::take(&mut self.decision.findings);
        Decision::rejected(self.key, std::mem::take(&mut self.decision.state), findings)
    }
}

/// Keeps an insurance, and lets fall due what is due of it, no more and no less.
pub(super) fn keep(
    key: &str,
    before: Option<&Insurance>,
    after: &Insurance,
    store: &mut dyn Store,
) -> Result<()> {
    if before == Some(after) {
        return Ok(());
    }
    let old = before.map(Insurance::dues).unwrap_or_default();
    let new = after.dues();
    store.save(INSURANCE, key, after.to_json(), &[])?;
    for (day, what) in old.iter().filter(|due| !new.contains(due)) {
        store.unschedule(*day, INSURANCE, key, what)?;
    }
    for (day, what) in new.iter().filter(|due| !old.contains(due)) {
        store.schedule(*day, INSURANCE, key, what)?;
    }
    Ok(())
}

/// The insurance of a key.
pub(super) fn load(store: &mut dyn Store, key: &str) -> Result<Option<Insurance>> {
    let Some(state) = store.find(INSURANCE, key)? else {
        return Ok(None);
    };
    parse(&state).map(Some)
}

/// From the state that the book keeps.
pub(super) fn parse(state: &str) -> Result<Insurance> {
    serde_json::from_str(state).context("an insurance's state does not read")
}
