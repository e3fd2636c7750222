//! Files that a value names.

use std::cell::RefCell;
use std::error::Error as _;
use std::path::Path;

use super::{Fault, Table};
use crate::os;

/// Where the files of a document lie, and which of them were read.
#[derive(Debug, Default)]
pub(super) struct Files<'i> {
    pub(super) folder: Option<&'i Path>,
    pub(super) read: RefCell<Vec<String>>,
}

impl Table<'_> {
    /// The path and the bytes of a file that the key names, from the document's folder on. One that cannot be read is a
    /// fault.
    pub fn file(&mut self, key: &'static str) -> Option<(String, Vec<u8>)> {
        let path = if self.has(key) {
            self.required_string(key)?
        } else {
            self.string(key)?
        };
        let full = self.files.folder.unwrap_or(Path::new("")).join(&path);
        match os::read(&full) {
            Ok(bytes) => {
                self.files.read.borrow_mut().push(path.clone());
                Some((path, bytes))
            }
            Err(fault) => {
                let cause = fault.source().map(ToString::to_string).unwrap_or_default();
                self.fault_at(key, format!("{fault}: {cause}"));
                None
            }
        }
    }

    /// Notes a fault of a line, from 1, of a file that a key names.
    pub fn fault_in(&self, file: &str, line: usize, message: impl Into<String>) {
        self.faults.borrow_mut().push(Fault {
            file: file.to_owned(),
            line,
            column: 1,
            message: message.into(),
        });
    }
}

#[cfg(test)]
mod tests {
    use crate::toml_table::Document;

    #[test]
    fn a_file_is_read_from_the_documents_folder() {
        let folder = tempfile::tempdir().expect("a folder for a test");
        std::fs::write(folder.path().join("list.txt"), "one\n").expect("a file");
        let text = "good = 'list.txt'\nabsent = 'no.txt'\nfolder = '.'\nblank = ' '\n";
        let document = Document::parse("t", text).expect("TOML");
        let document = document.with_files_in(folder.path());
        let mut table = document.root();
        let read = table.file("good").expect("it is there");
        assert_eq!(read, ("list.txt".to_owned(), b"one\n".to_vec()));
        table.fault_in("list.txt", 1, "is no number");
        for key in ["absent", "folder", "blank", "unset"] {
            assert_eq!(table.file(key), None, "{key}");
        }
        assert_eq!(document.files(), ["list.txt"]);
        let told = document.into_faults();
        let told: Vec<String> = told.0.iter().map(ToString::to_string).collect();
        assert_eq!(told.len(), 4, "{told:?}");
        assert_eq!(told[0], "list.txt:1:1 is no number");
        assert!(told[1].starts_with("t:2:10 cannot read"), "{told:?}");
        assert!(told[2].contains("no plain file"), "{told:?}");
        assert_eq!(told[3], "t:4:9 `blank` is blank");
    }
}
