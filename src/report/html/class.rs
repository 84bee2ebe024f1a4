//! The style sheet's class names: the one place that ties them to what they stand for.

use crate::model::report::Status;
use crate::model::severity::Severity;
use crate::report::rows::State;

/// A severity's class.
pub(super) const fn severity_class(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "critical",
        Severity::High => "high",
        Severity::Medium => "medium",
        Severity::Low => "low",
        Severity::Info => "info",
    }
}

/// A state's class.
pub(super) const fn state_class(state: State) -> &'static str {
    match state {
        State::Fail => "fail",
        State::Unknown => "unknown",
        State::Excepted => "excepted",
        State::Pass => "pass",
        State::NotApplicable => "na",
    }
}

/// A control's class.
pub(super) const fn status_class(status: Status) -> &'static str {
    match status {
        Status::Fail => "fail",
        Status::Unknown => "unknown",
        Status::Pass => "pass",
        Status::NotApplicable => "na",
    }
}
