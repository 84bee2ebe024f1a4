//! Who can invoke what: the policy engine's answer for every user and role of a snapshot, with what decided it.
//!
//! Two questions: one action on one resource ([`point`]), or how far each principal reaches ([`reach`]). Pure. What could
//! not be listed is said beside the principals, so that "nobody" and "could not tell" never look alike.

mod entry;
mod point;
mod question;
mod reach;

pub use entry::{ActionReach, Because, Extent, PointAnswer, PointEntry, ReachAnswer, ReachEntry, Reached};
pub use question::{Asked, Question, Target};

use crate::facts::context::Context;
use crate::facts::fact::{Reason, doubts};
use crate::model::snapshot::Account;

/// The version of the JSON.
const SCHEMA_VERSION: &str = "1.0";

/// The answer to either question.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// One action on one resource.
    Point(PointAnswer),
    /// How far each principal reaches.
    Reach(ReachAnswer),
}

impl Answer {
    /// What could not be listed; there may be more principals behind it.
    pub fn unread(&self) -> &[String] {
        match self {
            Self::Point(answer) => &answer.unread,
            Self::Reach(answer) => &answer.unread,
        }
    }
}

/// Answers for every account of the snapshot.
pub fn answer(ctx: &Context<'_>, question: &Question, target: &Target) -> Answer {
    match target {
        Target::Point { action, resource } => Answer::Point(point::answer(ctx, question, action, resource)),
        Target::Reach { actions } => Answer::Reach(reach::answer(ctx, question, actions)),
    }
}

/// Why there may be users or roles that the snapshot does not hold. One that was asked for by its ARN and is there
/// leaves nothing open.
fn unlisted(ctx: &Context<'_>, question: &Question) -> Vec<String> {
    let there = |arn: &str| {
        ctx.snapshot
            .accounts
            .keys()
            .any(|id| ctx.iam(id).is_some_and(|iam| iam.find(arn).is_some()))
    };
    if question.principal.as_ref().is_some_and(|wanted| there(wanted.as_str())) {
        return Vec::new();
    }
    let of = |account: &Account| {
        let mut reasons = doubts(&account.global.users, "IAM users");
        reasons.extend(doubts(&account.global.roles, "IAM roles"));
        reasons
    };
    settled_by(&ctx.snapshot.accounts.values().flat_map(of).collect::<Vec<_>>())
}

/// What would settle these doubts: the permission where one is known, else what is wrong.
fn settled_by(reasons: &[Reason]) -> Vec<String> {
    let mut out: Vec<String> = reasons
        .iter()
        .map(|reason| reason.permission.clone().unwrap_or_else(|| reason.text.clone()))
        .collect();
    out.sort();
    out.dedup();
    out
}

#[cfg(test)]
mod tests;
