//! One record: its kind, its fields by their types, what is missing, what contradicts, what must not be there.

mod amounts;

use chrono::NaiveDate;
use compact_str::CompactString;

use super::locate::{identity, shown};
use super::order::Order;
use super::profile::{Known, Profile};
use super::{card, conceal, digest, value};
use crate::code::Code;
use crate::model::blank::trimmed;
use crate::model::value::name_bit;
use crate::model::{
    AmountRead, Checked, FieldSpec, FieldType, Fields, Finding, Hidden, Instruction, KindSpec,
    Need, Shown, Value,
};
use crate::read::{RawField, RawRecord};

/// Fields that every kind takes.
const INSTRUCTION_ID: FieldSpec = FieldSpec::optional("instruction_id", FieldType::Ref);
const EFFECTIVE_DATE: FieldSpec = FieldSpec::optional("effective_date", FieldType::Date);
const COMMENT: FieldSpec = FieldSpec::optional("comment", FieldType::Text(140));

/// The longest kind that is repeated in the answers.
const KIND_SHOWN: usize = 64;

/// Checks a record by itself, and finds all that is wrong with it, not just the first.
///
/// Left to the line, since they need today or the book: whether the kind can take effect later, a national identity
/// number's check digit, amounts whose currency is the entity's.
pub(super) fn one(raw: RawRecord<'_>, profile: &Profile, order: &mut Order) -> Checked {
    let mut work = Work::new(&raw, profile, order);
    let known = work.kind();
    for field in &raw.fields {
        work.field(field, known);
    }
    if let Some(known) = known {
        work.missing(known);
        work.across(known);
    }
    let Work {
        kind,
        fields,
        instruction_id,
        effective_date,
        amounts,
        mut findings,
        hidden,
        ..
    } = work;
    let entity = known
        .and_then(|known| fields.text(known.key?))
        .unwrap_or_default()
        .into();
    let instruction = known.map(|known| Instruction {
        kind: known.spec,
        instruction_id: instruction_id.clone(),
        effective_date,
        // Nobody asks for it otherwise, and it is the dearest step of a record.
        digest: if instruction_id.is_some() {
            digest::of(known.spec.name, effective_date, &fields)
        } else {
            [0; 16]
        },
        fields,
    });
    let mut all = raw.findings;
    all.append(&mut findings);
    let mut checked = Checked {
        place: raw.place,
        kind,
        instruction_id,
        entity,
        instruction,
        findings: all,
        amounts,
        source: raw.source,
        hidden,
        // A record of another line may have references that look like card numbers.
        cards: known.map_or(profile.cards, |known| known.cards),
        others: Vec::new(),
    };
    conceal::cards(&mut checked, profile);
    checked
}

/// The record in hand.
struct Work<'r> {
    raw: &'r RawRecord<'r>,
    profile: &'r Profile,
    kind: CompactString,
    fields: Fields,
    instruction_id: Option<CompactString>,
    effective_date: Option<NaiveDate>,
    amounts: Vec<AmountRead>,
    findings: Vec<Finding>,
    hidden: Vec<Hidden>,
    /// Whether the kind's line takes card numbers; of a kind that is not known, whether the partner has such a line.
    cards: bool,
    /// Names read so far, each as one of 64 bits: a bit not set says that a name is new without a search.
    names: u64,
    /// What is given of the kind's list, each as the bit of its place there.
    given: u128,
    /// In what order fields come, and the place in the kind's list of the last one that was found there, from one.
    order: &'r mut Order,
    before: usize,
}

impl<'r> Work<'r> {
    fn new(raw: &'r RawRecord<'r>, profile: &'r Profile, order: &'r mut Order) -> Self {
        Self {
            raw,
            profile,
            kind: CompactString::default(),
            fields: Fields::with_capacity(raw.fields.len()),
            instruction_id: None,
            effective_date: None,
            amounts: Vec::new(),
            findings: Vec::new(),
            hidden: Vec::new(),
            cards: profile.cards,
            names: 0,
            given: 0,
            order,
            before: 0,
        }
    }

    /// The record's kind, if it is known, allowed or not: a record of a line that is not allowed is checked all the same.
    fn kind(&mut self) -> Option<Known> {
        let Some(field) = self.raw_field("kind").filter(|field| !field.is_blank()) else {
            if !self.is_broken() && !self.is_told("kind") {
                self.require("kind");
            }
            return None;
        };
        self.fields.stands_at("kind", field.spot);
        let text = match &field.text {
            Ok(text) => trimmed(text),
            Err(code) => {
                if !self.is_told("kind") {
                    self.find(*code, field);
                }
                return None;
            }
        };
        let known = self.profile.kinds.get(text).copied();
        if let Some(known) = known {
            self.kind = known.spec.name.into();
            self.cards = known.cards;
            if !known.allowed {
                self.find(Code::LineNotAllowed, field);
            }
            let side = known.spec.side;
            if let Some(whose) = side.as_str().filter(|_| !side.is_of(self.profile.insurer)) {
                let finding = self.finding(Code::RoleNotAllowed, field).seen(shown(text));
                let said = format!("{} comes from the {whose}'s own feed", known.spec.name);
                self.findings.push(finding.hinting(said));
            }
        } else {
            if !shown(text).is_personal() {
                self.kind = text.chars().take(KIND_SHOWN).collect();
            }
            self.find(Code::UnknownKind, field);
        }
        known
    }

