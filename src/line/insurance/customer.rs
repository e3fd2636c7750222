//! Customers: who they are, what can be changed about them, and what is asked about them.

use crate::line::stored;
use crate::model::Object as Map;
use anyhow::{Context as _, Result};
use chrono::NaiveDate;
use serde_json::Value as Json;

use super::events::{EventKind, event, event_told};
use super::words::CustomerType;
use super::{CUSTOMER, IDENTITY, numbers, show};
use crate::code::Code;
use crate::line::Store;
use crate::line::told::{json, member};
use crate::line::work::Work;
use crate::model::brief;
use crate::model::json::{Json as Text, Members};
use crate::model::{Brief, Event, Fields, Finding, Value};

/// The state of a customer in the book; there is no other.
pub(super) const EXISTS: &str = "exists";

/// What makes a customer who he is; it never changes.
const WHO: &[&str] = &["customer_type", "country", "identity_no"];

/// What may change about a customer, in the order of the manual.
const DETAILS: &[&str] = &[
    "first_name",
    "last_name",
    "company_name",
    "birth_date",
    "language",
    "email",
    "phone",
    "address_line1",
    "address_line2",
    "address_line3",
    "address_line4",
    "address_line5",
    "building_number",
    "street_name",
    "postal_code",
    "city",
    "address_country",
];

/// Every field of a customer but its key.
pub(super) fn field_names() -> impl Iterator<Item = &'static str> {
    WHO.iter().chain(DETAILS).copied()
}

/// A customer's state: its fields under their canonical names, in the order of the manual.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Customer(pub Map);

impl Customer {
    /// The customer of a key.
    pub(super) fn find(store: &mut dyn Store, customer_no: &str) -> Result<Option<Self>> {
        let Some(state) = store.find(CUSTOMER, customer_no)? else {
            return Ok(None);
        };
        Self::parse(state).map(Some)
    }

    /// From the state that the book keeps.
    pub(super) fn parse(state: &str) -> Result<Self> {
        let map = stored::parse(state).context("a customer's state does not read")?;
        Ok(Self(map))
    }

    fn text(&self, name: &str) -> &str {
        self.0.get(name).and_then(Json::as_str).unwrap_or_default()
    }

    fn checked(&self, identity_no: &str, today: Option<NaiveDate>) -> Result<numbers::Valid, Code> {
        numbers::identity(
            self.text("country"),
            self.text("customer_type"),
            identity_no,
            today,
        )
    }

    /// Who he is, as far as a product asks.
    pub(super) fn person(&self) -> Person {
        if !self.is_individual() {
            return Person::None;
        }
        let told = self.text("birth_date").parse().ok();
        Person::Born(told.or_else(|| {
            let number = self.checked(self.text("identity_no"), None).ok()?;
            number.birth_date
        }))
    }

    fn is_individual(&self) -> bool {
        is_individual(self.text("customer_type"))
    }

    /// Where a record says that it is someone else.
    pub(super) fn conflicts(&self, fields: &Fields, today: NaiveDate) -> Vec<Finding> {
        let mut findings = Vec::new();
        for name in ["customer_type", "country"] {
            if fields
                .text(name)
                .is_some_and(|sent| sent != self.text(name))
            {
                findings.push(conflict(name));
            }
        }
        if let Some(sent) = fields.text("identity_no") {
            let same = self
                .checked(sent, Some(today))
                .is_ok_and(|number| number.normalised == self.text("identity_no"));
            if !same {
                findings.push(conflict("identity_no"));
            }
        }
        findings
    }

    /// Takes over the details that a record sends; answers those that are new, `null` for emptied ones.
    pub(super) fn change(&mut self, fields: &Fields) -> Map {
        let mut changed = Map::new();
        for &name in DETAILS {
            let Some(value) = fields.get(name).filter(|_| self.has_name(name)) else {
                continue;
            };
            let new = match value {
                Value::Clear => Json::Null,
                given => json(given, None),
            };
            if *self.0.get(name).unwrap_or(&Json::Null) != new {
                changed.insert(name, new);
            }
        }
        self.merge(&changed);
        changed
    }

    /// Whether a customer of this type has such a name at all.
    fn has_name(&self, name: &str) -> bool {
        has_name(self.is_individual(), name)
    }

    fn merge(&mut self, changed: &Map) {
        let mut old = std::mem::take(&mut self.0);
        for name in field_names() {
            match changed.get(name).cloned().or_else(|| old.remove(name)) {
                None | Some(Json::Null) => {}
                Some(value) => self.0.insert(name, value),
            }
        }
    }

    /// Keeps it in the book.
    pub(super) fn save(&self, store: &mut dyn Store, customer_no: &str) -> Result<()> {
        let state = stored::fields(&self.0);
        let key = identity_key(self.text("country"), self.text("identity_no"));
        store.save(CUSTOMER, customer_no, state, &[(IDENTITY, &key)])
    }
}

/// Who a customer is, as far as a product asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Person {
    /// A company.
    None,
    /// A person, and the birth date: as told, else as the identity number says; `None`: neither does.
    Born(Option<NaiveDate>),
}

/// A new customer. A large file brings a million: what is told of it and what the book will keep are written at once.
pub(super) struct NewCustomer {
    told: Text,
    state: String,
    identity: String,
    pub person: Person,
}

