//! Cuts a document into its records, one after another, and checks on the way that it is well formed: a document that
//! is not is refused as a whole, since what was cut off or mixed up cannot be known.

use std::io::Read;
use std::sync::Arc;

use super::charset::{Charset, has_mark};
use super::fault::{malformed, other_root, roots};
use super::input::Input;
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
pub(super) struct Record {
    cut: usize,
    depth: usize,
    /// Its bytes from blocks before the one in hand.
    bytes: Vec<u8>,
    /// Where the others begin in that one.
    pub(super) from: usize,
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
    pub(super) input: Input,
    /// The names of the open elements, one behind the other, and where each ends.
    open: (String, Vec<usize>),
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
    /// The line of what is at hand, and up to where in the block lines are counted.
    pub(super) line: u64,
    pub(super) counted: usize,
    depth: usize,
    begun: bool,
    had_root: bool,
    scope: Scope,
    outline: Outline,
    values: Values,
    context: Option<Arc<Context>>,
    pub(super) record: Option<Record>,
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
            input,
            open: Default::default(),
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
            counted: 0,
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
        self.input.charset().clone()
    }

    /// What the document says; only after [`Cutter::cut`] said that it is over.
    pub(super) fn ended(self) -> Ended {
        Ended {
            stated: self.values.stated(),
            tails: self.outline.finish(),
            unknown: self.unknown,
        }
    }

    pub(super) fn wrong(&self, wrong: Wrong) -> Fault {
        malformed(wrong, self.line, self.hint.as_deref())
    }

    pub(super) fn end(&self) -> Result<(), Wrong> {
        if self.depth > 0 {
            return Err("the file ends before its elements do; was it cut off?");
        }
        if !self.had_root {
            return Err("the file holds no element");
        }
        Ok(())
    }

    pub(super) fn take(
        &mut self,
        piece: Piece,
        (text, at, end): (&str, usize, usize),
    ) -> Result<Option<Element>, Wrong> {
        let raw = &text[at..end];
        let first = !std::mem::replace(&mut self.begun, true);
        match piece {
            Piece::Start => {
                self.start(raw, at, false)?;
                return Ok(None);
            }
            Piece::Empty => {
                self.start(raw, at, true)?;
                return self.leave("", (text, end));
            }
            Piece::End => return self.close(raw, (text, end)),
            Piece::Text | Piece::CData | Piece::Reference => self.text(piece, raw)?,
            Piece::Comment => syntax::comment(raw)?,
            Piece::Instruction => syntax::instruction(raw)?,
            Piece::Declaration if first => syntax::declaration(raw)?,
            Piece::Declaration => {
                return Err("an XML declaration stands where none may stand");
            }
            Piece::DocType => return Err("a DOCTYPE is not taken"),
            Piece::Eof => unreachable!("the end is no piece"),
        }
        self.keep(raw)?;
        Ok(None)
    }

    /// Adds bytes to what stands around the records, unless one is being cut.
    fn keep(&mut self, raw: &str) -> Result<(), Wrong> {
        if self.record.is_some() {
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
        if piece != Piece::Reference && !self.input.is_clean() {
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

    fn start(&mut self, raw: &str, at: usize, empty: bool) -> Result<(), Wrong> {
        if !self.input.is_clean() {
            syntax::characters(raw)?;
        }
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
            }
            None => self.start_outside(&tag, (raw, at), empty)?,
        }
        self.depth += 1;
        let (names, ends) = &mut self.open;
        names.push_str(tag.name.qualified);
        ends.push(names.len());
        Ok(())
    }

    /// An element begins outside the records: a record, an ancestor of records, or anything else.
    fn start_outside(
        &mut self,
        tag: &Tag<'_>,
        (raw, at): (&str, usize),
        empty: bool,
    ) -> Result<(), Wrong> {
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
            self.begin_record(at, step, cut);
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

    fn begin_record(&mut self, at: usize, step: usize, cut: usize) {
        self.outline.record();
        let context = match &self.context {
            Some(context) => context.clone(),
            None => self.new_context(),
        };
        self.values.record();
        self.record = Some(Record {
            cut,
            depth: self.depth,
            bytes: Vec::new(),
            from: at,
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

    fn close(&mut self, raw: &str, end: (&str, usize)) -> Result<Option<Element>, Wrong> {
        const LONE: Wrong = "an end tag has no start tag of its name before it";
        let name = raw.strip_prefix("</").and_then(|raw| raw.strip_suffix('>'));
        let name = name.unwrap_or_default().trim_end_matches(is_blank);
        let (names, ends) = &self.open;
        let before = ends.len().checked_sub(2).map_or(0, |outer| ends[outer]);
        if self.depth == 0 || names[before..] != *name {
            return Err(LONE);
        }
        self.leave(raw, end)
    }

    /// The innermost element ends, with this end tag (blank after an empty-element tag), at this byte of a text.
    fn leave(&mut self, raw: &str, (text, end): (&str, usize)) -> Result<Option<Element>, Wrong> {
        self.depth -= 1;
        self.scope.leave(self.depth);
        let (names, ends) = &mut self.open;
        ends.pop();
        names.truncate(ends.last().copied().unwrap_or(0));
        match &mut self.record {
            Some(record) if record.depth < self.depth => return Ok(None),
            Some(record) => record.keep(&text.as_bytes()[record.from..end]),
            None => {}
        }
        if let Some(record) = self.record.take() {
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
    pub(super) fn keep(&mut self, bytes: &[u8]) {
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
