//! The state of an insurance as the book keeps it, member by member: a file of registrations writes a million of them, one
//! of changes reads as many, too. The entity's own `Serialize` says what it is; a debug build compares.

use chrono::NaiveDate;
use serde::Serialize;

use super::entity::Insurance;
use super::words::State;
use crate::line::stored::Written;
use crate::model::{Brief, Currency, Object as Map, Scan};

impl Written for Insurance {
    fn members(&self, to: &mut Brief) {
        // Each is named: one that is new cannot be forgotten.
        let Self {
            state,
            product,
            loan_ref,
            currency,
            insured_amount,
            annual_premium,
            start_date,
            end_date,
            expires,
            registered,
            approved_by_bank,
            approved_by_customer,
            distribution_channel,
            properties,
            owner,
            insured,
            beneficiaries,
            payers,
            collection,
            mandate,
            unwanted,
            ending,
            payout,
            pending,
            activation,
            active_from,
            cancellation,
            cancelled,
            paid,
            ordered,
            sent,
        } = self;
        to.text("s", state.as_str());
        to.text("p", product);
        to.text("l", loan_ref);
        to.text("c", currency.as_str());
        to.decimal("a", *insured_amount);
        to.decimal("y", *annual_premium);
        to.day("f", *start_date);
        day(to, "e", *end_date);
        day(to, "x", *expires);
        to.day("r", *registered);
        flag(to, "b", *approved_by_bank);
        flag(to, "k", *approved_by_customer);
        to.given("distribution_channel", distribution_channel.as_deref());
        map(to, "properties", properties);
        to.text("o", owner);
        to.all("i", insured.iter().map(|one| &**one));
        list(to, "beneficiaries", beneficiaries);
        list(to, "payers", payers);
        map(to, "collection", collection);
        option(to, "mandate", mandate.as_ref());
        list(to, "unwanted", unwanted);
        list(to, "ending", ending);
        map(to, "payout", payout);
        option(to, "pending", pending.as_ref());
        day(to, "activation", *activation);
        day(to, "active_from", *active_from);
        option(to, "cancellation", cancellation.as_ref());
        option(to, "cancelled", cancelled.as_ref());
        list(to, "paid", paid);
        list(to, "ordered", ordered);
        option(to, "sent", sent.as_ref());
    }
}

fn flag(to: &mut Brief, name: &str, set: bool) {
    if set {
        to.flag(name, true);
    }
}

fn day(to: &mut Brief, name: &str, date: Option<NaiveDate>) {
    if let Some(date) = date {
        to.day(name, date);
    }
}

fn map(to: &mut Brief, name: &str, map: &Map) {
    if !map.is_empty() {
        to.value(name, map);
    }
}

fn list<T: Serialize>(to: &mut Brief, name: &str, items: &[T]) {
    if !items.is_empty() {
        to.value(name, items);
    }
}

fn option<T: Serialize>(to: &mut Brief, name: &str, value: Option<&T>) {
    if let Some(value) = value {
        to.value(name, value);
    }
}

