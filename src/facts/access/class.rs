//! Classes of principals that are bound alike: the same boundary, the same Deny statements, the same SCPs.
//!
//! Where a condition looks at who asks, its answer is part of the class; a policy variable puts each principal into a
//! class of its own.

use crate::facts::personal::Personal;
use crate::facts::principals::{Policy, Principal, Principals};
use crate::iam::access::{Bound, PolicyRef, PolicySet, Scps, Source};
use crate::iam::context::Context as RequestContext;
use crate::iam::document::Document;
use crate::iam::statement::{Effect, Statement};
use crate::iam::tri::Tri;
use rayon::prelude::*;
use std::collections::HashMap;
use std::sync::Arc;

/// What bounds a principal beside its grants; equal for principals that are bound alike.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Class {
    boundary: Option<String>,
    service_linked: bool,
    denies: Vec<usize>,
    /// What could not be read, and is told beside the answer.
    unread: Vec<String>,
    /// How the conditions about who asks come out.
    answers: Vec<Tri>,
    /// The principal itself, where a policy variable stands in something that bounds it.
    who: Option<usize>,
}

/// Equal for principals whose policies say the same of Bedrock, grants included.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct Alike {
    /// The documents, told apart by where they lie: equal texts are one document.
    documents: Vec<(Source, usize)>,
    unread: bool,
    answers: Vec<Tri>,
    who: Option<usize>,
}

/// Sorts principals into classes.
#[derive(Debug)]
pub struct Classes<'c> {
    /// For each policy of the account: whether it refuses something of Bedrock.
    denies: Vec<bool>,
    /// For each policy: what it asks about the principal.
    personal: Vec<Personal<'c>>,
    /// What the SCPs ask, and how that comes out for each principal.
    scps: Personal<'c>,
    scp_answers: Vec<Vec<Tri>>,
    ids: HashMap<&'c str, usize>,
}

impl<'c> Classes<'c> {
    /// Prepares the policies of an account.
    pub fn of(iam: &'c Principals<'_>) -> Self {
        let documents = || {
            let policies = iam.policies.iter();
            policies.map(|policy| policy.document.as_deref().ok().filter(|_| policy.about_bedrock))
        };
        let denies = |document: &Document| document.statements.iter().any(refuses_bedrock);
        let scps = match &iam.org.scps {
            Scps::Levels(levels) => {
                let policies = levels.iter().flat_map(|level| &level.policies);
                Personal::of(policies.flat_map(|policy| about_bedrock(&policy.document)))
            }
            Scps::None | Scps::Unread(_) => Personal::default(),
        };
        let scp_answers = if scps.is_empty() {
            Vec::new()
        } else {
            let answers = |principal: &Principal<'_>| scps.answers(&described(iam, principal));
            iam.principals.par_iter().map(answers).collect()
        };
        Self {
            denies: documents().map(|document| document.is_some_and(denies)).collect(),
            personal: documents()
                .map(|document| Personal::of(document.into_iter().flat_map(about_bedrock)))
                .collect(),
            scps,
            scp_answers,
            ids: iam
                .policies
                .iter()
                .enumerate()
                .map(|(at, policy)| (&*policy.id, at))
                .collect(),
        }
    }

    /// The class of the principal at `at`, for judging a statement of `policy`.
    pub fn class(
        &self,
        iam: &Principals<'_>,
        at: usize,
        principal: &Principal<'_>,
        policy: &Policy<'_>,
        statement: &Statement,
    ) -> Class {
        let is = |list: &[bool], index: usize| list.get(index).copied().unwrap_or(false);
        let denies: Vec<usize> = principal
            .held
            .iter()
            .copied()
            .filter(|index| is(&self.denies, *index))
            .collect();
        let boundary = principal.boundary_arn().map(str::to_owned);
        let bounding = boundary.as_deref().and_then(|arn| self.ids.get(arn)).copied();
        let own = Personal::of([statement]);
        let asking: Vec<&Personal<'_>> = denies
            .iter()
            .copied()
            .chain(bounding)
            .filter_map(|index| self.personal.get(index))
            .chain([&own])
            .filter(|personal| !personal.is_empty())
            .collect();
        let answers = self.answers(iam, at, principal, &asking);
        let personal = self.scps.variables
            || asking.iter().any(|personal| personal.variables)
            || (!principal.policies.identity_unread.is_empty() && policy.document.is_err());
        Class {
            boundary,
            service_linked: principal.is_service_linked(),
            denies,
            unread: principal.policies.identity_unread.clone(),
            answers,
            who: personal.then_some(at),
        }
    }

    /// How everything that asks about the principal at `at` comes out, the SCPs first.
    fn answers(
        &self,
        iam: &Principals<'_>,
        at: usize,
        principal: &Principal<'_>,
        asking: &[&Personal<'_>],
    ) -> Vec<Tri> {
        let mut answers = self.scp_answers.get(at).cloned().unwrap_or_default();
        if !asking.is_empty() {
            let context = described(iam, principal);
            answers.extend(asking.iter().flat_map(|personal| personal.answers(&context)));
        }
        answers
    }

    /// What the principal at `at` has in common with those that get the same answers.
    pub fn alike(&self, iam: &Principals<'_>, at: usize, principal: &Principal<'_>) -> Alike {
        let bounding = principal.boundary_arn().and_then(|arn| self.ids.get(arn)).copied();
        let (mut documents, mut asking) = (Vec::new(), Vec::new());
        let held = principal.held.iter().map(|index| (Source::Identity, *index));
        for (source, index) in held.chain(bounding.map(|index| (Source::Boundary, index))) {
            let Some(policy) = iam.policies.get(index) else {
                continue;
            };
            if let Ok(document) = &policy.document
                && (policy.about_bedrock || source == Source::Boundary)
            {
                documents.push((source, Arc::as_ptr(document).addr()));
                asking.extend(self.personal.get(index).filter(|personal| !personal.is_empty()));
            }
        }
        let answers = self.answers(iam, at, principal, &asking);
        let variables = self.scps.variables || asking.iter().any(|personal| personal.variables);
        Alike {
            documents,
            unread: matches!(principal.policies.boundary, Bound::Unread(_)),
            answers,
            who: variables.then_some(at),
        }
    }
}

/// What is known of a request that the principal makes.
pub(in crate::facts) fn described(iam: &Principals<'_>, principal: &Principal<'_>) -> RequestContext {
    let mut context = RequestContext::open();
    principal.describe(&iam.org, &mut context);
    context
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
    statement.effect == Effect::Deny && statement.touches_bedrock()
}

/// The statements that can say anything about calls of models.
fn about_bedrock(document: &Document) -> impl Iterator<Item = &Statement> {
    document
        .statements
        .iter()
        .filter(|statement| statement.touches_bedrock())
}
