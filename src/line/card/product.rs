//! Settings of a card product.

use super::words::{CardStatus, Category, FeeType};
use crate::line::settings::{days, whole};
use crate::toml_table::Table;

/// The most months that a card may be valid: beyond a life's length it is a slip of the finger.
const MOST_MONTHS: i64 = 600;

/// Settings of a card product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Product {
    /// What kind of account it gives.
    pub(super) category: Category,
    /// Whether its cards are made of plastic.
    pub(super) physical: bool,
    /// What a card is as soon as its contract is signed.
    pub(super) initial_card_status: CardStatus,
    /// Whether a letter with the PIN is sent.
    pub(super) pin_mailer: bool,
    /// Whether a new contract waits for its signature.
    pub(super) signature_required: bool,
    /// Codes of what can be added to a contract.
    pub(super) extensions: Vec<String>,
    /// The fee models that its accounts may have.
    pub(super) fee_models: Vec<(String, FeeType)>,
    /// How long a card is valid, to the end of the month.
    pub(super) validity_months: u32,
    /// The days within which a suspension can be taken back; the contract is closed on the day after.
    pub(super) suspension_closure_days: u32,
}

impl Default for Product {
    fn default() -> Self {
        Self {
            category: Category::Debit,
            physical: true,
            initial_card_status: CardStatus::Active,
            pin_mailer: false,
            signature_required: false,
            extensions: Vec::new(),
            fee_models: Vec::new(),
            validity_months: 60,
            suspension_closure_days: 30,
        }
    }
}

impl Product {
    /// Reads the settings of one `[product.CODE]`; every fault is noted in the table's document, and a setting that is
    /// wrong or not there has its default. `line` and unknown keys are the caller's.
    pub fn from_table(table: &mut Table<'_>) -> Self {
        let default = Self::default();
        let category = word(table, "category", Category::WORDS);
        let support = word(table, "support", &["physical", "virtual"]);
        let status = word(table, "initial_card_status", &["CREATED", "ACTIVE"]);
        Self {
            category: category
                .and_then(Category::named)
                .unwrap_or(default.category),
            physical: support != Some("virtual"),
            initial_card_status: status
                .and_then(CardStatus::named)
                .unwrap_or(default.initial_card_status),
            pin_mailer: table.boolean("pin_mailer").unwrap_or(default.pin_mailer),
            signature_required: table
                .boolean("signature_required")
                .unwrap_or(default.signature_required),
            extensions: table.strings("extensions").unwrap_or_default(),
            fee_models: fee_models(table),
            validity_months: months(table, default.validity_months),
            suspension_closure_days: days(
                table,
                "suspension_closure_days",
                default.suspension_closure_days,
            ),
        }
    }
}

fn months(table: &mut Table<'_>, default: u32) -> u32 {
    let months = whole(table, "validity_months", default, MOST_MONTHS);
    if months == 0 {
        table.fault_at("validity_months", "`validity_months` must be more than 0");
    }
    months
}

fn fee_models(table: &mut Table<'_>) -> Vec<(String, FeeType)> {
    let mut models = Vec::new();
    for mut entry in table.tables("fee_models") {
        let model = entry.required_string("model");
        let kind = word(&mut entry, "type", FeeType::WORDS);
        if kind.is_none() && !entry.has("type") {
            entry.fault("`type` is missing");
        }
        entry.finish();
        if let (Some(model), Some(kind)) = (model, kind.and_then(FeeType::named)) {
            models.push((model, kind));
        }
    }
    models
}

/// A word of a list, in its own spelling.
fn word(table: &mut Table<'_>, key: &'static str, words: &[&'static str]) -> Option<&'static str> {
    let text = table.string(key)?;
    let known = words.iter().copied().find(|word| *word == text);
    if known.is_none() {
        let all = words.join(", ");
        table.fault_at(key, format!("`{text}` is none of {all}"));
    }
    known
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::toml_table::Document;

    fn read(text: &str) -> (Product, Vec<String>) {
        let document = Document::parse("t", text).expect("is TOML");
        let mut table = document.root();
        let product = Product::from_table(&mut table);
        table.finish();
        let faults = document.into_faults();
        (product, faults.0.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn what_is_not_said_has_its_default() {
        assert_eq!(read(""), (Product::default(), Vec::new()));
    }

    #[test]
    fn what_is_said_counts() {
        let (product, faults) = read(
            "category = 'CREDIT'\nsupport = 'virtual'\ninitial_card_status = 'CREATED'\npin_mailer = true\n\
             signature_required = true\nextensions = ['E']\nvalidity_months = 36\nsuspension_closure_days = 10\n\
             fee_models = [{ model = 'M1', type = 'MEMBERSHIP_FEE' }, { model = 'M2', type = 'ACCOUNT_SETUP_FEE' }]\n",
        );
        assert_eq!(faults, [""; 0]);
        let expected = Product {
            category: Category::Credit,
            physical: false,
            initial_card_status: CardStatus::Created,
            pin_mailer: true,
            signature_required: true,
            extensions: vec!["E".to_owned()],
            fee_models: vec![
                ("M1".to_owned(), FeeType::Membership),
                ("M2".to_owned(), FeeType::AccountSetup),
            ],
            validity_months: 36,
            suspension_closure_days: 10,
        };
        assert_eq!(product, expected);
    }

    #[test]
    fn every_fault_is_told() {
        let (_, faults) = read(
            "category = 'debit'\ninitial_card_status = 'BLOCKED'\nvalidity_months = 0\n\
             fee_models = [{ model = 'M1', type = 'FEE' }, { type = 'MEMBERSHIP_FEE' }]\n",
        );
        let told = faults.join("\n");
        for part in [
            "t:1:12 `debit` is none of DEBIT, CREDIT, PREPAID",
            "`BLOCKED` is none of CREATED, ACTIVE",
            "`validity_months` must be more than 0",
            "`FEE` is none of MEMBERSHIP_FEE, ACCOUNT_SETUP_FEE",
            "model",
        ] {
            assert!(told.contains(part), "{part} in\n{told}");
        }
    }
}
