//! JUnit XML, in the dialect that Jenkins, GitLab and others read: a suite a control, a case a finding.
//!
//! FAIL is a failure, UNKNOWN an error (the check could not do its work), an exception skips with its reason. A control
//! without a case gets one that says what became of it, so that no control is missing from the page.

use super::gaps;
use super::rows::{self, State};
use super::text::{self, count, some};
use super::{digest, json};
use crate::model::report::{ControlSummary, Finding, Report, Status};
use quick_junit::{NonSuccessKind, Report as Document, TestCase, TestCaseStatus, TestSuite};
use std::collections::BTreeMap;
use std::io::{self, Write};

/// Writes the document.
pub(super) fn render(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let mut suites: Vec<(&str, String)> = report
        .summary
        .controls
        .iter()
        .map(|control| {
            (
                control.control_id.as_str(),
                format!("{} {}", control.control_id, control.title),
            )
        })
        .collect();
    for finding in &report.findings {
        if !suites.iter().any(|(id, _)| *id == finding.control_id) {
            suites.push((&finding.control_id, finding.control_id.clone()));
        }
    }
    let names = names(report);
    let mut document = Document::new("bedrock-audit");
    for (id, title) in suites {
        let mut suite = TestSuite::new(text::line(&title));
        describe(&mut suite, report);
        let findings = report
            .findings
            .iter()
            .zip(&names)
            .filter(|(finding, _)| finding.control_id == id);
        let mut cases = findings
            .map(|(finding, name)| case(finding, name))
            .collect::<io::Result<Vec<_>>>()?;
        if cases.is_empty() {
            let control = report.summary.controls.iter().find(|control| control.control_id == id);
            cases.extend(control.map(whole));
        }
        suite.add_test_cases(cases);
        document.add_test_suite(suite);
    }
    let unread = unread(report);
    if !unread.is_empty() {
        let mut suite = TestSuite::new("could not be read");
        suite.add_test_cases(unread);
        document.add_test_suite(suite);
    }
    document.serialize(&mut *out).map_err(io::Error::other)
}

fn describe(suite: &mut TestSuite, report: &Report) {
    let (verdict, sentence) = digest::gate(report);
    let gate = &report.summary.gate;
    let properties = [
        ("gate", verdict.title().to_owned()),
        ("gate.reason", sentence),
        ("gate.fail_on", gate.fail_on.clone()),
        ("gate.exit_code", gate.exit_code.to_string()),
        ("generated_at", report.generated_at.clone()),
        ("scope", digest::accounts(&report.scope)),
    ];
    for (name, value) in properties {
        suite.add_property((name, text::line(&value).as_str()));
    }
}

/// A name for each finding. Readers tell cases apart by name, so one that comes twice gets the fingerprint too.
fn names(report: &Report) -> Vec<String> {
    let plain = |finding: &Finding| {
        let arn = rows::short_arn(&finding.resource.arn, &report.scope);
        text::cut(
            &text::line(&format!("{} {} ({arn})", finding.rule_id, rows::name(finding))),
            500,
        )
    };
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for finding in &report.findings {
        *seen.entry(plain(finding)).or_default() += 1;
    }
    let name = |finding: &Finding| {
        let name = plain(finding);
        let twice = seen.get(&name).is_some_and(|n| *n > 1);
        if twice {
            format!("{name} {}", text::line(&finding.id))
        } else {
            name
        }
    };
    report.findings.iter().map(name).collect()
}

fn case(finding: &Finding, name: &str) -> io::Result<TestCase> {
    let message = text::line(&finding.message);
    let mut status = match State::of(finding) {
        State::Fail => TestCaseStatus::non_success(NonSuccessKind::Failure),
        State::Unknown => TestCaseStatus::non_success(NonSuccessKind::Error),
        State::Pass => TestCaseStatus::success(),
        State::Excepted | State::NotApplicable => TestCaseStatus::skipped(),
    };
    match State::of(finding) {
        State::Fail | State::Unknown => {
            let description = format!(
                "{message}\n\n{}\n\nResource: {}\nRemediation:\n{}\n\nEvidence:\n{}",
                text::line(&finding.title),
                text::line(&finding.resource.arn),
                text::lines(&finding.remediation),
                json::pretty(&finding.evidence)?,
            );
            status
                .set_message(text::cut(&message, 1000))
                .set_type(finding.severity.as_str())
                .set_description(description);
        }
        State::Excepted => {
            let reason = format!("{}; {message}", text::line(&rows::remark(finding)));
            status.set_message(text::cut(&reason, 1000));
        }
        State::NotApplicable => {
            status.set_message(text::cut(&message, 1000));
        }
        State::Pass => {}
    }
    let mut case = TestCase::new(name, status);
    case.set_classname(text::line(&finding.control_id));
    for (key, value) in [
        ("id", finding.id.as_str()),
        ("rule_id", &finding.rule_id),
        ("severity", finding.severity.as_str()),
        ("status", finding.status.as_str()),
        ("resource", &finding.resource.arn),
        ("account_id", &finding.resource.account_id),
        ("region", rows::place(finding)),
    ] {
        case.add_property((key, text::line(value).as_str()));
    }
    Ok(case)
}

/// One case for a control of which the report lists no finding.
fn whole(control: &ControlSummary) -> TestCase {
    let mut status = match control.status {
        Status::Pass => TestCaseStatus::success(),
        Status::NotApplicable => TestCaseStatus::skipped(),
        Status::Fail => TestCaseStatus::non_success(NonSuccessKind::Failure),
        Status::Unknown => TestCaseStatus::non_success(NonSuccessKind::Error),
    };
    let name = match control.status {
        Status::Pass => format!("{} passed", count(control.pass, "check")),
        Status::NotApplicable => {
            status.set_message("nothing to judge");
            "does not apply".to_owned()
        }
        other => {
            status.set_message("see the other outputs: the findings are not in this report");
            other.as_str().to_lowercase()
        }
    };
    let mut case = TestCase::new(name, status);
    case.set_classname(text::line(&control.control_id));
    case
}

/// The gaps, as skipped cases: the UNKNOWN findings that they cause are the errors.
fn unread(report: &Report) -> Vec<TestCase> {
    let groups = gaps::blinding(report).into_iter();
    let case = |group: gaps::GapGroup<'_>| {
        let mut status = TestCaseStatus::skipped();
        let places = some(group.places.iter().map(String::as_str), 5);
        let controls = some(group.controls.iter().copied(), 10);
        let (why, fix) = (gaps::why(group.kind), group.fix());
        status.set_message(text::line(&format!("{why} in {places}; blinds {controls}; {fix}")));
        let mut case = TestCase::new(text::line(&format!("{} {why}", group.what)), status);
        case.set_classname("gaps");
        case
    };
    groups.map(case).collect()
}
