//! What counts as new, resolved, re-opened, and gone because unread.

use super::*;
use crate::model::gap::GapKind;
use crate::model::report::{Gate, Resource, Summary};
use crate::model::severity::Severity;
use crate::model::snapshot::Tool;

fn finding(id: &str, status: Status) -> Finding {
    Finding {
        id: id.into(),
        control_id: "c".into(),
        rule_id: "c.r".into(),
        title: String::new(),
        severity: Severity::High,
        status,
        resource: Resource {
            kind: "guardrail".into(),
            arn: format!("arn:aws:bedrock:eu-west-1:1:guardrail/{id}"),
            name: id.into(),
            region: Some("eu-west-1".into()),
            account_id: "1".into(),
        },
        message: String::new(),
        evidence: serde_json::Map::new(),
        remediation: String::new(),
        exception: None,
        baseline: None,
    }
}

fn excepted(id: &str, expired: bool) -> Finding {
    Finding {
        exception: Some(ExceptionNote {
            reason: "because".into(),
            expires: None,
            expired,
        }),
        ..finding(id, Status::Fail)
    }
}

fn report(findings: Vec<Finding>) -> Report {
    Report {
        schema_version: crate::model::report::SCHEMA_VERSION.into(),
        tool: Tool::this(),
        generated_at: String::new(),
        scope: Scope::default(),
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
        findings,
        gaps: Vec::new(),
        notes: Vec::new(),
    }
}

fn gap(resource: Option<&str>, controls: &[&str]) -> ReportedGap {
    ReportedGap {
        account_id: "1".into(),
        region: Some("eu-west-1".into()),
        service: "bedrock".into(),
        operation: "GetGuardrail".into(),
        resource: resource.map(Into::into),
        kind: GapKind::Denied,
        code: None,
        message: String::new(),
        permission: None,
        controls: controls.iter().map(|&id| id.into()).collect(),
    }
}

fn run(now: &mut [Finding], gaps: &[ReportedGap], before: Vec<Finding>) -> Comparison {
    let scope = Scope {
        accounts: vec!["1".into()],
        regions: vec!["eu-west-1".into()],
        ..Scope::default()
    };
    let controls = BTreeSet::from(["c".to_owned()]);
    let looked = Looked {
        scope: &scope,
        controls: &controls,
        gaps,
    };
    compare(now, looked, &report(before))
}

#[test]
fn tells_new_from_existing_and_resolved() {
    let mut now = [
        finding("a", Status::Fail),
        finding("b", Status::Fail),
        finding("p", Status::Pass),
    ];
    let before = vec![
        finding("a", Status::Fail),
        finding("gone", Status::Fail),
        finding("p", Status::Fail),
    ];
    let comparison = run(&mut now, &[], before);
    assert_eq!(now[0].baseline, Some(Baseline::Existing));
    assert_eq!(now[1].baseline, Some(Baseline::New));
    assert_eq!(now[2].baseline, None);
    assert_eq!((comparison.new, comparison.existing), (1, 1));
    assert_eq!(comparison.resolved.len(), 2);
    assert!(comparison.unread.is_empty());
}

#[test]
fn a_denied_read_never_resolves() {
    let arn = "arn:aws:bedrock:eu-west-1:1:guardrail/gone";
    for hiding in [gap(None, &["c"]), gap(Some(arn), &["c"])] {
        let comparison = run(&mut [], &[hiding], vec![finding("gone", Status::Fail)]);
        assert_eq!((comparison.resolved.len(), comparison.unread.len()), (0, 1));
    }
    let elsewhere = [
        gap(None, &["other"]),
        gap(Some("arn:aws:bedrock:eu-west-1:1:guardrail/b"), &["c"]),
    ];
    let comparison = run(&mut [], &elsewhere, vec![finding("gone", Status::Fail)]);
    assert_eq!((comparison.resolved.len(), comparison.unread.len()), (1, 0));
}

#[test]
fn what_was_left_out_of_the_run_is_not_resolved() {
    let mut other_account = finding("x", Status::Fail);
    other_account.resource.account_id = "2".into();
    let mut other_region = finding("y", Status::Fail);
    other_region.resource.region = Some("us-east-1".into());
    let mut other_control = finding("z", Status::Fail);
    other_control.control_id = "d".into();
    let comparison = run(&mut [], &[], vec![other_account, other_region, other_control]);
    assert_eq!((comparison.resolved.len(), comparison.unread.len()), (0, 3));
}

#[test]
fn a_fail_that_turned_unknown_exists_and_is_unread() {
    let mut now = [finding("a", Status::Unknown)];
    let comparison = run(&mut now, &[], vec![finding("a", Status::Fail)]);
    assert_eq!(now[0].baseline, Some(Baseline::Existing));
    assert_eq!(comparison.unread.len(), 1);
}

#[test]
fn an_unknown_that_turned_fail_is_new() {
    let mut now = [finding("a", Status::Fail)];
    run(&mut now, &[], vec![finding("a", Status::Unknown)]);
    assert_eq!(now[0].baseline, Some(Baseline::New));
}

#[test]
fn what_was_settled_and_fails_again_is_reopened_and_new() {
    let mut now = [finding("a", Status::Fail), excepted("b", true), excepted("c", false)];
    let before = vec![finding("a", Status::Pass), excepted("b", false), excepted("c", false)];
    let comparison = run(&mut now, &[], before);
    assert_eq!(comparison.reopened.len(), 2);
    assert_eq!(now[0].baseline, Some(Baseline::New));
    assert_eq!(now[1].baseline, Some(Baseline::New));
    assert_eq!(now[2].baseline, Some(Baseline::Existing));
    assert!(comparison.notes()[0].contains("2 re-opened"));
}
