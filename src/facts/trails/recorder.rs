//! A recorder: a trail or an event data store, seen the same way.
//!
//! It takes events of some regions, while it is switched on, through selectors that may be hidden: a member account
//! sees that a trail of its organization exists, but not always what it takes.

use super::selector::Selectors;
use crate::facts::context::Context;
use crate::facts::fact::{self, Fact, Reason};
use crate::model::arn::Arn;
use crate::model::aws::cloudtrail::{EventDataStore, Trail};
use crate::model::dataset::{Dataset, Lookup, Row};
use crate::model::snapshot::{Account, Global};
use std::collections::BTreeMap;

/// What a recorder is.
#[derive(Debug, Clone, Copy)]
pub(super) enum Origin<'a> {
    /// A trail.
    Trail(&'a Trail),
    /// An event data store of CloudTrail Lake.
    Store(&'a EventDataStore),
}

/// A trail or store as one account sees it.
#[derive(Debug, Clone)]
pub(super) struct Recorder<'a> {
    pub origin: Origin<'a>,
    pub arn: &'a str,
    pub name: &'a str,
    /// The region it belongs to.
    pub region: &'a str,
    pub multi_region: bool,
    pub organization: bool,
    /// Whether it records at all.
    pub logging: Fact<bool>,
    /// The error of its last delivery; empty where there was none.
    pub delivery_error: Fact<String>,
    pub selectors: Fact<Selectors<'a>>,
}

impl Recorder<'_> {
    /// Whether events of a region reach it.
    pub(super) fn covers(&self, region: &str) -> bool {
        self.multi_region || self.region == region
    }

    /// Whether another account owns it.
    pub(super) fn is_foreign(&self, account: &str) -> bool {
        Arn::parse(self.arn).is_some_and(|arn| arn.account != account)
    }

    /// How findings call it.
    pub(super) fn label(&self) -> String {
        let kind = match self.origin {
            Origin::Trail(_) if self.organization => "organization trail",
            Origin::Trail(_) => "trail",
            Origin::Store(_) => "event data store",
        };
        format!("{kind} {}", self.name)
    }
}

/// Every recorder that an account shows, each once.
pub(super) fn all<'a>(ctx: &Context<'a>, account_id: &str) -> Vec<Recorder<'a>> {
    let Some(account) = ctx.snapshot.accounts.get(account_id) else {
        return Vec::new();
    };
    let mut found: BTreeMap<&str, Recorder<'a>> = BTreeMap::new();
    for row in &account.global.trails.items {
        found
            .entry(&row.trail_arn)
            .or_insert_with(|| trail(ctx, account_id, &account.global, row));
    }
    for row in &account.global.event_data_stores.items {
        found
            .entry(&row.event_data_store_arn)
            .or_insert_with(|| store(&account.global, row));
    }
    for (id, other) in &ctx.snapshot.accounts {
        if id == account_id || !same_organization(account, other) {
            continue;
        }
        // A trail of the whole organization stands in the lists of all its accounts, which not all may be able to read.
        for row in other.global.trails.items.iter().filter(|row| row.is_organization_trail) {
            found
                .entry(&row.trail_arn)
                .or_insert_with(|| trail(ctx, account_id, &account.global, row));
        }
        // A store of the whole organization shows only in the account that owns it.
        let shared = other.global.event_data_stores.items.iter();
        for row in shared.filter(|row| row.organization_enabled == Some(true)) {
            found
                .entry(&row.event_data_store_arn)
                .or_insert_with(|| store(&other.global, row));
        }
    }
    found.into_values().collect()
}

/// Whether two accounts are known to belong to one organization.
pub(super) fn same_organization(one: &Account, other: &Account) -> bool {
    let id = |account: &Account| account.global.organization.items.first().map(|row| row.id.clone());
    id(one).is_some() && id(one) == id(other)
}

/// Why trails that take events of this region may have been missed: each region shows every trail that takes its events.
pub(super) fn trail_doubts(global: &Global, region: &str) -> Vec<Reason> {
    let trails = fact::doubts(&global.trails, "trails");
    let here = |reason: &Reason| reason.region.as_deref().is_none_or(|of| of == region);
    trails.into_iter().filter(here).collect()
}

/// Why event data stores may have been missed, wherever those live: one of several regions shows in one only.
pub(super) fn store_doubts(global: &Global) -> Vec<Reason> {
    fact::doubts(&global.event_data_stores, "event data stores")
}

