//! Takes partners' batch files once and whole, applies them to a book of record, and answers.
//!
//! Reading down this list, a module uses only modules that stand below it; `tests/it/tidy.rs` holds that.

pub mod cli;

pub mod demo;

pub mod run;

pub mod inbox;

pub mod outbox;

pub mod ledger;

pub mod site;

pub mod line;

pub mod lifecycle;

pub mod check;
pub mod read;

pub mod format;
pub mod toml_table;

pub mod os;

pub mod model;

pub mod code;
