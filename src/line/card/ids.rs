//! References that are assigned: shaped as the source shapes them, derived from the record so that a rerun assigns the
//! same ones, and never of a length that a card number has.

use crate::line::Context;
use crate::model::Day;

/// Digits that tell two references of a kind apart.
const DIGITS: u32 = 18;

fn digits(context: &Context<'_>, what: &str) -> String {
    let number = context.derive(what).as_u128() % 10_u128.pow(DIGITS);
    format!("{number:018}")
}

fn of_issuer(context: &Context<'_>, what: &str) -> String {
    let issuer = context.terms.issuer_id.as_deref().unwrap_or_default();
    format!("{issuer}20{}", digits(context, what))
}

/// Of a contract.
pub(super) fn contract(context: &Context<'_>) -> String {
    context.derive("contract").to_string()
}

/// Of a customer.
pub(super) fn customer(context: &Context<'_>) -> String {
    format!("CUS10{}", digits(context, "customer"))
}

/// Of an account that the issuer calls `no`.
pub(super) fn account(context: &Context<'_>, no: &str) -> String {
    of_issuer(context, &format!("account:{no}"))
}

/// Of the contract about a card.
pub(super) fn card_contract(context: &Context<'_>) -> String {
    of_issuer(context, "card-contract")
}

/// Of a card.
pub(super) fn card(context: &Context<'_>) -> String {
    format!("20{}", digits(context, "card"))
}

/// Of an order.
pub(super) fn order(context: &Context<'_>, what: &str) -> String {
    let day = Day::of(context.today).to_string().replace('-', "");
    format!("{day}{}", digits(context, &format!("order:{what}")))
}

/// Of the address of this label that a customer has.
pub(super) fn address(context: &Context<'_>, label: &str, customer: &str) -> String {
    let number = digits(context, &format!("address:{label}:{customer}"));
    format!("ADDREF_{label}_10{number}")
}

/// When something happened: on the day that it is dated on, at the time of the run.
pub(super) fn instant(context: &Context<'_>) -> Box<str> {
    let (day, time) = (Day::of(context.today), context.now.time());
    let (time, offset) = (time.format("%H:%M:%S%.3f"), context.now.offset());
    format!("{day}T{time}{offset}").into()
}
