//! Elements told apart by position, and members of families by name.

use super::*;

#[test]
fn elements_of_one_name_are_told_apart_by_position() {
    let mut joined = field("street_name", "Street");
    let others = ["Street@no".to_owned(), "Floor".to_owned()];
    joined.convert.join = Some((", ".to_owned(), others.to_vec()));
    let fields = || {
        vec![
            field("kind", "@k"),
            field("first_name", "Part[1]/Name"),
            field("last_name", "Part[2]/Name"),
            field("city", "Part[2]@town"),
            field("comment", "Note"),
            joined.clone(),
        ]
    };
    let rows = [
        (
            "<r><x k='a'><Part><Name>A</Name></Part><Note>n</Note><Part town='T'><Name>B</Name></Part></x></r>",
            "kind=a first_name=A comment=n city=T last_name=B",
        ),
        (
            "<r><x k='a'><Part><Name>A</Name></Part></x></r>",
            "kind=a first_name=A",
        ),
        // Texts of several elements, in the format's order.
        (
            "<r><x k='a'><Floor> 3 </Floor><Street no='7'>Gatan</Street></x></r>",
            "kind=a street_name=Gatan, 7, 3",
        ),
        (
            "<r><x k='a'><Floor>3</Floor><Floor>4</Floor></x></r>",
            "kind=a street_name=3 conflicting_fields",
        ),
        // The third is not asked for; a second name in one part is one too many.
        (
            "<r><x k='a'><Part/><Part/><Part><Name>C</Name></Part></x></r>",
            "kind=a",
        ),
        (
            "<r><x k='a'><Part><Name>A</Name><Name>B</Name></Part></x></r>",
            "kind=a first_name=A conflicting_fields",
        ),
    ];
    for (text, expected) in rows {
        let mut format = format("/r/x", false, fields());
        format.unknown = crate::format::Unknown::Ignore;
        let input = Input::Stream(Box::new(std::io::Cursor::new(text.as_bytes().to_vec())));
        let mut reader = Reader::open(&Arc::new(format), input, &LIMITS).expect("opened");
        let layout = reader.layout();
        let chunk = reader.next_chunk().expect("read").expect("a record");
        let record = &layout.records(&chunk)[0];
        let fields = record.fields.iter().map(|field| {
            let text = field.text.as_ref().expect("a text");
            format!("{}={text}", field.name)
        });
        let codes = record.findings.iter().map(|f| f.code.to_string());
        let told: Vec<String> = fields.chain(codes).collect();
        assert_eq!(told.join(" "), expected, "{text}");
    }
}

#[test]
fn members_of_families_are_elements_of_a_format_by_name() {
    let mut format = canonical();
    format.families = vec![field("line.*", "")];
    let record = "<record kind='k'><line.PRI>10</line.PRI><line name='COF'>2</line><line.A>3</line.A>\
                  <line.PRI>11</line.PRI></record>";
    let document = format!("<records>{record}</records>");
    let found = told(format, document.as_bytes());
    let expected = "/records/record[1] kind=k line.PRI=10 line.COF=2 line.A=3";
    assert!(found[0].starts_with(expected), "{found:?}");
    assert!(
        found[0].contains("conflicting_fields line.PRI"),
        "{found:?}"
    );
}
