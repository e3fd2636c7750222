//! What a run tells whoever started it.

use serde_json::Value;

/// What a run did.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// The batches, in the order in which they were taken: summary.json of each.
    pub batches: Vec<Value>,
    /// Files that wait, and for what.
    pub waiting: Vec<Waiting>,
    /// What the operator should look at.
    pub warnings: Vec<String>,
}

/// A file that was not taken yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Whose.
    pub partner: String,
    /// Its name.
    pub file: String,
    /// What it waits for.
    pub reason: String,
}

impl Report {
    /// Adds another part of the run.
    pub(super) fn join(&mut self, part: Self) {
        self.batches.extend(part.batches);
        self.waiting.extend(part.waiting);
        self.warnings.extend(part.warnings);
    }

    /// Whether anything was rejected or quarantined: exit code 1.
    pub fn has_faults(&self) -> bool {
        self.batches.iter().any(|batch| {
            matches!(
                batch["status"].as_str(),
                Some("partial" | "rejected" | "quarantined")
            )
        })
    }
}

/// Why a run could not do its work.
#[derive(Debug)]
pub enum RunError {
    /// Another run holds the site: exit code 3.
    Held,
    /// Wrong use or settings: exit code 2. One line a fault.
    Wrong(String),
    /// The world failed: exit code 4; running again is safe.
    World(anyhow::Error),
}

impl From<anyhow::Error> for RunError {
    fn from(error: anyhow::Error) -> Self {
        Self::World(error)
    }
}

impl From<crate::site::SiteError> for RunError {
    fn from(error: crate::site::SiteError) -> Self {
        if error.is_usage() {
            Self::Wrong(error.to_string())
        } else {
            Self::World(error.into())
        }
    }
}

impl std::fmt::Display for RunError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Held => f.write_str("another run holds this site; nothing was done"),
            Self::Wrong(what) => f.write_str(what),
            Self::World(error) => write!(f, "{error:#}"),
        }
    }
}

impl std::error::Error for RunError {}
