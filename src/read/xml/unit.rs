//! An element that holds several records, as a tree: what a record is may stand anywhere in it, before or after.

use std::borrow::Cow;

use super::fill::line_ends;
use super::layout::XmlLayout;
use super::piece::{Piece, Pieces, content};
use super::plan::Path;
use super::syntax::{Tag, Wrong, is_blank, value_text};
use crate::format::Positions;
use crate::read::Element;

const BROKEN: Wrong = "markup is not well formed";

/// Says in a file of rejected records which ones are asked for, where the others of their element were accepted:
/// `<?sluss only card?>`.
pub(super) const MARK: &str = "<?sluss";

/// The tree; its first node is the element itself.
pub(super) struct Unit<'c> {
    pub(super) nodes: Vec<Node<'c>>,
    /// The mark, if there is one: where it stands, and what it says.
    pub(super) mark: Option<(usize, usize, &'c str)>,
}

/// One element.
pub(super) struct Node<'c> {
    pub(super) parent: usize,
    pub(super) local: &'c str,
    /// Whether it is in the format's namespace.
    pub(super) matches: bool,
    /// Its own text, without that of elements in it.
    pub(super) text: Cow<'c, str>,
    pub(super) attributes: Vec<(&'c str, Cow<'c, str>)>,
    pub(super) children: Vec<usize>,
    /// Where its start tag begins.
    pub(super) start: usize,
    /// Where what is in it begins.
    pub(super) inside: usize,
    /// One past its end tag.
    pub(super) end: usize,
}

/// What a path leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    Nothing,
    One(usize),
    Several,
}

impl<'c> Unit<'c> {
    /// Reads an element's bytes.
    pub(super) fn parse(layout: &XmlLayout, element: &'c Element) -> Result<Self, Wrong> {
        let source = std::str::from_utf8(&element.bytes).map_err(|_| BROKEN)?;
        let mut unit = Self {
            nodes: Vec::new(),
            mark: None,
        };
        let around = element.context.names.len().saturating_sub(1);
        let mut scope = element.context.scope.clone();
        let mut open: Vec<usize> = Vec::new();
        let mut pieces = Pieces::of(source);
        loop {
            let (piece, place) = pieces.next().map_err(|_| BROKEN)?;
            let (start, end) = (place.start, place.end);
            let raw = source.get(place).ok_or(BROKEN)?;
            match piece {
                Piece::Start | Piece::Empty => {
                    let tag = Tag::parse(raw)?;
                    let matches = match &layout.namespace {
                        None => true,
                        Some(namespace) => {
                            scope.enter(&tag, around + open.len())?;
                            scope.uri(tag.name.prefix) == Some(namespace)
                        }
                    };
                    let node = unit.add(&tag, open.last().copied(), matches, start, end)?;
                    if piece == Piece::Start {
                        open.push(node);
                    }
                }
                Piece::End => {
                    let node = open.pop().ok_or(BROKEN)?;
                    unit.nodes[node].end = end;
                }
                Piece::Text | Piece::CData | Piece::Reference => {
                    unit.text(*open.last().ok_or(BROKEN)?, piece, raw)?;
                }
                Piece::Instruction if open.len() == 1 => {
                    let says = raw
                        .strip_prefix(MARK)
                        .and_then(|rest| rest.strip_suffix("?>"));
                    let says = says.filter(|says| says.starts_with(is_blank));
                    unit.mark = says.map(|says| (start, end, says)).or(unit.mark);
                }
                Piece::Eof => break,
                Piece::Comment | Piece::Instruction | Piece::Declaration | Piece::DocType => {}
            }
        }
        if unit.nodes.is_empty() {
            return Err(BROKEN);
        }
        Ok(unit)
    }

    fn add(
        &mut self,
        tag: &Tag<'c>,
        parent: Option<usize>,
        matches: bool,
        start: usize,
        end: usize,
    ) -> Result<usize, Wrong> {
        let plain = tag.attributes.iter().filter(|a| !a.is_technical());
        let attributes: Result<Vec<_>, Wrong> = plain
            .map(|a| Ok((a.name.local, value_text(a.raw)?)))
            .collect();
        let node = self.nodes.len();
        self.nodes.push(Node {
            parent: parent.unwrap_or(0),
            local: tag.name.local,
            matches,
            text: Cow::Borrowed(""),
            attributes: attributes?,
            children: Vec::new(),
            start,
            inside: end,
            end,
        });
        if let Some(parent) = parent {
            self.nodes[parent].children.push(node);
        }
        Ok(node)
    }

    fn text(&mut self, node: usize, piece: Piece, raw: &'c str) -> Result<(), Wrong> {
        let text = match piece {
            Piece::CData => {
                let inside = raw
                    .strip_prefix("<![CDATA[")
                    .and_then(|r| r.strip_suffix("]]>"));
                line_ends(inside.ok_or(BROKEN)?)
            }
            Piece::Reference => Cow::Owned(content(piece, raw, &mut [0; 4])?.to_owned()),
            _ => line_ends(raw),
        };
        let own = &mut self.nodes[node].text;
        if own.is_empty() {
            *own = text;
        } else {
            own.to_mut().push_str(&text);
        }
        Ok(())
    }

    /// The node some elements further out; that of the element itself is the outermost.
    pub(super) fn up(&self, from: usize, by: usize) -> usize {
        (0..by).fold(from, |node, _| self.nodes[node].parent)
    }

    /// What a path leads to from a node, up the path's own steps not counted. An element without the path's attribute is
    /// none.
    pub(super) fn select(&self, from: usize, path: &Path) -> Found {
        let mut found = Found::Nothing;
        self.each(from, &path.steps, &mut |node| {
            if self.value(node, path).is_some() {
                found = match found {
                    Found::Nothing => Found::One(node),
                    Found::One(_) | Found::Several => Found::Several,
                };
            }
            found != Found::Several
        });
        found
    }

    /// Every node that these steps lead to, until it is enough.
    pub(super) fn each(
        &self,
        from: usize,
        steps: &[(String, Option<Positions>)],
        take: &mut dyn FnMut(usize) -> bool,
    ) -> bool {
        let Some(((name, position), rest)) = steps.split_first() else {
            return take(from);
        };
        let mut nth = 0;
        for &child in &self.nodes[from].children {
            let node = &self.nodes[child];
            if !node.matches || node.local != name {
                continue;
            }
            nth += 1;
            if position.is_none_or(|(first, last)| (first..=last).contains(&nth))
                && !self.each(child, rest, take)
            {
                return false;
            }
        }
        true
    }

    /// What stands at a node as a path means it: its text, or an attribute.
    pub(super) fn value(&self, node: usize, path: &Path) -> Option<&Cow<'c, str>> {
        let node = &self.nodes[node];
        match &path.attribute {
            None => Some(&node.text),
            Some(wanted) => {
                let found = node.attributes.iter().find(|(name, _)| name == wanted);
                found.map(|(_, text)| text)
            }
        }
    }
}
