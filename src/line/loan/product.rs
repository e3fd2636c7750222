//! Settings of a loan product, and what its reference numbers must look like.

use std::borrow::Cow;

use anyhow::Result;

use super::show::status;
use super::{TYPE, events};
use crate::check::number;
use crate::code::Code;
use crate::lifecycle::words;
use crate::line::Store;
use crate::line::settings::currencies;
use crate::line::work::Work;
use crate::model::{Currency, Decision};
use crate::toml_table::Table;

words! {
    /// How a reference number proves itself.
    pub enum Reference {
        /// It does not.
        Any "any",
        /// The Swedish OCR number.
        SeOcr "se-ocr",
        /// The Finnish reference.
        Fi "fi",
        /// The Norwegian KID, modulus 10.
        NoKid10 "no-kid10",
        /// The Norwegian KID, modulus 11.
        NoKid11 "no-kid11",
        /// The Danish payment slip of type 71.
        DkFik71 "dk-fik71",
        /// ISO 11649.
        Rf "rf",
    }
}

impl Reference {
    /// The number in the one way that it is written inside.
    ///
    /// # Errors
    /// It is none of this kind.
    pub(super) fn check(self, text: &str) -> Result<Cow<'_, str>, Code> {
        let check: fn(&str) -> Result<number::Valid, Code> = match self {
            Self::Any => return Ok(Cow::Borrowed(text)),
            Self::SeOcr => number::ocr,
            Self::Fi => number::finnish_reference,
            Self::NoKid10 => number::kid10,
            Self::NoKid11 => number::kid11,
            Self::DkFik71 => number::fik71,
            Self::Rf => number::creditor_reference,
        };
        check(text).map(|valid| Cow::Owned(valid.normalised))
    }
}

/// Principal.
pub(super) const PRINCIPAL: &str = "PRI";
/// Interest.
pub(super) const INTEREST: &str = "INT";
/// Stands for all fees in the order of allocation.
const FEES: &str = "fees";

/// Settings of a loan product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Product {
    /// Types of lines, in the order in which money pays them: every one that there is, each once.
    pub allocation: Vec<String>,
    /// How its reference numbers prove themselves.
    pub reference: Reference,
    /// Currencies it is sold in; empty: any.
    pub currency: Vec<Currency>,
}

impl Default for Product {
    fn default() -> Self {
        Self {
            allocation: vec!["COF".to_owned(), INTEREST.to_owned(), PRINCIPAL.to_owned()],
            reference: Reference::Any,
            currency: Vec::new(),
        }
    }
}

impl Product {
    /// Reads the settings of one `[product.CODE]`; every fault is noted in the table's document, and a setting that is
    /// wrong or not there has its default. `line` and unknown keys are the caller's.
    pub fn from_table(table: &mut Table<'_>) -> Self {
        let fees = table.strings("fee_codes");
        let fees = fees.unwrap_or_else(|| vec!["COF".to_owned()]);
        for (at, fee) in fees.iter().enumerate() {
            let own = fee == PRINCIPAL || fee == INTEREST || fee == FEES;
            let plain = !fee.is_empty()
                && fee.len() <= 30
                && fee
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
            if own || !plain || fees[..at].contains(fee) {
                table.fault_at("fee_codes", format!("`{fee}` is no fee code: letters, digits, `-` and `_`, each code once, neither PRI nor INT"));
            }
        }
        let allocation = allocation(table, &fees);
        let word = table.string("reference");
        let reference = word
            .as_deref()
            .map_or(Some(Reference::Any), Reference::named);
        if reference.is_none() {
            let known = Reference::WORDS.join(", ");
            let word = word.unwrap_or_default();
            table.fault_at(
                "reference",
                format!("`{word}` is not known; known: {known}"),
            );
        }
        Self {
            allocation,
            reference: reference.unwrap_or(Reference::Any),
            currency: currencies(table),
        }
    }

    /// Where a type of line stands in the order of allocation; `None`: the product does not know it.
    pub(super) fn rank(&self, line_type: &str) -> Option<usize> {
        self.allocation.iter().position(|known| known == line_type)
    }
}

