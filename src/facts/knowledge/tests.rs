//! Findings from small snapshots: each edge of sources, buckets and roles that configuration decides.

mod buckets;

use crate::audit::{self, Settings};
use crate::control::catalog::Catalog;
use crate::model::report::{Finding, Status};
use crate::model::snapshot::{Regional, Snapshot};
use Status::{Fail, NotApplicable, Pass, Unknown};
use serde_json::{Value, json};
use std::sync::LazyLock;

static CATALOG: LazyLock<Catalog> = LazyLock::new(|| Catalog::builtin(&audit::subjects()).unwrap());

const ACCOUNT: &str = "111122223333";
const ROLE: &str = "arn:aws:iam::111122223333:role/service-role/kb";

fn deny(condition: Value) -> Value {
    json!({"Version": "2012-10-17", "Statement": [{"Sid": "Vpc", "Effect": "Deny", "Principal": "*", "Action": "s3:*",
        "Resource": ["arn:aws:s3:::docs", "arn:aws:s3:::docs/*"], "Condition": condition}]})
}

fn allow(action: Value, resource: Value) -> Value {
    json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, "Resource": resource}]})
}

/// Everything right: one knowledge base, one prefix of one bucket, one role. Tests change one thing.
fn good() -> Value {
    json!({
        "regional": {
            "knowledge_bases": [{"knowledgeBaseId": "KB1", "name": "handbook", "status": "ACTIVE"}],
            "knowledge_base_details": [{"knowledgeBaseId": "KB1", "name": "handbook", "status": "ACTIVE", "type": "VECTOR", "roleArn": ROLE,
                "knowledgeBaseArn": "arn:aws:bedrock:us-east-1:111122223333:knowledge-base/KB1", "supplementalStorageUris": ["s3://images/kb/"]}],
            "data_sources": [{"knowledgeBaseId": "KB1", "dataSourceId": "DS1", "name": "files", "status": "AVAILABLE"}],
            "data_source_details": [{"knowledgeBaseId": "KB1", "dataSourceId": "DS1", "name": "files", "status": "AVAILABLE", "type": "S3",
                "bucketArn": "arn:aws:s3:::docs", "inclusionPrefixes": ["public/"], "kmsKeyArn": "arn:aws:kms:us-east-1:111122223333:key/k",
                "transformationLambdaArns": ["arn:aws:lambda:us-east-1:111122223333:function:redact"], "intermediateStorageUri": "s3://steps/"}],
        },
        "global": {
            "buckets": [{"Name": "docs", "Exists": true, "Owned": true}, {"Name": "images", "Exists": true, "Owned": true}, {"Name": "steps", "Exists": true, "Owned": true}],
            "bucket_policies": [{"Bucket": "docs", "Policy": deny(json!({"StringNotEquals": {"aws:SourceVpc": "vpc-1"}, "ArnNotEquals": {"aws:PrincipalArn": ROLE}}))}],
            "bucket_versioning": [{"Bucket": "docs", "Status": "Enabled"}],
            "bucket_public_access_blocks": [{"Bucket": "docs"}],
            "bucket_ownership": [{"Bucket": "docs", "ObjectOwnership": "BucketOwnerEnforced"}],
            "bucket_acls": [{"Bucket": "docs", "OwnerId": "me", "Grants": []}],
            "roles": [{"Arn": ROLE, "RoleName": "kb", "RoleId": "AROAKB", "Path": "/service-role/",
                "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "bedrock.amazonaws.com"},
                    "Action": "sts:AssumeRole", "Condition": {"StringEquals": {"aws:SourceAccount": ACCOUNT},
                    "ArnLike": {"aws:SourceArn": "arn:aws:bedrock:us-east-1:111122223333:knowledge-base/KB1"}}}]},
                "RolePolicyList": [{"PolicyName": "p", "PolicyDocument": allow(json!(["s3:GetObject", "s3:PutObject"]), json!(["arn:aws:s3:::images/kb/*", "arn:aws:s3:::steps/*"]))},
                    {"PolicyName": "q", "PolicyDocument": allow(json!("s3:GetObject"), json!("arn:aws:s3:::docs/public/*"))}]}],
        },
    })
}

