//! Which guardrail versions are judged, from whole snapshots through the built-in rules.

use crate::audit::{self, Settings};
use crate::control::catalog::Catalog;
use crate::model::gap::{Gap, GapKind};
use crate::model::report::{Finding, Status};
use crate::model::snapshot::{Account, Regional, Snapshot};
use serde_json::{Value, json};
use std::sync::LazyLock;

mod references;

static CATALOG: LazyLock<Catalog> = LazyLock::new(|| Catalog::builtin(&audit::subjects()).unwrap());

const ACCOUNT: &str = "123456789012";

fn arn(region: &str, rest: &str) -> String {
    format!("arn:aws:bedrock:{region}:{ACCOUNT}:guardrail/{rest}")
}

/// A place where everything was read and nothing is there.
fn empty(regions: &[&str]) -> Snapshot {
    let mut snapshot = Snapshot::new("2026-11-01T00:00:00Z".into());
    let mut account = Account {
        partition: "aws".into(),
        ..Account::default()
    };
    account.global.mark_collected();
    for region in regions {
        let mut regional = Regional::default();
        regional.mark_collected();
        account.regions.insert((*region).to_owned(), regional);
    }
    snapshot.accounts.insert(ACCOUNT.into(), account);
    snapshot
}

fn regional<'s>(snapshot: &'s mut Snapshot, region: &str) -> &'s mut Regional {
    snapshot
        .accounts
        .get_mut(ACCOUNT)
        .unwrap()
        .regions
        .get_mut(region)
        .unwrap()
}

/// Every filter in order, the prompt attack filter as given.
fn content(prompt_attack: &str) -> Value {
    let mut filters: Vec<Value> = super::filters::HARM
        .iter()
        .map(|name| json!({"type": name, "inputStrength": "HIGH", "outputStrength": "HIGH"}))
        .collect();
    filters.push(json!({"type": "PROMPT_ATTACK", "inputStrength": prompt_attack, "outputStrength": "NONE"}));
    json!({"filters": filters, "tierName": "STANDARD"})
}

/// Adds a guardrail version; `prompt_attack` is its strength on input.
fn add(snapshot: &mut Snapshot, region: &str, id: &str, version: &str, prompt_attack: &str) {
    let pii = json!([
        {"type": "EMAIL", "action": "ANONYMIZE"}, {"type": "AWS_ACCESS_KEY", "action": "BLOCK"},
        {"type": "AWS_SECRET_KEY", "action": "BLOCK"}, {"type": "PASSWORD", "action": "BLOCK"},
    ]);
    let detail = json!({"guardrailArn": arn(region, id), "guardrailId": id, "version": version, "name": "prod",
        "status": "READY", "contentPolicy": content(prompt_attack), "piiEntities": pii});
    let summary = json!({"arn": arn(region, id), "id": id, "version": version, "name": "prod", "status": "READY"});
    let facts = regional(snapshot, region);
    facts.guardrails.items.push(serde_json::from_value(summary).unwrap());
    facts
        .guardrail_details
        .items
        .push(serde_json::from_value(detail).unwrap());
}

/// Adds an agent whose DRAFT and version 1 use this guardrail, with an alias that routes to version 1.
fn agent(snapshot: &mut Snapshot, region: &str, guardrail: (&str, &str), alias: Value) {
    let facts = regional(snapshot, region);
    facts.agents.items = serde_json::from_value(json!([{"agentId": "A1", "agentName": "support"}])).unwrap();
    let reference = json!({"guardrailIdentifier": guardrail.0, "guardrailVersion": guardrail.1});
    let version = |version: &str, reference: Value| {
        json!({"agentArn": "a", "agentId": "A1", "agentName": "support", "agentVersion": version,
            "agentStatus": "PREPARED", "guardrailConfiguration": reference})
    };
    let draft = json!({"guardrailIdentifier": guardrail.0, "guardrailVersion": "DRAFT"});
    facts.agent_versions.items =
        serde_json::from_value(json!([version("DRAFT", draft), version("1", reference)])).unwrap();
    let mut row = json!({"agentId": "A1", "agentAliasId": "L1", "agentAliasName": "prod",
        "agentAliasStatus": "PREPARED", "agentVersions": ["1"]});
    row.as_object_mut().unwrap().extend(alias.as_object().unwrap().clone());
    facts.agent_aliases.items = serde_json::from_value(json!([row])).unwrap();
}

fn gap(operation: &str, resource: Option<String>) -> Gap {
    Gap {
        region: None,
        service: "bedrock".into(),
        operation: operation.into(),
        resource,
        kind: GapKind::Denied,
        code: Some("AccessDeniedException".into()),
        message: String::new(),
        permission: Some(format!("bedrock:{operation}")),
    }
}

