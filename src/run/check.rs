//! What a run would do with some files, without doing it.
