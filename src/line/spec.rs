//! How the lines write their tables of kinds and fields.

use crate::model::kind::Side;
use crate::model::{FieldSpec, FieldType, KindSpec};

/// A field that must be given.
pub const fn required(name: &'static str, kind: FieldType) -> FieldSpec {
    FieldSpec::required(name, kind)
}

/// A field that may be given.
pub const fn optional(name: &'static str, kind: FieldType) -> FieldSpec {
    FieldSpec::optional(name, kind)
}

/// A field that may be given, and is the key of the entity then; else another field says which one is meant.
pub const fn key(name: &'static str, kind: FieldType) -> FieldSpec {
    FieldSpec::key(name, kind)
}

/// A field that may be given, and that an update may empty.
pub const fn clearable(name: &'static str, kind: FieldType) -> FieldSpec {
    FieldSpec::clearable(name, kind)
}

/// A kind that takes effect at once.
pub const fn kind(name: &'static str, fields: &'static [FieldSpec]) -> KindSpec {
    KindSpec {
        name,
        fields,
        schedulable: false,
        inquiry: false,
        side: Side::Any,
    }
}

/// A kind that may take effect later.
pub const fn schedulable(name: &'static str, fields: &'static [FieldSpec]) -> KindSpec {
    KindSpec {
        schedulable: true,
        ..kind(name, fields)
    }
}

/// A kind that only asks.
pub const fn inquiry(name: &'static str, fields: &'static [FieldSpec]) -> KindSpec {
    KindSpec {
        inquiry: true,
        ..kind(name, fields)
    }
}

/// The same kind, for the partner's own feed alone.
pub const fn partners(kind: &KindSpec) -> KindSpec {
    KindSpec {
        side: Side::Partner,
        ..*kind
    }
}

/// The same kind, for the insurer's feed alone.
pub const fn insurers(kind: &KindSpec) -> KindSpec {
    KindSpec {
        side: Side::Insurer,
        ..*kind
    }
}

/// Where someone lives, as an update may empty it.
pub const ADDRESS: &[FieldSpec] = &[
    clearable("address_line1", FieldType::Text(70)),
    clearable("address_line2", FieldType::Text(70)),
    clearable("address_line3", FieldType::Text(70)),
    clearable("address_line4", FieldType::Text(70)),
    clearable("address_line5", FieldType::Text(70)),
    clearable("building_number", FieldType::Text(16)),
    clearable("street_name", FieldType::Text(70)),
    clearable("postal_code", FieldType::Text(16)),
    clearable("city", FieldType::Text(35)),
    clearable("address_country", FieldType::Country),
];

/// How many fields several lists have together.
pub const fn count(parts: &[&[FieldSpec]]) -> usize {
    let mut sum = 0;
    let mut part = 0;
    while part < parts.len() {
        sum += parts[part].len();
        part += 1;
    }
    sum
}

/// Several lists, one behind the other.
pub const fn joined<const N: usize>(parts: &[&[FieldSpec]]) -> [FieldSpec; N] {
    let mut all = [FieldSpec::optional("", FieldType::Ref); N];
    let (mut at, mut part) = (0, 0);
    while part < parts.len() {
        let mut field = 0;
        while field < parts[part].len() {
            all[at] = parts[part][field];
            at += 1;
            field += 1;
        }
        part += 1;
    }
    all
}

/// One list of fields made of several.
macro_rules! fields {
    ($($part:expr),+ $(,)?) => {{
        const PARTS: &[&[$crate::model::FieldSpec]] = &[$($part),+];
        const ALL: [$crate::model::FieldSpec; $crate::line::spec::count(PARTS)] =
            $crate::line::spec::joined(PARTS);
        &ALL
    }};
}
pub(crate) use fields;
