//! States of contracts and money as the book keeps them, member by member: a file of repayments writes two of them for
//! each of a million records. The entities' own `Serialize` says what they are; a debug build compares.

use super::cash::{Back, Cash};
use super::entity::{Entry, Line, Loan, Receivable};
use super::words::{ReceivableState, State};
use crate::line::collect::Ordered;
use crate::line::stored::Written;
use crate::model::Brief;

impl Written for Loan {
    fn members(&self, to: &mut Brief) {
        to.text("s", self.state.as_str());
        to.text("p", &self.person);
        to.text("t", &self.loan_type);
        to.text("l", &self.country);
        to.text("r", &self.reference);
        to.text("c", self.currency.as_str());
        to.decimal("a", self.amount);
        if self.version != 1 {
            to.whole("version", self.version.into());
        }
        to.given("offer", self.offer.as_deref());
        to.given("application", self.application.as_deref());
        to.given("method", self.method.as_deref());
        to.given("h", self.channel.as_deref());
        to.given("payer_no", self.payer_no.as_deref());
        if !self.disbursed.is_zero() {
            to.decimal("d", self.disbursed);
        }
        if !self.repaid.is_zero() {
            to.decimal("b", self.repaid);
        }
        receivables(to, "o", &self.receivables);
        if !self.cash.is_empty() {
            to.list("m");
            for rest in &self.cash {
                to.item();
                to.text("c", &rest.cash);
                to.decimal("l", rest.left);
                to.close();
            }
            to.close();
        }
        entry(to, "z", self.last.as_ref());
        to.given("sibling", self.sibling.as_deref());
        to.given("closed_from", self.closed_from.map(State::as_str));
    }
}

impl Written for Cash {
    fn members(&self, to: &mut Brief) {
        to.given("k", self.contract.as_deref());
        to.decimal("a", self.amount);
        to.text("c", self.currency.as_str());
        to.day("v", self.value_date);
        if let Some(date) = self.posting_date {
            to.day("p", date);
        }
        if !self.backs.is_empty() {
            to.list("backs");
            self.backs.iter().for_each(|one| back(to, one));
            to.close();
        }
        to.given("r", self.reference.as_deref());
        to.given("b", self.bank_reference.as_deref());
        to.given("e", self.end_to_end_id.as_deref());
        to.given("payee", self.payee.as_deref());
        to.given("y", self.payer_name.as_deref());
        to.given("account", self.payer_account.as_deref());
        to.given("iban", self.payer_iban.as_deref());
        to.given("bic", self.payer_bic.as_deref());
        to.given("h", self.channel.as_deref());
        to.given("comment", self.comment.as_deref());
        if self.premature {
            to.flag("premature", true);
        }
        if !self.parts.is_empty() {
            to.list("w");
            for part in &self.parts {
                to.row();
                to.cell(part.receivable.as_deref());
                to.cell(Some(&part.line_type));
                to.decimal_cell(part.amount);
                to.close();
            }
            to.close();
        }
        receivables(to, "d", &self.closed);
        entry(to, "z", self.before.as_ref());
        to.given("same", self.same.as_deref());
        to.given("first", self.first.as_deref());
        to.given("alike", self.alike.as_deref());
        to.given("named", self.named.as_deref());
        if let Some(retold) = &self.retold {
            retold.write(to);
        }
        answered(to, &self.answered);
        if self.told != 0 {
            to.whole("n", self.told.into());
        }
    }
}

/// What was answered, unless it is what nearly all records are answered with.
fn answered(to: &mut Brief, state: &str) {
    if state != super::cash::ACTIVE {
        to.text("answered", state);
    }
}

fn back(to: &mut Brief, back: &Back) {
    to.item();
    to.text("id", &back.id);
    to.decimal("a", back.amount);
    to.day("on", back.value_date);
    to.given("bank", back.bank_reference.as_deref());
    if let Some(retold) = &back.retold {
        retold.write(to);
    }
    answered(to, &back.answered);
    to.close();
}

fn entry(to: &mut Brief, name: &str, entry: Option<&Entry>) {
    let (kind, id) = match entry {
        None => return,
        Some(Entry::Cash(id)) => ("c", id),
        Some(Entry::CreditNote(id)) => ("n", id),
    };
    to.open(name);
    to.text(kind, id);
    to.close();
}

fn receivables(to: &mut Brief, name: &str, receivables: &[Receivable]) {
    if receivables.is_empty() {
        return;
    }
    to.list(name);
    for one in receivables {
        to.item();
        receivable(to, one);
        to.close();
    }
    to.close();
}

