//! SARIF 2.1.0 ([OASIS](https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html)) for code scanning.
//!
//! A cloud resource has no file, yet code scanning wants one: each gets a made-up path that stays the same from run to
//! run, beside its logical location. Only `kind: fail` has a level; what nobody could judge is `open`, and the reads
//! behind it are notifications of a run that was not wholly successful.

use super::rows::{self, State};
use super::text;
use super::{digest, gaps, json};
use crate::model::gap::GapKind;
use crate::model::report::{Baseline, Finding, Report, ReportedGap, Status};
use crate::model::severity::Severity;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};
use std::io::{self, Write};

const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Writes the log.
pub(super) fn render(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let rules = rules(report);
    let with_baseline = report.findings.iter().any(|finding| finding.baseline.is_some());
    let results: Vec<Value> = report
        .findings
        .iter()
        .map(|finding| result(finding, &rules, with_baseline))
        .collect();
    let catalogue: Vec<Value> = rules.iter().map(|finding| rule(finding)).collect();
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": text::line(&report.tool.name),
                "semanticVersion": text::line(&report.tool.version),
                "informationUri": env!("CARGO_PKG_REPOSITORY"),
                "rules": catalogue,
            }},
            "invocations": [invocation(report)],
            "automationDetails": {"id": automation(report)},
            "columnKind": "unicodeCodePoints",
            "results": results,
            "properties": {"generated_at": report.generated_at, "scope": report.scope, "summary": report.summary},
        }],
    });
    json::write_pretty(&log, out)
}

/// The first finding of each rule, in the order of the rule's id.
fn rules(report: &Report) -> Vec<&Finding> {
    let mut rules: Vec<&Finding> = report.findings.iter().collect();
    rules.sort_by_key(|finding| (&finding.rule_id, finding.severity));
    rules.dedup_by_key(|finding| &finding.rule_id);
    rules
}

fn rule(finding: &Finding) -> Value {
    let title = text::line(&finding.title);
    let id = text::line(&finding.rule_id);
    let help = format!(
        "`bedrock-audit controls show {}` says why, and how to mend it.",
        text::line(&finding.control_id)
    );
    json!({
        "id": id,
        "shortDescription": {"text": message(&title)},
        "fullDescription": {"text": message(&title)},
        "help": {"text": message(&help)},
        "defaultConfiguration": {"level": level(finding.severity), "rank": rank(finding.severity)},
        "properties": {
            "security-severity": score(finding.severity),
            "precision": "high",
            "tags": ["security", "aws", "bedrock", text::line(&finding.control_id)],
        },
    })
}

fn result(finding: &Finding, rules: &[&Finding], with_baseline: bool) -> Value {
    let index = rules.iter().position(|rule| rule.rule_id == finding.rule_id);
    let (kind, level) = match finding.status {
        Status::Fail => ("fail", level(finding.severity)),
        Status::Unknown => ("open", "none"),
        Status::Pass => ("pass", "none"),
        Status::NotApplicable => ("notApplicable", "none"),
    };
    let mut result = json!({
        "ruleId": text::line(&finding.rule_id),
        "ruleIndex": index,
        "kind": kind,
        "level": level,
        "rank": rank(finding.severity),
        "message": {"text": message(&text::line(&finding.message))},
        "locations": [{
            "physicalLocation": {
                "artifactLocation": {"uri": uri(finding)},
                "region": {"startLine": 1},
            },
            "logicalLocations": [{
                "name": text::line(rows::name(finding)),
                "fullyQualifiedName": text::line(&finding.resource.arn),
                "kind": "resource",
            }],
        }],
        // The second name is the one by which GitHub follows an alert from run to run.
        "partialFingerprints": {"bedrockAudit/v1": finding.id, "primaryLocationLineHash": finding.id},
        // One result with suppressions asks for them on all.
        "suppressions": suppressions(finding),
        "properties": {
            "severity": finding.severity,
            "control_id": finding.control_id,
            "resource": finding.resource,
            "evidence": finding.evidence,
            "remediation": finding.remediation,
        },
    });
    if with_baseline && let Some(members) = result.as_object_mut() {
        let state = if finding.baseline == Some(Baseline::Existing) {
            "unchanged"
        } else {
            "new"
        };
        members.insert("baselineState".to_owned(), json!(state));
    }
    result
}

