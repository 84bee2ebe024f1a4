//! What a role can do that neither an agent nor its tools should: wildcards over data and tools, and broad privilege.

use crate::facts::access::holder::Decider;
use crate::facts::access::models;
use crate::facts::context::partition;
use crate::facts::fact::{Fact, Reason};
use crate::facts::principals::{Principal, Principals};
use crate::iam::access::{Unread, Verdict, decide_with};
use crate::iam::context::{Context as RequestContext, Request};
use crate::iam::models::Models;
use crate::iam::pattern::Pattern;
use crate::iam::reach::{CANARY, Grant, Scope, canaries, is_administrator, wildcard_reach};
use crate::iam::statement::{ActionElement, ResourceElement, Statement};
use crate::model::arn::Arn;
use crate::model::snapshot::Account;
use schemars::JsonSchema;
use serde::Serialize;

/// Data and tools that an agent reaches by name if at all.
const TOOLS: [(&str, &str); 5] = [
    ("lambda:InvokeFunction", "every Lambda function"),
    ("s3:GetObject", "every object of every bucket"),
    ("s3:PutObject", "every object of every bucket, for writing"),
    ("s3:DeleteObject", "every object of every bucket, for deleting"),
    ("execute-api:Invoke", "every API Gateway API"),
];

/// Actions that let their holder change what anybody may do.
const POLICY_CHANGES: [&str; 14] = [
    "iam:AddUserToGroup",
    "iam:AttachGroupPolicy",
    "iam:AttachRolePolicy",
    "iam:AttachUserPolicy",
    "iam:CreatePolicyVersion",
    "iam:DeleteRolePermissionsBoundary",
    "iam:DeleteRolePolicy",
    "iam:PutGroupPolicy",
    "iam:PutRolePermissionsBoundary",
    "iam:PutRolePolicy",
    "iam:PutUserPolicy",
    "iam:SetDefaultPolicyVersion",
    "iam:UpdateAssumeRolePolicy",
    "iam:DetachRolePolicy",
];

/// Something that a role may do.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct Privilege {
    /// What it amounts to.
    pub what: String,
    /// An action that shows it.
    pub action: String,
    /// A resource that shows it; a name with `zq7canary` stands for any name.
    pub resource: String,
    /// The statements that allow it.
    pub because: Vec<Decider>,
    /// Conditions on the request that it still depends on.
    pub mitigated_by: Vec<String>,
}

/// Puts questions in the name of one role.
pub struct Judge<'j, 'a> {
    iam: &'j Principals<'a>,
    principal: &'j Principal<'a>,
    partition: &'j str,
    regions: &'j [String],
    models: Models,
    context: RequestContext,
}

impl std::fmt::Debug for Judge<'_, '_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Judge")
            .field("principal", &self.principal.arn())
            .finish_non_exhaustive()
    }
}

impl<'j, 'a> Judge<'j, 'a> {
    /// A judge of one role.
    pub fn new(
        iam: &'j Principals<'a>,
        account: &'j Account,
        principal: &'j Principal<'a>,
        regions: &'j [String],
    ) -> Self {
        let mut context = RequestContext::open();
        principal.describe(&iam.org, &mut context);
        Self {
            iam,
            principal,
            partition: partition(account),
            regions,
            models: models(account),
            context,
        }
    }