fn receivable(to: &mut Brief, receivable: &Receivable) {
    to.text("n", &receivable.number);
    if receivable.state != ReceivableState::Created {
        to.text("s", receivable.state.as_str());
    }
    to.text("t", &receivable.receivable_type);
    to.day("b", receivable.billing);
    to.day("d", receivable.due);
    if let Some(period) = &receivable.period {
        to.open("period");
        to.day("start", period.start);
        to.day("end", period.end);
        to.close();
    }
    to.list("l");
    receivable.lines.iter().for_each(|one| line(to, one));
    to.close();
    if let Some(invoice) = &receivable.invoice {
        to.open("invoice");
        to.text("no", &invoice.number);
        to.text("reference", &invoice.reference);
        to.close();
    }
    if let Some(order) = &receivable.ordered {
        ordered(to, order);
    }
    if let Some(date) = receivable.failed {
        to.day("failed", date);
    }
}

fn line(to: &mut Brief, line: &Line) {
    to.item();
    to.text("t", &line.line_type);
    to.decimal("a", line.amount);
    if !line.paid.is_zero() {
        to.decimal("p", line.paid);
    }
    if !line.credited.is_zero() {
        to.decimal("c", line.credited);
    }
    to.close();
}

fn ordered(to: &mut Brief, order: &Ordered) {
    to.open("ordered");
    to.text("b", &order.batch);
    to.day("d", order.day);
    to.decimal("a", order.amount);
    if let Some(date) = order.instead {
        to.day("n", date);
    }
    to.given("h", order.held.as_deref());
    to.close();
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::model::brief;

    /// Every member that there can be, and an unusual value of each.
    pub(in crate::line::loan) const LOAN: &str = concat!(
        r#"{"s":"CLOSED","p":"P\"1","t":"ANN","l":"SE","r":"18","c":"SEK","a":"1000.00","version":2,"offer":"O1","#,
        r#""application":"A1","method":"AUTOGIRO","h":"WEB","payer_no":"77","d":"900.00","b":"0.01","o":["#,
        r#"{"n":"R1","s":"PAID","t":"PERIODIC","b":"2026-11-01","d":"2026-11-30","#,
        r#""period":{"start":"2026-10-01","end":"2026-10-31"},"l":[{"t":"INT","a":"9.50"},"#,
        r#"{"t":"PRI","a":"100.00","p":"1.00","c":"2.00"}],"invoice":{"no":"I1","reference":"26"},"#,
        r#""ordered":{"b":"0123456789ab","d":"2026-11-27","a":"97.00","n":"2026-11-20","h":"21"},"failed":"2026-11-28"},"#,
        r#"{"n":"R2","t":"FEE","b":"2026-12-01","d":"2026-12-31","l":[]}],"#,
        r#""m":[{"c":"C1","l":"5.00"},{"c":"C2","l":"0.50"}],"z":{"n":"N1"},"sibling":"L0","closed_from":"BLOCKED"}"#
    );

    pub(in crate::line::loan) const CASH: &str = concat!(
        r#"{"k":"L1","a":"3100.00","c":"SEK","v":"2026-11-19","p":"2026-11-20","#,
        r#""backs":[{"id":"B1","a":"1.00","on":"2026-11-21","bank":"b1","t":{"n":1},"answered":"CLOSED"},"#,
        r#"{"id":"B2","a":"2.00","on":"2026-11-22"}],"r":"18","b":"53","e":"E2E","payee":"5805-6201","y":"Zoë \\ Co","#,
        r#""account":"123","iban":"SE45","bic":"ESSESESS","h":"BANKGIRO","comment":"x\ny","premature":true,"#,
        r#""w":[["R1","INT","9.50"],[null,"PRI","100.00"]],"#,
        r#""d":[{"n":"R1","s":"PAID","t":"FEE","b":"2026-12-01","d":"2026-12-31","l":[{"t":"FEE","a":"1.00","p":"1.00"}]}],"#,
        r#""z":{"c":"C0"},"same":"C3","first":"C4","alike":"C5","named":"C6","t":{"n":2,"f":"0123456789ab","r":1},"answered":"unmatched","n":7}"#
    );

    #[test]
    fn states_are_written_as_they_are_read() {
        let loan: Loan = serde_json::from_str(LOAN).expect("a contract");
        assert_eq!(brief::json(&loan.text()), LOAN);
        assert_eq!(serde_json::to_string(&loan).expect("JSON"), LOAN);
        let cash: Cash = serde_json::from_str(CASH).expect("money");
        assert_eq!(brief::json(&cash.text()), CASH);
        assert_eq!(serde_json::to_string(&cash).expect("JSON"), CASH);
    }

    #[test]
    fn what_is_not_there_is_not_written() {
        for few in [
            r#"{"s":"ACTIVE","p":"P1","t":"ANN","l":"SE","r":"18","c":"SEK","a":"1000.00"}"#,
            r#"{"s":"ACTIVE","p":"P1","t":"ANN","l":"SE","r":"18","c":"SEK","a":"1000.00","z":{"c":"C1"}}"#,
        ] {
            let loan: Loan = serde_json::from_str(few).expect("a contract");
            assert_eq!(brief::json(&loan.text()), few);
        }
        let few = r#"{"a":"0.00","c":"SEK","v":"2026-11-19"}"#;
        let cash: Cash = serde_json::from_str(few).expect("money");
        assert_eq!(brief::json(&cash.text()), few);
    }
}
