//! The subject `role`: a role that may invoke many models, and strangers who can assume it.
//!
//! Each principal that the trust policy speaks of is put to the policy engine as somebody who asks, with the keys that
//! AWS would send for a stranger; how the policy is written does not matter.

use super::class::{Alike, Classes, described};
use super::{INVOKE, accounts, regions};
use crate::facts::Kind;
use crate::facts::context::{Context, account_arn, global_resource, partition};
use crate::facts::fact::{Fact, Reason};
use crate::facts::principals::{Principal, Principals};
use crate::facts::subject::Subject;
use crate::iam::context::{Context as RequestContext, Known, Request};
use crate::iam::document::Document;
use crate::iam::pattern::Pattern;
use crate::iam::principal::{PrincipalElement, RequestingPrincipal, account_of};
use crate::iam::reach::{Breadth, CANARY, Scope, model_reach};
use crate::iam::resource_policy::{ResourceDecision, decide_resource_policy};
use crate::iam::statement::{Effect, Statement};
use crate::iam::tri::Tri;
use crate::model::aws::iam::Role;
use crate::model::snapshot::Account;
use rayon::prelude::*;
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::{BTreeSet, HashMap};

/// An account that no policy names.
pub const STRANGER: &str = "999900001111";
/// An organization that no policy names.
pub const STRANGE_ORG: &str = "o-zq7canary00";
/// The path of an account in it.
pub const STRANGE_ORG_PATH: &str = "o-zq7canary00/r-zq7c/";
/// A subject that no policy names, as an identity provider would state it.
const SUBJECT: &str = "zq7canary:subject";

/// Somebody outside the account whom a trust policy lets in.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct Outsider {
    /// `*`, an account id or ARN, or an identity provider.
    pub who: String,
    /// Sids or indexes of the statements that let them in.
    pub statements: Vec<String>,
    /// Why that is open.
    pub why: String,
}

/// A role that may invoke any model or a family of models.
#[derive(Debug, Clone, Default, Serialize, JsonSchema)]
pub struct RoleFacts {
    /// The role's name.
    pub name: String,
    /// The model patterns or types that it reaches as a whole.
    pub reaches: Vec<String>,
    /// Whether it holds such a grant.
    pub broad: Fact<bool>,
    /// Outsiders who can assume it without a condition that stops strangers.
    pub open_to: Fact<Vec<Outsider>>,
    /// Outsiders who can assume it under a condition, with the keys.
    pub bounded: Vec<String>,
}

/// The kind of subject.
pub const KIND: Kind = Kind::of::<RoleFacts>(
    "role",
    "A role that may invoke any model or a family of models.",
    subjects,
);

/// Every role that holds a broad grant.
pub fn subjects(ctx: &Context<'_>) -> Vec<Subject> {
    let mut subjects = Vec::new();
    for (iam, account) in accounts(ctx) {
        let partition = partition(account);
        let found: Vec<Subject> = candidates(iam, account)
            .into_par_iter()
            .filter_map(|candidate| {
                let Candidate { principal, role, .. } = candidate;
                let (open_to, bounded) = match Document::parse(role.assume_role_policy_document.as_str()) {
                    Ok(document) => {
                        let (open, bounded) = outsiders(&document, iam, &role.arn);
                        (Fact::Known(open), bounded)
                    }
                    Err(error) => {
                        let text = format!("the trust policy cannot be understood: {error}");
                        (Fact::unread(Reason::text(text)), Vec::new())
                    }
                };
                // Where strangers stay out, it does not matter what could not be read of the role's policies.
                let shut = open_to.known().is_some_and(Vec::is_empty);
                let broad = match (candidate.broad, shut) {
                    (true, true) => Fact::Known(true),
                    (true, false) => broad(iam, principal),
                    (false, true) => return None,
                    (false, false) => Fact::Unread(iam.reasons(principal, &principal.policies.identity_unread)),
                };
                let facts = RoleFacts {
                    name: role.role_name.clone(),
                    reaches: candidate.reaches,
                    broad,
                    open_to,
                    bounded,
                };
                let resource = global_resource(iam.account_id, "role", role.arn.as_str(), role.role_name.as_str());
                Some(Subject::new(resource, None, &facts))
            })
            .collect();
        subjects.extend(found);
        if !iam.doubts.is_empty() {
            let facts = RoleFacts {
                broad: Fact::Unread(iam.doubts.clone()),
                ..RoleFacts::default()
            };
            let root = account_arn(partition, iam.account_id);
            let resource = global_resource(iam.account_id, "account", root, "roles that could not be read");
            subjects.push(Subject::new(resource, Some("unread-roles".to_owned()), &facts));
        }
    }
    subjects
}

