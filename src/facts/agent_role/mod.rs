//! The subject `agent_role`: the execution role of agent versions that count, judged by what its policies let it do.
//!
//! One subject a role, whatever agents use it in whatever region. Questions go to the policy engine with resources that
//! no policy names, so that a wildcard shows itself by what it reaches and not by how it is written.

mod policy_change;
pub mod privilege;
mod sharing;

use super::context::{Context, Place, global_resource};
use super::fact::{Fact, Reason};
use super::principals::{Principal, Principals};
use super::service_trust::{self, ServiceTrust, Setting};
use super::subject::Subject;
use crate::iam::access::{Bound, PolicyRef, PolicySet, Verdict, decide};
use crate::iam::actions::catalogue;
use crate::iam::context::{Context as RequestContext, Request};
use crate::iam::pattern::Pattern;
use crate::iam::reach::CANARY;
use crate::iam::statement::Effect;
use crate::model::arn::Arn;
use privilege::{Judge, Privilege};
use schemars::JsonSchema;
use serde::Serialize;
use sharing::Sharing;
use std::collections::BTreeMap;

/// What a permissions boundary amounts to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Boundary {
    /// There is none.
    #[default]
    None,
    /// It allows everything, and so bounds nothing.
    BoundsNothing,
    /// It bounds the role.
    Bounds,
}

/// The execution role of one or more agents.
#[derive(Debug, Clone, Default, Serialize, JsonSchema)]
pub struct AgentRoleFacts {
    /// The role's name.
    pub name: String,
    /// The agent versions that use it, with the aliases that lead to them.
    pub used_by: Vec<String>,
    /// The ARNs of the agents that use it.
    pub agents: Vec<String>,
    /// Whether the role exists.
    pub exists: Fact<bool>,
    /// Whether it is known not to exist.
    pub missing: bool,
    /// Functions, objects or APIs that it reaches by a wildcard.
    pub wildcards: Fact<Vec<Privilege>>,
    /// Privileges far beyond what an agent needs.
    pub broad: Fact<Vec<Privilege>>,
    /// Attached policies whose names promise full access; a hint, not a verdict.
    pub full_access_names: Vec<String>,
    /// What makes the trust policy open; empty where it is not.
    pub trust_faults: Fact<Vec<String>>,
    /// The source key that the trust policy lacks while it has the other one; empty where it has both.
    pub trust_missing_key: Fact<String>,
    /// What the trust policy says.
    pub trust: Fact<ServiceTrust>,
    /// Whom else the role serves: other agents, knowledge bases, flows, functions.
    pub shared_with: Fact<Vec<String>>,
    /// What its permissions boundary amounts to.
    pub boundary: Fact<Boundary>,
    /// The boundary's ARN.
    pub boundary_arn: Option<String>,
    /// Whether it is among the approved agent roles, where some are given.
    pub approved: Fact<bool>,
    /// What could not be read and might bound it further.
    pub remarks: Vec<String>,
}

/// The kind of subject.
pub const KIND: crate::facts::Kind = crate::facts::Kind::of::<AgentRoleFacts>(
    "agent_role",
    "The execution role of agent versions that count.",
    subjects,
);

/// Uses of one role.
#[derive(Debug, Default)]
struct Uses<'a> {
    paths: Vec<String>,
    titles: Vec<String>,
    agents: Vec<String>,
    places: Vec<Place<'a>>,
    unread: Vec<Reason>,
}

/// Every role that an agent version which counts runs with.
pub fn subjects(ctx: &Context<'_>) -> Vec<Subject> {
    let mut roles: BTreeMap<(&str, String), Uses<'_>> = BTreeMap::new();
    for agent in &ctx.graph().agents {
        let arn = match &agent.row {
            Fact::Known(row) => row.agent_resource_role_arn.clone().filter(|arn| !arn.is_empty()),
            Fact::Unread(_) => Some(String::new()),
        };
        let Some(arn) = arn else { continue };
        // An agent version that could not be read has a role that nobody knows: a subject of its own stands for it.
        let key = if arn.is_empty() {
            format!("unread:{}/{}", agent.arn(), agent.version)
        } else {
            // A configuration may leave out the role's path; the role is the same.
            let iam = ctx.iam(agent.at.account_id);
            let role = iam.and_then(|iam| iam.role(&arn)).map(|role| role.arn().to_owned());
            role.unwrap_or(arn)
        };
        let uses = roles.entry((agent.at.account_id, key)).or_default();
        uses.paths.push(agent.path());
        uses.titles.push(agent.title());
        if !uses.agents.contains(&agent.arn()) {
            uses.agents.push(agent.arn());
        }
        uses.places.push(agent.at);
        uses.unread.extend(agent.row.reasons().iter().cloned());
    }
    let sharing = Sharing::of(ctx);
    roles
        .into_iter()
        .filter_map(|((account, arn), uses)| subject(ctx, &sharing, account, &arn, uses))
        .collect()
}

