//! Money that is paid out to a borrower.

use rust_decimal::Decimal;

use super::entity::Loan;
use super::events;
use super::lifecycle::{Ask, Then};
use super::work::take;
use crate::code::Code;
use crate::line::work::Work;
use crate::model::decision::OrderValue;
use crate::model::{Currency, Finding, Order, OrderStatus};

/// Columns of orders: what is paid, to whom and why.
pub(super) const ORDER_COLUMNS: &[&str] = &[
    "amount",
    "currency",
    "creditor_name",
    "iban",
    "bic",
    "account",
    "reference_no",
];

/// Money on its way to someone.
pub(super) struct Transfer<'a> {
    /// The order's id.
    pub id: String,
    pub amount: Decimal,
    pub iban: &'a str,
    pub bic: Option<&'a str>,
    pub name: &'a str,
}

/// `loan.disburse`.
pub(super) fn disburse(work: &mut Work<'_>, loan: &mut Loan) {
    take(work, loan, Ask::Disburse(Then::Open));
    let fields = work.fields;
    let amount = fields.decimal("amount").expect("required: checked before");
    if work.same_currency(loan.currency, "contract") && loan.disbursed + amount > loan.amount {
        let left = (loan.amount - loan.disbursed).max(Decimal::ZERO);
        let finding = Finding::field(Code::AmountOverContract, "amount");
        work.note(finding.hinting(format!("{left} can still be paid out")));
    }
    if work.is_bad() {
        return;
    }
    loan.disbursed += amount;
    let text = |name| fields.text(name).expect("required: checked before");
    let transfer = Transfer {
        id: work.context.derive("order").to_string(),
        amount,
        iban: text("iban"),
        bic: fields.text("bic"),
        name: text("creditor_name"),
    };
    // More was paid back than was paid out by then.
    let then = loan.then();
    take(work, loan, Ask::Disburse(then));
    events::transfer(work, loan, &transfer);
    let order = order(
        "Disbursement",
        OrderStatus::Ordered,
        work.key,
        &transfer.id,
        &To {
            amount,
            currency: loan.currency,
            name: Some(transfer.name),
            iban: Some(transfer.iban),
            bic: transfer.bic,
            account: None,
            reference: Some(&loan.reference),
        },
    );
    work.decision
        .references
        .push(("transfer", transfer.id.as_str().into()));
    work.decision.orders.push(order);
}

/// What is paid to whom.
pub(super) struct To<'a> {
    pub amount: Decimal,
    pub currency: Currency,
    pub name: Option<&'a str>,
    pub iban: Option<&'a str>,
    pub bic: Option<&'a str>,
    pub account: Option<&'a str>,
    pub reference: Option<&'a str>,
}

/// An order to pay.
pub(super) fn order(
    kind: &'static str,
    status: OrderStatus,
    entity: &str,
    id: &str,
    to: &To<'_>,
) -> Order {
    let text = |text: Option<&str>| OrderValue::Text(text.unwrap_or_default().into());
    Order {
        id: id.into(),
        kind,
        status,
        entity: entity.into(),
        columns: vec![
            ("amount", OrderValue::Amount(to.amount, to.currency)),
            ("currency", text(Some(to.currency.as_str()))),
            ("creditor_name", text(to.name)),
            ("iban", text(to.iban)),
            ("bic", text(to.bic)),
            ("account", text(to.account)),
            ("reference_no", text(to.reference)),
        ],
    }
}
