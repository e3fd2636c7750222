//! What the insurance line can be asked for, and the fields of each kind.

use super::words::{
    Action, Approver, CHANNELS, CustomerType, Interval, METHOD_WORDS, MandateStatus, PAYOUT_WORDS,
    Reason, Role,
};
use crate::line::spec::{
    ADDRESS, clearable, fields, inquiry, key, kind, optional, required, schedulable,
};
use crate::model::kind::Sign;
use crate::model::{FieldSpec, FieldType as T, KindSpec};

/// Money of the record's own `currency` field, else of the insurance.
const fn money(sign: Sign) -> T {
    T::Amount {
        currency: "currency",
        sign,
    }
}

/// Who a customer is; an update may repeat these and cannot change them.
const IDENTITY: &[FieldSpec] = &[
    required("customer_type", T::Code(CustomerType::WORDS)),
    required("country", T::Country),
    required("identity_no", T::Identity),
];

const IDENTITY_OPTIONAL: &[FieldSpec] = &[
    optional("customer_type", T::Code(CustomerType::WORDS)),
    optional("country", T::Country),
    optional("identity_no", T::Identity),
];

/// Which of the names a customer must have depends on its type: a rule across fields.
const NAMES: &[FieldSpec] = &[
    optional("first_name", T::Text(70)),
    optional("last_name", T::Text(70)),
    optional("company_name", T::Text(140)),
];

const DETAILS: &[FieldSpec] = fields!(CONTACT, ADDRESS);

const CONTACT: &[FieldSpec] = &[
    clearable("birth_date", T::Date),
    clearable("language", T::Language),
    clearable("email", T::Email),
    clearable("phone", T::Phone),
];

const CUSTOMER_NO: &[FieldSpec] = &[required("customer_no", T::Ref)];

const INSURANCE_NO: &[FieldSpec] = &[required("insurance_no", T::Ref)];

/// What a bank tells names the insurance by the number that it knows the payer by: then this is blank.
const INSURANCE_NO_OR_PAYER: &[FieldSpec] = &[key("insurance_no", T::Ref)];

/// The additional properties by the source's own names.
pub(super) const PROPERTIES: &[FieldSpec] = &[
    clearable("property.IsExistingLoan", T::Bool),
    clearable("property.LoanInterest", T::Rate),
    clearable("property.LoanStartDate", T::Date),
    clearable("property.DefaultReceiverBankAccountDesc", T::Text(140)),
    clearable("property.InitialLoanAmount", money(Sign::NotNegative)),
    clearable("property.IsExistingExternalCustomer", T::Bool),
    clearable("property.ApprovedByBank", T::Bool),
    clearable("property.ApprovedByCustomer", T::Bool),
    clearable("property.FromInsurance", T::Ref),
    clearable("property.ProductType", T::Code(&["Credit", "Loan"])),
    clearable("property.PendingTopupAmount", money(Sign::NotNegative)),
    clearable("property.DistributionChannel", T::Code(CHANNELS)),
    clearable("property.PendingAnnualPremium", money(Sign::NotNegative)),
    clearable("property.TopupApprovedByBank", T::Bool),
    clearable("property.PendingTopupCreationDate", T::Date),
];

const COLLECTION_METHOD: T = T::Synonym(METHOD_WORDS);

/// What a way of collecting may carry; what it must carry depends on the method.
pub(super) const COLLECTION: &[FieldSpec] = &[
    optional("collection_account", T::Digits(34)),
    optional("collection_clearing", T::Digits(5)),
    optional("collection_iban", T::Iban),
    optional("collection_bic", T::Bic),
    optional("collection_payer_identity_no", T::Identity),
    optional("collection_payer_no", T::Ref),
    optional("collection_mandate_ref", T::Ref),
    optional("collection_agreement_ref", T::Ref),
    optional("collection_insurance_no", T::Ref),
    optional("collection_text", T::Text(140)),
    optional("collection_interval", T::Code(Interval::WORDS)),
    optional("collection_day", T::Integer(1, 28)),
];

pub(super) const PAYOUT: &[FieldSpec] = &[
    optional("payout_account", T::Digits(34)),
    optional("payout_clearing", T::Digits(5)),
    optional("payout_iban", T::Iban),
    optional("payout_bic", T::Bic),
];

const REGISTER: &[FieldSpec] = &[
    required("product", T::Ref),
    required("loan_ref", T::Ref),
    required("currency", T::Currency),
    required("insured_amount", money(Sign::Positive)),
    required("annual_premium", money(Sign::NotNegative)),
    required("start_date", T::Date),
    optional("end_date", T::Date),
    optional("owner_customer_no", T::Ref),
    optional("insured_customer_no", T::Ref),
    optional("insured2_customer_no", T::Ref),
    optional("approved_by_bank", T::Bool),
    optional("approved_by_customer", T::Bool),
    optional("distribution_channel", T::Code(CHANNELS)),
];

const UPDATE: &[FieldSpec] = &[
    optional("loan_ref", T::Ref),
    optional("annual_premium", money(Sign::NotNegative)),
    clearable("end_date", T::Date),
];

const TOP_UP: &[FieldSpec] = &[
    required("amount", money(Sign::Positive)),
    required("currency", T::Currency),
    optional("annual_premium", money(Sign::NotNegative)),
    optional("approved_by_bank", T::Bool),
];

/// What a bank says of the mandate that it collects by.
const ADVICE: &[FieldSpec] = &[
    optional("mandate_status", T::Code(MandateStatus::WORDS)),
    optional("reason_code", T::Ref),
];

