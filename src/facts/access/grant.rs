//! The subject `grant`: an Allow statement that lets somebody invoke models.

use super::class::{Class, Classes, bounds, described, unread_boundary};
use super::holder::{Decider, Effectual, Example, Holder, Width};
use super::lists::{Hold, Lists};
use super::{BATCH, INVOKE, MANTLE, accounts, in_use, regions};
use crate::facts::Kind;
use crate::facts::context::{Context, account_arn, global_resource, partition};
use crate::facts::fact::{Fact, Reason};
use crate::facts::principals::{Owner, Policy, Principal, Principals};
use crate::facts::subject::Subject;
use crate::iam::access::{PolicyRef, Source};
use crate::iam::managed::is_aws_managed;
use crate::iam::pattern::Pattern;
use crate::iam::reach::{Grant, Scope, is_administrator, model_reach, witness_outside};
use crate::iam::statement::{ActionElement, Effect, ResourceElement, Statement};
use crate::model::arn::Arn;
use crate::model::snapshot::Account;
use rayon::prelude::*;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

/// An Allow statement that lets somebody invoke models, with everybody who holds it.
#[derive(Debug, Clone, Default, Serialize, JsonSchema)]
pub struct GrantFacts {
    /// The policy's ARN, or `PRINCIPAL-ARN#NAME` for an inline policy.
    pub policy: String,
    /// What findings call the policy: its name, for an inline one with its owner.
    pub policy_name: String,
    /// Whether AWS owns the policy, so that nobody else can change it.
    pub aws_managed: bool,
    /// The version in force of a managed policy.
    pub policy_version: Option<String>,
    /// Whether the policy is inline in a user, group or role.
    pub inline: bool,
    /// Sid or index of the statement.
    pub statement: String,
    /// The statement as it was written.
    pub statement_json: Value,
    /// The invocation actions that it grants.
    pub actions: Vec<String>,
    /// Its resource patterns; with a leading `NotResource:` where it grants all but these.
    pub resources: Vec<String>,
    /// Whether it grants everything, or all but a few services, on every resource.
    pub administrator: Fact<bool>,
    /// Whether it grants `InvokeModel` or `InvokeModelWithResponseStream`.
    pub invokes: bool,
    /// Whether it grants `CreateModelInvocationJob`.
    pub batches: bool,
    /// Whether it grants `bedrock-mantle:CreateInference`.
    pub mantles: bool,
    /// Everybody who holds it, with what is left of it for them.
    pub holders: Vec<Holder>,
    /// Holders for whom it reaches any foundation model; administrators that params allow are left out.
    pub any_model: Fact<Vec<String>>,
    /// Holders for whom it reaches several base models, or all targets of another type that runs models.
    pub family: Fact<Vec<String>>,
    /// Holders for whom a wildcard in it spans versions of one model.
    pub versions: Fact<Vec<String>>,
    /// IAM users among the holders for whom something is left of it.
    pub users: Fact<Vec<String>>,
    /// Holders for whom its batch jobs may run any model or several.
    pub batch: Fact<Vec<String>>,
    /// Holders for whom the mantle endpoint takes any model.
    pub mantle: Fact<Vec<String>>,
    /// Holders outside the approved invokers; empty where none are given.
    pub unapproved_invokers: Fact<Vec<String>>,
    /// A model outside the approved ones that it reaches; empty where none are given.
    pub unapproved_models: Fact<Vec<Example>>,
    /// Requests that show how far it reaches.
    pub witnesses: Vec<Example>,
    /// The model patterns or resource types that are reached as a whole.
    pub reaches: Vec<String>,
    /// Conditions that do not narrow the model but hinder its use: networks, regions, guardrails, MFA.
    pub mitigated_by: Vec<String>,
    /// Condition keys that narrow the model.
    pub narrowed_by: Vec<String>,
    /// What took all or some of it away from a holder.
    pub taken_by: Vec<Decider>,
    /// What could not be read and might bound it further.
    pub remarks: Vec<String>,
    /// A statement for the same actions on the models that the account's agents and profiles name, or on a template
    /// where they name none.
    pub rewritten: String,
}

/// The kind of subject.
pub const KIND: Kind = Kind::of::<GrantFacts>(
    "grant",
    "An Allow statement that lets somebody invoke models.",
    subjects,
);

