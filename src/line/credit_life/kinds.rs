//! What the credit-life line can be asked for, and the fields of each kind.

use super::words::{CancelReason, RebateType, STATES_OF_BRAZIL};
use crate::line::spec::{fields, inquiry, kind, optional, required};
use crate::model::kind::Sign;
use crate::model::{FieldSpec, FieldType as T, KindSpec};

/// Reais: the line knows no other money.
const REAIS: T = T::Amount {
    currency: "BRL",
    sign: Sign::Positive,
};

/// The same of a rebate: that of an insurance is computed, and zero is an amount too.
const REBATE: T = T::Amount {
    currency: "BRL",
    sign: Sign::NotNegative,
};

/// The most installments of an operation: fifty years.
const MOST_INSTALLMENTS: i64 = 600;

const OPERATION_KEY: &[FieldSpec] = &[required("operation_key", T::Ref)];

const ELIGIBILITY: &[FieldSpec] = &[
    required("document_number", T::Identity),
    required("birth_date", T::Date),
    required("issue_amount", REAIS),
    optional("product", T::Ref),
    optional("disbursement_date", T::Date),
];

/// Which of the due dates must stand there, and what an insurance demands, are rules across fields.
const FINANCIAL: &[FieldSpec] = &[
    required("document_number", T::Identity),
    optional("birth_date", T::Date),
    required("issue_amount", REAIS),
    required("disbursement_date", T::Date),
    required("number_of_installments", T::Integer(1, MOST_INSTALLMENTS)),
    optional("first_due_date", T::Date),
    optional("installment.*.due_date", T::Date),
    optional("installment.*.amount", REAIS),
    required("monthly_interest_rate", T::Rate),
    optional("rebate_type", T::Code(RebateType::WORDS)),
    optional("rebate_description", T::Text(70)),
    optional("rebate_amount", REBATE),
    optional("rebate.*.type", T::Code(RebateType::WORDS)),
    optional("rebate.*.description", T::Text(70)),
    optional("rebate.*.amount", REBATE),
];

/// Who borrows, beside CPF and birth date.
pub(super) const BORROWER: &[FieldSpec] = &[
    optional("name", T::Text(140)),
    optional("email", T::Email),
    optional("phone_country", T::Digits(4)),
    optional("phone_area", T::Digits(4)),
    optional("phone_number", T::Digits(15)),
    optional("street", T::Text(140)),
    optional("number", T::Text(20)),
    optional("complement", T::Text(70)),
    optional("neighborhood", T::Text(70)),
    optional("city", T::Text(70)),
    optional("state", T::Code(STATES_OF_BRAZIL)),
    optional("postal_code", T::Digits(8)),
];

const PURCHASER: &[FieldSpec] = &[optional("purchaser_document_number", T::Identity)];

/// Where the operation is paid out to, and a refund goes.
pub(super) const ACCOUNT: &[FieldSpec] = &[
    optional("account_ispb", T::Digits(8)),
    optional("account_branch", T::Digits(10)),
    optional("account_number", T::Digits(20)),
    optional("account_digit", T::Text(2)),
    optional("account_document", T::Identity),
    optional("account_name", T::Text(140)),
];

const OPERATION: &[FieldSpec] = fields!(OPERATION_KEY, FINANCIAL, BORROWER, PURCHASER, ACCOUNT);

/// What the credit-life line can be asked for, in the order of the manual.
pub(super) const KINDS: &[KindSpec] = &[
    inquiry("credit.eligibility", ELIGIBILITY),
    inquiry("credit.simulate", OPERATION),
    kind("credit.create", OPERATION),
    kind(
        "credit.disburse",
        fields!(OPERATION_KEY, &[required("disbursement_date", T::Date)]),
    ),
    kind("credit.reverse", OPERATION_KEY),
    kind(
        "policy.cancel",
        fields!(
            OPERATION_KEY,
            // The other reasons are found, not asked for.
            &[required(
                "cancel_reason",
                T::Code(&[CancelReason::PremiumCancel.as_str()])
            )]
        ),
    ),
    inquiry("policy.inquire", OPERATION_KEY),
];