/// The order of allocation with `fees` spelt out: fee codes that it does not name itself, in their own order.
fn allocation(table: &mut Table<'_>, fees: &[String]) -> Vec<String> {
    let words = table.strings("allocation");
    let words = words.unwrap_or_else(|| [FEES, INTEREST, PRINCIPAL].map(str::to_owned).to_vec());
    let mut order: Vec<String> = Vec::new();
    for word in &words {
        if word == FEES {
            order.extend(fees.iter().filter(|fee| !words.contains(fee)).cloned());
        } else if word == INTEREST || word == PRINCIPAL || fees.contains(word) {
            order.push(word.clone());
        } else {
            table.fault_at(
                "allocation",
                format!(
                    "`{word}` is no type of line; known: fees, INT, PRI, {}",
                    fees.join(", ")
                ),
            );
        }
    }
    let all = [INTEREST, PRINCIPAL]
        .into_iter()
        .chain(fees.iter().map(String::as_str));
    for word in all {
        match order.iter().filter(|known| *known == word).count() {
            1 => {}
            0 => table.fault_at("allocation", format!("`{word}` has no place in the order")),
            _ => table.fault_at("allocation", format!("`{word}` stands in the order twice")),
        }
    }
    order
}

/// `loan.product`: settings of a loan type changed.
pub(super) fn changed(mut work: Work<'_>, store: &mut dyn Store) -> Result<Decision> {
    let key = work.key;
    super::work::product(&mut work, key, "loan_type");
    if let Some(before) = store.find(TYPE, work.key)? {
        work.decision.state = status(before)?.into();
    }
    if work.is_bad() {
        return Ok(work.close());
    }
    let status = work
        .fields
        .text("status")
        .expect("required: checked before");
    store.save(TYPE, work.key, serde_json::to_string(status)?, &[])?;
    events::loan_type(&mut work, status);
    work.decision.state = status.to_owned().into();
    Ok(work.close())
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
            "allocation = ['INT', 'LATE', 'fees', 'PRI']\nfee_codes = ['COF', 'LATE', 'ADM']\nreference = 'se-ocr'\ncurrency = ['SEK']\n",
        );
        assert_eq!(faults, [""; 0]);
        assert_eq!(product.allocation, ["INT", "LATE", "COF", "ADM", "PRI"]);
        assert_eq!(product.reference, Reference::SeOcr);
        assert_eq!(product.rank("ADM"), Some(3));
        assert_eq!(product.rank("XYZ"), None);
        let codes: Vec<String> = product.currency.iter().map(ToString::to_string).collect();
        assert_eq!(codes, ["SEK"]);
    }

    #[test]
    fn every_fault_is_told() {
        let (_, faults) = read(
            "allocation = ['PRI', 'PRI', 'X']\nfee_codes = ['PRI', 'COF', 'COF']\nreference = 'ocr'\ncurrency = ['kr']\n",
        );
        assert_eq!(
            faults,
            [
                "t:1:14 `COF` has no place in the order",
                "t:1:14 `INT` has no place in the order",
                "t:1:14 `PRI` stands in the order twice",
                "t:1:14 `X` is no type of line; known: fees, INT, PRI, PRI, COF, COF",
                "t:2:13 `COF` is no fee code: letters, digits, `-` and `_`, each code once, neither PRI nor INT",
                "t:2:13 `PRI` is no fee code: letters, digits, `-` and `_`, each code once, neither PRI nor INT",
                "t:3:13 `ocr` is not known; known: any, se-ocr, fi, no-kid10, no-kid11, dk-fik71, rf",
                "t:4:12 `kr` is not an ISO 4217 currency in use",
            ]
        );
    }

    #[test]
    fn every_setting_checks_its_own_kind_of_number() {
        let rows = [
            (Reference::Any, "whatever 1", Ok("whatever 1")),
            (Reference::SeOcr, "1234567-4", Ok("12345674")),
            (Reference::SeOcr, "12345675", Err(Code::InvalidReference)),
            (Reference::Fi, "1232", Ok("1232")),
            (Reference::NoKid10, "12345674", Ok("12345674")),
            (Reference::NoKid11, "12345678", Err(Code::InvalidReference)),
            (Reference::DkFik71, "12345674", Ok("000000012345674")),
            (Reference::Rf, "RF18539007547034", Ok("RF18539007547034")),
            (
                Reference::Rf,
                "RF19539007547034",
                Err(Code::InvalidReference),
            ),
        ];
        for (reference, text, expected) in rows {
            let found = reference.check(text);
            assert_eq!(
                found.as_deref().map_err(|code| *code),
                expected,
                "{reference:?} {text}"
            );
        }
    }
}
