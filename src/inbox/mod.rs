//! Partners' inboxes: what lies there, what of it is complete, and how a file is taken.

mod claimed;
mod ready;
mod recover;
mod scan;
mod stream;
mod take;

pub use claimed::Claimed;
pub use ready::{Readiness, Sidecars};
pub use recover::{Recovered, recover, retry, without_file};
pub use scan::{Candidate, Found, Named, Naming, Scan, Warning, scan, strays};
pub use stream::{Read, Stream};
pub use take::{Left, Taken, When, claim, put_back};

#[cfg(test)]
mod tests;
