//! Events of money: that it came or went, and what it pays.

use rust_decimal::Decimal;

use super::{source, sum, tell};
use crate::line::loan::cash::{Cash, Part};
use crate::line::loan::entity::Loan;
use crate::line::loan::words::EventKind;
use crate::line::work::Work;
use crate::model::Day;
use crate::model::json::Members;

/// What money is called as a source of other money.
const PAYMENT: &str = "PAYMENT";

/// Money came in, or went back (`back`, with the bank's reference of that).
pub(in crate::line::loan) fn registered(
    work: &mut Work<'_>,
    subject: &str,
    loan: Option<&Loan>,
    (id, cash): (&str, &Cash),
    back: Option<(Decimal, Option<&str>)>,
) {
    let comment = work.fields.text("comment");
    let state = loan.map_or(cash.state().as_str(), |loan| loan.state.as_str());
    let (value, posting) = (
        work.fields.date("value_date"),
        work.fields.date("posting_date"),
    );
    tell(
        work,
        EventKind::RepaymentRegistered,
        subject,
        state,
        |data| {
            let code = if back.is_some() {
                "REVERSAL"
            } else {
                "INCOMING"
            };
            data.text("receivableEventTypeCode", code);
            data.maybe("contractId", cash.contract.as_deref());
            data.maybe("referenceNumber", reference(cash, loan));
            data.text("cashId", id);
            data.text(
                "valueDate",
                Day::of(value.unwrap_or(cash.value_date)).as_str(),
            );
            day(data, "postingDate", posting);
            data.maybe("description", comment);
            let amount = back.map_or(cash.amount, |(amount, _)| amount);
            sum(data, "money", amount, cash.currency);
            let own = back.map_or(cash.bank_reference.as_deref(), |(_, own)| own);
            source(data, "source", own.map(|own| (PAYMENT, own)));
            let original = cash.bank_reference.as_deref().unwrap_or(id);
            source(data, "originalSource", back.map(|_| (PAYMENT, original)));
            source(data, "accountSource", account(cash));
            data.maybe("payerName", cash.payer_name.as_deref());
            data.maybe("paymentChannelCode", cash.channel.as_deref());
            data.maybe("endToEndId", cash.end_to_end_id.as_deref());
        },
    );
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
    let (fields, cash) = (work.fields, of.cash);
    // What it pays is told with the money's own days and words: it may have come long before the record in hand.
    let (value, posting, comment) = if of.back {
        let value = fields.date("value_date");
        (value, fields.date("posting_date"), fields.text("comment"))
    } else {
        let value = Some(cash.value_date);
        (value, cash.posting_date, cash.comment.as_deref())
    };
    let state = loan.state.as_str();
    tell(
        work,
        EventKind::RepaymentConfirmed,
        subject,
        state,
        |data| {
            let code = match (of.back, &of.part.receivable) {
                (true, _) => "REVERSAL",
                (false, None) => "PREMATURE_REPAYMENT",
                (false, Some(_)) => "REPAYMENT",
            };
            data.text("receivableEventTypeCode", code);
            data.text(
                "valueDate",
                Day::of(value.unwrap_or(cash.value_date)).as_str(),
            );
            day(data, "postingDate", posting);
            data.maybe("description", comment);
            sum(data, "money", of.part.amount, cash.currency);
            let event = format!("{}-{}", of.id, of.number);
            data.text("cashEventId", &event);
            data.text(
                "balanceDirectionCode",
                if of.back { "DEBIT" } else { "CREDIT" },
            );
            let own = cash.bank_reference.as_deref().map(|own| (PAYMENT, own));
            source(data, "source", own);
            source(data, "originalSource", None);
            paying(data, loan, of);
            data.open("receivableEvent");
            data.text("receivableEventId", &event);
            data.maybe("receivableId", of.part.receivable.as_deref());
            match &of.part.receivable {
                Some(receivable) => data.text(
                    "receivableLineId",
                    &format!("{receivable}-{}", of.part.line_type),
                ),
                None => data.null("receivableLineId"),
            }
            data.text("itemTypeCode", &of.part.line_type);
            data.close();
        },
    );
}

/// The money that pays.
fn paying(data: &mut Members, loan: &Loan, of: &Confirmed<'_>) {
    let cash = of.cash;
    data.open("cash");
    data.maybe("contractId", cash.contract.as_deref());
    data.maybe("referenceNumber", reference(cash, Some(loan)));
    data.text("cashId", of.id);
    data.text(
        "statusCode",
        if of.left.is_zero() {
            "ALLOCATED"
        } else {
            "UNALLOCATED"
        },
    );
    sum(data, "balanceAmount", of.left, cash.currency);
    let own = cash.bank_reference.as_deref().map(|own| (PAYMENT, own));
    source(data, "source", own);
    source(data, "originalSource", None);
    source(data, "accountSource", account(cash));
    data.maybe("endToEndId", cash.end_to_end_id.as_deref());
    data.close();
}

/// As it came, else the contract's.
fn reference<'c>(cash: &'c Cash, loan: Option<&'c Loan>) -> Option<&'c str> {
    let own = loan.map(|loan| &*loan.reference);
    cash.reference.as_deref().or(own)
}

/// The payer's account.
fn account(cash: &Cash) -> Option<(&str, &str)> {
    let iban = cash.payer_iban.as_deref().map(|iban| ("IBAN", iban));
    let account = || {
        cash.payer_account
            .as_deref()
            .map(|account| ("ACCOUNT", account))
    };
    iban.or_else(account)
}

fn day(data: &mut Members, name: &str, day: Option<chrono::NaiveDate>) {
    match day {
        Some(day) => data.text(name, Day::of(day).as_str()),
        None => data.null(name),
    }
}
