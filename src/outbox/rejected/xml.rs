//! XML: the records within what stood around them, stated totals made those of the records that come back.
//!
//! Totals may stand before the records, and are known after them: everything is spooled, with the places of the totals
//! noted, and copied at the end.

use std::borrow::Cow;
use std::ffi::OsString;
use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Write};
use std::sync::Arc;

use anyhow::{Context, Result, ensure};

use super::veil::Veil;
use crate::check::card::hide_bytes;
use crate::format::Total;
use crate::model::Hidden;
use crate::os::Folder;
use crate::outbox::answers::files::{Answer, AnswerFile};
use crate::read::xml::{Edit, Segment, XmlLayout};
use crate::read::{Element, Layout};

/// Totals at more places keep their old values: the file is then refused when it comes back, and nothing is booked.
const EDITS_MAX: usize = 10_000;

pub(super) struct XmlWriter {
    layout: Arc<Layout>,
    folder: Folder,
    name: String,
    spool_name: OsString,
    spool: BufWriter<File>,
    /// Bytes spooled.
    at: u64,
    /// Where totals stand in the spool, in order.
    edits: Vec<(u64, u64, usize)>,
    /// The levels that are open, each with its lead and its name.
    open: Vec<(Arc<Segment>, String)>,
    /// The element that holds the records last added, where it may hold more.
    pending: Option<Pending>,
    records: u64,
    /// Whether card numbers are hidden in what stands around the records.
    cards: bool,
}

/// An element of which some records come back.
struct Pending {
    element: Element,
    /// Which of its records.
    parts: Vec<usize>,
    /// What is hidden of them.
    hidden: Vec<Hidden>,
    cards: bool,
}

impl XmlWriter {
    pub(super) fn begin(
        layout: &Arc<Layout>,
        folder: &Folder,
        name: &str,
        cards: bool,
    ) -> Result<Self> {
        let mut spool_name = OsString::from(name);
        spool_name.push(".spool");
        let spool = folder.create(&spool_name, 0o600)?;
        let mut writer = Self {
            layout: layout.clone(),
            folder: Folder::open(folder.path())?,
            name: name.to_owned(),
            spool_name,
            spool: BufWriter::new(spool),
            at: 0,
            edits: Vec::new(),
            open: Vec::new(),
            pending: None,
            records: 0,
            cards,
        };
        let bom = writer.xml().charset().bom;
        writer.raw(bom)?;
        Ok(writer)
    }

    fn xml(&self) -> &XmlLayout {
        match &*self.layout {
            Layout::Xml(layout) => layout,
            Layout::Csv(_) | Layout::Excel(_) | Layout::Fixed(_) => {
                unreachable!("begun for XML alone")
            }
        }
    }

    /// Adds an element that is a record, as a whole.
    pub(super) fn add(&mut self, element: &Element, veil: Veil<'_>) -> Result<()> {
        self.flush()?;
        if element.bytes.is_empty() {
            return Ok(());
        }
        self.records += 1;
        self.element(element, &veil.element(&element.bytes))
    }

    /// Adds one of the records of an element: those of one element come one after another.
    pub(super) fn add_part(
        &mut self,
        element: &Element,
        part: usize,
        veil: Veil<'_>,
    ) -> Result<()> {
        let other = |pending: &Pending| !Arc::ptr_eq(&pending.element.path, &element.path);
        if self.pending.as_ref().is_some_and(other) {
            self.flush()?;
        }
        let pending = self.pending.get_or_insert_with(|| Pending {
            element: element.clone(),
            parts: Vec::new(),
            hidden: Vec::new(),
            cards: false,
        });
        pending.parts.push(part);
        pending.hidden.extend_from_slice(veil.hidden);
        pending.cards |= veil.cards;
        self.records += 1;
        Ok(())
    }

    /// Writes the element whose records are all known now.
    fn flush(&mut self) -> Result<()> {
        let Some(pending) = self.pending.take() else {
            return Ok(());
        };
        let bytes = self.xml().rest(&pending.element, &pending.parts);
        let veil = Veil {
            cards: pending.cards,
            hidden: &pending.hidden,
        };
        self.element(&pending.element, &veil.element(&bytes))
    }

