//! The collectors against a pretended AWS: what they bring, what they say when they cannot, and that they only read.
//!
//! The SDK's own clients talk to a local port; nothing depends on the machine's settings.

use crate::support::collecting::{ACCOUNT, Patience, attempt, named, snapshot as collect};
use crate::support::fake_aws::{FakeAws, Fault, World};
use bedrock_audit::collect::{Cancel, CollectError, Plan, Stop};
use bedrock_audit::model::calls;
use bedrock_audit::model::dataset::Lookup;
use bedrock_audit::model::gap::GapKind;
use bedrock_audit::model::snapshot::{Account, Snapshot};
use serde_json::json;
use std::time::Duration;

fn run(aws: &FakeAws, plan: &Plan, cancel: &Cancel) -> Result<Snapshot, CollectError> {
    attempt(aws, plan, cancel, Patience::default())
}

fn account(snapshot: &Snapshot) -> &Account {
    &snapshot.accounts[ACCOUNT]
}

fn role(name: &str, policy: &str) -> serde_json::Value {
    json!({
        "Arn": format!("arn:aws:iam::{ACCOUNT}:role/{name}"), "RoleName": name, "RoleId": format!("AROA{name}"), "Path": "/",
        "CreateDate": "2024-01-01T00:00:00Z",
        "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": []},
        "AttachedManagedPolicies": [{"PolicyName": "p", "PolicyArn": policy}],
    })
}

#[test]
fn iam_is_read_to_the_last_page_with_every_policy_that_somebody_carries() {
    let missing = "arn:aws:iam::aws:policy/AmazonBedrockFullAccess";
    let own = format!("arn:aws:iam::{ACCOUNT}:policy/own");
    let document = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "bedrock:*", "Resource": "a+b %"}]});
    let version = json!({"VersionId": "v2", "IsDefaultVersion": true, "Document": document, "CreateDate": "2024-01-01T00:00:00Z"});
    let aws = FakeAws::start(
        World::new(ACCOUNT)
            .regions(&["us-east-1"])
            .on("iam", "GetAccountAuthorizationDetails", json!({
                "RoleDetailList": [role("a", missing), role("b", &own), role("c", missing)],
                "Policies": [
                    {"Arn": own, "PolicyName": "own", "AttachmentCount": 1, "DefaultVersionId": "v2", "PolicyVersionList": [version]},
                    {"Arn": "arn:aws:iam::aws:policy/Unused", "PolicyName": "Unused", "AttachmentCount": 0,
                     "PermissionsBoundaryUsageCount": 0, "DefaultVersionId": "v1", "PolicyVersionList": []},
                ],
            }))
            .when("iam", "GetPolicy", json!({"PolicyArn": missing}), json!({"Policy": {
                "Arn": missing, "PolicyName": "AmazonBedrockFullAccess", "DefaultVersionId": "v9", "AttachmentCount": 2}}))
            .when("iam", "GetPolicyVersion", json!({"PolicyArn": missing, "VersionId": "v9"}), json!({"PolicyVersion": version}))
            .page(2),
    );
    let snapshot = collect(&aws, &named(&["us-east-1"]));
    let global = &account(&snapshot).global;
    assert_eq!(global.roles.items.len(), 3);
    assert!(global.roles.gaps.is_empty(), "{:?}", global.roles.gaps);
    let names: Vec<&str> = global
        .policies
        .items
        .iter()
        .map(|policy| policy.policy_name.as_str())
        .collect();
    assert_eq!(names, ["own", "AmazonBedrockFullAccess"]);
    for policy in &global.policies.items {
        assert!(
            policy.document.as_ref().unwrap().as_str().contains("a+b %"),
            "{policy:?}"
        );
    }
    assert_eq!(aws.count("iam", "GetPolicy"), 1, "one read serves both roles");
    assert!(
        global.roles.items[0]
            .assume_role_policy_document
            .as_str()
            .starts_with('{')
    );
}

#[test]
fn a_policy_that_cannot_be_read_stays_with_a_gap_of_its_own() {
    let hidden = "arn:aws:iam::aws:policy/Hidden";
    let aws = FakeAws::start(
        World::new(ACCOUNT)
            .regions(&["us-east-1"])
            .on(
                "iam",
                "GetAccountAuthorizationDetails",
                json!({"RoleDetailList": [role("a", hidden)]}),
            )
            .on(
                "iam",
                "GetPolicy",
                json!({"Policy": {"Arn": hidden, "PolicyName": "Hidden", "DefaultVersionId": "v1"}}),
            )
            .fault("iam", "GetPolicyVersion", Fault::Deny),
    );
    let snapshot = collect(&aws, &named(&["us-east-1"]));
    let policies = &account(&snapshot).global.policies;
    assert!(policies.items[0].document.is_none());
    let gap = &policies.gaps[0];
    assert_eq!((gap.kind, gap.resource.as_deref()), (GapKind::Denied, Some(hidden)));
    assert_eq!(gap.permission.as_deref(), Some("iam:GetPolicyVersion"));
    assert!(policies.is_complete(), "the list itself is whole");
}

