//! Several records in one element, and records of several kinds in one document.

use super::*;
use crate::format::fake;

/// Orders of a policy with any number of cards, the first of which belongs to the policy's own record, and closings.
pub(crate) const ORDERS: &str = "
id = 'orders-1'
title = 'Orders'
lines = ['insurance']
reader = 'xml'
field = [ { name = 'start_date', from = '/F/Day' } ]
control = [ { name = 'count', stated = '/F/Count', equals = 'count(record)' } ]

[record.policy]
path = '/F/Order'
kind = 'customer.create'
part.owner = { path = 'People/Person', where = '@key', is = 'Policy/OwnerKey' }
field = [
    { name = 'instruction_id', from = '@id' },
    { name = 'insurance_no', from = 'Policy/No' },
    { name = 'customer_no', from = '$owner/Ref | Policy/Owner' },
    { name = 'first_name', from = '$owner/First' },
    { name = 'comment', from = 'Policy/Cards/Card[1]/Text' },
]

[record.card]
path = '/F/Order/Policy/Cards/Card'
within = '/F/Order'
skip = 1
kind = 'insurance.cancel'
part.policy = { path = '../..' }
part.holder = { path = '../../../People/Person', where = '@key', is = 'Key | $policy/OwnerKey' }
field = [
    { name = 'instruction_id', from = '@id' },
    { name = 'insurance_no', from = '$policy/No' },
    { name = 'customer_no', from = '$holder/Ref' },
    { name = 'first_name', from = '$holder/First' },
    { name = 'comment', from = 'Text' },
    { name = 'reason', constant = 'fraud' },
]

[record.close]
path = '/F/Group/Close'
kind = 'insurance.cancel'
field = [
    { name = 'insurance_no', from = 'No' },
    { name = 'reason', from = '@why', default = 'death' },
]
";

pub(crate) fn orders() -> Format {
    fake::format(ORDERS)
}

const PEOPLE: &str = "<People><Person key='a'><Ref>P1</Ref><First>Ann</First></Person>\
    <Person key='b'><Ref>P2</Ref><First>Bo</First></Person></People>";

/// Fields stand before and after the cards, as senders like it.
pub(crate) fn document() -> String {
    format!(
        "<F><Day>2026-01-02</Day><Count>5</Count>\n<Order id='1'>{PEOPLE}<Policy><Cards><Card id='11'><Text>one</Text></Card>\n         <Card id='12'><Text>two</Text><Key>b</Key></Card>\n  <Card id='13'><Text>three</Text></Card></Cards>\
         <OwnerKey>a</OwnerKey><No>N1</No></Policy></Order>\n<Group><Close why='fraud'><No>N2</No></Close></Group>\n\
         <Order id='2'><Policy><No>N3</No><Owner>P9</Owner></Policy></Order></F>"
    )
}

#[test]
fn records_take_from_around_them_whatever_the_order() {
    let expected = [
        "/F/Order[1] start_date=2026-01-02 instruction_id=1 insurance_no=N1 customer_no=P1 first_name=Ann comment=one kind=customer.create",
        "/F/Order[1]/Policy/Cards/Card[2] start_date=2026-01-02 instruction_id=12 insurance_no=N1 customer_no=P2 first_name=Bo comment=two kind=insurance.cancel reason=fraud",
        "/F/Order[1]/Policy/Cards/Card[3] start_date=2026-01-02 instruction_id=13 insurance_no=N1 customer_no=P1 first_name=Ann comment=three kind=insurance.cancel reason=fraud",
        "/F/Group/Close[1] start_date=2026-01-02 insurance_no=N2 reason=fraud kind=insurance.cancel",
        // A policy without cards is one record all the same.
        "/F/Order[2] start_date=2026-01-02 instruction_id=2 insurance_no=N3 customer_no=P9 kind=customer.create",
        "=count 5",
    ];
    assert_eq!(told(orders(), document().as_bytes()), expected);
}

