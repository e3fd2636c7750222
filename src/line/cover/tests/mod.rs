//! The cover line against a book in memory.
