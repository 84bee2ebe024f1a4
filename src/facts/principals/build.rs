//! Parses the policies of an account and joins them to the principals that hold them, on all cores.
//!
//! Most policies of an account are copies of a few, inline in many roles: equal texts are parsed once. Principals are
//! joined each by itself; who holds what is noted afterwards, in their order.

use super::{Identity, Owner, Policy, Principal};
use crate::facts::fact::Reason;
use crate::facts::org::Org;
use crate::iam::access::{Bound, PolicyRef, PolicySet, Scps, Source};
use crate::iam::actions::is_meant_for_bedrock;
use crate::iam::document::{Document, PolicyError};
use crate::iam::statement::{ActionElement, Statement};
use crate::model::arn::Arn;
use crate::model::aws::iam::{AttachedPolicy, Group, InlinePolicy, ManagedPolicy, PermissionsBoundary};
use crate::model::policy_text::PolicyText;
use crate::model::snapshot::Account;
use rayon::prelude::*;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

/// Users, then roles, and every policy with all that hold it.
pub(super) fn all<'a>(account: &'a Account, org: &Org<'_>) -> (Vec<Principal<'a>>, Vec<Policy<'a>>) {
    let global = &account.global;
    let mut policies = policies(account);
    let users = global.users.items.iter().map(Identity::User);
    let roles = global.roles.items.iter().map(Identity::Role);
    let identities: Vec<Identity<'a>> = users.chain(roles).collect();
    let ids: HashMap<Arc<str>, usize> = policies
        .iter()
        .enumerate()
        .map(|(at, policy)| (Arc::clone(&policy.id), at))
        .collect();
    let mut groups: HashMap<&str, &Group> = HashMap::new();
    for group in &global.groups.items {
        groups.entry(group.group_name.as_str()).or_insert(group);
    }
    let join = Join {
        account,
        policies: &policies,
        ids: &ids,
        groups,
        org,
    };
    let principals: Vec<Principal<'a>> = identities
        .into_par_iter()
        .with_min_len(64)
        .map(|identity| join.principal(identity))
        .collect();
    for (at, principal) in principals.iter().enumerate() {
        for index in &principal.held {
            if let Some(policy) = policies.get_mut(*index) {
                policy.attached = true;
                policy.holders.push(at);
            }
        }
        let bound = principal.boundary_arn().and_then(|arn| ids.get(arn));
        if let Some(policy) = bound.and_then(|index| policies.get_mut(*index)) {
            policy.bounds.push(at);
        }
    }
    (principals, policies)
}

