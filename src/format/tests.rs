//! What a format file can say, and what it is told when it says it wrongly.

use super::fake::{faults, format};
use super::*;

mod family;
mod xml;

const CSV: &str = "id = 'f-1'\ntitle = 'F'\nlines = ['insurance']\nreader = 'csv'\n";
const KIND: &str = "{ name = 'kind', from = 'k', default = 'customer.create' }";

/// A csv format with these keys, and these fields besides `kind`.
fn csv(keys: &str, fields: &str) -> String {
    format!("{CSV}{keys}\nfield = [ {KIND}, {fields} ]\n")
}

#[test]
fn every_fault_of_the_format_as_a_whole_is_told() {
    let rows = [
        ("id = 'A 1'", "lower-case letters, digits and hyphens only"),
        ("", "`id` is missing"),
        (
            "lines = ['insurence']",
            "`insurence` is no product line; known: insurance, loan",
        ),
        ("lines = []", "feeds one product line at least"),
        (
            "reader = 'fixed-width'",
            "`[fixed-width]` with `width = 80` is missing",
        ),
        (
            "reader = 'json'",
            "`json` is not a reader; known: csv, xml, excel, fixed-width",
        ),
        ("reader = 'xml'", "`[xml]` with `record"),
        (
            "reader = 'excel'\ncharset = 'utf-8'",
            "only delimited text has a `charset`",
        ),
        (
            "charset = 'latin1'",
            "`latin1` is not known; known: utf-8, utf-16, windows-1252",
        ),
        ("match = ['{date:yy}']", "is not a date pattern"),
        (
            "match = ['{x}']",
            "is not `{date:yyyymmdd}` or `{sequence}`",
        ),
        ("complete = { by = 'trailer' }", "`trailer` is not known"),
        (
            "complete = { by = 'settle', name = 'x' }",
            "nothing is waited for but quiet",
        ),
        (
            "complete = { by = 'done-file', name = 'x' }",
            "write `{name}`",
        ),
        (
            "unknown_columns = 'keep'",
            "`keep` is not known; known: ignore, reject",
        ),
        ("on_record_error = 'stop'", "known: skip, reject-batch"),
        ("decimal = ';'", "the decimal mark is `.` or `,`"),
        (
            "decimal = ','\ngrouping = ','",
            "the decimal mark cannot group digits too",
        ),
        ("grouping = '0'", "a digit or a sign cannot group digits"),
        ("dates = ['YYYY-MM']", "`YYYY-MM` is not a date pattern"),
        (
            "dates = ['DD/MM/YYYY', 'MM/DD/YYYY']",
            "could be one written as `DD/MM/YYYY`",
        ),
        ("yes = ['j']\nno = ['J']", "`j` cannot mean both yes and no"),
        ("fomats = 1", "unknown key `fomats`"),
        (
            "csv = { delimiter = ';;' }",
            "`delimiter` is one ASCII character",
        ),
        (
            "csv = { delimiter = 'x' }",
            "`x` cannot part or quote cells",
        ),
        (
            "csv = { delimiter = '\"' }",
            "quote and delimiter must differ",
        ),
        (
            "csv = { quote = '', multiline = true }",
            "without a quote no cell can hold a line end",
        ),
        (
            "csv = { skip_lines = -1 }",
            "`skip_lines` must be from 0 to 1000",
        ),
        (
            "charset = 'iso646-se'\ncsv = { delimiter = '|' }",
            "the delimiter or quote is a letter",
        ),
        ("xml = { record = '/a/b' }", "unknown key `xml`"),
        (
            "control = [{ name = 'n', stated = '/a/b', equals = 'count(record)' }]",
            "such as `trailer.2`",
        ),
        (
            "reader = 'excel'\ncontrol = [{ name = 'n', stated = '/a/b', equals = 'count(record)' }]",
            "a workbook has no place",
        ),
        (
            "record = { t = { when = { at = 1, is = 'T' }, occurs = 'once' } }",
            "is `once-first` or `once-last`",
        ),
        (
            "record = { t = { occurs = 'once-last' } }",
            "`when = { at = COLUMN, is = \"TEXT\" }` is missing",
        ),
        (
            "record = { t = { when = { at = 1, is = ' ' }, occurs = 'once-last' } }",
            "`is` is blank",
        ),
        (
            "record = { a = { when = { at = 1, is = 'A' }, occurs = 'once-last' }, \
             b = { when = { at = 0, is = 'B' }, occurs = 'once-last' } }",
            "another record stands there",
        ),
        (
            "record = { t = { when = { at = 1, is = 'T' }, occurs = 'once-last' } }\n\
             control = [{ name = 'n', stated = 'u.2', equals = 'count(record)' }]",
            "such as `trailer.2`",
        ),
    ];
    for (keys, expected) in rows {
        let defaults = [
            ("id = ", "id = 'f'\n"),
            ("reader = ", "reader = 'csv'\n"),
            ("lines = ", ""),
        ];
        let mut text = "title = 'F'\n".to_owned();
        for (key, default) in defaults {
            let left_out = keys.contains(key) || (keys.is_empty() && key == "id = ");
            text.push_str(if left_out { "" } else { default });
        }
        text.extend([keys, "\nfield = [ ", KIND, " ]\n"]);
        let told = faults(&text);
        assert!(
            told.iter().any(|fault| fault.contains(expected)),
            "{keys}: {told:?}"
        );
    }
}

