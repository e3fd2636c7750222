//! Customers: who they are, what can be changed about them, and what is asked about them.

use crate::model::Object as Map;
use anyhow::{Context as _, Result};
use chrono::NaiveDate;
use serde_json::Value as Json;

use super::events::{EventKind, event};
use super::words::CustomerType;
use super::{CUSTOMER, IDENTITY, numbers, show};
use crate::code::Code;
use crate::line::Store;
use crate::line::told::json;
use crate::line::work::Work;
use crate::model::json::Json as Text;
use crate::model::{Fields, Finding, Value};

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
        Self::parse(&state).map(Some)
    }

    /// From the state that the book keeps.
    pub(super) fn parse(state: &str) -> Result<Self> {
        let map = serde_json::from_str(state).context("a customer's state does not read")?;
        Ok(Self(map))
    }

    /// A new customer of the details in a record, which were checked; a name that its type does not have is left out.
    ///
    /// # Errors
    /// The identity number is none on the day that it is judged on.
    pub(super) fn of(fields: &Fields, today: Option<NaiveDate>) -> Result<Self, Code> {
        let mut customer = Self(Map::with_capacity(WHO.len() + DETAILS.len()));
        for name in WHO {
            if let Some(value) = fields.get(name) {
                customer.0.insert(*name, json(value, None));
            }
        }
        let number = customer.checked(customer.text("identity_no"), today)?;
        let text = Json::from(number.normalised);
        customer.0.insert("identity_no", text);
        for &name in DETAILS {
            let value = fields.get(name).filter(|value| **value != Value::Clear);
            if let Some(value) = value.filter(|_| customer.has_name(name)) {
                customer.0.insert(name, json(value, None));
            }
        }
        Ok(customer)
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

    /// What another customer must not have: country and identity number.
    pub(super) fn identity_key(&self) -> String {
        identity_key(self.text("country"), self.text("identity_no"))
    }

    /// Whether it is a person.
    pub(super) fn is_individual(&self) -> bool {
        self.text("customer_type") == CustomerType::Individual.as_str()
    }

    /// A person's birth date: as told, else as the identity number says.
    pub(super) fn birth_date(&self) -> Option<NaiveDate> {
        if let Ok(told) = self.text("birth_date").parse() {
            return Some(told);
        }
        let number = self.checked(self.text("identity_no"), None).ok()?;
        number.birth_date
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
        match name {
            "first_name" | "last_name" => self.is_individual(),
            "company_name" => !self.is_individual(),
            _ => true,
        }
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

    /// Keeps it in the book; answers the state as the book keeps it, which is all there is to tell of it.
    pub(super) fn save(&self, store: &mut dyn Store, customer_no: &str) -> Result<Text> {
        let state = Text::of(&self.0);
        let key = self.identity_key();
        let kept = state.text().into_owned();
        store.save(CUSTOMER, customer_no, kept, &[(IDENTITY, &key)])?;
        Ok(state)
    }
}

/// What no two customers share.
pub(super) fn identity_key(country: &str, identity_no: &str) -> String {
    format!("{country}:{identity_no}")
}

fn conflict(name: &'static str) -> Finding {
    Finding::field(Code::ConflictingFields, name)
        .saying("the book has another value for this customer, and it cannot change")
        .hinting("leave the field out, or use a customer number of its own")
}

/// Finds whether another customer has this identity.
pub(super) fn identity_taken(
    store: &mut dyn Store,
    customer_no: &str,
    customer: &Customer,
) -> Result<Option<Finding>> {
    let holder = store.find_by(IDENTITY, &customer.identity_key())?;
    let other = holder.is_some_and(|holder| *holder != *customer_no);
    Ok(other.then(|| Finding::field(Code::IdentityExists, "identity_no")))
}

/// `customer.create`.
pub(super) fn create(work: &mut Work<'_>, store: &mut dyn Store) -> Result<()> {
    if Customer::find(store, work.key)?.is_some() {
        work.decision.state = EXISTS.into();
        work.find(Code::AlreadyExists, "customer_no");
    }
    let customer = match Customer::of(work.fields, Some(work.today())) {
        Ok(customer) => customer,
        Err(code) => {
            work.find(code, "identity_no");
            return Ok(());
        }
    };
    let taken = identity_taken(store, work.key, &customer)?;
    work.decision.findings.extend(taken);
    if work.is_bad() {
        return Ok(());
    }
    customer.save(store, work.key)?;
    work.decision.state = EXISTS.into();
    let told = event(EventKind::CustomerCreated, work.key, EXISTS, &customer.0);
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
            &state,
            &work.context.on_this_day(),
        )?);
    }
    Ok(())
}