/// A role that reaches many models, or may for all that could be read of it.
struct Candidate<'p, 'a> {
    principal: &'p Principal<'a>,
    role: &'a Role,
    broad: bool,
    reaches: Vec<String>,
}

/// The roles worth a look at who may assume them, in their order. Roles that are bound alike are judged once.
fn candidates<'p, 'a>(iam: &'p Principals<'a>, account: &Account) -> Vec<Candidate<'p, 'a>> {
    let regions = regions(account);
    let classes = Classes::of(iam);
    let speaks = |principal: &Principal<'_>| {
        let identity = &principal.policies.identity;
        !principal.policies.identity_unread.is_empty()
            || identity.iter().any(|policy| policy.document.touches("bedrock"))
    };
    let roles: Vec<(&Principal<'a>, &'a Role, Alike)> = iam
        .principals
        .par_iter()
        .enumerate()
        .filter(|(_, principal)| !principal.is_service_linked() && speaks(principal))
        .filter_map(|(at, principal)| Some((principal, principal.role()?, classes.alike(iam, at, principal))))
        .collect();
    let mut index: HashMap<&Alike, usize> = HashMap::new();
    let mut first: Vec<&Principal<'a>> = Vec::new();
    let kinds: Vec<usize> = roles
        .iter()
        .map(|(principal, _, alike)| {
            *index.entry(alike).or_insert_with(|| {
                first.push(principal);
                first.len() - 1
            })
        })
        .collect();
    let reaches: Vec<(bool, Vec<String>)> = first
        .into_par_iter()
        .map(|principal| {
            let context = described(iam, principal);
            let scope = Scope {
                partition: partition(account),
                account: iam.account_id,
                regions: &regions,
                models: &iam.models,
                context: &context,
            };
            let reach = model_reach(&scope, &principal.policies, None, &INVOKE);
            (reach.breadth >= Breadth::Family, reach.broadest().cloned().collect())
        })
        .collect();
    let looked_at = roles.iter().zip(kinds).filter_map(|((principal, role, _), kind)| {
        let (broad, reaches) = reaches.get(kind)?.clone();
        let open = broad || !principal.policies.identity_unread.is_empty();
        open.then_some(Candidate {
            principal,
            role,
            broad,
            reaches,
        })
    });
    looked_at.collect()
}

/// A grant under a boundary that nobody could read may be no grant at all.
fn broad(iam: &Principals<'_>, principal: &Principal<'_>) -> Fact<bool> {
    match super::class::unread_boundary(principal) {
        Some(text) => Fact::Unread(iam.reasons(principal, &[text.to_owned()])),
        None => Fact::Known(true),
    }
}

