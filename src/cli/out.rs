//! Standard output: answers only. A reader that goes away (`sluss status | head`) ends the output, not the program.

use std::io::{self, BufWriter, IsTerminal, StdoutLock, Write};

use anyhow::{Context, Result};

/// Standard output for one command.
pub struct Out {
    sink: BufWriter<StdoutLock<'static>>,
    gone: bool,
    /// Whether words may be coloured: a terminal reads them, and nobody said `NO_COLOR`.
    pub colours: bool,
    /// Whether a person reads along.
    pub terminal: bool,
}

impl Out {
    /// Takes standard output.
    pub fn open() -> Self {
        let stdout = io::stdout();
        let terminal = stdout.is_terminal();
        let asked_off = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Self {
            sink: BufWriter::new(stdout.lock()),
            gone: false,
            colours: terminal && !asked_off,
            terminal,
        }
    }

    /// Writes a line.
    pub fn line(&mut self, text: impl std::fmt::Display) -> Result<()> {
        writeln!(self, "{text}").context("standard output")
    }

    /// Writes a JSON document and a line end.
    pub fn json(&mut self, value: &serde_json::Value) -> Result<()> {
        let text = serde_json::to_string_pretty(value).context("JSON for standard output")?;
        self.line(text)
    }

    /// Writes out what is still held back.
    pub fn finish(mut self) -> Result<()> {
        self.flush().context("standard output")
    }

    fn survive<T>(&mut self, result: io::Result<T>, instead: T) -> io::Result<T> {
        match result {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                self.gone = true;
                Ok(instead)
            }
            result => result,
        }
    }
}

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.gone {
            return Ok(bytes.len());
        }
        let result = self.sink.write(bytes);
        self.survive(result, bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.gone {
            return Ok(());
        }
        let result = self.sink.flush();
        self.survive(result, ())
    }
}
