//! The credit-life line against a book in memory.
