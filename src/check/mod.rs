//! From what a reader found to a typed instruction and all findings of the record by itself. Pure: no book, no clock.
//!
//! [`record()`] is the way in; [`value`] reads one field by its type; [`number`] knows the numbers that carry their own
//! proof (identity, account, reference).

pub mod card;
mod conceal;
mod digest;
mod locate;
mod name;
pub mod number;
mod order;
mod profile;
mod record;
mod sensitive;
mod several;
pub mod value;

pub use conceal::of_batch as conceal_batch;
pub use locate::locate;
pub use name::hide_name;
pub use order::Order;
pub use profile::{Profile, Rules};
pub use sensitive::holds_identity;
pub use several::record;
