//! The order in which the fields of a kind come.

use crate::model::{FieldSpec, KindSpec};

/// The order in which fields came in the records before: files hardly change theirs, so that nearly every field is found
/// in its kind's list without a search.
#[derive(Debug, Default)]
pub struct Order {
    kind: Option<&'static KindSpec>,
    /// By the place in the kind's list of the field before, counted from one (0: of none), the place of the one that came
    /// after it.
    after: Vec<usize>,
}

impl Order {
    /// Where in its kind's list a field of this name stands. `before`: the place that was found last in this record,
    /// counted from one; 0 where there was none.
    pub(super) fn place(
        &mut self,
        kind: &'static KindSpec,
        before: usize,
        name: &str,
    ) -> Option<usize> {
        let fields = kind.fields;
        if !self.kind.is_some_and(|of| std::ptr::eq(of, kind)) {
            self.kind = Some(kind);
            // At first it is that of the list, which is the manual's.
            self.after.clear();
            self.after.extend(0..=fields.len());
        }
        let is_it = |field: &FieldSpec| field.name == name;
        let expected = self.after[before];
        if fields.get(expected).is_some_and(is_it) {
            return Some(expected);
        }
        let (passed, ahead) = fields.split_at(before);
        let found = ahead.iter().position(is_it).map(|steps| before + steps);
        let found = found.or_else(|| passed.iter().position(is_it))?;
        self.after[before] = found;
        Some(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::FieldType;
    use crate::model::kind::Side;

    const fn kind(name: &'static str, fields: &'static [FieldSpec]) -> KindSpec {
        KindSpec {
            name,
            fields,
            schedulable: false,
            inquiry: false,
            side: Side::Any,
        }
    }

    const fn field(name: &'static str) -> FieldSpec {
        FieldSpec::optional(name, FieldType::Bool)
    }

    const FIELDS: &[FieldSpec] = &[field("a"), field("b"), field("c"), field("d"), field("e")];

    const KINDS: &[KindSpec] = &[
        kind("long", FIELDS),
        kind("short", FIELDS.split_at(2).0),
        kind("none", &[]),
    ];

    #[test]
    fn a_field_is_found_whatever_order_the_records_before_had() {
        let mut order = Order::default();
        for kind in KINDS.iter().chain(KINDS) {
            let count = kind.fields.len();
            for start in 0..count {
                for step in [1, 2, 3, 4, 1] {
                    let mut before = 0;
                    for n in 0..3 {
                        let at = (start + n * step) % count;
                        let found = order.place(kind, before, kind.fields[at].name);
                        assert_eq!(found, Some(at), "{} {start} {step}", kind.name);
                        before = at + 1;
                    }
                }
            }
            assert_eq!(order.place(kind, count, "f"), None);
        }
        assert_eq!(order.place(&KINDS[1], 0, "c"), None);
    }
}
