//! Any two patterns and any text: matching ends, and covering, meeting and instances agree with it.
//!
//! Run with `cargo +nightly fuzz run pattern -- -max_total_time=60`. The input is three lines: pattern, pattern, text.

#![no_main]

use bedrock_audit::iam::pattern::Pattern;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &str| {
    let mut lines = input.splitn(3, '\n');
    let (Some(one), Some(other), Some(text)) = (lines.next(), lines.next(), lines.next()) else { return };
    if one.len() + other.len() > 400 {
        return;
    }
    let (one, other) = (Pattern::glob(one), Pattern::glob(other));
    assert!(one.matches(&one.instantiate("filler")));
    if one.covers(&other) && other.matches(text) {
        assert!(one.matches(text));
    }
    if one.matches(text) && other.matches(text) {
        assert!(one.intersects(&other));
    }
});
