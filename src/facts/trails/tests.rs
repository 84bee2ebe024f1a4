//! Coverage and findings from small snapshots: each edge that configuration decides. What selectors take stands apart.

mod selectors;

use crate::audit::{self, Settings};
use crate::control::catalog::Catalog;
use crate::model::report::{Report, Status};
use crate::model::snapshot::Snapshot;
use serde_json::{Value, json};
use std::sync::LazyLock;

const ARN: &str = "arn:aws:cloudtrail:us-east-1:111122223333:trail/audit";
const ORG: &str = "arn:aws:cloudtrail:us-east-1:999988887777:trail/org";

/// An account with one agent in us-east-1, a bucket with a good policy, and the given CloudTrail datasets.
fn snapshot(global: &Value) -> Snapshot {
    let mut snapshot: Snapshot = serde_json::from_value(json!({
        "schema_version": 1,
        "accounts": {"111122223333": {"partition": "aws", "named_regions": ["us-east-1"], "regions": {"us-east-1": {}, "eu-west-1": {}}}}
    }))
    .unwrap();
    let account = snapshot.accounts.get_mut("111122223333").unwrap();
    let mut wanted = global.clone();
    let marked = wanted.as_object_mut().unwrap();
    for dataset in marked.values_mut() {
        dataset["collected"] = json!(true);
    }
    account.global = serde_json::from_value(wanted).unwrap();
    account.global.mark_collected();
    for region in account.regions.values_mut() {
        region.mark_collected();
    }
    snapshot
}

static CATALOG: LazyLock<Catalog> = LazyLock::new(|| Catalog::builtin(&audit::subjects()).unwrap());

fn report(snapshot: &Snapshot) -> Report {
    let settings = Settings {
        params: audit::default_params(&CATALOG),
        controls: Some(["aws-genai-05".to_owned()].into()),
        show_passed: true,
        ..Settings::default()
    };
    audit::run(&CATALOG, snapshot, &settings, jiff::Timestamp::UNIX_EPOCH).unwrap()
}

/// The status of a rule for the resource whose ARN holds `of`.
fn status_of(snapshot: &Snapshot, rule: &str, of: &str) -> Status {
    let report = report(snapshot);
    let id = format!("aws-genai-05.{rule}");
    let mut found = report
        .findings
        .iter()
        .filter(|finding| finding.rule_id == id && finding.resource.arn.contains(of));
    let status = found.next().map(|finding| finding.status).unwrap();
    assert!(found.next().is_none(), "{rule} speaks twice of {of}");
    status
}

fn status(global: &Value, rule: &str) -> Status {
    status_of(&snapshot(global), rule, "region/us-east-1")
}

fn trail(multi: bool) -> Value {
    json!({"TrailARN": ARN, "Name": "audit", "HomeRegion": "us-east-1", "IsMultiRegionTrail": multi, "S3BucketName": "audit-bucket"})
}

fn bucket(policy: &Value) -> Value {
    json!({
        "buckets": {"items": [{"Name": "audit-bucket", "Exists": true, "Owned": true}]},
        "bucket_policies": {"items": [{"Bucket": "audit-bucket", "Policy": policy}]},
    })
}

/// One multi-region trail that logs, with these advanced selectors.
fn advanced(selectors: &Value) -> Value {
    json!({
        "trails": {"items": [trail(true)]},
        "trail_statuses": {"items": [{"TrailARN": ARN, "IsLogging": true}]},
        "trail_selectors": {"items": [{"TrailARN": ARN, "AdvancedEventSelectors": selectors}]},
    })
}

fn basic(selector: &Value) -> Value {
    json!({
        "trails": {"items": [trail(true)]},
        "trail_statuses": {"items": [{"TrailARN": ARN, "IsLogging": true}]},
        "trail_selectors": {"items": [{"TrailARN": ARN, "EventSelectors": [selector]}]},
    })
}

/// A selector for data events of agent aliases with further fields.
fn agents(more: &[Value]) -> Value {
    let mut fields = vec![
        json!({"Field": "eventCategory", "Equals": ["Data"]}),
        json!({"Field": "resources.type", "Equals": ["AWS::Bedrock::AgentAlias"]}),
    ];
    fields.extend(more.iter().cloned());
    json!({"Name": "agents", "FieldSelectors": fields})
}

fn management(more: &[Value]) -> Value {
    let mut fields = vec![json!({"Field": "eventCategory", "Equals": ["Management"]})];
    fields.extend(more.iter().cloned());
    json!({"FieldSelectors": fields})
}