/// Every grant of every account.
pub fn subjects(ctx: &Context<'_>) -> Vec<Subject> {
    accounts(ctx)
        .flat_map(|(iam, account)| of_account(ctx, iam, account))
        .collect()
}

struct Work<'w, 'a> {
    iam: &'w Principals<'a>,
    classes: Classes<'w>,
    regions: Vec<String>,
    partition: &'w str,
    administrators: Vec<Pattern>,
    approved_models: Option<Vec<Pattern>>,
    approved_invokers: Option<Vec<Pattern>>,
    in_use: Vec<String>,
}

fn of_account(ctx: &Context<'_>, iam: &Principals<'_>, account: &Account) -> Vec<Subject> {
    let patterns = |name: &str| {
        let list = ctx.params.strings("aws-genai-01", name)?;
        Some(list.iter().map(|text| Pattern::glob(text)).collect::<Vec<_>>())
    };
    let work = Work {
        iam,
        classes: Classes::of(iam),
        regions: regions(account),
        partition: partition(account),
        administrators: patterns("administrators").unwrap_or_default(),
        approved_models: patterns("approved_models"),
        approved_invokers: patterns("approved_invokers"),
        in_use: in_use::resources(account),
    };
    let mut subjects: Vec<Subject> = iam
        .policies
        .par_iter()
        .filter(|policy| policy.about_bedrock && !policy.holders.is_empty())
        .flat_map_iter(|policy| work.policy(policy))
        .collect();
    if !iam.doubts.is_empty() {
        // Whatever grants exist beyond the ones seen, nobody knows: one subject stands for them all.
        let root = account_arn(work.partition, iam.account_id);
        let resource = global_resource(iam.account_id, "account", root, "grants that could not be read");
        subjects.push(Subject::new(
            resource,
            Some("unread".to_owned()),
            &unread(iam.doubts.clone()),
        ));
    }
    subjects
}

