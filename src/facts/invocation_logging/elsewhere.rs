//! Regions that nobody uses: a thief picks one of those, because nothing is logged there.
//!
//! A region counts as closed where the SCPs in force refuse every call of a model in it.

use crate::facts::context::{Context, partition};
use crate::facts::fact::{self, Fact, Reason};
use crate::facts::org::Org;
use crate::facts::probe;
use crate::iam::context::Context as RequestContext;
use schemars::JsonSchema;
use serde::Serialize;

/// Logging in the regions of an account that are not in use.
#[derive(Debug, Clone, Default, Serialize, JsonSchema)]
pub struct AccountLogging {
    /// Whether there is a region that was looked at and is not in use, or may not be.
    pub unused: bool,
    /// Regions that were looked at, are not in use, do not log, and that no SCP closes.
    pub silent_regions: Fact<Vec<String>>,
    /// Such regions that an SCP closes.
    pub closed_regions: Vec<String>,
}

/// The facts of an account.
pub fn of_account(ctx: &Context<'_>, account_id: &str) -> AccountLogging {
    let (mut silent, mut closed, mut open): (Vec<String>, Vec<String>, Vec<Reason>) = Default::default();
    let org = ctx.org(account_id);
    let mut unused = false;
    for at in ctx.places().filter(|at| at.account_id == account_id) {
        let usage = ctx.usage(account_id, at.region).cloned().unwrap_or_default().fact();
        if usage == Fact::Known(true) {
            continue;
        }
        unused = true;
        let rows = &at.facts.invocation_logging;
        // Where the operation is not offered, there is no Bedrock that could be misused.
        if !rows.items.is_empty() || rows.gaps.iter().any(crate::model::gap::Gap::means_absent) {
            continue;
        }
        let closed_by_scp = closes(org, account_id, partition(at.account), at.region);
        // What closes a region mostly refuses the reads too, and nothing need be known of a region that is closed.
        if closed_by_scp == Fact::Known(true) {
            closed.push(at.region.to_owned());
            continue;
        }
        match (usage, fact::all(rows, "logging configurations"), closed_by_scp) {
            (Fact::Known(_), Fact::Known(_), Fact::Known(_)) => silent.push(at.region.to_owned()),
            (usage, logging, closed) => {
                open.extend(usage.reasons().iter().cloned());
                open.extend(logging.reasons().iter().cloned());
                open.extend(closed.reasons().iter().cloned());
            }
        }
    }
    AccountLogging {
        unused,
        silent_regions: Fact::faults(silent, open),
        closed_regions: closed,
    }
}

/// Whether the SCPs refuse calls of models in a region, whatever else the calls carry.
fn closes(org: Option<&Org<'_>>, account_id: &str, partition: &str, region: &str) -> Fact<bool> {
    let Some(org) = org else {
        return Fact::Known(false);
    };
    let context = RequestContext::open();
    for action in probe::INVOKE {
        match probe::refused(org, account_id, partition, region, action, &context) {
            Fact::Known(answer) if answer.certain => {}
            Fact::Known(_) => return Fact::Known(false),
            Fact::Unread(reasons) => return Fact::Unread(reasons),
        }
    }
    Fact::Known(true)
}