#[test]
fn no_trail_at_all_fails_and_an_unlisted_one_leaves_it_open() {
    assert_eq!(status(&json!({}), "model-invocations"), Status::Fail);
    let gap = |region: &str| {
        json!({"trails": {"gaps": [{"region": region, "service": "cloudtrail", "operation": "DescribeTrails",
            "kind": "denied", "permission": "cloudtrail:DescribeTrails"}]}})
    };
    assert_eq!(status(&gap("us-east-1"), "agent-events"), Status::Unknown);
    // Each region shows every trail that covers it, so that a refusal elsewhere hides nothing here.
    assert_eq!(status(&gap("eu-west-1"), "agent-events"), Status::Fail);
    let store = json!({"event_data_stores": {"gaps": [{"region": "eu-west-1", "service": "cloudtrail", "operation": "ListEventDataStores", "kind": "denied"}]}});
    assert_eq!(status(&store, "agent-events"), Status::Unknown);
    let unsupported = json!({"event_data_stores": {"gaps": [{"region": "eu-west-1", "service": "cloudtrail", "operation": "ListEventDataStores", "kind": "unsupported"}]}});
    assert_eq!(status(&unsupported, "agent-events"), Status::Fail);
}

#[test]
fn a_trail_of_one_region_covers_its_home_and_two_cover_two() {
    let other = "arn:aws:cloudtrail:eu-west-1:111122223333:trail/west";
    let mut world = advanced(&json!([management(&[])]));
    world["trails"]["items"] = json!([trail(false)]);
    let mut both = snapshot(&world);
    both.accounts
        .get_mut("111122223333")
        .unwrap()
        .named_regions
        .insert("eu-west-1".into());
    assert_eq!(status_of(&both, "model-invocations", "region/us-east-1"), Status::Pass);
    assert_eq!(status_of(&both, "model-invocations", "region/eu-west-1"), Status::Fail);
    world["trails"]["items"] = json!([trail(false), {"TrailARN": other, "Name": "west", "HomeRegion": "eu-west-1"}]);
    world["trail_statuses"]["items"] =
        json!([{"TrailARN": ARN, "IsLogging": true}, {"TrailARN": other, "IsLogging": true}]);
    world["trail_selectors"]["items"] = json!([
        {"TrailARN": ARN, "AdvancedEventSelectors": [management(&[])]},
        {"TrailARN": other, "EventSelectors": [{"ReadWriteType": "All", "IncludeManagementEvents": true}]}]);
    let mut both = snapshot(&world);
    both.accounts
        .get_mut("111122223333")
        .unwrap()
        .named_regions
        .insert("eu-west-1".into());
    assert_eq!(status_of(&both, "model-invocations", "region/eu-west-1"), Status::Pass);
}

#[test]
fn a_trail_that_is_off_covers_nothing_and_says_so_itself() {
    let mut world = advanced(&json!([management(&[])]));
    assert_eq!(
        status_of(&snapshot(&world), "trail-stopped", "trail/audit"),
        Status::Pass
    );
    world["trail_statuses"]["items"] = json!([{"TrailARN": ARN, "IsLogging": false}]);
    assert_eq!(status(&world, "model-invocations"), Status::Fail);
    assert_eq!(
        status_of(&snapshot(&world), "trail-stopped", "trail/audit"),
        Status::Fail
    );
    world["trail_statuses"]["items"] =
        json!([{"TrailARN": ARN, "IsLogging": true, "LatestDeliveryError": "AccessDenied"}]);
    assert_eq!(status(&world, "model-invocations"), Status::Pass);
    assert_eq!(
        status_of(&snapshot(&world), "trail-stopped", "trail/audit"),
        Status::Fail
    );
    world["trail_statuses"] =
        json!({"gaps": [{"service": "cloudtrail", "operation": "GetTrailStatus", "resource": ARN, "kind": "denied"}]});
    assert_eq!(status(&world, "model-invocations"), Status::Unknown);
    assert_eq!(
        status_of(&snapshot(&world), "trail-stopped", "trail/audit"),
        Status::Unknown
    );
    // It is off, and what it would take has nothing to do with Bedrock.
    let mut idle = advanced(
        &json!([{"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Data"]},
        {"Field": "resources.type", "Equals": ["AWS::S3::Object"]}]}]),
    );
    idle["trail_statuses"]["items"] = json!([{"TrailARN": ARN, "IsLogging": false}]);
    assert_eq!(
        status_of(&snapshot(&idle), "trail-stopped", "trail/audit"),
        Status::NotApplicable
    );
}