fn judge_with(snapshot: &Snapshot, params: &[(&str, &str, Value)]) -> Vec<Finding> {
    let mut settings = Settings {
        params: audit::default_params(&CATALOG),
        show_passed: true,
        ..Settings::default()
    };
    settings.controls = Some(["aws-genai-06".to_owned(), "aws-genai-02".to_owned()].into());
    for (control, name, value) in params {
        let control = settings.params.0.get_mut(*control).unwrap();
        control.values.insert((*name).to_owned(), value.clone());
    }
    audit::run(&CATALOG, snapshot, &settings, jiff::Timestamp::UNIX_EPOCH)
        .unwrap()
        .findings
}

fn judge(snapshot: &Snapshot) -> Vec<Finding> {
    judge_with(snapshot, &[])
}

fn status(findings: &[Finding], rule: &str, arn: &str) -> Option<Status> {
    let mut found = findings
        .iter()
        .filter(|f| f.rule_id.ends_with(rule) && f.resource.arn == arn);
    let status = found.next().map(|finding| finding.status);
    assert!(found.next().is_none(), "two findings of {rule} about {arn}");
    status
}

const PROMPT: &str = "06.prompt-attack";

#[test]
fn the_version_in_use_decides_and_not_the_draft() {
    for (draft, first) in [("HIGH", "NONE"), ("NONE", "HIGH")] {
        let mut snapshot = empty(&["us-east-1"]);
        add(&mut snapshot, "us-east-1", "abc", "DRAFT", draft);
        add(&mut snapshot, "us-east-1", "abc", "1", first);
        let of = |strength: &str| if strength == "HIGH" { Status::Pass } else { Status::Fail };

        let findings = judge(&snapshot);
        assert_eq!(status(&findings, PROMPT, &arn("us-east-1", "abc")), Some(of(draft)));
        assert_eq!(
            status(&findings, PROMPT, &arn("us-east-1", "abc:1")),
            Some(Status::NotApplicable)
        );

        agent(&mut snapshot, "us-east-1", ("abc", "1"), json!({}));
        let findings = judge(&snapshot);
        assert_eq!(status(&findings, PROMPT, &arn("us-east-1", "abc:1")), Some(of(first)));
        let about = |f: &&Finding| f.rule_id.ends_with(PROMPT) && f.resource.arn.ends_with(":1");
        let finding = findings.iter().find(about).unwrap();
        assert_eq!(
            finding.evidence["in_use_by"],
            json!(["agent support (alias prod → version 1)"])
        );

        let all = judge_with(&snapshot, &[("aws-genai-06", "guardrail_versions", json!("all"))]);
        assert_eq!(status(&all, PROMPT, &arn("us-east-1", "abc:1")), Some(of(first)));
    }
}

#[test]
fn the_param_of_06_takes_all_versions_for_02_as_well() {
    let mut snapshot = empty(&["us-east-1"]);
    add(&mut snapshot, "us-east-1", "abc", "DRAFT", "HIGH");
    add(&mut snapshot, "us-east-1", "abc", "1", "HIGH");
    regional(&mut snapshot, "us-east-1").guardrail_details.items[1]
        .pii_entities
        .clear();
    let version = arn("us-east-1", "abc:1");
    assert_eq!(
        status(&judge(&snapshot), "02.pii", &version),
        Some(Status::NotApplicable)
    );
    let all = judge_with(&snapshot, &[("aws-genai-06", "guardrail_versions", json!("all"))]);
    assert_eq!(status(&all, "02.pii", &version), Some(Status::Fail));
}

#[test]
fn an_alias_that_leads_nowhere_puts_nothing_to_use() {
    let aliases = [
        json!({"agentAliasStatus": "FAILED"}),
        json!({"aliasInvocationState": "REJECT_INVOCATIONS"}),
        json!({"agentVersions": ["2"]}),
    ];
    for alias in aliases {
        let mut snapshot = empty(&["us-east-1"]);
        add(&mut snapshot, "us-east-1", "abc", "DRAFT", "HIGH");
        add(&mut snapshot, "us-east-1", "abc", "1", "NONE");
        agent(&mut snapshot, "us-east-1", ("abc", "1"), alias.clone());
        if alias.get("agentVersions").is_some() {
            // Version 2 is gone, which says nothing of guardrails.
            let mut gone = gap("GetAgentVersion", Some("A1/2".into()));
            gone.kind = GapKind::NotFound;
            regional(&mut snapshot, "us-east-1").agent_versions.push_gap(gone);
        }
        let findings = judge(&snapshot);
        let version = arn("us-east-1", "abc:1");
        assert_eq!(
            status(&findings, PROMPT, &version),
            Some(Status::NotApplicable),
            "{alias}"
        );
    }
}