fn findings(world: &Value) -> Vec<Finding> {
    let datasets = |part: &Value| {
        let rows = part.as_object().unwrap().iter().map(|(name, rows)| {
            let dataset = if rows.is_array() {
                json!({"collected": true, "items": rows})
            } else {
                rows.clone()
            };
            (name.clone(), dataset)
        });
        Value::Object(rows.collect())
    };
    let mut snapshot: Snapshot = serde_json::from_value(json!({"schema_version": 1, "accounts": {ACCOUNT:
        {"partition": "aws", "global": datasets(&world["global"]), "regions": {"us-east-1": datasets(&world["regional"])}}}}))
    .unwrap();
    let account = snapshot.accounts.get_mut(ACCOUNT).unwrap();
    account.global.mark_collected();
    account.regions.values_mut().for_each(Regional::mark_collected);
    let settings = Settings {
        params: audit::default_params(&CATALOG),
        controls: Some(["aws-genai-08".to_owned()].into()),
        show_passed: true,
        ..Settings::default()
    };
    audit::run(&CATALOG, &snapshot, &settings, jiff::Timestamp::UNIX_EPOCH)
        .unwrap()
        .findings
}

/// The worst status of a rule, with all that its findings say.
fn rule(world: &Value, slug: &str) -> (Status, String) {
    let id = format!("aws-genai-08.{slug}");
    let of: Vec<Finding> = findings(world)
        .into_iter()
        .filter(|finding| finding.rule_id == id)
        .collect();
    let worst = [Fail, Unknown, Pass]
        .into_iter()
        .find(|status| of.iter().any(|one| one.status == *status));
    let text = of
        .iter()
        .map(|one| format!("{} {}", one.resource.arn, one.message))
        .collect::<Vec<_>>()
        .join("\n");
    (worst.unwrap_or(NotApplicable), text)
}

fn changed(pointer: &str, value: Value, slug: &str) -> (Status, String) {
    let mut world = good();
    *world.pointer_mut(pointer).unwrap() = value;
    rule(&world, slug)
}

fn policy(document: Value, slug: &str) -> (Status, String) {
    changed("/global/bucket_policies/0/Policy", document, slug)
}

fn vpc(condition: Value) -> Status {
    policy(deny(condition), "vpc-only").0
}

fn role_reads(resource: Value) -> (Status, String) {
    changed(
        "/global/roles/0/RolePolicyList/1/PolicyDocument",
        allow(json!("s3:GetObject"), resource),
        "role-scope",
    )
}

fn denied(operation: &str, resource: Value) -> Value {
    json!({"service": "x", "operation": operation, "resource": resource, "kind": "denied", "permission": format!("x:{operation}")})
}

#[test]
fn nothing_is_wrong_with_the_good_world() {
    for finding in findings(&good()) {
        assert!(
            matches!(finding.status, Pass | NotApplicable),
            "{} {:?} {}",
            finding.rule_id,
            finding.status,
            finding.message
        );
    }
}

#[test]
fn the_role_reads_its_places_and_nothing_that_looks_alike() {
    for (resource, near) in [
        ("*", ""),
        ("arn:aws:s3:::*", ""),
        ("arn:aws:s3:::docs/*", "docs/"),
        ("arn:aws:s3:::docs*", "docs"),
        ("arn:aws:s3:::docs/public*", "public-"),
        ("arn:aws:s3:::other/one", "other/one"),
    ] {
        let (status, text) = role_reads(json!(resource));
        assert_eq!(status, Fail, "{resource}");
        assert!(text.contains(near), "{resource}: {text}");
    }
    for resource in ["arn:aws:s3:::docs/public/*", "arn:aws:s3:::docs/public/a*"] {
        assert_eq!(role_reads(json!(resource)).0, Pass, "{resource}");
    }
}