fn suppressions(finding: &Finding) -> Vec<Value> {
    let note = rows::remark(finding);
    match (State::of(finding), note.is_empty()) {
        (_, true) => Vec::new(),
        (State::Excepted, false) => {
            vec![json!({"kind": "external", "status": "accepted", "justification": text::line(&note)})]
        }
        (_, false) => vec![json!({"kind": "external", "status": "rejected", "justification": text::line(&note)})],
    }
}

fn invocation(report: &Report) -> Value {
    let (verdict, sentence) = digest::gate(report);
    let mut notifications: Vec<Value> = report.gaps.iter().map(notification).collect();
    notifications.extend(
        report
            .notes
            .iter()
            .map(|note| json!({"level": "note", "message": {"text": message(&text::line(note))}})),
    );
    json!({
        "executionSuccessful": report.gaps.iter().all(|gap| gap.kind == GapKind::Unsupported),
        "exitCode": report.summary.gate.exit_code,
        "exitCodeDescription": format!("{}: {}", verdict.title(), text::line(&sentence)),
        "toolExecutionNotifications": notifications,
    })
}

fn notification(gap: &ReportedGap) -> Value {
    let level = if gap.kind == GapKind::Unsupported {
        "note"
    } else {
        "error"
    };
    let place = gap.region.as_deref().unwrap_or("global");
    let mut said = format!("{}:{} in {place}: {}", gap.service, gap.operation, gaps::why(gap.kind));
    for part in [gap.code.as_deref(), Some(gap.message.as_str()), gap.resource.as_deref()] {
        if let Some(part) = part.filter(|part| !part.is_empty()) {
            said.push_str(", ");
            said.push_str(part);
        }
    }
    json!({
        "level": level,
        "message": {"text": message(&text::line(&said))},
        "properties": gap,
    })
}

/// Text of a message. Brackets followed by a parenthesis would be a link, so they are escaped then.
fn message(safe: &str) -> String {
    let text = if safe.trim().is_empty() { "(no text)" } else { safe };
    if text.contains("](") {
        text.replace('\\', "\\\\").replace('[', "\\[").replace(']', "\\]")
    } else {
        text.to_owned()
    }
}

/// A path for the resource: relative, valid, and the same in every run.
fn uri(finding: &Finding) -> String {
    let resource = &finding.resource;
    // arn:partition:service:region:account:resource
    let tail = resource.arn.splitn(6, ':').nth(5).unwrap_or(&resource.arn);
    let parts = [
        resource.account_id.as_str(),
        rows::place(finding),
        resource.kind.as_str(),
    ]
    .into_iter();
    let mut uri = "aws".to_owned();
    for part in parts.chain(tail.split(['/', ':'])) {
        uri.push('/');
        // Empty and dot segments would be resolved away.
        if part.trim_matches('.').is_empty() {
            uri.push('_');
        } else {
            uri.extend(utf8_percent_encode(part, UNRESERVED));
        }
    }
    uri
}

fn automation(report: &Report) -> String {
    let accounts: Vec<String> = report
        .scope
        .accounts
        .iter()
        .map(|account| utf8_percent_encode(account, UNRESERVED).to_string())
        .collect();
    format!("bedrock-audit/{}/", accounts.join("+"))
}

const fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "note",
    }
}

/// [The scale of GitHub](https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning):
/// over 9 is critical, from 7 high, from 4 medium, from 0.1 low.
const fn score(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.5",
        Severity::Low => "2.5",
        Severity::Info => "0.0",
    }
}

const fn rank(severity: Severity) -> f64 {
    match severity {
        Severity::Critical => 95.0,
        Severity::High => 80.0,
        Severity::Medium => 55.0,
        Severity::Low => 25.0,
        Severity::Info => 0.0,
    }
}
