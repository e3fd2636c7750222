//! Cuts a document into its records, one after another, and checks on the way that it is well formed: a document that
//! is not is refused as a whole, since what was cut off or mixed up cannot be known.

use std::io::Read;
use std::sync::Arc;

use quick_xml::Reader;

use super::charset::{Charset, has_mark};
use super::fault::{malformed, other_root, roots};
use super::input::{Input, TooLong};
use super::outline::{Context, Outline, Tails};
use super::piece::{Piece, content};
use super::route::Route;
use super::scope::Scope;
use super::syntax::{self, Tag, Wrong, is_blank};
use super::values::{Taken, Values};
use crate::code::Code;
use crate::format::{Format, Unknown, XmlRules};
use crate::model::{Finding, Place};
use crate::read::{Element, Fault};

/// Elements within elements.
const DEPTH_MAX: usize = 64;
/// Bytes of one record.
const RECORD_MAX: usize = 1 << 20;

/// A record being cut.
#[derive(Debug)]
struct Record {
    cut: usize,
    depth: usize,
    bytes: Vec<u8>,
    path: Arc<str>,
    context: Arc<Context>,
    /// How many records may lie in it.
    records: usize,
    too_large: bool,
}

/// What the document says once all of it was read.
pub(super) struct Ended {
    pub(super) stated: Vec<(usize, String)>,
    pub(super) tails: Tails,
    /// The first thing outside the records that the format does not know, where that rejects the batch.
    pub(super) unknown: Option<Finding>,
}

/// The document, and where in it the cutter stands.
pub(super) struct Cutter {
    reader: Reader<Input>,
    buffer: Vec<u8>,
    raw: Vec<u8>,
    route: Route,
    /// The names of elements within what is cut out that may be records.
    inner: Vec<String>,
    namespace: Option<String>,
    /// The elements that a document can be.
    roots: Vec<String>,
    /// What would be right, where something is wrong that says so.
    hint: Option<String>,
    refuse_unknown: bool,
    ignored: Vec<String>,
    line: u64,
    depth: usize,
    begun: bool,
    had_root: bool,
    scope: Scope,
    outline: Outline,
    values: Values,
    context: Option<Arc<Context>>,
    record: Option<Record>,
    unknown: Option<Finding>,
}

impl Cutter {
    pub(super) fn open(
        format: &Arc<Format>,
        rules: &XmlRules,
        stream: Box<dyn Read + Send>,
    ) -> Result<Self, Fault> {
        let input = Input::open(stream)?.map_err(|wrong| malformed(wrong, 1, None))?;
        Ok(Self {
            reader: Reader::from_reader(input),
            buffer: Vec::new(),
            raw: Vec::new(),
            route: Route::new(&rules.cuts),
            inner: rules
                .records
                .iter()
                .filter_map(|record| record.steps.last().cloned())
                .collect(),
            namespace: rules.namespace.clone(),
            roots: roots(rules),
            hint: None,
            refuse_unknown: format.unknown != Unknown::Ignore,
            ignored: format.ignored.clone(),
            line: 1,
            depth: 0,
            begun: false,
            had_root: false,
            scope: Scope::default(),
            outline: Outline::new(),
            values: Values::new(format, &rules.cuts),
            context: None,
            record: None,
            unknown: None,
        })
    }

    pub(super) fn charset(&mut self) -> Charset {
        self.reader.get_mut().charset().clone()
    }

    /// The next record; `None` at the document's end.
    pub(super) fn next(&mut self) -> Result<Option<Element>, Fault> {
        loop {
            let piece = self.piece()?;
            if piece == Piece::Eof {
                return self.end().map(|()| None).map_err(|wrong| self.wrong(wrong));
            }
            let raw = std::mem::take(&mut self.raw);
            let text = std::str::from_utf8(&raw).expect("the input is decoded");
            let element = self.take(piece, text).map_err(|wrong| self.wrong(wrong))?;
            self.line += memchr::memchr_iter(b'\n', &raw).count() as u64;
            self.raw = raw;
            if element.is_some() {
                return Ok(element);
            }
        }
    }

    /// What the document says; only after [`Cutter::next`] gave `None`.
    pub(super) fn ended(self) -> Ended {
        Ended {
            stated: self.values.stated(),
            tails: self.outline.finish(),
            unknown: self.unknown,
        }
    }

    fn wrong(&self, wrong: Wrong) -> Fault {
        malformed(wrong, self.line, self.hint.as_deref())
    }

