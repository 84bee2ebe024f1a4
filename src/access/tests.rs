//! Decisions over a small organization with guardrail, network and region SCPs, and over accounts that were read badly.

use super::*;
use crate::facts::params::Params;
use crate::iam::access::Verdict;
use crate::model::snapshot::Snapshot;
use serde_json::{Value, json};
use std::collections::BTreeMap;

const WORLD: &str = include_str!("../../fixtures/snapshots/access.json");
const HAIKU: &str = "arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-3-5-haiku-20241022-v1:0";
const NOVA: &str = "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-pro-v1:0";
const GUARDRAIL: &str = "bedrock:GuardrailIdentifier=arn:aws:bedrock:us-east-1:111122223333:guardrail/gruse1000001:1";
const VPC: &str = "aws:SourceVpc=vpc-0use1aaaa1111bbbb";

fn world() -> Snapshot {
    serde_json::from_str(WORLD).unwrap()
}

fn ask(snapshot: &Snapshot, asked: &Asked) -> Answer {
    let params = Params::default();
    let question = Question::of(asked).unwrap();
    let target = question.target(snapshot).unwrap();
    let ctx = Context::new(snapshot, &params, jiff::civil::date(2026, 10, 1));
    answer(&ctx, &question, &target)
}

fn asked(model: Option<&str>, closed: bool, context: &[&str]) -> Asked {
    Asked {
        model: model.map(str::to_owned),
        closed,
        context: context.iter().map(|&text| text.to_owned()).collect(),
        ..Asked::default()
    }
}

fn point(snapshot: &Snapshot, asked: &Asked) -> PointAnswer {
    match ask(snapshot, asked) {
        Answer::Point(answer) => answer,
        Answer::Reach(_) => panic!("a model was named"),
    }
}

fn reach(snapshot: &Snapshot, asked: &Asked) -> ReachAnswer {
    match ask(snapshot, asked) {
        Answer::Reach(answer) => answer,
        Answer::Point(_) => panic!("no model was named"),
    }
}

/// Decisions by the ARN after the account.
fn decisions(answer: &PointAnswer) -> BTreeMap<String, Verdict> {
    let short = |arn: &str| arn.rsplit("::111122223333:").next().unwrap().to_owned();
    answer
        .principals
        .iter()
        .map(|entry| (short(&entry.arn), entry.decision))
        .collect()
}

fn expect(answer: &PointAnswer, expected: &[(&str, Verdict)]) {
    let found = decisions(answer);
    for (name, verdict) in expected {
        assert_eq!(found.get(*name), Some(verdict), "{name} on {}", answer.resource);
    }
}

/// An account outside any organization with one role.
fn account(role: &Value, policies: &Value) -> Snapshot {
    let mut role = role.clone();
    role["Arn"] = json!("arn:aws:iam::111122223333:role/r");
    role["RoleName"] = json!("r");
    let read = |items: Value| json!({"collected": true, "items": items});
    serde_json::from_value(
        json!({"schema_version": 1, "complete": true, "accounts": {"111122223333": {
            "partition": "aws", "regions": {"us-east-1": {}},
            "global": {"users": read(json!([])), "groups": read(json!([])), "roles": read(json!([role])),
                       "organization": read(json!([])), "policies": policies},
        }}}),
    )
    .unwrap()
}

fn granting(statement: &Value) -> Value {
    let document = json!({"Version": "2012-10-17", "Statement": [statement]});
    json!({"RolePolicyList": [{"PolicyName": "p", "PolicyDocument": document}], "Tags": [{"Key": "team", "Value": "red"}]})
}

