//! What the card line can be asked for, and the fields of each kind.

use super::words::{DelayType, FeeType, Release, SendingMode};
use crate::line::spec::{clearable, fields, inquiry, kind, optional, required};
use crate::model::kind::Sign;
use crate::model::{FieldSpec, FieldType as T, KindSpec};

const CONTRACT_REF: &[FieldSpec] = &[required("contract_ref", T::Ref)];

/// Money of the record's own `currency` field.
const fn money(sign: Sign) -> T {
    T::Amount {
        currency: "currency",
        sign,
    }
}

/// Who a new customer is; of one who is in the book nothing of this is needed.
pub(super) const PERSON: &[FieldSpec] = &[
    optional("title", T::Text(35)),
    optional("first_name", T::Text(70)),
    optional("last_name", T::Text(70)),
    optional("birth_date", T::Date),
    optional("birth_place", T::Text(70)),
    optional("sex", T::Code(&["M", "F", "X"])),
    optional("nationality", T::Country),
    optional("commercial_status", T::Text(35)),
    optional("online_risk_category", T::Text(35)),
    optional("offline_risk_category", T::Text(35)),
];

/// Where someone lives.
pub(super) const ADDRESS: &[FieldSpec] = &[
    optional("address_line1", T::Text(70)),
    optional("address_line2", T::Text(70)),
    optional("address_line3", T::Text(70)),
    optional("address_line4", T::Text(70)),
    optional("address_line5", T::Text(70)),
    optional("building_number", T::Text(16)),
    optional("street_name", T::Text(70)),
    optional("postal_code", T::Text(16)),
    optional("city", T::Text(35)),
    optional("address_country", T::Country),
];

/// What a new customer's address is called.
const ADDRESS_NAMES: &[FieldSpec] = &[
    optional("address_label", T::Text(35)),
    optional("address_type", T::Text(35)),
    optional("address_ref", T::Ref),
];

/// A card and the contract about it. A card number is never kept: see [`T::CardNumber`].
const CARD: &[FieldSpec] = &[
    optional("card_contract_ref", T::Ref),
    optional("card_ref", T::Ref),
    optional("card_template", T::Text(70)),
    optional("embossing_name", T::Text(140)),
    optional("embossing_line2", T::Text(140)),
    optional("sending_mode", T::Code(SendingMode::WORDS)),
    optional("pan", T::CardNumber),
];

const CREATE: &[FieldSpec] = &[
    optional("correlation_id", T::Text(64)),
    required("product", T::Ref),
    optional("branch_code", T::Text(35)),
    optional("card_release_order", T::Code(Release::WORDS)),
    required("owner_customer_ref", T::Ref),
];

const ACCOUNTS: &[FieldSpec] = &[
    required("root_account_ref", T::Ref),
    required("card_account_ref", T::Ref),
    optional("account_template", T::Text(70)),
    optional("root_account_template", T::Text(70)),
    required("iban", T::Iban),
    optional("bic", T::Bic),
];

const CREDIT: &[FieldSpec] = &[
    optional("credit_limit", money(Sign::NotNegative)),
    optional("currency", T::Currency),
    optional("mandate_ref", T::Ref),
    optional("mandate_date", T::Date),
    optional("insurance_package", T::Text(35)),
    optional("insurance_event_code", T::Text(35)),
];

const ADD_CARD: &[FieldSpec] = &[
    required("extension", T::Ref),
    optional("owner_customer_ref", T::Ref),
    // How many records before this one the order stands that creates the contract: both are one request.
    optional("behind_create", T::Integer(1, 999)),
    // Whether there is to be a card, and whether the account is to be a new one, where the rest does not say so.
    optional("new_card", T::Bool),
    optional("new_account", T::Bool),
];

const NEW_ACCOUNT: &[FieldSpec] = &[
    optional("card_account_ref", T::Ref),
    optional("parent_account_ref", T::Ref),
    optional("account_template", T::Text(70)),
    optional("iban", T::Iban),
    optional("bic", T::Bic),
];

const FEE: &[FieldSpec] = &[
    optional("fee_model", T::Ref),
    optional("fee_type", T::Code(FeeType::WORDS)),
    // An account has a model of either type.
    optional("fee_model2", T::Ref),
    optional("fee_type2", T::Code(FeeType::WORDS)),
];

const DOCUMENT: &[FieldSpec] = &[
    optional("document_type", T::Text(35)),
    optional("document_no", T::Identity),
    optional("issue_date", T::Date),
    optional("expiry_date", T::Date),
    optional("legitimated", T::Bool),
];

