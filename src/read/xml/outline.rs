//! What stands around the records: kept so that rejected records can be sent back inside the document they came in.
//!
//! Level 0 is the document, level 1 its root, and so on down to the records' parent. Each level has a lead (its start
//! tag and all before its first record or deeper level) and, when it has closed, a tail (all after the last of these,
//! its end tag included). What stands between records is not kept.

use std::sync::Arc;

/// What surrounds records may hold this many bytes a piece.
const SEGMENT_MAX: usize = 1 << 20;

/// A piece of a document, decoded, and where control values stand in it.
#[derive(Debug, Default)]
pub(crate) struct Segment {
    /// The text.
    pub(crate) bytes: Vec<u8>,
    /// Where the value of a control stands.
    pub(crate) edits: Vec<Edit>,
}

/// Where a control's value stands in a segment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Edit {
    /// First byte of the value.
    pub(crate) start: usize,
    /// One past its last byte.
    pub(crate) end: usize,
    /// Which control of the format.
    pub(crate) control: usize,
}

/// What a record stands in. Shared by the records of one parent.
#[derive(Debug, Default)]
pub struct Context {
    /// The leads of all levels, outermost first.
    pub(crate) leads: Vec<Arc<Segment>>,
    /// The levels' names as written, for closing them; the document's is blank.
    pub(crate) names: Vec<String>,
    /// The namespaces in force.
    pub(super) scope: super::scope::Scope,
    /// The fields inherited from before the records, by their number in the format.
    pub(super) inherited: Vec<(usize, String)>,
    /// Fields whose inherited value stands more than once.
    pub(super) conflicts: Vec<usize>,
}

/// The levels' tails, each with the lead of the level that it closes.
#[derive(Debug, Default)]
pub(crate) struct Tails(pub(crate) Vec<Option<(Arc<Segment>, Segment)>>);

/// Follows the cutter through the document.
#[derive(Debug, Default)]
pub(super) struct Outline {
    leads: Vec<Arc<Segment>>,
    names: Vec<String>,
    tails: Vec<Option<(Arc<Segment>, Segment)>>,
    current: Segment,
    /// Whether `current` follows a record or level, and so is a tail if anything.
    after: bool,
    overflow: bool,
}

impl Outline {
    pub(super) fn new() -> Self {
        Self {
            names: vec![String::new()],
            ..Self::default()
        }
    }

    fn level(&self) -> usize {
        self.names.len() - 1
    }

    /// Length of the current piece: where the next bytes will stand.
    pub(super) fn position(&self) -> usize {
        self.current.bytes.len()
    }

    /// Adds bytes that belong to no record. False: too much stands before the first record.
    pub(super) fn add(&mut self, bytes: &[u8]) -> bool {
        if self.current.bytes.len() + bytes.len() <= SEGMENT_MAX && !self.overflow {
            self.current.bytes.extend_from_slice(bytes);
            return true;
        }
        self.overflow = true;
        self.current = Segment::default();
        self.after
    }

    /// Notes where a control's value stands.
    pub(super) fn edit(&mut self, edit: Edit) {
        if !self.overflow {
            self.current.edits.push(edit);
        }
    }

    /// A deeper level begins; its start tag is not added yet.
    pub(super) fn open(&mut self, name: &str) {
        self.freeze();
        self.names.push(name.to_owned());
        self.leads.truncate(self.level());
        self.tails.truncate(self.level());
        self.start(false);
    }

    /// A record begins.
    pub(super) fn record(&mut self) {
        self.freeze();
        self.start(true);
    }

    /// The innermost level ended; its end tag is added.
    pub(super) fn close(&mut self) {
        let level = self.level();
        if self.after {
            self.keep_tail(level);
        }
        self.names.pop();
        self.start(true);
    }

    /// The document ended.
    pub(super) fn finish(mut self) -> Tails {
        if self.after {
            self.keep_tail(0);
        }
        Tails(self.tails)
    }

    /// What a record that begins now stands in.
    pub(super) fn context(&self) -> Context {
        // A deeper level may have closed before this record.
        let open = self.leads.len().min(self.names.len());
        Context {
            leads: self.leads[..open].to_vec(),
            names: self.names.clone(),
            ..Context::default()
        }
    }

    fn keep_tail(&mut self, level: usize) {
        let Some(lead) = self.leads.get(level) else {
            return;
        };
        while self.tails.len() <= level {
            self.tails.push(None);
        }
        // A tail that is too long to keep is left to the writer, who closes the level by its name.
        if !self.overflow {
            self.tails[level] = Some((lead.clone(), std::mem::take(&mut self.current)));
        }
    }

    fn freeze(&mut self) {
        if !self.after {
            self.leads.truncate(self.level());
            self.leads.push(Arc::new(std::mem::take(&mut self.current)));
        }
    }

    fn start(&mut self, after: bool) {
        self.current = Segment::default();
        self.after = after;
        self.overflow = false;
    }
}
