//! Symbolic questions: how far do these policies reach?
//!
//! Every answer comes from putting concrete requests to the evaluator: resources whose names no policy can spell out
//! stand for "any". A wildcard is thus judged by what it lets through after every Deny, boundary and SCP, never by its
//! spelling, and each answer carries a witness: an action and an ARN that are allowed.

mod candidates;
mod models;
mod places;

pub use models::{Breadth, Reach, model_reach, witness_outside};
pub use places::{
    Place, canaries, in_every, is_administrator, leaves_most, object_reach, untagged_contexts, wildcard_reach,
};

use super::access::{Decision, PolicyRef, PolicySet, StatementRef, Unread, Verdict, decide_through};
use super::context::{Context, Request};
use super::models::Models;
use super::statement::{Effect, Statement};

/// A name that stands for "any": no policy spells it out.
pub const CANARY: &str = "zq7canary";

/// What is known beside the policies.
#[derive(Debug, Clone, Copy)]
pub struct Scope<'a> {
    /// `aws`, `aws-us-gov` …
    pub partition: &'a str,
    /// The account of the principal.
    pub account: &'a str,
    /// The regions that were looked at.
    pub regions: &'a [String],
    /// Known model ids.
    pub models: &'a Models,
    /// What is known of the principal; the rest is open.
    pub context: &'a Context,
}

/// One Allow statement of an identity policy.
#[derive(Debug, Clone, Copy)]
pub struct Grant<'a> {
    /// The policy it stands in.
    pub policy: &'a PolicyRef,
    /// The statement.
    pub statement: &'a Statement,
}

impl<'a> Grant<'a> {
    /// Every Allow statement of a principal's identity policies.
    pub fn all(policies: &'a PolicySet) -> impl Iterator<Item = Grant<'a>> {
        policies.identity.iter().flat_map(|policy| {
            let allows = policy
                .document
                .statements
                .iter()
                .filter(|statement| statement.effect == Effect::Allow);
            allows.map(move |statement| Grant { policy, statement })
        })
    }
}

/// A request that is allowed, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Witness {
    /// The action.
    pub action: String,
    /// The resource; [`CANARY`] in it stands for any name.
    pub resource: String,
    /// `Allowed`, `Conditional`, or `Unknown` where something in the policies cannot be judged.
    pub verdict: Verdict,
    /// The statements that allow it.
    pub because: Vec<StatementRef>,
    /// The keys it depends on.
    pub conditions: Vec<String>,
    /// What was not read, and was passed over.
    pub unread: Vec<String>,
}

impl Witness {
    fn of(request: &Request, decision: Decision) -> Self {
        let Decision {
            verdict,
            because,
            conditions,
            unread,
        } = decision;
        Self {
            action: request.action.clone(),
            resource: request.resource.clone(),
            verdict,
            because,
            conditions,
            unread,
        }
    }

    /// Why nobody can say whether it is allowed; empty where that is certain or depends on the request alone.
    pub fn doubts(&self) -> Vec<String> {
        match self.verdict {
            Verdict::Unknown if self.unread.is_empty() => vec!["something in its policies cannot be judged".to_owned()],
            Verdict::Unknown => self.unread.clone(),
            _ => Vec::new(),
        }
    }

    fn is_certain(&self) -> bool {
        self.verdict == Verdict::Allowed
    }
}

/// Puts `request` to the policies, unread bounds passed over.
fn ask(policies: &PolicySet, grant: Option<Grant<'_>>, request: &Request) -> Decision {
    decide_through(
        policies,
        grant.map(|grant| (grant.policy, grant.statement)),
        request,
        Unread::Ignored,
    )
}

/// The grants in question: the one, or every Allow of the identity policies.
fn grants<'a>(policies: &'a PolicySet, only: Option<Grant<'a>>) -> Vec<Grant<'a>> {
    only.map_or_else(|| Grant::all(policies).collect(), |grant| vec![grant])
}

/// Could the statement speak of this resource, for some value of its variables?
fn may_match(statement: &Statement, resource: &str) -> bool {
    use super::statement::ResourceElement::{None, NotResource, Resource};
    match &statement.resources {
        None => true,
        Resource(list) => list.iter().any(|pattern| pattern.matches(resource)),
        NotResource(list) => !list
            .iter()
            .any(|pattern| !pattern.has_variables() && pattern.matches(resource)),
    }
}

#[cfg(test)]
mod tests;
