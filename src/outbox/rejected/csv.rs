//! Delimited text: the head and the records, byte for byte.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::sync::Arc;

use anyhow::{Context, Result};

use super::{PRIVATE, sync};
use crate::os::Folder;
use crate::read::Layout;

pub(super) struct CsvWriter {
    layout: Arc<Layout>,
    out: BufWriter<File>,
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
            out: BufWriter::new(folder.create(name, PRIVATE)?),
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
        let bytes = self.layout.as_sent(bytes);
        self.out
            .write_all(&bytes)
            .context("write the rejected records")
    }

    pub(super) fn finish(self) -> Result<()> {
        sync(self.out)
    }
}
