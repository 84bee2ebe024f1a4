//! What an expression may cost: a budget that every evaluation draws on, so that no control can hang the program or
//! fill the memory.
//!
//! A unit is about a byte looked at or made. An expression evaluated on behalf of another, as a variable is, draws on
//! the budget of the outermost one. What is spent is counted by thread, because an evaluation never leaves its thread.

use cel::ExecutionError;
use cel::common::types::{CelBytes, CelList, CelMap, CelOptional, CelString};
use cel::common::value::Val;
use std::cell::Cell;

/// Enough for a sentence about a hundred thousand principals, and spent in about a second.
const UNITS: u64 = if cfg!(test) { 1 << 18 } else { 64 << 20 };
/// What anything costs beside its text.
const EACH: u64 = 16;

thread_local! {
    /// What is left to the evaluation that is under way, if one is.
    static LEFT: Cell<Option<u64>> = const { Cell::new(None) };
}

/// Takes the budget away again, whatever becomes of the evaluation.
struct Open;

impl Drop for Open {
    fn drop(&mut self) {
        LEFT.set(None);
    }
}

/// Runs an evaluation under its budget, or under the one that it is a part of. `None` where that did not suffice:
/// what came out then is worth nothing, for CEL may have swallowed the error.
pub(super) fn within<T>(work: impl FnOnce() -> T) -> Option<T> {
    let outermost = LEFT.get().is_none().then(|| {
        LEFT.set(Some(UNITS));
        Open
    });
    let result = work();
    let enough = LEFT.get() != Some(0);
    drop(outermost);
    enough.then_some(result)
}

/// Pays; `false` where too little is left, and then nothing is left.
pub(super) fn pay(units: u64) -> bool {
    let left = LEFT.get().map_or(u64::MAX, |left| left.saturating_sub(units.max(1)));
    if left < u64::MAX {
        LEFT.set(Some(left));
    }
    left > 0
}

/// What an evaluation ends with where nothing is left.
pub(super) fn used_up() -> ExecutionError {
    ExecutionError::function_error("budget", "used up")
}

/// What a text costs.
pub(super) fn of_text(text: &str) -> u64 {
    EACH + text.len() as u64
}

/// What a value costs that holds nothing else.
pub(super) const fn of_scalar() -> u64 {
    EACH
}

/// What a value costs, with all that it holds. A row of the facts is a reference, and costs no more than that.
pub(super) fn of_value(value: &dyn Val) -> u64 {
    if let Some(text) = value.downcast_ref::<CelString<'_>>() {
        return of_text(text.inner());
    }
    if let Some(list) = value.downcast_ref::<CelList<'_>>() {
        return list
            .inner()
            .iter()
            .fold(EACH, |sum, item| sum.saturating_add(of_value(item.as_ref())));
    }
    if let Some(map) = value.downcast_ref::<CelMap<'_>>() {
        return map.inner().iter().fold(EACH, |sum, (key, member)| {
            sum.saturating_add(of_value(key.inner()))
                .saturating_add(of_value(member.as_ref()))
        });
    }
    if let Some(bytes) = value.downcast_ref::<CelBytes<'_>>() {
        return EACH + bytes.inner().len() as u64;
    }
    if let Some(optional) = value.downcast_ref::<CelOptional<'_>>() {
        return optional.inner().map_or(EACH, of_value);
    }
    EACH
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_draws_on_the_budget_of_the_whole() {
        let inner = || within(|| pay(UNITS / 2 + 1));
        assert_eq!(inner(), Some(true));
        assert_eq!(within(|| (inner(), inner())), None);
        assert_eq!(inner(), Some(true), "the next evaluation begins anew");
    }
}
