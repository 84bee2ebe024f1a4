//! How far every principal reaches: any model, families by pattern, and the account's models by name.
//!
//! The symbolic survey says what kind of reach there is; where it is less than "any", each model that the regions list
//! is put to the engine by its ARN. What a bound that was not read might take away is unknown, never allowed.

use super::entry::{ActionReach, Because, Extent, ReachAnswer, ReachEntry, Reached};
use super::point::kind;
use super::question::{Question, in_region};
use super::{SCHEMA_VERSION, settled_by, unlisted};
use crate::facts::access::regions;
use crate::facts::context::{Context, partition};
use crate::facts::principals::{Principal, Principals};
use crate::iam::access::{Verdict, decide};
use crate::iam::context::{Context as RequestContext, Request};
use crate::iam::models::Span;
use crate::iam::reach::{Breadth, CANARY, Grant, Reach, Scope, Witness, model_reach};
use crate::model::snapshot::Account;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn answer(ctx: &Context<'_>, question: &Question, actions: &[String]) -> ReachAnswer {
    let mut principals: Vec<ReachEntry> = Vec::new();
    for (id, account) in &ctx.snapshot.accounts {
        let Some(iam) = ctx.iam(id) else { continue };
        let survey = Survey {
            iam,
            account,
            question,
            regions: regions(account),
        };
        let wanted = iam
            .principals
            .par_iter()
            .filter(|principal| question.concerns(principal.arn()));
        let entries = wanted.map(|principal| ReachEntry {
            arn: principal.arn().to_owned(),
            kind: kind(principal),
            actions: actions.iter().map(|action| survey.of(principal, action)).collect(),
        });
        principals.extend(entries.collect::<Vec<_>>());
    }
    principals.sort_by(|a, b| a.arn.cmp(&b.arn));
    ReachAnswer {
        schema_version: SCHEMA_VERSION,
        actions: actions.to_vec(),
        unread: unlisted(ctx, question),
        principals,
    }
}

/// What is the same for every principal of an account.
struct Survey<'s, 'a> {
    iam: &'s Principals<'a>,
    account: &'a Account,
    question: &'s Question,
    regions: Vec<String>,
}

impl Survey<'_, '_> {
    fn of(&self, principal: &Principal<'_>, action: &str) -> ActionReach {
        let context = self.question.context(principal, &self.iam.org, None);
        let scope = Scope {
            partition: partition(self.account),
            account: self.iam.account_id,
            regions: &self.regions,
            models: &self.iam.models,
            context: &context,
        };
        let reach = model_reach(&scope, &principal.policies, None, &[action]);
        let mut reaches: Vec<Reached> = Vec::new();
        let mut unread: BTreeSet<String> = BTreeSet::new();
        let bounds = principal.policies.unread();
        let any = reach.patterns.iter().any(|pattern| pattern == "*");
        let by_name = if !any && reach.breadth > Breadth::Nothing {
            self.by_name(principal, action, &context, &mut unread)
        } else {
            Vec::new()
        };
        let named: BTreeSet<&String> = by_name.iter().flat_map(|reached| &reached.models).collect();
        for (pattern, witness) in reach.patterns.iter().zip(&reach.witnesses) {
            if named.contains(&witness.resource) {
                continue;
            }
            unread.extend(witness.unread.iter().cloned());
            reaches.push(self.reached(pattern, witness, !bounds.is_empty()));
        }
        reaches.extend(by_name);
        reaches.sort();
        let decision = best(&reaches).unwrap_or_else(|| refusal(principal, &reach));
        if decision == Verdict::Unknown {
            unread.extend(bounds);
        }
        let unread: Vec<String> = unread.into_iter().collect();
        ActionReach {
            action: action.to_owned(),
            decision,
            reaches,
            blocked_by: Because::of(&reach.taken_by),
            unread: settled_by(&self.iam.reasons(principal, &unread)),
        }
    }

    /// One pattern of the survey.
    fn reached(&self, pattern: &str, witness: &Witness, blocked: bool) -> Reached {
        let (extent, model) = if pattern == "*" {
            (Extent::Any, "any".to_owned())
        } else if !witness.resource.contains(CANARY) {
            (Extent::Named, witness.resource.clone())
        } else if pattern.contains(['*', '?']) && self.iam.models.span(pattern) == Span::Versions {
            (Extent::Versions, pattern.to_owned())
        } else {
            (Extent::Family, pattern.to_owned())
        };
        Reached {
            extent,
            models: vec![model],
            decision: if blocked { Verdict::Unknown } else { witness.verdict },
            because: Because::of(&witness.because),
            conditions: witness.conditions.clone(),
        }
    }

    /// The models that the regions list, those together that are reached in the same way.
    fn by_name(
        &self,
        principal: &Principal<'_>,
        action: &str,
        context: &RequestContext,
        unread: &mut BTreeSet<String>,
    ) -> Vec<Reached> {
        let mut groups: BTreeMap<(Verdict, Vec<Because>, Vec<String>), BTreeSet<String>> = BTreeMap::new();
        for (region, facts) in &self.account.regions {
            let mut context = context.clone();
            in_region(&mut context, region);
            let mut request = Request::new(action, "", context);
            for model in &facts.foundation_models.items {
                request.resource.clone_from(&model.model_arn);
                let granted =
                    Grant::all(&principal.policies).any(|grant| grant.statement.applies(&request).tri.is_possible());
                if !granted {
                    continue;
                }
                let decision = decide(&principal.policies, &request);
                if decision.verdict.is_possible() {
                    unread.extend(decision.unread);
                    let way = (decision.verdict, Because::of(&decision.because), decision.conditions);
                    groups.entry(way).or_default().insert(model.model_arn.clone());
                }
            }
        }
        let groups = groups.into_iter();
        groups
            .map(|((decision, because, conditions), models)| Reached {
                extent: Extent::Named,
                models: models.into_iter().collect(),
                decision,
                because,
                conditions,
            })
            .collect()
    }
}

/// The most certain of what is reached.
fn best(reaches: &[Reached]) -> Option<Verdict> {
    let order = [Verdict::Allowed, Verdict::Conditional, Verdict::Unknown];
    order
        .into_iter()
        .find(|verdict| reaches.iter().any(|reached| reached.decision == *verdict))
}

/// Why nothing is reached. A bound that was not read cannot give what nothing grants; a policy could.
fn refusal(principal: &Principal<'_>, reach: &Reach) -> Verdict {
    use crate::iam::statement::Effect;
    if !principal.policies.identity_unread.is_empty() {
        Verdict::Unknown
    } else if reach.taken_by.iter().any(|statement| statement.effect == Effect::Deny) {
        Verdict::ExplicitDeny
    } else {
        Verdict::ImplicitDeny
    }
}