#[test]
fn an_open_world_leaves_to_the_request_what_only_it_can_tell() {
    use Verdict::{Conditional, ExplicitDeny, ImplicitDeny};
    let answer = point(&world(), &asked(Some(HAIKU), false, &[]));
    assert_eq!(answer.action, "bedrock:InvokeModel");
    assert_eq!(answer.principals.len(), 11);
    assert!(answer.principals.windows(2).all(|pair| pair[0].arn < pair[1].arn));
    expect(
        &answer,
        &[
            ("role/app-inference", Conditional),
            ("role/c-deny", ExplicitDeny),
            ("role/c-boundary", Conditional),
            ("role/c-boundary-none", ImplicitDeny),
            ("role/c-never", ImplicitDeny),
            ("role/c-deny-notresource", Conditional),
            ("user/alice", ImplicitDeny),
        ],
    );
    let app = answer
        .principals
        .iter()
        .find(|entry| entry.arn.ends_with("/app-inference"))
        .unwrap();
    let statements: Vec<(&str, &str, &str)> = app
        .because
        .iter()
        .map(|because| (because.source, because.statement.as_str(), because.effect))
        .collect();
    assert!(statements.contains(&("identity", "Chat", "Allow")), "{statements:?}");
    assert!(
        statements.contains(&("scp", "RequireGuardrail", "Deny")),
        "{statements:?}"
    );
    assert_eq!(
        app.because[0].policy,
        "arn:aws:iam::111122223333:role/app-inference#inline"
    );
    assert!(
        app.conditions.iter().any(|key| key == "bedrock:GuardrailIdentifier"),
        "{:?}",
        app.conditions
    );
    let none = answer
        .principals
        .iter()
        .find(|entry| entry.arn.ends_with("/c-boundary-none"))
        .unwrap();
    assert_eq!(none.because[0].source, "boundary");
    assert!(none.because[0].is_lack());
}

#[test]
fn another_model_is_another_answer() {
    use Verdict::{Conditional, ExplicitDeny, ImplicitDeny};
    expect(
        &point(&world(), &asked(Some(NOVA), false, &[])),
        &[
            ("role/app-inference", ImplicitDeny),
            ("role/c-boundary", ImplicitDeny),
            ("role/c-deny-notresource", ExplicitDeny),
            ("role/c-deny-other-policy", ExplicitDeny),
            ("role/c-profile", Conditional),
        ],
    );
}

#[test]
fn a_closed_world_leaves_nothing_to_the_request() {
    use Verdict::{Allowed, Conditional, ExplicitDeny, ImplicitDeny};
    let answer = point(&world(), &asked(Some(HAIKU), true, &[GUARDRAIL, VPC]));
    expect(
        &answer,
        &[
            ("role/app-inference", Allowed),
            ("role/c-deny", ExplicitDeny),
            ("role/c-router", ImplicitDeny),
            ("role/c-boundary", Allowed),
        ],
    );
    assert!(!decisions(&answer).values().any(|verdict| *verdict == Conditional));
    let bare = point(&world(), &asked(Some(HAIKU), true, &[VPC]));
    expect(&bare, &[("role/app-inference", ExplicitDeny)]);
}

#[test]
fn the_region_of_the_model_is_the_region_of_the_request_unless_given() {
    let refused = [("role/app-inference", Verdict::ExplicitDeny)];
    let given = asked(Some(HAIKU), true, &[GUARDRAIL, VPC, "AWS:requestedregion=ap-south-1"]);
    expect(&point(&world(), &given), &refused);
    let role = granting(
        &json!({"Effect": "Allow", "Action": "bedrock:InvokeModel", "Resource": "*",
        "Condition": {"StringEquals": {"aws:RequestedRegion": "unspecified"}}}),
    );
    let snapshot = account(&role, &json!({"collected": true}));
    let anywhere = "arn:aws:bedrock:::foundation-model/amazon.nova-pro-v1:0";
    expect(
        &point(&snapshot, &asked(Some(anywhere), true, &[])),
        &[("role/r", Verdict::Allowed)],
    );
    expect(
        &point(&snapshot, &asked(Some(NOVA), true, &[])),
        &[("role/r", Verdict::ImplicitDeny)],
    );
    expect(
        &point(&snapshot, &asked(Some(NOVA), false, &[])),
        &[("role/r", Verdict::Conditional)],
    );
}

