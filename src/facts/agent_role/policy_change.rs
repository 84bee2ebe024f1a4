//! Whether a role may change what somebody may do: the IAM actions that write policies, boundaries and trust.
//!
//! Such an action is a privilege on whatever resource it stands, so every resource is tried that the policies speak of,
//! beside one of each kind that they do not.

use super::privilege::{Found, Judge};
use crate::iam::access::PolicySet;
use crate::iam::pattern::Pattern;
use crate::iam::reach::{CANARY, Grant};
use crate::iam::statement::{Effect, ResourceElement, Statement};
use std::collections::BTreeSet;

/// The actions, each with the kind of resource that it changes.
const ACTIONS: [(&str, &str); 22] = [
    ("iam:AttachRolePolicy", "role"),
    ("iam:PutRolePolicy", "role"),
    ("iam:UpdateAssumeRolePolicy", "role"),
    ("iam:PutRolePermissionsBoundary", "role"),
    ("iam:DeleteRolePermissionsBoundary", "role"),
    ("iam:DetachRolePolicy", "role"),
    ("iam:DeleteRolePolicy", "role"),
    ("iam:AttachUserPolicy", "user"),
    ("iam:PutUserPolicy", "user"),
    ("iam:PutUserPermissionsBoundary", "user"),
    ("iam:DeleteUserPermissionsBoundary", "user"),
    ("iam:DetachUserPolicy", "user"),
    ("iam:DeleteUserPolicy", "user"),
    ("iam:AddUserToGroup", "group"),
    ("iam:AttachGroupPolicy", "group"),
    ("iam:PutGroupPolicy", "group"),
    ("iam:DetachGroupPolicy", "group"),
    ("iam:DeleteGroupPolicy", "group"),
    ("iam:CreatePolicyVersion", "policy"),
    ("iam:SetDefaultPolicyVersion", "policy"),
    ("iam:DeletePolicyVersion", "policy"),
    ("iam:DeletePolicy", "policy"),
];

/// Notes the first action that is allowed on anything.
pub(super) fn find(judge: &Judge<'_, '_>, found: &mut Found) {
    for (action, kind) in ACTIONS {
        let policies = judge.policies();
        let granted = Grant::all(policies).any(|grant| grant.statement.matches_action(action).is_possible());
        if !granted {
            continue;
        }
        let tries = resources(judge, policies, action, kind);
        if judge.any(action, &tries, "may change what principals may do", found) {
            return;
        }
    }
}

/// One resource of the kind that no policy names, and those that the policies speak of.
fn resources(judge: &Judge<'_, '_>, policies: &PolicySet, action: &str, kind: &str) -> Vec<String> {
    let (partition, account) = judge.home();
    let mut out = vec![format!("arn:{partition}:iam::{account}:{kind}/{CANARY}")];
    let statements = policies.all().flat_map(|policy| &policy.document.statements);
    let speaking = statements.filter(|statement| statement.matches_action(action).is_possible());
    let named: BTreeSet<String> = speaking
        .flat_map(patterns)
        .filter(|pattern| !pattern.is_universal())
        .map(|pattern| pattern.instantiate(CANARY))
        .collect();
    let is_kind = |arn: &String| {
        let rest = arn.splitn(6, ':').nth(5).unwrap_or("");
        // A wildcard may have stood for the kind itself.
        rest.split('/').next() == Some(kind) || rest.starts_with(CANARY)
    };
    out.extend(named.into_iter().filter(is_kind));
    out
}

/// What a statement lets through: what an Allow names, or what a Deny spares.
fn patterns(statement: &Statement) -> &[Pattern] {
    match (&statement.resources, statement.effect) {
        (ResourceElement::Resource(list), Effect::Allow) | (ResourceElement::NotResource(list), Effect::Deny) => list,
        _ => &[],
    }
}
