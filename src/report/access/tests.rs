//! The answer as text, with names that mean harm.

use super::*;
use crate::access::{ActionReach, PointAnswer, PointEntry, ReachAnswer, ReachEntry, Reached};

fn because() -> Vec<Because> {
    vec![
        Because {
            source: "identity",
            policy: "arn:aws:iam::111122223333:role/=cmd()#in\u{1b}[31mline".to_owned(),
            statement: "::error::boo".to_owned(),
            effect: "Allow",
        },
        Because {
            source: "scp",
            policy: "ou-ab12-workload".to_owned(),
            statement: String::new(),
            effect: "Allow",
        },
    ]
}

fn point() -> Answer {
    let entry = |arn: &str, decision| PointEntry {
        arn: arn.to_owned(),
        kind: "role",
        decision,
        because: because(),
        conditions: vec!["aws:SourceVpc".to_owned()],
        unread: Vec::new(),
    };
    Answer::Point(PointAnswer {
        schema_version: "1.0",
        action: "bedrock:InvokeModel".to_owned(),
        resource: "arn:aws:bedrock:us-east-1::foundation-model/m".to_owned(),
        unread: vec!["iam:GetAccountAuthorizationDetails".to_owned()],
        principals: vec![
            entry("=HYPERLINK(\"x\")", Verdict::ImplicitDeny),
            entry("arn:aws:iam::111122223333:role/\u{202e}evil\r\nx", Verdict::Allowed),
        ],
    })
}

fn reach() -> Answer {
    let reached = Reached {
        extent: Extent::Family,
        models: vec!["anthropic.*".to_owned()],
        decision: Verdict::Conditional,
        because: because(),
        conditions: vec!["aws:SourceVpc".to_owned()],
    };
    let action = |decision, reaches| ActionReach {
        action: "bedrock:InvokeModel".to_owned(),
        decision,
        reaches,
        blocked_by: Vec::new(),
        unread: Vec::new(),
    };
    let entry = |arn: &str, action| ReachEntry {
        arn: arn.to_owned(),
        kind: "user",
        actions: vec![action],
    };
    Answer::Reach(ReachAnswer {
        schema_version: "1.0",
        actions: vec!["bedrock:InvokeModel".to_owned()],
        unread: Vec::new(),
        principals: vec![
            entry("a", action(Verdict::Conditional, vec![reached])),
            entry("b", action(Verdict::ImplicitDeny, Vec::new())),
        ],
    })
}

fn text(format: AccessFormat, answer: &Answer, width: usize) -> String {
    let style = Style {
        width,
        ..Style::default()
    };
    let mut out = Vec::new();
    render_access(format, answer, &style, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn the_table_keeps_its_width_and_obeys_nobody() {
    for width in [40, 80, 132] {
        for answer in [point(), reach()] {
            let shown = text(AccessFormat::Table, &answer, width);
            for line in shown.lines() {
                assert!(line.chars().count() <= width, "{width}: {line}");
                assert!(!line.trim_start().starts_with("::"), "{line}");
                assert!(!line.contains(['\u{1b}', '\u{202e}', '\r']), "{line:?}");
            }
        }
    }
    let shown = text(AccessFormat::Table, &point(), 132);
    assert!(shown.contains("there may be more"), "{shown}");
    assert!(
        shown.find("allowed  ").unwrap() < shown.find("implicit deny  ").unwrap(),
        "{shown}"
    );
    assert!(shown.contains("nothing in ou-ab12-workload allows it (scp)"), "{shown}");
    let shown = text(AccessFormat::Table, &reach(), 132);
    assert!(
        shown.contains("every anthropic.*") && shown.contains("no statement allows it"),
        "{shown}"
    );
}

#[test]
fn a_spreadsheet_computes_nothing() {
    let shown = text(AccessFormat::Csv, &point(), 100);
    let mut reader = ::csv::Reader::from_reader(shown.as_bytes());
    let rows: Vec<Vec<String>> = reader
        .records()
        .map(|row| row.unwrap().iter().map(str::to_owned).collect())
        .collect();
    assert_eq!(rows.len(), 3);
    assert_eq!(rows[0][0], "'=HYPERLINK(\"x\")");
    assert_eq!(rows[1][5], "allowed");
    assert_eq!(
        (rows[2][1].as_str(), rows[2][8].as_str()),
        ("unread", "iam:GetAccountAuthorizationDetails")
    );
    assert!(
        rows.iter()
            .flatten()
            .all(|cell| !cell.contains(['\u{1b}', '\u{202e}', '\n'])),
        "{rows:?}"
    );
    assert_eq!(text(AccessFormat::Csv, &reach(), 100).lines().count(), 3);
}

#[test]
fn json_has_the_names_of_the_contract() {
    let json: serde_json::Value = serde_json::from_str(&text(AccessFormat::Json, &point(), 100)).unwrap();
    assert_eq!(json["schema_version"], "1.0");
    assert_eq!(json["principals"][1]["decision"], "allowed");
    assert_eq!(json["principals"][1]["type"], "role");
    assert_eq!(json["principals"][1]["because"][0]["source"], "identity");
    let json: serde_json::Value = serde_json::from_str(&text(AccessFormat::Json, &reach(), 100)).unwrap();
    assert_eq!(json["principals"][0]["actions"][0]["reaches"][0]["extent"], "family");
}
