//! OCSF: an array of events of class [Compliance Finding](https://schema.ocsf.io/1.5.0/classes/compliance_finding)
//! (2003), schema version 1.5.0, profile `cloud`.
//!
//! Only attributes that the class has had since 1.3.0 are used, so that lakes on an older version take them too. What
//! nobody could judge has the compliance status Unknown; an excepted finding is Suppressed.

use super::json;
use super::rows::{self, State};
use super::text;
use crate::model::report::{Finding, Report, Status};
use crate::model::severity::Severity;
use serde_json::{Value, json};
use std::io::{self, Write};

const VERSION: &str = "1.5.0";
const CATEGORY: u32 = 2;
const CLASS: u32 = 2003;
/// The activity Create.
const CREATE: u32 = 1;

/// Writes the events.
pub(super) fn render(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let time = milliseconds(&report.generated_at);
    let events: Vec<Value> = report
        .findings
        .iter()
        .map(|finding| event(finding, report, time))
        .collect();
    json::write_pretty(&events, out)
}

fn event(finding: &Finding, report: &Report, time: i64) -> Value {
    let (severity_id, severity) = severity(finding.severity);
    let (status_id, status) = match State::of(finding) {
        State::Excepted => (3, "Suppressed"),
        State::Pass | State::NotApplicable => (4, "Resolved"),
        State::Fail | State::Unknown => (1, "New"),
    };
    let (compliance_id, compliance) = match finding.status {
        Status::Pass => (1, "Pass"),
        Status::Fail => (3, "Fail"),
        Status::Unknown => (0, "Unknown"),
        Status::NotApplicable => (99, "Not Applicable"),
    };
    let said = text::line(&finding.message);
    let resource = &finding.resource;
    let mut event = json!({
        "activity_id": CREATE,
        "activity_name": "Create",
        "category_uid": CATEGORY,
        "category_name": "Findings",
        "class_uid": CLASS,
        "class_name": "Compliance Finding",
        "type_uid": CLASS * 100 + CREATE,
        "type_name": "Compliance Finding: Create",
        "time": time,
        "severity_id": severity_id,
        "severity": severity,
        "status_id": status_id,
        "status": status,
        "status_code": finding.status.as_str(),
        "message": said,
        "metadata": {
            "version": VERSION,
            "profiles": ["cloud"],
            "event_code": finding.rule_id,
            "uid": finding.id,
            "product": {
                "name": report.tool.name,
                "vendor_name": report.tool.name,
                "version": report.tool.version,
            },
        },
        "cloud": {
            "provider": "AWS",
            "account": {"uid": resource.account_id, "type": "AWS Account", "type_id": 10},
        },
        "finding_info": {
            "uid": finding.id,
            "title": text::line(&finding.title),
            "desc": said,
            "types": [finding.control_id],
            "created_time": time,
        },
        "compliance": {
            "control": finding.control_id,
            "standards": standards(finding, report),
            "requirements": requirements(finding, report),
            "status_id": compliance_id,
            "status": compliance,
            "status_code": finding.status.as_str(),
            "status_detail": said,
        },
        "remediation": {"desc": text::lines(&finding.remediation)},
        "resources": [{
            "uid": resource.arn,
            "name": rows::name(finding),
            "type": resource.kind,
            "region": rows::place(finding),
            "cloud_partition": report.scope.partition,
            "data": finding.evidence,
        }],
        "unmapped": {"baseline": finding.baseline, "exception": finding.exception},
    });
    let remark = rows::remark(finding);
    if let Some(region) = &resource.region {
        insert(&mut event, "/cloud", "region", json!(region));
    }
    if !remark.is_empty() {
        insert(&mut event, "", "status_detail", json!(text::line(&remark)));
    }
    event
}

fn insert(event: &mut Value, path: &str, name: &str, value: Value) {
    if let Some(members) = event.pointer_mut(path).and_then(Value::as_object_mut) {
        members.insert(name.to_owned(), value);
    }
}

const OWN: &str = "AWS generative AI hardening (aws-genai)";

fn standards(finding: &Finding, report: &Report) -> Vec<String> {
    let mut titles = vec![OWN.to_owned()];
    for entry in &report.summary.compliance {
        if entry.controls.contains(&finding.control_id) && !titles.contains(&entry.framework_title) {
            titles.push(entry.framework_title.clone());
        }
    }
    titles
}

fn requirements(finding: &Finding, report: &Report) -> Vec<String> {
    let of = report
        .summary
        .compliance
        .iter()
        .filter(|entry| entry.controls.contains(&finding.control_id));
    std::iter::once(finding.rule_id.clone())
        .chain(of.map(|entry| format!("{} {}", entry.framework, entry.requirement)))
        .collect()
}

const fn severity(severity: Severity) -> (u32, &'static str) {
    match severity {
        Severity::Critical => (5, "Critical"),
        Severity::High => (4, "High"),
        Severity::Medium => (3, "Medium"),
        Severity::Low => (2, "Low"),
        Severity::Info => (1, "Informational"),
    }
}

/// Milliseconds since 1970, as OCSF counts time; 0 for a report whose time nobody can read.
fn milliseconds(time: &str) -> i64 {
    time.parse::<jiff::Timestamp>()
        .map_or(0, jiff::Timestamp::as_millisecond)
}