#[test]
fn who_asks_is_known_unless_given_otherwise() {
    let role = granting(
        &json!({"Effect": "Allow", "Action": "bedrock:InvokeModel", "Resource": "*", "Condition":
        {"StringEquals": {"aws:PrincipalTag/team": "red", "aws:PrincipalAccount": "111122223333"},
         "ArnEquals": {"aws:PrincipalArn": "arn:aws:iam::111122223333:role/r"}}}),
    );
    let snapshot = account(&role, &json!({"collected": true}));
    expect(
        &point(&snapshot, &asked(Some(NOVA), true, &[])),
        &[("role/r", Verdict::Allowed)],
    );
    let blue = asked(Some(NOVA), true, &["aws:PrincipalTag/team=blue"]);
    expect(&point(&snapshot, &blue), &[("role/r", Verdict::ImplicitDeny)]);
    let both = asked(Some(NOVA), true, &["aws:TagKeys=a", "aws:tagkeys=b"]);
    let keys = granting(
        &json!({"Effect": "Allow", "Action": "bedrock:InvokeModel", "Resource": "*", "Condition":
        {"ForAllValues:StringEquals": {"aws:TagKeys": "a"}}}),
    );
    let snapshot = account(&keys, &json!({"collected": true}));
    expect(&point(&snapshot, &both), &[("role/r", Verdict::ImplicitDeny)]);
    expect(
        &point(&snapshot, &asked(Some(NOVA), true, &["aws:TagKeys=a"])),
        &[("role/r", Verdict::Allowed)],
    );
}

#[test]
fn an_unread_policy_is_unknown_and_names_the_permission() {
    const ARN: &str = "arn:aws:iam::111122223333:policy/hidden";
    let gap = json!({"service": "iam", "operation": "GetPolicyVersion", "resource": ARN, "kind": "denied",
        "code": "AccessDenied", "permission": "iam:GetPolicyVersion"});
    let policies = json!({"collected": true, "items": [{"Arn": ARN, "PolicyName": "hidden"}], "gaps": [gap]});
    let held = json!({"AttachedManagedPolicies": [{"PolicyName": "hidden", "PolicyArn": ARN}]});
    let answer = point(&account(&held, &policies), &asked(Some(NOVA), false, &[]));
    assert_eq!(answer.principals[0].decision, Verdict::Unknown);
    assert_eq!(answer.principals[0].unread, ["iam:GetPolicyVersion"]);
    assert!(answer.unread.is_empty(), "the roles were listed: {:?}", answer.unread);

    let listed = reach(&account(&held, &policies), &asked(None, false, &[]));
    let action = &listed.principals[0].actions[0];
    assert_eq!((action.decision, action.reaches.len()), (Verdict::Unknown, 0));
    assert_eq!(action.unread, ["iam:GetPolicyVersion"]);

    // An unread boundary hides nothing where nothing grants, and makes a grant unknown.
    let mut bounded = json!({"PermissionsBoundary": {"PermissionsBoundaryArn": ARN}});
    let answer = point(&account(&bounded, &policies), &asked(Some(NOVA), false, &[]));
    assert_eq!(answer.principals[0].decision, Verdict::ImplicitDeny);
    bounded["RolePolicyList"] =
        granting(&json!({"Effect": "Allow", "Action": "bedrock:*", "Resource": "*"}))["RolePolicyList"].clone();
    let listed = reach(&account(&bounded, &policies), &asked(None, false, &[]));
    let action = &listed.principals[0].actions[0];
    assert_eq!(action.decision, Verdict::Unknown);
    assert_eq!(
        (action.reaches[0].extent, action.reaches[0].decision),
        (Extent::Any, Verdict::Unknown)
    );
    assert_eq!(action.unread, ["iam:GetPolicyVersion"]);
}

#[test]
fn nobody_and_could_not_tell_differ() {
    let mut snapshot = world();
    let wanted = |principal: &str| Asked {
        principal: Some(principal.to_owned()),
        ..asked(Some(NOVA), false, &[])
    };
    let nobody = point(&snapshot, &wanted("arn:aws:iam::111122223333:role/none-*"));
    assert!(nobody.principals.is_empty() && nobody.unread.is_empty());
    let global = &mut snapshot.accounts.get_mut("111122223333").unwrap().global;
    global.users = serde_json::from_value(json!({"collected": true, "gaps": [{"service": "iam",
        "operation": "GetAccountAuthorizationDetails", "kind": "denied",
        "permission": "iam:GetAccountAuthorizationDetails"}]}))
    .unwrap();
    let open = point(&snapshot, &wanted("arn:aws:iam::111122223333:role/none-*"));
    assert!(open.principals.is_empty());
    assert_eq!(open.unread, ["iam:GetAccountAuthorizationDetails"]);
    let found = point(&snapshot, &wanted("arn:aws:iam::111122223333:role/c-deny"));
    assert_eq!((found.principals.len(), found.unread.len()), (1, 0));
    let never: Snapshot =
        serde_json::from_value(json!({"schema_version": 1, "accounts": {"1": {"regions": {"us-east-1": {}}}}}))
            .unwrap();
    assert_eq!(point(&never, &asked(Some(NOVA), false, &[])).unread.len(), 2);
}

