//! Fields of several columns.

use super::*;

#[test]
fn columns_are_joined_and_an_error_in_one_is_told() {
    let joined = || {
        let mut name = typed("last_name", FieldType::Text(140));
        name.labels = vec!["efternamn".to_owned()];
        name.convert.join = Some((" ".to_owned(), vec!["förnamn".to_owned(), "nr".to_owned()]));
        let mut format = excel(vec![name]);
        format.unknown = Unknown::Ignore;
        format
    };
    let rows: &[&[W]] = &[
        &[T("Efternamn"), T("Förnamn"), T("Nr")],
        &[T("Berg"), T(" Eva "), N(2.0)],
        &[Blank, T("Eva"), Blank],
        &[T("Berg"), F("=1/0", "#DIV/0!"), Blank],
        &[T("Berg")],
    ];
    let told = told(joined(), &workbook(rows));
    let expected = ["Berg Eva 2", "Eva", "!", "Berg"];
    assert_eq!(told.len(), expected.len(), "{told:?}");
    for (told, expected) in told.iter().zip(expected) {
        assert!(told.contains(expected), "{told}");
    }
    assert!(told[3].ends_with("Berg"), "{}", told[3]);
}