#[test]
fn every_fault_of_a_field_is_told() {
    let rows = [
        (
            "{ name = 'insurence_no', from = 'x' }",
            "no line knows a field `insurence_no`; did you mean `insurance_no`?",
        ),
        (
            "{ name = 'customer_no' }",
            "exactly one of `from`, `position`, `constant`, `capture`",
        ),
        (
            "{ name = 'customer_no', from = 'a', constant = 'b' }",
            "exactly one of",
        ),
        (
            "{ name = 'customer_no', position = 1 }",
            "only a csv without header has fields by position",
        ),
        (
            "{ name = 'customer_no', constant = 'x', required = true }",
            "only a column of a header can be required",
        ),
        (
            "{ name = 'customer_no', from = 'a | ' }",
            "a label is blank",
        ),
        (
            "{ name = 'customer_no', from = 'a | A' }",
            "names the label `a` twice",
        ),
        (
            "{ name = 'customer_no', from = 'K' }",
            "the label `k` stands for both `kind` and `customer_no`",
        ),
        (
            "{ name = 'comment', from = 'a' }, { name = 'comment', from = 'b' }",
            "is filled by another field already",
        ),
        (
            "{ name = 'customer_no', from = 'a', dates = ['YYYYMMDD'] }",
            "`dates` does not go with a field of type text",
        ),
        (
            "{ name = 'start_date', from = 'a', min = 1 }",
            "`min` does not go with a field of type date",
        ),
        (
            "{ name = 'start_date', from = 'a', map = { a = 'b' } }",
            "`map` does not go with a field of type date",
        ),
        (
            "{ name = 'amount', from = 'a', bools = { yes = ['j'] } }",
            "`bools` does not go with a field of type amount",
        ),
        (
            "{ name = 'amount', from = 'a', type = 'text' }",
            "the field's type is amount, not `text`",
        ),
        (
            "{ name = 'amount', from = 'a', min = 2, max = 1 }",
            "`max` is below `min`",
        ),
        (
            "{ name = 'birth_date', from = 'a', dates = ['YYMMDD'] }",
            "a birth date needs a year of four digits",
        ),
        (
            "{ name = 'comment', from = 'a', pattern = '(' }",
            "`(` is not a regular expression",
        ),
        (
            "{ name = 'reason', from = 'a', map = { x = 'deth' } }",
            "`deth` is not a word of this field; did you mean `death`?",
        ),
        (
            "{ name = 'reason', from = 'a', map = { x = 'death', X = 'fraud' } }",
            "`X` is mapped twice",
        ),
        (
            "{ name = 'reason', from = 'a', default = 'x' }",
            "`x` is not a word of this field",
        ),
        (
            "{ name = 'comment', from = 'a', split = { at = '' } }",
            "write `split = ",
        ),
        (
            "{ name = 'comment', from = 'a', join = { with = ' ' } }",
            "write `join = ",
        ),
        (
            "{ name = 'comment', capture = 'day' }",
            "a file's name gives `date` or `sequence`",
        ),
        (
            "{ name = 'comment', capture = 'sequence' }",
            "takes `sequence` from the name, which `x.csv` does not have",
        ),
    ];
    for (field, expected) in rows {
        let told = faults(&csv("match = ['x.csv']", field));
        assert!(
            told.iter().any(|fault| fault.contains(expected)),
            "{field}: {told:?}"
        );
    }
    let loan = csv("", "{ name = 'amount', from = 'a' }").replace("['insurance']", "['loan']");
    assert!(faults(&loan)[0].contains("`amount` is not known to loan"));
}

#[test]
fn a_format_serves_the_kinds_that_it_can_ask_for() {
    let kind = |kind: &str| {
        format!("{CSV}field = [ {{ name = 'kind', {kind} }}, {{ name = 'reason', from = 'r' }} ]\n")
    };
    let rows = [
        (
            "constant = 'insurance.cancel'",
            "`insurance.cancel` cannot do without insurance_no",
        ),
        (
            "from = 'k', map = { U = 'insurance.cancel' }",
            "`insurance.cancel` cannot do without insurance_no",
        ),
        (
            "constant = 'insurance.cancle'",
            "did you mean `insurance.cancel`?",
        ),
    ];
    for (words, expected) in rows {
        let told = faults(&kind(words));
        assert!(
            told.iter().any(|fault| fault.contains(expected)),
            "{told:?}"
        );
    }
    assert!(faults(&kind("constant = 'customer.create'")).is_empty());
    let told = faults(&format!(
        "{CSV}field = [ {{ name = 'reason', from = 'r' }} ]\n"
    ));
    assert!(told[0].contains("`kind` is missing"), "{told:?}");
}

