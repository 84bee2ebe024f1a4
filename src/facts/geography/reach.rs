//! Who may call a profile: the profile in its own region and the model in every region that it may choose.
//!
//! Each of these is authorised by itself, so that one refused destination closes a profile. What service control
//! policies refuse to everybody is asked once for all. Principals that hold the same policies are asked together, and
//! nobody is asked after enough were found.
//! <https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-prereq.html>

use crate::facts::access::class::described;
use crate::facts::context::Context;
use crate::facts::fact::{Fact, Reason};
use crate::facts::personal::Personal;
use crate::facts::principals::{Principal, Principals, describe_org};
use crate::facts::scp::probe::{INVOKE, everything};
use crate::iam::access::{Bound, PolicySet, Scps, Source, Verdict, decide};
use crate::iam::context::{Context as RequestContext, Known, Request};
use crate::iam::document::Document;
use crate::iam::reach::Grant;
use crate::iam::statement::Statement;
use crate::iam::tri::Tri;
use crate::model::arn::Arn;
use crate::model::aws::bedrock::InferenceProfile;
use std::collections::BTreeMap;
use std::sync::Arc;

/// How many callers an answer names.
const NAMED: usize = 5;

/// The principals of an account that may call models at all, those that are bound alike together.
#[derive(Debug)]
pub struct Callers<'c, 'a> {
    iam: &'c Principals<'a>,
    /// A principal with every permission, where service control policies treat all alike.
    gate: Option<Class>,
    classes: Vec<Class>,
    groups: Vec<Group>,
}

/// Principals of one class that hold the same policies.
#[derive(Debug)]
struct Group {
    class: usize,
    members: Vec<usize>,
}

/// What gives the same answers.
#[derive(Debug)]
struct Class {
    policies: PolicySet,
    context: RequestContext,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Reaches {
    No,
    Unknown,
    Yes,
}

/// What a class makes of a list of profiles: the first that it may call, and what was open before.
#[derive(Debug, Default)]
struct Outcome {
    open: Vec<Vec<String>>,
    callable: Option<usize>,
}

/// What is equal for principals that get the same answers.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    texts: Vec<Part>,
    /// How the conditions about who asks come out.
    answers: Vec<Tri>,
    /// The principal itself, where nobody else can be like it.
    who: Option<usize>,
}

impl<'c, 'a> Callers<'c, 'a> {
    /// Sorts the principals of an account.
    pub fn of(ctx: &'c Context<'a>, account: &str) -> Option<Self> {
        let iam = ctx.iam(account)?;
        let (gate, scps) = gate(iam);
        let mut texts = Texts::default();
        let mut index: BTreeMap<(Vec<Part>, Option<usize>), usize> = BTreeMap::new();
        let mut class_index: BTreeMap<Key, usize> = BTreeMap::new();
        let (mut classes, mut groups) = (Vec::new(), Vec::<Group>::new());
        for (at, principal) in iam.principals.iter().enumerate() {
            if principal.is_service_linked() || !may_invoke(iam, principal) {
                continue;
            }
            let (key, numbers) = texts.key(principal);
            let personal = !scps.is_empty() || texts.asked(&numbers).any(|personal| !personal.is_empty());
            let slot = *index
                .entry((key.clone(), personal.then_some(at)))
                .or_insert(groups.len());
            if let Some(group) = groups.get_mut(slot) {
                group.members.push(at);
                continue;
            }
            let context = described(iam, principal);
            let asking = || std::iter::once(&scps).chain(texts.asked(&numbers));
            let key = Key {
                texts: key,
                answers: asking().flat_map(|personal| personal.answers(&context)).collect(),
                who: asking().any(|personal| personal.variables).then_some(at),
            };
            let class = *class_index.entry(key).or_insert(classes.len());
            if class == classes.len() {
                let mut policies = principal.policies.clone();
                policies.identity.retain(|policy| policy.document.touches("bedrock"));
                classes.push(Class { policies, context });
            }
            groups.push(Group {
                class,
                members: vec![at],
            });
        }
        Some(Self {
            iam,
            gate,
            classes,
            groups,
        })
    }

