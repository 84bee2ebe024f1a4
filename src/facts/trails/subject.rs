//! The subject `trail`: each trail and event data store once, whatever regions and accounts show it.

use super::bucket::{self, BucketGrant};
use super::recorder::{self, Origin as Kind, Recorder};
use super::selector::{self, AGENTS, EXTENDED, KNOWLEDGE_BASES, MODEL_INVOCATIONS, Origin};
use crate::facts::context::{Context, Place, partition};
use crate::facts::fact::{Fact, Reason};
use crate::facts::subject::Subject;
use crate::model::report::{InUse, Resource};
use crate::model::snapshot::Account;
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeSet;

/// A trail or an event data store of CloudTrail Lake.
#[derive(Debug, Clone, Default, Serialize, JsonSchema)]
pub struct TrailFacts {
    /// `trail`, `organization trail` or `event data store`, with its name.
    pub label: String,
    /// The region it belongs to.
    pub home_region: String,
    /// Whether it takes events of every region.
    pub multi_region: bool,
    /// Whether it takes events of every account of the organization.
    pub organization: bool,
    /// Whether any region whose events reach it is in use.
    pub in_use: Fact<bool>,
    /// Whether its selectors would take Bedrock's management or data events of a region in use.
    pub takes_bedrock: Fact<bool>,
    /// Whether it is switched on and its last delivery worked (stores that were never switched on count as healthy).
    pub healthy: Fact<bool>,
    /// Whether it is switched on.
    pub logging: Fact<bool>,
    /// The error of its last delivery; empty where there was none.
    pub delivery_error: Fact<String>,
    /// Types of Bedrock data events that it asks for and that do not exist.
    pub dead_types: Fact<Vec<String>>,
    /// Whether it has no selector at all; a store counts while it is switched on.
    pub takes_nothing: Fact<bool>,
    /// The bucket it writes to; empty for a store, `*` for trails that could not be listed.
    pub bucket: String,
    /// What the bucket's policy grants to CloudTrail.
    pub bucket_grant: BucketGrant,
}

/// The kind of subject.
pub const KIND: crate::facts::Kind = crate::facts::Kind::of::<TrailFacts>(
    "trail",
    "A CloudTrail trail or event data store, once, whatever regions show it.",
    subjects,
);

/// Every trail and store, preferring the account that owns it.
fn subjects(ctx: &Context<'_>) -> Vec<Subject> {
    let mut seen = BTreeSet::new();
    let mut subjects = Vec::new();
    let accounts = || ctx.snapshot.accounts.iter();
    for owned in [true, false] {
        for (id, account) in accounts() {
            for recorder in recorder::all(ctx, id) {
                if recorder.is_foreign(id) == owned || !seen.insert(recorder.arn.to_owned()) {
                    continue;
                }
                subjects.push(subject(ctx, id, account, &recorder));
            }
        }
    }
    subjects.extend(ctx.places().filter_map(|at| unlisted(ctx, &at)));
    subjects
}

/// What stands for the trails and stores of a region that could not be listed; nothing where the region is not in use.
fn unlisted(ctx: &Context<'_>, at: &Place<'_>) -> Option<Subject> {
    let usage = ctx.usage(at.account_id, at.region)?;
    let of_trails = recorder::trail_doubts(&at.account.global, at.region);
    // Stores that a region hides stand with that region, and with every other where nobody would look there.
    let quiet = |region: &str| {
        let usage = ctx.usage(at.account_id, region);
        usage.is_none_or(|usage| usage.in_use() == InUse::No)
    };
    let with_this = |reason: &Reason| {
        let of = reason.region.as_deref();
        of.is_none_or(|of| of == at.region || quiet(of))
    };
    let of_stores = recorder::store_doubts(&at.account.global);
    let mut hidden = of_trails.clone();
    hidden.extend(of_stores.into_iter().filter(with_this));
    if hidden.is_empty() || usage.in_use() == InUse::No {
        return None;
    }
    let flag = || Fact::Unread(hidden.clone());
    let facts = TrailFacts {
        label: format!("trails of {}", at.region),
        home_region: at.region.to_owned(),
        in_use: usage.fact(),
        takes_bedrock: flag(),
        healthy: flag(),
        logging: flag(),
        delivery_error: Fact::Unread(hidden.clone()),
        dead_types: Fact::Unread(hidden.clone()),
        takes_nothing: flag(),
        bucket: "*".to_owned(),
        // Stores have no bucket.
        bucket_grant: if of_trails.is_empty() {
            BucketGrant::default()
        } else {
            BucketGrant::unlisted(&of_trails)
        },
        ..TrailFacts::default()
    };
    let partition = at.partition();
    let arn = format!("arn:{partition}:cloudtrail:{}:{}:trail/*", at.region, at.account_id);
    Some(Subject::new(
        at.resource("trail", arn, facts.label.as_str()),
        None,
        &facts,
    ))
}

