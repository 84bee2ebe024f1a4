//! The policies of an account, each once: managed ones, inline ones, and those that somebody carries but nobody read.
//!
//! A policy without its text stands among the others with the reason, so that whoever looks at grants cannot miss it.

use super::{Owner, Policy};
use crate::facts::fact::Reason;
use crate::iam::document::Document;
use crate::model::arn::Arn;
use crate::model::aws::iam::{InlinePolicy, ManagedPolicy};
use crate::model::policy_text::PolicyText;
use crate::model::snapshot::Account;
use rayon::prelude::*;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Every policy of the account, parsed on all cores.
pub(super) fn of(account: &Account) -> Vec<Policy<'_>> {
    let global = &account.global;
    let mut rows: Vec<Row<'_>> = global.policies.items.iter().map(Row::Managed).collect();
    for user in &global.users.items {
        rows.extend(
            user.user_policy_list
                .iter()
                .map(|policy| Row::Inline(Owner::User, &user.arn, policy)),
        );
    }
    for group in &global.groups.items {
        rows.extend(
            group
                .group_policy_list
                .iter()
                .map(|policy| Row::Inline(Owner::Group, &group.arn, policy)),
        );
    }
    for role in &global.roles.items {
        rows.extend(
            role.role_policy_list
                .iter()
                .map(|policy| Row::Inline(Owner::Role, &role.arn, policy)),
        );
    }
    let mut policies: Vec<Policy<'_>> = rows.into_par_iter().map(|row| row.policy(account)).collect();
    let known: BTreeSet<Arc<str>> = policies.iter().map(|policy| Arc::clone(&policy.id)).collect();
    let missing: BTreeSet<&str> = carried(account).filter(|arn| !known.contains(*arn)).collect();
    policies.extend(missing.into_iter().map(|arn| Policy {
        id: Arc::from(arn),
        name: Arn::parse(arn).map_or(arn, |arn| arn.name()),
        owner: Owner::Managed,
        owner_arn: arn,
        version: None,
        document: Err(unread(account, arn)),
        holders: Vec::new(),
        bounds: Vec::new(),
        attached: false,
        managed: None,
    }));
    policies
}

/// The managed policies that somebody holds or is bounded by, whether or not they were read. One that was not may grant
/// anything, so it must stand among the others.
fn carried(account: &Account) -> impl Iterator<Item = &str> {
    let global = &account.global;
    let users = global
        .users
        .items
        .iter()
        .map(|user| (&user.attached_managed_policies, &user.permissions_boundary));
    let roles = global
        .roles
        .items
        .iter()
        .map(|role| (&role.attached_managed_policies, &role.permissions_boundary));
    let groups = global
        .groups
        .items
        .iter()
        .map(|group| (&group.attached_managed_policies, &None));
    users
        .chain(roles)
        .chain(groups)
        .flat_map(|(attached, boundary)| {
            let attached = attached.iter().map(|policy| policy.policy_arn.as_str());
            let boundary = boundary
                .as_ref()
                .map(|boundary| boundary.permissions_boundary_arn.as_str());
            attached.chain(boundary)
        })
        .filter(|arn| !arn.is_empty())
}

enum Row<'a> {
    Managed(&'a ManagedPolicy),
    Inline(Owner, &'a str, &'a InlinePolicy),
}

impl<'a> Row<'a> {
    fn policy(self, account: &'a Account) -> Policy<'a> {
        match self {
            Self::Managed(row) => Policy {
                id: Arc::from(row.arn.as_str()),
                name: &row.policy_name,
                owner: Owner::Managed,
                owner_arn: &row.arn,
                version: row.default_version_id.as_deref().map(Arc::from),
                document: row
                    .document
                    .as_ref()
                    .map_or_else(|| Err(unread(account, &row.arn)), |text| parse(&row.arn, text)),
                holders: Vec::new(),
                bounds: Vec::new(),
                attached: row.attachment_count.is_some_and(|count| count > 0),
                managed: Some(row),
            },
            Self::Inline(owner, owner_arn, row) => {
                let id = format!("{owner_arn}#{}", row.policy_name);
                Policy {
                    document: parse(&id, &row.policy_document),
                    id: Arc::from(id),
                    name: &row.policy_name,
                    owner,
                    owner_arn,
                    version: None,
                    holders: Vec::new(),
                    bounds: Vec::new(),
                    attached: true,
                    managed: None,
                }
            }
        }
    }
}

fn parse(id: &str, text: &PolicyText) -> Result<Arc<Document>, Reason> {
    Document::parse(text.as_str())
        .map(Arc::new)
        .map_err(|error| Reason::text(format!("policy {id} cannot be understood: {error}")))
}

/// Why a managed policy's text is missing.
pub(super) fn unread(account: &Account, arn: &str) -> Reason {
    let policies = &account.global.policies;
    let own = policies.gaps_of(arn).next();
    own.or_else(|| policies.list_gaps().next())
        .map_or_else(|| Reason::text(format!("policy {arn} was not read")), Reason::gap)
}
