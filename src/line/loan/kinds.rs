//! What the loan line can be asked for, and the fields of each kind.

use super::words::{Action, Initiator, OfferAction, Verdict};
use crate::line::spec::{ADDRESS, clearable, fields, inquiry, kind, optional, required};
use crate::model::kind::Sign;
use crate::model::{FieldSpec, FieldType as T, KindSpec};

/// Money of the record's own `currency` field, else of the contract.
const fn money(sign: Sign) -> T {
    T::Amount {
        currency: "currency",
        sign,
    }
}

const PERSON: &[FieldSpec] = fields!(PARTICULARS, ADDRESS);

const PARTICULARS: &[FieldSpec] = &[
    required("person_id", T::Ref),
    clearable("identity_no", T::Identity),
    clearable("first_name", T::Text(70)),
    clearable("last_name", T::Text(70)),
    clearable("company_name", T::Text(140)),
    clearable("birth_date", T::Date),
    clearable("email", T::Email),
    clearable("phone", T::Phone),
    clearable("language", T::Language),
    clearable("delivery_method", T::Ref),
];

/// Every field of a person but its key, in the order of the manual.
pub(super) fn person_fields() -> impl Iterator<Item = &'static str> {
    PERSON[1..].iter().map(|spec| spec.name)
}

const APPLICATION: &[FieldSpec] = &[
    required("application_id", T::Ref),
    required("person_id", T::Ref),
    optional("decision", T::Code(Verdict::WORDS)),
];

/// Which of these an action asks for is a rule across fields.
const OFFER: &[FieldSpec] = &[
    required("offer_id", T::Ref),
    required("application_id", T::Ref),
    required("action", T::Code(OfferAction::WORDS)),
    optional("amount", money(Sign::Positive)),
    optional("currency", T::Currency),
];

const CONTRACT_NO: FieldSpec = required("contract_no", T::Ref);

/// Which of these an action asks for is a rule across fields.
const CONTRACT: &[FieldSpec] = &[
    CONTRACT_NO,
    required("action", T::Code(Action::WORDS)),
    optional("person_id", T::Ref),
    optional("loan_type", T::Ref),
    optional("country", T::Country),
    optional("reference_no", T::Ref),
    optional("currency", T::Currency),
    optional("amount", money(Sign::Positive)),
    optional("offer_id", T::Ref),
    optional("principal", money(Sign::Positive)),
    clearable("repayment_method", T::Ref),
    clearable("repayment_channel", T::Ref),
    optional("payer_no", T::Ref),
];

const RECEIVABLE: &[FieldSpec] = &[
    CONTRACT_NO,
    required("receivable_no", T::Ref),
    required("receivable_type", T::Ref),
    required("billing_date", T::Date),
    required("due_date", T::Date),
    required("currency", T::Currency),
    optional("amount", money(Sign::Positive)),
    optional("line.*", money(Sign::NotNegative)),
    optional("period_start", T::Date),
    optional("period_end", T::Date),
];

const INVOICE: &[FieldSpec] = &[
    CONTRACT_NO,
    required("receivable_no", T::Ref),
    required("invoice_no", T::Ref),
    required("reference_no", T::Ref),
];

const MONEY: &[FieldSpec] = &[
    required("amount", money(Sign::Positive)),
    required("currency", T::Currency),
];

const CREDIT_NOTE: &[FieldSpec] = &[
    CONTRACT_NO,
    required("invoice_no", T::Ref),
    required("credit_note_no", T::Ref),
];

const TRANSFER: &[FieldSpec] = &[
    required("iban", T::Iban),
    optional("bic", T::Bic),
    required("creditor_name", T::Text(140)),
];

/// By what number the contract is found; a bank's own file may have none of them.
const PAYS: &[FieldSpec] = &[
    optional("reference_no", T::Ref),
    optional("contract_no", T::Ref),
    optional("payer_no", T::Ref),
];

/// IBAN and BIC are texts here, since a bank's own file is not refused for one: the line checks them.
const PAYMENT: &[FieldSpec] = &[
    required("value_date", T::Date),
    optional("posting_date", T::Date),
    optional("payer_name", T::Text(140)),
    optional("payer_account", T::Ref),
    optional("payer_iban", T::Ref),
    optional("payer_bic", T::Ref),
    optional("payee_account", T::Ref),
    optional("payment_channel", T::Ref),
    optional("bank_reference", T::Ref),
    optional("end_to_end_id", T::Ref),
    optional("premature", T::Bool),
];

const REVERSAL: &[FieldSpec] = &[
    optional("bank_reference", T::Ref),
    optional("original_reference", T::Ref),
    optional("end_to_end_id", T::Ref),
    optional("own_reference", T::Ref),
    optional("payer_no", T::Ref),
    optional("payee_account", T::Ref),
    required("value_date", T::Date),
    optional("initiated_by", T::Code(Initiator::WORDS)),
];

const FAILED: &[FieldSpec] = &[
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

const MATCH: &[FieldSpec] = &[
    CONTRACT_NO,
    optional("bank_reference", T::Ref),
    optional("cash_reference", T::Ref),
];

const DEATH: &[FieldSpec] = &[
    required("person_id", T::Ref),
    required("death_date", T::Date),
];

const TYPE: &[FieldSpec] = &[required("loan_type", T::Ref), required("status", T::Ref)];

/// What the loan line can be asked for, in the order of the manual.
pub(super) const KINDS: &[KindSpec] = &[
    kind("loan.person", PERSON),
    kind("loan.application", APPLICATION),
    kind("loan.offer", OFFER),
    kind("loan.contract", CONTRACT),
    kind("loan.receivable", RECEIVABLE),
    kind("loan.invoice", INVOICE),
    kind("loan.credit-note", fields!(CREDIT_NOTE, MONEY)),
    kind("loan.disburse", fields!(&[CONTRACT_NO], MONEY, TRANSFER)),
    kind("loan.repayment", fields!(PAYS, MONEY, PAYMENT)),
    kind("loan.reversal", fields!(MONEY, REVERSAL)),
    kind("loan.collection-failed", FAILED),
    kind("loan.match", MATCH),
    kind("loan.default", &[CONTRACT_NO]),
    inquiry("loan.inquire", &[CONTRACT_NO]),
    kind("loan.death", DEATH),
    kind("loan.product", TYPE),
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
                    T::Code(_) => "code".to_owned(),
                    other => format!("{other:?}"),
                };
                let first = types.entry(field.name).or_insert_with(|| bare.clone());
                assert_eq!(*first, bare, "{}", field.name);
            }
        }
    }

    #[test]
    fn the_key_is_the_first_required_reference() {
        let key = |name: &str| {
            let kind = KINDS.iter().find(|kind| kind.name == name).expect("a kind");
            let required =
                |field: &&FieldSpec| field.need == Need::Required && field.kind == T::Ref;
            kind.fields.iter().find(required).map(|field| field.name)
        };
        assert_eq!(key("loan.person"), Some("person_id"));
        assert_eq!(key("loan.application"), Some("application_id"));
        assert_eq!(key("loan.offer"), Some("offer_id"));
        assert_eq!(key("loan.death"), Some("person_id"));
        assert_eq!(key("loan.product"), Some("loan_type"));
        assert_eq!(key("loan.repayment"), None);
        assert_eq!(key("loan.reversal"), None);
        for name in [
            "loan.contract",
            "loan.receivable",
            "loan.match",
            "loan.inquire",
        ] {
            assert_eq!(key(name), Some("contract_no"));
        }
    }
}