#[test]
fn two_guardrails_of_one_name_in_two_regions_never_mix() {
    let mut snapshot = empty(&["us-east-1", "eu-west-1"]);
    for region in ["us-east-1", "eu-west-1"] {
        add(&mut snapshot, region, "abc", "DRAFT", "HIGH");
        add(&mut snapshot, region, "abc", "1", "NONE");
    }
    agent(&mut snapshot, "us-east-1", ("abc", "1"), json!({}));
    let findings = judge(&snapshot);
    assert_eq!(
        status(&findings, PROMPT, &arn("us-east-1", "abc:1")),
        Some(Status::Fail)
    );
    assert_eq!(
        status(&findings, PROMPT, &arn("eu-west-1", "abc:1")),
        Some(Status::NotApplicable)
    );
}

#[test]
fn a_guardrail_that_could_not_be_read_is_unknown_and_the_others_are_judged() {
    let mut snapshot = empty(&["us-east-1"]);
    add(&mut snapshot, "us-east-1", "abc", "DRAFT", "HIGH");
    add(&mut snapshot, "us-east-1", "hid", "DRAFT", "HIGH");
    let facts = regional(&mut snapshot, "us-east-1");
    facts.guardrail_details.items.pop();
    facts
        .guardrail_details
        .push_gap(gap("GetGuardrail", Some(arn("us-east-1", "hid"))));
    let findings = judge(&snapshot);
    for rule in [
        PROMPT,
        "06.prompt-attack-weak",
        "06.classic-tier",
        "02.harm-filter",
        "02.harm-filter-weak",
        "02.pii",
        "02.pii-secrets",
        "02.text-only",
    ] {
        assert_eq!(
            status(&findings, rule, &arn("us-east-1", "hid")),
            Some(Status::Unknown),
            "{rule}"
        );
        assert_eq!(
            status(&findings, rule, &arn("us-east-1", "abc")),
            Some(Status::Pass),
            "{rule}"
        );
    }
    let unknown = findings.iter().find(|f| f.status == Status::Unknown).unwrap();
    assert!(
        unknown.remediation.contains("bedrock:GetGuardrail"),
        "{}",
        unknown.remediation
    );
}

#[test]
fn with_everything_closed_nothing_passes() {
    let mut snapshot = empty(&["us-east-1"]);
    *regional(&mut snapshot, "us-east-1") = Regional::default();
    let findings = judge(&snapshot);
    assert!(findings.iter().all(|f| f.status != Status::Pass), "{findings:?}");
    for rule in [
        "06.no-guardrail",
        PROMPT,
        "06.agent-unguarded",
        "06.dangling-guardrail",
        "06.prompt-attack-weak",
        "06.classic-tier",
        "02.harm-filter",
        "02.harm-filter-weak",
        "02.pii",
        "02.pii-secrets",
        "02.text-only",
    ] {
        assert!(
            findings
                .iter()
                .any(|f| f.rule_id.ends_with(rule) && f.status == Status::Unknown),
            "{rule}"
        );
    }
}

#[test]
fn a_guardrail_that_aws_has_no_call_for_is_not_judged() {
    let mut snapshot = empty(&["us-east-1"]);
    add(&mut snapshot, "us-east-1", "abc", "DRAFT", "HIGH");
    let facts = regional(&mut snapshot, "us-east-1");
    facts.guardrail_details.items.clear();
    facts.guardrail_details.push_gap(Gap {
        kind: GapKind::Unsupported,
        ..gap("GetGuardrail", Some(arn("us-east-1", "abc")))
    });
    let findings = judge(&snapshot);
    assert!(findings.iter().all(|f| f.status != Status::Unknown), "{findings:?}");
    assert_eq!(
        status(&findings, PROMPT, &arn("us-east-1", "abc")),
        Some(Status::NotApplicable)
    );
}

