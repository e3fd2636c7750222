//! Tests of the card line, against a book in memory.

mod adding;
mod book;
mod cells;
mod closing;
mod creating;
mod keeping;
mod model;
mod shapes;
mod wanted;

use book::{Desk, codes, create, events};