#[test]
fn without_a_prefix_the_whole_bucket_is_configured() {
    for prefixes in [json!(null), json!([""]), json!(["/"])] {
        let mut world = good();
        world["regional"]["data_source_details"][0]["inclusionPrefixes"] = prefixes;
        world["global"]["roles"][0]["RolePolicyList"][1]["PolicyDocument"] =
            allow(json!("s3:GetObject"), json!("arn:aws:s3:::docs/*"));
        assert_eq!(rule(&world, "no-prefix").0, Fail);
        assert_eq!(rule(&world, "role-scope").0, Pass);
        world["global"]["roles"][0]["RolePolicyList"][1]["PolicyDocument"] =
            allow(json!("s3:GetObject"), json!("arn:aws:s3:::docs*"));
        assert_eq!(rule(&world, "role-scope").0, Fail);
    }
}

#[test]
fn writing_to_the_source_fails_and_to_working_storage_does_not() {
    let role = |action: &str, resource: &str| {
        changed(
            "/global/roles/0/RolePolicyList/1/PolicyDocument",
            allow(json!(action), json!(resource)),
            "role-write",
        )
        .0
    };
    assert_eq!(role("s3:*", "arn:aws:s3:::docs/*"), Fail);
    assert_eq!(role("s3:Delete*", "arn:aws:s3:::docs/public/*"), Fail);
    assert_eq!(role("s3:PutObject", "arn:aws:s3:::docs/public/inbox/*"), Fail);
    assert_eq!(role("s3:PutObject", "arn:aws:s3:::docs/private/*"), Pass);
    assert_eq!(role("s3:PutObject", "arn:aws:s3:::steps/*"), Pass);
}

#[test]
fn documents_of_another_account_are_asked_for_as_that_account_s() {
    let partner = "444455556666";
    let with = |action: &str, resource: &str, owner: &str| {
        let mut world = good();
        world["regional"]["data_source_details"][0]["bucketOwnerAccountId"] = json!(partner);
        let mut document = allow(json!(action), json!(resource));
        document["Statement"][0]["Condition"] = json!({"StringEquals": {"aws:ResourceAccount": owner}});
        world["global"]["roles"][0]["RolePolicyList"][1]["PolicyDocument"] = document;
        world
    };
    let source = "arn:aws:s3:::docs/public/*";
    assert_eq!(rule(&with("s3:GetObject", source, partner), "role-scope").0, Pass);
    assert_eq!(
        rule(&with("s3:GetObject", "arn:aws:s3:::*", partner), "role-scope").0,
        Fail
    );
    assert_eq!(
        rule(&with("s3:GetObject", "arn:aws:s3:::*", ACCOUNT), "role-scope").0,
        Fail
    );
    assert_eq!(
        rule(&with("s3:GetObject", "arn:aws:s3:::*", "777788889999"), "role-scope").0,
        Pass
    );
    assert_eq!(rule(&with("s3:*", source, partner), "role-write").0, Fail);
    assert_eq!(rule(&with("s3:*", source, ACCOUNT), "role-write").0, Pass);
}

#[test]
fn an_unread_boundary_may_take_the_reach_away() {
    let mut world = good();
    world["global"]["roles"][0]["RolePolicyList"][1]["PolicyDocument"] = allow(json!("s3:*"), json!("*"));
    world["global"]["roles"][0]["PermissionsBoundary"] =
        json!({"PermissionsBoundaryArn": "arn:aws:iam::111122223333:policy/b"});
    world["global"]["policies"] =
        json!({"collected": true, "gaps": [denied("GetPolicyVersion", json!("arn:aws:iam::111122223333:policy/b"))]});
    assert_eq!(rule(&world, "role-scope").0, Unknown);
    assert_eq!(rule(&world, "role-write").0, Unknown);
}

