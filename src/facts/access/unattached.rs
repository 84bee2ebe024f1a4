//! The subject `iam_policy`: a customer-managed policy with a broad grant that nobody holds, nor uses as a boundary.

use super::{INVOKE, accounts, regions};
use crate::facts::Kind;
use crate::facts::context::{Context, global_resource, partition};
use crate::facts::subject::Subject;
use crate::iam::access::{PolicyRef, PolicySet, Source};
use crate::iam::context::Context as RequestContext;
use crate::iam::managed::is_aws_managed;
use crate::iam::reach::{Breadth, Grant, Scope, model_reach};
use crate::iam::statement::Effect;
use schemars::JsonSchema;
use serde::Serialize;
use std::sync::Arc;

/// A customer-managed policy that would let its holder invoke models.
#[derive(Debug, Clone, Default, Serialize, JsonSchema)]
pub struct PolicyFacts {
    /// The policy's name.
    pub name: String,
    /// Whether a user, group or role holds it, or is bounded by it.
    pub used: crate::facts::fact::Fact<bool>,
    /// Sids or indexes of the statements that reach any model or a family of models.
    pub broad_statements: Vec<String>,
}

/// The kind of subject.
pub const KIND: Kind = Kind::of::<PolicyFacts>(
    "iam_policy",
    "A customer-managed policy with a broad grant of model invocation.",
    subjects,
);

/// Every customer-managed policy with a broad grant.
pub fn subjects(ctx: &Context<'_>) -> Vec<Subject> {
    let mut subjects = Vec::new();
    for (iam, account) in accounts(ctx) {
        let (regions, context) = (regions(account), RequestContext::open());
        let scope = Scope {
            partition: partition(account),
            account: iam.account_id,
            regions: &regions,
            models: &iam.models,
            context: &context,
        };
        for policy in iam.policies.iter().filter(|policy| policy.about_bedrock) {
            let (Some(row), Ok(document)) = (policy.managed, &policy.document) else {
                continue;
            };
            if is_aws_managed(&row.arn) {
                continue;
            }
            let own = PolicyRef {
                source: Source::Identity,
                id: Arc::clone(&policy.id),
                version: policy.version.clone(),
                document: Arc::clone(document),
            };
            let alone = PolicySet {
                identity: vec![own.clone()],
                ..PolicySet::default()
            };
            let is_broad = |statement: &&crate::iam::statement::Statement| {
                statement.effect == Effect::Allow
                    && statement.touches("bedrock")
                    && model_reach(
                        &scope,
                        &alone,
                        Some(Grant {
                            policy: &own,
                            statement,
                        }),
                        &INVOKE,
                    )
                    .breadth
                        >= Breadth::Family
            };
            let broad_statements: Vec<String> = document
                .statements
                .iter()
                .filter(is_broad)
                .map(crate::iam::statement::Statement::label)
                .collect();
            if broad_statements.is_empty() {
                continue;
            }
            let seen = policy.attached
                || !policy.bounds.is_empty()
                || row.permissions_boundary_usage_count.is_some_and(|count| count > 0);
            let undecided = if row.attachment_count.is_some() {
                Vec::new()
            } else {
                iam.doubts.clone()
            };
            let facts = PolicyFacts {
                name: policy.name.to_owned(),
                used: crate::facts::fact::Fact::fault(seen, undecided),
                broad_statements,
            };
            let resource = global_resource(iam.account_id, "iam_policy", policy.owner_arn, policy.name);
            subjects.push(Subject::new(resource, None, &facts));
        }
    }
    subjects
}
