//! Any two patterns and any text.
//!
//! Run with `cargo +nightly fuzz run pattern -- -max_total_time=60`.

#![no_main]

#[path = "../targets.rs"]
#[allow(dead_code, reason = "the other targets have their own")]
mod targets;

libfuzzer_sys::fuzz_target!(|text: &str| targets::pattern(text));