/// Who from outside the account can assume a role: those without a condition that stops strangers, and notes on those
/// with one.
fn outsiders(document: &Document, iam: &Principals<'_>, role: &str) -> (Vec<Outsider>, Vec<String>) {
    let (mut open, mut bounded) = (BTreeSet::new(), BTreeSet::new());
    for probe in probes(document, iam.account_id) {
        let ask = |context| decide_resource_policy(document, &probe.who, &Request::new(probe.action, role, context));
        // The stranger chooses among these requests, so the one that gets furthest counts.
        let tries: Vec<ResourceDecision> = probe.contexts().into_iter().map(ask).collect();
        let best = |wanted: Tri| tries.iter().find(|decision| decision.effective() == wanted);
        let Some(strict) = best(Tri::True).or_else(|| best(Tri::Maybe)) else {
            // Somebody of that name may get in all the same, with the right value of a key.
            let mut context = RequestContext::open();
            probe.describe(&mut context);
            let lenient = ask(context);
            if lenient.effective().is_possible() {
                bounded.insert(format!("{} ({})", probe.label, lenient.allow_conditions.join(", ")));
            }
            continue;
        };
        if probe.any_condition_will_do && strict.effective() == Tri::Maybe {
            let conditions = strict.allow_conditions.iter().chain(&strict.deny_conditions);
            let keys = conditions.map(String::as_str).collect::<Vec<_>>().join(", ");
            bounded.insert(format!("{} ({keys})", probe.label));
            continue;
        }
        let mut statements: Vec<String> = strict
            .allowed_by
            .iter()
            .map(|statement| statement.statement.clone())
            .collect();
        statements.sort();
        statements.dedup();
        open.insert(Outsider {
            who: probe.label.clone(),
            statements,
            why: probe.why.to_owned(),
        });
    }
    (open.into_iter().collect(), bounded.into_iter().collect())
}

struct Probe {
    who: RequestingPrincipal,
    label: String,
    why: &'static str,
    action: &'static str,
    /// Any condition at all counts (another account); else it must stop a stranger (everybody, web identities).
    any_condition_will_do: bool,
    web: Option<String>,
}

impl Probe {
    /// What AWS would send for the prober.
    fn describe(&self, context: &mut RequestContext) {
        self.who.describe(context);
    }

    /// What AWS may send for a stranger: another organization, another subject at the identity provider, whatever
    /// external id the stranger makes up.
    fn contexts(&self) -> Vec<RequestContext> {
        let mut context = RequestContext::open();
        self.describe(&mut context);
        if let Some(host) = &self.web {
            let with = |subject: &&str| context.clone().set(&format!("{host}:sub"), [*subject]);
            return subjects_at(host).iter().map(with).collect();
        }
        if self.who.account() == Some(STRANGER) {
            context.insert("aws:PrincipalOrgID", Known::Values(vec![STRANGE_ORG.to_owned()]));
            context.insert(
                "aws:PrincipalOrgPaths",
                Known::Values(vec![STRANGE_ORG_PATH.to_owned()]),
            );
            return vec![context];
        }
        // Everybody uses TLS, so asking for it is no condition.
        let context = context.set("aws:SecureTransport", ["true"]);
        vec![
            context.clone().absent("sts:ExternalId"),
            context.set("sts:ExternalId", [CANARY]),
        ]
    }
}

/// Subjects that an identity provider would state for strangers. Providers that serve everybody tell their customers
/// apart inside the subject, behind a beginning that all have in common.
fn subjects_at(host: &str) -> &'static [&'static str] {
    match host {
        "token.actions.githubusercontent.com" => &[SUBJECT, "repo:zq7canary/zq7canary:ref:refs/heads/zq7canary"],
        "gitlab.com" => &[
            SUBJECT,
            "project_path:zq7canary/zq7canary:ref_type:branch:ref:zq7canary",
        ],
        "app.terraform.io" => &[
            SUBJECT,
            "organization:zq7canary:project:zq7canary:workspace:zq7canary:run_phase:apply",
        ],
        _ => &[SUBJECT],
    }
}

/// Somebody of an account that no policy names.
pub fn stranger(partition: &str) -> RequestingPrincipal {
    RequestingPrincipal::Role(format!("arn:{partition}:iam::{STRANGER}:role/{CANARY}"))
}

/// Strangers who are called as a condition asks in whatever account: everybody can make one.
pub fn namesakes(statement: &Statement, own_account: &str) -> impl Iterator<Item = RequestingPrincipal> {
    let bidden = bidden(statement, own_account).into_iter().map(|(_, who)| who);
    bidden.filter(|who| who.account() == Some(STRANGER))
}