    /// Reads one piece of markup into `raw`.
    fn piece(&mut self) -> Result<Piece, Fault> {
        self.buffer.clear();
        let piece = match self.reader.read_event_into(&mut self.buffer) {
            Ok(event) => Piece::of(&event),
            Err(error) => return Err(self.unreadable(&error)),
        };
        self.reader.get_mut().taken(&mut self.raw);
        Ok(piece)
    }

    fn unreadable(&self, error: &quick_xml::Error) -> Fault {
        use quick_xml::Error as E;
        match error {
            E::Io(io) if is_too_long(io) => {
                self.wrong("a single text, tag or comment is longer than 8 MiB")
            }
            E::Io(io) => Fault::World(anyhow::Error::new(io.clone())),
            E::Syntax(_) => self.wrong("markup is opened and not closed; was the file cut off?"),
            E::IllFormed(_) => self.wrong("an end tag has no start tag of its name before it"),
            _ => self.wrong("markup is not well formed"),
        }
    }

    fn end(&self) -> Result<(), Wrong> {
        if self.depth > 0 {
            return Err("the file ends before its elements do; was it cut off?");
        }
        if !self.had_root {
            return Err("the file holds no element");
        }
        Ok(())
    }

    fn take(&mut self, piece: Piece, raw: &str) -> Result<Option<Element>, Wrong> {
        let first = !std::mem::replace(&mut self.begun, true);
        match piece {
            Piece::Start => return self.start(raw, false),
            Piece::Empty => return self.start(raw, true),
            Piece::End => return self.close(raw),
            Piece::Text | Piece::CData | Piece::Reference => self.text(piece, raw)?,
            Piece::Comment => syntax::comment(raw)?,
            Piece::Instruction => syntax::instruction(raw)?,
            Piece::Declaration if first => syntax::declaration(raw)?,
            Piece::Declaration => {
                return Err("an XML declaration stands where none may stand");
            }
            Piece::DocType => return Err("a DOCTYPE is not taken"),
            Piece::Eof => {}
        }
        self.keep(raw)?;
        Ok(None)
    }

    /// Adds bytes to the record being cut, or to what stands around the records.
    fn keep(&mut self, raw: &str) -> Result<(), Wrong> {
        if let Some(record) = &mut self.record {
            record.keep(raw.as_bytes());
            return Ok(());
        }
        if has_mark(raw) {
            return Err("bytes outside the records are not text in the file's character set");
        }
        if self.outline.add(raw.as_bytes()) {
            Ok(())
        } else {
            Err("more than 1 MiB stands before the first record")
        }
    }

    fn text(&mut self, piece: Piece, raw: &str) -> Result<(), Wrong> {
        let mut char_buffer = [0; 4];
        let text = content(piece, raw, &mut char_buffer)?;
        if piece != Piece::Reference {
            syntax::characters(text)?;
        }
        if self.depth == 0 && (piece != Piece::Text || !text.chars().all(is_blank)) {
            return Err("text stands outside the root element");
        }
        if self.record.is_some() {
            return Ok(());
        }
        if self.values.wants_text() {
            self.values.add(text);
        } else if !text.trim().is_empty() && self.route.depth() == self.depth {
            self.unknown("text stands between the records");
        }
        Ok(())
    }

    fn start(&mut self, raw: &str, empty: bool) -> Result<Option<Element>, Wrong> {
        syntax::characters(raw)?;
        let tag = Tag::parse(raw)?;
        if self.depth == DEPTH_MAX {
            return Err("elements are nested more than 64 deep");
        }
        if self.depth == 0 && std::mem::replace(&mut self.had_root, true) {
            return Err("a second root element follows the first");
        }
        self.scope.enter(&tag, self.depth)?;
        match &mut self.record {
            Some(record) => {
                let may_be = self.inner.iter().any(|name| name == tag.name.local);
                record.records += usize::from(may_be);
                record.keep(raw.as_bytes());
            }
            None => self.start_outside(&tag, raw, empty)?,
        }
        self.depth += 1;
        if empty { self.leave("") } else { Ok(None) }
    }

