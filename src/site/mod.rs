//! A site: its settings, its folders, its lock.

pub mod settings;
