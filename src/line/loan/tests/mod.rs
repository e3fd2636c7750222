//! The loan line against a book in memory.

mod billing;
mod book;
mod cells;
mod contracts;
mod finding;
mod model;
mod persons;
mod reopening;
mod repaying;
mod reversing;
mod second;
mod shapes;
mod showing;

use book::{Desk, codes, day, ocr};
