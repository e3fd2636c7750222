//! Delimited text: the head and the records, byte for byte.

use std::sync::Arc;

use anyhow::Result;

use crate::os::Folder;
use crate::outbox::answers::files::{Answer, AnswerFile};
use crate::read::Layout;

pub(super) struct CsvWriter {
    layout: Arc<Layout>,
    out: AnswerFile,
    line_end: &'static [u8],
    /// Whether the last line has its end; only the file's last one may lack it.
    ended: bool,
}

impl CsvWriter {
    pub(super) fn begin(layout: &Arc<Layout>, folder: &Folder, name: &str) -> Result<Self> {
        let head = layout.head();
        let line_end: &[u8] = match head {
            [.., b'\r', b'\n'] => b"\r\n",
            [.., b'\r'] => b"\r",
            _ => b"\n",
        };
        let mut writer = Self {
            layout: layout.clone(),
            out: AnswerFile::create(folder, name)?,
            line_end,
            // A file without a header may begin with a byte order mark alone.
            ended: true,
        };
        writer.write(head)?;
        Ok(writer)
    }

    pub(super) fn add(&mut self, record: &[u8]) -> Result<()> {
        if !self.ended {
            self.write(self.line_end)?;
        }
        self.ended = matches!(record, [.., b'\n' | b'\r']);
        self.write(record)
    }

    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.out.write(&self.layout.as_sent(bytes))
    }

    pub(super) fn finish(self) -> Result<Answer> {
        self.out.finish()
    }
}