#[test]
fn an_organization_trail_that_hides_its_selectors_is_unknown_and_never_a_fault() {
    let hidden = json!({
        "trails": {"items": [{"TrailARN": ORG, "Name": "org", "HomeRegion": "us-east-1", "IsMultiRegionTrail": true, "IsOrganizationTrail": true, "S3BucketName": "org-audit"}]},
        "trail_statuses": {"items": [{"TrailARN": ORG, "IsLogging": true}]},
        "trail_selectors": {"gaps": [{"service": "cloudtrail", "operation": "GetEventSelectors", "resource": ORG, "kind": "not_found", "code": "TrailNotFoundException"}]},
    });
    for rule in [
        "model-invocations",
        "agent-events",
        "knowledge-base-events",
        "extended-events",
    ] {
        assert_eq!(status(&hidden, rule), Status::Unknown, "{rule}");
    }
    // What it takes may itself be a part of these events and no more.
    assert_eq!(status(&hidden, "narrowed-selector"), Status::Unknown);
    assert_eq!(
        status_of(&snapshot(&hidden), "trail-bucket", ORG),
        Status::NotApplicable
    );
    // The management account's own snapshot, merged in, settles it, and the trail is judged once.
    let mut merged = snapshot(&hidden);
    let mut management_account = snapshot(&hidden).accounts.remove("111122223333").unwrap();
    management_account.regions.clear();
    management_account.global.trail_selectors = serde_json::from_value(json!({"collected": true, "items": [
        {"TrailARN": ORG, "AdvancedEventSelectors": [management(&[]), agents(&[])]}]}))
    .unwrap();
    merged.accounts.insert("999988887777".into(), management_account);
    assert_eq!(
        status_of(&merged, "agent-events", "111122223333:region/us-east-1"),
        Status::Pass
    );
    assert_eq!(
        status_of(&merged, "knowledge-base-events", "111122223333:region/us-east-1"),
        Status::Fail
    );
    assert_eq!(status_of(&merged, "dead-selector", ORG), Status::NotApplicable);
}

#[test]
fn a_second_trail_that_cannot_be_read_might_take_the_rest() {
    let mut world = advanced(&json!([agents(&[json!({"Field": "readOnly", "Equals": ["false"]})])]));
    world["trails"]["items"] = json!([trail(true), {"TrailARN": ORG, "Name": "org", "HomeRegion": "us-east-1", "IsMultiRegionTrail": true, "IsOrganizationTrail": true}]);
    world["trail_selectors"]["gaps"] =
        json!([{"service": "cloudtrail", "operation": "GetEventSelectors", "resource": ORG, "kind": "denied"}]);
    assert_eq!(status(&world, "agent-events"), Status::Pass);
    assert_eq!(status(&world, "narrowed-selector"), Status::Unknown);
}

#[test]
fn only_enabled_event_data_stores_count_and_only_where_they_reach() {
    let arn = "arn:aws:cloudtrail:eu-west-1:111122223333:eventdatastore/x";
    let store = |status: Option<&str>, multi: bool| {
        json!({"event_data_stores": {"items": [{"EventDataStoreArn": arn, "Name": "lake", "Status": status, "MultiRegionEnabled": multi,
            "Region": "eu-west-1", "AdvancedEventSelectors": [agents(&[])]}]}})
    };
    assert_eq!(status(&store(Some("ENABLED"), true), "agent-events"), Status::Pass);
    assert_eq!(status(&store(Some("ENABLED"), false), "agent-events"), Status::Fail);
    assert_eq!(
        status(&store(Some("STOPPED_INGESTION"), true), "agent-events"),
        Status::Fail
    );
    assert_eq!(
        status_of(&snapshot(&store(Some("STOPPED_INGESTION"), true)), "trail-stopped", arn),
        Status::Fail
    );
    assert_eq!(status(&store(Some("CREATED"), true), "agent-events"), Status::Fail);
    assert_eq!(
        status_of(&snapshot(&store(Some("CREATED"), true)), "trail-stopped", arn),
        Status::Pass
    );
    assert_eq!(status(&store(None, true), "agent-events"), Status::Unknown);
    // A store that could not be read may take events of every region, us-east-1 among them.
    let hidden = json!({"event_data_stores": {"items": [{"EventDataStoreArn": arn, "Name": "lake", "Region": "eu-west-1"}],
        "gaps": [{"region": "eu-west-1", "service": "cloudtrail", "operation": "GetEventDataStore", "resource": arn, "kind": "denied"}]}});
    assert_eq!(status(&hidden, "agent-events"), Status::Unknown);
    assert_eq!(status(&hidden, "narrowed-selector"), Status::Unknown);
    assert_eq!(
        status_of(&snapshot(&store(Some("ENABLED"), true)), "trail-bucket", arn),
        Status::NotApplicable
    );
}

