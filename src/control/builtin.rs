//! The control files that are part of the program, as `build.rs` found them.

include!(concat!(env!("OUT_DIR"), "/controls.rs"));

/// Every embedded file below `controls/`, as path and text, sorted by path.
pub fn files() -> &'static [(&'static str, &'static str)] {
    FILES
}
