//! What others must make or pay: cards, letters with PINs, transfers of what an account holds.

use anyhow::Result;
use rust_decimal::Decimal;

use super::customer::Customer;
use super::entity::{Balance, Contract, Named, Ordered};
use super::ids;
use super::kinds::ADDRESS;
use super::product::Product;
use super::words::OrderType;
use crate::line::Store;
use crate::line::told::money;
use crate::line::work::Work;
use crate::model::decision::OrderValue;
use crate::model::{Day, Order, OrderStatus};

/// Columns of card orders, letters and transfers.
pub(super) const COLUMNS: &[&str] = &[
    "contract_reference",
    "product",
    "card_contract",
    "card",
    "card_template",
    "card_expiry",
    "embossing_name",
    "embossing_line2",
    "sending_mode",
    "card_release_order",
    "title",
    "first_name",
    "last_name",
    "address_line1",
    "address_line2",
    "address_line3",
    "address_line4",
    "address_line5",
    "building_number",
    "street_name",
    "postal_code",
    "city",
    "address_country",
    "account",
    "amount",
    "currency",
    "iban",
    "bic",
];

/// Whom something is for.
const NAMES: [&str; 3] = ["title", "first_name", "last_name"];

fn text(text: &str) -> OrderValue {
    OrderValue::Text(text.into())
}

/// Orders the card of a contract where its product is made of plastic, and the letter with its PIN where it has one.
pub(super) fn for_card(
    work: &mut Work<'_>,
    contract: &mut Contract,
    at: usize,
    holder: &Customer,
    product: &Product,
) {
    let wanted = [
        (product.physical, OrderType::Card),
        (product.pin_mailer, OrderType::PinMailer),
    ];
    for (_, kind) in wanted.into_iter().filter(|(wanted, _)| *wanted) {
        let card = &contract.cards[at];
        let what = format!("{}:{}", kind.as_str(), card.reference);
        let reference = ids::order(work.context, &what);
        let order = Order {
            id: reference.as_str().into(),
            kind: kind.as_str(),
            status: OrderStatus::Orderable,
            entity: work.key.into(),
            columns: columns(contract, at, holder),
        };
        work.decision.orders.push(order);
        let reference = reference.into();
        let ordered = Ordered { reference, kind };
        contract.cards[at].card.orders.push(ordered);
    }
}

fn columns(contract: &Contract, at: usize, holder: &Customer) -> Vec<(&'static str, OrderValue)> {
    let one = &contract.cards[at];
    let expires = Day::of(one.card.expires);
    let mut columns = vec![
        ("contract_reference", text(&contract.reference)),
        ("product", text(&contract.product)),
        ("card_contract", text(&one.reference)),
        ("card", text(&one.card.reference)),
        (
            "card_template",
            text(one.template.as_deref().unwrap_or_default()),
        ),
        ("card_expiry", text(expires.as_str())),
        ("embossing_name", text(&one.embossing_name)),
        (
            "embossing_line2",
            text(one.embossing_line2.as_deref().unwrap_or_default()),
        ),
        ("sending_mode", text(one.sending_mode.as_str())),
        ("card_release_order", text(contract.release.as_str())),
    ];
    columns.extend(NAMES.map(|name| (name, text(holder.text(name)))));
    if let Some(address) = holder.postal() {
        let lines = ADDRESS.iter().filter_map(|spec| {
            let line = address.lines.get(spec.name)?.as_str()?;
            Some((spec.name, text(line)))
        });
        columns.extend(lines);
    }
    columns
}

/// Transfers to the holder's bank what each account holds. It holds nothing from then on, until a report that is as of a
/// later day.
pub(super) fn transfers(
    work: &mut Work<'_>,
    contract: &mut Contract,
    store: &mut dyn Store,
) -> Result<()> {
    for at in 0..contract.accounts.len() {
        let account = &contract.accounts[at];
        let (Some(balance), Some(Named(currency))) = (&account.balance, account.currency) else {
            continue;
        };
        if balance.amount <= Decimal::ZERO {
            continue;
        }
        let kind = OrderType::Transfer.as_str();
        let bank = contract.bank_of(account);
        let owner = Customer::of_member(store, &account.owner)?;
        let mut columns = vec![
            ("contract_reference", text(&contract.reference)),
            ("product", text(&contract.product)),
            ("account", text(&account.reference)),
            (
                "amount",
                OrderValue::Amount(money(balance.amount, currency), currency),
            ),
            ("currency", text(currency.as_str())),
            ("iban", text(bank.map_or("", |(iban, _)| iban))),
            (
                "bic",
                text(bank.and_then(|(_, bic)| bic).unwrap_or_default()),
            ),
        ];
        columns.extend(NAMES.map(|name| (name, text(owner.text(name)))));
        let id = ids::order(work.context, &format!("{kind}:{}", account.reference));
        let status = if bank.is_some() {
            OrderStatus::Ordered
        } else {
            OrderStatus::Held
        };
        let left = Balance {
            amount: money(Decimal::ZERO, currency),
            as_of: work.today().max(balance.as_of),
            transferred: true,
        };
        contract.accounts[at].balance = Some(left);
        work.decision.orders.push(Order {
            id: id.into(),
            kind,
            status,
            entity: work.key.into(),
            columns,
        });
    }
    Ok(())
}
