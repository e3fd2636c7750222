//! The rules beside the table.