#[test]
fn a_trail_without_selectors_is_dead_whether_it_logs_or_not() {
    let mut world = advanced(&json!([]));
    assert_eq!(
        status_of(&snapshot(&world), "dead-selector", "trail/audit"),
        Status::Fail
    );
    world["trail_statuses"]["items"] = json!([{"TrailARN": ARN, "IsLogging": false}]);
    assert_eq!(
        status_of(&snapshot(&world), "dead-selector", "trail/audit"),
        Status::Fail
    );
    // A store that only takes imported events has no selector either.
    let store = json!({"event_data_stores": {"items": [{"EventDataStoreArn": "arn:aws:cloudtrail:us-east-1:111122223333:eventdatastore/x",
        "Name": "lake", "Status": "CREATED", "MultiRegionEnabled": true, "Region": "us-east-1"}]}});
    assert_eq!(
        status_of(&snapshot(&store), "dead-selector", "eventdatastore/x"),
        Status::Pass
    );
}

#[test]
fn trails_that_cannot_be_listed_are_unknown_in_every_rule() {
    let gap = json!({"trails": {"gaps": [{"region": "us-east-1", "service": "cloudtrail", "operation": "DescribeTrails",
        "kind": "denied", "permission": "cloudtrail:DescribeTrails"}]}});
    assert_eq!(status(&gap, "narrowed-selector"), Status::Unknown);
    for rule in ["trail-stopped", "dead-selector", "trail-bucket"] {
        assert_eq!(status_of(&snapshot(&gap), rule, "trail/*"), Status::Unknown, "{rule}");
    }
    // Stores have no bucket, and one region's are not another's.
    let mut stores = snapshot(
        &json!({"event_data_stores": {"gaps": [{"region": "eu-west-1", "service": "cloudtrail", "operation": "ListEventDataStores", "kind": "denied"}]}}),
    );
    for rule in ["trail-stopped", "dead-selector"] {
        assert_eq!(
            status_of(&stores, rule, "us-east-1:111122223333:trail/*"),
            Status::Unknown,
            "{rule}"
        );
    }
    assert_eq!(status_of(&stores, "trail-bucket", "trail/*"), Status::NotApplicable);
    let account = stores.accounts.get_mut("111122223333").unwrap();
    account.named_regions.insert("eu-west-1".to_owned());
    for rule in ["trail-stopped", "dead-selector"] {
        assert_eq!(status_of(&stores, rule, "trail/*"), Status::Unknown, "{rule}");
        assert_eq!(
            status_of(&stores, rule, "eu-west-1:111122223333:trail/*"),
            Status::Unknown
        );
    }
    // Nobody uses eu-west-1, so that its trails are nobody's business.
    let quiet = json!({"trails": {"gaps": [{"region": "eu-west-1", "service": "cloudtrail", "operation": "DescribeTrails", "kind": "denied"}]}});
    let report = report(&snapshot(&quiet));
    assert!(report.findings.iter().all(|finding| finding.status != Status::Unknown));
}

#[test]
fn the_grant_to_cloudtrail_must_name_the_trail() {
    let judge = |statements: Value| {
        let mut world = advanced(&json!([management(&[])]));
        let policy = json!({"Version": "2012-10-17", "Statement": statements});
        for (name, dataset) in bucket(&policy).as_object().unwrap() {
            world[name] = dataset.clone();
        }
        status_of(&snapshot(&world), "trail-bucket", "trail/audit")
    };
    let grant = |condition: Value| {
        json!({"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}, "Action": "s3:PutObject",
            "Resource": "arn:aws:s3:::audit-bucket/AWSLogs/111122223333/*", "Condition": condition})
    };
    assert_eq!(
        judge(json!([grant(json!({"StringEquals": {"AWS:SourceArn": ARN}}))])),
        Status::Pass
    );
    assert_eq!(
        judge(json!([grant(
            json!({"ArnLike": {"aws:SourceArn": "arn:aws:cloudtrail:*:111122223333:trail/*"}})
        )])),
        Status::Pass
    );
    // The account is what counts: of strangers' trails, one bears the same name and one stands in the same region.
    for anybody in [
        "arn:aws:cloudtrail:*:*:trail/audit",
        "arn:aws:cloudtrail:us-east-1:*:trail/*",
    ] {
        let condition = json!({"ArnLike": {"aws:SourceArn": anybody}});
        assert_eq!(judge(json!([grant(condition)])), Status::Fail, "{anybody}");
    }
    assert_eq!(judge(json!([grant(json!({}))])), Status::Fail);
    assert_eq!(
        judge(json!([grant(
            json!({"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control"}})
        )])),
        Status::Fail
    );
    assert_eq!(
        judge(json!([grant(json!({"StringLike": {"aws:SourceArn": "*"}}))])),
        Status::Fail
    );
    let deny = json!({"Effect": "Deny", "Principal": {"Service": "cloudtrail.amazonaws.com"}, "Action": "s3:*", "Resource": "*",
        "Condition": {"StringNotEquals": {"aws:SourceArn": ARN}}});
    assert_eq!(judge(json!([grant(json!({})), deny])), Status::Pass);
    assert_eq!(judge(json!("nonsense")), Status::Unknown);
    let mut foreign = advanced(&json!([management(&[])]));
    foreign["buckets"] = json!({"items": [{"Name": "audit-bucket", "Exists": true, "Owned": false}]});
    assert_eq!(
        status_of(&snapshot(&foreign), "trail-bucket", "trail/audit"),
        Status::NotApplicable
    );
}

