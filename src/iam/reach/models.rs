//! How many models a grant reaches once everything that bounds it was heard.
//!
//! A key that narrows the model (`bedrock:InferenceProfileArn`, `bedrock:PromptRouterArn`, tags) is tried absent and with
//! a value nobody wrote down: if either gets through, it does not narrow. Every other open key only mitigates.

use super::candidates::{Candidate, Ground, Kind};
use super::places::with_unnamed;
use super::{CANARY, Grant, Scope, Witness, ask, grants, may_match};
use crate::iam::access::{PolicySet, StatementRef, Verdict};
use crate::iam::condition::Condition;
use crate::iam::context::{Context, Known, Request};
use crate::iam::models::{Span, base};
use crate::iam::pattern::Pattern;
use std::collections::BTreeSet;

/// How much of Bedrock's models is reached, from least to most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Breadth {
    /// No model.
    Nothing,
    /// Models that the policies name, or any model through profiles that they name.
    Exact,
    /// Every version of one model.
    VersionWildcard,
    /// Several base models, or every target of another type that runs models.
    Family,
    /// Any foundation model.
    AnyModel,
}

/// How far a grant reaches, and what bounds it.
#[derive(Debug, Clone)]
pub struct Reach {
    /// How far.
    pub breadth: Breadth,
    /// Allowed requests that show it, one for each pattern or type.
    pub witnesses: Vec<Witness>,
    /// The model id patterns, resource types or ids that are reached.
    pub patterns: Vec<String>,
    /// How far each of them goes.
    pub breadths: Vec<Breadth>,
    /// The statements and bounds that took something away.
    pub taken_by: Vec<StatementRef>,
    /// Condition keys that the witnesses depend on without their narrowing the model.
    pub mitigations: Vec<String>,
    /// Condition keys that narrow the model.
    pub narrowed_by: Vec<String>,
    /// What was not read and might bound more.
    pub unread: Vec<String>,
    /// Why nobody can say whether it really goes so far; empty where that is certain or depends on the request alone.
    pub doubts: Vec<String>,
}

impl Reach {
    /// The patterns that make it as broad as it is.
    pub fn broadest(&self) -> impl Iterator<Item = &String> {
        let pairs = self.patterns.iter().zip(&self.breadths);
        pairs
            .filter(|(_, breadth)| **breadth == self.breadth)
            .map(|(pattern, _)| pattern)
    }

    /// Why each witness of the full breadth is in doubt.
    fn open_questions(&self) -> Vec<String> {
        let pairs = self.witnesses.iter().zip(&self.breadths);
        let mut broadest = pairs
            .filter(|(_, breadth)| **breadth == self.breadth)
            .map(|(witness, _)| witness);
        let first = broadest.clone().next();
        match first {
            Some(first) if broadest.all(|witness| witness.verdict == Verdict::Unknown) => first.doubts(),
            _ => Vec::new(),
        }
    }

    fn found(&mut self, breadth: Breadth, pattern: String, witness: Witness) {
        self.breadth = self.breadth.max(breadth);
        if !self.patterns.contains(&pattern) {
            self.patterns.push(pattern);
            self.breadths.push(breadth);
            self.witnesses.push(witness);
        }
    }
}

/// The keys that narrow the model, in lower case.
fn narrows(key: &str) -> bool {
    matches!(
        key,
        "bedrock:inferenceprofilearn"
            | "bedrock:promptrouterarn"
            | "bedrock:projectarn"
            | "bedrock:modelarn"
            | "bedrock-mantle:model"
    ) || key.starts_with("aws:resourcetag/")
}

/// One survey of policies for one or more actions.
struct Search<'a> {
    scope: &'a Scope<'a>,
    policies: &'a PolicySet,
    grant: Option<Grant<'a>>,
    grants: Vec<Grant<'a>>,
    actions: &'a [&'a str],
    /// Narrowing keys that some policy speaks of, in lower case.
    keys: BTreeSet<&'a str>,
    taken: BTreeSet<StatementRef>,
}

