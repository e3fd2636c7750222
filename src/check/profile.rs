//! What a partner's records are checked by.

use std::collections::HashMap;

use crate::model::family::{is_family, word_of};
use crate::model::{FieldSpec, FieldType, Fields, Finding, KindSpec, Need};

/// Rules across the fields of one record of a kind: findings with their field named, place and value left out.
pub type Rules = fn(&KindSpec, &Fields) -> Vec<Finding>;

/// What a partner's records are checked by: every kind that there is, and whether this partner may ask for it.
#[derive(Debug, Default)]
pub struct Profile {
    pub(super) kinds: HashMap<&'static str, Known>,
    /// Amount fields of all kinds, by name: amounts of a record whose kind is not known are counted too.
    amounts: HashMap<&'static str, &'static FieldSpec>,
    /// The same of families.
    families: Vec<&'static FieldSpec>,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Known {
    pub(super) spec: &'static KindSpec,
    /// The field that holds the key of the kind's entity: the first that says so, or that is a required reference.
    pub(super) key: Option<&'static str>,
    pub(super) allowed: bool,
    pub(super) rules: Rules,
}

impl Profile {
    /// Adds a line's kinds, with their rules and whether this partner may ask for them.
    #[must_use]
    pub fn with(mut self, kinds: &'static [KindSpec], allowed: bool, rules: Rules) -> Self {
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
                rules,
            };
            self.kinds.insert(spec.name, known);
            for field in spec.fields {
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

    /// The amount field of this name, of any kind.
    pub(super) fn amount(&self, name: &str) -> Option<&'static FieldSpec> {
        let member = |family: &&&'static FieldSpec| word_of(family.name, name).is_some();
        let family = || self.families.iter().find(member);
        self.amounts.get(name).or_else(family).copied()
    }
}
