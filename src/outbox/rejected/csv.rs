//! Delimited text: the head and the records, byte for byte; of a header or trailer record all but the totals.
//!
//! Totals above the records are known after them: then the records are spooled, and copied at the end.

use std::ffi::OsString;
use std::io::{BufReader, Read as _};
use std::sync::Arc;

use anyhow::{Context as _, Result};

use super::veil::Veil;
use crate::format::{Control, Total};
use crate::os::Folder;
use crate::outbox::answers::files::{Answer, AnswerFile};
use crate::read::Layout;
use crate::read::csv::CsvLayout;

pub(super) struct CsvWriter {
    layout: Arc<Layout>,
    folder: Folder,
    name: String,
    out: AnswerFile,
    line_end: &'static [u8],
    /// Whether the last line has its end; only the file's last one may lack it.
    ended: bool,
    records: u64,
}

impl CsvWriter {
    pub(super) fn begin(
        layout: &Arc<Layout>,
        folder: &Folder,
        name: &str,
        veil: Veil<'_>,
    ) -> Result<Self> {
        let head = layout.head();
        let line_end: &[u8] = match head {
            [.., b'\r', b'\n'] => b"\r\n",
            [.., b'\r'] => b"\r",
            _ => b"\n",
        };
        let spooled = csv(layout).states_first();
        let file = if spooled {
            spool(name)
        } else {
            name.to_owned()
        };
        let mut writer = Self {
            layout: layout.clone(),
            folder: Folder::open(folder.path())?,
            name: name.to_owned(),
            out: AnswerFile::create(folder, &file)?,
            line_end,
            // A file without a header may begin with a byte order mark alone.
            ended: true,
            records: 0,
        };
        if !spooled {
            writer.write(&veil.around(head))?;
        }
        Ok(writer)
    }

    pub(super) fn add(&mut self, record: &[u8]) -> Result<()> {
        if !self.ended {
            self.write(self.line_end)?;
        }
        self.ended = matches!(record, [.., b'\n' | b'\r']);
        self.records += 1;
        self.write(record)
    }

    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.out.write(&self.layout.as_sent(bytes))
    }

    /// See [`RejectedWriter::finish`](super::RejectedWriter::finish).
    pub(super) fn finish(mut self, sums: &dyn Fn(&Total) -> String) -> Result<Answer> {
        let records = self.records.to_string();
        let total = |control: &Control| match control.equals {
            Total::Count => records.clone(),
            Total::Sum(_) => control.written(&sums(&control.equals)),
        };
        let layout = self.layout.clone();
        if let Some(tail) = csv(&layout).tail_with(&total) {
            if !self.ended {
                self.write(self.line_end)?;
            }
            self.write(&tail)?;
            self.write(self.line_end)?;
        }
        if !csv(&layout).states_first() {
            return self.out.finish();
        }
        self.out.finish()?;
        let spool = OsString::from(spool(&self.name));
        let mut out = AnswerFile::create(&self.folder, &self.name)?;
        out.write(&layout.as_sent(&csv(&layout).head_with(&total)))?;
        let (file, _) = self.folder.read(&spool)?;
        let mut file = BufReader::new(file);
        let mut buffer = vec![0; 64 << 10];
        loop {
            let read = file
                .read(&mut buffer)
                .context("read the spool of rejected records")?;
            if read == 0 {
                break;
            }
            out.write(&buffer[..read])?;
        }
        self.folder.remove(&spool)?;
        out.finish()
    }
}

fn spool(name: &str) -> String {
    format!("{name}.spool")
}

fn csv(layout: &Layout) -> &CsvLayout {
    match layout {
        Layout::Csv(layout) => layout,
        Layout::Xml(_) | Layout::Excel(_) | Layout::Fixed(_) => {
            unreachable!("begun for delimited text alone")
        }
    }
}
