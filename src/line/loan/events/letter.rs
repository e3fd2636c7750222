//! The letter about a contract whose borrower has died.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::{receiver, stamp, sum, tell};
use crate::line::loan::entity::{Loan, Receivable};
use crate::line::loan::person::Person;
use crate::line::loan::product::PRINCIPAL;
use crate::line::loan::words::EventKind;
use crate::line::work::Work;
use crate::model::Day;

/// A borrower has died. The contract's amounts: `money` is the principal outstanding, `balanceMoney` all that is to be
/// paid (fees and interest that are open with it, money that lies on the contract taken off), `debtMoney` what is
/// overdue of it.
pub(in crate::line::loan) fn death(
    work: &mut Work<'_>,
    (contract, loan): (&str, &Loan),
    person: Option<&Person>,
    death: NaiveDate,
) {
    let (stamp, today) = (stamp(work), work.today());
    let state = loan.state.as_str();
    tell(
        work,
        EventKind::DeathNotification,
        contract,
        state,
        |data| {
            data.open("letterHeader");
            data.text("productType", &loan.loan_type);
            data.null("letterType");
            data.text("generationDtime", &stamp);
            data.null("additionalData");
            data.close();
            receiver(data, &loan.person, person, Some(Day::of(death)));
            data.open("contractInfo");
            data.text("contractId", contract);
            data.text("contractNumber", contract);
            data.list("amounts");
            data.item();
            data.text("contextTypeCode", "CURRENT_BALANCE");
            data.day("contextDate", today);
            sum(data, "money", loan.outstanding(), loan.currency);
            sum(data, "balanceMoney", balance(loan), loan.currency);
            let overdue = loan.receivables.iter().filter(|one| one.due < today);
            sum(
                data,
                "debtMoney",
                overdue.map(Receivable::open).sum(),
                loan.currency,
            );
            data.close();
            data.close_list();
            data.close();
            data.open("paymentInfo");
            data.text("referenceNumber", &loan.reference);
            match loan.receivables.first() {
                Some(next) => data.day("dueDate", next.due),
                None => data.null("dueDate"),
            }
            data.close();
            data.list("invoiceInfo");
            for receivable in &loan.receivables {
                let Some(invoice) = &receivable.invoice else {
                    continue;
                };
                data.item();
                data.text("invoiceId", &invoice.number);
                data.text("invoiceNumber", &invoice.number);
                data.day("billingDate", receivable.billing);
                data.day("dueDate", receivable.due);
                sum(data, "money", receivable.amount(), loan.currency);
                sum(data, "debtMoney", receivable.open(), loan.currency);
                data.close();
            }
            data.close_list();
        },
    );
}

fn balance(loan: &Loan) -> Decimal {
    let lines = loan.receivables.iter().flat_map(|one| &one.lines);
    let others = lines.filter(|line| *line.line_type != *PRINCIPAL);
    let others: Decimal = others.map(super::super::entity::Line::open).sum();
    loan.outstanding() + others - loan.unallocated()
}
