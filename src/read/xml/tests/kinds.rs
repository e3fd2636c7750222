//! Kinds of records told apart by what stands in them, and what is passed over.

use super::*;
use crate::format::fake;

const ENTRIES: &str = "
id = 'entries-1'
title = 'Entries'
lines = ['insurance']
reader = 'xml'
unknown_columns = 'ignore'
field = [ { name = 'customer_no', from = '/F/S/Acct/A | /F/S/Acct/B' } ]

[group.own]
field = [ { name = 'start_date', from = '$entry/Day' }, { name = 'first_name', from = '$payment/Who' } ]

[record.entry]
path = '/F/S/E'
kind = 'customer.create'
when = [ { at = 'St/Cd | St', is = 'B | C' }, { at = 'D/P', several = false } ]
groups = ['own']
part.entry = { path = '.' }
part.payment = { path = 'D/P' }
field = [ { name = 'amount', from = 'Sum' } ]

[record.payment]
path = '/F/S/E/D/P'
within = '/F/S/E'
kind = 'customer.create'
when = [ { at = '../../St/Cd | ../../St', is = 'B | C' }, { at = '../../D/P', several = true }, { at = 'Way', is = 'in' } ]
adds_up = { amount = '../../Sum' }
groups = ['own']
part.entry = { path = '../..' }
part.payment = { path = '.' }
field = [ { name = 'amount', from = 'Own | Other' } ]

[record.back]
path = '/F/S/E/D/P'
within = '/F/S/E'
kind = 'insurance.cancel'
when = { at = 'Way', is = 'out' }
part.entry = { path = '../..' }
part.payment = { path = '.' }
groups = ['own']
field = [ { name = 'insurance_no', from = 'Who' }, { name = 'reason', constant = 'fraud' } ]
";

/// Records, findings, and the notes about the whole.
fn read_all(inside: &str) -> Vec<String> {
    let format = Arc::new(fake::format(ENTRIES));
    let document = format!("<F><S><Acct><B>K7</B></Acct>{inside}</S></F>");
    let stream = Box::new(Cursor::new(document.into_bytes()));
    let (mut reader, layout) = XmlReader::open(&format, stream, &LIMITS).expect("good");
    let mut lines = Vec::new();
    while let Some(chunk) = reader.next_chunk().expect("good") {
        lines.extend(layout.records(&chunk).iter().map(told_record));
    }
    let notes = reader.finish().expect("good").notes;
    lines.extend(
        notes
            .iter()
            .map(|note| format!("{}: {}", note.code, note.message)),
    );
    lines
}

#[test]
fn what_stands_in_an_element_says_which_record_it_is() {
    let rows: [(&str, &[&str]); 6] = [
        (
            "<E><Sum>5</Sum><St>B</St><Day>1</Day><D><P><Who>Ann</Who></P></D></E>",
            &["/F/S/E[1] customer_no=K7 amount=5 start_date=1 first_name=Ann kind=customer.create"],
        ),
        (
            "<E><Sum>5</Sum><St><Cd>C</Cd></St></E>",
            &["/F/S/E[1] customer_no=K7 amount=5 kind=customer.create"],
        ),
        // Several in one, wherever they stand in it; one is of a kind that is not taken.
        (
            "<E><Sum>9</Sum><St>B</St><Day>1</Day><D><P><Way>in</Way><Own>4</Own></P><P><Way>out</Way><Who>N1</Who><Own>2</Own></P></D>\
             <D><P><Way>in</Way><Other>2</Other></P><P><Other>1</Other></P></D></E>",
            &[
                "/F/S/E[1]/D/P[1] customer_no=K7 amount=4 start_date=1 kind=customer.create",
                "/F/S/E[1]/D/P[2] customer_no=K7 insurance_no=N1 start_date=1 first_name=N1 kind=insurance.cancel reason=fraud",
                "/F/S/E[1]/D[2]/P[1] customer_no=K7 amount=2 start_date=1 kind=customer.create",
                "passed_over: 1 element was passed over: the format takes none of their kind",
            ],
        ),
        (
            "<E><Sum>5</Sum><St>P</St></E><E><Sum>6</Sum></E><E><Sum>7</Sum><St>B</St></E>",
            &[
                "/F/S/E[3] customer_no=K7 amount=7 kind=customer.create",
                "passed_over: 2 elements were passed over: the format takes none of their kind",
            ],
        ),
        // The parts must add up to the whole, and be numbers.
        (
            "<E><Sum>9</Sum><St>B</St><D><P><Way>in</Way><Own>4</Own></P><P><Way>in</Way><Own>4.99</Own></P></D></E>",
            &[
                "/F/S/E[1]/D/P[1] customer_no=K7 amount=4 kind=customer.create !!totals_mismatch at /F/S/E[1]",
                "/F/S/E[1]/D/P[2] customer_no=K7 amount=4.99 kind=customer.create",
            ],
        ),
        (
            "<E><Sum>9</Sum><St>B</St><D><P><Way>in</Way><Own>4</Own></P><P><Way>in</Way></P></D></E>",
            &[
                "/F/S/E[1]/D/P[1] customer_no=K7 amount=4 kind=customer.create !!totals_mismatch at /F/S/E[1]",
                "/F/S/E[1]/D/P[2] customer_no=K7 kind=customer.create",
            ],
        ),
    ];
    for (inside, expected) in rows {
        assert_eq!(read_all(inside), expected, "{inside}");
    }
}

#[test]
fn several_elements_of_one_field_mean_what_the_format_says() {
    let told = |how: &str| {
        let text = ENTRIES.replace(
            "{ name = 'first_name', from = '$payment/Who' }",
            &format!("{{ name = 'first_name', from = '$payment/Who', several = '{how}' }}"),
        );
        let document = "<F><S><E><Sum>5</Sum><St>B</St><D><P><Who>Ann</Who><Who> </Who><Who>Bo</Who><Who>Ann</Who></P></D></E>\
                        <E><Sum>5</Sum><St>B</St><D><P><Who>Ann</Who><Who>Ann</Who></P></D></E></S></F>";
        told(fake::format(&text), document.as_bytes())
    };
    let line = |at: u32, name: &str| format!("/F/S/E[{at}] amount=5 {name}kind=customer.create");
    assert_eq!(
        told("first"),
        [line(1, "first_name=Ann "), line(2, "first_name=Ann ")]
    );
    assert_eq!(
        told("joined"),
        [line(1, "first_name=Ann Bo "), line(2, "first_name=Ann ")]
    );
    let noted = format!(
        "{} !several_references first_name at /F/S/E[1]/D/P/Who",
        line(1, "")
    );
    assert_eq!(told("note"), [noted, line(2, "first_name=Ann ")]);
}
