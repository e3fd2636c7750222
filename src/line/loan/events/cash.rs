//! Events of money: that it came or went, and what it pays. A large file makes millions of them, so each notes what it
//! tells, and is written later.

use chrono::NaiveDate;
use compact_str::CompactString;
use rust_decimal::Decimal;

use super::{count, source, sum, tell_later};
use crate::line::loan::cash::{Cash, Part};
use crate::line::loan::entity::Loan;
use crate::line::loan::words::EventKind;
use crate::line::work::Work;
use crate::model::json::Members;
use crate::model::{Currency, Whole};

/// What money is called as a source of other money.
const PAYMENT: &str = "PAYMENT";

/// What events tell of money, whatever becomes of it.
struct Money {
    id: CompactString,
    contract: Option<CompactString>,
    /// As it came, else the contract's.
    reference: Option<CompactString>,
    currency: Currency,
    bank_reference: Option<CompactString>,
    /// The payer's: what kind of account, and its number.
    account: Option<(&'static str, CompactString)>,
    end_to_end_id: Option<CompactString>,
    value_date: NaiveDate,
    posting_date: Option<NaiveDate>,
    comment: Option<CompactString>,
}

impl Money {
    fn of(id: &str, cash: &Cash, loan: Option<&Loan>) -> Self {
        let own = loan.map(|loan| &*loan.reference);
        let iban = cash.payer_iban.as_deref().map(|iban| ("IBAN", iban));
        let account = cash.payer_account.as_deref();
        let account = iban.or(account.map(|account| ("ACCOUNT", account)));
        Self {
            id: id.into(),
            contract: copy(cash.contract.as_deref()),
            reference: copy(cash.reference.as_deref().or(own)),
            currency: cash.currency,
            bank_reference: copy(cash.bank_reference.as_deref()),
            account: account.map(|(kind, account)| (kind, account.into())),
            end_to_end_id: copy(cash.end_to_end_id.as_deref()),
            value_date: cash.value_date,
            posting_date: cash.posting_date,
            comment: copy(cash.comment.as_deref()),
        }
    }

    /// The same, told with the days and words of the record in hand.
    fn told_by(self, work: &Work<'_>) -> Self {
        let fields = work.fields;
        Self {
            value_date: fields.date("value_date").unwrap_or(self.value_date),
            posting_date: fields.date("posting_date"),
            comment: copy(fields.text("comment")),
            ..self
        }
    }

    fn days(&self, data: &mut Members) {
        data.day("valueDate", self.value_date);
        match self.posting_date {
            Some(day) => data.day("postingDate", day),
            None => data.null("postingDate"),
        }
        data.maybe("description", self.comment.as_deref());
    }

    /// The bank's payment that it is.
    fn source(&self) -> Option<(&str, &str)> {
        self.bank_reference.as_deref().map(|own| (PAYMENT, own))
    }

