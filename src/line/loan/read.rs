//! The state of a contract as the book keeps it, read member by member in the order in which `written.rs` writes them: a
//! file of repayments reads a million. What is written otherwise is left to the parser; a debug build compares.

use compact_str::CompactString;

use super::entity::{Entry, Invoice, Line, Loan, Period, Receivable, Rest};
use super::words::{ReceivableState, State};
use crate::line::collect::Ordered;
use crate::model::{Currency, Scan};

/// The contract of a state. A member that may be absent and is not read where it should stand is absent, or stops
/// everything that follows.
pub(super) fn loan(state: &str) -> Option<Loan> {
    let mut from = Scan::of(state)?;
    let loan = Loan {
        state: State::named(from.text("s")?)?,
        person: from.text("p")?.into(),
        loan_type: from.text("t")?.into(),
        country: from.text("l")?.into(),
        reference: from.text("r")?.into(),
        currency: Currency::named(from.text("c")?)?,
        amount: from.decimal("a")?,
        // A contract of other terms than its first is left to the parser.
        version: 1,
        offer: given(&mut from, "offer"),
        application: given(&mut from, "application"),
        method: given(&mut from, "method"),
        channel: given(&mut from, "h"),
        payer_no: given(&mut from, "payer_no"),
        disbursed: from.decimal("d").unwrap_or_default(),
        repaid: from.decimal("b").unwrap_or_default(),
        receivables: match from.list("o") {
            Some(()) => all(&mut from, receivable)?,
            None => Vec::new(),
        },
        cash: match from.list("m") {
            Some(()) => all(&mut from, rest)?,
            None => Vec::new(),
        },
        last: object(&mut from, "z", entry).ok()?,
        sibling: given(&mut from, "sibling"),
        closed_from: match from.text("closed_from") {
            Some(state) => Some(State::named(state)?),
            None => None,
        },
    };
    from.ended()?;
    Some(loan)
}

fn given(from: &mut Scan<'_>, name: &str) -> Option<CompactString> {
    from.text(name).map(CompactString::from)
}

/// An object that is not written as expected.
struct Otherwise;

/// An object that may be absent.
fn object<'a, T>(
    from: &mut Scan<'a>,
    name: &str,
    one: impl FnOnce(&mut Scan<'a>) -> Option<T>,
) -> Result<Option<T>, Otherwise> {
    if from.open(name).is_none() {
        return Ok(None);
    }
    let read = one(from).ok_or(Otherwise)?;
    from.close().ok_or(Otherwise)?;
    Ok(Some(read))
}

/// The objects of the list that was begun.
fn all<'a, T>(from: &mut Scan<'a>, one: impl Fn(&mut Scan<'a>) -> Option<T>) -> Option<Vec<T>> {
    let mut all = Vec::new();
    while from.item().is_some() {
        all.push(one(from)?);
        from.close()?;
    }
    from.close()?;
    Some(all)
}

fn rest(from: &mut Scan<'_>) -> Option<Rest> {
    Some(Rest {
        cash: from.text("c")?.into(),
        left: from.decimal("l")?,
    })
}

fn entry(from: &mut Scan<'_>) -> Option<Entry> {
    Some(match from.text("c") {
        Some(id) => Entry::Cash(id.into()),
        None => Entry::CreditNote(from.text("n")?.into()),
    })
}

fn receivable(from: &mut Scan<'_>) -> Option<Receivable> {
    Some(Receivable {
        number: from.text("n")?.into(),
        state: match from.text("s") {
            Some(state) => ReceivableState::named(state)?,
            None => ReceivableState::Created,
        },
        receivable_type: from.text("t")?.into(),
        billing: from.day("b")?,
        due: from.day("d")?,
        period: object(from, "period", period).ok()?,
        lines: {
            from.list("l")?;
            all(from, line)?
        },
        invoice: object(from, "invoice", invoice).ok()?,
        ordered: object(from, "ordered", ordered).ok()?,
        failed: from.day("failed"),
    })
}

fn line(from: &mut Scan<'_>) -> Option<Line> {
    Some(Line {
        line_type: from.text("t")?.into(),
        amount: from.decimal("a")?,
        paid: from.decimal("p").unwrap_or_default(),
        credited: from.decimal("c").unwrap_or_default(),
    })
}

fn period(from: &mut Scan<'_>) -> Option<Period> {
    Some(Period {
        start: from.day("start")?,
        end: from.day("end")?,
    })
}

fn invoice(from: &mut Scan<'_>) -> Option<Invoice> {
    Some(Invoice {
        number: from.text("no")?.into(),
        reference: from.text("reference")?.into(),
    })
}

fn ordered(from: &mut Scan<'_>) -> Option<Ordered> {
    Some(Ordered {
        batch: from.text("b")?.into(),
        day: from.day("d")?,
        amount: from.decimal("a")?,
        instead: from.day("n"),
        held: from.text("h").map(Into::into),
    })
}

#[cfg(test)]
mod tests {
    use super::super::written::tests::LOAN;
    use super::*;
    use crate::line::stored::tests::never_read_otherwise;
    use crate::line::stored::{Written as _, parse};

    fn in_brief(json: &str) -> String {
        let loan: Loan = serde_json::from_str(json).expect(json);
        loan.text()
    }

    /// Every member but the number of terms, and nothing escaped.
    fn whole() -> String {
        let plain = LOAN.replacen(r#""version":2,"#, "", 1);
        in_brief(&plain.replacen(r#""P\"1""#, r#""Pö1""#, 1))
    }

    fn parsed(state: &str) -> Option<Loan> {
        parse(state).ok()
    }

    #[test]
    fn a_contract_is_read_as_it_parses() {
        let few = r#"{"s":"ACTIVE","p":"P1","t":"ANN","l":"SE","r":"18","c":"SEK","a":"1000.00","z":{"c":"C1"}}"#;
        for state in [whole(), in_brief(few)] {
            assert!(loan(&state).is_some(), "{state:?}");
            assert_eq!(loan(&state), parsed(&state));
        }
    }

    #[test]
    fn whatever_is_wrong_with_a_text_it_is_never_read_otherwise_than_it_parses() {
        never_read_otherwise(&whole(), loan);
    }

    #[test]
    fn what_is_written_otherwise_is_left_to_the_parser() {
        let amount = "\u{17}aHJP";
        for (own, other) in [
            (amount, "\u{17}aHJP\u{15}version\u{14}2"),
            ("\u{13}pPö1", "\u{13}pP\\\"1"),
            ("\u{13}pPö1", "\u{13}pP\\\\1"),
            ("\u{13}pPö1", "\u{13}pP\\u0031"),
            ("\u{13}pPö1", "\u{13}pP\\/1"),
            ("\u{13}tANN\u{18}lP", "\u{18}lP\u{13}tANN"),
            ("\u{18}lP", "\u{13}lS\\u0045"),
            (amount, "\u{13}a-1000.00"),
            (amount, "\u{13}a1e3"),
        ] {
            let whole = whole();
            let other = whole.replacen(own, other, 1);
            assert_ne!(other, whole);
            assert!(parsed(&other).is_some(), "{other:?}");
            assert_eq!(loan(&other), None, "{other:?}");
        }
        assert!(parsed(LOAN).is_some());
        assert_eq!(loan(LOAN), None);
    }
}
