//! Answers: what they say, how they are named, written and published, and the input put away.

pub mod answers;
pub mod collect;
pub mod names;
pub mod publish;
pub mod rejected;
