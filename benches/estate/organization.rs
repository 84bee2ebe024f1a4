//! The organization as its accounts see it: a root, a unit that holds every account, and policies on both.

use super::policies::{document, everything};
use super::{Sizes, account_id};
use bedrock_audit::model::aws::organizations::{
    Account, Organization, OrganizationalUnit, Policy, PolicyTarget, PolicyTypeStatus, Root,
};
use bedrock_audit::model::policy_text::PolicyText;
use bedrock_audit::model::snapshot::Global;
use serde_json::json;

const ROOT: &str = "r-9a1b";
const UNIT: &str = "ou-9a1b-workload";

/// Adds what the account was told of its organization.
pub(crate) fn fill(global: &mut Global, sizes: &Sizes) {
    let management = account_id(0);
    let arn = |rest: &str| format!("arn:aws:organizations::{management}:{rest}");
    global.organization.items.push(Organization {
        id: "o-bench00001".to_owned(),
        arn: arn("organization/o-bench00001"),
        feature_set: "ALL".to_owned(),
        master_account_id: management.clone(),
    });
    global.organization_roots.items.push(Root {
        id: ROOT.to_owned(),
        arn: arn("root/o-bench00001/r-9a1b"),
        name: "Root".to_owned(),
        policy_types: vec![PolicyTypeStatus {
            type_: "SERVICE_CONTROL_POLICY".to_owned(),
            status: "ENABLED".to_owned(),
        }],
    });
    global.organizational_units.items.push(OrganizationalUnit {
        id: UNIT.to_owned(),
        arn: arn("ou/o-bench00001/ou-9a1b-workload"),
        name: "workload".to_owned(),
        parent_id: ROOT.to_owned(),
    });
    for index in 0..=sizes.accounts {
        let id = account_id(index);
        global.organization_accounts.items.push(Account {
            arn: arn(&format!("account/o-bench00001/{id}")),
            name: format!("account-{index}"),
            state: "ACTIVE".to_owned(),
            parent_id: Some(if index == 0 { ROOT } else { UNIT }.to_owned()),
            id,
        });
    }
    let target = |id: &str, type_: &str| PolicyTarget {
        target_id: id.to_owned(),
        type_: type_.to_owned(),
    };
    let mut everywhere = vec![target(ROOT, "ROOT"), target(UNIT, "ORGANIZATIONAL_UNIT")];
    everywhere.extend((0..=sizes.accounts).map(|index| target(&account_id(index), "ACCOUNT")));
    let policy = |id: String, content: PolicyText, targets: Vec<PolicyTarget>| Policy {
        arn: arn(&format!("policy/o-bench00001/service_control_policy/{id}")),
        name: id.clone(),
        type_: "SERVICE_CONTROL_POLICY".to_owned(),
        aws_managed: false,
        content: Some(content),
        targets: Some(targets),
        id,
    };
    let policies = &mut global.organization_policies.items;
    policies.push(policy("p-allow".to_owned(), everything(), everywhere));
    for number in 0..sizes.scps {
        let targets = vec![target(UNIT, "ORGANIZATIONAL_UNIT")];
        policies.push(policy(format!("p-rule{number:04}"), rule(number), targets));
    }
}

fn rule(number: usize) -> PolicyText {
    document(match number % 3 {
        0 => {
            json!([{"Sid": "Region", "Effect": "Deny", "NotAction": ["iam:*", "sts:*", "organizations:*", "bedrock:*"],
            "Resource": "*", "Condition": {"StringNotEquals": {"aws:RequestedRegion": ["us-east-1", "eu-central-1", "us-west-2"]}}}])
        }
        1 => json!([{"Sid": "Root", "Effect": "Deny", "Action": "*", "Resource": "*",
            "Condition": {"StringLike": {"aws:PrincipalArn": "arn:aws:iam::*:root"}}}]),
        _ => json!([{"Sid": "Keep", "Effect": "Deny",
            "Action": ["cloudtrail:StopLogging", "cloudtrail:DeleteTrail", "bedrock:DeleteModelInvocationLoggingConfiguration"],
            "Resource": "*"}]),
    })
}
