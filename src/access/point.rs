//! One action on one resource, decided for every principal.

use super::entry::{Because, PointAnswer, PointEntry};
use super::question::Question;
use super::{SCHEMA_VERSION, settled_by, unlisted};
use crate::facts::context::Context;
use crate::facts::principals::{Principal, Principals};
use crate::iam::access::decide;
use crate::iam::context::Request;
use rayon::prelude::*;

pub(super) fn answer(ctx: &Context<'_>, question: &Question, action: &str, resource: &str) -> PointAnswer {
    let mut principals: Vec<PointEntry> = Vec::new();
    for iam in ctx.snapshot.accounts.keys().filter_map(|id| ctx.iam(id)) {
        let wanted = iam
            .principals
            .par_iter()
            .filter(|principal| question.concerns(principal.arn()));
        let entries = wanted.map(|principal| entry(iam, principal, question, action, resource));
        principals.extend(entries.collect::<Vec<_>>());
    }
    principals.sort_by(|a, b| a.arn.cmp(&b.arn));
    PointAnswer {
        schema_version: SCHEMA_VERSION,
        action: action.to_owned(),
        resource: resource.to_owned(),
        unread: unlisted(ctx, question),
        principals,
    }
}

fn entry(
    iam: &Principals<'_>,
    principal: &Principal<'_>,
    question: &Question,
    action: &str,
    resource: &str,
) -> PointEntry {
    let context = question.context(principal, &iam.org, question.region_of(resource));
    let decision = decide(&principal.policies, &Request::new(action, resource, context));
    PointEntry {
        arn: principal.arn().to_owned(),
        kind: kind(principal),
        decision: decision.verdict,
        because: Because::of(&decision.because),
        conditions: decision.conditions,
        unread: settled_by(&iam.reasons(principal, &decision.unread)),
    }
}

/// What a principal is.
pub(super) fn kind(principal: &Principal<'_>) -> &'static str {
    if principal.is_user() { "user" } else { "role" }
}
