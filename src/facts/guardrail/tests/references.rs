//! What refers to a guardrail version: it counts by that, and must exist.

use super::*;

/// The only policy of the organization: an SCP with this condition.
fn scp(condition: Value) -> String {
    json!([{"Id": "p-1", "Arn": "arn:scp", "Name": "guard", "Type": "SERVICE_CONTROL_POLICY", "Content": {
        "Statement": {"Effect": "Deny", "Action": "bedrock:InvokeModel*", "Resource": "*", "Condition": condition}}}])
    .to_string()
}

type Change = Box<dyn Fn(&mut Snapshot)>;

#[test]
fn flows_configurations_and_policies_put_versions_to_use() {
    let one = arn("us-east-1", "abc:1");
    let uses: Vec<(&str, Change)> = vec![
        (
            "flow intake (DRAFT), node ask",
            Box::new(|snapshot| {
                regional(snapshot, "us-east-1").flow_versions.items =
                    serde_json::from_value(json!([{"arn": "f", "id": "F1",
                "version": "DRAFT", "name": "intake", "status": "Prepared", "nodes": [{"name": "ask", "type": "Prompt",
                "guardrailConfiguration": {"guardrailIdentifier": "abc", "guardrailVersion": "1"}}]}]))
                    .unwrap();
            }),
        ),
        (
            "enforced configuration of account 123456789012 in us-east-1",
            Box::new(|snapshot| {
                regional(snapshot, "us-east-1").enforced_guardrails.items =
                    serde_json::from_value(json!([{"guardrailArn": arn("us-east-1", "abc"), "guardrailVersion": "1"}]))
                        .unwrap();
            }),
        ),
        (
            "BEDROCK_POLICY in effect for account 123456789012",
            Box::new(|snapshot| {
                let policy = json!({"bedrock": {"guardrail_inference": {"us-east-1": {"c": {"identifier": {"@@assign": arn("us-east-1", "abc:1")}}}}}});
                let global = &mut snapshot.accounts.get_mut(ACCOUNT).unwrap().global;
                global.effective_policies.items = serde_json::from_value(
                    json!([{"PolicyType": "BEDROCK_POLICY", "TargetId": ACCOUNT, "PolicyContent": policy}]),
                )
                .unwrap();
            }),
        ),
        (
            "SCP guard (statement 0)",
            Box::new(|snapshot| {
                let text = scp(json!({"StringNotEquals": {"bedrock:GuardrailIdentifier": arn("us-east-1", "abc:1")}}));
                let global = &mut snapshot.accounts.get_mut(ACCOUNT).unwrap().global;
                global.organization_policies.items = serde_json::from_str(&text).unwrap();
            }),
        ),
        (
            "SCP guard (statement 0)",
            Box::new(|snapshot| {
                let text = scp(
                    json!({"ArnNotLike": {"bedrock:GuardrailIdentifier": ["arn:aws:bedrock:*:123456789012:guardrail/abc:*"]}}),
                );
                let global = &mut snapshot.accounts.get_mut(ACCOUNT).unwrap().global;
                global.organization_policies.items = serde_json::from_str(&text).unwrap();
            }),
        ),
    ];
    for (text, change) in uses {
        let mut snapshot = empty(&["us-east-1"]);
        add(&mut snapshot, "us-east-1", "abc", "DRAFT", "HIGH");
        add(&mut snapshot, "us-east-1", "abc", "1", "NONE");
        add(&mut snapshot, "us-east-1", "xyz", "1", "NONE");
        change(&mut snapshot);
        let findings = judge(&snapshot);
        assert_eq!(status(&findings, PROMPT, &one), Some(Status::Fail), "{text}");
        assert_eq!(
            status(&findings, PROMPT, &arn("us-east-1", "xyz:1")),
            Some(Status::NotApplicable),
            "{text}"
        );
        let finding = findings
            .iter()
            .find(|f| f.rule_id.ends_with(PROMPT) && f.resource.arn == one)
            .unwrap();
        assert_eq!(finding.evidence["in_use_by"], json!([text]));
    }
    let mut snapshot = empty(&["us-east-1"]);
    add(&mut snapshot, "us-east-1", "abc", "1", "NONE");
    for condition in [
        json!({"ArnNotLike": {"bedrock:GuardrailIdentifier": "arn:aws:bedrock:us-east-1:123456789012:guardrail/*"}}),
        json!({"StringEquals": {"bedrock:GuardrailIdentifier": one}}),
        json!({"Null": {"bedrock:GuardrailIdentifier": "true"}}),
    ] {
        let global = &mut snapshot.accounts.get_mut(ACCOUNT).unwrap().global;
        global.organization_policies.items = serde_json::from_str(&scp(condition)).unwrap();
        assert_eq!(status(&judge(&snapshot), PROMPT, &one), Some(Status::NotApplicable));
    }
}