    /// An element begins outside the records: a record, an ancestor of records, or anything else.
    fn start_outside(&mut self, tag: &Tag<'_>, raw: &str, empty: bool) -> Result<(), Wrong> {
        let matches = match &self.namespace {
            Some(namespace) => self.scope.uri(tag.name.prefix) == Some(namespace),
            None => true,
        };
        let on_the_way = self.route.depth() == self.depth && matches;
        let next = self.route.next(tag.name.local).filter(|_| on_the_way);
        if self.depth == 0 && next.is_none() {
            let uri = self.scope.uri(tag.name.prefix);
            let wanted = self.namespace.as_deref();
            self.hint = Some(other_root(tag.name.local, uri, &self.roots, wanted));
            return Err("the root element, or its namespace, is not the format's");
        }
        if let Some((step, cut)) = next.and_then(|step| Some((step, self.route.cut(step)?))) {
            self.begin_record(raw, step, cut);
            return Ok(());
        }
        if let Some(step) = next {
            self.route.enter(step);
            self.context = None;
            let end = raw.find(|c: char| is_blank(c) || c == '/' || c == '>');
            self.outline.open(&raw[1..end.unwrap_or(raw.len())]);
        }
        let known = self.values.enter(tag.name.local, matches)? || next.is_some();
        let taken = self.values.attributes(tag, self.outline.position())?;
        self.taken(taken);
        self.keep(raw)?;
        if !empty {
            self.values.begins(self.outline.position());
        }
        if !known && self.route.depth() == self.depth && !self.is_ignored(tag.name.local) {
            self.unknown("an element between the records is not known");
        }
        Ok(())
    }

    fn begin_record(&mut self, raw: &str, step: usize, cut: usize) {
        self.outline.record();
        let context = match &self.context {
            Some(context) => context.clone(),
            None => self.new_context(),
        };
        self.values.record();
        self.record = Some(Record {
            cut,
            depth: self.depth,
            bytes: raw.as_bytes().to_vec(),
            path: self.route.counted(step).into(),
            context,
            records: 1,
            too_large: false,
        });
    }

    fn new_context(&mut self) -> Arc<Context> {
        let (inherited, conflicts) = self.values.inherited();
        let mut scope = self.scope.clone();
        // The record's own declarations are read again with the record.
        scope.leave(self.depth);
        let context = Arc::new(Context {
            scope,
            inherited,
            conflicts,
            ..self.outline.context()
        });
        self.context = Some(context.clone());
        context
    }

    fn close(&mut self, raw: &str) -> Result<Option<Element>, Wrong> {
        if self.depth == 0 {
            return Err("an end tag has no start tag of its name before it");
        }
        self.leave(raw)
    }

    /// The innermost element ends, with this end tag (blank after an empty-element tag).
    fn leave(&mut self, raw: &str) -> Result<Option<Element>, Wrong> {
        self.depth -= 1;
        self.scope.leave(self.depth);
        if let Some(mut record) = self.record.take() {
            record.keep(raw.as_bytes());
            if record.depth < self.depth {
                self.record = Some(record);
                return Ok(None);
            }
            return Ok(Some(record.finish()));
        }
        let taken = self.values.leave(self.outline.position())?;
        if raw.is_empty() {
            // An empty-element tag has no inside that could be replaced.
            self.taken(Taken {
                edits: Vec::new(),
                ..taken
            });
        } else {
            self.taken(taken);
        }
        self.keep(raw)?;
        if self.route.depth() > self.depth {
            self.route.leave();
            self.context = None;
            self.outline.close();
        }
        Ok(None)
    }

    fn taken(&mut self, taken: Taken) {
        if taken.changed {
            self.context = None;
        }
        for edit in taken.edits {
            self.outline.edit(edit);
        }
    }

    fn is_ignored(&self, local: &str) -> bool {
        let lower = local.to_lowercase();
        self.ignored.contains(&lower)
    }

    fn unknown(&mut self, message: &'static str) {
        if self.refuse_unknown && self.unknown.is_none() {
            let place = Place::Line {
                line: self.line,
                column: 0,
            };
            let finding = Finding::new(Code::UnknownField).at(place).saying(message);
            self.unknown = Some(finding);
        }
    }
}

impl Record {
    fn keep(&mut self, bytes: &[u8]) {
        if self.bytes.len() + bytes.len() > RECORD_MAX {
            self.too_large = true;
            self.bytes = Vec::new();
        }
        if !self.too_large {
            self.bytes.extend_from_slice(bytes);
        }
    }

    fn finish(self) -> Element {
        let place = Place::Path(self.path.clone());
        let large = Finding::new(Code::RecordTooLarge)
            .at(place)
            .hinting("look for a missing end tag at this place, or send the record in parts");
        Element {
            bytes: self.bytes,
            path: self.path,
            findings: if self.too_large {
                vec![large]
            } else {
                Vec::new()
            },
            context: self.context,
            cut: self.cut,
            records: self.records,
        }
    }
}

fn is_too_long(error: &std::io::Error) -> bool {
    error
        .get_ref()
        .is_some_and(<dyn std::error::Error + Send + Sync>::is::<TooLong>)
}
