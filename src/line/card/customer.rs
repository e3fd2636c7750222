//! Customers of card contracts: who they are, where they live, what proves it.

use anyhow::{Context as _, Result};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::CUSTOMER;
use super::ids;
use super::kinds::{ADDRESS, PERSON};
use crate::code::Code;
use crate::line::Store;
use crate::line::stored::{self, date, no};
use crate::line::told::json;
use crate::line::work::Work;
use crate::model::{Fields, Finding, Object as Map};

/// The state of a customer in the book; there is no other.
pub(super) const EXISTS: &str = "exists";

/// What an address is called where the record does not say.
const LABEL: &str = "MAIN_POSTAL_ADDRESS";
/// What kind of address it is where the record does not say.
const KIND: &str = "POSTAL_MAIL";

/// A customer's state.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Customer {
    /// The reference that was assigned.
    pub reference: Box<str>,
    /// Who it is, under canonical names.
    pub person: Map,
    pub addresses: Vec<Address>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub documents: Vec<Document>,
}

/// Where a customer lives, or wants mail to go.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Address {
    pub label: Box<str>,
    pub kind: Box<str>,
    /// The reference that was assigned.
    pub reference: Box<str>,
    /// The issuer's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub no: Option<Box<str>>,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "date::option"
    )]
    pub start: Option<NaiveDate>,
    /// Its lines, under canonical names.
    pub lines: Map,
}

/// What proves who a customer is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Document {
    pub kind: Box<str>,
    pub number: Box<str>,
    #[serde(with = "date")]
    pub issued: NaiveDate,
    #[serde(with = "date")]
    pub expires: NaiveDate,
    #[serde(default, skip_serializing_if = "no")]
    pub legitimated: bool,
}

/// What makes someone another person.
const WHO: &[&str] = &["first_name", "last_name", "birth_date"];

impl Customer {
    /// The customer of a key.
    pub(super) fn find(store: &mut dyn Store, no: &str) -> Result<Option<Self>> {
        let state = store.find(CUSTOMER, no)?;
        state.map(Self::parse).transpose()
    }

    /// A customer who takes part in a contract, and so was in the book: of one who was forgotten since, because the
    /// contract is long closed, nothing is known.
    pub(super) fn of_member(store: &mut dyn Store, no: &str) -> Result<Self> {
        Ok(Self::find(store, no)?.unwrap_or_default())
    }

    /// From the state that the book keeps.
    pub(super) fn parse(state: &str) -> Result<Self> {
        stored::parse(state).context("a customer's state does not read")
    }

    /// Keeps it.
    pub(super) fn save(&self, store: &mut dyn Store, no: &str) -> Result<()> {
        store.save(CUSTOMER, no, serde_json::to_string(self)?, &[])
    }

    /// A word about the person; blank where nothing is known.
    pub(super) fn text(&self, name: &str) -> &str {
        let value = self.person.get(name);
        value.and_then(|value| value.as_str()).unwrap_or_default()
    }

    /// Where mail goes: the address of the usual name, or the first.
    pub(super) fn postal(&self) -> Option<&Address> {
        let mut addresses = self.addresses.iter();
        let usual = addresses.find(|address| &*address.label == LABEL);
        usual.or(self.addresses.first())
    }

    /// Sets the address of a label, in place of an older one.
    pub(super) fn move_to(&mut self, address: Address) {
        let mut all = self.addresses.iter_mut();
        match all.find(|known| known.label == address.label) {
            Some(known) => *known = address,
            None => self.addresses.push(address),
        }
    }

    /// Sets the document of a type, in place of an older one.
    pub(super) fn prove(&mut self, document: Document) {
        let mut all = self.documents.iter_mut();
        match all.find(|known| known.kind == document.kind) {
            Some(known) => *known = document,
            None => self.documents.push(document),
        }
    }
}

/// Someone a record names, and whether the book knew him before.
pub(super) struct Named {
    pub no: Box<str>,
    pub customer: Customer,
    pub is_new: bool,
}