    fn scope(&self) -> Scope<'_> {
        Scope {
            partition: self.partition,
            account: self.iam.account_id,
            regions: self.regions,
            models: &self.models,
            context: &self.context,
        }
    }

    /// A boundary that could not be read may take away whatever the policies grant, so it leaves everything open; an
    /// identity policy that could not be read may grant more, so it leaves a clean answer open.
    fn answer(&self, seen: Vec<Privilege>) -> Fact<Vec<Privilege>> {
        if let Some(text) = crate::facts::access::class::unread_boundary(self.principal) {
            return Fact::Unread(self.iam.reasons(self.principal, &[text.to_owned()]));
        }
        let undecided: Vec<Reason> = if self.principal.policies.identity_unread.is_empty() {
            Vec::new()
        } else {
            self.iam
                .reasons(self.principal, &self.principal.policies.identity_unread)
        };
        Fact::faults(seen, undecided)
    }

    /// Functions, objects and APIs that the role reaches by a wildcard.
    pub fn wildcards(&self) -> Fact<Vec<Privilege>> {
        let scope = self.scope();
        let found = TOOLS.iter().filter_map(|(action, what)| {
            let witness = wildcard_reach(&scope, &self.principal.policies, action)?;
            Some(Privilege {
                what: (*what).to_owned(),
                action: witness.action,
                resource: witness.resource,
                because: witness.because.iter().map(Decider::from).collect(),
                mitigated_by: witness.conditions,
            })
        });
        self.answer(found.collect())
    }

    /// Privileges far beyond what an agent or one of its tools needs.
    pub fn broad(&self) -> Fact<Vec<Privilege>> {
        let mut found: Vec<Privilege> = Vec::new();
        let policies = &self.principal.policies;
        let administrator = Grant::all(policies).any(|grant| is_administrator(grant.statement));
        if administrator {
            let everything = ["ec2:TerminateInstances", "dynamodb:DeleteTable", "s3:DeleteBucket"];
            found.extend(
                everything
                    .iter()
                    .find_map(|action| self.wild(action, "administrator of almost every service")),
            );
        }
        found.extend(self.policy_change());
        found.extend(self.wild("iam:PassRole", "may hand any role to a service"));
        found.extend(self.wild("sts:AssumeRole", "may assume any role"));
        if !administrator || found.is_empty() {
            found.extend(self.whole_services());
            found.extend(self.full_access());
        }
        let mut seen = std::collections::BTreeSet::new();
        found.retain(|privilege| seen.insert((privilege.what.clone(), privilege.action.clone())));
        self.answer(found)
    }

    fn wild(&self, action: &str, what: &str) -> Option<Privilege> {
        let witness = wildcard_reach(&self.scope(), &self.principal.policies, action)?;
        Some(Privilege {
            what: what.to_owned(),
            action: witness.action,
            resource: witness.resource,
            because: witness.because.iter().map(Decider::from).collect(),
            mitigated_by: witness.conditions,
        })
    }

    /// The first action that changes policies, on whatever resource the statements speak of.
    fn policy_change(&self) -> Option<Privilege> {
        POLICY_CHANGES.iter().find_map(|action| {
            let grants = Grant::all(&self.principal.policies)
                .filter(|grant| grant.statement.matches_action(action).is_possible());
            let resources: Vec<String> = grants.flat_map(|grant| named(grant.statement, "role")).collect();
            resources
                .iter()
                .find_map(|resource| self.allowed(action, resource, "may change what principals may do"))
        })
    }

    /// `service:*` on everything.
    fn whole_services(&self) -> Vec<Privilege> {
        let mut found = Vec::new();
        for grant in Grant::all(&self.principal.policies) {
            let ActionElement::Action(list) = &grant.statement.actions else {
                continue;
            };
            for action in list.iter().filter(|action| action.name().is_universal()) {
                let Some(service) = action.service() else { continue };
                if !everywhere(grant.statement) {
                    continue;
                }
                let service = service.to_ascii_lowercase();
                let probe = format!("{service}:{CANARY}");
                let what = format!("everything in {service}");
                let mut tries = canaries(&self.scope(), &self.principal.policies, &service);
                tries.push("*".to_owned());
                found.extend(
                    tries
                        .iter()
                        .find_map(|resource| self.allowed(&probe, resource, &what))
                        .map(|mut privilege| {
                            privilege.action = format!("{service}:*");
                            privilege
                        }),
                );
            }
        }
        found
    }

    /// A `…FullAccess` policy of which a wildcard on everything survives.
    fn full_access(&self) -> Vec<Privilege> {
        let mut found = Vec::new();
        for policy in self
            .principal
            .policies
            .identity
            .iter()
            .filter(|policy| is_full_access(&policy.id))
        {
            let name = Arn::parse(&policy.id).map_or("", |arn| arn.name()).to_owned();
            for statement in policy
                .document
                .statements
                .iter()
                .filter(|statement| everywhere(statement))
            {
                let ActionElement::Action(list) = &statement.actions else {
                    continue;
                };
                for action in list.iter().filter(|action| !action.name().is_literal()) {
                    let Some(service) = action.service() else { continue };
                    let probe = format!("{service}:{}", action.name().instantiate(CANARY));
                    let what = format!("{} by way of {name}", action.text());
                    let tries = canaries(&self.scope(), &self.principal.policies, &service.to_ascii_lowercase());
                    if let Some(mut privilege) = tries.iter().find_map(|resource| self.allowed(&probe, resource, &what))
                    {
                        action.text().clone_into(&mut privilege.action);
                        found.push(privilege);
                        break;
                    }
                }
            }
        }
        found
    }

    fn allowed(&self, action: &str, resource: &str, what: &str) -> Option<Privilege> {
        let request = Request::new(action, resource, self.context.clone());
        let decision = decide_with(&self.principal.policies, &request, Unread::Ignored);
        matches!(decision.verdict, Verdict::Allowed | Verdict::Conditional).then(|| Privilege {
            what: what.to_owned(),
            action: action.to_owned(),
            resource: resource.to_owned(),
            because: decision.because.iter().map(Decider::from).collect(),
            mitigated_by: decision.conditions,
        })
    }

    /// Attached policies whose names promise full access.
    pub fn full_access_names(&self) -> Vec<String> {
        let policies = &self.principal.policies.identity;
        policies
            .iter()
            .filter(|policy| is_full_access(&policy.id))
            .map(|policy| policy.id.to_string())
            .collect()
    }
}

fn is_full_access(id: &str) -> bool {
    id.ends_with("FullAccess") && !id.contains('#')
}

/// Whether the statement speaks of every resource.
fn everywhere(statement: &Statement) -> bool {
    match &statement.resources {
        ResourceElement::Resource(list) => list.iter().any(|pattern| {
            // `arn:aws:s3:::*` and `arn:aws:lambda:*:*:function:*` are every resource of their service too.
            pattern.is_universal()
                || Pattern::glob(pattern.text()).matches(&pattern.instantiate(CANARY)) && wild_resource(pattern.text())
        }),
        ResourceElement::NotResource(_) => true,
        ResourceElement::None => false,
    }
}

/// Whether the resource part of an ARN pattern names nothing.
fn wild_resource(text: &str) -> bool {
    let resource = text.splitn(6, ':').nth(5).unwrap_or("");
    let id = resource.rsplit(['/', ':']).next().unwrap_or("");
    let head = resource.split(['/', ':']).next().unwrap_or("");
    id == "*" && (head == "*" || resource.matches(['/', ':']).count() <= 1 && !text.contains(":s3:::"))
}

/// Resources that a statement speaks of, with a canary in the place of its wildcards.
fn named(statement: &Statement, kind: &str) -> Vec<String> {
    match &statement.resources {
        ResourceElement::Resource(list) => list
            .iter()
            .map(|pattern| {
                if pattern.is_universal() {
                    format!("arn:aws:iam::{CANARY}:{kind}/{CANARY}")
                } else {
                    pattern.instantiate(CANARY)
                }
            })
            .collect(),
        ResourceElement::NotResource(_) | ResourceElement::None => {
            vec![format!("arn:aws:iam::{CANARY}:{kind}/{CANARY}")]
        }
    }
}