#[test]
fn the_organization_is_walked_with_parents_policies_and_targets() {
    let aws = FakeAws::start(
        World::new(ACCOUNT)
            .regions(&["us-east-1"])
            .on("organizations", "DescribeOrganization", json!({"Organization": {
                "Id": "o-1", "Arn": "arn:o", "FeatureSet": "ALL", "MasterAccountId": ACCOUNT}}))
            .on("organizations", "ListRoots", json!({"Roots": [{"Id": "r-1", "Arn": "arn:r", "Name": "Root",
                "PolicyTypes": [{"Type": "SERVICE_CONTROL_POLICY", "Status": "ENABLED"}]}]}))
            .when("organizations", "ListOrganizationalUnitsForParent", json!({"ParentId": "r-1"}),
                json!({"OrganizationalUnits": [{"Id": "ou-1", "Arn": "arn:ou1", "Name": "one"}]}))
            .when("organizations", "ListOrganizationalUnitsForParent", json!({"ParentId": "ou-1"}),
                json!({"OrganizationalUnits": [{"Id": "ou-2", "Arn": "arn:ou2", "Name": "two"}]}))
            .when("organizations", "ListAccountsForParent", json!({"ParentId": "ou-2"}),
                json!({"Accounts": [{"Id": "444455556666", "Arn": "arn:a", "Name": "deep", "Status": "SUSPENDED"}]}))
            .when("organizations", "ListPolicies", json!({"Filter": "SERVICE_CONTROL_POLICY"}), json!({"Policies": [
                {"Id": "p-1", "Arn": "arn:p1", "Name": "deny", "Type": "SERVICE_CONTROL_POLICY", "AwsManaged": false},
                {"Id": "p-2", "Arn": "arn:p2", "Name": "shut", "Type": "SERVICE_CONTROL_POLICY", "AwsManaged": false}]}))
            .when("organizations", "DescribePolicy", json!({"PolicyId": "p-1"}), json!({"Policy": {
                "PolicySummary": {"Id": "p-1"}, "Content": "{\"Statement\":[]}"}}))
            .when("organizations", "ListTargetsForPolicy", json!({"PolicyId": "p-1"}), json!({"Targets": [
                {"TargetId": "ou-1", "Type": "ORGANIZATIONAL_UNIT"}, {"TargetId": "r-1", "Type": "ROOT"}]}))
            .fault_when("organizations", "DescribePolicy", json!({"PolicyId": "p-2"}), Fault::Deny)
            .empty_first_page("organizations", "ListRoots")
            .page(1),
    );
    let snapshot = collect(&aws, &named(&["us-east-1"]));
    let global = &account(&snapshot).global;
    assert_eq!(global.organization.items[0].master_account_id, ACCOUNT);
    let parents: Vec<_> = global
        .organizational_units
        .items
        .iter()
        .map(|unit| unit.parent_id.as_str())
        .collect();
    assert_eq!(parents, ["r-1", "ou-1"]);
    let deep = &global.organization_accounts.items[0];
    assert_eq!(
        (deep.parent_id.as_deref(), deep.state.as_str()),
        (Some("ou-2"), "SUSPENDED")
    );
    let policies = &global.organization_policies;
    assert_eq!(policies.items[0].targets.as_ref().unwrap().len(), 2);
    assert_eq!(policies.items[1].content, None);
    assert_eq!(policies.gaps.len(), 1);
    assert_eq!(
        aws.count("organizations", "ListAccounts"),
        0,
        "the tree told everything"
    );
    assert!(global.effective_policies.is_complete() && global.effective_policies.items.is_empty());
}

