//! What a partner's records are checked by.

use std::collections::HashMap;

use super::card::CardKey;
use crate::model::family::{is_family, word_of};
use crate::model::{FieldSpec, FieldType, Fields, Finding, KindSpec, Need};

/// Rules across the fields of one record of a kind: findings with their field named, place and value left out.
pub type Rules = fn(&KindSpec, &Fields) -> Vec<Finding>;

/// What a partner's records are checked by: every kind that there is, and whether this partner may ask for it.
#[derive(Debug, Default)]
pub struct Profile {
    /// Whether it is the insurer's own feed.
    pub(super) insurer: bool,
    /// Whether it is a bank's own file.
    pub(super) bank: bool,
    pub(super) kinds: HashMap<&'static str, Known>,
    /// Amount fields of all kinds, by name: amounts of a record whose kind is not known are counted too.
    amounts: HashMap<&'static str, &'static FieldSpec>,
    /// The same of families.
    families: Vec<&'static FieldSpec>,
    /// Fields of all kinds that hold card numbers: hidden even where a kind does not take them.
    card_numbers: Vec<&'static str>,
    /// Whether this partner may ask for a line that takes card numbers: then they are hidden wherever they stand.
    pub(super) cards: bool,
    /// The key by which card numbers are named.
    pub(super) card_key: Option<CardKey>,
}

/// The required fields of a kind, each as the bit of its place in the kind's list.
fn required(spec: &KindSpec) -> u128 {
    assert!(
        spec.fields.len() <= 128,
        "{} has too many fields",
        spec.name
    );
    let fields = spec.fields.iter().enumerate();
    let required = fields.filter(|(_, field)| field.need == Need::Required);
    required.fold(0, |bits, (at, _)| bits | 1 << at)
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Known {
    pub(super) spec: &'static KindSpec,
    /// The field that holds the key of the kind's entity: the first that says so, or that is a required reference.
    pub(super) key: Option<&'static str>,
    pub(super) allowed: bool,
    /// Its required fields, each as the bit of its place in the kind's list.
    pub(super) required: u128,
    pub(super) rules: Rules,
    /// Whether its line takes card numbers, and takes them in fields of their own alone.
    pub(super) cards: bool,
}

impl Profile {
    /// The same for the insurer's own feed, or for a partner's.
    #[must_use]
    pub const fn of_insurer(mut self, insurer: bool) -> Self {
        self.insurer = insurer;
        self
    }

    /// The same for a bank's own file: what it tells has happened, so a field that a record can do without, and that does
    /// not look as it should, is left out with a note. Amounts, currencies and what is required stay as strict.
    #[must_use]
    pub const fn of_bank(mut self, bank: bool) -> Self {
        self.bank = bank;
        self
    }

    /// Adds a line's kinds, with their rules and whether this partner may ask for them.
    #[must_use]
    pub fn with(mut self, kinds: &'static [KindSpec], allowed: bool, rules: Rules) -> Self {
        let is_card = |field: &FieldSpec| field.kind == FieldType::CardNumber;
        let cards = kinds.iter().any(|kind| kind.fields.iter().any(is_card));
        self.cards |= cards && allowed;
        for spec in kinds {
            let is_key = |field: &&FieldSpec| match field.need {
                Need::Required => matches!(field.kind, FieldType::Ref),
                Need::Key => true,
                Need::Optional => false,
            };
            let known = Known {
                spec,
                key: spec.fields.iter().find(is_key).map(|field| field.name),
                allowed,
                required: required(spec),
                rules,
                cards,
            };
            self.kinds.insert(spec.name, known);
            for field in spec.fields {
                if is_card(field) && !self.is_card_number(field.name) {
                    self.card_numbers.push(field.name);
                }
                if !matches!(field.kind, FieldType::Amount { .. }) {
                    continue;
                }
                if is_family(field.name) {
                    self.families.push(field);
                } else {
                    self.amounts.entry(field.name).or_insert(field);
                }
            }
        }
        self
    }

    /// Names card numbers by this key.
    #[must_use]
    pub fn naming_cards(mut self, key: CardKey) -> Self {
        self.card_key = Some(key);
        self
    }

    /// Whether card numbers are hidden wherever they stand in this partner's records.
    pub const fn hides_cards(&self) -> bool {
        self.cards
    }

    /// Whether card numbers are given in a field of this name.
    pub(super) fn is_card_number(&self, name: &str) -> bool {
        // A name or two, asked for with every field: a hash would cost more.
        self.card_numbers.contains(&name)
    }

    /// The amount field of this name, of any kind.
    pub(super) fn amount(&self, name: &str) -> Option<&'static FieldSpec> {
        let member = |family: &&&'static FieldSpec| word_of(family.name, name).is_some();
        let family = || self.families.iter().find(member);
        self.amounts.get(name).or_else(family).copied()
    }
}