    fn field(&mut self, field: &'r RawField<'r>, known: Option<Known>) {
        // Blank is not given, whatever a conversion made of it.
        if field.is_blank() {
            return;
        }
        if self.profile.is_card_number(field.name) {
            self.hidden.extend(card::hidden_field(&field.seen));
        }
        if self.is_second(field) {
            return;
        }
        match field.name {
            "kind" => {}
            "instruction_id" => self.instruction_id(field),
            "effective_date" => self.effective_date(field),
            "comment" => self.typed(&COMMENT, field),
            name => match known.map(|known| self.spec(known.spec, name)) {
                Some(Some(spec)) => self.typed(spec, field),
                // The format's own word for all its records is nobody's mistake.
                Some(None) if field.seen.is_empty() => self.stray_amount(field),
                Some(None) => {
                    self.stray_amount(field);
                    // What nobody asked for may be anything, so its sender alone sees it.
                    let finding = self.finding(Code::FieldNotTaken, field);
                    self.findings
                        .push(finding.seen(Shown::personal(&field.seen)));
                }
                None => self.stray_amount(field),
            },
        }
    }

    /// Whether a field of this name was read before in this record. The same text again says nothing new; another text
    /// contradicts the first, and neither is a guess worth making.
    fn is_second(&mut self, field: &RawField<'_>) -> bool {
        let bit = name_bit(field.name);
        let is_new = self.names & bit == 0;
        self.names |= bit;
        if is_new {
            return false;
        }
        let mut named = self
            .raw
            .fields
            .iter()
            .filter(|f| f.name == field.name && !f.is_blank());
        let Some(first) = named.next().filter(|first| !std::ptr::eq(*first, field)) else {
            return false;
        };
        if first.text != field.text {
            self.find(Code::ConflictingFields, field);
        }
        true
    }