#[test]
fn faults_have_the_place_of_what_is_wrong() {
    let text = "id = 'f'\ntitle = 'F'\nreader = 'csv'\nmatch = ['a', '{']\n[[field]]\nname = 'kind'\nfrom = 'k'\nrequird = true\n";
    assert_eq!(
        faults(text),
        [
            "4:9 a `{` has no `}`",
            "8:1 unknown key `requird`; did you mean `required`?"
        ]
    );
}

#[test]
fn the_format_s_words_count_where_a_field_has_none_of_its_own() {
    let keys = "decimal = ','\ngrouping = ' '\ndates = ['YYYYMMDD']\nyes = ['Ja']\nno = ['Nej']";
    let format = format(&csv(
        keys,
        "{ name = 'amount', from = 'a' }, { name = 'share', from = 's', decimal = '.', grouping = '' },
         { name = 'start_date', from = 'd' }, { name = 'birth_date', from = 'b', dates = ['DD.MM.YYYY'] },
         { name = 'approved_by_bank', from = 'g' }",
    ));
    let convert = |name: &str| {
        &format
            .fields
            .iter()
            .find(|field| field.name == name)
            .expect("there")
            .convert
    };
    let rows = [
        ("amount", "1 000,50", Ok("1000.50")),
        ("amount", "1.5", Err(Code::InvalidAmount)),
        ("share", "1.5", Ok("1.5")),
        ("start_date", "20261120", Ok("2026-11-20")),
        ("birth_date", "20.11.1990", Ok("1990-11-20")),
        ("approved_by_bank", "ja", Ok("true")),
        ("kind", "Customer.Create", Ok("Customer.Create")),
    ];
    for (name, text, expected) in rows {
        let found = convert(name).apply(text.into());
        assert_eq!(
            found.as_deref().map_err(|code| *code),
            expected,
            "{name} {text}"
        );
    }
    assert_eq!(convert("kind").absent(), Some("customer.create"));
    assert!(format.unknown == Unknown::Ignore && !format.reject_batch_on_error && !format.bank);
}

#[test]
fn a_format_by_name_has_every_canonical_name() {
    let csv = format("id = 'c'\ntitle = 'C'\nreader = 'csv'\nby_name = true\n");
    assert_eq!(csv.unknown, Unknown::RejectBatch);
    assert_eq!(csv.fields.len() + 1, (fake::DICTIONARY.all)().len());
    let families: Vec<&str> = csv.families.iter().map(|field| field.name).collect();
    assert_eq!(families, ["line.*"]);
    let required: Vec<&str> = csv
        .fields
        .iter()
        .filter(|f| f.column_required)
        .map(|f| f.name)
        .collect();
    assert_eq!(required, ["kind"]);
    let xml = format(
        "id = 'c'\ntitle = 'C'\nreader = 'xml'\nby_name = true\n[xml]\nrecord = '/records/record'\n",
    );
    let path = |name: &str| {
        xml.fields
            .iter()
            .find(|field| field.name == name)
            .and_then(|field| field.path.clone())
    };
    let kind = path("kind").expect("a path");
    assert_eq!(
        (kind.elements.len(), kind.attribute.as_deref()),
        (0, Some("kind"))
    );
    assert_eq!(path("amount").expect("a path").elements, ["amount"]);
    let loan = format("id = 'c'\ntitle = 'C'\nreader = 'csv'\nby_name = true\nlines = ['loan']\n");
    let names: Vec<&str> = loan.fields.iter().map(|field| field.name).collect();
    assert_eq!(names, ["kind", "instruction_id", "comment"]);
}

#[test]
fn a_layout_is_told_as_a_table() {
    let keys = "decimal = ','\ngrouping = ' '\ndates = ['YYYYMMDD']";
    let fields = "{ name = 'insurance_no', from = 'Nr | No', required = true }, { name = 'amount', from = 'a', min = 1 },
        { name = 'reason', from = 'r', map = { 'Dödsfall' = 'death' } }, { name = 'currency', constant = 'SEK' }";
    let sections = describe(&format(&csv(keys, fields)));
    let rows: Vec<String> = sections[0].rows.iter().map(|row| row.join(" | ")).collect();
    let expected = [
        "kind | k | text |  | blank means customer.create",
        "insurance_no | Nr | No | text | required | ",
        "amount | a | amount |  | decimal mark ,; digits grouped by a blank; at least 1",
        "reason | r | code |  | words dödsfall = death",
        "currency |  | text |  | always SEK",
    ];
    assert_eq!(rows, expected);
}