fn subject(ctx: &Context<'_>, id: &str, account: &Account, recorder: &Recorder<'_>) -> Subject {
    let (in_use, takes_bedrock) = reach(ctx, id, account, recorder);
    let (name, grant) = match recorder.origin {
        Kind::Trail(row) => {
            let name = row.s3_bucket_name.clone().unwrap_or_default();
            let grant = if recorder.is_foreign(id) {
                BucketGrant::foreign()
            } else {
                bucket::grant(account, &name, recorder.arn)
            };
            (name, grant)
        }
        Kind::Store(_) => (String::new(), BucketGrant::default()),
    };
    let facts = TrailFacts {
        label: recorder.label(),
        home_region: recorder.region.to_owned(),
        multi_region: recorder.multi_region,
        organization: recorder.organization,
        in_use,
        takes_bedrock,
        healthy: healthy(recorder),
        logging: recorder.logging.clone(),
        delivery_error: recorder.delivery_error.clone(),
        dead_types: recorder.selectors.clone().map(selector::dead_types),
        takes_nothing: match (&recorder.selectors, &recorder.logging) {
            (Fact::Known(selectors), _) if !(selectors.basic.is_empty() && selectors.advanced.is_empty()) => {
                Fact::Known(false)
            }
            (Fact::Unread(reasons), _) => Fact::Unread(reasons.clone()),
            // A store may be there for imported events alone, and then has none.
            (_, logging) if matches!(recorder.origin, Kind::Store(_)) => logging.clone(),
            _ => Fact::Known(true),
        },
        bucket: name,
        bucket_grant: grant,
    };
    let resource = Resource {
        kind: "trail".to_owned(),
        arn: recorder.arn.to_owned(),
        name: recorder.name.to_owned(),
        region: Some(recorder.region.to_owned()),
        account_id: id.to_owned(),
    };
    Subject::new(resource, None, &facts)
}

/// A store that was only ever made to import into has nothing to be stopped.
fn healthy(recorder: &Recorder<'_>) -> Fact<bool> {
    if let Kind::Store(row) = recorder.origin
        && matches!(row.status.as_deref(), Some("CREATED" | "STARTING_INGESTION"))
    {
        return Fact::Known(true);
    }
    let failed = match &recorder.delivery_error {
        Fact::Known(error) => Fact::Known(!error.is_empty()),
        Fact::Unread(reasons) => Fact::Unread(reasons.clone()),
    };
    match (recorder.logging.clone(), failed) {
        (Fact::Known(false), _) | (_, Fact::Known(true)) => Fact::Known(false),
        (Fact::Known(true), Fact::Known(false)) => Fact::Known(true),
        (Fact::Unread(reasons), _) | (_, Fact::Unread(reasons)) => Fact::Unread(reasons),
    }
}

/// Whether it reaches a region in use, and whether it would take Bedrock's events there.
fn reach(ctx: &Context<'_>, id: &str, account: &Account, recorder: &Recorder<'_>) -> (Fact<bool>, Fact<bool>) {
    let (mut used, mut takes) = (false, false);
    let mut doubts: Vec<Reason> = Vec::new();
    let mut takes_doubts: Vec<Reason> = Vec::new();
    // What records a whole organization is judged by the use that any of its accounts makes of Bedrock.
    let others = ctx.snapshot.accounts.iter().filter(|(other, row)| {
        recorder.organization && other.as_str() != id && recorder::same_organization(account, row)
    });
    let watched = std::iter::once((id, account)).chain(others.map(|(other, row)| (other.as_str(), row)));
    let places = watched.flat_map(|(id, row)| row.regions.keys().map(move |region| (id, row, region)));
    for (id, account, region) in places.filter(|(_, _, region)| recorder.covers(region)) {
        let in_use = ctx
            .usage(id, region)
            .map(super::super::usage::Usage::fact)
            .unwrap_or_default();
        if in_use == Fact::Known(false) {
            continue;
        }
        let origin = Origin {
            partition: partition(account),
            region,
            account: id,
        };
        let taken = recorder.selectors.clone().map(|selectors| {
            let needs = [&MODEL_INVOCATIONS, &AGENTS, &KNOWLEDGE_BASES]
                .into_iter()
                .chain(EXTENDED);
            needs
                .into_iter()
                .any(|need| selector::taken(selectors, need, origin).is_some())
        });
        doubts.extend(in_use.reasons().iter().cloned());
        used |= in_use == Fact::Known(true);
        match (in_use, taken) {
            (_, Fact::Known(false)) => {}
            (Fact::Known(_), Fact::Known(true)) => takes = true,
            (in_use, taken) => {
                takes_doubts.extend(in_use.reasons().iter().cloned());
                takes_doubts.extend(taken.reasons().iter().cloned());
            }
        }
    }
    (Fact::fault(used, doubts), Fact::fault(takes, takes_doubts))
}
