//! Guardrails, models and logging as the collector brings them from a pretended Bedrock.

use crate::support::collecting::{ACCOUNT, REGION, collected, here};
use crate::support::fake_aws::{FakeAws, Fault, World};
use bedrock_audit::model::aws::versioned_arn;
use bedrock_audit::model::dataset::Lookup;
use bedrock_audit::model::gap::GapKind;
use serde_json::{Value, json};

fn arn(id: &str) -> String {
    format!("arn:aws:bedrock:{REGION}:{ACCOUNT}:guardrail/{id}")
}

fn summary(id: &str, version: &str) -> Value {
    json!({"id": id, "arn": arn(id), "name": id, "status": "READY", "version": version,
        "createdAt": "2026-01-01T00:00:00Z", "updatedAt": "2026-01-01T00:00:00Z"})
}

fn detail(arn: &str, version: &str, strength: &str) -> Value {
    json!({"guardrailArn": arn, "guardrailId": "id", "name": "n", "status": "READY", "version": version,
        "createdAt": "2026-01-01T00:00:00Z", "updatedAt": "2026-01-01T00:00:00Z",
        "blockedInputMessaging": "no", "blockedOutputsMessaging": "no",
        "contentPolicy": {"filters": [{"type": "PROMPT_ATTACK", "inputStrength": strength, "outputStrength": "NONE"}]}})
}

/// A guardrail with a DRAFT and two versions.
fn guardrail(world: World, id: &str) -> World {
    let all = [summary(id, "DRAFT"), summary(id, "1"), summary(id, "2")];
    let mut world = world.when(
        "bedrock",
        "ListGuardrails",
        json!({"guardrailIdentifier": arn(id)}),
        json!({ "guardrails": all }),
    );
    for (version, strength) in [("DRAFT", "HIGH"), ("1", "LOW"), ("2", "MEDIUM")] {
        world = world.when(
            "bedrock",
            "GetGuardrail",
            json!({"guardrailIdentifier": arn(id), "guardrailVersion": version}),
            detail(&arn(id), version, strength),
        );
    }
    world
}

fn two_guardrails() -> World {
    let world = World::new(ACCOUNT).regions(&[REGION]).on(
        "bedrock",
        "ListGuardrails",
        json!({"guardrails": [summary("one", "DRAFT"), summary("two", "DRAFT")]}),
    );
    guardrail(guardrail(world, "one"), "two")
}

fn strengths(account: &bedrock_audit::model::snapshot::Account) -> Vec<String> {
    let details = &here(account).guardrail_details.items;
    details
        .iter()
        .filter_map(|row| row.content_policy.as_ref()?.filters.first())
        .map(|filter| filter.input_strength.clone())
        .collect()
}

#[test]
fn every_version_is_read_whatever_the_pages() {
    for world in [
        two_guardrails(),
        two_guardrails().page(2),
        two_guardrails().page(1).empty_first_page("bedrock", "ListGuardrails"),
        two_guardrails().fault("bedrock", "GetGuardrail", Fault::Throttle.times(3)),
    ] {
        let aws = FakeAws::start(world);
        let account = collected(&aws, &[REGION]);
        let rows = here(&account);
        assert_eq!(rows.guardrails.items.len(), 6);
        assert_eq!(strengths(&account), ["HIGH", "LOW", "MEDIUM", "HIGH", "LOW", "MEDIUM"]);
        assert_eq!(rows.guardrail_details.gaps, []);
        assert_eq!(rows.resource_policies.items.len(), 2);
        assert!(rows.resource_policies.items.iter().all(|row| row.policy.is_none()));
    }
}

#[test]
fn one_denied_guardrail_hides_nothing_else() {
    let denied = arn("one");
    let world = two_guardrails().fault_when(
        "bedrock",
        "GetGuardrail",
        json!({"guardrailIdentifier": denied}),
        Fault::Deny,
    );
    let account = collected(&FakeAws::start(world), &[REGION]);
    let details = &here(&account).guardrail_details;
    assert_eq!(details.items.len(), 3);
    for version in ["DRAFT", "1", "2"] {
        let key = versioned_arn(&denied, version);
        let Lookup::Unread(gaps) = details.find(&key) else {
            panic!("{key} should be unread")
        };
        assert_eq!(gaps[0].permission.as_deref(), Some("bedrock:GetGuardrail"));
    }
    assert!(matches!(details.find(&arn("two")), Lookup::Found(_)));
}

#[test]
fn what_is_deleted_while_it_is_read_leaves_no_trace() {
    let gone = Fault::Error {
        code: "ResourceNotFoundException",
        status: 404,
        message: "no such guardrail",
    };
    let drafts = [
        summary("one", "DRAFT"),
        summary("two", "DRAFT"),
        summary("gone", "DRAFT"),
    ];
    let world = two_guardrails()
        .when(
            "bedrock",
            "ListGuardrails",
            json!({ "guardrailIdentifier": null }),
            json!({ "guardrails": drafts }),
        )
        .fault_when(
            "bedrock",
            "GetGuardrail",
            json!({"guardrailIdentifier": arn("two"), "guardrailVersion": "2"}),
            gone.clone(),
        )
        .fault_when(
            "bedrock",
            "GetGuardrail",
            json!({"guardrailIdentifier": arn("gone")}),
            gone,
        );
    let account = collected(&FakeAws::start(world), &[REGION]);
    let rows = here(&account);
    let keys = |keys: Vec<String>| keys.join(" ");
    let listed = keys(
        rows.guardrails
            .items
            .iter()
            .map(|row| format!("{}/{}", row.id, row.version))
            .collect(),
    );
    assert_eq!(listed, "one/DRAFT one/1 one/2 two/DRAFT two/1");
    assert_eq!(rows.guardrail_details.items.len(), 5);
    assert_eq!(rows.guardrail_details.gaps, []);
}

