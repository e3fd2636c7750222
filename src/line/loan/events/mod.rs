//! What others must learn of, in the loan system's own shapes: every member of a shape is always there; what is not
//! known is null, a list empty.

mod bill;
mod cash;
mod contract;
mod letter;

use chrono::{DateTime, FixedOffset};
use compact_str::CompactString;
use rust_decimal::Decimal;
use uuid::Uuid;

use super::person::Person;
use super::words::EventKind;
use crate::line;
use crate::line::told::money;
use crate::line::work::Work;
use crate::model::json::{Json, Members};
use crate::model::{Currency, Day, Event, Told, ids, instant};

pub(super) use bill::{credit_note, invoice, receivable};
pub(super) use cash::{Confirmed, confirmed, registered};
pub(super) use contract::{application, contract, loan_type, offer, transfer};
pub(super) use letter::death;

/// The names in events, replies and exports whose values are personal identity numbers.
pub(super) const PERSONAL_FIELDS: &[&str] = &["identity_no", "idNumber"];

/// Room for most events.
const ROOM: usize = 1_500;

/// When a record's events happened.
pub(super) fn stamp(work: &Work<'_>) -> String {
    instant(work.context.now)
}

/// Tells one fact. `data` writes the members of its `data`. In the source's own envelope, unless the profile asks for
/// `CloudEvents`.
pub(super) fn tell(
    work: &mut Work<'_>,
    kind: EventKind,
    subject: &str,
    state: &'static str,
    data: impl FnOnce(&mut Members),
) {
    let mut text = Members::with_capacity(ROOM);
    let told = match OwnEnvelope::of(work, kind) {
        None => {
            data(&mut text);
            Told::Data(text.finish())
        }
        Some(envelope) => {
            envelope.around(&mut text, data);
            Told::Line(text.finish())
        }
    };
    push(work, kind, (subject, state), told);
}

/// The same, written later: events of money are many.
pub(super) fn tell_later(
    work: &mut Work<'_>,
    kind: EventKind,
    subject: &str,
    state: &'static str,
    data: impl Fn(&mut Members) + Send + Sync + 'static,
) {
    let told = match OwnEnvelope::of(work, kind) {
        None => Told::Data(Json::later(data)),
        Some(envelope) => Told::Line(Json::later(move |text| envelope.around(text, &data))),
    };
    push(work, kind, (subject, state), told);
}

/// Counts one fact of a record whose events nobody is told.
fn count(work: &mut Work<'_>, kind: EventKind, subject: &str, state: &'static str) {
    push(work, kind, (subject, state), Told::Data(Json::EMPTY));
}

fn push(work: &mut Work<'_>, kind: EventKind, (subject, state): (&str, &'static str), told: Told) {
    work.decision.events.push(Event {
        kind: kind.as_str(),
        subject: subject.into(),
        state,
        told,
    });
}

/// The source's own envelope of an event.
struct OwnEnvelope {
    kind: EventKind,
    origin: Uuid,
    number: usize,
    destination: Option<CompactString>,
    now: DateTime<FixedOffset>,
}

impl OwnEnvelope {
    /// Of the record's next event; `None`: the profile asks for another.
    fn of(work: &Work<'_>, kind: EventKind) -> Option<Self> {
        let terms = work.context.terms;
        let own = terms.envelope != Some(line::Envelope::CloudEvents);
        own.then(|| Self {
            kind,
            origin: work.context.origin,
            number: work.decision.events.len(),
            destination: terms.destination.as_deref().map(CompactString::from),
            now: work.context.now,
        })
    }

    fn around(&self, text: &mut Members, data: impl FnOnce(&mut Members)) {
        let id = ids::event(&self.origin, self.number);
        text.id("notificationId", id);
        text.word("notificationTypeCode", self.kind.as_str());
        text.word("eventTypeCode", self.kind.routing());
        text.maybe("destination", self.destination.as_deref());
        text.instant("originalMessageDateTime", self.now);
        text.open("data");
        data(text);
        text.close();
    }
}

/// Money: amount as a number with its currency's decimals, and the currency.
fn sum(data: &mut Members, name: &str, amount: Decimal, currency: Currency) {
    data.open(name);
    data.number("amount", money(amount, currency));
    data.word("currencyCode", currency.as_str());
    data.close();
}

/// Where something came from; null where nobody said.
fn source(data: &mut Members, name: &str, of: Option<(&str, &str)>) {
    let Some((source, reference)) = of else {
        return data.null(name);
    };
    data.open(name);
    data.word("sourceName", source);
    data.text("sourceRef", reference);
    data.close();
}

/// A period; null where none is known.
fn range(data: &mut Members, name: &str, of: Option<&super::entity::Period>) {
    let Some(period) = of else {
        return data.null(name);
    };
    data.open(name);
    data.day("startDate", period.start);
    data.day("endDate", period.end);
    data.close();
}

/// Whoever gets a letter; null where the person is not in the book. A death notice's has other members than an
/// invoice's.
fn receiver(data: &mut Members, person_id: &str, person: Option<&Person>, death: Option<Day>) {
    let Some(person) = person else {
        return data.null("receiverInfo");
    };
    data.open("receiverInfo");
    data.text("personId", person_id);
    data.maybe("idNumber", person.text("identity_no"));
    data.maybe("givenName", person.text("first_name"));
    data.null("middleName");
    data.maybe("surname", person.text("last_name"));
    data.maybe("companyName", person.text("company_name"));
    if let Some(death) = &death {
        data.maybe("birthDate", person.text("birth_date"));
        data.text("deathDate", death.as_str());
    } else {
        data.maybe("deliveryMethodCode", person.text("delivery_method"));
    }
    data.maybe("email", person.text("email"));
    data.maybe("phoneNumber", person.text("phone"));
    if death.is_some() {
        data.maybe("language", person.text("language"));
        data.maybe("deliveryMethodCode", person.text("delivery_method"));
    }
    address(data, person);
    if death.is_none() {
        data.null("additionalData");
    }
    data.close();
}

fn address(data: &mut Members, person: &Person) {
    data.list("addressInfo");
    if person.has_address() {
        let street = person.street();
        let mut lines = street.iter().map(String::as_str);
        data.item();
        data.null("addressTypeCode");
        data.maybe("street1", lines.next());
        let rest = lines.collect::<Vec<_>>().join(", ");
        data.maybe("street2", (!rest.is_empty()).then_some(&rest));
        data.maybe("cityCounty", person.text("city"));
        data.null("stateRegion");
        data.maybe("zip", person.text("postal_code"));
        data.maybe("countryCode", person.text("address_country"));
        data.close();
    }
    data.close_list();
}
