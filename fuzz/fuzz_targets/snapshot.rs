//! Any file may be read as a snapshot; `fixtures/snapshots` makes a good first corpus.
//!
//! Run with `cargo +nightly fuzz run snapshot -- -max_total_time=60`.

#![no_main]

#[path = "../targets.rs"]
#[allow(dead_code, reason = "the other targets have their own")]
mod targets;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| targets::snapshot(bytes));