/// Why recorders that take events of this region may have been missed.
pub(super) fn doubts(global: &Global, region: &str) -> Vec<Reason> {
    let mut doubts = trail_doubts(global, region);
    doubts.extend(store_doubts(global));
    doubts
}

fn trail<'a>(ctx: &Context<'a>, account_id: &str, global: &'a Global, row: &'a Trail) -> Recorder<'a> {
    let status = match elsewhere(ctx, global, |global| &global.trail_statuses, &row.trail_arn) {
        Some(found) => Fact::Known(Some(found)),
        None => fact::looked_up(global.trail_statuses.find(&row.trail_arn), "trail statuses"),
    };
    let unknown = || Fact::unread(Reason::text(format!("whether {} logs was not collected", row.name)));
    let logging = status
        .clone()
        .and_then(|status| match status.and_then(|row| row.is_logging) {
            Some(on) => Fact::Known(on),
            None => unknown(),
        });
    let delivery_error = status.map(|status| {
        status
            .and_then(|row| row.latest_delivery_error.clone())
            .unwrap_or_default()
    });
    Recorder {
        origin: Origin::Trail(row),
        arn: &row.trail_arn,
        name: &row.name,
        region: &row.home_region,
        multi_region: row.is_multi_region_trail,
        organization: row.is_organization_trail,
        logging,
        delivery_error,
        selectors: trail_selectors(ctx, account_id, global, row),
    }
}

/// What any account of the snapshot could read of a trail, the one that shows it first.
fn elsewhere<'a, T: Row>(
    ctx: &Context<'a>,
    own: &'a Global,
    list: impl Fn(&'a Global) -> &'a Dataset<T>,
    arn: &str,
) -> Option<&'a T> {
    let others = ctx.snapshot.accounts.values().map(|account| &account.global);
    std::iter::once(own)
        .chain(others)
        .find_map(|global| match list(global).find(arn) {
            Lookup::Found(found) => Some(found),
            _ => None,
        })
}

fn trail_selectors<'a>(ctx: &Context<'a>, account_id: &str, global: &'a Global, row: &'a Trail) -> Fact<Selectors<'a>> {
    if let Some(found) = elsewhere(ctx, global, |global| &global.trail_selectors, &row.trail_arn) {
        return Fact::Known(Selectors {
            basic: &found.event_selectors,
            advanced: &found.advanced_event_selectors,
        });
    }
    let mut reasons = match global.trail_selectors.find(&row.trail_arn) {
        Lookup::Unread(gaps) if !gaps.is_empty() => gaps.into_iter().map(Reason::gap).collect(),
        _ => vec![Reason::text(format!(
            "the event selectors of {} were not collected",
            row.name
        ))],
    };
    let owner = Arn::parse(&row.trail_arn).map_or("", |arn| arn.account);
    if row.is_organization_trail && owner != account_id {
        reasons.push(Reason::text(format!(
            "the organization trail {} may take these events; the management account {owner} can tell",
            row.name
        )));
    }
    Fact::Unread(reasons)
}

fn store<'a>(global: &'a Global, row: &'a EventDataStore) -> Recorder<'a> {
    let hidden = || {
        let gaps: Vec<_> = global.event_data_stores.gaps_of(&row.event_data_store_arn).collect();
        let mut reasons: Vec<Reason> = gaps.into_iter().map(Reason::gap).collect();
        if reasons.is_empty() {
            reasons.push(Reason::text(format!(
                "the event data store {} was not collected in full",
                row.name
            )));
        }
        reasons
    };
    let (logging, selectors) = match row.status.as_deref() {
        None => (Fact::Unread(hidden()), Fact::Unread(hidden())),
        Some(status) => (
            Fact::Known(status == "ENABLED"),
            Fact::Known(Selectors {
                basic: &[],
                advanced: &row.advanced_event_selectors,
            }),
        ),
    };
    Recorder {
        origin: Origin::Store(row),
        arn: &row.event_data_store_arn,
        name: &row.name,
        region: &row.region,
        // One that could not be read may take events of every region.
        multi_region: row.multi_region_enabled.unwrap_or(row.status.is_none()),
        organization: row.organization_enabled.unwrap_or(false),
        logging,
        delivery_error: Fact::Known(String::new()),
        selectors,
    }
}