const COLLECTION_FAILED: &[FieldSpec] = &[
    required("payer_no", T::Ref),
    required("amount", money(Sign::Positive)),
    required("currency", T::Currency),
    required("due_date", T::Date),
    required("reason_code", T::Ref),
    optional("final", T::Bool),
    optional("hold", T::Bool),
    optional("bank_reference", T::Ref),
    optional("end_to_end_id", T::Ref),
    optional("payee_account", T::Ref),
];

const PREMIUM_REVERSED: &[FieldSpec] = &[
    optional("collection_payer_no", T::Ref),
    required("amount", money(Sign::Positive)),
    required("currency", T::Currency),
    required("value_date", T::Date),
    optional("due_date", T::Date),
    optional("reason_code", T::Ref),
    optional("bank_reference", T::Ref),
    optional("end_to_end_id", T::Ref),
    optional("payee_account", T::Ref),
    optional("cash_reference", T::Ref),
];

const PREMIUM_PAID: &[FieldSpec] = &[
    optional("collection_payer_no", T::Ref),
    required("amount", money(Sign::Positive)),
    required("currency", T::Currency),
    required("value_date", T::Date),
    optional("period_start", T::Date),
    optional("period_end", T::Date),
    optional("bank_reference", T::Ref),
    optional("end_to_end_id", T::Ref),
    optional("payee_account", T::Ref),
    optional("cash_reference", T::Ref),
];

const PARTY: &[FieldSpec] = &[
    required("action", T::Code(Action::WORDS)),
    required("customer_no", T::Ref),
    required("role", T::Code(Role::WORDS)),
    optional("share", T::Percent),
];

/// What the insurance line can be asked for, in the order of the manual.
pub(super) const KINDS: &[KindSpec] = &[
    kind(
        "customer.create",
        fields!(CUSTOMER_NO, IDENTITY, NAMES, DETAILS),
    ),
    kind(
        "customer.update",
        fields!(CUSTOMER_NO, IDENTITY_OPTIONAL, NAMES, DETAILS),
    ),
    inquiry("customer.inquire", CUSTOMER_NO),
    kind(
        "insurance.register",
        fields!(
            INSURANCE_NO,
            REGISTER,
            PROPERTIES,
            &[optional("customer_no", T::Ref)],
            IDENTITY_OPTIONAL,
            NAMES,
            DETAILS,
            &[optional("collection_method", COLLECTION_METHOD)],
            COLLECTION,
            &[optional("payout_method", T::Synonym(PAYOUT_WORDS))],
            PAYOUT,
        ),
    ),
    kind(
        "insurance.approve",
        fields!(
            INSURANCE_NO,
            &[required("approved_by", T::Code(Approver::WORDS))]
        ),
    ),
    schedulable("insurance.activate", INSURANCE_NO),
    kind(
        "insurance.update",
        fields!(INSURANCE_NO, UPDATE, PROPERTIES),
    ),
    kind("insurance.top-up", fields!(INSURANCE_NO, TOP_UP)),
    kind("insurance.approve-top-up", INSURANCE_NO),
    schedulable(
        "insurance.cancel",
        fields!(INSURANCE_NO, &[required("reason", T::Code(Reason::WORDS))]),
    ),
    kind("insurance.reactivate", INSURANCE_NO),
    kind(
        "insurance.premium-collection",
        fields!(
            INSURANCE_NO_OR_PAYER,
            &[required("collection_method", COLLECTION_METHOD)],
            COLLECTION,
            ADVICE,
        ),
    ),
    kind(
        "insurance.premium-paid",
        fields!(INSURANCE_NO_OR_PAYER, PREMIUM_PAID),
    ),
    kind(
        "insurance.premium-reversed",
        fields!(INSURANCE_NO_OR_PAYER, PREMIUM_REVERSED),
    ),
    kind("insurance.collection-failed", COLLECTION_FAILED),
    kind(
        "insurance.payout",
        fields!(
            INSURANCE_NO,
            &[required("payout_method", T::Synonym(PAYOUT_WORDS))],
            PAYOUT,
        ),
    ),
    kind("insurance.party", fields!(INSURANCE_NO, PARTY)),
    inquiry("insurance.inquire", INSURANCE_NO),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Need;

    #[test]
    fn a_name_has_one_type_and_stands_in_a_kind_once() {
        let mut types = std::collections::BTreeMap::new();
        for kind in KINDS {
            let mut seen = std::collections::BTreeSet::new();
            for field in kind.fields {
                assert!(seen.insert(field.name), "{}: {}", kind.name, field.name);
                let bare = match field.kind {
                    T::Amount { .. } => "amount".to_owned(),
                    other => format!("{other:?}"),
                };
                let first = types.entry(field.name).or_insert_with(|| bare.clone());
                assert_eq!(*first, bare, "{}", field.name);
            }
        }
    }

    #[test]
    fn the_key_stands_first_and_is_required() {
        for kind in KINDS {
            let key = if kind.name.starts_with("customer.") {
                "customer_no"
            } else {
                "insurance_no"
            };
            let first = kind.fields[0];
            let (name, need) = match kind.name {
                "insurance.collection-failed" => ("payer_no", Need::Required),
                // A bank names a payer in its place.
                "insurance.premium-collection"
                | "insurance.premium-paid"
                | "insurance.premium-reversed" => (key, Need::Key),
                _ => (key, Need::Required),
            };
            assert_eq!((first.name, first.need, first.kind), (name, need, T::Ref));
        }
    }
}
