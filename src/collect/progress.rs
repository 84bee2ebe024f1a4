//! What a user sees while a collection runs: one line on standard error, and only on a terminal.
//!
//! Behind a trait, so that a test or a pipeline sees nothing.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::time::Duration;

/// Told of how far a collection is.
pub trait Progress {
    /// So many more steps are to come.
    fn expect(&self, steps: u64);
    /// One step is over; `what` names it, for example `bedrock eu-central-1`.
    fn step(&self, what: &str);
    /// One more call was answered.
    fn call(&self) {}
    /// Nothing more will come.
    fn finish(&self) {}
}

/// Says nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {
    fn expect(&self, _steps: u64) {}
    fn step(&self, _what: &str) {}
}

/// A bar on standard error.
#[derive(Debug)]
pub struct Bar(ProgressBar);

impl Default for Bar {
    fn default() -> Self {
        Self::new()
    }
}

impl Bar {
    /// A bar that hides itself where standard error is no terminal.
    pub fn new() -> Self {
        let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr_with_hz(8));
        if let Ok(style) = ProgressStyle::with_template("{spinner} reading AWS {pos}/{len} [{elapsed}] {wide_msg}") {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(200));
        Self(bar)
    }
}

impl Progress for Bar {
    fn expect(&self, steps: u64) {
        self.0.inc_length(steps);
    }

    fn step(&self, what: &str) {
        self.0.set_message(what.to_owned());
        self.0.inc(1);
    }

    fn finish(&self) {
        self.0.finish_and_clear();
    }
}
