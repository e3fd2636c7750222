//! `contract.legitimacy-document`: what proves who a member is.

use anyhow::Result;
use serde_json::{Value as Json, json};

use super::customer::{Customer, Document};
use super::entity::Contract;
use super::events::tell;
use super::lifecycle::Ask;
use super::shape;
use super::work::take;
use crate::code::Code;
use crate::line::Store;
use crate::line::work::Work;
use crate::model::Finding;

/// Decides `contract.legitimacy-document`.
pub(super) fn legitimacy(
    work: &mut Work<'_>,
    contract: &mut Contract,
    store: &mut dyn Store,
) -> Result<()> {
    let events = take(work, contract, Ask::Document);
    let document = of(work);
    let no = work.fields.text("customer_ref").unwrap_or_default();
    if !contract.is_member(no) {
        work.find(Code::NotAMember, "customer_ref");
    }
    let (Some(document), false) = (document, work.is_bad()) else {
        return Ok(());
    };
    let mut customer = Customer::of_member(store, no)?;
    let before = customer.clone();
    let told = self::told(contract, no, &document);
    customer.prove(document);
    if customer != before {
        customer.save(store, no)?;
        tell(work, events, contract, &told);
    }
    Ok(())
}

/// The document in a record, where there is one; dates that it cannot have are noted.
pub(super) fn of(work: &mut Work<'_>) -> Option<Document> {
    let fields = work.fields;
    let (issued, expires) = (fields.date("issue_date")?, fields.date("expiry_date")?);
    let document = Document {
        kind: fields.text("document_type")?.into(),
        number: fields.text("document_no")?.into(),
        issued,
        expires,
        legitimated: fields.flag("legitimated").unwrap_or(false),
    };
    if issued > work.today() {
        let finding = Finding::field(Code::DateOrder, "issue_date")
            .saying("the document is not issued yet")
            .hinting("the issue date is not after the business date");
        work.note(finding);
    }
    if expires <= work.today() {
        let finding = Finding::field(Code::DateOrder, "expiry_date")
            .saying("the document has expired")
            .hinting("send a document that expires after the business date");
        work.note(finding);
    }
    Some(document)
}

/// A document, and whose it is.
pub(super) fn told(contract: &Contract, no: &str, document: &Document) -> Json {
    json!({
        "legitimacyDocumentType": &*document.kind,
        "legitimacyDocumentId": &*document.number,
        "legitimacyDocumentDate": shape::midnight(document.issued),
        "legitimacyDocumentExpiryDate": shape::midnight(document.expires),
        "legitimated": document.legitimated,
        "customerIdentifier": shape::customer_id(contract, no),
    })
}