    fn spec(&mut self, kind: &'static KindSpec, name: &str) -> Option<&'static FieldSpec> {
        let Some(at) = self.order.place(kind, self.before, name) else {
            return kind.family(name);
        };
        self.before = at + 1;
        self.given |= 1 << at;
        Some(&kind.fields[at])
    }

    fn instruction_id(&mut self, field: &RawField<'_>) {
        self.fields.stands_at("instruction_id", field.spot);
        if let Some(Value::Text(id)) = self.read(&INSTRUCTION_ID, field) {
            self.sensitive(self.cards && card::holds(&id), field);
            self.instruction_id = Some(id);
        }
    }

    fn effective_date(&mut self, field: &RawField<'_>) {
        self.fields.stands_at("effective_date", field.spot);
        if let Some(Value::Date(date)) = self.read(&EFFECTIVE_DATE, field) {
            self.effective_date = Some(date);
        }
    }

    /// A field that the kind takes.
    fn typed(&mut self, spec: &'static FieldSpec, field: &RawField<'_>) {
        if let FieldType::Amount { currency, .. } = spec.kind {
            if self.is_card(field) {
                self.sensitive(true, field);
                return;
            }
            self.amount(currency, field);
        }
        let Some(mut value) = self.read(spec, field) else {
            return;
        };
        if matches!(&value, Value::Text(text) if text == value::CLEAR) && !self.profile.bank {
            let finding = self.finding(Code::InvalidCharacter, field);
            self.findings.push(
                finding
                    .seen(Shown::plain(value::CLEAR))
                    .saying("the field cannot be emptied by this kind of instruction")
                    .hinting("leave it blank"),
            );
        }
        let found = match (spec.kind, &value) {
            (FieldType::Text(_), Value::Text(text)) => card::holds(text),
            (FieldType::Ref | FieldType::Digits(_), Value::Text(text)) => {
                self.cards && card::holds(text)
            }
            (_, Value::Personal(number)) => card::stands_for_identity(number.reveal(), self.cards),
            _ => false,
        };
        if found && self.profile.bank && can_do_without(spec) {
            self.mask(&mut value, field);
        } else {
            self.sensitive(found, field);
        }
        self.fields.push_at(field.name, value, field.spot);
    }

    /// What a bank tells of has happened: its text is kept without the card number.
    fn mask(&mut self, value: &mut Value, field: &RawField<'_>) {
        if let Value::Text(text) = value {
            *text = card::hide_certain(text).into_owned().into();
        }
        let finding = self.finding(Code::SensitiveData, field).as_note();
        let shown = Shown::plain(&card::veiled(&field.seen));
        self.findings.push(finding.seen(shown));
    }

    /// Notes a card number where none must be.
    fn sensitive(&mut self, found: bool, field: &RawField<'_>) {
        if found {
            self.hidden.extend(card::hidden_within(&field.seen));
            let finding = self.finding(Code::SensitiveData, field);
            self.findings
                .push(finding.seen(Shown::plain(&card::veiled(&field.seen))));
        }
    }

    fn missing(&mut self, known: Known) {
        let missing = known.required & !self.given;
        if missing == 0 {
            return;
        }
        // What a broken record seems to lack may be what is broken.
        if self.is_broken() {
            return;
        }
        for (at, field) in known.spec.fields.iter().enumerate() {
            if missing & 1 << at != 0 && !self.is_told(field.name) {
                self.require(field.name);
            }
        }
    }

    /// The line's rules across fields. A field that was given and could not be read is not missing too.
    fn across(&mut self, known: Known) {
        for finding in (known.rules)(known.spec, &self.fields) {
            let given = self.raw_field(&finding.field);
            let unread = given.is_some() && !self.fields.has(&finding.field);
            let unread = unread && self.is_given(&finding.field) || self.is_told(&finding.field);
            if is_missing(finding.code) && unread {
                continue;
            }
            let finding = match given {
                Some(field) => self.placed(finding, field),
                None => finding.at(self.raw.place.clone()),
            };
            self.findings.push(finding);
        }
    }

    fn placed(&self, mut finding: Finding, field: &RawField<'_>) -> Finding {
        finding.place = self.raw.place.of_field(field.spot, field.name);
        let personal = matches!(self.fields.get(field.name), Some(Value::Personal(_)));
        let seen = if personal { identity } else { shown };
        finding.value.get_or_insert_with(|| seen(&field.seen));
        finding
    }

    fn read(&mut self, spec: &FieldSpec, field: &RawField<'_>) -> Option<Value> {
        let value = match &field.text {
            Ok(text) if spec.kind == FieldType::CardNumber => {
                card::read(text, self.profile.card_key.as_ref()).map(Value::Text)
            }
            Ok(text) => value::parse(spec, text),
            Err(code) => Err(*code),
        };
        match value {
            Ok(value) => Some(value),
            // The reader knew why, and has told it in better words.
            Err(_) if field.text.is_err() && self.is_told(field.name) => None,
            Err(code) => {
                // The format's own words and bounds are nearer to the sender than the dictionary's.
                let own = field.convert.and_then(|convert| convert.hint(code));
                let said = own.or_else(|| value::hint(spec, code)).into_iter();
                let finding = said.fold(self.finding(code, field), Finding::hinting);
                let finding = if self.profile.bank && can_do_without(spec) {
                    finding.as_note()
                } else {
                    finding
                };
                let (hidden, value) = conceal::unread(spec, self.cards, &field.seen);
                self.hidden.extend(hidden);
                self.findings.push(finding.seen(value));
                None
            }
        }
    }

    fn raw_field(&self, name: &str) -> Option<&'r RawField<'r>> {
        self.raw.fields.iter().find(|field| field.name == name)
    }

    fn is_given(&self, name: &str) -> bool {
        let mut fields = self.raw.fields.iter();
        fields.any(|field| field.name == name && !field.is_blank())
    }

    /// Whether the reader found something wrong with the record as such.
    fn is_broken(&self) -> bool {
        let mut findings = self.raw.findings.iter();
        findings.any(|finding| finding.rejects() && finding.field.is_empty())
    }

    /// Whether the reader found something wrong with this field.
    fn is_told(&self, name: &str) -> bool {
        let mut findings = self.raw.findings.iter();
        findings.any(|finding| finding.rejects() && finding.field == name)
    }

    fn finding(&self, code: Code, field: &RawField<'_>) -> Finding {
        Finding::field(code, field.name).at(self.raw.place.of_field(field.spot, field.name))
    }

    fn find(&mut self, code: Code, field: &RawField<'_>) {
        let finding = self.finding(code, field).seen(shown(&field.seen));
        self.findings.push(finding);
    }

    fn require(&mut self, name: &'static str) {
        let finding = Finding::field(Code::Required, name).at(self.raw.place.clone());
        self.findings.push(finding);
    }
}

/// Whether a bank's record says enough without this field.
const fn can_do_without(spec: &FieldSpec) -> bool {
    matches!(spec.need, Need::Optional)
        && !matches!(spec.kind, FieldType::Amount { .. } | FieldType::Currency)
}

/// Whether a code says that a field is not there.
fn is_missing(code: Code) -> bool {
    matches!(code, Code::Required | Code::ClosingDateRequired)
}

#[cfg(test)]
mod tests;
