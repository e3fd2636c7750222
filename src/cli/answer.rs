//! Reads back CSV as we write it, record by record: an answer can be as long as the file that it is about.

use std::fs::File;
use std::io::{BufRead, BufReader, Read as _, Seek as _, SeekFrom};
use std::path::Path;

use anyhow::{Context, Result};

/// Room for a record of an answer; one that is longer is none of ours.
const RECORD: usize = 1 << 20;

/// Calls with the cells of each record of an answer behind its header, until told to stop (`false`).
pub(super) fn each(path: &Path, then: &mut dyn FnMut(&[String]) -> Result<bool>) -> Result<()> {
    let shown = || path.display().to_string();
    let input = BufReader::with_capacity(1 << 16, File::open(path).with_context(shown)?);
    let mut header = true;
    records(input, &mut |cells| {
        if std::mem::take(&mut header) {
            return Ok(true);
        }
        then(cells)
    })
    .with_context(shown)
}

/// The most that is read for the last record.
const TAIL: u64 = 4096;

/// The cells of an answer's last line, as far as it is a record by itself.
pub(super) fn last(path: &Path) -> Result<Option<Vec<String>>> {
    let shown = || path.display().to_string();
    let mut file = File::open(path).with_context(shown)?;
    let mut text = Vec::new();
    // With the header: it says how cells are told apart.
    BufReader::new(&file)
        .read_until(b'\n', &mut text)
        .with_context(shown)?;
    let end = file.metadata().with_context(shown)?.len();
    file.seek(SeekFrom::Start(end.saturating_sub(TAIL)))
        .with_context(shown)?;
    let mut tail = Vec::new();
    file.read_to_end(&mut tail).with_context(shown)?;
    let tail = tail.trim_ascii_end();
    let Some(before) = tail.iter().rposition(|byte| *byte == b'\n') else {
        return Ok(None);
    };
    text.extend_from_slice(&tail[before + 1..]);
    let mut found = None;
    let mut header = true;
    records(&*text, &mut |cells| {
        found = (!std::mem::take(&mut header)).then(|| cells.to_vec());
        Ok(true)
    })
    .with_context(shown)?;
    Ok(found)
}

/// The records of CSV whatever the profile's style: the header is `row` and the delimiter, and a cell that is not UTF-8
/// is windows-1252.
fn records(mut input: impl BufRead, then: &mut dyn FnMut(&[String]) -> Result<bool>) -> Result<()> {
    let start = input.fill_buf()?;
    let mark = if start.starts_with(b"\xEF\xBB\xBF") {
        3
    } else {
        0
    };
    let delimiter = start.get(mark + 3).copied().unwrap_or(b';');
    input.consume(mark);
    let mut reader = csv_core::ReaderBuilder::new().delimiter(delimiter).build();
    let mut cells = vec![0; RECORD];
    let mut ends = vec![0; 64];
    let (mut filled, mut count) = (0, 0);
    loop {
        let bytes = input.fill_buf()?;
        let (result, taken, written, more) =
            reader.read_record(bytes, &mut cells[filled..], &mut ends[count..]);
        input.consume(taken);
        filled += written;
        count += more;
        match result {
            // Fed with nothing once more, the reader gives the last record.
            csv_core::ReadRecordResult::InputEmpty => {}
            csv_core::ReadRecordResult::Record => {
                let starts = std::iter::once(0).chain(ends[..count].iter().copied());
                let pairs = starts.zip(&ends[..count]);
                let record: Vec<String> = pairs.map(|(from, to)| cell(&cells[from..*to])).collect();
                if !then(&record)? {
                    return Ok(());
                }
                (filled, count) = (0, 0);
            }
            csv_core::ReadRecordResult::OutputFull | csv_core::ReadRecordResult::OutputEndsFull => {
                anyhow::bail!("not as it was written");
            }
            csv_core::ReadRecordResult::End => return Ok(()),
        }
    }
}

fn cell(bytes: &[u8]) -> String {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return text.to_owned();
    }
    let text = encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes);
    text.0.into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_is_found_however_long_the_answer_is() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.csv");
        for lines in [0, 1, 2, 5_000] {
            let mut text = "\u{feff}row,text\r\n".to_owned();
            for line in 1..=lines {
                text.extend([&line.to_string(), ",\"a, b\"\r\n"]);
            }
            std::fs::write(&path, &text).expect("written");
            let expected = (lines > 0).then(|| vec![lines.to_string(), "a, b".to_owned()]);
            assert_eq!(last(&path).expect("read"), expected, "{lines}");
        }
    }

    fn all(bytes: &[u8], buffer: usize) -> Vec<Vec<String>> {
        let mut found = Vec::new();
        let input = BufReader::with_capacity(buffer, bytes);
        records(input, &mut |cells| {
            found.push(cells.to_vec());
            Ok(true)
        })
        .expect("as we write it");
        found
    }

    #[test]
    fn an_answer_is_read_back_whatever_its_style() {
        let text = "row;value\r\n1;\"a;b \"\"c\"\" å\"\n2;\n";
        let expected = vec![
            vec!["row", "value"],
            vec!["1", "a;b \"c\" å"],
            vec!["2", ""],
        ];
        let bom = format!("\u{feff}{text}");
        let (bytes, ..) = encoding_rs::WINDOWS_1252.encode(text);
        for buffer in [8, 16, 1000] {
            assert_eq!(all(bom.as_bytes(), buffer), expected);
            assert_eq!(all(&bytes, buffer), expected);
        }
        assert_eq!(all(b"row,value\n1,2\n", 64), [["row", "value"], ["1", "2"]]);
        assert_eq!(all(b"row,value\n1,2", 64), [["row", "value"], ["1", "2"]]);
    }
}
