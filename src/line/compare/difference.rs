//! What is told where a file and the book differ: what each says, personal numbers and accounts masked.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::known::{Mandate, Payer};
use super::{REGISTERED, UNCHANGED};
use crate::check::number;
use crate::code::Code;
use crate::line::told::money;
use crate::line::work::Work;
use crate::model::value::mask;
use crate::model::{Currency, Day, Fields, Finding, Shown};

/// Said where an order or a mandate is for a payer who is not collected from.
pub(super) const NO_DEBIT: &str = "the book does not collect it by direct debit";

/// Notes the differences of a record.
pub(super) struct Difference<'w, 'a> {
    work: &'w mut Work<'a>,
}

impl<'w, 'a> Difference<'w, 'a> {
    pub(super) fn of(work: &'w mut Work<'a>) -> Self {
        Self { work }
    }

    pub(super) fn today(&self) -> NaiveDate {
        self.work.today()
    }

    pub(super) fn fields(&self) -> &'a Fields {
        self.work.fields
    }

    /// Notes a difference in a sentence of its own.
    pub(super) fn find(&mut self, field: &'static str, said: &'static str) {
        let finding = Finding::field(Code::Differs, field);
        self.work.note(finding.saying(said));
    }

    /// The same, where both are values that anyone may see.
    fn values(&mut self, field: &'static str, file: &str, book: &str) {
        let finding = Finding::field(Code::Differs, field);
        self.work
            .note(finding.saying(format!("the book says {book}, the file {file}")));
    }

    /// The same of numbers that lead to a person.
    fn personal(&mut self, field: &'static str, file: &str, book: &str) {
        let said = format!("the book says {}, the file {}", mask(book), mask(file));
        let finding = Finding::field(Code::Differs, field).saying(said);
        self.work.note(finding.seen(Shown::personal(file)));
    }

    /// Whether the record's currency is the book's; where it is not, that is noted.
    pub(super) fn currency(&mut self, book: Currency) -> bool {
        match self.fields().text("currency") {
            Some(file) if file != book.as_str() => {
                self.values("currency", file, book.as_str());
                false
            }
            _ => true,
        }
    }

    pub(super) fn amount(&mut self, book: Decimal, currency: Currency) {
        let file = self.fields().decimal("amount").unwrap_or_default();
        let [file, book] = [file, book].map(|amount| money(amount, currency).to_string());
        self.values("amount", &file, &book);
    }

    pub(super) fn date(&mut self, field: &'static str, book: Option<NaiveDate>) {
        let said = |day: Option<NaiveDate>| day.map(|day| Day::of(day).as_str().to_owned());
        let file = said(self.fields().date(field)).unwrap_or_else(|| "none".to_owned());
        let book = said(book).unwrap_or_else(|| "none".to_owned());
        self.values(field, &file, &book);
    }

    /// Account, identity and reference of a mandate, as far as both know them.
    pub(super) fn mandate(&mut self, book: &Mandate) {
        let fields = self.fields();
        if let (Some(file), Some(own)) = (fields.text("payer_identity_no"), &book.identity_no)
            && digits(&century(file)) != digits(&century(own))
        {
            self.personal("payer_identity_no", file, own);
        }
        if let (Some(file), Some(own)) = (fields.text("payer_account"), &book.account)
            && !is_account(
                fields.text("payer_clearing"),
                file,
                book.clearing.as_deref(),
                own,
            )
        {
            let own = format!("{}{own}", book.clearing.as_deref().unwrap_or_default());
            self.personal("payer_account", file, &own);
        }
        if let (Some(file), Some(own)) = (fields.text("payer_iban"), &book.iban) {
            let plain = |text: &str| {
                number::iban(text).map_or_else(|_| text.to_owned(), |valid| valid.normalised)
            };
            if plain(file) != plain(own) {
                self.personal("payer_iban", file, own);
            }
        }
        if let (Some(file), Some(own)) = (fields.text("mandate_ref"), &book.mandate_ref)
            && *file != **own
        {
            // Payers are often known by their identity numbers.
            self.personal("mandate_ref", file, own);
        }
    }

    /// Whether there is such a mandate, and how it stands.
    pub(super) fn mandate_stands(&mut self, payer: &Payer) {
        let file = self.fields().text("mandate_status");
        let file = file.filter(|status| ![UNCHANGED, REGISTERED].contains(status));
        let ended = file == Some("cancelled");
        if payer.by_debit == Some(false) && !ended {
            self.find("payer_no", NO_DEBIT);
        } else if let (Some(file), Some(own)) = (file, payer.mandate.status)
            && file != own
        {
            self.values("mandate_status", file, own);
        }
    }
}

/// Digits alone, zeros in front aside.
fn digits(text: &str) -> String {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    digits.trim_start_matches('0').to_owned()
}

/// A Swedish identity number without its century: some registers have ten digits, and a company's is filled up in front.
fn century(text: &str) -> String {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    match digits.len() {
        12 => digits[2..].to_owned(),
        _ => digits,
    }
}

/// Whether two accounts are one: clearing number and account apart, or in one text with zeros between them. The fifth
/// digit of a clearing number is a check digit, which a bank's registers leave out.
fn is_account(clearing: Option<&str>, account: &str, own: Option<&str>, own_account: &str) -> bool {
    let four = |clearing: &str| clearing.get(..4).unwrap_or(clearing).to_owned();
    let proven = |clearing: Option<&str>, account: &str| {
        let whole = clearing.map_or_else(String::new, |clearing| format!("{clearing},"));
        number::account(&format!("{whole}{account}")).ok()
    };
    if let Some(one) = proven(clearing, account)
        && let Some(other) = proven(own, own_account)
    {
        return one.normalised == other.normalised;
    }
    if let (Some(clearing), Some(own)) = (clearing, own) {
        return four(clearing) == four(own) && digits(account) == digits(own_account);
    }
    let own = own
        .map(|own| [own.to_owned(), four(own)])
        .unwrap_or_default();
    let account = digits(account);
    let bare = own_account.trim_start_matches('0');
    digits(own_account) == account
        || own.iter().any(|own| {
            [
                format!("{own}{own_account}"),
                format!("{own}{bare}"),
                format!("{own}{bare:0>12}"),
            ]
            .iter()
            .any(|whole| digits(whole) == account)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_the_same_however_it_is_written() {
        let rows = [
            (
                Some("3300"),
                "000121212121",
                Some("3300"),
                "121212121",
                true,
            ),
            (None, "3300000121212121", Some("3300"), "121212121", true),
            (None, "8327000099114433", Some("83279"), "99114433", true),
            (Some("8327"), "99114433", Some("83279"), "99114433", true),
            (Some("8328"), "99114433", Some("83279"), "99114433", false),
            (None, "3300000121212122", Some("3300"), "121212121", false),
            // A bank's file fills an account up; as an account number it has the digits that its bank uses.
            (None, "51020158751", Some("5102"), "000000158751", true),
            (None, "51020158751", Some("5102"), "158759", false),
            (None, "0009912346", None, "9912346", true),
        ];
        for (clearing, account, own, own_account, same) in rows {
            assert_eq!(
                is_account(clearing, account, own, own_account),
                same,
                "{clearing:?} {account} {own:?} {own_account}"
            );
        }
    }

    #[test]
    fn an_identity_is_the_same_with_its_century_and_without() {
        for (one, other, same) in [
            ("198112289874", "8112289874", true),
            ("005560360793", "556036-0793", true),
            ("198112289874", "8112289882", false),
        ] {
            let equal = digits(&century(one)) == digits(&century(other));
            assert_eq!(equal, same, "{one} {other}");
        }
    }
}
