//! The cover line against a book in memory.

mod book;
mod buyers;
mod cells;
mod claims;
mod hostile;
mod model;
mod naming;
mod quotes;
mod requests;
mod shapes;
mod showing;
mod time;

use book::{Desk, codes, connect, day, events, instant, insure, reinsure};
