//! Events of what is owed: receivables, invoices, credit notes.

use rust_decimal::Decimal;

use super::{range, receiver, stamp, sum, tell};
use crate::line::loan::cash::{CreditNote, Part};
use crate::line::loan::entity::{Loan, Receivable};
use crate::line::loan::person::Person;
use crate::line::loan::words::EventKind;
use crate::line::work::Work;
use crate::model::json::Members;
use crate::model::{Currency, Day};

/// Something is owed.
pub(in crate::line::loan) fn receivable(
    work: &mut Work<'_>,
    loan: &Loan,
    receivable: &Receivable,
    person: Option<&Person>,
) {
    let (number, stamp) = (work.key, stamp(work));
    let comment = work.fields.text("comment");
    let state = loan.state.as_str();
    tell(work, EventKind::ReceivableCreated, number, state, |data| {
        data.open("receivable");
        data.text("receivableId", &receivable.number);
        data.text("contractId", number);
        data.null("receivableGroupCode");
        data.text("receivableTypeCode", &receivable.receivable_type);
        data.null("invoiceReason");
        data.text("receivableNumber", &receivable.number);
        data.text("statusCode", receivable.state.as_str());
        data.day("billingDate", receivable.billing);
        data.day("dueDate", receivable.due);
        sum(
            data,
            "receivableAmountMoney",
            receivable.amount(),
            loan.currency,
        );
        range(data, "billingPeriodRange", receivable.period.as_ref());
        range(data, "interestPeriodRange", None);
        data.maybe("description", comment);
        data.null("previousReceivableId");
        data.null("solvencyLevelCode");
        data.null("changeReasonCode");
        data.text("generationDtime", &stamp);
        data.close();
        data.open("contract");
        data.text("contractNumber", number);
        data.text("productType", &loan.loan_type);
        data.text("countryCode", &loan.country);
        data.text("personId", &loan.person);
        data.text("referenceNumber", &loan.reference);
        let delivery = person.and_then(|person| person.text("delivery_method"));
        data.maybe("invoiceDeliveryMethodCode", delivery);
        data.maybe("repaymentChannelCode", loan.channel.as_deref());
        data.close();
        data.list("receivableLines");
        for line in &receivable.lines {
            data.item();
            data.text("receivableLineId", &receivable.line_id(&line.line_type));
            data.null("creditedReceivableLineId");
            data.text("lineTypeCode", &line.line_type);
            data.null("lineSubtypeCode");
            data.null("description");
            sum(data, "amountMoney", line.amount, loan.currency);
            data.null("source");
            data.null("originalSource");
            data.close();
        }
        data.close_list();
    });
}

/// A receivable was billed.
pub(in crate::line::loan) fn invoice(
    work: &mut Work<'_>,
    loan: &Loan,
    receivable: &Receivable,
    person: Option<&Person>,
) {
    let Some(invoice) = &receivable.invoice else {
        return;
    };
    let (number, stamp) = (work.key, stamp(work));
    let state = loan.state.as_str();
    let parts = receivable.lines.iter();
    let parts = parts.map(|line| (&*line.line_type, line.amount));
    tell(work, EventKind::InvoiceCreated, number, state, |data| {
        data.open("invoiceHeader");
        data.text("productType", &loan.loan_type);
        data.text("contractId", number);
        data.text("contractNumber", number);
        data.text("invoiceId", &invoice.number);
        data.text("invoiceType", &receivable.receivable_type);
        data.text("invoiceNumber", &invoice.number);
        data.null("invoiceReason");
        data.maybe(
            "language",
            person.and_then(|person| person.text("language")),
        );
        data.day("billingDate", receivable.billing);
        data.day("dueDate", receivable.due);
        range(data, "billingPeriodRange", receivable.period.as_ref());
        range(data, "interestPeriodRange", None);
        data.null("monthlyRepaymentMoney");
        data.text("generationDtime", &stamp);
        data.null("additionalData");
        data.close();
        receiver(data, &loan.person, person, None);
        payment(data, &invoice.reference, receivable.open(), loan.currency);
        lines(data, parts, receivable, loan.currency, None);
    });
}

/// Some of an invoice is no longer asked for. `number`: the credit note's.
pub(in crate::line::loan) fn credit_note(
    work: &mut Work<'_>,
    loan: &Loan,
    (number, note): (&str, &CreditNote),
    receivable: &Receivable,
    person: Option<&Person>,
) {
    let (contract, stamp, today) = (work.key, stamp(work), Day::of(work.today()));
    let invoice = receivable.invoice.as_ref();
    let reference = invoice.map_or(&*loan.reference, |invoice| &*invoice.reference);
    let state = loan.state.as_str();
    let parts = note.parts.iter();
    let parts = parts.map(|part: &Part| (&*part.line_type, part.amount));
    tell(
        work,
        EventKind::CreditNoteCreated,
        contract,
        state,
        |data| {
            data.open("creditNoteHeader");
            data.text("creditNoteId", number);
            data.null("creditNoteReason");
            data.text("creditedInvoiceId", &note.invoice);
            data.text("generationDtime", &stamp);
            data.maybe(
                "language",
                person.and_then(|person| person.text("language")),
            );
            data.text("billingDate", today.as_str());
            data.day("dueDate", receivable.due);
            data.text("contractId", contract);
            data.text("contractNumber", contract);
            data.null("additionalData");
            data.close();
            receiver(data, &loan.person, person, None);
            payment(data, reference, note.amount(), loan.currency);
            lines(data, parts, receivable, loan.currency, Some(&note.invoice));
        },
    );
}

fn payment(data: &mut Members, reference: &str, amount: Decimal, currency: Currency) {
    data.open("paymentInfo");
    data.text("referenceNumber", reference);
    sum(data, "paymentMoney", amount, currency);
    data.close();
}

/// The lines of an invoice, or of a credit note, which names the invoice that it is about.
fn lines<'p>(
    data: &mut Members,
    parts: impl Iterator<Item = (&'p str, Decimal)>,
    receivable: &Receivable,
    currency: Currency,
    due: Option<&str>,
) {
    data.list("lines");
    for (line_type, amount) in parts {
        data.item();
        data.text("lineGroupCode", "INVOICE_LINE");
        data.text("lineTypeCode", line_type);
        data.null("lineSubtypeCode");
        data.null("lineText");
        sum(data, "lineMoney", amount, currency);
        data.null("lineRate");
        data.day("lineDate", receivable.billing);
        if let Some(due) = due {
            data.open("additionalData");
            data.text("dueInvoiceNumber", due);
            data.close();
        } else {
            data.null("additionalData");
        }
        data.close();
    }
    data.close_list();
}
