//! From one record's bytes to its fields: a walk through its elements.

use std::borrow::Cow;

use super::charset::has_mark;
use super::fill::{Filling, line_ends};
use super::layout::XmlLayout;
use super::piece::{Piece, Pieces, content};
use super::scope::Scope;
use super::syntax::{Tag, Wrong, value_text};
use super::tree::{Named, Part, Tree};
use crate::code::Code;
use crate::format::Unknown;
use crate::model::{Finding, Place, Source};
use crate::read::{Element, RawRecord};

/// An open element of a record.
struct Open<'c> {
    local: &'c str,
    known: Known,
    text: Cow<'c, str>,
    has_children: bool,
    /// How many children of each name it has had, where positions count.
    had: Vec<(&'c str, u32)>,
}

/// What the format knows of an element.
#[derive(Clone, Copy)]
enum Known {
    /// The record itself, of a format that goes by names.
    Record,
    /// It is a field by its own name.
    Field(Named),
    /// A node of the format's paths.
    Node(usize),
    /// Nothing.
    Not,
}

/// A walk through one record.
pub(super) struct Walk<'c> {
    element: &'c Element,
    layout: &'c XmlLayout,
    filling: Filling<'c>,
    /// Texts of fields that are joined of several.
    joined: Vec<(Part, Cow<'c, str>)>,
    open: Vec<Open<'c>>,
    scope: Scope,
    /// How many elements stand around the record.
    around: usize,
}

impl<'c> Walk<'c> {
    /// Before the first step. `at`: the record's number in its chunk.
    pub(super) fn new(layout: &'c XmlLayout, at: usize, element: &'c Element) -> Self {
        Self {
            element,
            layout,
            filling: Filling::new(
                layout,
                element,
                layout.record(element.path.clone()),
                Source::Item(at),
            ),
            joined: Vec::new(),
            open: Vec::new(),
            scope: element.context.scope.clone(),
            around: element.context.names.len().saturating_sub(1),
        }
    }