fn subject(
    ctx: &Context<'_>,
    sharing: &Sharing<'_, '_>,
    account_id: &str,
    arn: &str,
    uses: Uses<'_>,
) -> Option<Subject> {
    let place = *uses.places.first()?;
    let iam = ctx.iam(account_id)?;
    if let Some(version) = arn.strip_prefix("unread:") {
        let facts = AgentRoleFacts {
            agents: uses.agents,
            ..unread(uses.paths, &uses.unread)
        };
        let resource = place.resource(
            "agent",
            version.rsplit_once('/').map_or(version, |(arn, _)| arn),
            uses.titles.join(", "),
        );
        return Some(Subject::new(resource, Some(version.to_owned()), &facts));
    }
    let name = Arn::parse(arn).map_or(arn, |arn| arn.name()).to_owned();
    let mut facts = match find(iam, account_id, arn) {
        Fact::Known(Some(principal)) => known(ctx, sharing, iam, principal, &uses),
        Fact::Known(None) => AgentRoleFacts {
            exists: Fact::Known(false),
            missing: true,
            ..AgentRoleFacts::default()
        },
        Fact::Unread(reasons) => {
            // Who runs with it is told by ARNs alone; nobody else seen is not yet nobody, since a path may be left out.
            let seen = sharing.others(account_id, arn, &uses.agents);
            let seen = seen.known().cloned().unwrap_or_default();
            AgentRoleFacts {
                shared_with: Fact::faults(seen, reasons.clone()),
                ..unread(Vec::new(), &reasons)
            }
        }
    };
    facts.used_by = uses.paths;
    facts.agents = uses.agents;
    let approved = ctx.params.strings("aws-genai-07", "approved_agent_roles");
    let approved = approved.is_none_or(|list| list.iter().any(|pattern| Pattern::glob(pattern).matches(arn)));
    facts.approved = Fact::Known(approved);
    facts.name.clone_from(&name);
    let resource = global_resource(account_id, "iam_role", arn, name);
    Some(Subject::new(resource, None, &facts))
}

/// The role, `None` where it does not exist, or why nobody knows.
pub fn find<'p, 'a>(iam: &'p Principals<'a>, account_id: &str, arn: &str) -> Fact<Option<&'p Principal<'a>>> {
    if let Some(principal) = iam.role(arn) {
        return Fact::Known(Some(principal));
    }
    match Arn::parse(arn) {
        Some(parsed) if parsed.account != account_id => {
            Fact::unread(Reason::text(format!("role {arn} belongs to another account")))
        }
        _ if iam.doubts.is_empty() => Fact::Known(None),
        _ => Fact::Unread(iam.doubts.clone()),
    }
}

fn unread(used_by: Vec<String>, reasons: &[Reason]) -> AgentRoleFacts {
    let reasons = || reasons.to_vec();
    AgentRoleFacts {
        used_by,
        exists: Fact::Unread(reasons()),
        wildcards: Fact::Unread(reasons()),
        broad: Fact::Unread(reasons()),
        trust_faults: Fact::Unread(reasons()),
        trust_missing_key: Fact::Unread(reasons()),
        trust: Fact::Unread(reasons()),
        shared_with: Fact::Unread(reasons()),
        boundary: Fact::Unread(reasons()),
        approved: Fact::Unread(reasons()),
        ..AgentRoleFacts::default()
    }
}

fn known(
    ctx: &Context<'_>,
    sharing: &Sharing<'_, '_>,
    iam: &Principals<'_>,
    principal: &Principal<'_>,
    uses: &Uses<'_>,
) -> AgentRoleFacts {
    let mut facts = AgentRoleFacts {
        exists: Fact::Known(true),
        ..AgentRoleFacts::default()
    };
    let Some(account) = ctx.snapshot.accounts.get(iam.account_id) else {
        return facts;
    };
    let regions = super::access::regions(account);
    let judge = Judge::new(iam, account, principal, &regions);
    facts.wildcards = judge.wildcards();
    facts.broad = judge.broad();
    facts.full_access_names = judge.full_access_names();
    facts.remarks = principal.policies.remarks();
    facts.boundary_arn = principal.boundary_arn().map(str::to_owned);
    facts.boundary = boundary(iam, principal);
    if let Some(role) = principal.role() {
        let setting = Setting {
            account: iam.account_id,
            partition: super::context::partition(account),
            regions: &regions,
            sources: &uses.agents,
            resource_type: "agent",
            action: "sts:AssumeRole",
            target: &role.arn,
        };
        facts.trust = service_trust::judge(role.assume_role_policy_document.as_str(), setting);
    }
    facts.trust_faults = facts.trust.clone().map(|trust| trust.faults());
    // An open trust policy is the worse fault of the two, and names the keys already.
    let missing = |trust: ServiceTrust| {
        let key = trust.missing_key().filter(|_| trust.faults().is_empty());
        key.unwrap_or_default().to_owned()
    };
    facts.trust_missing_key = facts.trust.clone().map(missing);
    facts.shared_with = sharing.others(iam.account_id, principal.arn(), &uses.agents);
    facts
}

/// Whether the role's boundary bounds anything.
pub fn boundary(iam: &Principals<'_>, principal: &Principal<'_>) -> Fact<Boundary> {
    match &principal.policies.boundary {
        Bound::None => Fact::Known(Boundary::None),
        Bound::Unread(text) => Fact::Unread(iam.reasons(principal, std::slice::from_ref(text))),
        Bound::Policy(policy) => Fact::Known(if allows_everything(policy) {
            Boundary::BoundsNothing
        } else {
            Boundary::Bounds
        }),
    }
}

/// Whether a policy refuses nothing and its statements together allow all of every service on whatever resource.
fn allows_everything(policy: &PolicyRef) -> bool {
    let statements = &policy.document.statements;
    if statements.iter().any(|statement| statement.effect == Effect::Deny) {
        return false;
    }
    let alone = PolicySet {
        identity: vec![policy.clone()],
        ..PolicySet::default()
    };
    catalogue().prefixes().all(|prefix| {
        let request = Request::new(format!("{prefix}:{CANARY}"), "*", RequestContext::open());
        decide(&alone, &request).verdict == Verdict::Allowed
    })
}

#[cfg(test)]
mod tests;