/// How far do the policies reach for `actions`, by `grant` alone or by everything that grants?
///
/// Unread bounds are passed over and listed. Actions may be the two that invoke a model, `bedrock:CreateModelInvocationJob`,
/// or `bedrock-mantle:CreateInference`.
pub fn model_reach(scope: &Scope<'_>, policies: &PolicySet, grant: Option<Grant<'_>>, actions: &[&str]) -> Reach {
    let mut reach = Reach {
        breadth: Breadth::Nothing,
        witnesses: Vec::new(),
        patterns: Vec::new(),
        breadths: Vec::new(),
        taken_by: Vec::new(),
        mitigations: Vec::new(),
        narrowed_by: Vec::new(),
        unread: policies.unread(),
        doubts: Vec::new(),
    };
    let mut search = Search::new(scope, policies, grant, actions);
    if search.grants.is_empty() {
        return reach;
    }
    let service = search.service();
    let ground = Ground::survey(scope, policies, grant, service);
    search.any_model(&ground, &mut reach);
    if reach.breadth < Breadth::AnyModel {
        search.named(&ground, &mut reach);
    }
    if reach.breadth < Breadth::Family && service == "bedrock" {
        search.known_models(&ground, &mut reach);
    }
    if reach.breadth == Breadth::Nothing {
        search.narrowed(&ground, &mut reach);
    }
    reach.taken_by = search.taken.into_iter().collect();
    reach.doubts = reach.open_questions();
    let keys: BTreeSet<String> = reach
        .witnesses
        .iter()
        .flat_map(|witness| witness.conditions.iter().cloned())
        .collect();
    let (narrowing, other) = keys.into_iter().partition(|key| narrows(&key.to_ascii_lowercase()));
    reach.mitigations = other;
    if reach.breadth == Breadth::Exact {
        reach.narrowed_by = narrowing;
    }
    reach
}

/// An allowed request for a model outside `approved` (ids or ARN patterns), if there is one.
pub fn witness_outside(
    scope: &Scope<'_>,
    policies: &PolicySet,
    grant: Option<Grant<'_>>,
    actions: &[&str],
    approved: &[Pattern],
) -> Option<Witness> {
    let mut search = Search::new(scope, policies, grant, actions);
    if search.grants.is_empty() {
        return None;
    }
    let ground = Ground::survey(scope, policies, grant, search.service());
    let mut all = search.first(|action| ground.canaries(action));
    all.extend(search.first(|action| ground.named(action)));
    all.extend(ground.known());
    let approved_one = |arn: &str| {
        let id = arn.split_once('/').map_or(arn, |(_, id)| id);
        approved
            .iter()
            .any(|pattern| pattern.matches(arn) || pattern.matches(id))
    };
    all.retain(|candidate| candidate.kind != Kind::Profile && !approved_one(&candidate.arn));
    let mut best = None;
    for candidate in &all {
        match search.probe(candidate) {
            Some(witness) if witness.is_certain() => return Some(witness),
            Some(witness) => best = best.or(Some(witness)),
            None => {}
        }
    }
    best
}

