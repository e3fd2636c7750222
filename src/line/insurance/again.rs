//! What a bank tells of premiums again: see [`crate::line::again`].

use anyhow::Result;

use super::{TOLD, apart};
use crate::line::{Context, Store, again};
use crate::model::{Fields, Instruction};

/// All that a bank tells money apart by, or a collection that failed.
pub(super) fn key(kind: &str, fields: &Fields) -> Option<String> {
    let is_meant = apart::is_money(kind) || kind == "insurance.collection-failed";
    again::key(kind, fields).filter(|_| is_meant)
}

/// Whether the line has this from another file.
pub(super) fn is_told(
    instruction: &Instruction,
    store: &mut dyn Store,
    context: &Context<'_>,
) -> Result<bool> {
    match key(instruction.kind.name, &instruction.fields) {
        Some(key) => again::is_told(TOLD, &key, store, context),
        None => Ok(false),
    }
}