#[test]
fn what_cannot_be_told_is_found_and_never_guessed() {
    let order = |inside: &str| format!("<F><Order>{inside}</Order></F>");
    let cards = |cards: &str| {
        order(&format!(
            "<Policy><No>1</No><Cards><Card/>{cards}</Cards></Policy>"
        ))
    };
    let rows: Vec<(String, &[&str])> = vec![
        // A reference that leads to nobody, or to two.
        (
            order(&format!("{PEOPLE}<Policy><OwnerKey>c</OwnerKey></Policy>")),
            &[
                "/F/Order[1] kind=customer.create !required at /F/Order[1] !required at /F/Order[1]/People/Person[1]",
            ],
        ),
        (
            order(
                "<People><Person key='a'/><Person key='a'/></People><Policy><OwnerKey>a</OwnerKey></Policy>",
            ),
            &[
                "/F/Order[1] kind=customer.create !conflicting_fields at /F/Order[1] !required at /F/Order[1]/People/Person[1]",
            ],
        ),
        // Two of what a record has once, in it and around it.
        (
            order("<Policy><No>1</No><No>2</No><Cards><Card/><Card/></Cards></Policy>"),
            &[
                "/F/Order[1] kind=customer.create !conflicting_fields insurance_no at /F/Order[1]/Policy/No",
                "/F/Order[1]/Policy/Cards/Card[2] kind=insurance.cancel reason=fraud !conflicting_fields insurance_no at /F/Order[1]/Policy/No",
            ],
        ),
        // Blank before the next way that a field may stand.
        (
            order("<Policy><OwnerKey/><Owner>P3</Owner></Policy>"),
            &["/F/Order[1] customer_no=P3 kind=customer.create"],
        ),
        // Somebody whom nobody refers to; after others were taken that may be.
        (
            order(&format!("{PEOPLE}<Policy><OwnerKey>b</OwnerKey></Policy>")),
            &[
                "/F/Order[1] customer_no=P2 first_name=Bo kind=customer.create !required at /F/Order[1]/People/Person[1]",
            ],
        ),
        (
            order(&format!(
                "<?sluss only policy?>{PEOPLE}<Policy><OwnerKey>b</OwnerKey></Policy>"
            )),
            &["/F/Order[1] customer_no=P2 first_name=Bo kind=customer.create"],
        ),
        (
            order("<Policy><OwnerKey>b</OwnerKey></Policy>"),
            &["/F/Order[1] kind=customer.create !required at /F/Order[1]"],
        ),
        (
            cards("<Card><Text>\u{10FF80}</Text></Card>"),
            &[
                "/F/Order[1] insurance_no=1 kind=customer.create",
                "/F/Order[1]/Policy/Cards/Card[2] insurance_no=1 kind=insurance.cancel reason=fraud !undecodable comment at /F/Order[1]/Policy/Cards/Card[2]/Text",
            ],
        ),
        // Beside records of several kinds, an unknown element may be one more.
        (
            "<F><Order/>\n<Oder/></F>".to_owned(),
            &["!unknown_field at line 2"],
        ),
        (
            "<F><?sluss only card?><Order><?sluss only cart?></Order></F>".to_owned(),
            &["/F/Order[1] !malformed at /F/Order[1]"],
        ),
        (
            "<F><Order><?sluss only card?><Policy/></Order></F>".to_owned(),
            &["/F/Order[1] !required at /F/Order[1]"],
        ),
    ];
    for (document, expected) in rows {
        let found = told(orders(), document.as_bytes());
        assert_eq!(found, expected, "{document}");
    }
}

#[test]
fn the_pieces_that_the_document_comes_in_change_nothing() {
    let one = document();
    let inside = one
        .strip_prefix("<F><Day>2026-01-02</Day>")
        .and_then(|d| d.strip_suffix("</F>"));
    let document = format!("<F>{}</F>", inside.expect("a root").repeat(3000));
    let format = Arc::new(orders());
    let whole = read(&format, document.as_bytes()).expect("a good document");
    assert_eq!(whole.len(), 5 * 3000 + 3000);
    for step in [1, 7, 4096] {
        let stream = Box::new(Drip(Cursor::new(document.clone().into_bytes()), step));
        let (mut reader, layout) = XmlReader::open(&format, stream, &LIMITS).expect("good");
        let (mut lines, mut chunks) = (Vec::new(), 0);
        while let Some(chunk) = reader.next_chunk().expect("good") {
            lines.extend(layout.records(&chunk).iter().map(told_record));
            chunks += 1;
        }
        assert!(
            chunks > 2,
            "an element is never cut, and chunks end between them"
        );
        assert_eq!(lines, whole[..lines.len()], "{step} bytes at a time");
        assert_eq!(lines.len(), 5 * 3000);
    }
}

#[test]
fn a_document_cut_off_anywhere_is_refused() {
    let whole = document();
    for end in (0..whole.len()).filter(|end| whole.is_char_boundary(*end)) {
        let found = told(orders(), &whole.as_bytes()[..end]);
        let last = found.last().expect("a line");
        assert!(last.starts_with("!malformed"), "{end}: {last}");
    }
}

