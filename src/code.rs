//! The catalogue of finding codes: one list, read by the checks, the answers, the command line and the manual.
//!
//! Order is precedence: where only one code can be named, the first of this list is. A code is never renamed or
//! used again for another meaning; one that is no longer given stays in the list.

/// What a finding of this code does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Told, and nothing more.
    Note,
    /// Rejects its record (or, without a row, the batch).
    Error,
}

impl Level {
    /// The public word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Error => "error",
        }
    }
}

/// What a code speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// The file as a whole: it is put into quarantine, or the batch rejected.
    Batch,
    /// One record.
    Record,
    /// One record, and never a reason to reject it.
    Note,
}

/// One line of the catalogue.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// The public word, snake case.
    pub name: &'static str,
    /// What it speaks of.
    pub scope: Scope,
    /// What is wrong, in a sentence without a full stop.
    pub message: &'static str,
    /// What the sender can do.
    pub hint: &'static str,
    /// The ISO 20022 external status reason of the same meaning, where there is one.
    pub iso_reason: Option<&'static str>,
}

macro_rules! catalogue {
    ($($variant:ident $name:literal $scope:ident $message:literal, fix $hint:literal $(, iso $iso:literal)?;)*) => {
        /// What can be found in a file or a record.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code { $(#[doc = $message] $variant,)* }

        impl Code {
            /// Every code, in order of precedence.
            pub const ALL: &'static [Code] = &[$(Code::$variant,)*];

            /// The catalogue's line for this code.
            pub const fn entry(self) -> Entry {
                match self {
                    $(Code::$variant => Entry {
                        name: $name, scope: Scope::$scope, message: $message, hint: $hint,
                        iso_reason: catalogue!(@iso $($iso)?),
                    },)*
                }
            }

            /// The code of this public word.
            pub fn named(name: &str) -> Option<Code> {
                match name { $($name => Some(Code::$variant),)* _ => None }
            }
        }
    };
    (@iso) => { None };
    (@iso $iso:literal) => { Some($iso) };
}

impl Code {
    /// The public word, snake case.
    pub const fn as_str(self) -> &'static str {
        self.entry().name
    }

    /// The level a finding of this code has unless a rule says otherwise.
    pub const fn level(self) -> Level {
        match self.entry().scope {
            Scope::Batch | Scope::Record => Level::Error,
            Scope::Note => Level::Note,
        }
    }
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