    /// Writes an element, with these bytes, inside what stood around it.
    fn element(&mut self, element: &Element, bytes: &[u8]) -> Result<()> {
        let leads = &element.context.leads;
        let pairs = self.open.iter().zip(leads);
        let common = pairs.take_while(|((a, _), b)| Arc::ptr_eq(a, b)).count();
        self.close_to(common)?;
        let names = &element.context.names;
        for (lead, name) in leads.iter().zip(names).skip(common) {
            self.segment(lead)?;
            self.open.push((lead.clone(), name.clone()));
        }
        self.text(bytes)?;
        self.text(b"\n")
    }

    /// Closes the levels from this one on by their names: what else stood after their records belongs to others.
    fn close_to(&mut self, level: usize) -> Result<()> {
        while self.open.len() > level {
            let (_, name) = self.open.pop().context("a level is open")?;
            if !name.is_empty() {
                self.text(format!("</{name}>\n").as_bytes())?;
            }
        }
        Ok(())
    }

    fn segment(&mut self, segment: &Segment) -> Result<()> {
        // Of the same length, so that the totals stand where they stood.
        let bytes = if self.cards {
            hide_bytes(&segment.bytes)
        } else {
            Cow::Borrowed(&*segment.bytes)
        };
        let mut edits: Vec<Edit> = segment.edits.clone();
        edits.sort_by_key(|edit| edit.start);
        let mut done = 0;
        for edit in edits {
            // The same value may be a total twice.
            if edit.start < done || self.edits.len() == EDITS_MAX {
                continue;
            }
            self.text(&bytes[done..edit.start])?;
            let start = self.at;
            self.text(&bytes[edit.start..edit.end])?;
            self.edits.push((start, self.at, edit.control));
            done = edit.end;
        }
        self.text(&bytes[done..])
    }

    /// Spools decoded text in the document's own character set.
    fn text(&mut self, text: &[u8]) -> Result<()> {
        let layout = self.layout.clone();
        self.raw(&layout.as_sent(text))
    }

    fn raw(&mut self, bytes: &[u8]) -> Result<()> {
        self.at += bytes.len() as u64;
        self.spool
            .write_all(bytes)
            .context("spool the rejected records")
    }

    pub(super) fn finish(mut self, sums: &dyn Fn(&Total) -> String) -> Result<Answer> {
        self.flush()?;
        self.end_document()?;
        self.spool.flush().context("spool the rejected records")?;
        let (spool, _) = self.folder.read(&self.spool_name)?;
        let mut spool = BufReader::new(spool);
        let mut out = AnswerFile::create(&self.folder, &self.name)?;
        let mut at = 0;
        for &(start, end, control) in &self.edits {
            copy(&mut spool, start - at, |bytes| out.write(bytes))?;
            copy(&mut spool, end - start, |_| Ok(()))?;
            let total = self.total(control, sums);
            out.write(&self.layout.as_sent(total.as_bytes()))?;
            at = end;
        }
        copy(&mut spool, self.at - at, |bytes| out.write(bytes))?;
        self.folder.remove(&self.spool_name)?;
        out.finish()
    }

    /// Writes the tails of the levels that are open: their own where the document ended within them.
    fn end_document(&mut self) -> Result<()> {
        let layout = self.layout.clone();
        let Layout::Xml(xml) = &*layout else {
            return Ok(());
        };
        let tails = xml.tails().map_or(&[][..], |tails| &tails.0);
        while let Some((lead, _)) = self.open.last() {
            let level = self.open.len() - 1;
            match tails.get(level) {
                Some(Some((of, tail))) if Arc::ptr_eq(of, lead) => {
                    self.segment(tail)?;
                    self.open.pop();
                }
                _ => self.close_to(level)?,
            }
        }
        Ok(())
    }

    /// What a control states of the records that come back.
    fn total(&self, control: usize, sums: &dyn Fn(&Total) -> String) -> String {
        let control = &self.xml().format().controls[control];
        let number = match control.equals {
            Total::Count => self.records.to_string(),
            Total::Sum(_) => sums(&control.equals),
        };
        control.written(&number)
    }
}

fn copy(from: &mut impl Read, length: u64, mut to: impl FnMut(&[u8]) -> Result<()>) -> Result<()> {
    let mut from = from.take(length);
    let mut buffer = vec![0; 64 << 10];
    while from.limit() > 0 {
        let read = from
            .read(&mut buffer)
            .context("read the spool of rejected records")?;
        ensure!(read > 0, "the spool of rejected records is cut short");
        to(&buffer[..read])?;
    }
    Ok(())
}