/// The customer that a record names under `owner_customer_ref`: in the book, or made of the record's own details. `None`:
/// neither, and that is noted.
pub(super) fn named(work: &mut Work<'_>, no: &str, store: &mut dyn Store) -> Result<Option<Named>> {
    if let Some(customer) = Customer::find(store, no)? {
        compare(work, &customer);
        return Ok(Some(Named {
            no: no.into(),
            customer,
            is_new: false,
        }));
    }
    let fields = work.fields;
    let details = PERSON.iter().chain(ADDRESS);
    if !details.into_iter().any(|spec| fields.has(spec.name)) {
        work.find(Code::OwnerNotFound, "owner_customer_ref");
        return Ok(None);
    }
    for name in WHO {
        if !fields.has(name) {
            missing(work, name);
        }
    }
    missing_of_address(fields, |name| missing(work, name));
    if fields
        .date("birth_date")
        .is_some_and(|born| born > work.today())
    {
        let finding = Finding::field(Code::OutOfRange, "birth_date");
        work.note(finding.hinting("a birth date is not in the future"));
    }
    let address = address(work, no);
    Ok(Some(Named {
        no: no.into(),
        customer: Customer {
            reference: ids::customer(work.context).into(),
            person: taken(fields, PERSON),
            addresses: vec![address],
            documents: Vec::new(),
        },
        is_new: true,
    }))
}

fn missing(work: &mut Work<'_>, name: &'static str) {
    let finding = Finding::field(Code::Required, name);
    work.note(finding.hinting("the customer is not in the book: give all that a new one needs"));
}

/// The fields that an address lacks to be one.
pub(super) fn missing_of_address(fields: &Fields, mut tell: impl FnMut(&'static str)) {
    if !fields.has("address_line1") && !fields.has("street_name") {
        tell("address_line1");
    }
    if !fields.has("address_country") {
        tell("address_country");
    }
}

/// The fields of a list that a record gives, as a state holds them.
fn taken(fields: &Fields, list: &[crate::model::FieldSpec]) -> Map {
    let given = list
        .iter()
        .filter_map(|spec| Some((spec.name, json(fields.get(spec.name)?, None))));
    given.collect()
}

/// The address in a record, for a customer.
pub(super) fn address(work: &Work<'_>, no: &str) -> Address {
    let fields = work.fields;
    let label = fields.text("address_label").unwrap_or(LABEL);
    Address {
        label: label.into(),
        kind: fields.text("address_type").unwrap_or(KIND).into(),
        reference: ids::address(work.context, label, no).into(),
        no: fields.text("address_ref").map(Into::into),
        start: fields.date("address_start_date"),
        lines: taken(fields, ADDRESS),
    }
}

/// Whether two values say the same: a name in capitals is the same name.
fn is_same(known: &Json, told: &Json) -> bool {
    match (known.as_str(), told.as_str()) {
        (Some(known), Some(told)) => known.to_lowercase() == told.to_lowercase(),
        _ => known == told,
    }
}

/// A record may repeat what is known of a customer. Another name or birth date is another person; what else differs is
/// not used.
fn compare(work: &mut Work<'_>, customer: &Customer) {
    let told = taken(work.fields, PERSON);
    let mut differs = false;
    for (name, value) in told.iter() {
        let known = customer.person.get(name).unwrap_or(&Json::Null);
        if is_same(known, value) {
            continue;
        }
        match WHO.iter().find(|who| *who == name) {
            Some(who) => work.note(
                Finding::field(Code::ConflictingFields, *who)
                    .saying("the book knows this customer by another value")
                    .hinting("check the customer's reference, or leave the field out"),
            ),
            None => differs = true,
        }
    }
    let lines = taken(work.fields, ADDRESS);
    let known = |address: &Address| {
        let pairs = address.lines.iter().zip(lines.iter());
        address.lines.len() == lines.len()
            && pairs
                .into_iter()
                .all(|((a, x), (b, y))| a == b && is_same(x, y))
    };
    if differs || !lines.is_empty() && !customer.addresses.iter().any(known) {
        work.find(Code::CustomerKept, "owner_customer_ref");
    }
}