#[test]
fn accounts_below_a_unit_that_nobody_could_list_are_not_left_out() {
    let account_row = |id: &str| json!({"Id": id, "Arn": "arn:a", "Name": id, "Status": "ACTIVE"});
    let aws = FakeAws::start(
        World::new(ACCOUNT)
            .regions(&["us-east-1"])
            .on(
                "organizations",
                "DescribeOrganization",
                json!({"Organization": {"Id": "o-1", "Arn": "arn:o", "FeatureSet": "ALL", "MasterAccountId": ACCOUNT}}),
            )
            .on(
                "organizations",
                "ListRoots",
                json!({"Roots": [{"Id": "r-1", "Arn": "arn:r", "Name": "Root"}]}),
            )
            .when(
                "organizations",
                "ListAccountsForParent",
                json!({"ParentId": "r-1"}),
                json!({"Accounts": [account_row(ACCOUNT)]}),
            )
            .on(
                "organizations",
                "ListAccounts",
                json!({"Accounts": [account_row(ACCOUNT), account_row("444455556666")]}),
            )
            .fault("organizations", "ListOrganizationalUnitsForParent", Fault::Deny),
    );
    let snapshot = collect(&aws, &named(&["us-east-1"]));
    let global = &account(&snapshot).global;
    assert!(!global.organizational_units.is_complete());
    let places: Vec<_> = global
        .organization_accounts
        .items
        .iter()
        .map(|row| (row.id.as_str(), row.parent_id.as_deref()))
        .collect();
    assert_eq!(places, [(ACCOUNT, Some("r-1")), ("444455556666", None)]);
}

#[test]
fn a_partition_that_does_not_know_a_type_of_policy_has_none_of_it() {
    let unknown = Fault::Error {
        code: "InvalidInputException",
        status: 400,
        message: "You provided a value that does not match the required pattern.",
    };
    let aws = FakeAws::start(
        World::new(ACCOUNT)
            .regions(&["us-east-1"])
            .on(
                "organizations",
                "DescribeOrganization",
                json!({"Organization": {"Id": "o-1", "FeatureSet": "ALL", "MasterAccountId": ACCOUNT}}),
            )
            .fault_when(
                "organizations",
                "ListPolicies",
                json!({"Filter": "BEDROCK_POLICY"}),
                unknown.clone(),
            )
            .fault("organizations", "DescribeEffectivePolicy", unknown),
    );
    let snapshot = collect(&aws, &named(&["us-east-1"]));
    let global = &account(&snapshot).global;
    assert!(global.organization_policies.is_complete());
    assert!(global.effective_policies.is_complete() && global.effective_policies.items.is_empty());
}

#[test]
fn an_account_alone_has_an_empty_organization_and_a_closed_one_an_unread() {
    let aws = FakeAws::start(World::new(ACCOUNT).regions(&["us-east-1"]));
    let snapshot = collect(&aws, &named(&["us-east-1"]));
    let alone = &account(&snapshot).global;
    assert!(alone.organization.is_complete() && alone.organization_policies.is_complete());
    assert_eq!(
        snapshot
            .gaps()
            .filter(|(_, gap)| gap.service == "organizations")
            .count(),
        0
    );

    let aws = FakeAws::start(
        World::new(ACCOUNT)
            .regions(&["us-east-1"])
            .on(
                "organizations",
                "DescribeOrganization",
                json!({"Organization": {
                "Id": "o-1", "FeatureSet": "ALL", "MasterAccountId": "999900001111"}}),
            )
            .on(
                "organizations",
                "DescribeEffectivePolicy",
                json!({"EffectivePolicy": {
                "PolicyType": "BEDROCK_POLICY", "TargetId": ACCOUNT, "PolicyContent": "{}"}}),
            )
            .fault("organizations", "List*", Fault::Deny)
            .fault("organizations", "DescribeResourcePolicy", Fault::Deny),
    );
    let snapshot = collect(&aws, &named(&["us-east-1"]));
    let member = &account(&snapshot).global;
    assert_eq!(member.effective_policies.items.len(), 1);
    assert!(!member.organization_policies.is_complete());
    assert!(!member.organizational_units.is_complete());
    assert!(!member.organization_accounts.is_complete());
    assert!(!member.organization_resource_policy.is_complete());
}