#[test]
fn versions_that_cannot_be_listed_are_a_gap_of_their_guardrail() {
    let of = json!({"guardrailIdentifier": arn("one")});
    let world = two_guardrails().fault_when("bedrock", "ListGuardrails", of, Fault::Deny);
    let account = collected(&FakeAws::start(world), &[REGION]);
    let guardrails = &here(&account).guardrails;
    assert_eq!(guardrails.gaps_of(&arn("one")).count(), 1);
    assert!(guardrails.is_complete(), "the guardrails themselves are known");
    assert_eq!(guardrails.items.len(), 4);
}

#[test]
fn a_region_without_bedrock_is_unsupported_throughout() {
    let unknown = Fault::Error {
        code: "UnknownOperationException",
        status: 404,
        message: "",
    };
    let world = World::new(ACCOUNT)
        .regions(&[REGION])
        .fault("bedrock", "*", unknown.clone())
        .fault("bedrock-agent", "*", unknown);
    let aws = FakeAws::start(world);
    let account = collected(&aws, &[REGION]);
    let rows = here(&account);
    assert!(rows.gaps().any(|_| true));
    for (dataset, gap) in rows.gaps() {
        assert_eq!(gap.kind, GapKind::Unsupported, "{dataset} {gap:?}");
    }
    assert!(rows.guardrails.is_complete() && rows.guardrail_details.is_complete() && rows.agents.is_complete());
    assert_eq!(aws.count("bedrock", "GetGuardrail"), 0);
}

#[test]
fn an_enforced_guardrail_of_another_account_is_read_too() {
    let theirs = "arn:aws:bedrock:us-east-1:999988887777:guardrail/org";
    let enforced = |version: &str| {
        json!({"guardrailsConfig": [{"configId": "c", "guardrailArn": theirs, "guardrailVersion": version,
            "inputTags": "IGNORE", "owner": "ACCOUNT"}]})
    };
    let world = |version| {
        two_guardrails()
            .on("bedrock", "ListEnforcedGuardrailsConfiguration", enforced(version))
            .when(
                "bedrock",
                "GetGuardrail",
                json!({"guardrailIdentifier": theirs, "guardrailVersion": "4"}),
                detail(theirs, "4", "HIGH"),
            )
    };
    let account = collected(&FakeAws::start(world("4")), &[REGION]);
    let key = format!("{theirs}:4");
    assert!(matches!(here(&account).guardrail_details.find(&key), Lookup::Found(_)));

    let account = collected(&FakeAws::start(world("5")), &[REGION]);
    let details = &here(&account).guardrail_details;
    let gap = details
        .gaps_of("arn:aws:bedrock:us-east-1:999988887777:guardrail/org:5")
        .next();
    assert_eq!(gap.unwrap().kind, GapKind::NotFound);
}

#[test]
fn logging_that_is_off_is_an_empty_answer_and_a_denied_one_is_not() {
    let account = collected(&FakeAws::start(World::new(ACCOUNT).regions(&[REGION])), &[REGION]);
    assert_eq!(here(&account).invocation_logging.items, []);
    assert!(here(&account).invocation_logging.is_complete());

    let get = "GetModelInvocationLoggingConfiguration";
    let world = World::new(ACCOUNT)
        .regions(&[REGION])
        .fault("bedrock", get, Fault::Deny);
    let account = collected(&FakeAws::start(world), &[REGION]);
    assert!(!here(&account).invocation_logging.is_complete());
}

#[test]
fn both_kinds_of_profiles_are_asked_for() {
    let profile = |name: &str, kind: &str| {
        json!({"inferenceProfileSummaries": [{"inferenceProfileName": name, "inferenceProfileId": name,
            "inferenceProfileArn": format!("arn:aws:bedrock:us-east-1:1:inference-profile/{name}"),
            "models": [{"modelArn": "arn:aws:bedrock:::foundation-model/m"}], "status": "ACTIVE", "type": kind}]})
    };
    let list = "ListInferenceProfiles";
    let world = World::new(ACCOUNT)
        .regions(&[REGION])
        .when(
            "bedrock",
            list,
            json!({"typeEquals": "SYSTEM_DEFINED"}),
            profile("global.m", "SYSTEM_DEFINED"),
        )
        .when(
            "bedrock",
            list,
            json!({"typeEquals": "APPLICATION"}),
            profile("mine", "APPLICATION"),
        );
    let account = collected(&FakeAws::start(world), &[REGION]);
    let profiles = &here(&account).inference_profiles.items;
    let kinds: Vec<_> = profiles.iter().map(|row| row.type_.as_str()).collect();
    assert_eq!(kinds, ["SYSTEM_DEFINED", "APPLICATION"]);
}
