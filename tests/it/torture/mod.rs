//! The promises of docs/safety.md, each by many trials, and for each a broken promise that its test must notice.
//!
//! What takes long is there with the feature `torture` alone. `SLUSS_TRIALS` says how many trials: `ci`, `full`
//! (without it, too), or a number.

#[cfg(feature = "torture")]
mod disk;
#[cfg(feature = "torture")]
mod end;
#[cfg(feature = "torture")]
mod errors;
#[cfg(feature = "torture")]
mod full;
#[cfg(feature = "torture")]
mod kill;
pub(crate) mod left;
#[cfg(feature = "torture")]
mod night;
#[cfg(feature = "torture")]
mod power;
#[cfg(feature = "torture")]
mod trace;
#[cfg_attr(
    not(feature = "torture"),
    allow(dead_code, reason = "few trials need all of it")
)]
pub(crate) mod trials;
#[cfg(feature = "torture")]
mod twice;