    /// The record.
    pub(super) fn record(mut self) -> RawRecord<'c> {
        for (field, text) in &self.element.context.inherited {
            self.filling.put(*field, Cow::Borrowed(text));
        }
        for &field in &self.element.context.conflicts {
            self.filling.conflict(field);
        }
        let source = std::str::from_utf8(&self.element.bytes).unwrap_or_default();
        if self.read(source).is_err() {
            // The cutter has seen these bytes; that they do not read the same again is not expected.
            self.filling.wrong(Code::Malformed);
        }
        if has_mark(source) && !self.filling.undecodable {
            self.filling.wrong(Code::Undecodable);
        }
        self.join();
        self.filling.finish(|_| true)
    }

    fn read(&mut self, source: &'c str) -> Result<(), Wrong> {
        const BROKEN: Wrong = "markup is not well formed";
        let mut pieces = Pieces::of(source);
        // A carriage return is rare, and looking for one in each of the texts costs more.
        let has_returns = source.contains('\r');
        let as_read = |text: &'c str| {
            if has_returns {
                line_ends(text)
            } else {
                Cow::Borrowed(text)
            }
        };
        loop {
            let (piece, place) = pieces.next().map_err(|_| BROKEN)?;
            let raw = source.get(place).ok_or(BROKEN)?;
            match piece {
                Piece::Start | Piece::Empty => {
                    self.enter(raw)?;
                    if piece == Piece::Empty {
                        self.leave();
                    }
                }
                Piece::End => self.leave(),
                Piece::Text | Piece::CData => {
                    // A reference's buffer is not used by these.
                    let text = match piece {
                        Piece::CData => raw
                            .strip_prefix("<![CDATA[")
                            .and_then(|r| r.strip_suffix("]]>")),
                        _ => Some(raw),
                    };
                    self.text(as_read(text.ok_or(BROKEN)?));
                }
                Piece::Reference => {
                    let mut buffer = [0; 4];
                    self.text(Cow::Owned(content(piece, raw, &mut buffer)?.to_owned()));
                }
                Piece::Eof => return Ok(()),
                Piece::Comment | Piece::Instruction | Piece::Declaration | Piece::DocType => {}
            }
        }
    }

    fn text(&mut self, text: Cow<'c, str>) {
        let Some(open) = self.open.last_mut() else {
            return;
        };
        if open.text.is_empty() {
            open.text = text;
        } else {
            open.text.to_mut().push_str(&text);
        }
    }

    fn enter(&mut self, raw: &'c str) -> Result<(), Wrong> {
        let tag = Tag::parse(raw)?;
        let in_namespace = match &self.layout.namespace {
            None => true,
            Some(namespace) => {
                self.scope.enter(&tag, self.around + self.open.len())?;
                self.scope.uri(tag.name.prefix) == Some(namespace)
            }
        };
        let known = match self.open.last_mut() {
            None => self.root(),
            Some(parent) => {
                parent.has_children = true;
                let parent = parent.known;
                if in_namespace {
                    let nth = self.nth(parent, tag.name.local);
                    self.child(parent, &tag, nth)?
                } else {
                    Known::Not
                }
            }
        };
        self.open.push(Open {
            local: tag.name.local,
            known,
            text: Cow::Borrowed(""),
            has_children: false,
            had: Vec::new(),
        });
        self.attributes(&tag, known)
    }

    fn root(&self) -> Known {
        match self.layout.tree {
            Tree::Names(_) => Known::Record,
            Tree::Paths(_) => Known::Node(0),
        }
    }

    /// Which child of this name the open element now has, from 1; counted only where the format tells them apart.
    fn nth(&mut self, parent: Known, name: &'c str) -> u32 {
        let (Known::Node(node), Tree::Paths(nodes)) = (parent, &self.layout.tree) else {
            return 1;
        };
        let Some(open) = self.open.last_mut().filter(|_| nodes[node].positions) else {
            return 1;
        };
        if let Some((_, count)) = open.had.iter_mut().find(|(had, _)| *had == name) {
            *count += 1;
            return *count;
        }
        open.had.push((name, 1));
        1
    }

    fn child(&self, parent: Known, tag: &Tag<'_>, nth: u32) -> Result<Known, Wrong> {
        let child = match (parent, &self.layout.tree) {
            (Known::Record, Tree::Names(names)) => {
                // `<property name="LoanInterest">` is `<property.LoanInterest>`.
                let by_attribute = tag
                    .attributes
                    .iter()
                    .find(|a| !a.is_technical() && a.name.local == "name");
                let field = match by_attribute {
                    Some(attribute) => {
                        let name =
                            format!("{}.{}", tag.name.local, value_text(attribute.raw)?.trim());
                        names.get(name.as_str())
                    }
                    None => names.get(tag.name.local),
                };
                field.map(Known::Field)
            }
            (Known::Node(node), Tree::Paths(nodes)) => {
                nodes[node].child(tag.name.local, nth).map(Known::Node)
            }
            _ => None,
        };
        Ok(child.unwrap_or(Known::Not))
    }

    fn attributes(&mut self, tag: &Tag<'c>, known: Known) -> Result<(), Wrong> {
        for attribute in tag.attributes.iter().filter(|a| !a.is_technical()) {
            let local = attribute.name.local;
            let parts: Vec<Part> = match (known, &self.layout.tree) {
                (Known::Record, Tree::Names(names)) => match names.get(local) {
                    Some(Named::Field(field)) => vec![Part { field, number: 0 }],
                    Some(Named::Member(family, name)) => {
                        self.filling
                            .put_member(family, name, value_text(attribute.raw)?);
                        continue;
                    }
                    None => Vec::new(),
                },
                (Known::Field(_), _) if local == "name" => continue,
                (Known::Node(node), Tree::Paths(nodes)) => {
                    let attributes = nodes[node].attributes.iter();
                    attributes
                        .filter(|(name, _)| name == local)
                        .map(|(_, at)| *at)
                        .collect()
                }
                _ => Vec::new(),
            };
            if parts.is_empty() {
                self.unknown(Some(local));
            }
            for part in parts {
                self.put_part(part, value_text(attribute.raw)?);
            }
        }
        Ok(())
    }

    fn leave(&mut self) {
        let Some(element) = self.open.last_mut() else {
            return;
        };
        let text = std::mem::take(&mut element.text);
        let (known, has_children) = (element.known, element.has_children);
        let blank = || text.trim().is_empty();
        match (known, &self.layout.tree) {
            (Known::Field(Named::Field(field)), _) if !has_children => {
                self.filling.put(field, text);
            }
            (Known::Field(Named::Member(family, name)), _) if !has_children => {
                self.filling.put_member(family, name, text);
            }
            (Known::Node(node), Tree::Paths(nodes)) if !nodes[node].text.is_empty() => {
                for &part in &nodes[node].text {
                    self.put_part(part, text.clone());
                }
            }
            (Known::Not, _) if has_children && blank() => {}
            (Known::Not, _) => self.unknown(None),
            (Known::Record | Known::Node(_) | Known::Field(_), _) if blank() => {}
            (Known::Record | Known::Node(_) | Known::Field(_), _) => self.unknown(None),
        }
        self.open.pop();
    }

    /// One of the texts of a field.
    fn put_part(&mut self, part: Part, text: Cow<'c, str>) {
        if self.layout.format().fields[part.field]
            .convert
            .join
            .is_none()
        {
            self.filling.put(part.field, text);
        } else if self.joined.iter().any(|(known, _)| *known == part) {
            self.filling.conflict(part.field);
        } else {
            self.joined.push((part, text));
        }
    }

    /// Puts the texts together that belong to one field.
    fn join(&mut self) {
        let layout = self.layout;
        let mut joined = std::mem::take(&mut self.joined);
        joined.sort_by_key(|(part, _)| *part);
        for same in joined.chunk_by(|(a, _), (b, _)| a.field == b.field) {
            let field = same[0].0.field;
            let join = layout.format().fields[field].convert.join.as_ref();
            let separator = join.map_or("", |(separator, _)| separator);
            let texts = same.iter().map(|(_, text)| text.trim());
            let texts: Vec<&str> = texts.filter(|text| !text.is_empty()).collect();
            self.filling.put(field, Cow::Owned(texts.join(separator)));
        }
    }

    /// An attribute, or the open element, is not known: the first of a record is told.
    fn unknown(&mut self, attribute: Option<&str>) {
        let format = self.layout.format();
        let last = self.open.last().map_or("", |open| open.local);
        let name = attribute.unwrap_or(last).to_lowercase();
        let passed_over = format.unknown != Unknown::RejectBatch || format.ignored.contains(&name);
        if passed_over || !self.filling.record.batch.is_empty() {
            return;
        }
        let mut path = self.element.path.to_string();
        for open in self.open.iter().skip(1) {
            path.push('/');
            path.push_str(open.local);
        }
        if let Some(attribute) = attribute {
            path.push_str("/@");
            path.push_str(attribute);
        }
        let place = Place::Path(path.into());
        self.filling
            .record
            .batch
            .push(Finding::new(Code::UnknownField).at(place));
    }
}