/// Outsiders whom a statement that speaks to everybody asks for by a condition, each with the value that does: those of
/// another account, and strangers who may call themselves so because the account is left open.
pub fn bidden<'s>(statement: &'s Statement, own_account: &str) -> Vec<(&'s str, RequestingPrincipal)> {
    let mut found = Vec::new();
    for condition in &statement.conditions {
        for value in &condition.values {
            let who = match condition.key_lower() {
                "aws:principalaccount" if account_of(value).is_some() => {
                    RequestingPrincipal::from_arn(&format!("arn:aws:iam::{value}:role/{CANARY}"))
                }
                "aws:principalarn" => namesake(value),
                _ => None,
            };
            if let Some(who) = who.filter(|who| who.account().is_some_and(|account| account != own_account)) {
                found.push((value.as_str(), who));
            }
        }
    }
    found
}

/// Somebody whose ARN a pattern matches, of an account that nobody knows where the pattern leaves it open.
fn namesake(pattern: &str) -> Option<RequestingPrincipal> {
    let text = Pattern::glob(pattern).instantiate(CANARY);
    let mut parts: Vec<&str> = text.splitn(6, ':').collect();
    let account = parts.get_mut(4)?;
    if pattern.split(':').nth(4)?.contains(['*', '?']) {
        *account = STRANGER;
    }
    RequestingPrincipal::from_arn(&parts.join(":"))
}

/// Everybody whom the Allow statements of a trust policy speak of, as long as they are not of the account itself.
fn probes(document: &Document, own_account: &str) -> Vec<Probe> {
    let mut probes: Vec<Probe> = Vec::new();
    let mut seen = BTreeSet::new();
    let allows = document
        .statements
        .iter()
        .filter(|statement| statement.effect == Effect::Allow);
    for statement in allows {
        let everyone = statement.principals.is_everyone();
        if everyone && seen.insert("*".to_owned()) {
            probes.push(Probe {
                who: stranger("aws"),
                label: "*".to_owned(),
                why: "anybody with an AWS account can assume it",
                action: "sts:AssumeRole",
                any_condition_will_do: false,
                web: None,
            });
        }
        if everyone {
            for (value, who) in bidden(statement, own_account) {
                let stranger = who.account() == Some(STRANGER);
                if seen.insert(value.to_owned()) {
                    probes.push(Probe {
                        who,
                        label: value.to_owned(),
                        why: if stranger {
                            "anybody with an AWS account can take a name that its condition asks for"
                        } else {
                            "its condition lets in another account and asks for nothing else"
                        },
                        action: "sts:AssumeRole",
                        any_condition_will_do: !stranger,
                        web: None,
                    });
                }
            }
        }
        let PrincipalElement::Principal(set) = &statement.principals else {
            continue;
        };
        for entry in &set.aws {
            let account = account_of(entry)
                .map(str::to_owned)
                .or_else(|| RequestingPrincipal::from_arn(entry).and_then(|who| who.account().map(str::to_owned)));
            let Some(account) = account.filter(|account| account != own_account) else {
                continue;
            };
            let who = match RequestingPrincipal::from_arn(entry) {
                Some(RequestingPrincipal::Root(_)) | None => {
                    RequestingPrincipal::Role(format!("arn:aws:iam::{account}:role/zq7canary"))
                }
                Some(who) => who,
            };
            if seen.insert(entry.clone()) {
                probes.push(Probe {
                    who,
                    label: entry.clone(),
                    why: "another account can assume it without a condition",
                    action: "sts:AssumeRole",
                    any_condition_will_do: true,
                    web: None,
                });
            }
        }
        for provider in &set.federated {
            let host = provider
                .split_once(":oidc-provider/")
                .map_or(provider.as_str(), |(_, host)| host);
            // SAML assertions name their users at the provider; only web identities need a subject in the policy.
            if provider.contains(":saml-provider/") || !seen.insert(provider.clone()) {
                continue;
            }
            probes.push(Probe {
                who: RequestingPrincipal::Federated(provider.clone()),
                label: provider.clone(),
                why: "any identity that the provider vouches for can assume it",
                action: "sts:AssumeRoleWithWebIdentity",
                any_condition_will_do: false,
                web: Some(host.to_owned()),
            });
        }
    }
    probes
}
