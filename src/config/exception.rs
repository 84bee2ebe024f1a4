//! Exceptions: findings that someone has decided to live with, and until when.
//!
//! An exception marks a finding and takes it off the gate; it never removes it. Past its last day the finding counts
//! again and says why, and an exception that no longer does anything is reported, so that the list cannot rot unseen.

use super::wildcard::Wildcard;
use crate::model::report::{ExceptionNote, Finding, Status};
use jiff::civil::Date;

/// How many days before its end an exception is reported.
pub const WARN_DAYS: i32 = 14;

/// One entry of `[[exceptions]]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exception {
    /// A rule id, or a control id that stands for all its rules.
    pub rule: String,
    /// The resources meant.
    pub resource: Wildcard,
    /// Why.
    pub reason: String,
    /// The last day on which it holds; none means for ever.
    pub expires: Option<Date>,
}

/// What became of one exception.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Usage {
    /// Findings (FAIL or UNKNOWN) that it names.
    pub matched: usize,
    /// Subjects it names that pass, where the caller passed those on.
    pub passing: usize,
    /// Whether its last day has gone by.
    pub expired: bool,
    /// Days left, today included as zero; none where it has no end.
    pub days_left: Option<i32>,
}

impl Exception {
    /// The control of the rule.
    pub fn control_id(&self) -> &str {
        self.rule.split('.').next().unwrap_or_default()
    }

    /// Whether it speaks of this finding, in force or not.
    pub fn names(&self, finding: &Finding) -> bool {
        (self.rule == finding.rule_id || self.rule == finding.control_id)
            && self.resource.matches(&finding.resource.arn)
    }

    /// Whether its last day has gone by.
    pub fn is_expired(&self, today: Date) -> bool {
        self.expires.is_some_and(|last| today > last)
    }

    fn note(&self, today: Date) -> ExceptionNote {
        ExceptionNote {
            reason: self.reason.clone(),
            expires: self.expires.map(|date| date.to_string()),
            expired: self.is_expired(today),
        }
    }
}

/// Marks the findings that exceptions name, and returns remarks on exceptions that are expired, about to be, or unused.
///
/// Pass only the exceptions of controls that were evaluated, and every finding before any filter: an exception is
/// called unused when nothing it names is among `findings`.
pub fn apply(findings: &mut [Finding], exceptions: &[Exception], today: Date) -> Vec<String> {
    for finding in findings.iter_mut().filter(|finding| is_open(finding)) {
        let mut named = exceptions.iter().filter(|exception| exception.names(finding));
        // One that holds wins over an expired one, whatever their order in the file.
        let chosen = named
            .clone()
            .find(|exception| !exception.is_expired(today))
            .or_else(|| named.next());
        finding.exception = chosen.map(|exception| exception.note(today));
    }
    exceptions
        .iter()
        .zip(usage(findings, exceptions, today))
        .filter_map(|(exception, usage)| remark(exception, usage))
        .collect()
}

/// What became of each exception, in their order.
pub fn usage(findings: &[Finding], exceptions: &[Exception], today: Date) -> Vec<Usage> {
    exceptions
        .iter()
        .map(|exception| {
            let named = || findings.iter().filter(|finding| exception.names(finding));
            Usage {
                matched: named().filter(|finding| is_open(finding)).count(),
                passing: named().filter(|finding| finding.status == Status::Pass).count(),
                expired: exception.is_expired(today),
                days_left: exception.expires.map(|last| days_between(today, last)),
            }
        })
        .collect()
}

/// What a report says of an exception, where it deserves a word.
pub fn remark(exception: &Exception, usage: Usage) -> Option<String> {
    let Exception { rule, resource, .. } = exception;
    let last = exception.expires.map(|date| date.to_string()).unwrap_or_default();
    if usage.matched == 0 && usage.passing > 0 {
        return Some(format!(
            "the exception for `{rule}` on `{resource}` is no longer needed: everything it names passes"
        ));
    }
    if usage.matched == 0 {
        return Some(format!(
            "the exception for `{rule}` on `{resource}` matches no finding; remove it or correct its pattern"
        ));
    }
    let findings = if usage.matched == 1 {
        "1 finding counts".to_owned()
    } else {
        format!("{} findings count", usage.matched)
    };
    if usage.expired {
        return Some(format!(
            "the exception for `{rule}` on `{resource}` ended on {last}: {findings} again"
        ));
    }
    match usage.days_left {
        Some(days) if days <= WARN_DAYS => Some(format!(
            "the exception for `{rule}` on `{resource}` ends on {last}, {}: then {findings} again",
            in_days(days)
        )),
        _ => None,
    }
}

