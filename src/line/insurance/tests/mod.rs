//! The insurance line against a book in memory.

mod book;
mod cancelling;
mod cells;
mod collecting;
mod customers;
mod keeping;
mod model;
mod parties;
mod payers;
mod premiums;
mod registering;
mod showing;
mod time;

use book::{Desk, OTHER_PERSON, PERSON, codes, day, events, register};
