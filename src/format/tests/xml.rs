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

/// A format of two records in one element, one beside it, and what else is said in the middle of the first.
fn nested(policy: &str, card: &str, beside: &str) -> String {
    format!(
        "id = 'x'\ntitle = 'X'\nlines = ['insurance']\nreader = 'xml'\n\
         [record.policy]\npath = '/F/Order'\nkind = 'customer.create'\nfield = [{{ name = 'customer_no', from = '@id' }}]\n{policy}\n\
         [record.card]\npath = '/F/Order/Cards/Card'\nwithin = '/F/Order'\nskip = 1\nkind = 'insurance.cancel'\n\
         field = [{{ name = 'insurance_no', from = '../../No' }}, {{ name = 'reason', from = 'Why | ../@why' }}]\n{card}\n{beside}"
    )
}

#[test]
fn xml_records_lie_in_what_is_cut_out() {
    let part = "[record.card.part.owner]\npath = '../../Owners/Owner'\nwhere = '@key'\nis = 'Key | ../../Key'";
    let close = "[record.close]\npath = '/F/Group/Close'\nkind = 'insurance.cancel'\n\
        field = [{ name = 'insurance_no', from = 'No' }, { name = 'reason', constant = 'death' }]";
    let format = format(&nested("", part, close));
    let ReaderKind::Xml(rules) = &format.reader else {
        panic!("xml");
    };
    assert_eq!(
        rules.cuts,
        [vec!["F", "Order"], vec!["F", "Group", "Close"]]
    );
    let told = |record: &XmlRecord| (record.cut, record.steps.join("/"), record.skip);
    let told: Vec<_> = rules.records.iter().map(told).collect();
    let card = (0, "Cards/Card".to_owned(), 1);
    assert_eq!(told, [(0, String::new(), 0), card, (1, String::new(), 0)]);
    let reason = format
        .fields
        .iter()
        .find(|field| field.name == "reason")
        .expect("a field");
    assert_eq!(
        (reason.record, reason.or.len(), reason.or[0].up),
        (Some(1), 1, 1)
    );
}