/// Every policy of the account, each distinct text parsed once.
fn policies(account: &Account) -> Vec<Policy<'_>> {
    let rows = rows(account);
    let mut known: HashMap<&str, usize> = HashMap::new();
    let mut distinct: Vec<&PolicyText> = Vec::new();
    for text in rows.iter().filter_map(Row::text) {
        known.entry(text.as_str()).or_insert_with(|| {
            distinct.push(text);
            distinct.len() - 1
        });
    }
    let parsed: Vec<Parsed> = distinct
        .into_par_iter()
        .with_min_len(32)
        .map(|text| {
            let document = Document::parse_shared(&text.shared()).map(Arc::new);
            let about_bedrock = document
                .as_ref()
                .is_ok_and(|document| document.statements.iter().any(is_about_bedrock));
            (document, about_bedrock)
        })
        .collect();
    let document = |text: &PolicyText| known.get(text.as_str()).and_then(|at| parsed.get(*at));
    let mut policies: Vec<Policy<'_>> = rows.iter().map(|row| row.policy(account, document)).collect();
    let read: HashSet<&str> = policies.iter().map(|policy| &*policy.id).collect();
    let missing: BTreeSet<&str> = carried(account).filter(|arn| !read.contains(*arn)).collect();
    policies.extend(missing.into_iter().map(|arn| Policy {
        id: Arc::from(arn),
        name: Arn::parse(arn).map_or(arn, |arn| arn.name()),
        owner: Owner::Managed,
        owner_arn: arn,
        version: None,
        document: Err(unread(account, arn)),
        about_bedrock: true,
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
    let users = global.users.items.iter();
    let users = users.map(|user| (&user.attached_managed_policies, &user.permissions_boundary));
    let roles = global.roles.items.iter();
    let roles = roles.map(|role| (&role.attached_managed_policies, &role.permissions_boundary));
    let groups = global.groups.items.iter();
    let groups = groups.map(|group| (&group.attached_managed_policies, &None));
    let all = users.chain(roles).chain(groups).flat_map(|(attached, boundary)| {
        let boundary = boundary
            .iter()
            .map(|boundary| boundary.permissions_boundary_arn.as_str());
        attached.iter().map(|policy| policy.policy_arn.as_str()).chain(boundary)
    });
    all.filter(|arn| !arn.is_empty())
}

/// A text, parsed, and whether it is about Bedrock.
type Parsed = (Result<Arc<Document>, PolicyError>, bool);

fn is_about_bedrock(statement: &Statement) -> bool {
    let meant = match &statement.actions {
        ActionElement::Action(list) => list.iter().any(is_meant_for_bedrock),
        ActionElement::NotAction(_) => true,
    };
    meant || statement.touches_bedrock()
}

#[derive(Clone, Copy)]
enum Row<'a> {
    Managed(&'a ManagedPolicy),
    Inline(Owner, &'a str, &'a InlinePolicy),
}

fn rows(account: &Account) -> Vec<Row<'_>> {
    let global = &account.global;
    let managed = global.policies.items.iter().map(Row::Managed);
    let of_users = global.users.items.iter().flat_map(|user| {
        let own = user.user_policy_list.iter();
        own.map(|policy| Row::Inline(Owner::User, &user.arn, policy))
    });
    let of_groups = global.groups.items.iter().flat_map(|group| {
        let own = group.group_policy_list.iter();
        own.map(|policy| Row::Inline(Owner::Group, &group.arn, policy))
    });
    let of_roles = global.roles.items.iter().flat_map(|role| {
        let own = role.role_policy_list.iter();
        own.map(|policy| Row::Inline(Owner::Role, &role.arn, policy))
    });
    managed.chain(of_users).chain(of_groups).chain(of_roles).collect()
}

impl<'a> Row<'a> {
    fn text(&self) -> Option<&'a PolicyText> {
        match *self {
            Self::Managed(row) => row.document.as_ref(),
            Self::Inline(_, _, row) => Some(&row.policy_document),
        }
    }

    fn policy<'p>(&self, account: &'a Account, parsed: impl Fn(&PolicyText) -> Option<&'p Parsed>) -> Policy<'a> {
        let parsed = self.text().and_then(parsed);
        let about_bedrock = parsed.is_none_or(|(document, about)| document.is_err() || *about);
        let document = |id: &str| match parsed.map(|(document, _)| document) {
            Some(Ok(document)) => Ok(Arc::clone(document)),
            Some(Err(error)) => Err(Reason::text(format!("policy {id} cannot be understood: {error}"))),
            None => Err(unread(account, id)),
        };
        match *self {
            Self::Managed(row) => Policy {
                id: Arc::from(row.arn.as_str()),
                name: &row.policy_name,
                owner: Owner::Managed,
                owner_arn: &row.arn,
                version: row.default_version_id.as_deref().map(Arc::from),
                document: document(&row.arn),
                about_bedrock,
                holders: Vec::new(),
                bounds: Vec::new(),
                attached: row.attachment_count.is_some_and(|count| count > 0),
                managed: Some(row),
            },
            Self::Inline(owner, owner_arn, row) => {
                let id = format!("{owner_arn}#{}", row.policy_name);
                Policy {
                    document: document(&id),
                    about_bedrock,
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

/// Why a managed policy's text is missing.
fn unread(account: &Account, arn: &str) -> Reason {
    let policies = &account.global.policies;
    let own = policies.gaps_of(arn).next();
    own.or_else(|| policies.list_gaps().next())
        .map_or_else(|| Reason::text(format!("policy {arn} was not read")), Reason::gap)
}

struct Join<'j, 'a> {
    account: &'a Account,
    policies: &'j [Policy<'a>],
    ids: &'j HashMap<Arc<str>, usize>,
    groups: HashMap<&'a str, &'a Group>,
    org: &'j Org<'j>,
}

impl<'a> Join<'_, 'a> {
    fn principal(&self, identity: Identity<'a>) -> Principal<'a> {
        let mut principal = Principal {
            identity,
            policies: PolicySet::default(),
            held: Vec::new(),
            doubts: Vec::new(),
        };
        let boundary: &Option<PermissionsBoundary> = match identity {
            Identity::User(user) => {
                self.hold(
                    &mut principal,
                    &user.arn,
                    &user.user_policy_list,
                    &user.attached_managed_policies,
                );
                for name in &user.group_list {
                    if let Some(group) = self.groups.get(name.as_str()) {
                        self.hold(
                            &mut principal,
                            &group.arn,
                            &group.group_policy_list,
                            &group.attached_managed_policies,
                        );
                    } else {
                        let why = self.account.global.groups.list_gaps().next().map(Reason::gap);
                        let why = why.unwrap_or_else(|| Reason::text(format!("group {name} was not read")));
                        principal.policies.identity_unread.push(why.text.clone());
                        principal.doubts.push(why);
                    }
                }
                &user.permissions_boundary
            }
            Identity::Role(role) => {
                self.hold(
                    &mut principal,
                    &role.arn,
                    &role.role_policy_list,
                    &role.attached_managed_policies,
                );
                &role.permissions_boundary
            }
        };
        if let Some(boundary) = boundary {
            principal.policies.boundary = self.bound(&mut principal.doubts, &boundary.permissions_boundary_arn);
        }
        principal.policies.scps = if principal.is_service_linked() {
            Scps::None
        } else {
            self.org.scps.clone()
        };
        principal
    }

    fn hold(&self, principal: &mut Principal<'a>, owner: &str, inline: &[InlinePolicy], attached: &[AttachedPolicy]) {
        let mut id = String::new();
        for policy in inline {
            id.clear();
            id.extend([owner, "#", policy.policy_name.as_str()]);
            self.hold_one(principal, &id);
        }
        for policy in attached {
            self.hold_one(principal, &policy.policy_arn);
        }
    }

    fn hold_one(&self, principal: &mut Principal<'a>, id: &str) {
        let found = self
            .ids
            .get(id)
            .and_then(|index| Some((*index, self.policies.get(*index)?)));
        let why = match found {
            Some((index, policy)) => {
                if principal.held.contains(&index) {
                    return;
                }
                principal.held.push(index);
                match &policy.document {
                    Ok(document) => {
                        let held = reference(Source::Identity, policy, document);
                        principal.policies.identity.push(held);
                        return;
                    }
                    Err(reason) => reason.clone(),
                }
            }
            None => unread(self.account, id),
        };
        principal.policies.identity_unread.push(why.text.clone());
        principal.doubts.push(why);
    }

    fn bound(&self, doubts: &mut Vec<Reason>, arn: &str) -> Bound {
        let why = match self.ids.get(arn).and_then(|index| self.policies.get(*index)) {
            Some(policy) => match &policy.document {
                Ok(document) => return Bound::Policy(reference(Source::Boundary, policy, document)),
                Err(reason) => reason.clone(),
            },
            None => unread(self.account, arn),
        };
        let text = why.text.clone();
        doubts.push(why);
        Bound::Unread(text)
    }
}

fn reference(source: Source, policy: &Policy<'_>, document: &Arc<Document>) -> PolicyRef {
    PolicyRef {
        source,
        id: Arc::clone(&policy.id),
        version: policy.version.clone(),
        document: Arc::clone(document),
    }
}
