//! The facts about policies that ask for a region of an inference profile by a key that no request carries.
//!
//! What such a condition does follows from the key's absence alone: a negated or `IfExists` operator holds always, any
//! other never. Policies that nobody holds and that bound nobody are left out.

use crate::facts::Kind;
use crate::facts::context::{Context, account_arn, global_resource, partition};
use crate::facts::fact::{Fact, Reason, doubts};
use crate::facts::org::{SCP, parse};
use crate::facts::scp::groups;
use crate::facts::subject::Subject;
use crate::iam::document::Document;
use crate::iam::statement::Effect;
use crate::iam::tri::Tri;
use schemars::JsonSchema;
use serde::Serialize;

/// The key that does not exist, in lower case.
const DEAD: &str = "bedrock:inferenceprofileregion";

/// A policy with conditions on keys of Bedrock.
#[derive(Debug, Clone, Default, Serialize, JsonSchema)]
pub struct PolicyFacts {
    /// Its name.
    pub name: String,
    /// Statements with a condition on `bedrock:InferenceProfileRegion`, each with what comes of it.
    pub region_keys: Fact<Vec<String>>,
}

/// The kind of subject.
pub const KIND: Kind = Kind::of::<PolicyFacts>(
    "policy",
    "A policy in use, of an identity or an organization, with a condition on a key of Bedrock.",
    subjects,
);

/// Every such policy, and one for those of an account that could not be listed.
pub fn subjects(ctx: &Context<'_>) -> Vec<Subject> {
    let mut subjects = Vec::new();
    for (id, account) in &ctx.snapshot.accounts {
        let Some(iam) = ctx.iam(id) else { continue };
        for policy in &iam.policies {
            let used = policy.attached || !policy.bounds.is_empty();
            let Some(region_keys) = examined(used, policy.document.as_deref()) else {
                continue;
            };
            let resource = global_resource(id, "policy", policy.owner_arn, policy.name);
            let key = (&*policy.id != policy.owner_arn).then(|| policy.name.to_owned());
            subjects.push(of_policy(policy.name, region_keys, resource, key));
        }
        let hidden = hidden(ctx, id, &iam.doubts);
        if !hidden.is_empty() {
            let name = format!("policies of account {id}");
            let resource = global_resource(id, "policy", account_arn(partition(account), id), &name);
            subjects.push(of_policy(
                &name,
                Fact::Unread(hidden),
                resource,
                Some("unlisted".to_owned()),
            ));
        }
    }
    for group in groups(ctx).values() {
        let Some(home) = group.accounts.first() else { continue };
        let rows = group.org.vantage.organization_policies.items.iter();
        for row in rows.filter(|row| row.type_ == SCP && !row.aws_managed) {
            let document = parse(group.org.vantage, row);
            let Some(region_keys) = examined(true, document.as_deref()) else {
                continue;
            };
            let resource = global_resource(home, "policy", row.arn.as_str(), row.name.as_str());
            subjects.push(of_policy(&row.name, region_keys, resource, None));
        }
    }
    subjects
}

fn of_policy(
    name: &str,
    region_keys: Fact<Vec<String>>,
    resource: crate::model::report::Resource,
    key: Option<String>,
) -> Subject {
    let facts = PolicyFacts {
        name: name.to_owned(),
        region_keys,
    };
    Subject::new(resource, key, &facts)
}

fn hidden(ctx: &Context<'_>, account: &str, identity: &[Reason]) -> Vec<Reason> {
    let mut hidden = identity.to_vec();
    if let Some(org) = ctx.org(account) {
        match &org.organization {
            Fact::Unread(reasons) => hidden.extend(reasons.iter().cloned()),
            Fact::Known(None) => {}
            Fact::Known(Some(_)) => hidden.extend(doubts(
                &org.vantage.organization_policies,
                "the organization's policies",
            )),
        }
    }
    hidden.sort();
    hidden.dedup();
    hidden
}

/// `None` for a policy that has nothing to do with the question.
fn examined(used: bool, document: Result<&Document, &Reason>) -> Option<Fact<Vec<String>>> {
    match document {
        _ if !used => None,
        Ok(document) => speaks_of_bedrock(document).then(|| Fact::Known(region_keys(document))),
        Err(reason) => Some(Fact::unread(reason.clone())),
    }
}

fn speaks_of_bedrock(document: &Document) -> bool {
    let mut conditions = document.statements.iter().flat_map(|statement| &statement.conditions);
    conditions.any(|condition| condition.key_lower().starts_with("bedrock"))
}

fn region_keys(document: &Document) -> Vec<String> {
    let mut found = Vec::new();
    for statement in &document.statements {
        for condition in statement.conditions.iter().filter(|one| one.key_lower() == DEAD) {
            let comes_of_it = match (statement.effect, condition.on_absent()) {
                (Effect::Deny, Tri::False) => "refuses nothing",
                (Effect::Deny, Tri::True) => "refuses whatever the region",
                (Effect::Allow, Tri::False) => "grants nothing",
                (Effect::Allow, Tri::True) => "grants whatever the region",
                (_, Tri::Maybe) => "cannot be judged",
            };
            let (label, operator) = (statement.label(), &condition.operator_text);
            found.push(format!("statement {label} ({operator}) {comes_of_it}"));
        }
    }
    found
}
