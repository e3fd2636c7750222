//! What an instruction of a kind may and must say: the tables that the lines fill in and the checks read.

use super::family::{is_family, word_of};

/// The type of a field: how its text is read and what it must look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldType {
    /// Free text of at most this many characters.
    Text(u16),
    /// A key or reference: printable, at most 35 characters, compared exactly after NFC and trimming.
    Ref,
    /// An id that an answer gave out: 36 characters, in lower case inside. No free text, so nobody's number is looked
    /// for in it.
    Uuid,
    /// A calendar date.
    Date,
    /// Money; the field that names its currency stands beside it in the record, else the entity's currency counts.
    Amount {
        /// The field that names the currency; or the currency itself (`BRL`), of a line that knows one alone.
        currency: &'static str,
        /// What sign it may have.
        sign: Sign,
    },
    /// A decimal that is not money, zero or more.
    Rate,
    /// A share in percent, more than 0 and at most 100.
    Percent,
    /// `true` or `false`, in any case.
    Bool,
    /// A whole number within bounds, both included.
    Integer(i64, i64),
    /// ISO 3166-1 alpha-2.
    Country,
    /// ISO 4217.
    Currency,
    /// ISO 639-1, two letters; lower case inside.
    Language,
    /// An e-mail address.
    Email,
    /// E.164.
    Phone,
    /// A word of this list; matching ignores case, the list's spelling is kept.
    Code(&'static [&'static str]),
    /// A word that one of these spellings means (spelling in lower case, canonical word).
    Synonym(&'static [(&'static str, &'static str)]),
    /// A national identity number; its country stands in another field, so its digits are checked by the line.
    /// Personal: masked wherever it is not an answer to its sender.
    Identity,
    /// The number of a card, or its first six and last four digits. Nobody keeps the number: its value is the masked number
    /// and, where all digits were sent, a blank and a reference that only this site can make.
    CardNumber,
    /// ISO 13616: registry length, BBAN pattern and modulus 97.
    Iban,
    /// ISO 9362: 8 or 11 characters with a country.
    Bic,
    /// A bank account, clearing, bankgiro or plusgiro number: digits, separators taken off; the line checks it further.
    Digits(u16),
}

/// Stands between kinds of which a record is one: whose number it names decides. No text of a file has this character.
pub const OR: char = '\u{1f}';

/// The sign an amount may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// More than zero.
    Positive,
    /// Zero or more.
    NotNegative,
    /// Any.
    Any,
}

/// Whether a field must be given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Always.
    Required,
    /// Not by itself; a rule of the line may ask for it all the same.
    Optional,
    /// The same; where it is given, it is the key of the entity.
    Key,
}

/// A field of a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FieldSpec {
    /// Canonical name, or that of a family of names: see [`family`](super::family).
    pub name: &'static str,
    /// How it is read.
    pub kind: FieldType,
    /// Whether it must be given.
    pub need: Need,
    /// Whether `<clear>` may empty it.
    pub clearable: bool,
}

impl FieldSpec {
    /// A required field.
    pub const fn required(name: &'static str, kind: FieldType) -> Self {
        Self {
            name,
            kind,
            need: Need::Required,
            clearable: false,
        }
    }

    /// An optional field.
    pub const fn optional(name: &'static str, kind: FieldType) -> Self {
        Self {
            name,
            kind,
            need: Need::Optional,
            clearable: false,
        }
    }

    /// A field that may be given, and is the key of the entity then; else another field says which one is meant.
    pub const fn key(name: &'static str, kind: FieldType) -> Self {
        Self {
            name,
            kind,
            need: Need::Key,
            clearable: false,
        }
    }

    /// An optional field that an update may empty.
    pub const fn clearable(name: &'static str, kind: FieldType) -> Self {
        Self {
            name,
            kind,
            need: Need::Optional,
            clearable: true,
        }
    }
}

/// One kind of instruction.
#[derive(Debug, PartialEq, Eq)]
pub struct KindSpec {
    /// `noun.verb`.
    pub name: &'static str,
    /// Its fields, in the order of the manual. `instruction_id`, `effective_date` and `comment` belong to every kind
    /// and are not repeated here.
    pub fields: &'static [FieldSpec],
    /// Whether it may take effect later.
    pub schedulable: bool,
    /// Whether it only asks.
    pub inquiry: bool,
    /// Who may ask for it.
    pub side: Side,
}

/// Whose feed an instruction may come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Any that may ask for the line.
    Any,
    /// The partner's own.
    Partner,
    /// The insurer's, into the partner's book.
    Insurer,
}

impl Side {
    /// Whether a feed is of this side.
    pub const fn is_of(self, insurer: bool) -> bool {
        match self {
            Self::Any => true,
            Self::Partner => !insurer,
            Self::Insurer => insurer,
        }
    }

    /// Whose it is, in a word; `None`: anybody's.
    pub const fn as_str(self) -> Option<&'static str> {
        match self {
            Self::Any => None,
            Self::Partner => Some("partner"),
            Self::Insurer => Some("insurer"),
        }
    }
}

impl KindSpec {
    /// The field of this name, or the family that it is a member of.
    pub fn field(&self, name: &str) -> Option<&'static FieldSpec> {
        let own = self.fields.iter().find(|field| field.name == name);
        own.or_else(|| self.family(name))
    }

    /// The family that this name is a member of.
    pub fn family(&self, name: &str) -> Option<&'static FieldSpec> {
        let mut families = self.fields.iter().filter(|field| is_family(field.name));
        families.find(|field| word_of(field.name, name).is_some())
    }
}
