//! Payment and loan protection insurance.

use anyhow::Result;

use super::{Context, Space, Store};
use crate::model::{Decision, Fields, Finding, Instruction, KindSpec};

/// What it can be asked for.
pub const KINDS: &[KindSpec] = &[];

/// Name spaces of its keys.
pub const SPACES: &[Space] = &[];

/// Settings of an insurance product.
#[derive(Clone, Debug, Default)]
pub struct Product {}

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
