//! Every user and role of an account with all that bounds it, and every policy with all that hold it.
//!
//! Each distinct document is parsed once and shared. What could not be read or understood stands beside what could,
//! so that a question put to a principal's [`PolicySet`] can come back unknown and say why.

mod build;

use super::fact::{Reason, doubts};
use super::org::Org;
use crate::iam::access::PolicySet;
use crate::iam::context::{Context as RequestContext, Known};
use crate::iam::document::Document;
use crate::iam::models::Models;
use crate::iam::principal::RequestingPrincipal;
use crate::model::arn::Arn;
use crate::model::aws::iam::{ManagedPolicy, Role, Tag, User};
use crate::model::snapshot::Account;
use std::collections::HashMap;
use std::sync::Arc;

/// What a policy belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Owner {
    /// It stands by itself.
    Managed,
    /// It is inline in a user.
    User,
    /// It is inline in a group.
    Group,
    /// It is inline in a role.
    Role,
}

impl Owner {
    /// The resource type of findings about it.
    pub const fn resource_type(self) -> &'static str {
        match self {
            Self::Managed => "iam_policy",
            Self::User => "iam_user",
            Self::Group => "iam_group",
            Self::Role => "iam_role",
        }
    }
}

/// A policy of the account, once, whoever holds it.
#[derive(Debug)]
pub struct Policy<'a> {
    /// Its ARN, or `OWNER-ARN#NAME` for an inline policy.
    pub id: Arc<str>,
    /// Its name.
    pub name: &'a str,
    /// What it belongs to.
    pub owner: Owner,
    /// The ARN that findings about it name: its own, or its owner's.
    pub owner_arn: &'a str,
    /// The version in force of a managed policy.
    pub version: Option<Arc<str>>,
    /// The parsed text, or why there is none.
    pub document: Result<Arc<Document>, Reason>,
    /// Whether any statement says something of Bedrock, or is meant to; true where nobody could understand it.
    pub about_bedrock: bool,
    /// Indexes of the principals that hold it as an identity policy.
    pub holders: Vec<usize>,
    /// Indexes of the principals that it bounds.
    pub bounds: Vec<usize>,
    /// Whether anything holds it: a user, a role, or a group even without members.
    pub attached: bool,
    /// The row of a managed policy; absent where one is carried and was not read.
    pub managed: Option<&'a ManagedPolicy>,
}

/// A user or a role.
#[derive(Debug, Clone, Copy)]
pub enum Identity<'a> {
    /// A user.
    User(&'a User),
    /// A role.
    Role(&'a Role),
}

/// A principal of the account.
#[derive(Debug)]
pub struct Principal<'a> {
    /// The row.
    pub identity: Identity<'a>,
    /// All that bounds it.
    pub policies: PolicySet,
    /// Indexes of its identity policies among the account's policies.
    pub held: Vec<usize>,
    /// Why `policies` may be incomplete; the texts in `policies` are the texts of these.
    pub doubts: Vec<Reason>,
}

/// The IAM of one account.
#[derive(Debug)]
pub struct Principals<'a> {
    /// The account.
    pub account_id: &'a str,
    /// The organization around it.
    pub org: Arc<Org<'a>>,
    /// Users, then roles, each in the order of the snapshot.
    pub principals: Vec<Principal<'a>>,
    /// Every policy.
    pub policies: Vec<Policy<'a>>,
    /// The model ids that tell a family from the versions of one model: the embedded list and what the account lists.
    pub models: Models,
    /// Why there may be more of either.
    pub doubts: Vec<Reason>,
    by_arn: HashMap<&'a str, usize>,
    by_role_name: HashMap<&'a str, usize>,
}

impl<'a> Principal<'a> {
    /// The ARN.
    pub fn arn(&self) -> &'a str {
        match self.identity {
            Identity::User(user) => &user.arn,
            Identity::Role(role) => &role.arn,
        }
    }

    /// The name without path.
    pub fn name(&self) -> &'a str {
        match self.identity {
            Identity::User(user) => &user.user_name,
            Identity::Role(role) => &role.role_name,
        }
    }

    /// Whether it is an IAM user.
    pub fn is_user(&self) -> bool {
        matches!(self.identity, Identity::User(_))
    }

    /// The role's row, where it is a role.
    pub fn role(&self) -> Option<&'a Role> {
        match self.identity {
            Identity::Role(role) => Some(role),
            Identity::User(_) => None,
        }
    }

    /// Whether AWS owns it, so that nobody can change it and no SCP binds it.
    pub fn is_service_linked(&self) -> bool {
        self.role()
            .is_some_and(|role| role.path.starts_with("/aws-service-role/"))
    }

    /// The ARN of its boundary.
    pub fn boundary_arn(&self) -> Option<&'a str> {
        let boundary = match self.identity {
            Identity::User(user) => &user.permissions_boundary,
            Identity::Role(role) => &role.permissions_boundary,
        };
        boundary
            .as_ref()
            .map(|boundary| boundary.permissions_boundary_arn.as_str())
    }

    /// The principal as policies of resources see it.
    pub fn requesting(&self) -> RequestingPrincipal {
        match self.identity {
            Identity::User(user) => RequestingPrincipal::User(user.arn.clone()),
            Identity::Role(role) => RequestingPrincipal::Role(role.arn.clone()),
        }
    }

    /// Adds what is known at rest of a request that this principal makes: who it is, where it belongs, its tags. A tag
    /// that a role lacks stays open, because a session may bring it.
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html>
    pub fn describe(&self, org: &Org<'_>, context: &mut RequestContext) {
        self.requesting().describe(context);
        let text = |value: &str| Known::Values(vec![value.to_owned()]);
        let tags: &[Tag] = match self.identity {
            Identity::User(user) => {
                fill(context, "aws:PrincipalType", text("User"));
                fill(context, "aws:username", text(&user.user_name));
                fill(context, "aws:userid", text(&user.user_id));
                &user.tags
            }
            Identity::Role(role) => {
                fill(context, "aws:PrincipalType", text("AssumedRole"));
                fill(context, "aws:username", Known::Absent);
                &role.tags
            }
        };
        for tag in tags {
            fill(context, &format!("aws:PrincipalTag/{}", tag.key), text(&tag.value));
        }
        describe_org(org, context);
    }
}

