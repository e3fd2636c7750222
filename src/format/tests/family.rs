//! Members of families of names in format files and headers.

use std::borrow::Cow;

use super::super::fake::{faults, format};
use super::*;

#[test]
fn a_format_names_members_and_no_family() {
    let mapped = format(&csv("", "{ name = 'line.COF', from = 'Avgift' }"));
    let field = mapped.fields.last().expect("two");
    assert_eq!((field.name, &*field.from), ("line.COF", "Avgift"));
    assert!(matches!(field.kind, FieldType::Amount { .. }));
    let told = faults(&csv("", "{ name = 'line.*', from = 'a' }"));
    assert!(
        told[0].ends_with("`line.*` stands for many names; name one of them"),
        "{told:?}"
    );
}

#[test]
fn members_among_the_labels_are_fields() {
    let named = Arc::new(format(
        "id = 'c'\ntitle = 'C'\nreader = 'csv'\nby_name = true\n",
    ));
    let labels = |words: &[&'static str]| -> Vec<Cow<'static, str>> {
        words.iter().map(|word| Cow::Borrowed(*word)).collect()
    };
    let none = named.for_labels(&labels(&["kind", "amount", "lines.A"]));
    assert!(Arc::ptr_eq(&none, &named));
    let some = named.for_labels(&labels(&["kind", " Line.PRI ", "line.pri", "line.PRI"]));
    let met: Vec<(&str, &[String])> = some.fields[named.fields.len()..]
        .iter()
        .map(|field| (field.name, &*field.labels))
        .collect();
    let label = ["line.pri".to_owned()];
    assert_eq!(met, [("line.PRI", &label[..]), ("line.pri", &label[..])]);
}
