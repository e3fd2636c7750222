//! See `targets.rs`.
#![no_main]

#[path = "../targets.rs"]
#[expect(dead_code, reason = "one target of several")]
mod targets;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| targets::excel(bytes));
