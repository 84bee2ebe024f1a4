//! The subject `statement`: a statement about Bedrock that does not do what it looks like.
//!
//! Identity policies, boundaries and SCPs are looked at; a policy that nobody holds is not.

use super::accounts;
use super::grant::{labels, title, written_actions};
use crate::facts::Kind;
use crate::facts::context::{Context, account_arn, global_resource, partition};
use crate::facts::fact::{Fact, Reason};
use crate::facts::org::{self, SCP};
use crate::facts::principals::{Owner, Policy};
use crate::facts::subject::Subject;
use crate::iam::dead::{self, Dead, KeyEffect};
use crate::iam::document::Document;
use crate::iam::statement::{Effect, Statement};
use crate::model::report::Resource;
use rayon::prelude::*;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeSet;

/// A condition on a key that Bedrock never sends.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct DeadKeyFacts {
    /// The key as written.
    pub key: String,
    /// The operator as written.
    pub operator: String,
    /// What follows from the key's absence.
    pub effect: String,
}

/// A statement of an identity policy, boundary or SCP that concerns Bedrock.
#[derive(Debug, Clone, Default, Serialize, JsonSchema)]
pub struct StatementFacts {
    /// The policy: its ARN, or `PRINCIPAL-ARN#NAME` for an inline policy.
    pub policy: String,
    /// What findings call the policy: its name, for an inline one with its owner.
    pub policy_name: String,
    /// Sid or index.
    pub statement: String,
    /// `Allow` or `Deny`.
    pub effect: Fact<String>,
    /// The statement as it was written.
    pub statement_json: Value,
    /// The actions as they were written.
    pub actions: Vec<String>,
    /// Conditions on keys that Bedrock never sends.
    pub dead_keys: Vec<DeadKeyFacts>,
    /// Such a condition leaves an Allow unnarrowed, or keeps a Deny from firing.
    pub misleading_condition: Fact<bool>,
    /// Actions that do not exist.
    pub unknown_actions: Vec<String>,
    /// Resources that no ARN of Bedrock can match.
    pub unmatched_resources: Vec<String>,
    /// A Deny meant for Bedrock that refuses nothing of it.
    pub refuses_nothing: Fact<bool>,
    /// An Allow of which no part can ever match.
    pub grants_nothing: Fact<bool>,
}

/// The kind of subject.
pub const KIND: Kind = Kind::of::<StatementFacts>(
    "statement",
    "A statement of an identity policy, boundary or SCP that concerns Bedrock.",
    subjects,
);

/// Every statement about Bedrock, sound or not, and one subject for each policy that may hold more.
pub fn subjects(ctx: &Context<'_>) -> Vec<Subject> {
    let mut subjects = Vec::new();
    for (iam, account) in accounts(ctx) {
        let partition = partition(account);
        // AWS alone writes the policies of service-linked roles.
        let ours = |policy: &&Policy<'_>| {
            !policy.bounds.is_empty() || iam.holders(policy).any(|holder| !holder.is_service_linked())
        };
        let policies = iam.policies.par_iter().filter(|policy| policy.about_bedrock);
        let found = policies.filter(ours).flat_map_iter(|policy| {
            let mut found = Vec::new();
            let resource = policy_resource(iam.account_id, policy);
            let inline = (policy.owner != Owner::Managed).then_some(policy.name);
            let title = title(policy);
            let text = Text {
                id: &policy.id,
                name: &title,
                inline,
                partition,
            };
            match &policy.document {
                Ok(document) => text.statements(document, &resource, &mut found),
                Err(reason) => found.push(text.unread(resource, vec![reason.clone()])),
            }
            found
        });
        subjects.par_extend(found);
        if !iam.doubts.is_empty() {
            let root = account_arn(partition, iam.account_id);
            let resource = global_resource(iam.account_id, "account", root, "statements that could not be read");
            let text = Text {
                id: "",
                name: "",
                inline: None,
                partition,
            };
            subjects.push(text.unread(resource, iam.doubts.clone()));
        }
    }
    scps(ctx, &mut subjects);
    subjects
}