impl NewCustomer {
    /// Of the details in a record, which were checked; a name that its type does not have is left out.
    ///
    /// # Errors
    /// The identity number is none on the day that it is judged on.
    pub(super) fn of(fields: &Fields, today: NaiveDate) -> Result<Self, Code> {
        let text = |name| fields.text(name).unwrap_or_default();
        let (country, customer_type) = (text("country"), text("customer_type"));
        let number = text("identity_no");
        let number = numbers::identity(country, customer_type, number, Some(today))?;
        let is_individual = is_individual(customer_type);
        let mut both = (Members::with_capacity(384), Brief::with_capacity(128));
        for name in ["customer_type", "country"] {
            if let Some(value) = fields.get(name) {
                tell(&mut both, name, value);
            }
        }
        both.0.text("identity_no", &number.normalised);
        both.1.text("identity_no", &number.normalised);
        for &name in DETAILS {
            let value = fields.get(name).filter(|value| **value != Value::Clear);
            if let Some(value) = value.filter(|_| has_name(is_individual, name)) {
                tell(&mut both, name, value);
            }
        }
        let (told, state) = (both.0.finish(), both.1.finish());
        // Without the texts: a person stands in them.
        debug_assert!(
            brief::json(&state) == told.text(),
            "a customer is kept otherwise than it is told"
        );
        let person = if is_individual {
            Person::Born(fields.date("birth_date").or(number.birth_date))
        } else {
            Person::None
        };
        Ok(Self {
            told,
            state,
            identity: identity_key(country, &number.normalised),
            person,
        })
    }

    /// Finds whether another customer has this identity.
    pub(super) fn identity_taken(
        &self,
        store: &mut dyn Store,
        customer_no: &str,
    ) -> Result<Option<Finding>> {
        let holder = store.find_by(IDENTITY, &self.identity)?;
        let other = holder.is_some_and(|holder| *holder != *customer_no);
        Ok(other.then(|| Finding::field(Code::IdentityExists, "identity_no")))
    }

    /// Keeps it in the book, and tells of it.
    pub(super) fn save(self, store: &mut dyn Store, customer_no: &str) -> Result<Event> {
        let names = [(IDENTITY, &*self.identity)];
        store.save(CUSTOMER, customer_no, self.state, &names)?;
        let kind = EventKind::CustomerCreated;
        Ok(event_told(kind, customer_no, EXISTS, self.told))
    }
}

/// Adds what is known of a customer to what is told of it and to its state.
fn tell((told, state): &mut (Members, Brief), name: &str, value: &Value) {
    member(told, name, value, None);
    match value.text() {
        Some(text) => state.text(name, text),
        None => stored::field(state, name, &json(value, None)),
    }
}

fn is_individual(customer_type: &str) -> bool {
    customer_type == CustomerType::Individual.as_str()
}

/// Whether a person, or a company, has such a name at all.
fn has_name(is_individual: bool, name: &str) -> bool {
    match name {
        "first_name" | "last_name" => is_individual,
        "company_name" => !is_individual,
        _ => true,
    }
}

/// What no two customers share.
pub(super) fn identity_key(country: &str, identity_no: &str) -> String {
    [country, ":", identity_no].concat()
}

fn conflict(name: &'static str) -> Finding {
    Finding::field(Code::ConflictingFields, name)
        .saying("the book has another value for this customer, and it cannot change")
        .hinting("leave the field out, or use a customer number of its own")
}

/// `customer.create`.
pub(super) fn create(work: &mut Work<'_>, store: &mut dyn Store) -> Result<()> {
    if Customer::find(store, work.key)?.is_some() {
        work.decision.state = EXISTS.into();
        work.find(Code::AlreadyExists, "customer_no");
    }
    let customer = match NewCustomer::of(work.fields, work.today()) {
        Ok(customer) => customer,
        Err(code) => {
            work.find(code, "identity_no");
            return Ok(());
        }
    };
    let taken = customer.identity_taken(store, work.key)?;
    work.decision.findings.extend(taken);
    if work.is_bad() {
        return Ok(());
    }
    let told = customer.save(store, work.key)?;
    work.decision.state = EXISTS.into();
    work.decision.events.push(told);
    Ok(())
}

/// `customer.update`.
pub(super) fn update(work: &mut Work<'_>, store: &mut dyn Store) -> Result<()> {
    let Some(mut customer) = Customer::find(store, work.key)? else {
        work.find(Code::NotFound, "customer_no");
        return Ok(());
    };
    work.decision.state = EXISTS.into();
    work.decision
        .findings
        .extend(customer.conflicts(work.fields, work.today()));
    for name in ["first_name", "last_name", "company_name"] {
        if work.fields.has(name) && !customer.has_name(name) {
            work.find(Code::FieldNotTaken, name);
        }
    }
    if work.is_bad() {
        return Ok(());
    }
    let changed = customer.change(work.fields);
    if changed.is_empty() {
        return Ok(());
    }
    customer.save(store, work.key)?;
    let told = event(EventKind::CustomerUpdated, work.key, EXISTS, &changed);
    work.decision.events.push(told);
    Ok(())
}

/// `customer.inquire`.
pub(super) fn inquire(work: &mut Work<'_>, store: &mut dyn Store) -> Result<()> {
    let Some(state) = store.find(CUSTOMER, work.key)? else {
        work.find(Code::NotFound, "customer_no");
        return Ok(());
    };
    work.decision.state = EXISTS.into();
    if !work.is_bad() {
        work.decision.reply = Some(show::show(
            CUSTOMER,
            work.key,
            state,
            &work.context.on_this_day(),
        )?);
    }
    Ok(())
}