#[test]
fn a_weak_version_is_unknown_while_somebody_may_use_it() {
    let mut snapshot = empty(&["us-east-1"]);
    add(&mut snapshot, "us-east-1", "abc", "DRAFT", "HIGH");
    add(&mut snapshot, "us-east-1", "abc", "1", "NONE");
    add(&mut snapshot, "us-east-1", "abc", "2", "HIGH");
    agent(&mut snapshot, "us-east-1", ("abc", "1"), json!({}));
    let facts = regional(&mut snapshot, "us-east-1");
    facts.agent_versions.items.pop();
    facts
        .agent_versions
        .push_gap(gap("GetAgentVersion", Some("A1/1".into())));
    let findings = judge(&snapshot);
    assert_eq!(
        status(&findings, PROMPT, &arn("us-east-1", "abc:1")),
        Some(Status::Unknown)
    );
    assert_eq!(
        status(&findings, PROMPT, &arn("us-east-1", "abc:2")),
        Some(Status::Pass)
    );
    let unguarded: Vec<Status> = findings
        .iter()
        .filter(|f| f.rule_id.ends_with("agent-unguarded"))
        .map(|f| f.status)
        .collect();
    assert_eq!(unguarded.iter().filter(|status| **status == Status::Unknown).count(), 1);
    assert_eq!(unguarded.len(), 2);
}

#[test]
fn numbered_versions_that_could_not_be_listed_matter_where_they_may_count() {
    let mut snapshot = empty(&["us-east-1"]);
    add(&mut snapshot, "us-east-1", "abc", "DRAFT", "HIGH");
    regional(&mut snapshot, "us-east-1")
        .guardrails
        .push_gap(gap("ListGuardrails", Some(arn("us-east-1", "abc"))));
    let every = arn("us-east-1", "abc:*");
    assert_eq!(status(&judge(&snapshot), PROMPT, &every), None);
    let all = judge_with(&snapshot, &[("aws-genai-06", "guardrail_versions", json!("all"))]);
    assert_eq!(status(&all, PROMPT, &every), Some(Status::Unknown));
    // One that an agent names exists for all anybody knows, and is judged as unread.
    agent(&mut snapshot, "us-east-1", ("abc", "1"), json!({}));
    let findings = judge(&snapshot);
    assert_eq!(
        status(&findings, PROMPT, &arn("us-east-1", "abc:1")),
        Some(Status::Unknown)
    );
}

#[test]
fn a_region_needs_one_guardrail_that_is_ready() {
    for (status, expected) in [
        ("READY", Status::Pass),
        ("FAILED", Status::Fail),
        ("UPDATING", Status::Fail),
    ] {
        let mut snapshot = empty(&["us-east-1", "eu-west-1"]);
        add(&mut snapshot, "us-east-1", "abc", "DRAFT", "HIGH");
        regional(&mut snapshot, "us-east-1").guardrails.items[0].status = status.into();
        let findings = judge(&snapshot);
        let of = |region: &str| {
            let mut found = findings.iter().filter(|f| f.rule_id.ends_with("no-guardrail"));
            found.find(|f| f.resource.name == region).map(|f| f.status)
        };
        assert_eq!(of("us-east-1"), Some(expected), "{status}");
        assert_eq!(of("eu-west-1"), Some(Status::NotApplicable));
    }
}

#[test]
fn a_version_that_is_being_deleted_is_not_judged() {
    let mut snapshot = empty(&["us-east-1"]);
    add(&mut snapshot, "us-east-1", "abc", "DRAFT", "NONE");
    regional(&mut snapshot, "us-east-1").guardrails.items[0].status = "DELETING".into();
    let findings = judge(&snapshot);
    assert_eq!(
        status(&findings, PROMPT, &arn("us-east-1", "abc")),
        Some(Status::NotApplicable)
    );
}

#[test]
fn one_guardrail_may_have_params_of_its_own() {
    let mut snapshot = empty(&["us-east-1"]);
    add(&mut snapshot, "us-east-1", "pii", "DRAFT", "HIGH");
    add(&mut snapshot, "us-east-1", "abc", "DRAFT", "HIGH");
    for row in &mut regional(&mut snapshot, "us-east-1").guardrail_details.items {
        row.pii_entities.retain(|entity| entity.type_ != "EMAIL");
    }
    let mut params = audit::default_params(&CATALOG);
    let over = crate::facts::params::Override {
        resource: "arn:aws:bedrock:*:*:guardrail/pii".into(),
        values: serde_json::from_value(json!({"required_pii": {"AWS_ACCESS_KEY": "BLOCK"}})).unwrap(),
    };
    params.0.get_mut("aws-genai-02").unwrap().overrides.push(over);
    let settings = Settings {
        params,
        show_passed: true,
        ..Settings::default()
    };
    let findings = audit::run(&CATALOG, &snapshot, &settings, jiff::Timestamp::UNIX_EPOCH)
        .unwrap()
        .findings;
    assert_eq!(
        status(&findings, "02.pii", &arn("us-east-1", "pii")),
        Some(Status::Pass)
    );
    assert_eq!(
        status(&findings, "02.pii", &arn("us-east-1", "abc")),
        Some(Status::Fail)
    );
}
