//! Payment and loan protection insurance.

mod kinds;
mod product;
mod words;

use anyhow::Result;

use super::{Context, Space, Store};
use crate::model::{Decision, Fields, Finding, Instruction, KindSpec};

pub use kinds::KINDS;
pub use product::Product;

/// Name spaces of its keys.
pub const SPACES: &[Space] = &[];

/// See [`super::check`].
pub fn check(_kind: &KindSpec, _fields: &Fields) -> Vec<Finding> {
    Vec::new()
}

/// See [`super::keys`].
pub fn keys(_instruction: &Instruction, _add: &mut dyn FnMut(Space, &str)) {}

/// See [`super::decide`].
pub fn decide(
    _instruction: &Instruction,
    _store: &mut dyn Store,
    _context: &Context<'_>,
) -> Result<Decision> {
    anyhow::bail!("no kinds yet")
}

/// See [`super::carry_out`].
pub fn carry_out(
    _space: Space,
    _key: &str,
    _what: &str,
    _store: &mut dyn Store,
    _context: &Context<'_>,
) -> Result<Option<Decision>> {
    Ok(None)
}