impl Work<'_, '_> {
    fn policy(&self, policy: &Policy<'_>) -> Vec<Subject> {
        let holders: Vec<(usize, &Principal<'_>)> = policy
            .holders
            .iter()
            .filter_map(|at| Some((*at, self.iam.principals.get(*at)?)))
            .filter(|(_, principal)| !principal.is_service_linked())
            .collect();
        if holders.is_empty() {
            return Vec::new();
        }
        let document = match &policy.document {
            Ok(document) => document,
            Err(reason) => {
                let mut facts = unread(vec![reason.clone()]);
                facts.policy = policy.id.to_string();
                facts.policy_name = title(policy);
                let key = Some(format!("{}#unread", policy.id));
                return vec![Subject::new(self.resource(policy), key, &facts)];
            }
        };
        let own = PolicyRef {
            source: Source::Identity,
            id: Arc::clone(&policy.id),
            version: policy.version.clone(),
            document: Arc::clone(document),
        };
        let labels = labels(&document.statements);
        document
            .statements
            .iter()
            .zip(labels)
            .filter_map(|(statement, key)| {
                let facts = self.statement(policy, &own, statement, &holders)?;
                let key = if policy.owner_arn == &*policy.id {
                    key
                } else {
                    format!("{}#{key}", policy.name)
                };
                Some(Subject::new(self.resource(policy), Some(key), &facts))
            })
            .collect()
    }

    fn resource(&self, policy: &Policy<'_>) -> crate::model::report::Resource {
        let kind = policy.owner.resource_type();
        let name = if policy.owner == Owner::Managed {
            policy.name.to_owned()
        } else {
            let owner = Arn::parse(policy.owner_arn).map_or("", |arn| arn.name());
            format!("{owner}/{}", policy.name)
        };
        global_resource(self.iam.account_id, kind, policy.owner_arn, name)
    }

    fn statement(
        &self,
        policy: &Policy<'_>,
        own: &PolicyRef,
        statement: &Statement,
        holders: &[(usize, &Principal<'_>)],
    ) -> Option<GrantFacts> {
        if statement.effect != Effect::Allow {
            return None;
        }
        let grants = |action: &str| statement.matches_action(action).is_possible();
        let granted: Vec<&str> = INVOKE
            .into_iter()
            .chain([BATCH, MANTLE])
            .filter(|action| grants(action))
            .collect();
        if granted.is_empty() {
            return None;
        }
        let mut facts = GrantFacts {
            policy: policy.id.to_string(),
            policy_name: title(policy),
            aws_managed: is_aws_managed(policy.owner_arn),
            policy_version: policy.version.as_deref().map(str::to_owned),
            inline: policy.owner != Owner::Managed,
            statement: statement.label(),
            statement_json: statement.as_written(),
            actions: granted.iter().map(|action| (*action).to_owned()).collect(),
            resources: resources(statement),
            administrator: Fact::Known(is_administrator(statement)),
            invokes: INVOKE.into_iter().any(grants),
            batches: grants(BATCH),
            mantles: grants(MANTLE),
            rewritten: in_use::statement(statement.sid.as_deref(), &granted, &self.in_use),
            ..GrantFacts::default()
        };
        let mut lists = Lists {
            unseen_holders: self.unseen_holders(policy),
            ..Lists::default()
        };
        let mut cache: BTreeMap<Class, ClassAnswer> = BTreeMap::new();
        for (at, principal) in holders {
            let class = self.classes.class(self.iam, *at, principal, policy, statement);
            let answer = cache
                .entry(class)
                .or_insert_with(|| self.judge(principal, own, statement, &facts))
                .clone();
            self.note(&mut facts, &mut lists, principal, &answer);
        }
        lists.into_facts(&mut facts);
        Some(facts)
    }

    /// Why principals may hold the policy that are not among those that were read; a principal's own policy has none.
    fn unseen_holders(&self, policy: &Policy<'_>) -> Vec<Reason> {
        let own = matches!(policy.owner, Owner::User | Owner::Role);
        if own { Vec::new() } else { self.iam.doubts.clone() }
    }

    /// What is left of a statement for principals bound like this one.
    fn judge(
        &self,
        principal: &Principal<'_>,
        own: &PolicyRef,
        statement: &Statement,
        facts: &GrantFacts,
    ) -> ClassAnswer {
        let policies = bounds(principal, own);
        let context = described(self.iam, principal);
        let scope = Scope {
            partition: self.partition,
            account: self.iam.account_id,
            regions: &self.regions,
            models: &self.iam.models,
            context: &context,
        };
        let grant = Some(Grant { policy: own, statement });
        let reach = |actions: &[&str]| Effectual::from(model_reach(&scope, &policies, grant, actions));
        ClassAnswer {
            invoke: if facts.invokes {
                reach(&INVOKE)
            } else {
                Effectual::default()
            },
            batch: if facts.batches {
                reach(&[BATCH])
            } else {
                Effectual::default()
            },
            mantle: if facts.mantles {
                reach(&[MANTLE])
            } else {
                Effectual::default()
            },
            outside: self
                .approved_models
                .as_ref()
                .filter(|_| facts.invokes)
                .and_then(|approved| witness_outside(&scope, &policies, grant, &INVOKE, approved))
                .map(|witness| (Example::from(&witness), witness.doubts())),
            unread: unread_boundary(principal).map(str::to_owned),
        }
    }

    fn note(&self, facts: &mut GrantFacts, lists: &mut Lists, principal: &Principal<'_>, answer: &ClassAnswer) {
        let arn = principal.arn().to_owned();
        let is = |patterns: &[Pattern]| patterns.iter().any(|pattern| pattern.matches(&arn));
        facts.holders.push(Holder {
            arn: arn.clone(),
            width: answer.invoke.width,
            taken_by: answer.invoke.taken_by.clone(),
        });
        for (list, more) in [
            (&mut facts.mitigated_by, &answer.invoke.mitigations),
            (&mut facts.narrowed_by, &answer.invoke.narrowed_by),
            (&mut facts.reaches, &answer.invoke.patterns),
            (&mut facts.remarks, &principal.policies.remarks()),
        ] {
            more.iter().for_each(|item| add(list, item.clone()));
        }
        answer
            .invoke
            .taken_by
            .iter()
            .for_each(|item| add(&mut facts.taken_by, item.clone()));
        if facts.witnesses.len() < 3 {
            answer
                .invoke
                .examples
                .iter()
                .for_each(|item| add(&mut facts.witnesses, item.clone()));
        }
        let width = answer.invoke.width;
        let reaches_something = width > Width::Nothing;
        let exempt = facts.administrator == Fact::Known(true) && is(&self.administrators);
        let unapproved = self.approved_invokers.as_ref().is_some_and(|approved| !is(approved));
        let hold = |doubts: &[String]| Hold {
            arn: &arn,
            // A boundary bounds the grant and nobody knows how far, or nobody knows what the statement itself says.
            undecided: match &answer.unread {
                Some(text) => Some(self.iam.reasons(principal, std::slice::from_ref(text))),
                None if doubts.is_empty() => None,
                None => Some(doubts.iter().map(Reason::text).collect()),
            },
        };
        let narrower = |least: Width| match answer.unread {
            // A boundary can make a wide grant a narrow one.
            Some(_) => width >= least,
            None => width == least,
        };
        let invoke = hold(&answer.invoke.doubts);
        invoke.note(&mut lists.any_model, width == Width::AnyModel && !exempt);
        invoke.note(&mut lists.family, narrower(Width::Family) && !exempt);
        invoke.note(&mut lists.versions, narrower(Width::VersionWildcard) && !exempt);
        invoke.note(&mut lists.users, principal.is_user() && reaches_something);
        invoke.note(&mut lists.unapproved_invokers, reaches_something && unapproved);
        hold(&answer.batch.doubts).note(&mut lists.batch, answer.batch.width >= Width::Family);
        hold(&answer.mantle.doubts).note(&mut lists.mantle, answer.mantle.width >= Width::Family);
        if let Some((example, doubts)) = answer.outside.as_ref().filter(|_| !exempt) {
            match &hold(doubts).undecided {
                Some(reasons) => lists.unapproved_models.undecided.extend(reasons.iter().cloned()),
                None => add(&mut lists.unapproved_models.seen, example.clone()),
            }
        }
    }
}

#[derive(Debug, Clone)]
struct ClassAnswer {
    invoke: Effectual,
    batch: Effectual,
    mantle: Effectual,
    outside: Option<(Example, Vec<String>)>,
    unread: Option<String>,
}

fn add<T: PartialEq>(list: &mut Vec<T>, item: T) {
    if !list.contains(&item) {
        list.push(item);
    }
}

/// The facts of grants that nobody could read.
fn unread(reasons: Vec<Reason>) -> GrantFacts {
    let list = || Fact::Unread(reasons.clone());
    GrantFacts {
        invokes: true,
        batches: true,
        mantles: true,
        administrator: Fact::Unread(reasons.clone()),
        any_model: list(),
        family: list(),
        versions: list(),
        users: list(),
        batch: list(),
        mantle: list(),
        unapproved_invokers: list(),
        unapproved_models: Fact::Unread(reasons.clone()),
        ..GrantFacts::default()
    }
}

fn resources(statement: &Statement) -> Vec<String> {
    match &statement.resources {
        ResourceElement::Resource(list) => list.iter().map(|pattern| pattern.text().to_owned()).collect(),
        ResourceElement::NotResource(list) => list
            .iter()
            .map(|pattern| format!("NotResource:{}", pattern.text()))
            .collect(),
        ResourceElement::None => Vec::new(),
    }
}

/// What findings call a policy.
pub(super) fn title(policy: &Policy<'_>) -> String {
    let kind = match policy.owner {
        Owner::Managed => return policy.name.to_owned(),
        Owner::User => "user",
        Owner::Group => "group",
        Owner::Role => "role",
    };
    let owner = Arn::parse(policy.owner_arn).map_or(policy.owner_arn, |arn| arn.name());
    format!("inline policy {} of {kind} {owner}", policy.name)
}

/// A name for each statement that stays the same when others come or go: its Sid where that is unique, else its index.
pub(super) fn labels(statements: &[Statement]) -> Vec<String> {
    let unique = |sid: &str| {
        statements
            .iter()
            .filter(|other| other.sid.as_deref() == Some(sid))
            .count()
            == 1
    };
    statements
        .iter()
        .map(|statement| match &statement.sid {
            Some(sid) if unique(sid) => sid.clone(),
            _ => format!("[{}]", statement.index),
        })
        .collect()
}

/// The actions that a statement names, as they were written.
pub(super) fn written_actions(statement: &Statement) -> Vec<String> {
    let (prefix, list) = match &statement.actions {
        ActionElement::Action(list) => ("", list),
        ActionElement::NotAction(list) => ("NotAction:", list),
    };
    list.iter()
        .map(|pattern| format!("{prefix}{}", pattern.text()))
        .collect()
}
