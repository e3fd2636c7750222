//! New accounts and cards, as a record describes them.

use chrono::{Datelike as _, Months, NaiveDate};

use super::customer::Customer;
use super::embossing;
use super::entity::{Account, Card, CardContract};
use super::ids;
use super::product::Product;
use super::words::{CardStatus, Indicator, SendingMode, Status};
use crate::line::work::Work;
use crate::model::Finding;

/// The embossing lines of a card.
pub(super) struct Embossing {
    pub name: Box<str>,
    pub line2: Option<Box<str>>,
}

/// What is to stand on a card for this customer; `None`: it cannot, and that is noted.
pub(super) fn embossing(work: &mut Work<'_>, customer: &Customer) -> Option<Embossing> {
    let fields = work.fields;
    let name = if let Some(name) = fields.text("embossing_name") {
        // What cannot stand there was found when the record was checked by itself.
        embossing::line(name)
    } else {
        let (last, first) = (customer.text("last_name"), customer.text("first_name"));
        if last.is_empty() || first.is_empty() {
            // That they are missing was told.
            return None;
        }
        embossing::name(last, first)
    };
    let name = match name {
        Ok(name) => name,
        Err(code) => {
            let finding = Finding::field(code, "embossing_name")
                .saying("the customer's name cannot be made to fit the card")
                .hinting("give an embossing_name");
            work.note(finding);
            return None;
        }
    };
    let line2 = fields.text("embossing_line2");
    Some(Embossing {
        name: name.into(),
        line2: line2.and_then(|line| embossing::line(line).ok().map(Into::into)),
    })
}

/// A new account that waits to be used.
pub(super) fn new_account(
    work: &Work<'_>,
    no: &str,
    parent: Option<Box<str>>,
    owner: &str,
    guarantor: &str,
) -> Account {
    let text = |name| work.fields.text(name).map(Box::<str>::from);
    Account {
        reference: ids::account(work.context, no).into(),
        no: no.into(),
        parent,
        template: text("account_template"),
        iban: text("iban"),
        bic: text("bic"),
        status: Status::Created,
        status_at: ids::instant(work.context),
        activated: None,
        owner: owner.into(),
        guarantor: guarantor.into(),
        fees: Vec::new(),
        fees_suppressed: false,
        currency: None,
        credit_limit: None,
        mandate: None,
        insurance: None,
        balance: None,
    }
}

/// A new card that waits to be used, with the contract about it.
pub(super) fn new_card(
    work: &Work<'_>,
    holder: &str,
    account: &Account,
    product: &Product,
    embossing: Embossing,
    indicator: Indicator,
) -> CardContract {
    let fields = work.fields;
    let text = |name| fields.text(name).map(Box::<str>::from);
    // First six and last four digits, and the reference where the whole number was sent: see `FieldType::CardNumber`.
    let mut pan = fields.text("pan").unwrap_or_default().split(' ');
    let mut part = || {
        pan.next()
            .filter(|part| !part.is_empty())
            .map(Box::<str>::from)
    };
    let sending_mode = fields.text("sending_mode").and_then(SendingMode::named);
    CardContract {
        reference: ids::card_contract(work.context).into(),
        no: text("card_contract_ref"),
        template: text("card_template"),
        embossing_name: embossing.name,
        embossing_line2: embossing.line2,
        indicator,
        holder: holder.into(),
        status: Status::Created,
        opened: ids::instant(work.context),
        activated: None,
        account: account.reference.clone(),
        sending_mode: sending_mode.unwrap_or(SendingMode::Normal),
        ordered: None,
        no_new_card: false,
        card: Card {
            reference: ids::card(work.context).into(),
            no: text("card_ref"),
            masked_pan: part(),
            pan_reference: part(),
            expires: expiry(work, product),
            status: CardStatus::Created,
            suspended: false,
            orders: Vec::new(),
        },
    }
}

/// The last day of a card that is ordered today.
pub(super) fn expiry(work: &Work<'_>, product: &Product) -> NaiveDate {
    month_end(work.today(), product.validity_months)
}

/// The last day of the month that is so many months after a day.
fn month_end(day: NaiveDate, months: u32) -> NaiveDate {
    let first = day.with_day(1).expect("every month has a first day");
    let next = first.checked_add_months(Months::new(months + 1));
    let next = next.expect("dates end in the year 2999, settings at 600 months");
    next.pred_opt().expect("no month begins the calendar")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_is_valid_to_the_end_of_the_month() {
        let day = |text: &str| text.parse::<NaiveDate>().expect("a date");
        for (from, months, last) in [
            ("2022-12-05", 60, "2027-12-31"),
            ("2022-12-31", 2, "2023-02-28"),
            ("2024-01-31", 1, "2024-02-29"),
            ("2026-11-20", 1, "2026-12-31"),
        ] {
            assert_eq!(month_end(day(from), months), day(last), "{from} {months}");
        }
    }
}