#[test]
fn dangling_foreign_and_sound_references_differ() {
    let foreign = "arn:aws:bedrock:us-east-1:444455556666:guardrail/theirs";
    for (named, version, expected) in [
        ("abc", "1", Status::Pass),
        ("abc", "2", Status::Fail),
        ("gone", "1", Status::Fail),
        (arn("us-east-1", "abc").as_str(), "1", Status::Pass),
        (foreign, "1", Status::Unknown),
    ] {
        let mut snapshot = empty(&["us-east-1"]);
        add(&mut snapshot, "us-east-1", "abc", "DRAFT", "HIGH");
        add(&mut snapshot, "us-east-1", "abc", "1", "HIGH");
        agent(&mut snapshot, "us-east-1", (named, version), json!({}));
        let findings = judge(&snapshot);
        let about =
            |f: &&Finding| f.rule_id.ends_with("dangling-guardrail") && f.resource.name == "support (version 1)";
        let found: Vec<&Finding> = findings.iter().filter(about).collect();
        assert_eq!(
            found.iter().map(|f| f.status).collect::<Vec<_>>(),
            [expected],
            "{named}:{version}"
        );
        assert_eq!(found[0].resource.arn, "arn:aws:bedrock:us-east-1:123456789012:agent/A1");
        if named == foreign {
            assert_eq!(
                status(&findings, PROMPT, &format!("{foreign}:1")),
                Some(Status::Unknown)
            );
        }
    }
}

#[test]
fn a_draft_in_production_is_named_with_its_user() {
    let mut snapshot = empty(&["us-east-1"]);
    add(&mut snapshot, "us-east-1", "abc", "DRAFT", "HIGH");
    agent(&mut snapshot, "us-east-1", ("abc", "DRAFT"), json!({}));
    let findings = judge(&snapshot);
    let of: Vec<(&str, Status)> = findings
        .iter()
        .filter(|f| f.rule_id.ends_with("draft-in-use"))
        .map(|f| (f.resource.name.as_str(), f.status))
        .collect();
    assert!(of.contains(&("support (version 1)", Status::Fail)), "{of:?}");
    assert!(of.contains(&("support (DRAFT)", Status::NotApplicable)), "{of:?}");
}

#[test]
fn a_guardrail_of_another_account_that_aws_does_not_know_is_gone() {
    let theirs = "arn:aws:bedrock:us-east-1:444455556666:guardrail/theirs:1";
    for (kind, expected) in [(GapKind::NotFound, Status::Fail), (GapKind::Denied, Status::Unknown)] {
        let mut snapshot = empty(&["us-east-1"]);
        add(&mut snapshot, "us-east-1", "abc", "DRAFT", "HIGH");
        agent(
            &mut snapshot,
            "us-east-1",
            (theirs.strip_suffix(":1").unwrap(), "1"),
            json!({}),
        );
        regional(&mut snapshot, "us-east-1").guardrail_details.push_gap(Gap {
            kind,
            ..gap("GetGuardrail", Some(theirs.to_owned()))
        });
        let findings = judge(&snapshot);
        let about =
            |f: &&Finding| f.rule_id.ends_with("dangling-guardrail") && f.resource.name == "support (version 1)";
        assert_eq!(findings.iter().find(about).map(|f| f.status), Some(expected));
        let judged = (expected == Status::Unknown).then_some(Status::Unknown);
        assert_eq!(status(&findings, PROMPT, theirs), judged);
    }
}

#[test]
fn where_guardrails_are_not_offered_nothing_is_missing() {
    let mut snapshot = empty(&["us-east-1"]);
    agent(&mut snapshot, "us-east-1", ("abc", "1"), json!({}));
    regional(&mut snapshot, "us-east-1").guardrails.push_gap(Gap {
        kind: GapKind::Unsupported,
        ..gap("ListGuardrails", None)
    });
    let findings = judge(&snapshot);
    let found: Vec<_> = findings
        .iter()
        .filter(|f| matches!(f.status, Status::Fail | Status::Unknown))
        .map(|f| (&f.rule_id, &f.resource.arn))
        .collect();
    assert!(found.is_empty(), "{found:?}");
}
