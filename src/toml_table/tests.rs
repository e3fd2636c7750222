//! Reading TOML key by key.

use super::*;

fn faults(text: &str, read: impl FnOnce(&mut Table<'_>)) -> Vec<String> {
    let document = match Document::parse("t.toml", text) {
        Ok(document) => document,
        Err(faults) => return faults.0.iter().map(ToString::to_string).collect(),
    };
    let mut root = document.root();
    read(&mut root);
    root.finish();
    let faults = document.into_faults();
    faults.0.iter().map(ToString::to_string).collect()
}

#[test]
fn every_fault_is_told_with_its_place() {
    let text = "fomats = 1\nid = 5\n\"å\" = 1\nlist = ['a', 2, 3]\n[site]\nzone = true\n[many.x]\nkey = 1\n";
    let told = faults(text, |root| {
        root.strings("formats");
        root.string("id");
        root.strings("list");
        root.required_string("title");
        let mut site = root.table("site").expect("there");
        site.string("zone");
        site.finish();
        for (_, table) in root.entries("many") {
            table.finish();
        }
    });
    assert_eq!(
        told,
        [
            "t.toml:1:1 `title` is missing",
            "t.toml:1:1 unknown key `fomats`; did you mean `formats`?",
            "t.toml:2:6 expected a string, found an integer",
            "t.toml:3:1 unknown key `å`; known here: formats, id, list, title, site, many",
            "t.toml:4:14 expected a string, found an integer",
            "t.toml:4:17 expected a string, found an integer",
            "t.toml:6:8 expected a string, found a boolean",
            "t.toml:8:1 unknown key `key`",
        ]
    );
}

#[test]
fn syntax_errors_have_a_place_too() {
    let told = faults("a = 1\nb = = 2\nc = \n", |_| {});
    assert!(told.len() >= 2, "{told:?}");
    assert!(told[0].starts_with("t.toml:2:5 "), "{told:?}");
}

#[test]
fn values_come_as_written() {
    let told = faults(
        "d = 0.20\ns = \"3000000\"\ni = 7\nflag = true\nwords = { J = 'true', \"Å\" = 'x' }\n[[t]]\nk = 'one'\n[[t]]\nk = 'two'\n",
        |root| {
            assert_eq!(root.decimal("d"), Some(Decimal::new(20, 2)));
            assert_eq!(root.decimal("s"), Some(Decimal::new(3_000_000, 0)));
            assert_eq!(root.integer_within("i", 1, 7), Some(7));
            assert_eq!(root.boolean("flag"), Some(true));
            let words = root.words("words").expect("there");
            assert_eq!(words[1], ("Å".to_owned(), "x".to_owned()));
            let seen: Vec<_> = root
                .tables("t")
                .into_iter()
                .map(|mut t| t.string("k"))
                .collect();
            assert_eq!(seen, [Some("one".to_owned()), Some("two".to_owned())]);
            assert_eq!(root.integer_within("i", 8, 9), None);
            assert_eq!(root.string("absent"), None);
        },
    );
    assert_eq!(told, ["t.toml:3:5 `i` must be from 8 to 9, not 7"]);
}