/// The insurance of a state with the members that nearly all have; `None`: it has others, or is written otherwise, and a
/// parser has to tell. A member that may be absent and is not read where it should stand is absent, or stops everything
/// that follows.
pub(super) fn read(state: &str) -> Option<Insurance> {
    let mut from = Scan::of(state)?;
    let insurance = Insurance {
        state: State::named(from.text("s")?)?,
        product: from.text("p")?.into(),
        loan_ref: from.text("l")?.into(),
        currency: Currency::named(from.text("c")?)?,
        insured_amount: from.decimal("a")?,
        annual_premium: from.decimal("y")?,
        start_date: from.day("f")?,
        end_date: from.day("e"),
        expires: from.day("x"),
        registered: from.day("r")?,
        approved_by_bank: from.flag("b").unwrap_or_default(),
        approved_by_customer: from.flag("k").unwrap_or_default(),
        distribution_channel: from.text("distribution_channel").map(Into::into),
        properties: Map::new(),
        owner: from.text("o")?.into(),
        insured: from.texts("i")?,
        beneficiaries: Vec::new(),
        payers: Vec::new(),
        collection: Map::new(),
        mandate: None,
        unwanted: Vec::new(),
        ending: Vec::new(),
        payout: Map::new(),
        pending: None,
        activation: from.day("activation"),
        active_from: from.day("active_from"),
        cancellation: None,
        cancelled: None,
        paid: Vec::new(),
        ordered: Vec::new(),
        sent: None,
    };
    from.ended()?;
    Some(insurance)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::line::stored::parse;
    use crate::line::stored::tests::never_read_otherwise;
    use crate::model::brief;

    /// Every member that there can be, and an unusual value of each.
    pub(in crate::line::insurance) const WHOLE: &str = concat!(
        r#"{"s":"cancelled","p":"P\"1","l":"L\\1","c":"SEK","a":"1000.00","y":"0","f":"2026-11-01","e":"2027-10-31","#,
        r#""x":"2027-11-01","r":"2026-11-20","b":true,"k":true,"distribution_channel":"Zoë\n","#,
        r#""properties":{"property.Campaign":"A","property.PendingTopupAmount":1.50},"o":"K1","i":["K1","K\"2"],"#,
        r#""beneficiaries":[{"customer_no":"K3","share":"50.00"},{"customer_no":"K4"}],"payers":["K5"],"#,
        r#""collection":{"collection_method":"autogiro"},"mandate":{"state":"confirmed","payer_no":"7","since":"2026-11-20","code":"04"},"#,
        r#""unwanted":["8"],"ending":["9"],"payout":{"payout_method":"account"},"#,
        r#""pending":{"amount":"2000.00","annual_premium":"20.00","created":"2026-11-20","lapses":"2026-12-20"},"#,
        r#""activation":"2026-12-01","active_from":"2026-11-02","cancellation":{"date":"2026-12-24","reason":"death"},"#,
        r#""cancelled":{"from":"active","reason":"fraud","date":"2026-12-25","refund":{"order":"0-1","amount":"1.00","held":true}},"#,
        r#""paid":[{"start":"2026-11-01","end":"2026-11-30","amount":"1.00","due":"2.00","refunded":"0.50","held":"0.25"}],"#,
        r#""ordered":[{"s":"2026-12-01","b":"0123456789ab","d":"2026-11-27","a":"97.00","n":"2026-11-20","h":"21","f":true,"o":"2026-11-28"}],"#,
        r#""sent":{"batch":"0123456789ab","entered":true,"accepted":true,"ended":["9"]}}"#
    );

    /// Every member that is read by comparing.
    const COMMON: &str = concat!(
        r#"{"s":"active","p":"Pö1","l":"L1","c":"SEK","a":"1000.00","y":"0","f":"2026-11-01","e":"2027-10-31","#,
        r#""x":"2027-11-01","r":"2026-11-20","b":true,"k":true,"distribution_channel":"WEB","o":"K1","i":["K1","K2"],"#,
        r#""activation":"2026-12-01","active_from":"2026-11-02"}"#
    );

    const FEW: &str = concat!(
        r#"{"s":"registered","p":"P1","l":"L1","c":"SEK","a":"1000.00","y":"10.00","f":"2026-11-01","#,
        r#""r":"2026-11-20","o":"K1","i":["K1"]}"#
    );

    fn parsed(state: &str) -> Option<Insurance> {
        parse(state).ok()
    }

    fn in_brief(json: &str) -> String {
        let insurance: Insurance = serde_json::from_str(json).expect(json);
        insurance.text()
    }

    #[test]
    fn a_state_is_written_as_it_parses_and_serializes() {
        for state in [WHOLE, COMMON, FEW] {
            let insurance: Insurance = serde_json::from_str(state).expect(state);
            assert_eq!(brief::json(&insurance.text()), state);
            assert_eq!(serde_json::to_string(&insurance).expect("JSON"), state);
        }
    }

    #[test]
    fn what_nearly_all_have_is_read_as_it_parses() {
        for state in [COMMON, FEW].map(in_brief) {
            assert!(read(&state).is_some(), "{state:?}");
            assert_eq!(read(&state), parsed(&state));
        }
    }

    #[test]
    fn whatever_is_wrong_with_a_text_it_is_never_read_otherwise_than_it_parses() {
        for state in [COMMON, FEW].map(in_brief) {
            never_read_otherwise(&state, read);
        }
    }

    #[test]
    fn what_is_rare_or_written_otherwise_is_left_to_the_parser() {
        assert_eq!(read(COMMON), None);
        assert!(parsed(COMMON).is_some());
        assert_eq!(read(&in_brief(WHOLE)), None);
        let yes = "\u{14}btrue\u{14}ktrue";
        for (own, other) in [
            ("\u{13}pPö1", "\u{13}pP\\u0031"),
            (yes, "\u{14}ktrue\u{14}btrue"),
            ("\u{17}aHJP", "\u{13}a-1000.00"),
            ("\u{13}K2\u{12}", "\u{13}K\\u0032\u{12}"),
            (
                "\u{13}K2\u{12}",
                "\u{13}K2\u{12}\u{15}payers\u{11}\u{13}K3\u{12}",
            ),
        ] {
            let common = in_brief(COMMON);
            let other = common.replacen(own, other, 1);
            assert_ne!(other, common);
            assert!(parsed(&other).is_some(), "{other:?}");
            assert_eq!(read(&other), None, "{other:?}");
        }
    }
}
