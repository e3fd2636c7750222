//! The insurance line's view of checked numbers: customers' and payers' identities, accounts to collect from and to
//! pay to.

use chrono::NaiveDate;

use crate::check::number;
use crate::code::Code;

pub(super) use number::{Valid, bankgiro, has_iban, identity, plusgiro};

/// A clearing number and an account in its bank.
pub(super) fn account(clearing: &str, account: &str) -> Result<Valid, Code> {
    number::account(&format!("{clearing},{account}"))
}

/// The identity number of someone who pays by Autogiro: a Swedish person's, or a Swedish company's. Where it is
/// neither, what is wrong with it as a person's.
pub(super) fn payer(text: &str, today: Option<NaiveDate>) -> Result<Valid, Code> {
    number::personnummer(text, today)
        .or_else(|code| number::organisationsnummer(text).map_err(|_| code))
}
