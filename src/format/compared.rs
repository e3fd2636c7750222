//! A format whose files tell again what those of another tell: beside that one its records are compared with the book, and
//! book nothing.

use std::sync::Arc;

use super::{Convert, Dictionary, Field, Format};
use crate::toml_table::Table;

/// How a format is read beside others that tell of the same things.
#[derive(Clone, Debug)]
pub struct Compared {
    /// Ids of the others: a profile names one of them.
    pub beside: Vec<String>,
    /// The same format with every record asking to be compared.
    pub format: Arc<Format>,
}

/// What `beside` makes of a format. Every kind must be one whose records can be compared; where one is not, that is noted.
pub(super) fn compared(
    format: &Format,
    beside: Vec<String>,
    root: &Table<'_>,
    dictionary: &Dictionary,
) -> Option<Compared> {
    let mut fields = Vec::new();
    for field in &format.fields {
        if field.name != "kind" {
            if (dictionary.compares)(field.name) {
                fields.push(field.clone());
            }
            continue;
        }
        let subject = field.convert.constant.as_deref();
        let Some(subject) = subject.and_then(dictionary.compared_as) else {
            root.fault_at(
                "compared_beside",
                "each record says in the format file what it asks for, and it is a payment or its reversal",
            );
            return None;
        };
        fields.push(constant(field, "kind", "bank.compare", dictionary)?);
        fields.push(constant(field, "subject", subject, dictionary)?);
    }
    let format = Format {
        fields,
        ..format.clone()
    };
    Some(Compared {
        beside,
        format: Arc::new(format),
    })
}

/// A field of the same records that always has this value.
fn constant(of: &Field, name: &str, value: &str, dictionary: &Dictionary) -> Option<Field> {
    let name = (dictionary.name)(name)?;
    Some(Field {
        name,
        kind: (dictionary.kind_of)(name)?,
        convert: Convert {
            constant: Some(value.to_owned()),
            ..of.convert.clone()
        },
        ..of.clone()
    })
}

impl Format {
    /// The format as a profile that names these formats has it: compared, where one of them tells of the same things.
    pub fn among(self: &Arc<Self>, ids: &[String]) -> Arc<Self> {
        match &self.compared {
            Some(compared) if compared.beside.iter().any(|other| ids.contains(other)) => {
                Arc::clone(&compared.format)
            }
            _ => Arc::clone(self),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fake::{faults, format};
    use super::*;

    const FORMAT: &str = "id = 'a-1'\ntitle = 'A'\nlines = ['insurance']\nreader = 'csv'\ncompared_beside = ['b-1']\n\
        field = [{ name = 'kind', KIND }, { name = 'insurance_no', from = 'nr' }, { name = 'amount', from = 'sum' },\n\
        { name = 'reason', from = 'why' }]\n";

    #[test]
    fn beside_another_it_compares_what_both_know() {
        let alone = Arc::new(format(
            &FORMAT.replace("KIND", "constant = 'insurance.cancel'"),
        ));
        let other = alone.among(&["a-1".to_owned(), "c-1".to_owned()]);
        assert!(Arc::ptr_eq(&alone, &other));
        let beside = alone.among(&["b-1".to_owned()]);
        let said: Vec<(&str, Option<&str>)> = beside
            .fields
            .iter()
            .map(|field| (field.name, field.convert.constant.as_deref()))
            .collect();
        let expected = [
            ("kind", Some("bank.compare")),
            ("subject", Some("payment")),
            ("amount", None),
        ];
        assert_eq!(said, expected);
        assert_eq!((&beside.id, &beside.hash), (&alone.id, &alone.hash));
    }

    #[test]
    fn what_cannot_be_compared_is_a_fault() {
        for kind in ["constant = 'customer.create'", "from = 'kind'"] {
            let found = faults(&FORMAT.replace("KIND", kind));
            assert!(
                found
                    .iter()
                    .any(|fault| fault.contains("a payment or its reversal")),
                "{kind}: {found:?}"
            );
        }
    }
}
