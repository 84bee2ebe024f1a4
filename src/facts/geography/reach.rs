//! Who may call a profile: the profile in its own region and the model in every region that it may choose.
//!
//! Each of these is authorised by itself, so that one refused destination closes a profile. What service control
//! policies refuse to everybody is asked once for all. Principals that hold the same policies are asked together, and
//! nobody is asked after enough were found.
//! <https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-prereq.html>

use crate::facts::context::Context;
use crate::facts::fact::{Fact, Reason};
use crate::facts::principals::{Principal, Principals, describe_org};
use crate::facts::scp::probe::{INVOKE, everything};
use crate::iam::access::{Bound, PolicySet, Scps, Source, Verdict, decide};
use crate::iam::context::{Context as RequestContext, Request};
use crate::iam::document::Document;
use crate::iam::reach::Grant;
use crate::iam::statement::Statement;
use crate::model::arn::Arn;
use crate::model::aws::bedrock::InferenceProfile;
use std::collections::BTreeMap;

/// How many callers an answer names.
const NAMED: usize = 5;

/// The principals of an account that may call models at all, those that are bound alike together.
#[derive(Debug)]
pub struct Callers<'c, 'a> {
    iam: &'c Principals<'a>,
    /// A principal with every permission, where service control policies treat all alike.
    gate: Option<Class>,
    classes: Vec<Class>,
}

#[derive(Debug)]
struct Class {
    policies: PolicySet,
    context: RequestContext,
    members: Vec<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Reaches {
    No,
    Unknown,
    Yes,
}

impl<'c, 'a> Callers<'c, 'a> {
    /// Sorts the principals of an account.
    pub fn of(ctx: &'c Context<'a>, account: &str) -> Option<Self> {
        let iam = ctx.iam(account)?;
        let (gate, scps_personal) = gate(iam);
        let mut texts = Texts::default();
        let mut index: BTreeMap<Vec<String>, usize> = BTreeMap::new();
        let mut classes: Vec<Class> = Vec::new();
        for (at, principal) in iam.principals.iter().enumerate() {
            if principal.is_service_linked() || !may_invoke(principal) {
                continue;
            }
            let mut policies = principal.policies.clone();
            policies.identity.retain(|policy| policy.document.touches("bedrock"));
            let (mut key, personal) = texts.key(&policies);
            if personal || scps_personal {
                key.push(at.to_string());
            }
            let slot = *index.entry(key).or_insert(classes.len());
            if let Some(class) = classes.get_mut(slot) {
                class.members.push(at);
            } else {
                let mut context = RequestContext::open();
                principal.describe(&iam.org, &mut context);
                classes.push(Class {
                    policies,
                    context,
                    members: vec![at],
                });
            }
        }
        Some(Self { iam, gate, classes })
    }

    /// Whether it is certain that nobody may call anything.
    pub fn are_none(&self) -> bool {
        self.classes.is_empty() && self.iam.doubts.is_empty()
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
        for class in &self.classes {
            if seen.len() >= NAMED {
                break;
            }
            for profile in &profiles {
                let mut open = Vec::new();
                let mut members = class.members.iter().filter_map(|at| self.iam.principals.get(*at));
                match class.reaches(region, profile, &mut open) {
                    Reaches::Yes => {
                        let room = NAMED.saturating_sub(seen.len());
                        let id = &profile.inference_profile_id;
                        seen.extend(members.take(room).map(|who| format!("{} may call {id}", who.arn())));
                        break;
                    }
                    Reaches::Unknown => {
                        doubts.extend(
                            members
                                .next()
                                .map(|who| self.iam.reasons(who, &open))
                                .unwrap_or_default(),
                        );
                    }
                    Reaches::No => {}
                }
            }
        }
        Fact::faults(seen, doubts)
    }
}

impl Class {
    /// Whether one of the two actions passes every check that the profile needs.
    fn reaches(&self, region: &str, profile: &InferenceProfile, open: &mut Vec<String>) -> Reaches {
        let answers = INVOKE.iter().map(|action| self.calls(action, region, profile, open));
        answers.max().unwrap_or(Reaches::No)
    }

    fn calls(&self, action: &str, region: &str, profile: &InferenceProfile, open: &mut Vec<String>) -> Reaches {
        let arn = profile.inference_profile_arn.as_str();
        let mut all = Reaches::Yes;
        let models = profile.model_arns.iter().map(|model| {
            let at = Arn::parse(model).map_or("", |arn| arn.region);
            // This is what AWS sends where a global profile has not chosen a region yet.
            (model.as_str(), if at.is_empty() { "unspecified" } else { at })
        });
        for (resource, requested) in std::iter::once((arn, region)).chain(models) {
            let context = self
                .context
                .clone()
                .set("aws:RequestedRegion", [requested])
                .set("bedrock:InferenceProfileArn", [arn]);
            let decision = decide(&self.policies, &Request::new(action, resource, context));
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

/// Who stands for everybody before the service control policies, and whether nobody can.
fn gate(iam: &Principals<'_>) -> (Option<Class>, bool) {
    let Scps::Levels(levels) = &iam.org.scps else {
        return (None, false);
    };
    let mut policies = levels.iter().flat_map(|level| &level.policies);
    if policies.any(|policy| is_personal(&policy.document)) {
        return (None, true);
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
        members: Vec::new(),
    };
    (Some(class), false)
}

/// The texts of policies by id, each with whether its answers depend on who asks.
#[derive(Debug, Default)]
struct Texts(BTreeMap<String, (String, bool)>);

impl Texts {
    /// What is equal for principals that are bound alike, and whether nobody else can be.
    fn key(&mut self, policies: &PolicySet) -> (Vec<String>, bool) {
        let mut key: Vec<String> = policies.identity_unread.clone();
        let bound = match &policies.boundary {
            Bound::Policy(policy) => Some(policy),
            Bound::Unread(what) => {
                key.push(format!("unread {what}"));
                None
            }
            Bound::None => None,
        };
        let mut personal = false;
        let identity = policies.identity.iter().map(|policy| ("identity", policy));
        for (kind, policy) in identity.chain(bound.map(|policy| ("boundary", policy))) {
            let (text, who) = self.0.entry(policy.id.to_string()).or_insert_with(|| {
                let statements = policy.document.statements.iter();
                let text = statements.map(|statement| statement.raw.to_string()).collect();
                (text, is_personal(&policy.document))
            });
            key.push(format!("{kind} {:?} {text}", policy.document.version));
            personal |= *who;
        }
        key.sort();
        (key, personal)
    }
}

fn may_invoke(principal: &Principal<'_>) -> bool {
    !principal.policies.identity_unread.is_empty()
        || Grant::all(&principal.policies).any(|grant| speaks_of_calls(grant.statement))
}

fn speaks_of_calls(statement: &Statement) -> bool {
    INVOKE
        .iter()
        .any(|action| statement.matches_action(action).is_possible())
}

/// Whether what a policy says about calls depends on who makes them.
fn is_personal(document: &Document) -> bool {
    let mut statements = document
        .statements
        .iter()
        .filter(|statement| speaks_of_calls(statement));
    statements.any(|statement| {
        let by_key = statement.conditions.iter().any(|condition| {
            let key = condition.key_lower();
            let shared = key.starts_with("aws:principalorg") || key == "aws:principalaccount";
            !shared && (key.starts_with("aws:principal") || matches!(key, "aws:userid" | "aws:username"))
        });
        by_key || statement.raw.to_string().contains("${")
    })
}