const DELIVERY: T = T::Code(&["LETTER", "WEB"]);

/// What an update can set, under the names of the source behind a word of ours.
pub(super) const SETTINGS: &[FieldSpec] = &[
    clearable("flag.general", T::Bool),
    clearable("flag.email", T::Bool),
    clearable("flag.letter", T::Bool),
    clearable("flag.phone", T::Bool),
    clearable("flag.statement", T::Bool),
    clearable("flag.sms", T::Bool),
    clearable("flag.person", T::Bool),
    clearable("flag.paymentTransaction", T::Bool),
    clearable("flag.exchangeThirdParties", T::Bool),
    clearable("channel.contractLetterType", DELIVERY),
    clearable("channel.disputeLetterType", DELIVERY),
    clearable("channel.statementType", DELIVERY),
    clearable("reimburse_membership_fee", T::Bool),
    clearable("free_cards", T::Integer(0, 999)),
    clearable("free_cards_primary_impacted", T::Bool),
    clearable("waive_fees", T::Bool),
    clearable("fee_anniversary", T::Date),
    clearable("specific.*", T::Text(140)),
];

const ADDRESSES: &[FieldSpec] = &[
    required("address_label", T::Text(35)),
    optional("address_type", T::Text(35)),
    optional("address_start_date", T::Date),
];

const CLOSE: &[FieldSpec] = &[
    required("delay_type", T::Code(DelayType::WORDS)),
    optional("closing_date", T::Date),
    optional("closing_reason", T::Text(35)),
];

const FEES: &[FieldSpec] = &[
    required("account_ref", T::Ref),
    required("fee_model", T::Ref),
    required("fee_type", T::Code(FeeType::WORDS)),
];

const SWITCH: &[FieldSpec] = &[
    required("customer_ref", T::Ref),
    optional("card_contract_ref", T::Ref),
];

const LEGITIMACY: &[FieldSpec] = &[
    required("customer_ref", T::Ref),
    required("document_type", T::Text(35)),
    required("document_no", T::Identity),
    required("issue_date", T::Date),
    required("expiry_date", T::Date),
    optional("legitimated", T::Bool),
];

const BALANCE: &[FieldSpec] = &[
    required("account_ref", T::Ref),
    required("balance", money(Sign::Any)),
    required("currency", T::Currency),
    required("as_of", T::Date),
];

const INQUIRE: &[FieldSpec] = &[optional("contract_ref", T::Ref), optional("iban", T::Iban)];

/// What the card line can be asked for, in the order of the manual.
pub(super) const KINDS: &[KindSpec] = &[
    kind(
        "contract.create",
        fields!(
            CONTRACT_REF,
            CREATE,
            PERSON,
            ADDRESS,
            ADDRESS_NAMES,
            ACCOUNTS,
            CARD,
            CREDIT
        ),
    ),
    kind(
        "contract.sign",
        fields!(CONTRACT_REF, &[optional("activate_cards", T::Bool)]),
    ),
    kind(
        "contract.add-card",
        fields!(
            CONTRACT_REF,
            ADD_CARD,
            PERSON,
            ADDRESS,
            ADDRESS_NAMES,
            NEW_ACCOUNT,
            CARD,
            FEE,
            DOCUMENT
        ),
    ),
    kind(
        "contract.update",
        fields!(
            CONTRACT_REF,
            &[clearable("branch_code", T::Text(35))],
            SETTINGS
        ),
    ),
    kind(
        "contract.addresses",
        fields!(CONTRACT_REF, ADDRESSES, ADDRESS),
    ),
    kind(
        "contract.suspend",
        fields!(CONTRACT_REF, &[optional("reimburse_fees", T::Bool)]),
    ),
    kind("contract.cancel-suspension", CONTRACT_REF),
    kind("contract.close", fields!(CONTRACT_REF, CLOSE)),
    kind("contract.cancel-close", CONTRACT_REF),
    kind("contract.fees", fields!(CONTRACT_REF, FEES)),
    kind("contract.switch-principal", fields!(CONTRACT_REF, SWITCH)),
    kind(
        "contract.legitimacy-document",
        fields!(CONTRACT_REF, LEGITIMACY),
    ),
    kind("contract.balance", fields!(CONTRACT_REF, BALANCE)),
    inquiry("contract.inquire", INQUIRE),
];
