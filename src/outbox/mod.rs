//! Answers: how they are named, written, published, and the input put away.

pub mod names;
pub mod publish;