fn policy_resource(account_id: &str, policy: &Policy<'_>) -> Resource {
    global_resource(account_id, policy.owner.resource_type(), policy.owner_arn, policy.name)
}

/// Each SCP once, under the account from which it was read.
fn scps(ctx: &Context<'_>, subjects: &mut Vec<Subject>) {
    let mut seen = BTreeSet::new();
    for account_id in ctx.snapshot.accounts.keys() {
        let Some(org) = ctx.org(account_id) else { continue };
        for policy in org
            .vantage
            .organization_policies
            .items
            .iter()
            .filter(|policy| policy.type_ == SCP)
        {
            if policy.aws_managed || !seen.insert(policy.arn.as_str()) {
                continue;
            }
            let resource = global_resource(account_id, "scp", policy.arn.as_str(), policy.name.as_str());
            let text = Text {
                id: &policy.arn,
                name: &policy.name,
                inline: None,
                partition: ctx.snapshot.accounts.get(account_id).map_or("aws", partition),
            };
            match org::parse(org.vantage, policy) {
                Ok(document) => text.statements(&document, &resource, subjects),
                Err(reason) => subjects.push(text.unread(resource, vec![reason])),
            }
        }
    }
}

/// One policy whose statements are looked at.
struct Text<'t> {
    id: &'t str,
    name: &'t str,
    inline: Option<&'t str>,
    partition: &'t str,
}

impl Text<'_> {
    fn key(&self, of: &str) -> String {
        self.inline
            .map_or_else(|| of.to_owned(), |inline| format!("{inline}#{of}"))
    }

    fn statements(&self, document: &Document, resource: &Resource, subjects: &mut Vec<Subject>) {
        let about_bedrock = |statement: &Statement| {
            dead::examine(statement, self.partition).or_else(|| statement.touches_bedrock().then(Dead::default))
        };
        for (statement, key) in document.statements.iter().zip(labels(&document.statements)) {
            let Some(dead) = about_bedrock(statement) else { continue };
            let facts = facts(statement, &dead, self.id, self.name);
            subjects.push(Subject::new(resource.clone(), Some(self.key(&key)), &facts));
        }
    }

    /// Whatever statements the policy holds, nobody knows.
    fn unread(&self, resource: Resource, reasons: Vec<Reason>) -> Subject {
        let open = || Fact::Unread(reasons.clone());
        let facts = StatementFacts {
            policy: self.id.to_owned(),
            policy_name: self.name.to_owned(),
            effect: Fact::Unread(reasons.clone()),
            misleading_condition: open(),
            refuses_nothing: open(),
            grants_nothing: open(),
            ..StatementFacts::default()
        };
        Subject::new(resource, Some(self.key("unread")), &facts)
    }
}

fn facts(statement: &Statement, dead: &Dead, id: &str, name: &str) -> StatementFacts {
    StatementFacts {
        policy: id.to_owned(),
        policy_name: name.to_owned(),
        statement: statement.label(),
        effect: Fact::Known(statement.effect.as_str().to_owned()),
        statement_json: statement.as_written(),
        actions: written_actions(statement),
        dead_keys: dead
            .keys
            .iter()
            .map(|key| DeadKeyFacts {
                key: key.key.clone(),
                operator: key.operator.clone(),
                effect: match key.effect {
                    KeyEffect::Unnarrowed => "holds for every request, so it narrows nothing",
                    KeyEffect::GrantsNothing => "holds for no request, so the statement grants nothing",
                    KeyEffect::NeverFires => "holds for no request, so the statement refuses nothing",
                    KeyEffect::AlwaysFires => "holds for every request, so the statement refuses them all",
                }
                .to_owned(),
            })
            .collect(),
        misleading_condition: Fact::Known(dead.misleads()),
        unknown_actions: dead.actions.clone(),
        unmatched_resources: dead.resources.clone(),
        refuses_nothing: Fact::Known(dead.refuses_nothing && statement.effect == Effect::Deny),
        grants_nothing: Fact::Known(dead.grants_nothing && statement.effect == Effect::Allow),
    }
}