/// Adds the keys that say which organization a principal of the account belongs to.
pub fn describe_org(org: &Org<'_>, context: &mut RequestContext) {
    match org.organization.known() {
        Some(Some(row)) => {
            fill(context, "aws:PrincipalOrgID", Known::Values(vec![row.id.clone()]));
            if let Some(path) = org.org_path() {
                fill(context, "aws:PrincipalOrgPaths", Known::Values(vec![path]));
            }
        }
        Some(None) => {
            fill(context, "aws:PrincipalOrgID", Known::Absent);
            fill(context, "aws:PrincipalOrgPaths", Known::Absent);
        }
        None => {}
    }
}

fn fill(context: &mut RequestContext, key: &str, known: Known) {
    if context.explicit(key).is_none() {
        context.insert(key, known);
    }
}

impl<'a> Principals<'a> {
    /// Reads an account's IAM.
    pub fn of(account_id: &'a str, account: &'a Account, org: &Arc<Org<'a>>) -> Self {
        let global = &account.global;
        let (principals, policies) = build::all(account, org);
        let mut doubts = doubts(&global.users, "IAM users");
        doubts.extend(super::fact::doubts(&global.roles, "IAM roles"));
        doubts.extend(super::fact::doubts(&global.groups, "IAM groups"));
        doubts.extend(super::fact::doubts(&global.policies, "IAM policies"));
        // Every account has IAM: an answer that it is not offered hides what is there.
        let of_roles = global
            .roles
            .gaps
            .iter()
            .filter(|gap| gap.resource.is_none() && gap.means_absent());
        doubts.extend(of_roles.map(Reason::gap));
        doubts.sort();
        doubts.dedup();
        let listed = account.regions.values();
        let listed = listed.flat_map(|region| &region.foundation_models.items);
        Self {
            models: Models::built_in().with(listed.map(|model| model.model_id.clone())),
            account_id,
            org: Arc::clone(org),
            by_arn: principals
                .iter()
                .enumerate()
                .map(|(at, principal)| (principal.arn(), at))
                .collect(),
            by_role_name: principals
                .iter()
                .enumerate()
                .filter(|(_, principal)| !principal.is_user())
                .map(|(at, principal)| (principal.name(), at))
                .collect(),
            principals,
            policies,
            doubts,
        }
    }

    /// The principal with this ARN.
    pub fn find(&self, arn: &str) -> Option<&Principal<'a>> {
        self.by_arn.get(arn).and_then(|at| self.principals.get(*at))
    }

    /// The role with this ARN, whose path a configuration may have left out.
    pub fn role(&self, arn: &str) -> Option<&Principal<'a>> {
        self.find(arn).filter(|principal| !principal.is_user()).or_else(|| {
            let parsed = Arn::parse(arn)?;
            let same_account = parsed.account == self.account_id && parsed.resource_type() == "role";
            let at = self.by_role_name.get(parsed.name()).filter(|_| same_account)?;
            self.principals.get(*at)
        })
    }

    /// The principals that hold a policy.
    pub fn holders(&self, policy: &Policy<'a>) -> impl Iterator<Item = &Principal<'a>> {
        policy.holders.iter().filter_map(|at| self.principals.get(*at))
    }

    /// The reasons behind the texts that an engine's answer gives for what it could not read.
    pub fn reasons(&self, principal: &Principal<'_>, texts: &[String]) -> Vec<Reason> {
        texts
            .iter()
            .map(|text| {
                let known = principal
                    .doubts
                    .iter()
                    .chain(&self.org.scp_doubts)
                    .find(|reason| reason.text == *text);
                known.cloned().unwrap_or_else(|| Reason::text(text.clone()))
            })
            .collect()
    }
}
