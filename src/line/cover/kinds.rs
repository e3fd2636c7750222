//! What the cover line can be asked for, and the fields of each kind.

use super::words::{Channel, ClaimType};
use crate::line::spec::{fields, inquiry, insurers, key, kind, optional, partners, required};
use crate::model::kind::Sign;
use crate::model::{FieldSpec, FieldType as T, KindSpec};

/// The fields of a request, in the order of the manual. Which of them a channel needs is a rule across fields.
pub(super) const REQUEST: &[FieldSpec] = &[
    required("invoice_reference", T::Ref),
    required("channel", T::Code(Channel::WORDS)),
    optional("user_reference", T::Ref),
    optional("seller_reference", T::Ref),
    optional("buyer_reference", T::Ref),
    required("seller_country", T::Country),
    required("seller_identifier", T::Identity),
    required("buyer_country", T::Country),
    required("buyer_identifier", T::Identity),
    required(
        "invoice_amount",
        T::Amount {
            currency: "invoice_amount_currency",
            sign: Sign::Positive,
        },
    ),
    required("invoice_amount_currency", T::Currency),
    optional("invoice_issue_date", T::Date),
    optional("invoice_due_date", T::Date),
    // What connect takes of these is a rule of the line.
    optional("invoice_payment_terms", T::Integer(0, 999)),
    optional("invoice_number", T::Ref),
    optional("seller_email", T::Email),
    // Lower case only, which the shared type is not strict about: a rule of the line judges it.
    optional("seller_language", T::Text(35)),
    optional("seller_first_name", T::Text(70)),
    optional("seller_last_name", T::Text(70)),
    optional("discount_code", T::Ref),
];

/// Which quote or cover is meant: the newest of an invoice, or the one of this id.
const WHICH: &[FieldSpec] = &[
    key("invoice_reference", T::Ref),
    optional("cover_id", T::Uuid),
];

const SIGNER: &[FieldSpec] = &[
    required("user_email", T::Email),
    required("user_first_name", T::Text(70)),
    required("user_last_name", T::Text(70)),
];

const PREMIUM: &[FieldSpec] = &[
    required(
        "premium_amount",
        T::Amount {
            currency: "premium_amount_currency",
            sign: Sign::Positive,
        },
    ),
    required("premium_amount_currency", T::Currency),
];

const CLAIM: &[FieldSpec] = &[optional("claim_type", T::Code(ClaimType::WORDS))];

/// What the cover line can be asked for, in the order of the manual.
pub(super) const KINDS: &[KindSpec] = &[
    partners(&kind("quote.request", REQUEST)),
    partners(&kind("quote.activate", WHICH)),
    partners(&kind("quote.sign-and-activate", fields!(WHICH, SIGNER))),
    partners(&kind("quote.reject", WHICH)),
    partners(&kind("cover.settle", WHICH)),
    partners(&kind("cover.claim", fields!(WHICH, CLAIM))),
    partners(&inquiry("cover.inquire", WHICH)),
    insurers(&kind("quote.offer", fields!(WHICH, PREMIUM))),
    insurers(&kind("quote.decline", WHICH)),
    insurers(&kind("quote.signed", WHICH)),
    insurers(&kind("quote.purchased", WHICH)),
    insurers(&kind("claim.approve", WHICH)),
    insurers(&kind("claim.reject", WHICH)),
];