    /// Whether it is certain that nobody may call anything.
    pub fn are_none(&self) -> bool {
        self.groups.is_empty() && self.iam.doubts.is_empty()
    }

    /// The first few principals that may call one of the profiles, each with the profile.
    pub fn witnesses(&self, region: &str, profiles: &[&InferenceProfile]) -> Fact<Vec<String>> {
        let passes = |profile: &&&InferenceProfile| {
            let gate = self.gate.as_ref();
            gate.is_none_or(|gate| gate.reaches(region, profile, &mut Vec::new()) != Reaches::No)
        };
        let profiles: Vec<&InferenceProfile> = profiles.iter().filter(passes).copied().collect();
        if profiles.is_empty() {
            return Fact::Known(Vec::new());
        }
        let (mut seen, mut doubts): (Vec<String>, Vec<Reason>) = (Vec::new(), self.iam.doubts.clone());
        let mut outcomes: BTreeMap<usize, Outcome> = BTreeMap::new();
        for group in &self.groups {
            if seen.len() >= NAMED {
                break;
            }
            let outcome = outcomes.entry(group.class).or_insert_with(|| {
                let class = self.classes.get(group.class);
                class.map_or_else(Outcome::default, |class| class.first(region, &profiles))
            });
            let mut members = group.members.iter().filter_map(|at| self.iam.principals.get(*at));
            if let Some(profile) = outcome.callable.and_then(|at| profiles.get(at)) {
                let room = NAMED.saturating_sub(seen.len());
                let id = &profile.inference_profile_id;
                let named = members.clone().take(room);
                seen.extend(named.map(|who| format!("{} may call {id}", who.arn())));
            }
            if let Some(who) = members.next() {
                doubts.extend(outcome.open.iter().flat_map(|open| self.iam.reasons(who, open)));
            }
        }
        Fact::faults(seen, doubts)
    }
}

impl Class {
    /// The first of the profiles that may be called.
    fn first(&self, region: &str, profiles: &[&InferenceProfile]) -> Outcome {
        let mut outcome = Outcome::default();
        for (at, profile) in profiles.iter().enumerate() {
            let mut open = Vec::new();
            match self.reaches(region, profile, &mut open) {
                Reaches::Yes => {
                    outcome.callable = Some(at);
                    break;
                }
                Reaches::Unknown => outcome.open.push(open),
                Reaches::No => {}
            }
        }
        outcome
    }

    /// Whether one of the two actions passes every check that the profile needs.
    fn reaches(&self, region: &str, profile: &InferenceProfile, open: &mut Vec<String>) -> Reaches {
        let arn = profile.inference_profile_arn.as_str();
        let context = self.context.clone().set("bedrock:InferenceProfileArn", [arn]);
        let mut request = Request::new("", "", context);
        let answers = INVOKE.iter().map(|action| {
            (*action).clone_into(&mut request.action);
            self.calls(&mut request, region, profile, open)
        });
        answers.max().unwrap_or(Reaches::No)
    }

    fn calls(
        &self,
        request: &mut Request,
        region: &str,
        profile: &InferenceProfile,
        open: &mut Vec<String>,
    ) -> Reaches {
        let arn = profile.inference_profile_arn.as_str();
        let mut all = Reaches::Yes;
        let models = profile.model_arns.iter().map(|model| {
            let at = Arn::parse(model).map_or("", |arn| arn.region);
            // This is what AWS sends where a global profile has not chosen a region yet.
            (model.as_str(), if at.is_empty() { "unspecified" } else { at })
        });
        for (resource, requested) in std::iter::once((arn, region)).chain(models) {
            resource.clone_into(&mut request.resource);
            request
                .context
                .insert("aws:RequestedRegion", Known::Values(vec![requested.to_owned()]));
            let decision = decide(&self.policies, request);
            match decision.verdict {
                Verdict::Allowed | Verdict::Conditional => {}
                Verdict::Unknown => {
                    open.extend(decision.unread);
                    all = Reaches::Unknown;
                }
                Verdict::ExplicitDeny | Verdict::ImplicitDeny => return Reaches::No,
            }
        }
        all
    }
}