#[test]
fn trust_is_open_partial_or_sound() {
    let trust = |condition: Value, slug: &str| {
        changed(
            "/global/roles/0/AssumeRolePolicyDocument/Statement/0/Condition",
            condition,
            slug,
        )
        .0
    };
    assert_eq!(trust(json!({}), "trust-open"), Fail);
    assert_eq!(
        trust(json!({"StringEquals": {"aws:SourceAccount": ACCOUNT}}), "trust-open"),
        Pass
    );
    assert_eq!(
        trust(json!({"StringEquals": {"aws:SourceAccount": ACCOUNT}}), "trust-partial"),
        Fail
    );
    let any = json!({"StringEquals": {"aws:SourceAccount": ACCOUNT}, "ArnLike": {"aws:SourceArn": "arn:aws:bedrock:us-east-1:111122223333:knowledge-base/*"}});
    assert_eq!(trust(any, "trust-partial"), Pass);
    assert_eq!(
        changed("/global/roles/0/AssumeRolePolicyDocument", json!("{"), "trust-open").0,
        Unknown
    );
}

#[test]
fn a_role_that_something_else_uses_is_shared() {
    let mut world = good();
    world["regional"]["agents"] = json!([{"agentId": "A", "agentName": "a"}]);
    world["regional"]["agent_versions"] =
        json!([{"agentId": "A", "agentName": "a", "agentVersion": "DRAFT", "agentResourceRoleArn": ROLE}]);
    let (status, text) = rule(&world, "shared-role");
    assert_eq!(status, Fail);
    assert!(text.contains("agent a"), "{text}");
    world["regional"]["agent_versions"] = json!({"collected": true, "gaps": [denied("GetAgent", json!(null))]});
    assert_eq!(rule(&world, "shared-role").0, Unknown);
    let mut world = good();
    for (list, more) in [
        (
            "knowledge_bases",
            json!({"knowledgeBaseId": "KB2", "name": "second", "status": "ACTIVE"}),
        ),
        (
            "knowledge_base_details",
            json!({"knowledgeBaseId": "KB2", "name": "second", "status": "ACTIVE", "type": "VECTOR", "roleArn": ROLE}),
        ),
    ] {
        world["regional"][list].as_array_mut().unwrap().push(more);
    }
    assert_eq!(rule(&world, "shared-role").0, Fail);
}

#[test]
fn what_is_gone_or_a_strangers_is_a_lost_destination() {
    for (pointer, value) in [
        ("/global/buckets/0", json!({"Name": "docs", "Exists": false})),
        ("/global/buckets/0/Owned", json!(false)),
        ("/global/buckets/2/Exists", json!(false)),
        ("/global/roles", json!([])),
        (
            "/regional/knowledge_base_details/0/roleArn",
            json!("arn:aws:iam::999988887777:role/kb"),
        ),
    ] {
        assert_eq!(changed(pointer, value, "destination").0, Fail, "{pointer}");
    }
    assert_eq!(changed("/global/roles", json!([]), "role-scope").0, NotApplicable);
    let hidden = json!({"collected": true, "gaps": [denied("GetAccountAuthorizationDetails", json!(null))]});
    for slug in ["destination", "role-scope", "trust-open", "shared-role"] {
        assert_eq!(changed("/global/roles", hidden.clone(), slug).0, Unknown, "{slug}");
    }
    // A bucket of another account that the data source names as such is meant.
    let mut world = good();
    world["global"]["buckets"][0]["Owned"] = json!(false);
    world["regional"]["data_source_details"][0]["bucketOwnerAccountId"] = json!("444455556666");
    assert_eq!(rule(&world, "destination").0, Pass);
    world["global"]["bucket_policies"] = json!({"collected": true, "gaps": [denied("GetBucketPolicy", json!("docs"))]});
    assert_eq!(rule(&world, "vpc-only").0, Unknown);
}

