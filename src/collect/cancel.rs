//! How a collection ends early: the user, the clock, or credentials that ran out.
//!
//! Whoever stops it only says why. Calls in flight are dropped, later ones are not made, and each of them becomes a
//! gap with that reason, so that nothing which was read is lost and nothing unread looks empty.

use std::sync::Arc;
use tokio::sync::watch;

/// Why a collection was stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// Somebody asked for it.
    Interrupted,
    /// The time for the whole collection was over.
    Deadline,
    /// The credentials ended.
    Credentials,
}

/// A handle that stops a collection. Clones stop the same one.
#[derive(Debug, Clone)]
pub struct Cancel(Arc<watch::Sender<Option<Stop>>>);

impl Default for Cancel {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(None)))
    }
}

impl Cancel {
    /// Stops the collection for `reason`; the first reason stays.
    pub fn stop(&self, reason: Stop) {
        self.0.send_if_modified(|now| {
            let first = now.is_none();
            now.get_or_insert(reason);
            first
        });
    }

    /// Why the collection was stopped, if it was.
    pub fn reason(&self) -> Option<Stop> {
        *self.0.borrow()
    }

    /// Waits until the collection is stopped, perhaps for ever.
    pub async fn stopped(&self) -> Stop {
        let mut watcher = self.0.subscribe();
        loop {
            if let Some(reason) = *watcher.borrow_and_update() {
                return reason;
            }
            if watcher.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_first_reason_stays() {
        let cancel = Cancel::default();
        assert_eq!(cancel.reason(), None);
        cancel.stop(Stop::Deadline);
        cancel.clone().stop(Stop::Interrupted);
        assert_eq!(cancel.stopped().await, Stop::Deadline);
    }
}
