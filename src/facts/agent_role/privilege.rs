//! What a role can do that neither an agent nor its tools should: wildcards over data and tools, and broad privilege.

use crate::facts::access::holder::Decider;
use crate::facts::context::partition;
use crate::facts::fact::{Fact, Reason};
use crate::facts::principals::{Principal, Principals};
use crate::iam::access::{PolicySet, Unread, Verdict, decide_with};
use crate::iam::actions::catalogue;
use crate::iam::context::{Context as RequestContext, Request};
use crate::iam::pattern::Pattern;
use crate::iam::reach::{CANARY, Grant, Scope, canaries, in_every, leaves_most, untagged_contexts};
use crate::iam::statement::{ActionElement, ActionPattern, Effect, ResourceElement, Statement};
use crate::model::arn::Arn;
use crate::model::snapshot::Account;
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Data and tools that an agent reaches by name if at all: the whole of them, some part of each, and actions of which
/// any shows it.
const TOOLS: [(&str, &str, &[&str]); 5] = [
    (
        "invoke every Lambda function",
        "invoke some version of every Lambda function",
        &[
            "lambda:InvokeFunction",
            "lambda:InvokeFunctionUrl",
            "lambda:InvokeAsync",
        ],
    ),
    (
        "read every S3 object",
        "read some objects of every S3 bucket",
        &["s3:GetObject", "s3:GetObjectVersion"],
    ),
    (
        "write every S3 object",
        "write some objects of every S3 bucket",
        &["s3:PutObject", "s3:PutObjectAcl"],
    ),
    (
        "delete every S3 object",
        "delete some objects of every S3 bucket",
        &["s3:DeleteObject", "s3:DeleteObjectVersion"],
    ),
    (
        "call every API Gateway API",
        "call part of every API Gateway API",
        &["execute-api:Invoke", "execute-api:ManageConnections"],
    ),
];

/// Something from each corner of AWS: who may do most of it is an administrator.
const CORNERS: [&str; 7] = [
    "ec2:TerminateInstances",
    "dynamodb:DeleteTable",
    "s3:DeleteBucket",
    "rds:DeleteDBInstance",
    "sqs:DeleteQueue",
    "kms:ScheduleKeyDeletion",
    "cloudformation:DeleteStack",
];

/// More services than this are counted, not listed.
const LISTED_SERVICES: usize = 8;

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
    context: RequestContext,
    /// What a resource that no policy knows may carry by way of tags.
    contexts: Vec<RequestContext>,
}