fn is_open(finding: &Finding) -> bool {
    matches!(finding.status, Status::Fail | Status::Unknown)
}

fn in_days(days: i32) -> String {
    match days {
        0 => "today".to_owned(),
        1 => "tomorrow".to_owned(),
        _ => format!("in {days} days"),
    }
}

fn days_between(from: Date, to: Date) -> i32 {
    from.until(to).map_or(i32::MAX, |span| span.get_days())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::report::Resource;
    use crate::model::severity::Severity;
    use jiff::civil::date;

    fn finding(rule: &str, arn: &str, status: Status) -> Finding {
        Finding {
            id: format!("{rule}{arn}"),
            control_id: rule.split('.').next().unwrap().into(),
            rule_id: rule.into(),
            title: String::new(),
            severity: Severity::High,
            status,
            resource: Resource {
                arn: arn.into(),
                ..Resource::default()
            },
            message: String::new(),
            evidence: serde_json::Map::new(),
            remediation: String::new(),
            exception: None,
            baseline: None,
        }
    }

    fn exception(rule: &str, resource: &str, expires: Option<Date>) -> Exception {
        Exception {
            rule: rule.into(),
            resource: Wildcard::new(resource),
            reason: "because".into(),
            expires,
        }
    }

    const TODAY: Date = date(2027, 1, 10);

    #[test]
    fn marks_by_rule_and_by_control_and_leaves_the_rest() {
        let mut findings = [
            finding("c-1.a", "arn:x:y::1:a", Status::Fail),
            finding("c-1.b", "arn:x:y::1:b", Status::Unknown),
            finding("c-2.a", "arn:x:y::1:a", Status::Fail),
            finding("c-1.a", "arn:x:y::2:a", Status::Pass),
        ];
        let exceptions = [exception("c-1", "arn:x:y::*:?", None)];
        assert!(apply(&mut findings, &exceptions, TODAY).is_empty());
        let marked: Vec<bool> = findings.iter().map(|finding| finding.exception.is_some()).collect();
        assert_eq!(marked, [true, true, false, false]);
    }

    #[test]
    fn the_last_day_still_holds_and_the_next_does_not() {
        for (expires, expired) in [(TODAY, false), (date(2027, 1, 9), true)] {
            let mut findings = [finding("c.a", "arn", Status::Fail)];
            let notes = apply(&mut findings, &[exception("c.a", "*", Some(expires))], TODAY);
            let note = findings[0].exception.as_ref().unwrap();
            assert_eq!(note.expired, expired);
            assert_eq!(notes.len(), 1, "{notes:?}");
            assert_eq!(
                notes[0].contains("ended on 2027-01-09: 1 finding counts again"),
                expired
            );
        }
    }

    #[test]
    fn one_that_holds_beats_an_expired_one() {
        let mut findings = [finding("c.a", "arn", Status::Fail)];
        let exceptions = [
            exception("c.a", "*", Some(date(2020, 1, 1))),
            exception("c", "*", Some(date(2030, 1, 1))),
        ];
        apply(&mut findings, &exceptions, TODAY);
        assert!(!findings[0].exception.as_ref().unwrap().expired);
    }

    #[test]
    fn says_what_is_unused_needless_or_about_to_end() {
        let mut findings = [
            finding("c.a", "arn:1", Status::Fail),
            finding("c.b", "arn:2", Status::Pass),
        ];
        let exceptions = [
            exception("c.a", "nothing*", None),
            exception("c.b", "arn:2", None),
            exception("c.a", "arn:1", Some(date(2027, 1, 24))),
            exception("c.a", "arn:1", Some(date(2027, 1, 25))),
        ];
        let notes = apply(&mut findings, &exceptions, TODAY);
        assert_eq!(notes.len(), 3, "{notes:?}");
        assert!(notes[0].contains("matches no finding"));
        assert!(notes[1].contains("no longer needed"));
        assert!(notes[2].contains("in 14 days"));
    }
}
