//! Classes of principals that are bound alike: the same boundary, the same Deny statements, the same SCPs.
//!
//! A policy whose answer depends on who asks (a principal key, a variable) puts each principal into a class of its own.

use crate::facts::principals::{Policy, Principal, Principals};
use crate::iam::access::{Bound, PolicyRef, PolicySet, Scps};
use crate::iam::document::Document;
use crate::iam::statement::{Effect, ResourceElement, Statement};
use std::collections::BTreeMap;

/// What bounds a principal beside its grants; equal for principals that are bound alike.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Class {
    boundary: Option<String>,
    service_linked: bool,
    denies: Vec<usize>,
    /// The principal itself, where something that bounds it depends on who asks.
    who: Option<usize>,
}

/// Sorts principals into classes.
#[derive(Debug)]
pub struct Classes {
    /// For each policy of the account: whether it refuses something of Bedrock.
    denies: Vec<bool>,
    /// For each policy: whether what it refuses or bounds depends on who asks.
    personal: Vec<bool>,
    scps_personal: bool,
    ids: BTreeMap<String, usize>,
}

impl Classes {
    /// Prepares the policies of an account.
    pub fn of(iam: &Principals<'_>) -> Self {
        let documents: Vec<Option<&Document>> = iam
            .policies
            .iter()
            .map(|policy| policy.document.as_deref().ok())
            .collect();
        let denies = |document: &Document| document.statements.iter().any(refuses_bedrock);
        let scps = match &iam.org.scps {
            Scps::Levels(levels) => levels
                .iter()
                .flat_map(|level| &level.policies)
                .any(|p| is_personal(&p.document)),
            Scps::None | Scps::Unread(_) => false,
        };
        Self {
            denies: documents.iter().map(|document| document.is_some_and(denies)).collect(),
            personal: documents
                .iter()
                .map(|document| document.is_some_and(is_personal))
                .collect(),
            scps_personal: scps,
            ids: iam
                .policies
                .iter()
                .enumerate()
                .map(|(at, policy)| (policy.id.to_string(), at))
                .collect(),
        }
    }

    /// The class of the principal at `at`, for judging a statement of `policy`.
    pub fn class(&self, at: usize, principal: &Principal<'_>, policy: &Policy<'_>, statement: &Statement) -> Class {
        let is = |list: &[bool], index: usize| list.get(index).copied().unwrap_or(false);
        let denies: Vec<usize> = principal
            .held
            .iter()
            .copied()
            .filter(|index| is(&self.denies, *index))
            .collect();
        let boundary = principal.boundary_arn().map(str::to_owned);
        let boundary_personal = boundary
            .as_deref()
            .and_then(|arn| self.ids.get(arn))
            .is_some_and(|index| is(&self.personal, *index));
        let personal = self.scps_personal
            || boundary_personal
            || denies.iter().any(|index| is(&self.personal, *index))
            || statement_is_personal(statement)
            || (principal.policies.identity_unread.iter().len() > 0 && policy.document.is_err());
        Class {
            boundary,
            service_linked: principal.is_service_linked(),
            denies,
            who: personal.then_some(at),
        }
    }
}

/// The policies that judge one statement for one principal: the statement's own policy and everything that bounds it.
/// Other grants are left out, because a grant is judged by itself.
pub fn bounds(principal: &Principal<'_>, own: &PolicyRef) -> PolicySet {
    let refuses = |policy: &&PolicyRef| policy.id != own.id && policy.document.statements.iter().any(refuses_bedrock);
    let mut identity = vec![own.clone()];
    identity.extend(principal.policies.identity.iter().filter(refuses).cloned());
    PolicySet {
        identity,
        identity_unread: principal.policies.identity_unread.clone(),
        boundary: principal.policies.boundary.clone(),
        scps: principal.policies.scps.clone(),
    }
}

/// Whether the boundary is there and could not be read.
pub fn unread_boundary<'p>(principal: &'p Principal<'_>) -> Option<&'p str> {
    match &principal.policies.boundary {
        Bound::Unread(text) => Some(text),
        Bound::None | Bound::Policy(_) => None,
    }
}

fn refuses_bedrock(statement: &Statement) -> bool {
    statement.effect == Effect::Deny && (statement.touches("bedrock") || statement.touches("bedrock-mantle"))
}

fn is_personal(document: &Document) -> bool {
    document.statements.iter().any(statement_is_personal)
}

fn statement_is_personal(statement: &Statement) -> bool {
    let by_key = statement.conditions.iter().any(|condition| {
        let key = condition.key_lower();
        key.starts_with("aws:principal")
            || matches!(key, "aws:userid" | "aws:username")
            || condition
                .patterns()
                .iter()
                .any(crate::iam::pattern::Pattern::has_variables)
    });
    let by_resource = match &statement.resources {
        ResourceElement::Resource(list) | ResourceElement::NotResource(list) => {
            list.iter().any(crate::iam::pattern::Pattern::has_variables)
        }
        ResourceElement::None => false,
    };
    by_key || by_resource
}
