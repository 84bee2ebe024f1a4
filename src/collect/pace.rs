//! How many calls may be in flight to each service of each region, fewer where it says that it is too much.
//!
//! AWS counts calls by account, region and service, and production shares the count with an audit. So each service of a
//! region has a window of its own. It halves when the service throttles, once for all the calls that were on their way
//! by then, and grows by one with each window full of answers, as TCP shares a line. IAM and Organizations answer for
//! the whole account and allow least: their windows begin narrow. Within a window the SDK waits and tries again.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::{Semaphore, SemaphorePermit};

/// Where a window begins, and the most that it grows to.
const REGIONAL: Width = Width { first: 16, most: 24 };
const ACCOUNT_WIDE: Width = Width { first: 4, most: 8 };

#[derive(Debug, Clone, Copy)]
struct Width {
    first: usize,
    most: usize,
}

/// The windows of one collection, by the name and region that requests are signed for.
#[derive(Debug, Default)]
pub(super) struct Windows(Mutex<BTreeMap<(String, String), Arc<Window>>>);

impl Windows {
    /// The window of a service as this crate names it.
    pub(super) fn of(&self, service: &str, region: &str) -> Arc<Window> {
        let service = signing_name(service);
        let width = match service {
            "iam" | "organizations" => ACCOUNT_WIDE,
            _ => REGIONAL,
        };
        let mut windows = lock(&self.0);
        let window = windows
            .entry((service.to_owned(), region.to_owned()))
            .or_insert_with(|| Arc::new(Window::new(width)));
        Arc::clone(window)
    }

    /// Takes note of an answer to a request that was signed so.
    pub(super) fn heard(&self, service: &str, region: &str, throttled: bool) {
        let window = lock(&self.0).get(&(service.to_owned(), region.to_owned())).cloned();
        if let Some(window) = window {
            window.heard(throttled);
        }
    }
}

/// The name that requests are signed with, which services that share one also share their limits under.
fn signing_name(service: &str) -> &str {
    match service {
        "bedrock-agent" => "bedrock",
        "cloudwatch" => "monitoring",
        other => other,
    }
}

/// The calls that may be in flight to one service of one region.
#[derive(Debug)]
pub(super) struct Window {
    turns: Semaphore,
    most: usize,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// How many calls may be in flight.
    width: usize,
    /// Turns to be taken away as soon as they are given back.
    owed: usize,
    /// Answers since the window last grew.
    good: usize,
    /// Answers still to come to what was sent before the last cut, which say nothing new.
    stale: usize,
}

impl Window {
    fn new(width: Width) -> Self {
        Self {
            turns: Semaphore::new(width.first),
            most: width.most,
            state: Mutex::new(State {
                width: width.first,
                owed: 0,
                good: 0,
                stale: 0,
            }),
        }
    }

    /// Waits for a turn, which ends when it is dropped.
    pub(super) async fn turn(&self) -> Option<Turn<'_>> {
        let permit = self.turns.acquire().await.ok()?;
        Some(Turn {
            window: self,
            permit: Some(permit),
        })
    }

    fn heard(&self, throttled: bool) {
        let mut state = lock(&self.state);
        if state.stale > 0 {
            state.stale -= 1;
            return;
        }
        if throttled {
            let width = (state.width / 2).max(1);
            let less = state.width - width;
            let taken = self.turns.forget_permits(less);
            state.owed += less - taken;
            // The answer that brought the news is one of those that were under way.
            state.stale = state.width - 1;
            state.width = width;
            state.good = 0;
            tracing::debug!(width, "throttled, the window is halved");
            return;
        }
        state.good += 1;
        if state.good >= state.width && state.width < self.most {
            state.good = 0;
            state.width += 1;
            if state.owed > 0 {
                state.owed -= 1;
            } else {
                self.turns.add_permits(1);
            }
        }
    }
}

/// The right to one call.
#[derive(Debug)]
pub(super) struct Turn<'a> {
    window: &'a Window,
    permit: Option<SemaphorePermit<'a>>,
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut state = lock(&self.window.state);
        if state.owed > 0
            && let Some(permit) = self.permit.take()
        {
            state.owed -= 1;
            permit.forget();
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(first: usize) -> Window {
        Window::new(Width { first, most: 8 })
    }

    #[tokio::test]
    async fn one_burst_of_refusals_is_one_cut() {
        let window = window(8);
        for _ in 0..8 {
            window.heard(true);
        }
        assert_eq!((window.turns.available_permits(), lock(&window.state).width), (4, 4));
        window.heard(true);
        assert_eq!(window.turns.available_permits(), 2, "a refusal of what was sent since");
    }

    #[tokio::test]
    async fn turns_that_are_out_are_not_given_back() {
        let window = window(4);
        let turns = [window.turn().await, window.turn().await, window.turn().await];
        window.heard(true);
        assert_eq!(window.turns.available_permits(), 0);
        drop(turns);
        assert_eq!(window.turns.available_permits(), 2);
    }

    #[tokio::test]
    async fn it_grows_again_and_never_closes() {
        let window = window(1);
        for _ in 0..5 {
            window.heard(true);
        }
        assert_eq!(window.turns.available_permits(), 1);
        for _ in 0..100 {
            window.heard(false);
        }
        assert_eq!(window.turns.available_permits(), 8, "and no further than it may");
    }

    #[test]
    fn what_signs_alike_shares_a_window() {
        let windows = Windows::default();
        assert!(Arc::ptr_eq(
            &windows.of("bedrock", "eu-west-1"),
            &windows.of("bedrock-agent", "eu-west-1")
        ));
        windows.heard("monitoring", "eu-west-1", true);
        windows.of("cloudwatch", "eu-west-1");
        windows.heard("monitoring", "eu-west-1", true);
        assert_eq!(
            windows.of("cloudwatch", "eu-west-1").turns.available_permits(),
            REGIONAL.first / 2
        );
        assert!(windows.of("iam", "us-east-1").turns.available_permits() < REGIONAL.first);
    }
}