#[test]
fn a_trail_of_many_regions_is_read_once_and_at_home() {
    let arn = format!("arn:aws:cloudtrail:eu-west-1:{ACCOUNT}:trail/all");
    let aws = FakeAws::start(
        World::new(ACCOUNT)
            .regions(&["us-east-1", "us-west-2", "eu-west-1"])
            .on(
                "cloudtrail",
                "DescribeTrails",
                json!({"trailList": [{"TrailARN": arn, "Name": "all", "HomeRegion": "eu-west-1",
                "IsMultiRegionTrail": true, "IsOrganizationTrail": false, "S3BucketName": "logs"}]}),
            )
            .on_region(
                "cloudtrail",
                "eu-west-1",
                "GetEventSelectors",
                json!({"TrailARN": arn, "AdvancedEventSelectors": [
                {"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}]}]}),
            )
            .on_region("cloudtrail", "eu-west-1", "GetTrailStatus", json!({"IsLogging": true})),
    );
    let snapshot = collect(&aws, &named(&["us-east-1", "us-west-2"]));
    let global = &account(&snapshot).global;
    assert_eq!(
        (global.trails.items.len(), aws.count("cloudtrail", "GetEventSelectors")),
        (1, 1)
    );
    assert_eq!(global.trail_statuses.items[0].is_logging, Some(true));
    let selectors = &global.trail_selectors.items[0].advanced_event_selectors;
    assert_eq!(selectors[0].field_selectors[0].equals, ["Management"]);
    assert_eq!(
        account(&snapshot).regions.len(),
        2,
        "the home region was read, not scanned"
    );
}

#[test]
fn with_everything_denied_every_dataset_says_so() {
    let aws = FakeAws::start(World::new(ACCOUNT).fault("*", "*", Fault::Deny));
    assert!(matches!(
        run(&aws, &Plan::default(), &Cancel::default()),
        Err(CollectError::Identity(_))
    ));
    let aws = FakeAws::start(World::new(ACCOUNT).denied_but_identity());
    let snapshot = collect(&aws, &Plan::default());
    let account = account(&snapshot);
    assert!(snapshot.complete, "it ran to its end");
    assert_eq!(account.regions.len(), 33, "nobody knows which regions are enabled");
    assert_eq!(
        account.global.regions.gaps[0].permission.as_deref(),
        Some("ec2:DescribeRegions")
    );
    assert!(!account.global.roles.is_complete() && !account.global.trails.is_complete());
    assert!(
        account
            .regions
            .values()
            .all(|region| !region.vpc_endpoints.is_complete())
    );
    let permissions: Vec<_> = calls::ALL.iter().filter_map(|call| call.needs()).collect();
    for (_, gap) in snapshot.gaps() {
        assert_eq!(gap.kind, GapKind::Denied, "{gap:?}");
        assert!(permissions.contains(&gap.permission.as_deref().unwrap()), "{gap:?}");
    }
}

#[test]
fn only_enabled_regions_are_scanned_and_only_listed_calls_are_made() {
    let aws = FakeAws::start(World::new(ACCOUNT).on(
        "ec2",
        "DescribeRegions",
        json!({"Regions": [
        {"RegionName": "us-east-1", "OptInStatus": "opt-in-not-required"},
        {"RegionName": "af-south-1", "OptInStatus": "not-opted-in"},
        {"RegionName": "ap-east-1", "OptInStatus": "opted-in"}]}),
    ));
    let snapshot = collect(&aws, &Plan::default());
    assert_eq!(account(&snapshot).regions.keys().collect::<Vec<_>>(), ["us-east-1"]);
    assert!(account(&snapshot).named_regions.is_empty());
    let known: Vec<String> = calls::ALL
        .iter()
        .map(|call| format!("{}:{}", call.service, call.operation))
        .collect();
    for operation in aws.operations() {
        assert!(known.contains(&operation), "{operation} is not in the table of calls");
    }
}

#[test]
fn a_region_that_is_not_enabled_is_unsupported_and_not_unread() {
    let rejected = Fault::Error {
        code: "AuthFailure",
        status: 401,
        message: "AWS was not able to validate the provided access credentials",
    };
    let aws = FakeAws::start(
        World::new(ACCOUNT)
            .on(
                "ec2",
                "DescribeRegions",
                json!({"Regions": [
                {"RegionName": "us-east-1", "OptInStatus": "opt-in-not-required"},
                {"RegionName": "af-south-1", "OptInStatus": "not-opted-in"}]}),
            )
            .fault_in("af-south-1", "ec2", "DescribeVpcEndpoints", rejected),
    );
    let snapshot = collect(&aws, &named(&["us-east-1", "af-south-1"]));
    let endpoints = &account(&snapshot).regions["af-south-1"].vpc_endpoints;
    assert_eq!(endpoints.gaps[0].kind, GapKind::Unsupported);
    assert!(snapshot.complete && endpoints.is_complete());
    assert!(account(&snapshot).named_regions.contains("af-south-1"));
}

#[test]
fn throttling_is_waited_out_and_a_repeated_token_is_not() {
    let endpoint =
        |id: &str| json!({"VpcEndpointId": id, "ServiceName": "com.amazonaws.us-east-1.bedrock", "State": "available"});
    let world = || {
        World::new(ACCOUNT)
            .regions(&["us-east-1"])
            .on(
                "ec2",
                "DescribeVpcEndpoints",
                json!({"VpcEndpoints": [endpoint("vpce-1"), endpoint("vpce-2"), endpoint("vpce-3")]}),
            )
            .page(1)
    };
    let aws = FakeAws::start(world().fault("ec2", "DescribeVpcEndpoints", Fault::Throttle.times(3)));
    let snapshot = collect(&aws, &named(&["us-east-1"]));
    let endpoints = &account(&snapshot).regions["us-east-1"].vpc_endpoints;
    assert_eq!((endpoints.items.len(), endpoints.gaps.len()), (3, 0));

    let aws = FakeAws::start(world().fault("ec2", "DescribeVpcEndpoints", Fault::RepeatToken));
    let snapshot = collect(&aws, &named(&["us-east-1"]));
    let endpoints = &account(&snapshot).regions["us-east-1"].vpc_endpoints;
    assert_eq!(endpoints.gaps[0].kind, GapKind::Malformed);
    assert!(!endpoints.items.is_empty() && !endpoints.is_complete());
    assert!(matches!(endpoints.find("vpce-9"), Lookup::Unread(_)));
}

#[test]
fn every_way_to_fail_is_told_apart() {
    for (fault, kind) in [
        (Fault::Deny, GapKind::Denied),
        (Fault::Throttle, GapKind::Throttled),
        (Fault::Http500, GapKind::Server),
        (Fault::Reset, GapKind::Network),
        (Fault::Garbage, GapKind::Malformed),
    ] {
        let aws = FakeAws::start(
            World::new(ACCOUNT)
                .regions(&["us-east-1"])
                .fault("cloudtrail", "*", fault.clone()),
        );
        let snapshot = collect(&aws, &named(&["us-east-1"]));
        assert_eq!(account(&snapshot).global.trails.gaps[0].kind, kind, "{fault:?}");
        assert_eq!(
            account(&snapshot).global.event_data_stores.gaps[0].kind,
            kind,
            "{fault:?}"
        );
    }
}

#[test]
fn credentials_that_end_midway_keep_what_was_read() {
    let aws = FakeAws::start(
        World::new(ACCOUNT)
            .regions(&["us-east-1"])
            .on("cloudtrail", "DescribeTrails", json!({"trailList": [{"TrailARN": "arn:aws:cloudtrail:us-east-1:1:trail/t", "HomeRegion": "us-east-1"}]}))
            .fault("cloudtrail", "Get*", Fault::ExpiredCredentials),
    );
    let snapshot = collect(&aws, &named(&["us-east-1"]));
    assert!(!snapshot.complete);
    let global = &account(&snapshot).global;
    assert_eq!(global.trails.items.len(), 1);
    assert_eq!(global.trail_statuses.gaps[0].kind, GapKind::Credentials);
}

#[test]
fn a_deadline_keeps_what_was_read_and_says_what_is_missing() {
    let aws = FakeAws::start(
        World::new(ACCOUNT)
            .regions(&["us-east-1"])
            .on(
                "iam",
                "GetAccountAuthorizationDetails",
                json!({"RoleDetailList": [role("a", "")]}),
            )
            .fault("ec2", "DescribeVpcEndpoints", Fault::Hang),
    );
    let plan = Plan {
        deadline: Some(Duration::from_secs(2)),
        ..named(&["us-east-1"])
    };
    let snapshot = collect(&aws, &plan);
    assert!(!snapshot.complete);
    assert_eq!(account(&snapshot).global.roles.items.len(), 1);
    let gap = &account(&snapshot).regions["us-east-1"].vpc_endpoints.gaps[0];
    assert_eq!(gap.kind, GapKind::Timeout);
    assert!(gap.message.contains("deadline"), "{gap:?}");
}

#[test]
fn a_start_that_is_refused_says_why() {
    let cancel = Cancel::default();
    cancel.stop(Stop::Interrupted);
    let aws = FakeAws::start(World::new(ACCOUNT));
    assert!(matches!(
        run(&aws, &Plan::default(), &cancel),
        Err(CollectError::Stopped)
    ));
    let aws = FakeAws::start(World::new(ACCOUNT).fault("*", "*", Fault::ExpiredCredentials));
    assert!(matches!(
        run(&aws, &Plan::default(), &Cancel::default()),
        Err(CollectError::Expired)
    ));
}

#[test]
fn no_more_calls_are_in_flight_than_allowed() {
    let aws = FakeAws::start(World::new(ACCOUNT).latency_ms(5));
    let plan = Plan {
        concurrency: 3,
        ..named(&["us-east-1", "us-west-2", "eu-west-1", "eu-central-1"])
    };
    collect(&aws, &plan);
    assert!(aws.peak() <= 3, "{}", aws.peak());
}