    fn account(&self) -> Option<(&str, &str)> {
        let account = self.account.as_ref();
        account.map(|(kind, account)| (*kind, &**account))
    }
}

fn copy(text: Option<&str>) -> Option<CompactString> {
    text.map(CompactString::from)
}

/// Money came in, or went back (`back`, with the bank's reference of that).
pub(in crate::line::loan) fn registered(
    work: &mut Work<'_>,
    subject: &str,
    loan: Option<&Loan>,
    (id, cash): (&str, &Cash),
    back: Option<(Decimal, Option<&str>)>,
) {
    let state = loan.map_or(cash.state().as_str(), |loan| loan.state.as_str());
    let kind = EventKind::RepaymentRegistered;
    if !work.context.told {
        return count(work, kind, subject, state);
    }
    let money = Money::of(id, cash, loan).told_by(work);
    let amount = back.map_or(cash.amount, |(amount, _)| amount);
    let back = back.map(|(_, own)| copy(own));
    let payer = copy(cash.payer_name.as_deref());
    let channel = copy(cash.channel.as_deref());
    tell_later(work, kind, subject, state, move |data| {
        let code = if back.is_some() {
            "REVERSAL"
        } else {
            "INCOMING"
        };
        data.word("receivableEventTypeCode", code);
        data.maybe("contractId", money.contract.as_deref());
        data.maybe("referenceNumber", money.reference.as_deref());
        data.word("cashId", &money.id);
        money.days(data);
        sum(data, "money", amount, money.currency);
        let (own, original) = match &back {
            None => (money.source(), None),
            Some(own) => (
                own.as_deref().map(|own| (PAYMENT, own)),
                Some(money.source().unwrap_or((PAYMENT, &money.id))),
            ),
        };
        source(data, "source", own);
        source(data, "originalSource", original);
        source(data, "accountSource", money.account());
        data.maybe("payerName", payer.as_deref());
        data.maybe("paymentChannelCode", channel.as_deref());
        data.maybe("endToEndId", money.end_to_end_id.as_deref());
    });
}

/// What money pays, or no longer does.
pub(in crate::line::loan) struct Confirmed<'a> {
    /// The money's id.
    pub id: &'a str,
    /// The money after it.
    pub cash: &'a Cash,
    /// What of it.
    pub part: &'a Part,
    /// Whether it was taken back.
    pub back: bool,
    /// What of the money pays nothing then.
    pub left: Decimal,
    /// Ordinal among the confirmations of the money.
    pub number: u32,
}

/// Money pays something, or no longer does.
pub(in crate::line::loan) fn confirmed(
    work: &mut Work<'_>,
    subject: &str,
    loan: &Loan,
    of: &Confirmed<'_>,
) {
    let (kind, state) = (EventKind::RepaymentConfirmed, loan.state.as_str());
    if !work.context.told {
        return count(work, kind, subject, state);
    }
    // What it pays is told with the money's own days and words: it may have come long before the record in hand.
    let mut money = Money::of(of.id, of.cash, Some(loan));
    if of.back {
        money = money.told_by(work);
    }
    let (back, left, number, amount) = (of.back, of.left, of.number, of.part.amount);
    let receivable = copy(of.part.receivable.as_deref());
    let line_type = CompactString::from(&*of.part.line_type);
    tell_later(work, kind, subject, state, move |data| {
        let (code, direction) = match (back, &receivable) {
            (true, _) => ("REVERSAL", "DEBIT"),
            (false, None) => ("PREMATURE_REPAYMENT", "CREDIT"),
            (false, Some(_)) => ("REPAYMENT", "CREDIT"),
        };
        data.word("receivableEventTypeCode", code);
        money.days(data);
        sum(data, "money", amount, money.currency);
        let number = Whole::of(number.into());
        let event = [&*money.id, "-", number.as_str()];
        data.texts("cashEventId", &event);
        data.word("balanceDirectionCode", direction);
        source(data, "source", money.source());
        source(data, "originalSource", None);
        paying(data, &money, left);
        data.open("receivableEvent");
        data.texts("receivableEventId", &event);
        data.maybe("receivableId", receivable.as_deref());
        match &receivable {
            Some(receivable) => {
                data.texts("receivableLineId", &[receivable, "-", &line_type]);
            }
            None => data.null("receivableLineId"),
        }
        data.text("itemTypeCode", &line_type);
        data.close();
    });
}

/// The money that pays, and what of it pays nothing then.
fn paying(data: &mut Members, money: &Money, left: Decimal) {
    data.open("cash");
    data.maybe("contractId", money.contract.as_deref());
    data.maybe("referenceNumber", money.reference.as_deref());
    data.word("cashId", &money.id);
    let status = if left.is_zero() {
        "ALLOCATED"
    } else {
        "UNALLOCATED"
    };
    data.word("statusCode", status);
    sum(data, "balanceAmount", left, money.currency);
    source(data, "source", money.source());
    source(data, "originalSource", None);
    source(data, "accountSource", money.account());
    data.maybe("endToEndId", money.end_to_end_id.as_deref());
    data.close();
}
