//! The credit-life line against a book in memory.

mod book;
mod cells;
mod creating;
mod disbursing;
mod model;
mod refunds;
mod settings;
mod shapes;
mod showing;

use book::{Desk, PERSON, codes, create, day, insured, told};