/// A member account that uses Bedrock, and the management account, which does not and owns the trail.
fn organization(of_member: &Value, of_management: &Value) -> Snapshot {
    let with = |datasets: &Value| {
        let mut all = datasets.clone();
        all["organization"] = json!({"items": [{"Id": "o-a1b2c3d4e5", "MasterAccountId": "999988887777"}]});
        snapshot(&all).accounts.remove("111122223333").unwrap()
    };
    let mut both = snapshot(&json!({}));
    both.accounts.insert("111122223333".to_owned(), with(of_member));
    let mut management = with(of_management);
    management.named_regions.clear();
    both.accounts.insert("999988887777".to_owned(), management);
    both
}

#[test]
fn a_trail_of_the_organization_is_judged_by_what_all_its_accounts_could_read() {
    let row = json!({"TrailARN": ORG, "Name": "org", "HomeRegion": "us-east-1", "IsMultiRegionTrail": true, "IsOrganizationTrail": true});
    let owner = |logs: bool| {
        json!({"trails": {"items": [row]}, "trail_statuses": {"items": [{"TrailARN": ORG, "IsLogging": logs}]},
            "trail_selectors": {"items": [{"TrailARN": ORG, "AdvancedEventSelectors": [management(&[]), agents(&[])]}]}})
    };
    let gap =
        |operation: &str| json!([{"service": "cloudtrail", "operation": operation, "resource": ORG, "kind": "denied"}]);
    let member = json!({"trails": {"items": [row]}, "trail_statuses": {"gaps": gap("GetTrailStatus")},
        "trail_selectors": {"gaps": gap("GetEventSelectors")}});
    let unlisted = json!({"trails": {"gaps": [{"region": "us-east-1", "service": "cloudtrail", "operation": "DescribeTrails", "kind": "denied"}]}});
    for member in [member, unlisted] {
        let on = organization(&member, &owner(true));
        let of_member = |world: &Snapshot, rule: &str| status_of(world, rule, "111122223333:region/us-east-1");
        assert_eq!(of_member(&on, "agent-events"), Status::Pass, "{member}");
        assert_eq!(status_of(&on, "trail-stopped", ORG), Status::Pass);
        // The management account uses no Bedrock, and the member's events are lost all the same.
        let off = organization(&member, &owner(false));
        assert_ne!(of_member(&off, "agent-events"), Status::Pass, "{member}");
        assert_eq!(status_of(&off, "trail-stopped", ORG), Status::Fail);
    }
    let mut strangers = organization(&json!({}), &owner(false));
    let management = strangers.accounts.get_mut("999988887777").unwrap();
    management.global.organization.items[0].id = "o-another000".to_owned();
    assert_eq!(status_of(&strangers, "trail-stopped", ORG), Status::NotApplicable);
}

#[test]
fn nothing_applies_where_bedrock_is_not_used() {
    let page = advanced(
        &json!([{"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Data"]},
        {"Field": "resources.type", "Equals": ["AWS::Bedrock::InvokeModel"]}]}]),
    );
    let mut hidden = advanced(&json!([]));
    hidden["trail_selectors"] = json!({"gaps": [{"service": "cloudtrail", "operation": "GetEventSelectors", "resource": ARN, "kind": "denied"}]});
    for world in [advanced(&json!([])), page, hidden] {
        let mut quiet = snapshot(&world);
        quiet.accounts.get_mut("111122223333").unwrap().named_regions.clear();
        for finding in report(&quiet).findings {
            assert_eq!(finding.status, Status::NotApplicable, "{}", finding.rule_id);
        }
    }
}
