//! The insurance line against a book in memory.

mod book;
mod cells;
mod rules;

use book::{Desk, codes, events};
