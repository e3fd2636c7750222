//! Reads a TOML table key by key, and reports every fault with line and column.