/// Who stands for everybody before the service control policies, where those treat all alike; and what they ask about
/// the principal, where they do not.
fn gate<'c>(iam: &'c Principals<'_>) -> (Option<Class>, Personal<'c>) {
    let Scps::Levels(levels) = &iam.org.scps else {
        return (None, Personal::default());
    };
    let policies = levels.iter().flat_map(|level| &level.policies);
    let personal = Personal::of(policies.flat_map(|policy| about_calls(&policy.document)));
    if !personal.is_empty() {
        return (None, personal);
    }
    let mut context = RequestContext::open();
    describe_org(&iam.org, &mut context);
    let class = Class {
        policies: PolicySet {
            identity: everything(Source::Identity).into_iter().collect(),
            scps: iam.org.scps.clone(),
            ..PolicySet::default()
        },
        context,
    };
    (Some(class), personal)
}

/// A policy that binds a principal: what it is, the version of its language, and the number of its text.
type Part = (&'static str, String, usize);

/// The texts of policies by number, each with what it asks about the principal. Equal texts have one number.
#[derive(Debug, Default)]
struct Texts<'d> {
    by_document: BTreeMap<*const Document, usize>,
    by_text: BTreeMap<String, usize>,
    personal: Vec<Personal<'d>>,
}

impl<'d> Texts<'d> {
    /// What is equal for principals that are bound alike, and the numbers of the texts that bind this one.
    fn key(&mut self, principal: &'d Principal<'_>) -> (Vec<Part>, Vec<usize>) {
        let PolicySet {
            identity,
            identity_unread,
            boundary,
            ..
        } = &principal.policies;
        let mut key: Vec<Part> = identity_unread.iter().map(|what| ("unread", what.clone(), 0)).collect();
        let bound = match boundary {
            Bound::Policy(policy) => Some(policy),
            Bound::Unread(what) => {
                key.push(("unread boundary", what.clone(), 0));
                None
            }
            Bound::None => None,
        };
        let identity = identity.iter().filter(|policy| policy.document.touches("bedrock"));
        let named = identity.map(|policy| ("identity", policy));
        let mut numbers = Vec::new();
        for (kind, policy) in named.chain(bound.map(|policy| ("boundary", policy))) {
            let number = self.number(&policy.document);
            key.push((kind, String::new(), number));
            numbers.push(number);
        }
        key.sort();
        (key, numbers)
    }

    fn number(&mut self, document: &'d Arc<Document>) -> usize {
        if let Some(number) = self.by_document.get(&Arc::as_ptr(document)) {
            return *number;
        }
        let statements = document
            .statements
            .iter()
            .map(|statement| statement.as_written().to_string());
        let text = format!("{:?} {}", document.version, statements.collect::<String>());
        let next = self.personal.len();
        let number = *self.by_text.entry(text).or_insert(next);
        if number == next {
            self.personal.push(Personal::of(about_calls(document)));
        }
        self.by_document.insert(Arc::as_ptr(document), number);
        number
    }

    /// What texts ask about the principal.
    fn asked<'t>(&'t self, numbers: &'t [usize]) -> impl Iterator<Item = &'t Personal<'d>> {
        numbers.iter().filter_map(|number| self.personal.get(*number))
    }
}

fn may_invoke(iam: &Principals<'_>, principal: &Principal<'_>) -> bool {
    if !principal.policies.identity_unread.is_empty() {
        return true;
    }
    let mut held = principal.held.iter().filter_map(|index| iam.policies.get(*index));
    held.any(|policy| policy.about_bedrock)
        && Grant::all(&principal.policies).any(|grant| speaks_of_calls(grant.statement))
}

fn speaks_of_calls(statement: &Statement) -> bool {
    INVOKE
        .iter()
        .any(|action| statement.matches_action(action).is_possible())
}

fn about_calls(document: &Document) -> impl Iterator<Item = &Statement> {
    document
        .statements
        .iter()
        .filter(|statement| speaks_of_calls(statement))
}