#[test]
fn one_element_cannot_hold_more_than_anyone_needs() {
    let cards = |count: usize, text: &str| {
        let cards = "<Card/>".repeat(count);
        format!("<F><Order><Policy><No>{text}</No><Cards>{cards}</Cards></Policy></Order></F>")
    };
    assert_eq!(told(orders(), cards(1000, "1").as_bytes()).len(), 1000);
    let found = told(orders(), cards(1002, "1").as_bytes());
    assert_eq!(found, ["/F/Order[1] !record_too_large at /F/Order[1]"]);
    let found = told(orders(), cards(149_000, "1").as_bytes());
    assert_eq!(found, ["/F/Order[1] !record_too_large at /F/Order[1]"]);
    // Each record would have a copy of a text that references make.
    let found = told(orders(), cards(1000, &"&lt;".repeat(100_000)).as_bytes());
    let large = found
        .iter()
        .filter(|line| line.contains("!record_too_large"))
        .count();
    assert!(large > 900, "{large}");
    let bytes: usize = found.iter().map(String::len).sum();
    assert!(bytes < 16 << 20, "{bytes}");
    // Neither what is looked for nor what is looked through makes it slow.
    let people = (0..20_000).map(|n| format!("<Person key='{n}'/>"));
    let people: Vec<String> = people.collect();
    let cards = (0..1000).map(|n| format!("<Card><Key>{}</Key></Card>", n * 19));
    let cards: Vec<String> = cards.collect();
    let (people, cards) = (people.concat(), cards.concat());
    let document = format!(
        "<F><Order><People>{people}</People><Policy><OwnerKey>7</OwnerKey><Cards>{cards}</Cards></Policy></Order></F>"
    );
    let began = std::time::Instant::now();
    assert_eq!(told(orders(), document.as_bytes()).len(), 1000);
    assert!(began.elapsed().as_secs() < 5, "{:?}", began.elapsed());
}

#[test]
fn an_unknown_text_in_a_record_rejects_where_the_format_says_so() {
    let mut format = orders();
    format.unknown = Unknown::RejectBatch;
    format.ignored = vec!["remark".to_owned()];
    let rows = [
        ("<Remark>x</Remark><Policy><No>1</No></Policy>", ""),
        (
            "<Policy><Nr>1</Nr></Policy>",
            " !!unknown_field at /F/Order[1]/Policy/Nr",
        ),
        (
            "<Policy a='1'/>",
            " !!unknown_field at /F/Order[1]/Policy/@a",
        ),
        (
            "<Policy><Cards><Card><Key>1</Key></Card></Cards></Policy>",
            "",
        ),
    ];
    for (inside, expected) in rows {
        let document = format!("<F><Order>{inside}</Order></F>");
        let found = told(format.clone(), document.as_bytes());
        assert!(found[0].ends_with(expected), "{inside}: {found:?}");
        assert_eq!(
            found[0].contains("unknown"),
            !expected.is_empty(),
            "{found:?}"
        );
    }
}

#[test]
fn each_element_of_a_list_is_a_member_of_its_family() {
    let extra = "field = [{ name = 'insurance_no', from = 'No' }, { name = 'line.*', from = 'More/Line', star = '@of' },";
    let text = ORDERS.replace(
        "field = [\n    { name = 'insurance_no', from = 'No' },",
        extra,
    );
    let close = |inside: &str| {
        let document =
            format!("<F><Group><Close><No>1</No><More>{inside}</More></Close></Group></F>");
        told(fake::format(&text), document.as_bytes()).remove(0)
    };
    let start = "/F/Group/Close[1] insurance_no=1";
    let end = "kind=insurance.cancel reason=death";
    let rows = [
        (
            "<Line of='A'>1</Line><Line of=' b '>2</Line>",
            format!("{start} line.A=1 line.b=2 {end}"),
        ),
        (
            "<Line of='A'>1</Line><Line of='A'>2</Line>",
            format!(
                "{start} line.A=1 {end} !conflicting_fields line.A at /F/Group/Close[1]/line.A"
            ),
        ),
        (
            "<Line>1</Line>",
            format!("{start} {end} !unknown_field line.* at /F/Group/Close[1]/More/Line[1]"),
        ),
        (
            "<Line of='A'/><Line of='x y'>1</Line>",
            format!("{start} {end} !unknown_field line.* at /F/Group/Close[1]/More/Line[2]"),
        ),
    ];
    for (inside, expected) in rows {
        assert_eq!(close(inside), expected, "{inside}");
    }
}

