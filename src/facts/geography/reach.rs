//! Who may call a profile: the profile in its own region and the model in every region that it may choose.
//!
//! Each of these is authorised by itself, so that one refused destination closes a profile. Principals that hold the
//! same policies are asked once, and nobody is asked after enough were found.
//! <https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-prereq.html>

use crate::facts::context::Context;
use crate::facts::fact::{Fact, Reason};
use crate::facts::principals::{Principal, Principals};
use crate::facts::scp::probe::INVOKE;
use crate::iam::access::{Bound, PolicySet, Scps, Verdict, decide};
use crate::iam::context::{Context as RequestContext, Request};
use crate::iam::document::Document;
use crate::iam::reach::Grant;
use crate::model::arn::Arn;
use crate::model::aws::bedrock::InferenceProfile;
use std::collections::BTreeMap;

/// How many callers an answer names.
const NAMED: usize = 5;

/// The principals of an account that may call models at all, those that are bound alike together.
#[derive(Debug)]
pub struct Callers<'c, 'a> {
    iam: &'c Principals<'a>,
    classes: Vec<(PolicySet, RequestContext, Vec<usize>)>,
}

impl<'c, 'a> Callers<'c, 'a> {
    /// Sorts the principals of an account.
    pub fn of(ctx: &'c Context<'a>, account: &str) -> Option<Self> {
        let iam = ctx.iam(account)?;
        let mut texts: BTreeMap<String, (String, bool)> = BTreeMap::new();
        let mut classes: BTreeMap<Vec<String>, usize> = BTreeMap::new();
        let mut found: Vec<(PolicySet, RequestContext, Vec<usize>)> = Vec::new();
        let scps_personal = match &iam.org.scps {
            Scps::Levels(levels) => levels.iter().flat_map(|level| &level.policies).any(|policy| is_personal(&policy.document)),
            _ => false,
        };
        for (at, principal) in iam.principals.iter().enumerate() {
            if principal.is_service_linked() || !may_invoke(principal) {
                continue;
            }
            let mut policies = principal.policies.clone();
            policies.identity.retain(|policy| policy.document.touches("bedrock"));
            let mut personal = scps_personal;
            let mut key = Vec::new();
            let bound = match &policies.boundary {
                Bound::Policy(policy) => Some(policy),
                Bound::Unread(what) => {
                    key.push(format!("unread {what}"));
                    None
                }
                Bound::None => None,
            };
            for (kind, policy) in policies.identity.iter().map(|policy| ("identity", policy)).chain(bound.map(|policy| ("boundary", policy))) {
                let (text, who) = texts.entry(policy.id.to_string()).or_insert_with(|| {
                    let text = policy.document.statements.iter().map(|statement| statement.raw.to_string()).collect();
                    (text, is_personal(&policy.document))
                });
                key.push(format!("{kind} {:?} {text}", policy.document.version));
                personal |= *who;
            }
            key.extend(policies.identity_unread.iter().cloned());
            key.sort();
            if personal {
                key.push(at.to_string());
            }
            let index = *classes.entry(key).or_insert_with(|| {
                let mut context = RequestContext::open();
                principal.describe(&iam.org, &mut context);
                found.push((policies, context, Vec::new()));
                found.len() - 1
            });
            if let Some((_, _, members)) = found.get_mut(index) {
                members.push(at);
            }
        }
        Some(Self { iam, classes: found })
    }

    /// The first few principals that may call one of the profiles, each with the profile.
    pub fn witnesses(&self, region: &str, profiles: &[&InferenceProfile]) -> Fact<Vec<String>> {
        let (mut seen, mut doubts): (Vec<String>, Vec<Reason>) = (Vec::new(), self.iam.doubts.clone());
        'classes: for (policies, context, members) in &self.classes {
            for profile in profiles {
                let mut open = Vec::new();
                let answer = INVOKE.iter().map(|action| calls(policies, context, action, region, profile, &mut open)).max();
                match answer.unwrap_or(Reaches::No) {
                    Reaches::Yes => {
                        let arns = members.iter().filter_map(|at| self.iam.principals.get(*at)).map(Principal::arn);
                        let id = &profile.inference_profile_id;
                        seen.extend(arns.take(NAMED).map(|arn| format!("{arn} may call {id}")));
                        if seen.len() >= NAMED {
                            seen.truncate(NAMED);
                            break 'classes;
                        }
                        continue 'classes;
                    }
                    Reaches::Unknown => {
                        if let Some(principal) = members.first().and_then(|at| self.iam.principals.get(*at)) {
                            doubts.extend(self.iam.reasons(principal, &open));
                        }
                    }
                    Reaches::No => {}
                }
            }
        }
        Fact::faults(seen, doubts)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Reaches {
    No,
    Unknown,
    Yes,
}

/// Whether every check that the profile needs is passed.
fn calls(
    policies: &PolicySet,
    context: &RequestContext,
    action: &str,
    region: &str,
    profile: &InferenceProfile,
    open: &mut Vec<String>,
) -> Reaches {
    let arn = &profile.inference_profile_arn;
    let mut all = Reaches::Yes;
    let own = (arn.as_str(), region);
    let models = profile.model_arns.iter().map(|model| {
        let at = Arn::parse(model).map_or("", |arn| arn.region);
        (model.as_str(), if at.is_empty() { "unspecified" } else { at })
    });
    for (resource, requested) in std::iter::once(own).chain(models) {
        let context = context
            .clone()
            .set("aws:RequestedRegion", [requested])
            .set("bedrock:InferenceProfileArn", [arn.as_str()]);
        let decision = decide(policies, &Request::new(action, resource, context));
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

fn may_invoke(principal: &Principal<'_>) -> bool {
    !principal.policies.identity_unread.is_empty()
        || Grant::all(&principal.policies)
            .any(|grant| INVOKE.iter().any(|action| grant.statement.matches_action(action).is_possible()))
}

/// Whether what a policy says depends on who asks.
fn is_personal(document: &Document) -> bool {
    document.statements.iter().any(|statement| {
        let text = statement.raw.to_string();
        text.contains("${")
            || statement
                .conditions
                .iter()
                .any(|condition| {
                    let key = condition.key_lower();
                    key.starts_with("aws:principal") || matches!(key, "aws:userid" | "aws:username")
                })
    })
}
