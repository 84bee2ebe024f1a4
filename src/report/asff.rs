//! ASFF, the finding format of AWS Security Hub: an array that `aws securityhub batch-import-findings` takes, at most
//! 100 of them a call and all of the call's region.
//!
//! The [limits](https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-findings-format.html) on lengths
//! are kept by cutting, since Security Hub refuses a finding whole. The product is the account's own default one.

use super::json;
use super::rows::{self, State};
use super::text;
use crate::model::report::{Finding, Report, Status};
use crate::model::severity::Severity;
use serde_json::{Map, Value, json};
use std::io::{self, Write};

/// Writes the findings.
pub(super) fn render(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let findings = report
        .findings
        .iter()
        .map(|finding| convert(finding, report))
        .collect::<io::Result<Vec<_>>>()?;
    json::write_pretty(&findings, out)
}

fn convert(finding: &Finding, report: &Report) -> io::Result<Value> {
    let partition = filled(&report.scope.partition, 16);
    let account = account(finding, report);
    let region = region(finding, report);
    let said = filled(&finding.message, 1024);
    let remark = rows::remark(finding);
    let workflow = match State::of(finding) {
        State::Fail | State::Unknown => "NEW",
        State::Excepted => "SUPPRESSED",
        State::Pass | State::NotApplicable => "RESOLVED",
    };
    let mut converted = json!({
        "SchemaVersion": "2018-10-08",
        "Id": format!("bedrock-audit/{account}/{}", filled(&finding.id, 128)),
        "ProductArn": format!("arn:{partition}:securityhub:{region}:{account}:product/{account}/default"),
        "ProductName": "bedrock-audit",
        "CompanyName": "bedrock-audit",
        "Region": region,
        "GeneratorId": filled(&finding.rule_id, 512),
        "AwsAccountId": account,
        "Types": ["Software and Configuration Checks/AWS Security Best Practices"],
        "CreatedAt": report.generated_at,
        "UpdatedAt": report.generated_at,
        "Severity": {"Label": severity(finding), "Original": finding.severity.as_str()},
        "Title": filled(&finding.title, 256),
        "Description": said,
        "Resources": [{
            "Type": resource_type(&finding.resource.kind),
            "Id": filled(&finding.resource.arn, 512),
            "Partition": partition,
            "Region": region,
            "Details": {"Other": {"name": filled(rows::name(finding), 1024), "type": filled(&finding.resource.kind, 1024)}},
        }],
        "Compliance": compliance(finding, report, &said),
        "Workflow": {"Status": workflow},
        "RecordState": "ACTIVE",
        "Remediation": {"Recommendation": {"Text": filled(&finding.remediation, 512)}},
        "ProductFields": product_fields(finding)?,
    });
    if !remark.is_empty()
        && let Some(members) = converted.as_object_mut()
    {
        let note = json!({
            "Text": filled(&remark, 512),
            "UpdatedBy": "bedrock-audit",
            "UpdatedAt": report.generated_at,
        });
        members.insert("Note".to_owned(), note);
    }
    Ok(converted)
}

fn compliance(finding: &Finding, report: &Report, said: &str) -> Value {
    // AWS: WARNING is for missing information, NOT_AVAILABLE for a check that did not apply or could not run.
    let (status, reason) = match finding.status {
        Status::Pass => ("PASSED", None),
        Status::Fail => ("FAILED", None),
        Status::Unknown => ("WARNING", Some("COULD_NOT_BE_READ")),
        Status::NotApplicable => ("NOT_AVAILABLE", Some("NOT_APPLICABLE")),
    };
    let mut compliance = Map::new();
    compliance.insert("Status".to_owned(), json!(status));
    if let Some(reason) = reason {
        compliance.insert(
            "StatusReasons".to_owned(),
            json!([{"ReasonCode": reason, "Description": said}]),
        );
    }
    let related: Vec<String> = report
        .summary
        .compliance
        .iter()
        .filter(|entry| entry.controls.contains(&finding.control_id))
        .map(|entry| filled(&format!("{} {}", entry.framework_title, entry.requirement), 64))
        .take(32)
        .collect();
    if !related.is_empty() {
        compliance.insert("RelatedRequirements".to_owned(), json!(related));
    }
    Value::Object(compliance)
}

fn product_fields(finding: &Finding) -> io::Result<Map<String, Value>> {
    let evidence = serde_json::to_string(&finding.evidence)?;
    let fields = [
        ("id", finding.id.as_str()),
        ("control_id", &finding.control_id),
        ("rule_id", &finding.rule_id),
        ("status", finding.status.as_str()),
        ("evidence", &evidence),
    ];
    Ok(fields
        .into_iter()
        .map(|(name, value)| (format!("bedrock-audit/{name}"), json!(filled(value, 2048))))
        .collect())
}

/// Text of at most `limit` UTF-16 units, and never empty, which Security Hub refuses.
fn filled(untrusted: &str, limit: usize) -> String {
    let safe = text::line(untrusted);
    if safe.trim().is_empty() {
        return "-".to_owned();
    }
    if safe.encode_utf16().count() <= limit {
        return safe;
    }
    let mut used = 1;
    let fits = safe.chars().take_while(|c| {
        used += c.len_utf16();
        used <= limit
    });
    fits.chain(['…']).collect()
}

fn account(finding: &Finding, report: &Report) -> String {
    let known = std::iter::once(&finding.resource.account_id).chain(&report.scope.accounts);
    let mut valid = known.filter(|id| id.len() == 12 && id.bytes().all(|byte| byte.is_ascii_digit()));
    valid.next().cloned().unwrap_or_else(|| "0".repeat(12))
}

/// The resource's region; for global things the first region in use.
fn region(finding: &Finding, report: &Report) -> String {
    let known = finding
        .resource
        .region
        .iter()
        .chain(&report.scope.regions_in_use)
        .chain(&report.scope.regions);
    let mut valid = known.filter(|region| {
        !region.is_empty()
            && region
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    });
    valid.next().cloned().unwrap_or_else(|| "us-east-1".to_owned())
}

fn severity(finding: &Finding) -> &'static str {
    match (finding.status, finding.severity) {
        (Status::Pass | Status::NotApplicable, _) | (_, Severity::Info) => "INFORMATIONAL",
        (_, other) => other.as_str(),
    }
}

/// The names that Security Hub has for what we look at.
fn resource_type(kind: &str) -> &'static str {
    match kind {
        "iam_policy" => "AwsIamPolicy",
        "iam_role" | "agent_role" => "AwsIamRole",
        "iam_user" => "AwsIamUser",
        "iam_group" => "AwsIamGroup",
        "bucket" => "AwsS3Bucket",
        "trail" => "AwsCloudTrailTrail",
        "lambda" | "action_group" => "AwsLambdaFunction",
        _ => "Other",
    }
}