#[test]
fn faults_of_xml_records_are_told() {
    let close = |words: &str| format!("[record.close]\nkind = 'customer.create'\n{words}");
    let part = |words: &str| format!("[record.card.part.owner]\n{words}");
    let rows = [
        (
            nested("", "", &close("path = 'F/x'")),
            "write the path from the root",
        ),
        (
            nested("", "", "[record.close]\npath = '/F/x'"),
            "`[record.close]` does not say what it asks for",
        ),
        (
            nested(
                "",
                "",
                "[record.close]\npath = '/F/x'\nkind = 'insurance.cansel'",
            ),
            "did you mean `insurance.cancel`?",
        ),
        (
            nested(
                "",
                "",
                "[record.close]\npath = '/F/x'\nkind = 'insurance.cancel'",
            ),
            "cannot do without insurance_no, reason",
        ),
        (
            nested("", "", &close("path = '/F/Order'")),
            "`[record.policy]` stands at this path already",
        ),
        (
            nested(
                "",
                "",
                &close("path = '/F/Order/Cards'\nwithin = '/F/Order'"),
            ),
            "`[record.card]` stands at this path already, or within it",
        ),
        (
            nested("", "", &close("path = '/F/Order/x'")),
            "give both records one `within`",
        ),
        (
            nested("", "", &close("path = '/F/x/y'\nwithin = '/F/z'")),
            "`within` is the beginning of `path`",
        ),
        (
            nested("", "", &close("path = '/F/x'\nskip = 1")),
            "`skip` counts within an element",
        ),
        (
            nested("", "", "[xml]\nrecord = '/F/x'"),
            "says where the records stand",
        ),
        (
            nested(
                "",
                "",
                "[[field]]\nname = 'kind'\nconstant = 'customer.create'",
            ),
            "`kind` is filled by another field already",
        ),
        (
            nested("", "", "[[field]]\nname = 'comment'\nfrom = '/F/Order/x'"),
            "count from the record",
        ),
        (
            nested("", "", "[[field]]\nname = 'comment'\nfrom = '../x'"),
            "leads out of the element that is cut out",
        ),
        (
            nested("", "", "[[field]]\nname = 'comment'\nfrom = '$owner/x'"),
            "`[record.policy.part.owner]` is not there",
        ),
        (
            nested("", "", "[[field]]\nname = 'comment'\nfrom = '/F/x | y'"),
            "is not a path",
        ),
        (
            nested("", &part("path = '../../../x'"), ""),
            "leads out of the element",
        ),
        (
            nested("", &part("path = '/F/x'"), ""),
            "write a path from the record",
        ),
        (
            nested("", &part("path = '..'\nwhere = '@a'"), ""),
            "`where` and `is` go together",
        ),
        (
            nested("", &part("path = '..'\nwhere = '../a'\nis = 'b'"), ""),
            "write a path from the part",
        ),
        (
            nested("", &part("path = '..'\nwhere = 'a'\nis = '$owner/b'"), ""),
            "is not there or stands below",
        ),
        (
            nested("", &part("path = '..'\nwere = 'a'"), ""),
            "unknown key `were`; did you mean `where`?",
        ),
        (nested("pat = 1", "", ""), "unknown key `pat`"),
        (
            nested("when = { at = 'x' }", "", ""),
            "or `several = true` or `false`",
        ),
        (
            nested("when = { at = '/F/x', is = 'y' }", "", ""),
            "or `several = true` or `false`",
        ),
        (
            nested("when = { at = '../x', is = 'y' }", "", ""),
            "leads out of the element",
        ),
        (
            nested("adds_up = { amount = '/F/x' }", "", ""),
            "is not a path from the record",
        ),
        (
            nested("groups = ['who']", "", ""),
            "`[group.who]` is not there",
        ),
        (
            nested("", "", "[group.who]\nfield = []"),
            "no `[record.NAME]` has this group",
        ),
        (
            nested(
                "groups = ['who']",
                "groups = ['who']",
                "[group.who]\nfield = [{ name = 'customer_no', from = 'x' }]",
            ),
            "`customer_no` is filled by another field already",
        ),
        (
            nested("", &part("path = '..'\noptional = true"), ""),
            "is optional anyway",
        ),
        (
            nested(
                "",
                "",
                "[[field]]\nname = 'line.*'\nfrom = 'x'\nstar = '@y'",
            ),
            "only a field of a `[record.NAME]`",
        ),
        (
            nested(
                "",
                "",
                "[[field]]\nname = 'comment'\nfrom = 'x'\nstar = '../y'",
            ),
            "write a path from the element",
        ),
        (
            nested(
                "",
                "",
                "[[field]]\nname = 'comment'\nfrom = 'x'\nstar = '@y'",
            ),
            "only a name with `*` has a `star`",
        ),
    ];
    for (text, expected) in rows {
        let told = faults(&text);
        let said = told.iter().any(|fault| fault.contains(expected));
        assert!(said, "{expected}: {told:?}");
    }
    let agrees = |agrees: &str| {
        let field = format!("from = 'Why | ../@why', agrees = ['{agrees}']");
        faults(&nested("", "", "").replace("from = 'Why | ../@why'", &field))
    };
    assert_eq!(agrees("a | ../b@c"), <[String; 0]>::default());
    assert!(agrees("/F/a")[0].contains("is not a path within the record"));
    assert!(
        agrees("$none/a")[0].contains("`$none/a`"),
        "{:?}",
        agrees("$none/a")
    );
    let behind = |behind: &str| {
        let field = format!("behind = '{behind}'");
        faults(&nested("", "", "").replace("from = 'Why | ../@why'", &field))
    };
    assert_eq!(behind("policy"), <[String; 0]>::default());
    for name in ["card", "none"] {
        let told = behind(name);
        let expected = "is no other record of the same element";
        assert!(told.len() == 1 && told[0].contains(expected), "{told:?}");
    }
    let exists = |exists: &str| {
        let field = format!("exists = '{exists}'");
        faults(&nested("", "", "").replace("from = 'Why | ../@why'", &field))
    };
    assert_eq!(exists("../Why"), <[String; 0]>::default());
    assert!(exists("/F/a")[0].contains("is not a path within the record"));
    assert!(exists("$none/a")[0].contains("`$none/a`"));
    let plain = "id = 'x'\ntitle = 'X'\nlines = ['insurance']\nreader = 'xml'\nxml = { record = '/F/R' }\nfield = [{ name = 'kind', constant = 'customer.create' }, { name = 'comment', from = '";
    for (from, expected) in [
        ("../x", "only with `[record.NAME]`"),
        ("$a/x", "only with `[record.NAME]`"),
        ("a | b", "several paths"),
        ("a[2+]/b", "or mean several with `[2+]`"),
    ] {
        let told = faults(&format!("{plain}{from}' }}]"));
        assert!(told.len() == 1 && told[0].contains(expected), "{told:?}");
    }
    for more in [
        "x', agrees = ['b'] }]",
        "x' }, { name = 'reason', behind = 'b' }]",
        "x' }, { name = 'reason', exists = 'b' }]",
    ] {
        let told = faults(&format!("{plain}{more}"));
        let expected = "only a field of a `[record.NAME]`";
        assert!(told.len() == 1 && told[0].contains(expected), "{told:?}");
    }
    let book = "id = 'x'\ntitle = 'X'\nlines = ['insurance']\nreader = 'excel'\nfield = [{ name = 'kind', from = 'k' }]\n[record.a]\npath = '/a/b'";
    assert!(
        faults(book)[0].contains("a workbook has"),
        "{:?}",
        faults(book)
    );
}

#[test]
fn a_layout_of_records_is_told_record_by_record() {
    let part = "[record.card.part.owner]\npath = '../../Owners/Owner'\nwhere = '@key'\nis = 'Key | ../../Key'";
    let day = "[[field]]\nname = 'start_date'\nfrom = '/F/Day'";
    let sections = describe(&format(&nested("", part, day)));
    let told = sections.iter().flat_map(|section| {
        let rows = section
            .rows
            .iter()
            .map(|row| format!("{} | {}", row[0], row[1]));
        section.standing.iter().cloned().chain(rows)
    });
    let told: Vec<String> = told.collect();
    let expected = [
        "every record",
        "start_date | /F/Day",
        "policy: at /F/Order",
        "kind | ",
        "customer_no | @id",
        "card: at /F/Order/Cards/Card, read with /F/Order, from number 2 on",
        "  $owner is the ../../Owners/Owner whose @key says what Key | ../../Key says",
        "kind | ",
        "insurance_no | ../../No",
        "reason | Why | ../@why",
    ];
    assert_eq!(told, expected);
}

#[test]
fn records_share_groups_of_fields() {
    let who = "[group.who]\nfield = [{ name = 'first_name', from = 'First' }, { name = 'last_name', from = 'Last' }]";
    let format = format(&nested("groups = ['who']", "groups = ['who']", who));
    let of = |record| {
        let own = format
            .fields
            .iter()
            .filter(|field| field.record == Some(record));
        own.map(|field| field.name).collect::<Vec<_>>()
    };
    assert_eq!(of(0), ["kind", "customer_no", "first_name", "last_name"]);
    assert_eq!(
        of(1),
        ["kind", "insurance_no", "reason", "first_name", "last_name"]
    );
}