#[test]
fn scps_do_not_bind_service_linked_roles() {
    let mut snapshot = world();
    let roles = &mut snapshot.accounts.get_mut("111122223333").unwrap().global.roles.items;
    let role = roles
        .iter_mut()
        .find(|role| role.path.starts_with("/aws-service-role/"))
        .unwrap();
    let statement = json!({"Effect": "Allow", "Action": "bedrock:InvokeModel", "Resource": "*"});
    role.role_policy_list = serde_json::from_value(granting(&statement)["RolePolicyList"].clone()).unwrap();
    let arn = role.arn.clone();
    let answer = point(&snapshot, &asked(Some(HAIKU), false, &[]));
    let entry = answer.principals.iter().find(|entry| entry.arn == arn).unwrap();
    assert_eq!(entry.decision, Verdict::Allowed);
}

#[test]
fn without_a_model_everything_reached_is_listed() {
    let answer = reach(&world(), &asked(None, true, &[GUARDRAIL, VPC]));
    assert_eq!(answer.actions.len(), 2);
    let of = |name: &str| {
        let entry = answer
            .principals
            .iter()
            .find(|entry| entry.arn.ends_with(name))
            .unwrap();
        entry.actions[0].clone()
    };
    let app = of("role/app-inference");
    assert_eq!(app.decision, Verdict::Allowed);
    assert_eq!(app.reaches.len(), 1, "{:?}", app.reaches);
    assert_eq!((app.reaches[0].extent, app.reaches[0].models.len()), (Extent::Named, 2));
    assert!(app.reaches[0].models.contains(&HAIKU.to_owned()));
    assert_eq!(app.reaches[0].because[0].statement, "Chat");
    // The boundary leaves one region of what the grant gives everywhere.
    let bounded = of("role/c-boundary");
    assert!(
        bounded.reaches.iter().all(|reached| reached.extent == Extent::Named),
        "{:?}",
        bounded.reaches
    );
    let denied = of("role/c-deny");
    assert_eq!((denied.decision, denied.reaches.len()), (Verdict::ExplicitDeny, 0));
    assert_eq!(denied.blocked_by[0].effect, "Deny");
    // What only a key opens that a closed world lacks is not reached.
    assert_eq!(of("role/c-router").decision, Verdict::ImplicitDeny);
    assert_eq!(of("role/c-profile").decision, Verdict::ImplicitDeny);
    assert_eq!(of("user/alice").decision, Verdict::ImplicitDeny);

    let open = reach(&world(), &asked(None, false, &[]));
    let profile = open
        .principals
        .iter()
        .find(|entry| entry.arn.ends_with("role/c-profile"))
        .unwrap();
    let reached = &profile.actions[0].reaches[0];
    assert_eq!((reached.extent, reached.decision), (Extent::Any, Verdict::Conditional));
    assert!(
        reached
            .conditions
            .iter()
            .any(|key| key == "bedrock:InferenceProfileArn"),
        "{:?}",
        reached.conditions
    );
}

