//! Any text may be put to the policy parser; `fixtures/iam` makes a good first corpus.
//!
//! Run with `cargo +nightly fuzz run policy -- -max_total_time=60`.

#![no_main]

#[path = "../targets.rs"]
#[allow(dead_code, reason = "the other targets have their own")]
mod targets;

libfuzzer_sys::fuzz_target!(|text: &str| targets::policy(text));
