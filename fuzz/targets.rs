//! What is fuzzed: each reader, with the check of every record behind it, and the parser of format files. Whatever the
//! bytes: an end without a panic, and records that each have a place. Run by `cargo fuzz`, and by `tests/it/promise/fuzz.rs`
//! with a simple mutator where there is no nightly compiler.

use std::io::{Cursor, Seek as _, Write as _};
use std::sync::{Arc, LazyLock};

use sluss::check;
use sluss::format::Format;
use sluss::line;
use sluss::line::dictionary::dictionary;
use sluss::read::{Fault, Input, ReadLimits, Reader};

const LIMITS: ReadLimits = ReadLimits {
    columns: 50,
    inflated: 0,
    ratio: 0,
};

fn parsed(text: &str) -> Arc<Format> {
    let format = Format::parse("shipped", text, &dictionary());
    Arc::new(format.expect("a format that ships"))
}

/// Delimited text: one format with a header, and one by position with line ends within quotes.
static CSV: LazyLock<[Arc<Format>; 3]> = LazyLock::new(|| {
    [
        parsed(include_str!("../formats/canonical-csv.toml")),
        parsed(include_str!("../formats/insurance-csv-1.toml")),
        parsed(
            "id = 'any'\ntitle = 'Any'\nlines = ['insurance']\nreader = 'csv'\ncsv = { header = false, multiline = true }\n\
             field = [ { name = 'kind', position = 1 }, { name = 'insurance_no', position = 2 }, { name = 'amount', position = 3 } ]\n",
        ),
    ]
});

static XML: LazyLock<[Arc<Format>; 4]> = LazyLock::new(|| {
    [
        parsed(include_str!("../formats/canonical-xml.toml")),
        parsed(include_str!("../formats/insurance-xml-1.toml")),
        parsed(include_str!("../formats/card-orders-xml-1.toml")),
        parsed(include_str!("../formats/camt054-1.toml")),
    ]
});

static FIXED: LazyLock<[Arc<Format>; 2]> = LazyLock::new(|| {
    [
        parsed(include_str!("../formats/bgmax-1.toml")),
        parsed(include_str!("../formats/ocr-giro-1.toml")),
    ]
});

static EXCEL: LazyLock<[Arc<Format>; 2]> = LazyLock::new(|| {
    [
        parsed(include_str!("../formats/canonical-excel.toml")),
        parsed(include_str!("../formats/insurance-excel-1.toml")),
    ]
});

/// Reads to the end and checks each record.
fn read(opened: Result<Reader, Fault>) -> Result<(), Fault> {
    let profile = line::profile(line::Line::ALL, false);
    let mut reader = opened?;
    let layout = reader.layout();
    let mut order = check::Order::default();
    while let Some(chunk) = reader.next_chunk()? {
        for record in layout.records(&chunk) {
            check::record(record, &profile, &mut order);
        }
    }
    reader.finish().map(|_| ())
}

/// The same. An error of the world would be our own.
fn drain(format: &Arc<Format>, input: Input) {
    if let Err(Fault::World(error)) = read(Reader::open(format, input, &LIMITS)) {
        panic!("{error:#}");
    }
}

/// Delimited text.
pub(crate) fn csv(bytes: &[u8]) {
    for format in CSV.iter() {
        drain(format, Input::Stream(Box::new(Cursor::new(bytes.to_vec()))));
    }
}

/// XML documents.
pub(crate) fn xml(bytes: &[u8]) {
    for format in XML.iter() {
        drain(format, Input::Stream(Box::new(Cursor::new(bytes.to_vec()))));
    }
}

/// Lines of fixed columns.
pub(crate) fn fixed(bytes: &[u8]) {
    for format in FIXED.iter() {
        let mut file = tempfile::tempfile().expect("a file");
        file.write_all(bytes).expect("written");
        file.rewind().expect("from its start");
        drain(format, Input::File(file));
    }
}

/// What the confined child says of a workbook: whoever has taken it over can say anything. The child itself may die of
/// its workbook, and nothing else does.
pub(crate) fn excel(bytes: &[u8]) {
    excel_formats(bytes);
}

/// How many of the formats read it to its end. A child that failed is the world's fault by its own word.
pub(crate) fn excel_formats(bytes: &[u8]) -> usize {
    let said = || Box::new(Cursor::new(bytes.to_vec()));
    let reads = |format: &&Arc<Format>| read(Reader::of_child(format, said())).is_ok();
    EXCEL.iter().filter(reads).count()
}

/// Format files.
pub(crate) fn format(bytes: &[u8]) {
    if let Ok(text) = std::str::from_utf8(bytes) {
        // Faults are fine; a panic is not.
        let _ = Format::parse("fuzzed", text, &dictionary());
    }
}
