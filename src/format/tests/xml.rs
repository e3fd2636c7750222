//! Paths and controls of XML.

use super::*;

/// Whether a path counts from the root, its elements, its attribute; `None`: it is no path.
type Expected<'a> = Option<(bool, &'a [&'a str], Option<&'a str>)>;

#[test]
fn xml_paths_and_controls() {
    let xml = |rest: &str| {
        format!(
            "id = 'x'\ntitle = 'X'\nreader = 'xml'\nxml = {{ record = '/F/R' }}\nfield = [ {{ name = 'kind', from = '@k' }}, {{ name = 'amount', from = '{rest}' }} ]\n"
        )
    };
    let rows: [(&str, Expected<'_>); 12] = [
        ("Del[2]/Namn", Some((false, &["Del[2]", "Namn"], None))),
        ("Del[0]", None),
        ("Del[x]", None),
        ("/F/Del[2]", None),
        ("Belopp", Some((false, &["Belopp"], None))),
        ("Kund/Namn", Some((false, &["Kund", "Namn"], None))),
        ("Belopp@valuta", Some((false, &["Belopp"], Some("valuta")))),
        ("/F/Huvud/Dag", Some((true, &["F", "Huvud", "Dag"], None))),
        ("@id", Some((false, &[], Some("id")))),
        ("a//b", None),
        ("ns:a", None),
        ("/", None),
    ];
    for (from, expected) in rows {
        let Some((from_root, elements, attribute)) = expected else {
            assert!(
                faults(&xml(from))[0].contains("is not a path such as"),
                "{from}"
            );
            continue;
        };
        let format = format(&xml(from));
        let path = format.fields[1].path.as_ref().expect("a path");
        assert_eq!(
            (path.from_root, path.attribute.as_deref()),
            (from_root, attribute),
            "{from}"
        );
        assert_eq!(path.elements, elements, "{from}");
    }
    let control = |words: &str| format!("{}control = [{{ name = 'C', {words} }}]\n", xml("a"));
    let format = format(&control(
        "stated = '/F/H/S', equals = 'sum(record.amount)', decimal = ','",
    ));
    assert_eq!(format.controls[0].equals, Total::Sum("amount"));
    assert_eq!(
        format.controls[0].convert.apply("1,5".into()).as_deref(),
        Ok("1.5")
    );
    let rows = [
        (
            "stated = 'H/S', equals = 'count(record)'",
            "write the path from the root",
        ),
        (
            "stated = '/H/S', equals = 'count(x)'",
            "write `count(record)` or `sum(record.FIELD)`",
        ),
        (
            "stated = '/H/S', equals = 'sum(record.amout)'",
            "did you mean `amount`?",
        ),
    ];
    for (words, expected) in rows {
        assert!(faults(&control(words))[0].contains(expected), "{words}");
    }
    assert!(faults(&xml("a").replace("/F/R", "F"))[0].contains("write the path from the root"));
    let join = "a', join = { with = ' ', labels = ['/F/b'] }, pattern = 'x";
    assert!(faults(&xml(join))[0].contains("not a path within the record"));
}
