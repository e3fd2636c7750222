//! The promises about what partners send: content, names, uploads, totals, what leaks, who sees whom. Real files, real
//! books, the real program. `docs/safety.md` lists them with their figures.
//!
//! Every promise has a control beside it: something that breaks it, and that the same check must catch. With the feature
//! `torture` there are more trials, as many as `SLUSS_TRIALS` says (see `torture`).

mod access;
mod cases;
mod content;
mod fuzz;
mod isolation;
#[cfg(feature = "torture")]
mod leaks;
mod measure;
mod names;
mod neighbours;
mod place;
mod same_bytes;
mod totals;
mod uploads;

/// How many trials of a promise this run makes: few beside the other tests; with the feature `torture` as many as CI or
/// the full numbers want.
fn trials(few: usize, ci: usize, full: usize) -> usize {
    if cfg!(feature = "torture") {
        crate::torture::trials::trials(ci, full)
    } else {
        few
    }
}
