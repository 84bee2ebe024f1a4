//! The threads on which expressions are evaluated.
//!
//! An expression recurses as deep as it is nested, and the stack of an ordinary thread is made for less than the depth
//! that a control may have. So evaluation always takes place on threads of its own, whoever asks for it.

use rayon::{ThreadPool, ThreadPoolBuilder};
use std::sync::LazyLock;

/// Room for the deepest expression that is let in, even without optimisation. Only what is used becomes memory.
const STACK: usize = 64 << 20;

static WORKERS: LazyLock<Option<ThreadPool>> =
    LazyLock::new(|| ThreadPoolBuilder::new().stack_size(STACK).build().ok());

/// Does the work on threads with room for any expression; where there can be none, on those that there are.
pub fn with_room<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    match &*WORKERS {
        Some(workers) => workers.install(work),
        None => work(),
    }
}
