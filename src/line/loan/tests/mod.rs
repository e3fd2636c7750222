//! The loan line against a book in memory.