#[test]
fn a_bucket_is_one_subject_however_many_sources_read_it() {
    let mut world = good();
    world["global"]["bucket_versioning"][0]["Status"] = json!("Suspended");
    for (list, more) in [
        (
            "data_sources",
            json!({"knowledgeBaseId": "KB1", "dataSourceId": "DS2", "name": "more", "status": "AVAILABLE"}),
        ),
        (
            "data_source_details",
            json!({"knowledgeBaseId": "KB1", "dataSourceId": "DS2", "name": "more", "status": "AVAILABLE", "type": "S3",
            "bucketArn": "arn:aws:s3:::docs", "inclusionPrefixes": ["more/"]}),
        ),
    ] {
        world["regional"][list].as_array_mut().unwrap().push(more);
    }
    let found = findings(&world);
    let of: Vec<&Finding> = found
        .iter()
        .filter(|one| one.rule_id == "aws-genai-08.versioning")
        .collect();
    assert_eq!(of.len(), 1);
    assert_eq!((of[0].status, of[0].resource.arn.as_str()), (Fail, "arn:aws:s3:::docs"));
    // Reading both prefixes is in scope now.
    world["global"]["roles"][0]["RolePolicyList"][1]["PolicyDocument"] = allow(
        json!("s3:GetObject"),
        json!(["arn:aws:s3:::docs/public/*", "arn:aws:s3:::docs/more/*"]),
    );
    assert_eq!(rule(&world, "role-scope").0, Pass);
}

#[test]
fn sources_other_than_s3_have_no_bucket_rules() {
    for kind in ["WEB", "CUSTOM"] {
        let mut world = good();
        world["regional"]["data_source_details"][0]["type"] = json!(kind);
        assert_eq!(rule(&world, "open-corpus").0, Fail, "{kind}");
        for slug in ["vpc-only", "no-prefix", "role-write", "versioning"] {
            assert_eq!(rule(&world, slug).0, NotApplicable, "{kind} {slug}");
        }
        // The role still reads what nobody configured.
        assert_eq!(rule(&world, "role-scope").0, Fail, "{kind}");
        world["global"]["roles"][0]["RolePolicyList"]
            .as_array_mut()
            .unwrap()
            .pop();
        assert_eq!(rule(&world, "role-scope").0, Pass, "{kind}");
    }
    assert_eq!(
        changed(
            "/regional/data_source_details/0/type",
            json!("CONFLUENCE"),
            "open-corpus"
        )
        .0,
        Pass
    );
    assert_eq!(
        changed("/regional/knowledge_base_details/0/type", json!("SQL"), "pii-redaction").0,
        NotApplicable
    );
}

#[test]
fn a_managed_connector_says_in_its_document_what_it_reads() {
    let connector = |document: Value| {
        let mut world = good();
        world["regional"]["data_source_details"][0] = json!({"knowledgeBaseId": "KB1", "dataSourceId": "DS1", "name": "files", "status": "AVAILABLE",
            "type": "MANAGED_KNOWLEDGE_BASE_CONNECTOR", "connectorParameters": document});
        world
    };
    let s3 = connector(
        json!({"type": "S3", "connectionConfiguration": {"bucketName": "docs"}, "filterConfiguration": {"inclusionPrefixes": ["public/"]}}),
    );
    assert_eq!((rule(&s3, "no-prefix").0, rule(&s3, "vpc-only").0), (Pass, Pass));
    let whole = connector(json!({"type": "S3", "connectionConfiguration": {"bucketName": "docs"}}));
    assert_eq!(rule(&whole, "no-prefix").0, Fail);
    assert_eq!(
        rule(&connector(json!({"type": "SHAREPOINT"})), "no-prefix").0,
        NotApplicable
    );
    let silent = connector(json!({}));
    assert_eq!(
        (rule(&silent, "no-prefix").0, rule(&silent, "vpc-only").0),
        (Unknown, Unknown)
    );
}