#[test]
fn how_far_a_record_stands_behind_another_is_told_where_that_is_asked_for() {
    let text = ORDERS.replace(
        "{ name = 'comment', from = 'Text' }",
        "{ name = 'comment', behind = 'policy' }",
    );
    assert_ne!(text, ORDERS);
    let back = |document: &str| {
        let told = told(fake::format(&text), document.as_bytes());
        let back = told.iter().filter(|record| record.contains("/Card["));
        let back = back.map(|record| {
            let mut fields = record.split(' ');
            let said = fields.find_map(|field| field.strip_prefix("comment="));
            said.unwrap_or("-").to_owned()
        });
        back.collect::<Vec<_>>()
    };
    let document = document();
    assert_eq!(back(&document), ["1", "2"]);
    // Nobody asks for the policy: there is none to stand behind.
    let marked = document.replace("<Order id='1'>", "<Order id='1'><?sluss only card?>");
    assert_eq!(back(&marked), ["-", "-", "-"]);
}

#[test]
fn whether_an_element_is_there_is_told() {
    let text = ORDERS.replace(
        "{ name = 'comment', from = 'Policy/Cards/Card[1]/Text' }",
        "{ name = 'comment', exists = 'Policy/Cards/Card', default = 'none' }",
    );
    assert_ne!(text, ORDERS);
    let first = |cards: &str| {
        let document = format!("<F><Order><Policy><No>1</No>{cards}</Policy></Order></F>");
        told(fake::format(&text), document.as_bytes()).remove(0)
    };
    for (cards, expected) in [
        ("", "comment=none"),
        ("<Cards/>", "comment=none"),
        ("<Cards><Card/></Cards>", "comment=true"),
        (
            "<Cards><Card/><Card><Text>x</Text></Card></Cards>",
            "comment=true",
        ),
    ] {
        assert!(first(cards).contains(expected), "{cards}: {}", first(cards));
    }
}

#[test]
fn what_must_be_the_same_elsewhere_is_read_beside_it() {
    let text = ORDERS.replace(
        "from = '$owner/Ref | Policy/Owner'",
        "from = '$owner/Ref | Policy/Owner', agrees = ['Policy/Also', 'Policy/Too@ref | Policy/Else']",
    );
    assert_ne!(text, ORDERS);
    let told = |key: &str, more: &str| {
        let document = format!(
            "<F><Order>{PEOPLE}<Policy><OwnerKey>{key}</OwnerKey>{more}</Policy></Order></F>"
        );
        told(fake::format(&text), document.as_bytes()).remove(0)
    };
    // What stands in the places, and what of it the record says.
    for (more, expected) in [
        ("", "customer_no=P1"),
        ("<Also>P1</Also><Too/>", "customer_no=P1 customer_no=P1"),
        ("<Too ref=' P9 '/>", "customer_no=P1 customer_no=P9"),
        (
            "<Too ref=''/><Else>P8</Else>",
            "customer_no=P1 customer_no=P8",
        ),
        (
            "<Too ref='P9'/><Else>P8</Else>",
            "customer_no=P1 customer_no=P9",
        ),
    ] {
        let record = told("a", more);
        let all: Vec<&str> = record
            .split(' ')
            .filter(|f| f.starts_with("customer_no"))
            .collect();
        assert_eq!(all.join(" "), expected, "{record}");
    }
    // It is not the field itself.
    assert!(!told("", "<Also>P1</Also>").contains("customer_no"));
    let twice = told("a", "<Also>P1</Also><Also>P2</Also>");
    assert!(twice.contains("conflicting_fields"), "{twice}");
}

#[test]
fn what_is_optional_may_be_known_and_a_step_may_mean_all_from_one_on() {
    let text = ORDERS
        .replace(
            "path = 'People/Person', where",
            "path = 'People/Person[2+]', optional = true, where",
        )
        .replace(
            "path = '../../../People/Person', where",
            "path = '../../../People/Person[1]', where",
        );
    let people = |key: &str| {
        let people = PEOPLE.replace(
            "</People>",
            "<Person key='c'><Ref>P3</Ref></Person></People>",
        );
        let document = format!(
            "<F><Order><?sluss only policy?>{people}<Policy><OwnerKey>{key}</OwnerKey></Policy></Order></F>"
        );
        told(fake::format(&text), document.as_bytes()).remove(0)
    };
    assert_eq!(people("a"), "/F/Order[1] kind=customer.create");
    assert_eq!(
        people("b"),
        "/F/Order[1] customer_no=P2 first_name=Bo kind=customer.create"
    );
    assert_eq!(
        people("c"),
        "/F/Order[1] customer_no=P3 kind=customer.create"
    );
    assert_eq!(people("d"), "/F/Order[1] kind=customer.create");
}