#[test]
fn families_are_listed_with_the_models_known() {
    let statement = json!({"Effect": "Allow", "Action": "bedrock:InvokeModel",
        "Resource": "arn:aws:bedrock:*::foundation-model/anthropic.*"});
    let mut snapshot = world();
    let global = &mut snapshot.accounts.get_mut("111122223333").unwrap().global;
    global.organization.items.clear();
    global.roles.items.truncate(1);
    global.roles.items[0].role_policy_list =
        serde_json::from_value(granting(&statement)["RolePolicyList"].clone()).unwrap();
    global.roles.items[0].attached_managed_policies.clear();
    let answer = reach(
        &snapshot,
        &Asked {
            action: Some("BEDROCK:invokemodel".into()),
            ..asked(None, false, &[])
        },
    );
    assert_eq!(answer.actions, ["bedrock:InvokeModel"]);
    let action = &answer
        .principals
        .iter()
        .find(|entry| entry.kind == "role")
        .unwrap()
        .actions[0];
    let extents: Vec<(Extent, usize)> = action
        .reaches
        .iter()
        .map(|reached| (reached.extent, reached.models.len()))
        .collect();
    assert_eq!(extents, [(Extent::Family, 1), (Extent::Named, 2)]);
    assert_eq!(action.reaches[0].models, ["anthropic.*"]);
}

#[test]
fn ids_become_arns() {
    let resource = |model: &str, regions: &[&str]| {
        let asked = Asked {
            regions: regions.iter().map(|&region| region.to_owned()).collect(),
            ..asked(Some(model), false, &[])
        };
        match Question::of(&asked).unwrap().target(&world()).unwrap() {
            Target::Point { resource, .. } => resource,
            Target::Reach { .. } => panic!("a model was named"),
        }
    };
    assert_eq!(resource("amazon.nova-pro-v1:0", &["us-east-1"]), NOVA);
    assert_eq!(
        resource("amazon.nova-pro-v1:0", &[]),
        NOVA.replace("us-east-1", "eu-west-1")
    );
    let at_home = |home: &str| {
        let asked = Asked {
            home: Some(home.into()),
            ..asked(Some("amazon.nova-pro-v1:0"), false, &[])
        };
        Question::of(&asked).unwrap().target(&world()).unwrap()
    };
    for (home, region) in [("us-east-1", "us-east-1"), ("sa-east-1", "eu-west-1")] {
        let Target::Point { resource, .. } = at_home(home) else {
            panic!("a model was named")
        };
        assert_eq!(resource, NOVA.replace("us-east-1", region), "{home}");
    }
    let profile = "us.amazon.nova-pro-v1:0";
    assert_eq!(
        resource(profile, &[]),
        format!("arn:aws:bedrock:us-east-1:111122223333:inference-profile/{profile}")
    );
    let nowhere = Question::of(&asked(Some("m"), false, &[]))
        .unwrap()
        .target(&Snapshot::default());
    assert!(nowhere.unwrap_err().to_string().contains("no region is known"));
}

#[test]
fn typing_errors_are_no_answers() {
    let error = |asked: &Asked| {
        let error = Question::of(asked).unwrap_err();
        format!("{error} ({})", error.help.clone().unwrap_or_default())
    };
    let action = |text: &str| Asked {
        action: Some(text.to_owned()),
        ..Asked::default()
    };
    assert!(error(&action("InvokeModel")).contains("is no action"));
    assert!(error(&action("bedrock:InvokeModle")).contains("did you mean `InvokeModel"));
    assert!(error(&action("bedrok:InvokeModel")).contains("did you mean `bedrock"));
    assert!(error(&action("bedrock:Invoke*")).contains("several actions"));
    assert!(error(&action("bedrock:CreateGuardrail")).contains("invokes no model"));
    for (model, expected) in [
        ("", "no single resource"),
        ("anthropic.*", "no single"),
        ("arn:aws:x", "is no ARN"),
    ] {
        assert!(error(&asked(Some(model), false, &[])).contains(expected), "{model}");
    }
    for (key, expected) in [
        ("aws:SourceVpc", "no KEY=VALUE"),
        ("=x", "no KEY=VALUE"),
        ("SourceVpc=x", "no condition key"),
        (
            "bedrock:GuardrailIdentifer=x",
            "did you mean `bedrock:guardrailidentifier`",
        ),
        ("bedrock:ModelId=x", "no request to Bedrock carries it"),
    ] {
        assert!(
            error(&asked(None, false, &[key])).contains(expected),
            "{key}: {}",
            error(&asked(None, false, &[key]))
        );
    }
    assert!(Question::of(&asked(None, false, &["aws:SourceVpc=", "aws:PrincipalTag/a=b=c"])).is_ok());
}
