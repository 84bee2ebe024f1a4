//! Exit codes: the contract with scripts and pipelines, and the one function that chooses between them.
//!
//! A code says what is known: 1 that something fails, 3 that nobody can tell, 2 that the run did not happen.

use crate::model::report::{Baseline, Finding, Gate, Status};
use crate::model::severity::Severity;
use std::process::ExitCode;

/// How a run ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExitStatus {
    /// Evaluated, and nothing at or above the gate.
    Clean,
    /// At least one FAIL at or above the gate.
    Findings,
    /// The run could not be made.
    Error,
    /// No FAIL there, but an UNKNOWN: the gate cannot be decided.
    Undecided,
    /// Ended by SIGINT.
    Interrupted,
    /// Ended by SIGTERM.
    Terminated,
}

impl ExitStatus {
    /// The code that the shell sees.
    pub const fn code(self) -> u8 {
        match self {
            Self::Clean => 0,
            Self::Findings => 1,
            Self::Error => 2,
            Self::Undecided => 3,
            Self::Interrupted => 130,
            Self::Terminated => 143,
        }
    }

    /// The status behind a report's gate.
    pub fn of_gate(gate: &Gate) -> Self {
        match gate.exit_code {
            0 => Self::Clean,
            1 => Self::Findings,
            3 => Self::Undecided,
            _ => Self::Error,
        }
    }
}

impl From<ExitStatus> for ExitCode {
    fn from(status: ExitStatus) -> Self {
        Self::from(status.code())
    }
}

/// What the gate looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct GateRules {
    /// The severity from which a finding counts; none means never.
    pub fail_on: Option<Severity>,
    /// Whether an UNKNOWN is let through.
    pub allow_unknown: bool,
    /// Whether findings that the baseline already had are let through.
    pub new_only: bool,
}

/// Answers the gate over every finding of the run, before any filter that only concerns what is shown.
pub fn gate(findings: &[Finding], rules: GateRules) -> Gate {
    let Some(fail_on) = rules.fail_on else {
        return Gate {
            fail_on: "NEVER".to_owned(),
            exit_code: ExitStatus::Clean.code(),
            failing: None,
            undecided: None,
        };
    };
    let count = |status: Status| {
        let counts = |finding: &&Finding| {
            finding.status == status
                && finding.severity.at_least(fail_on)
                && finding.exception.as_ref().is_none_or(|note| note.expired)
                && !(rules.new_only && finding.baseline == Some(Baseline::Existing))
        };
        findings.iter().filter(counts).count()
    };
    let (failing, undecided) = (count(Status::Fail), count(Status::Unknown));
    let status = if failing > 0 {
        ExitStatus::Findings
    } else if undecided > 0 && !rules.allow_unknown {
        ExitStatus::Undecided
    } else {
        ExitStatus::Clean
    };
    Gate {
        fail_on: fail_on.as_str().to_owned(),
        exit_code: status.code(),
        failing: Some(failing),
        undecided: Some(undecided),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::report::{ExceptionNote, Resource};

    fn finding(severity: Severity, status: Status) -> Finding {
        Finding {
            id: String::new(),
            control_id: "c".into(),
            rule_id: "c.r".into(),
            title: String::new(),
            severity,
            status,
            resource: Resource::default(),
            message: String::new(),
            evidence: serde_json::Map::new(),
            remediation: String::new(),
            exception: None,
            baseline: None,
        }
    }

    fn code(findings: &[Finding], fail_on: Option<Severity>, allow_unknown: bool, new_only: bool) -> u8 {
        gate(
            findings,
            GateRules {
                fail_on,
                allow_unknown,
                new_only,
            },
        )
        .exit_code
    }

    #[test]
    fn a_fail_beats_an_unknown_and_both_beat_a_pass() {
        let high = Some(Severity::High);
        let fail = finding(Severity::High, Status::Fail);
        let unknown = finding(Severity::Critical, Status::Unknown);
        assert_eq!(code(&[], high, false, false), 0);
        assert_eq!(code(&[unknown.clone(), fail.clone()], high, false, false), 1);
        assert_eq!(code(std::slice::from_ref(&unknown), high, false, false), 3);
        assert_eq!(code(std::slice::from_ref(&unknown), high, true, false), 0);
        assert_eq!(code(&[fail, unknown], None, false, false), 0);
    }

    #[test]
    fn what_lies_below_the_gate_does_not_count() {
        let low = [
            finding(Severity::Low, Status::Fail),
            finding(Severity::Low, Status::Unknown),
        ];
        assert_eq!(code(&low, Some(Severity::Medium), false, false), 0);
        assert_eq!(code(&low, Some(Severity::Low), false, false), 1);
    }

    #[test]
    fn exceptions_hold_until_they_expire() {
        for (expired, expected) in [(false, 0), (true, 1)] {
            let mut fail = finding(Severity::High, Status::Fail);
            fail.exception = Some(ExceptionNote {
                reason: "r".into(),
                expires: None,
                expired,
            });
            assert_eq!(code(&[fail], Some(Severity::High), false, false), expected);
        }
    }

    #[test]
    fn new_only_lets_the_existing_through() {
        let mut fail = finding(Severity::High, Status::Fail);
        fail.baseline = Some(Baseline::Existing);
        assert_eq!(code(std::slice::from_ref(&fail), Some(Severity::High), false, true), 0);
        assert_eq!(code(std::slice::from_ref(&fail), Some(Severity::High), false, false), 1);
        fail.baseline = Some(Baseline::New);
        assert_eq!(code(&[fail], Some(Severity::High), false, true), 1);
    }

    #[test]
    fn the_counts_are_of_what_the_gate_holds_against_the_run() {
        let mut excepted = finding(Severity::High, Status::Fail);
        excepted.exception = Some(ExceptionNote {
            reason: "agreed".into(),
            expires: None,
            expired: false,
        });
        let findings = [
            excepted,
            finding(Severity::Critical, Status::Fail),
            finding(Severity::High, Status::Fail),
            finding(Severity::High, Status::Unknown),
            finding(Severity::Low, Status::Fail),
        ];
        let rules = GateRules {
            fail_on: Some(Severity::High),
            ..GateRules::default()
        };
        let gate = gate(&findings, rules);
        assert_eq!((gate.failing, gate.undecided), (Some(2), Some(1)));
    }
}
