//! A finding as a row: the order for readers, and the few words that several formats say about it.

use crate::model::report::{Finding, Report, Scope, Status};

/// What a reader sees of a finding's status: an exception takes a FAIL or UNKNOWN off the gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum State {
    Fail,
    Unknown,
    Excepted,
    Pass,
    NotApplicable,
}

impl State {
    pub(super) fn of(finding: &Finding) -> Self {
        match finding.status {
            Status::Fail | Status::Unknown if excepted(finding) => Self::Excepted,
            Status::Fail => Self::Fail,
            Status::Unknown => Self::Unknown,
            Status::Pass => Self::Pass,
            Status::NotApplicable => Self::NotApplicable,
        }
    }

    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Fail => "FAIL",
            Self::Unknown => "UNKNOWN",
            Self::Excepted => "EXCEPTED",
            Self::Pass => "PASS",
            Self::NotApplicable => "NOT APPLICABLE",
        }
    }
}

/// Whether an exception that still holds takes the finding off the gate.
pub(super) fn excepted(finding: &Finding) -> bool {
    finding.exception.as_ref().is_some_and(|exception| !exception.expired)
}

/// The findings for a reader: worst first; at one severity what is wrong, then what nobody could tell, then the rest.
pub(super) fn for_reading(report: &Report) -> Vec<&Finding> {
    let mut findings: Vec<&Finding> = report.findings.iter().collect();
    // The sort is stable, so that the report's own order holds within each group.
    findings.sort_by_key(|finding| (settled(finding), finding.severity, State::of(finding)));
    findings
}

/// PASS and NOT_APPLICABLE come after every finding, however severe their rule.
fn settled(finding: &Finding) -> bool {
    matches!(finding.status, Status::Pass | Status::NotApplicable)
}

/// A name for the resource; the ARN's last part where AWS gave none.
pub(super) fn name(finding: &Finding) -> &str {
    let resource = &finding.resource;
    if resource.name.trim().is_empty() {
        resource
            .arn
            .rsplit_once(':')
            .map_or(resource.arn.as_str(), |(_, last)| last)
    } else {
        &resource.name
    }
}

/// `data_source` → `data source`.
pub(super) fn kind(finding: &Finding) -> String {
    finding.resource.kind.replace('_', " ")
}

/// Where the resource is, for people.
pub(super) fn place(finding: &Finding) -> &str {
    finding.resource.region.as_deref().unwrap_or("global")
}

/// The ARN without what the scope already says: `arn:PARTITION:` always, the account where the report has only one.
pub(super) fn short_arn(arn: &str, scope: &Scope) -> String {
    let prefix = format!("arn:{}:", scope.partition);
    let Some(rest) = arn.strip_prefix(&prefix) else {
        return arn.to_owned();
    };
    match (
        scope.accounts.as_slice(),
        rest.splitn(4, ':').collect::<Vec<_>>().as_slice(),
    ) {
        ([only], [service, region, account, resource]) if only == account => {
            let region = if region.is_empty() {
                String::new()
            } else {
                format!("{region}:")
            };
            format!("{service}:{region}{resource}")
        }
        _ => rest.to_owned(),
    }
}

/// What exception and baseline say of the finding, in one line; empty where neither says anything.
pub(super) fn remark(finding: &Finding) -> String {
    let Some(exception) = &finding.exception else {
        return String::new();
    };
    match (&exception.expires, exception.expired) {
        (Some(day), true) => format!("exception expired on {day}: {}", exception.reason),
        (Some(day), false) => format!("excepted until {day}: {}", exception.reason),
        (None, true) => format!("exception expired: {}", exception.reason),
        (None, false) => format!("excepted: {}", exception.reason),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arn_loses_only_what_the_header_says() {
        let one = Scope {
            partition: "aws".into(),
            accounts: vec!["111122223333".into()],
            ..Scope::default()
        };
        let guardrail = "arn:aws:bedrock:eu-west-1:111122223333:guardrail/g:1";
        assert_eq!(short_arn(guardrail, &one), "bedrock:eu-west-1:guardrail/g:1");
        assert_eq!(short_arn("arn:aws:iam::111122223333:role/r", &one), "iam:role/r");
        assert_eq!(short_arn("arn:aws:iam::aws:policy/P", &one), "iam::aws:policy/P");
        assert_eq!(short_arn("arn:aws-cn:s3:::b", &one), "arn:aws-cn:s3:::b");
        let two = Scope {
            accounts: vec!["111122223333".into(), "444455556666".into()],
            ..one
        };
        assert_eq!(
            short_arn(guardrail, &two),
            "bedrock:eu-west-1:111122223333:guardrail/g:1"
        );
    }
}
