//! From what a reader found to a typed instruction and all findings of the record by itself. Pure: no book, no clock.