#[test]
fn what_could_not_be_listed_or_described_is_unknown_everywhere() {
    for (list, operation, resource) in [
        ("knowledge_bases", "ListKnowledgeBases", json!(null)),
        ("data_sources", "ListDataSources", json!("KB1")),
        ("data_source_details", "GetDataSource", json!("KB1/DS1")),
    ] {
        let mut world = good();
        world["regional"][list] = json!({"collected": true, "gaps": [denied(operation, resource)]});
        if list != "data_source_details" {
            world["regional"]["data_source_details"] = json!([]);
        }
        if list == "knowledge_bases" {
            world["regional"]["knowledge_base_details"] = json!([]);
        }
        for slug in [
            "vpc-only",
            "no-prefix",
            "pii-redaction",
            "open-corpus",
            "encryption",
            "destination",
        ] {
            assert_eq!(rule(&world, slug).0, Unknown, "{list} {slug}");
        }
    }
    let unread = json!({"collected": true, "gaps": [denied("GetKnowledgeBase", json!("KB1"))]});
    for slug in ["role-scope", "role-write", "trust-open", "shared-role", "destination"] {
        assert_eq!(
            changed("/regional/knowledge_base_details", unread.clone(), slug).0,
            Unknown,
            "{slug}"
        );
    }
    let unsupported = json!({"collected": true, "gaps": [{"service": "x", "operation": "ListKnowledgeBases", "kind": "unsupported"}]});
    let mut world = good();
    for list in [
        "knowledge_bases",
        "knowledge_base_details",
        "data_sources",
        "data_source_details",
    ] {
        world["regional"][list] = unsupported.clone();
    }
    assert!(findings(&world).is_empty());
}

#[test]
fn what_aws_has_no_call_for_is_not_judged() {
    let lacks = |operation: &str, resource: &str| json!({"collected": true, "gaps": [{"service": "bedrock-agent", "operation": operation, "resource": resource, "kind": "unsupported"}]});
    let mut base = good();
    base["regional"]["knowledge_base_details"] = lacks("GetKnowledgeBase", "KB1");
    assert!(findings(&base).iter().all(|one| one.status == NotApplicable));
    let mut source = good();
    source["regional"]["data_source_details"] = lacks("GetDataSource", "KB1/DS1");
    assert!(findings(&source).iter().all(|one| one.status != Unknown));
    let mut list = good();
    list["regional"]["data_sources"] = lacks("ListDataSources", "KB1");
    list["regional"]["data_source_details"] = json!([]);
    assert_eq!(rule(&list, "role-scope").0, NotApplicable);
    assert_eq!(rule(&list, "trust-open").0, Pass);
}

#[test]
fn iam_is_everywhere_so_that_roles_are_hidden_where_an_answer_denies_it() {
    let unsupported = json!({"collected": true, "gaps": [{"service": "iam", "operation": "GetAccountAuthorizationDetails", "kind": "unsupported"}]});
    for slug in ["destination", "role-scope", "trust-open"] {
        assert_eq!(changed("/global/roles", unsupported.clone(), slug).0, Unknown, "{slug}");
    }
}

#[test]
fn what_is_going_away_is_not_judged() {
    let mut world = good();
    for list in ["knowledge_bases", "knowledge_base_details"] {
        world["regional"][list][0]["status"] = json!("DELETING");
    }
    world["global"]["bucket_policies"] = json!([]);
    assert!(findings(&world).iter().all(|one| one.status == NotApplicable));
}

#[test]
fn a_source_that_failed_is_configured_all_the_same() {
    for status in ["FAILED", "DELETING"] {
        let mut world = good();
        for list in ["data_sources", "data_source_details"] {
            world["regional"][list][0]["status"] = json!(status);
        }
        assert_eq!(rule(&world, "role-scope").0, Pass, "{status}");
        assert_eq!(rule(&world, "no-prefix").0, NotApplicable, "{status}");
        world["global"]["roles"][0]["RolePolicyList"][1]["PolicyDocument"] = allow(json!("s3:GetObject"), json!("*"));
        assert_eq!(rule(&world, "role-scope").0, Fail, "{status}");
    }
}