catalogue! {
    // The file as a whole.
    FileEmpty "file_empty" Batch "the file has no bytes", fix "send the file again; nothing was taken from this one";
    NotPlainFile "not_plain_file" Batch "what was dropped is not a plain file of its own", fix "drop a plain file: no link, folder, pipe or device";
    BadName "bad_name" Batch "the file's name is not plain text", fix "give the file a name in UTF-8 without line ends or other control characters";
    NoFormat "no_format" Batch "no format of the profile fits this file", fix "check the file's name and first lines against `sluss formats show`, or add a format to the profile";
    SeveralFormats "several_formats" Batch "more than one format of the profile fits this file", fix "name the file so that one format alone takes it";
    MissingColumn "missing_column" Batch "a required column is not in the header", fix "add the column under one of its known labels", iso "CH21";
    DoubleColumn "double_column" Batch "a column stands in the header twice", fix "keep one of the two columns";
    Sidecar "sidecar_mismatch" Batch "the file does not match its SHA-256 sidecar", fix "upload the file and its sidecar again";
    FileTooLarge "file_too_large" Batch "the file is larger than the profile allows", fix "send the file in parts, or raise `limits.bytes`";
    TooManyRecords "too_many_records" Batch "the file has more records than the profile allows", fix "send the file in parts, or raise `limits.records`";
    InflatedTooLarge "inflated_too_large" Batch "the workbook unpacks to more than the profile allows", fix "send plain cells only, or raise `limits.inflated` or `limits.ratio`";
    WorkbookUnreadable "workbook_unreadable" Batch "the workbook cannot be read", fix "save it again as .xlsx without a password, and send that";
    Malformed "malformed" Batch "the file is not well formed", fix "send the complete file as it left your system";
    DiedReading "died_reading" Batch "the program died each time it read this file", fix "tell the operator; the file is kept in quarantine";
    Unsealed "unsealed" Batch "the file carries no seal", fix "send the sealed file";
    WrongSeal "wrong_seal" Batch "the seal does not fit the file", fix "seal the file again as it is, and send that; nothing may change on the way";
    TotalsMismatch "totals_mismatch" Batch "a control total differs from what was found", fix "send the complete file; compare `controls` in the summary", iso "AM10";
    TestFile "test_file" Batch "the file says that it is a test", fix "send the production file, or set `test_files = true` in the profile";
    WrongPayee "wrong_payee" Batch "the file is for another payee", fix "send it to whom it is for, or mend the profile's number";
    TooManyBad "too_many_bad" Batch "more records are bad than the profile tolerates", fix "mend the records listed and send the file again";
    BatchRejected "batch_rejected" Record "the record is good, but its batch was rejected as a whole", fix "send it again with the mended batch";
    // Reading one record.
    RecordTooLarge "record_too_large" Record "the record is larger than 1 MiB", fix "look for a missing line end or a stray quote at this place";
    UnclosedQuote "unclosed_quote" Record "a quote is opened and not closed on its line", fix "close the quote, or double a quote that is part of the text";
    ColumnCount "column_count" Record "the record has another number of columns than the header", fix "look for a missing or unquoted delimiter";
    Undecodable "undecodable" Record "the bytes are not text in the format's character set", fix "save the file in the character set agreed for this format", iso "CH16";
    SensitiveData "sensitive_data" Record "the record carries card data that must not be sent", fix "remove the card number, CVV or PIN", iso "CH16";
    // The record by itself.
    UnknownKind "unknown_kind" Record "the kind of instruction is not known", fix "use a kind that `sluss rules` lists", iso "FF01";
    LineNotAllowed "line_not_allowed" Record "this partner may not ask for this product line", fix "ask the operator to add the line to the profile", iso "AG01";
    RoleNotAllowed "role_not_allowed" Record "this partner's role may not ask for this", fix "leave this instruction to the other side", iso "AG01";
    UnknownField "unknown_field" Record "the field is not known", fix "remove it, or use a name that `sluss rules` lists";
    FieldNotTaken "field_not_taken" Note "this kind of instruction does not take the field; it was not used", fix "leave the field blank for this kind";
    Required "required" Record "a required field is missing", fix "give the field a value", iso "CH21";
    UnknownCode "unknown_code" Record "the value is not in the code list", fix "use one of the listed values", iso "CH16";
    UnknownProduct "unknown_product" Record "the product is not set up on this site", fix "use a product code agreed with the operator", iso "AG03";
    TooLong "too_long" Record "the text is longer than the field allows", fix "shorten the text", iso "CH16";
    InvalidCharacter "invalid_character" Record "the text has a character that the field does not allow", fix "use printable characters only", iso "CH16";
    InvalidNumber "invalid_number" Record "the value is not a number", fix "write digits, with the format's decimal mark", iso "CH16";
    InvalidAmount "invalid_amount" Record "the value is not an amount", fix "write digits, with the format's decimal mark and no currency sign", iso "AM12";
    NotPositive "not_positive" Record "the amount is not greater than zero", fix "send an amount greater than zero", iso "AM01";
    TooManyDecimals "too_many_decimals" Record "the amount has more decimals than its currency", fix "round to the currency's decimals at the source", iso "AM12";
    OutOfRange "out_of_range" Record "the value is outside its bounds", fix "send a value within the bounds", iso "AM12";
    InvalidDate "invalid_date" Record "the value is not a date of the calendar", fix "write the date as the format says", iso "DT01";
    DateOrder "date_order" Record "the dates are in the wrong order", fix "correct the earlier or the later date", iso "DT01";
    InvalidCountry "invalid_country" Record "the value is not an ISO 3166-1 alpha-2 country", fix "use two capital letters, such as SE", iso "BE09";
    InvalidCurrency "invalid_currency" Record "the value is not an ISO 4217 currency", fix "use three capital letters, such as SEK", iso "AM11";
    CurrencyNotAllowed "currency_not_allowed" Record "the currency is not allowed here", fix "use the entity's currency or one that the product allows", iso "AM03";
    InvalidIdentityNo "invalid_identity_no" Record "the value is not an identity number of its country", fix "check the number and its country", iso "CH16";
    InvalidCheckDigit "invalid_check_digit" Record "the check digit is wrong", fix "check the number for a typing error", iso "CH16";
    InvalidIban "invalid_iban" Record "the IBAN is not valid", fix "check its country, length and check digits", iso "AC01";
    InvalidBic "invalid_bic" Record "the BIC is not valid", fix "use 8 or 11 characters with a country in the middle", iso "RC01";
    InvalidAccount "invalid_account" Record "the account number is not valid for its clearing number", fix "check clearing and account number", iso "AC01";
    InvalidBankgiro "invalid_bankgiro" Record "the bankgiro number is not valid", fix "check the number; it has 7 or 8 digits", iso "AC01";
    InvalidPlusgiro "invalid_plusgiro" Record "the plusgiro number is not valid", fix "check the number; it has 2 to 8 digits", iso "AC01";
    InvalidReference "invalid_reference" Record "the payment reference is not valid", fix "check the reference and its check digit", iso "RR07";
    InvalidEmail "invalid_email" Record "the value is not an e-mail address", fix "write name@domain", iso "CH16";
    InvalidPhone "invalid_phone" Record "the value is not a phone number in E.164 form", fix "write + and the country code, then digits only", iso "CH16";
    InvalidLanguage "invalid_language" Record "the value is not a two-letter language code", fix "use two letters, such as sv", iso "CH16";
    ConflictingFields "conflicting_fields" Record "two fields contradict each other", fix "send one of them, or the same value in both", iso "CH16";
    ModulusNote "check_digit_not_used" Note "the number fails modulus 11; numbers without it are issued, so it was taken", fix "check the number if it was typed by hand";
    DisputedClearing "disputed_clearing" Note "published tables differ on this clearing number; the check digit was not decisive", fix "check the account number with its bank";
    // The record against the book.
    InstructionIdReused "instruction_id_reused" Record "the instruction id was used before for something else", fix "give each new instruction an id of its own", iso "AM05";
    NotFound "not_found" Record "the entity is not in the book", fix "check the number, or register it first";
    AlreadyExists "already_exists" Record "the entity is in the book already", fix "use a new number, or an update", iso "AM05";
    OwnerNotFound "owner_not_found" Record "the owner is not in the book", fix "create the customer first, or send the customer's details in this record";
    IdentityExists "identity_exists" Record "another customer has this identity number", fix "use the customer number that the identity has already", iso "AM05";
    NotSchedulable "not_schedulable" Record "this instruction cannot take effect later", fix "send it on the day, without an effective date", iso "DT01";
    NotAllowedInState "not_allowed_in_state" Record "the entity's state does not allow this", fix "see `sluss show` for what it allows", iso "AG01";
    // Insurance.
    NotApproved "not_approved" Record "the insurance is not approved by both parties", fix "send insurance.approve first", iso "AG01";
    AlreadyApproved "already_approved" Record "the insurance is approved already", fix "nothing to do", iso "AG01";
    AlreadyActive "already_active" Record "the insurance is active already", fix "nothing to do", iso "AG01";
    NotActive "not_active" Record "the insurance is not active yet", fix "activate it first", iso "AG01";
    NotCancelled "not_cancelled" Record "the insurance is not cancelled", fix "nothing to reactivate", iso "AG01";
    IsCancelled "is_cancelled" Record "the insurance is cancelled", fix "reactivate it first, while that is allowed", iso "AG01";
    AlreadyCancelled "already_cancelled" Record "the insurance is cancelled already", fix "nothing to do", iso "AG01";
    HasExpired "has_expired" Record "the insurance has expired", fix "register a new insurance", iso "AG01";
    ReactivationClosed "reactivation_closed" Record "the cancellation can no longer be undone", fix "register a new insurance", iso "AG01";
    CancellationScheduled "cancellation_scheduled" Record "a cancellation is scheduled already", fix "withdraw it with insurance.reactivate first", iso "AG01";
    NoTopUpPending "no_top_up_pending" Record "no top-up is waiting for approval", fix "send insurance.top-up first", iso "AG01";
    TopUpPending "top_up_pending" Record "a top-up is waiting for approval already", fix "approve it, or let it lapse", iso "AG01";
    OverMaximum "over_maximum" Record "the insured amount would be over the product's maximum", fix "lower the amount", iso "AM02";
    AgeOutOfBounds "age_out_of_bounds" Record "an insured person is outside the product's ages on the start date", fix "check birth date and start date", iso "AG03";
    ShareOver100 "share_over_100" Record "the beneficiaries' shares are over 100 percent", fix "lower a share first", iso "CH16";
    SharesNot100 "shares_not_100" Record "the beneficiaries' shares are not exactly 100 percent", fix "correct the shares before activation", iso "CH16";
    CollectionMissing "collection_missing" Record "no way of collecting the premium is set", fix "send insurance.premium-collection first", iso "AG03";
    DateMoved "date_moved" Note "the date was moved to the earliest that notice allows", fix "see the date in the message";
    RefundHeld "refund_held" Note "the refund waits for a payout account", fix "send insurance.payout";
    // Cover.
    AlreadyOpen "already_open" Record "a quote or cover on this invoice is open", fix "wait for its end, or use another invoice reference", iso "AM05";
    SignatureRequired "signature_required" Record "the seller has not signed this version of the policy", fix "send quote.sign-and-activate", iso "AG01";
    DueDatePassed "due_date_passed" Record "the invoice is past its due date and cannot be insured", fix "check the due date", iso "DT01";
    CoverLimitExceeded "cover_limit_exceeded" Record "the buyer would be insured for more than the limit", fix "settle another cover on this buyer first", iso "AM02";
    NotDue "not_due" Record "the invoice is not overdue yet", fix "claim after the due date; a bankruptcy can be claimed at any time", iso "DT01";
    ClaimPeriodOver "claim_period_over" Record "the time to claim is over", fix "nothing to do; a bankruptcy can be claimed while the cover stands", iso "DT01";
    Unmatched "unmatched" Note "the payment matches nothing in the book; it was taken and is kept apart", fix "see the summary's money, and match it by hand";
    SeveralReferences "several_references" Note "the payment has several references, and no amount for each", fix "match it by hand with loan.match";
    Differs "differs" Note "the book says otherwise", fix "see `sluss show` for what the book says, and clear it with whoever is wrong";
    PassedOver "passed_over" Note "part of the workbook was not read", fix "keep all records on one sheet, without blank rows between them";
    // Loan.
    AlreadyDecided "already_decided" Record "the application was decided before", fix "a new application is decided anew", iso "AG01";
    ApplicationNotAccepted "application_not_accepted" Record "the application is not accepted", fix "send loan.application with decision `accept` first", iso "AG01";
    OfferLapsed "offer_lapsed" Record "another offer of the application was accepted", fix "go on with the offer that was accepted", iso "AG01";
    OfferNotAccepted "offer_not_accepted" Record "the offer is not accepted", fix "send loan.offer with action `accept` first", iso "AG01";
    AmountOverOffer "amount_over_offer" Record "the contract's amount is more than its offer's", fix "lower the amount, or present a new offer", iso "AM02";
    ReferenceInUse "reference_in_use" Record "the reference number is another contract's", fix "give each contract a reference number of its own", iso "AM05";
    AmountOverContract "amount_over_contract" Record "more would be paid out than the contract's amount", fix "lower the amount, or replace the contract with a higher one", iso "AM02";
    HasOutstanding "has_outstanding" Record "something is still owed on the contract", fix "let it be repaid first", iso "AG01";
    NothingOverdue "nothing_overdue" Record "no receivable of the contract is overdue", fix "send it when a due date has passed unpaid", iso "AG01";
    TooManyOpen "too_many_open" Record "the contract has as many receivables open as one can have", fix "let some be paid or credited first", iso "AG01";
    UnknownLineType "unknown_line_type" Record "the product knows no such type of line", fix "use PRI, INT or a fee code that the product lists", iso "CH16";
    SumMismatch "sum_mismatch" Record "the lines do not add up to the amount", fix "correct the lines or the amount", iso "AM10";
    OverOpenAmount "over_open_amount" Record "the credit note is over what is open of the invoice", fix "credit at most the open amount", iso "AM02";
    OverRepaidAmount "over_repaid_amount" Record "more is taken back than is left of the repayment", fix "take back at most what is left of it", iso "AM02";
    NoSuchReference "no_such_reference" Note "no contract or invoice has this number; the money is kept apart", fix "match it by hand with loan.match, or send it back with loan.reversal";
    ContractClosed "contract_closed" Note "the contract takes no payments any more; the money is kept apart", fix "match it by hand with loan.match, or send it back with loan.reversal";
    // Credit-life.
    RebatesExcludeEachOther "rebates_exclude_each_other" Record "a rebate of this type cannot stand beside `insurance_premium_qi`", fix "leave out this rebate, or the insurance", iso "CH16";
    AmountIsComputed "amount_is_computed" Record "the amount of this rebate is computed from the product and the issue amount", fix "leave the rebate's amount blank", iso "AM12";
    AmountOutOfBounds "amount_out_of_bounds" Record "the issue amount is outside the product's bounds", fix "check the amount, or leave out the insurance", iso "AM12";
    Excluded "excluded" Record "the product does not insure this person", fix "leave out the insurance", iso "AG03";
    AlreadyDisbursed "already_disbursed" Record "the operation is paid out already", fix "nothing to do", iso "AG01";
    AlreadyCanceled "already_canceled" Record "the operation or its insurance is canceled already", fix "nothing to do", iso "AG01";
    NoInsurance "no_insurance" Record "the operation has no insurance", fix "nothing to cancel; credit.reverse undoes the operation", iso "AG01";
    // Card contracts.
    NotSigned "not_signed" Record "the contract is not signed yet", fix "send contract.sign first", iso "AG01";
    AlreadySigned "already_signed" Record "the contract is signed already", fix "nothing to do", iso "AG01";
    NotSuspended "not_suspended" Record "the contract is not suspended", fix "nothing to cancel", iso "AG01";
    AlreadySuspended "already_suspended" Record "the contract is suspended already", fix "nothing to do", iso "AG01";
    IsSuspended "is_suspended" Record "the contract is suspended", fix "send contract.cancel-suspension first", iso "AG01";
    IsClosed "is_closed" Record "the contract is closed", fix "create a new contract", iso "AG01";
    ClosingScheduled "closing_scheduled" Record "a closing is scheduled already", fix "take it back with contract.cancel-close first", iso "AG01";
    NoClosingScheduled "no_closing_scheduled" Record "no closing is scheduled", fix "nothing to cancel", iso "AG01";
    ClosingDateRequired "closing_date_required" Record "a scheduled closing has no date", fix "give a closing_date after the business date", iso "CH21";
    ClosingDatePassed "closing_date_passed" Record "the day of the closing is not in the future", fix "give a closing_date after the business date, or close IMMEDIATE", iso "DT01";
    CreditLimitNotAllowed "credit_limit_not_allowed" Record "the product has no credit limit to set", fix "leave the credit limit out", iso "AG03";
    InsurancePackageNotAllowed "insurance_package_not_allowed" Record "only a credit product has an insurance package", fix "leave the insurance package out", iso "AG03";
    ExtensionNotAllowed "extension_not_allowed" Record "the product does not allow this extension", fix "use an extension of the contract's product", iso "AG03";
    FeeModelNotAllowed "fee_model_not_allowed" Record "the product has no such model for this type of fee", fix "use a fee model of the contract's product", iso "AG03";
    NotACardAccount "not_a_card_account" Record "the account is the root account, not a card account", fix "name a card account of the contract", iso "AG03";
    NotACardholder "not_a_cardholder" Record "the customer holds no card of this contract", fix "name a holder of a supplementary card, or send contract.add-card first", iso "AG03";
    AlreadyPrincipal "already_principal" Record "the customer holds the principal card already", fix "nothing to do", iso "AG01";
    NotAMember "not_a_member" Record "the customer is neither owner nor cardholder of this contract", fix "check the customer's reference", iso "AG03";
    EmbossingTooLong "embossing_too_long" Record "the embossing line is longer than 26 characters of the card alphabet", fix "shorten it", iso "CH16";
    EmbossingCharacter "embossing_character" Record "the embossing line has a character that no card has, or none at all", fix "use A-Z, 0-9, blank and . - ' / *", iso "CH16";
    CorrelationReused "correlation_reused" Note "the correlation id was used before for something else; that contract is answered", fix "give each new contract a correlation id of its own";
    CustomerKept "customer_kept" Note "the customer is in the book with other details; those of this record were not used", fix "send contract.addresses for a new address";
    BalanceIgnored "balance_ignored" Note "a newer balance is known; this one was not used", fix "nothing to do";
    // Bounds of the answers themselves.
    MoreFindings "more_findings" Note "more findings than the profile lists", fix "result.csv has the codes of every record";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn public_words_are_the_variants_in_snake_case_and_found_again() {
        for &code in Code::ALL {
            assert_eq!(Code::named(code.as_str()), Some(code));
            assert!(
                code.as_str()
                    .chars()
                    .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
            );
            assert!(!code.entry().message.ends_with('.'), "{code}");
        }
    }
}
