//! A report in which every untrusted member tries to get out of its format.

use crate::model::gap::GapKind;
use crate::model::report::{
    Baseline, ControlSummary, ExceptionNote, Finding, Gate, InUse, RegionUsage, Report, ReportedGap, Requirement,
    Resource, SCHEMA_VERSION, Scope, Status, Summary,
};
use crate::model::severity::Severity;
use crate::model::snapshot::Tool;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Attempts on terminals, spreadsheets, browsers, Markdown, CI logs and XML parsers, one a line.
pub(in crate::report) const ATTACKS: [&str; 16] = [
    "\u{1b}[31mred\u{1b}[0m\u{1b}]0;title\u{7}",
    "\u{9b}31mC1",
    "first\nsecond\r\nthird\rfourth",
    "=cmd|'/c calc'!A1",
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1+1",
    "<script>alert(1)</script><img src=x onerror=alert(1)>\" onload=\"x",
    "[click](http://evil.example) ![i](http://evil.example/x.png) <http://evil.example> http://evil.example/auto",
    "::set-output name=a::b\n::error::forged\n##[error]forged%0A::warning::x",
    "a|b`c``d*e_f~g #h\n# heading\n- list\n```\nfence",
    "right\u{202e}left\u{2066}iso\u{2069}\u{200b}zero\u{feff}",
    "nul\0 unit\u{1f} ffff\u{ffff} del\u{7f}",
    "]]>&amp;&lt;!--x--><?xml?>",
    "Zürich 東京 🏔 מחקר é",
];

fn attack(index: usize) -> &'static str {
    ATTACKS[index % ATTACKS.len()]
}

fn finding(index: usize, severity: Severity, status: Status) -> Finding {
    let text = attack(index);
    Finding {
        id: format!("{index:032x}"),
        control_id: format!("aws-genai-{:02}", index % 10 + 1),
        rule_id: format!("aws-genai-{:02}.rule-{}", index % 10 + 1, index % 3),
        title: format!("Title {text}"),
        severity,
        status,
        resource: Resource {
            kind: "guardrail".into(),
            arn: format!("arn:aws:bedrock:us-east-1:111122223333:guardrail/{text}"),
            name: text.into(),
            region: (!index.is_multiple_of(4)).then(|| "us-east-1".into()),
            account_id: "111122223333".into(),
        },
        message: text.into(),
        evidence: [(text.to_owned(), json!({"nested": [text, null, 1.5, true]}))]
            .into_iter()
            .collect(),
        remediation: format!("{text}\n\naws bedrock update-guardrail --name '{text}'"),
        exception: None,
        baseline: None,
    }
}

/// The report.
pub(in crate::report) fn report() -> Report {
    let mut findings: Vec<Finding> = (0..ATTACKS.len() * 2)
        .map(|index| {
            let severity = Severity::ALL[index * Severity::ALL.len() / (ATTACKS.len() * 2)];
            finding(
                index,
                severity,
                if index % 3 == 2 { Status::Unknown } else { Status::Fail },
            )
        })
        .collect();
    for (index, expired) in [(1, false), (2, false), (3, true)] {
        findings[index].exception = Some(ExceptionNote {
            reason: attack(index + 8).into(),
            expires: expired.then(|| "2026-01-01".into()),
            expired,
        });
    }
    findings[4].baseline = Some(Baseline::New);
    findings[5].baseline = Some(Baseline::Existing);
    findings[6].resource = Resource::default();
    findings[7].message = "long ".repeat(3000);
    findings[8].resource.name = "n".repeat(2000);
    findings[8]
        .evidence
        .insert("big".into(), Value::String("é".repeat(30_000)));
    findings.push(finding(90, Severity::Critical, Status::Pass));
    findings.push(finding(91, Severity::Low, Status::NotApplicable));
    let gaps = ATTACKS
        .iter()
        .enumerate()
        .map(|(index, text)| gap(index, text))
        .collect();
    let base = empty();
    Report {
        scope: Scope {
            accounts: vec!["111122223333".into(), attack(8).into()],
            regions: vec!["us-east-1".into(), attack(0).into()],
            regions_in_use: vec!["us-east-1".into()],
            region_usage: vec![RegionUsage {
                account_id: "111122223333".into(),
                region: attack(9).into(),
                in_use: InUse::Undecided,
                because: vec![attack(10).into()],
            }],
            ..base.scope.clone()
        },
        summary: summary(&findings),
        findings,
        gaps,
        notes: ATTACKS.iter().map(|text| (*text).to_owned()).collect(),
        ..base
    }
}

fn gap(index: usize, text: &str) -> ReportedGap {
    let kinds = [
        GapKind::Denied,
        GapKind::Throttled,
        GapKind::Unsupported,
        GapKind::Network,
        GapKind::Malformed,
    ];
    ReportedGap {
        account_id: "111122223333".into(),
        region: (!index.is_multiple_of(2)).then(|| "us-east-1".into()),
        service: "bedrock".into(),
        operation: "GetGuardrail".into(),
        resource: Some(text.into()),
        kind: kinds[index % kinds.len()],
        code: Some(text.into()),
        message: text.into(),
        permission: index.is_multiple_of(3).then(|| "bedrock:GetGuardrail".into()),
        controls: vec!["aws-genai-06".into()],
    }
}

fn summary(findings: &[Finding]) -> Summary {
    let live = |finding: &&Finding| finding.exception.as_ref().is_none_or(|exception| exception.expired);
    let count = |status, severity: Option<Severity>| {
        let of = findings.iter().filter(live).filter(|finding| finding.status == status);
        of.filter(|finding| severity.is_none_or(|wanted| finding.severity == wanted))
            .count()
    };
    Summary {
        findings: Severity::ALL
            .into_iter()
            .map(|severity| (severity, count(Status::Fail, Some(severity))))
            .collect(),
        unknown: count(Status::Unknown, None),
        excepted: findings.iter().filter(|finding| !live(finding)).count(),
        controls: (1..=10)
            .map(|n| ControlSummary {
                control_id: format!("aws-genai-{n:02}"),
                title: attack(n).into(),
                severity: Severity::ALL[n % 5],
                status: [Status::Fail, Status::Unknown, Status::Pass, Status::NotApplicable][n % 4],
                pass: 1,
                fail: 2,
                unknown: 3,
                not_applicable: 4,
            })
            .collect(),
        gate: Gate {
            fail_on: "CRITICAL".into(),
            exit_code: 1,
            failing: None,
            undecided: None,
        },
        compliance: vec![Requirement {
            framework: attack(8).into(),
            framework_title: attack(9).into(),
            requirement: attack(11).into(),
            controls: vec!["aws-genai-01".into()],
            status: Status::Unknown,
        }],
    }
}

/// A report of nothing at all.
pub(in crate::report) fn empty() -> Report {
    Report {
        schema_version: SCHEMA_VERSION.into(),
        tool: Tool {
            name: "bedrock-audit".into(),
            version: "0.0.0".into(),
        },
        generated_at: "2026-11-23T00:00:00Z".into(),
        scope: Scope {
            source: "snapshot".into(),
            partition: "aws".into(),
            accounts: vec!["111122223333".into()],
            ..Scope::default()
        },
        summary: Summary {
            findings: BTreeMap::new(),
            unknown: 0,
            excepted: 0,
            controls: Vec::new(),
            gate: Gate {
                fail_on: "CRITICAL".into(),
                exit_code: 0,
                failing: None,
                undecided: None,
            },
            compliance: Vec::new(),
        },
        findings: Vec::new(),
        gaps: Vec::new(),
        notes: Vec::new(),
    }
}