/// What was found, and what could not be judged.
#[derive(Default)]
pub(super) struct Found {
    pub(super) seen: Vec<Privilege>,
    doubts: BTreeSet<String>,
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
        let contexts = untagged_contexts(&context, &principal.policies);
        Self {
            iam,
            principal,
            partition: partition(account),
            regions,
            context,
            contexts,
        }
    }

    fn scope(&self) -> Scope<'_> {
        Scope {
            partition: self.partition,
            account: self.iam.account_id,
            regions: self.regions,
            models: &self.iam.models,
            context: &self.context,
        }
    }

    /// A boundary that could not be read may take away what the policies grant, so it leaves a fault open; an identity
    /// policy that could not be read may grant more, so it leaves a clean answer open.
    fn answer(&self, found: Found) -> Fact<Vec<Privilege>> {
        if let Some(text) = crate::facts::access::class::unread_boundary(self.principal)
            && !found.seen.is_empty()
        {
            return Fact::Unread(self.iam.reasons(self.principal, &[text.to_owned()]));
        }
        let mut undecided: Vec<Reason> = self
            .iam
            .reasons(self.principal, &self.principal.policies.identity_unread);
        undecided.extend(found.doubts.into_iter().map(Reason::text));
        Fact::faults(found.seen, undecided)
    }

    /// Functions, objects and APIs that the role reaches by a wildcard.
    pub fn wildcards(&self) -> Fact<Vec<Privilege>> {
        let mut found = Found::default();
        for (whole, part, actions) in TOOLS {
            if !actions.iter().any(|action| self.wild(action, whole, &mut found)) {
                let _ = actions.iter().any(|action| self.part(action, part, &mut found));
            }
        }
        self.answer(found)
    }

    /// Privileges far beyond what an agent or one of its tools needs.
    pub fn broad(&self) -> Fact<Vec<Privilege>> {
        let mut found = Found::default();
        let administrator = self.administrator(&mut found);
        super::policy_change::find(self, &mut found);
        self.wild("iam:PassRole", "may hand any role to a service", &mut found);
        self.wild("sts:AssumeRole", "may assume any role", &mut found);
        if !administrator {
            let whole = self.whole_services(&mut found);
            self.full_access(&whole, &mut found);
        }
        let mut seen = BTreeSet::new();
        found
            .seen
            .retain(|privilege| seen.insert((privilege.what.clone(), privilege.action.clone())));
        self.answer(found)
    }

    /// Whether a grant of almost everything is left in force.
    fn administrator(&self, found: &mut Found) -> bool {
        if !Grant::all(&self.principal.policies).any(|grant| leaves_most(grant.statement)) {
            return false;
        }
        let mut corners = Found::default();
        for action in CORNERS {
            self.wild(action, "administrator of almost every service", &mut corners);
        }
        found.doubts.append(&mut corners.doubts);
        let is = corners.seen.len() * 2 > CORNERS.len();
        if is {
            found.seen.extend(corners.seen.into_iter().take(1));
        }
        is
    }

    /// Is the action allowed on a resource that no policy names?
    fn wild(&self, action: &str, what: &str, found: &mut Found) -> bool {
        self.grants(action) && self.any(action, &self.canaries(service(action)), what, found)
    }

    /// Is the action allowed on some part of each resource, whatever its name?
    fn part(&self, action: &str, what: &str, found: &mut Found) -> bool {
        if !self.grants(action) {
            return false;
        }
        let tries = in_every(&self.scope(), &self.principal.policies, service(action));
        self.any(action, &tries, what, found)
    }

    fn grants(&self, action: &str) -> bool {
        Grant::all(&self.principal.policies).any(|grant| grant.statement.matches_action(action).is_possible())
    }

    /// ARNs that no policy names.
    pub(super) fn canaries(&self, service: &str) -> Vec<String> {
        canaries(&self.scope(), &self.principal.policies, service)
    }

    /// `service:*` on everything, whether a policy says so or that is what its bounds leave of it; the services.
    fn whole_services(&self, found: &mut Found) -> BTreeSet<String> {
        let mut services: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for grant in Grant::all(&self.principal.policies).filter(|grant| everywhere(grant.statement)) {
            let all = || catalogue().prefixes().map(str::to_owned);
            let named: Vec<String> = match &grant.statement.actions {
                ActionElement::Action(list) if list.iter().any(ActionPattern::is_everything) => all().collect(),
                ActionElement::Action(list) => list
                    .iter()
                    .filter(|action| takes_all(action.name()))
                    .flat_map(|action| match action.service() {
                        Some(service) => vec![service.to_owned()],
                        // What a wildcard in the prefix means nobody can say, so every service it may mean is asked.
                        None => all()
                            .filter(|prefix| action.matches(&format!("{prefix}:{CANARY}")).is_possible())
                            .collect(),
                    })
                    .collect(),
                ActionElement::NotAction(_) => all()
                    .filter(|prefix| grant.statement.matches_action(&format!("{prefix}:{CANARY}")).is_true())
                    .collect(),
            };
            for service in named {
                let of_service = format!(":{service}:");
                services
                    .entry(service)
                    .or_default()
                    .extend(wild_resources(grant.statement).filter(|resource| resource.contains(&of_service)));
            }
        }
        let (mut whole, mut names) = (Found::default(), BTreeSet::new());
        for (service, resources) in services {
            let mut tries = self.canaries(&service);
            tries.push("*".to_owned());
            tries.extend(resources);
            let before = whole.seen.len();
            let (probe, what) = (format!("{service}:{CANARY}"), format!("everything in {service}"));
            if !self.any(&probe, &tries, &what, &mut whole) {
                continue;
            }
            for privilege in whole.seen.iter_mut().skip(before) {
                privilege.action = format!("{service}:*");
            }
            names.insert(service);
        }
        found.doubts.append(&mut whole.doubts);
        let more = whole.seen.len().saturating_sub(LISTED_SERVICES);
        whole.seen.truncate(LISTED_SERVICES);
        if let Some(last) = whole.seen.last_mut().filter(|_| more > 0) {
            last.what = format!("{} and in {more} more services", last.what);
        }
        found.seen.append(&mut whole.seen);
        names
    }

    /// A `…FullAccess` policy of which a wildcard on everything survives, beside the services that are reached whole.
    fn full_access(&self, whole: &BTreeSet<String>, found: &mut Found) {
        let policies = &self.principal.policies.identity;
        for policy in policies.iter().filter(|policy| is_full_access(&policy.id)) {
            let name = Arn::parse(&policy.id).map_or("", |arn| arn.name());
            for statement in policy
                .document
                .statements
                .iter()
                .filter(|statement| statement.effect == Effect::Allow && everywhere(statement))
            {
                let ActionElement::Action(list) = &statement.actions else {
                    continue;
                };
                for action in list.iter().filter(|action| !action.name().is_literal()) {
                    let Some(service) = action.service().filter(|service| !whole.contains(*service)) else {
                        continue;
                    };
                    let probe = format!("{service}:{}", action.name().instantiate(CANARY));
                    let what = format!("{} by way of {name}", action.text());
                    let before = found.seen.len();
                    if self.any(&probe, &self.canaries(service), &what, found) {
                        for privilege in found.seen.iter_mut().skip(before) {
                            action.text().clone_into(&mut privilege.action);
                        }
                        break;
                    }
                }
            }
        }
    }

    /// Notes the first of these resources on which the action is allowed, for certain if there is one.
    pub(super) fn any(&self, action: &str, resources: &[String], what: &str, found: &mut Found) -> bool {
        let mut best: Option<Privilege> = None;
        let mut doubts = Vec::new();
        'tries: for context in &self.contexts {
            for resource in resources {
                let request = Request::new(action, resource.clone(), context.clone());
                let decision = decide_with(&self.principal.policies, &request, Unread::Ignored);
                match decision.verdict {
                    Verdict::Allowed | Verdict::Conditional => {
                        let certain = decision.verdict == Verdict::Allowed;
                        if certain || best.is_none() {
                            best = Some(Privilege {
                                what: what.to_owned(),
                                action: action.to_owned(),
                                resource: resource.clone(),
                                because: decision.because.iter().map(Decider::from).collect(),
                                mitigated_by: decision.conditions,
                            });
                        }
                        if certain {
                            break 'tries;
                        }
                    }
                    // Without unread bounds, this is what the engine cannot make sense of.
                    Verdict::Unknown => doubts.extend(decision.unread),
                    Verdict::ExplicitDeny | Verdict::ImplicitDeny => {}
                }
            }
        }
        let allowed = best.is_some();
        if !allowed {
            found.doubts.extend(doubts);
        }
        found.seen.extend(best);
        allowed
    }

    /// The policies in question.
    pub(super) fn policies(&self) -> &PolicySet {
        &self.principal.policies
    }

    /// The partition and account of the role.
    pub(super) fn home(&self) -> (&str, &str) {
        (self.partition, self.iam.account_id)
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

/// The service prefix of an action.
fn service(action: &str) -> &str {
    action.split_once(':').map_or("", |(service, _)| service)
}

/// Whether the name of an action leaves none out: `*`, or wildcards that ask for a letter as well.
fn takes_all(name: &Pattern) -> bool {
    name.text().bytes().all(|byte| matches!(byte, b'*' | b'?')) && name.matches(CANARY)
}

fn is_full_access(id: &str) -> bool {
    id.ends_with("FullAccess") && !id.contains('#')
}

/// Whether the statement speaks of every resource.
fn everywhere(statement: &Statement) -> bool {
    match &statement.resources {
        ResourceElement::Resource(list) => list.iter().any(|pattern| {
            // `arn:aws:s3:::*` and `arn:aws:lambda:*:*:function:*` are every resource of their service too.
            pattern.is_universal() || wild_resource(pattern.text())
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

/// The statement's wildcard resources, with a canary in the place of the wildcards.
fn wild_resources(statement: &Statement) -> impl Iterator<Item = String> + '_ {
    let list: &[Pattern] = match &statement.resources {
        ResourceElement::Resource(list) => list,
        ResourceElement::NotResource(_) | ResourceElement::None => &[],
    };
    list.iter()
        .filter(|pattern| wild_resource(pattern.text()))
        .map(|pattern| pattern.instantiate(CANARY))
}