impl<'a> Search<'a> {
    fn new(scope: &'a Scope<'a>, policies: &'a PolicySet, grant: Option<Grant<'a>>, actions: &'a [&'a str]) -> Self {
        let speaks = |grant: &Grant<'_>| {
            actions
                .iter()
                .any(|action| grant.statement.matches_action(action).is_possible())
        };
        let grants: Vec<Grant<'a>> = grants(policies, grant).into_iter().filter(speaks).collect();
        let statements = policies.all().flat_map(|policy| &policy.document.statements);
        let keys = statements
            .flat_map(|statement| &statement.conditions)
            .map(Condition::key_lower);
        let own = grant
            .iter()
            .flat_map(|grant| &grant.statement.conditions)
            .map(Condition::key_lower);
        let keys = if grants.is_empty() {
            BTreeSet::new()
        } else {
            keys.chain(own).filter(|key| narrows(key)).collect()
        };
        Self {
            scope,
            policies,
            grant,
            grants,
            actions,
            keys,
            taken: BTreeSet::new(),
        }
    }

    fn service(&self) -> &'a str {
        self.actions
            .first()
            .and_then(|action| action.split_once(':'))
            .map_or("", |(service, _)| service)
    }

    /// The candidates of the first action; the others run the same targets or fewer.
    fn first(&self, list: impl Fn(&str) -> Vec<Candidate>) -> Vec<Candidate> {
        self.actions.first().map_or_else(Vec::new, |action| list(action))
    }

    fn any_model(&mut self, ground: &Ground<'_>, reach: &mut Reach) {
        let mut best: Vec<(Kind, Witness)> = Vec::new();
        for candidate in self.first(|action| ground.canaries(action)) {
            // Where any model is within reach, the other targets add nothing.
            if candidate.kind != Kind::AnyModel && best.iter().any(|(kind, _)| *kind == Kind::AnyModel) {
                break;
            }
            let known = best.iter().position(|(kind, _)| *kind == candidate.kind);
            if known
                .and_then(|at| best.get(at))
                .is_some_and(|(_, witness)| witness.is_certain())
                || self.by_variable(&candidate)
            {
                continue;
            }
            let Some(witness) = self.probe(&candidate) else {
                continue;
            };
            match known.and_then(|at| best.get_mut(at)) {
                Some(entry) if witness.is_certain() => entry.1 = witness,
                Some(_) => {}
                None => best.push((candidate.kind, witness)),
            }
        }
        for (kind, witness) in best {
            match kind {
                Kind::AnyModel => reach.found(Breadth::AnyModel, "*".to_owned(), witness),
                // Behind this door stands every model; its key for the model was tried with an unknown one.
                Kind::AllOf("project") if self.service() == "bedrock-mantle" => {
                    reach.found(Breadth::AnyModel, "*".to_owned(), witness);
                }
                Kind::AllOf(name) => reach.found(Breadth::Family, name.to_owned(), witness),
                _ => {}
            }
        }
    }

    fn named(&mut self, ground: &Ground<'_>, reach: &mut Reach) {
        for candidate in self.first(|action| ground.named(action)) {
            let resource = candidate.arn.splitn(6, ':').nth(5).unwrap_or("");
            let (kind, id) = resource.split_once('/').unwrap_or_default();
            let id = match &candidate.kind {
                Kind::Instance(pattern) => pattern,
                _ => id,
            };
            let label = if kind == "foundation-model" {
                id.to_owned()
            } else {
                format!("{kind}/{id}")
            };
            if reach.patterns.contains(&label) {
                continue;
            }
            let Some(witness) = self.probe(&candidate) else {
                continue;
            };
            let breadth = match &candidate.kind {
                _ if self.service() == "bedrock-mantle" => Breadth::AnyModel,
                Kind::Instance(_) if !candidate.arn.contains(":foundation-model/") => Breadth::Exact,
                Kind::Instance(id) => match self.scope.models.span(id) {
                    Span::Models => Breadth::Family,
                    Span::Versions => Breadth::VersionWildcard,
                },
                _ => Breadth::Exact,
            };
            reach.found(breadth, label, witness);
        }
    }

    /// Two wildcards that bound each other may leave several models, though neither's own instance gets through.
    fn known_models(&mut self, ground: &Ground<'_>, reach: &mut Reach) {
        let mut known = ground.known();
        known.retain(|candidate| self.by_wildcard(&candidate.arn));
        let mut reached: BTreeSet<String> = BTreeSet::new();
        let mut bases: BTreeSet<String> = BTreeSet::new();
        for candidate in &known {
            let id = candidate.arn.split_once('/').map_or("", |(_, id)| id);
            if reached.contains(id) {
                continue;
            }
            let Some(witness) = self.probe(candidate) else { continue };
            reached.insert(id.to_owned());
            let new = bases.insert(base(id).to_owned());
            let breadth = match (bases.len(), reached.len()) {
                (0 | 1, 0 | 1) => Breadth::Exact,
                (0 | 1, _) => Breadth::VersionWildcard,
                _ => Breadth::Family,
            };
            if new || reach.breadth < breadth {
                reach.found(breadth, id.to_owned(), witness);
            }
            if breadth == Breadth::Family && bases.len() > 3 {
                return;
            }
        }
    }

    /// Nothing gets through with unknown profiles and tags: does anything, were they left to the request?
    fn narrowed(&mut self, ground: &Ground<'_>, reach: &mut Reach) {
        let mut all = self.first(|action| ground.canaries(action));
        all.extend(self.first(|action| ground.named(action)));
        for candidate in &all {
            let context = self.context(&candidate.region);
            if let Some(witness) = self.put(candidate, &context) {
                let label = match &candidate.kind {
                    Kind::AnyModel => "*".to_owned(),
                    Kind::AllOf(name) => (*name).to_owned(),
                    Kind::Instance(id) => id.clone(),
                    _ => candidate.arn.clone(),
                };
                reach.found(Breadth::Exact, label, witness);
                return;
            }
        }
    }

    /// A policy variable, not a wildcard, lets the candidate in.
    fn by_variable(&self, candidate: &Candidate) -> bool {
        let context = self.scope.context;
        let hits = self
            .grants
            .iter()
            .map(|grant| grant.statement.matches_resource(&candidate.arn, context));
        !hits.into_iter().any(crate::iam::tri::Tri::is_true)
    }

    /// Some grant takes the resource in by a wildcard, none spells it out.
    fn by_wildcard(&self, arn: &str) -> bool {
        use crate::iam::statement::ResourceElement::Resource;
        let spelled = self.grants.iter().any(|grant| match &grant.statement.resources {
            Resource(list) => list.iter().any(|pattern| {
                pattern.matches(arn) && pattern.text().split_once('/').is_some_and(|(_, id)| arn.ends_with(id))
            }),
            _ => false,
        });
        !spelled && self.grants.iter().any(|grant| may_match(grant.statement, arn))
    }

    /// Asks about one resource with every action and every value of the narrowing keys; the most certain answer counts.
    fn probe(&mut self, candidate: &Candidate) -> Option<Witness> {
        if !self
            .grants
            .iter()
            .any(|grant| may_match(grant.statement, &candidate.arn))
        {
            return None;
        }
        let mut best: Option<Witness> = None;
        for context in self.variants(candidate) {
            let found = self.put(candidate, &context);
            if found.as_ref().is_some_and(Witness::is_certain) {
                return found;
            }
            best = best.or(found);
        }
        best
    }

    fn put(&mut self, candidate: &Candidate, context: &Context) -> Option<Witness> {
        let mut best: Option<Witness> = None;
        for action in self.actions {
            let request = Request::new(*action, candidate.arn.clone(), context.clone());
            let granted = self
                .grants
                .iter()
                .any(|grant| grant.statement.applies(&request).tri.is_possible());
            if !granted {
                continue;
            }
            let decision = ask(self.policies, self.grant, &request);
            match decision.verdict {
                Verdict::Allowed => return Some(Witness::of(&request, decision)),
                Verdict::Conditional | Verdict::Unknown => best = best.or(Some(Witness::of(&request, decision))),
                Verdict::ExplicitDeny | Verdict::ImplicitDeny => self.taken.extend(decision.because),
            }
        }
        best
    }

    fn context(&self, region: &str) -> Context {
        let mut context = self.scope.context.clone();
        let region = if region.is_empty() { "unspecified" } else { region };
        if context.explicit("aws:requestedregion").is_none() {
            context.insert("aws:requestedregion", Known::Values(vec![region.to_owned()]));
        }
        context
    }

    fn variants(&self, candidate: &Candidate) -> Vec<Context> {
        let mut bare = self.context(&candidate.region);
        let mantle = Known::Values(vec![CANARY.to_owned()]);
        // What the caller fixed is not tried otherwise, and in a closed world that is every key.
        let fixed = |key: &str| self.scope.context.is_closed() || self.scope.context.explicit(key).is_some();
        for key in self.keys.iter().filter(|key| !fixed(key)) {
            let known = if *key == "bedrock-mantle:model" {
                mantle.clone()
            } else {
                Known::Absent
            };
            bare.insert(key, known);
        }
        let mut out = vec![bare.clone()];
        if self.keys.contains("bedrock-mantle:model") && !fixed("bedrock-mantle:model") {
            // A test that an absent key passes (IfExists, ForAllValues) does not narrow.
            out.push(bare.clone().absent("bedrock-mantle:model"));
        }
        let Scope { partition, account, .. } = self.scope;
        for key in self.keys.iter().filter(|key| !fixed(key)) {
            let kinds: &[&str] = match *key {
                "bedrock:inferenceprofilearn" => &["inference-profile", "application-inference-profile"],
                "bedrock:promptrouterarn" => &["prompt-router", "default-prompt-router"],
                "bedrock:projectarn" => &["project"],
                key if key.starts_with("aws:resourcetag/") => {
                    out.push(with_unnamed(&bare, self.policies, key, CANARY));
                    continue;
                }
                _ => continue,
            };
            for kind in kinds {
                for region in self.profile_regions(key, &candidate.region) {
                    let profile = format!("arn:{partition}:bedrock:{region}:{account}:{kind}/{CANARY}");
                    out.push(with_unnamed(&bare, self.policies, key, &profile));
                }
            }
        }
        out
    }

    /// Where a profile may lie: beside the model, or where a condition says.
    fn profile_regions(&self, key: &str, region: &str) -> BTreeSet<String> {
        let first = if region.is_empty() { "us-east-1" } else { region };
        let mut out = BTreeSet::from([first.to_owned()]);
        let statements = self.policies.all().flat_map(|policy| &policy.document.statements);
        for condition in statements
            .flat_map(|statement| &statement.conditions)
            .filter(|condition| condition.key_lower() == key)
        {
            let regions = condition.values.iter().filter_map(|value| value.split(':').nth(3));
            out.extend(
                regions
                    .filter(|region| !region.contains(['*', '?', '$']) && !region.is_empty())
                    .map(str::to_owned),
            );
        }
        out
    }
}
