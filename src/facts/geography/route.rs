//! What a configured name of a model means: the regions to which a profile or router of that name may carry calls.
//!
//! A bare model, whatever serves it, runs in the region of whoever names it and leads nowhere else. A name is looked
//! up, never read: only where the lists hold nothing of that name does its look decide whether something is missing.

use super::approved::{ANYWHERE, destinations};
use crate::facts::context::Place;
use crate::facts::fact::{Fact, Reason, doubts};
use crate::model::arn::Arn;
use crate::model::dataset::Dataset;
use crate::model::snapshot::Regional;
use std::collections::BTreeSet;

/// Prefixes of system profiles that are known to exist; an id that begins so names no model.
const PREFIXES: [&str; 9] = ["us", "us-gov", "eu", "uk", "apac", "jp", "au", "ca", "global"];

/// Where calls by this name may run; empty where no profile is behind it.
pub(super) fn of(at: &Place<'_>, name: &str) -> Fact<BTreeSet<String>> {
    let Some(arn) = Arn::parse(name) else {
        return bare(at, name);
    };
    let home = at.account.regions.get(arn.region).unwrap_or(at.facts);
    match arn.resource_type() {
        kind @ ("inference-profile" | "application-inference-profile") => {
            let system = kind == "inference-profile";
            let found = home.inference_profiles.items.iter().find(|row| {
                row.inference_profile_arn == name || (system && row.inference_profile_id == arn.resource_id())
            });
            match found {
                Some(row) => known(destinations(&row.model_arns), name),
                None => missing(&home.inference_profiles, "inference profiles", name),
            }
        }
        "prompt-router" | "default-prompt-router" => {
            let rows = &home.prompt_routers;
            match rows.items.iter().find(|row| row.prompt_router_arn == name) {
                Some(row) => all(at, row.model_arns.iter().chain(&row.fallback_model_arn)),
                None => missing(rows, "prompt routers", name),
            }
        }
        _ if arn.region == at.region => Fact::Known(BTreeSet::new()),
        _ if arn.region.is_empty() => Fact::Known([ANYWHERE.to_owned()].into()),
        _ => Fact::Known([arn.region.to_owned()].into()),
    }
}

/// Where calls by any of these names may run.
pub(super) fn all<'m>(at: &Place<'_>, names: impl Iterator<Item = &'m String>) -> Fact<BTreeSet<String>> {
    let (mut to, mut open) = (BTreeSet::new(), Vec::new());
    for name in names {
        let router = Arn::parse(name).is_some_and(|arn| arn.resource_type().ends_with("prompt-router"));
        // A router chooses among models and profiles; one that named another might never end.
        let found = if router {
            Fact::unread(Reason::text(format!("{name} is a router behind a router")))
        } else {
            of(at, name)
        };
        match found {
            Fact::Known(found) => to.extend(found),
            Fact::Unread(why) => open.extend(why),
        }
    }
    if open.is_empty() {
        Fact::Known(to)
    } else {
        Fact::Unread(open)
    }
}

fn bare(at: &Place<'_>, name: &str) -> Fact<BTreeSet<String>> {
    let Regional {
        inference_profiles: profiles,
        foundation_models: models,
        ..
    } = at.facts;
    if let Some(row) = profiles.items.iter().find(|row| row.inference_profile_id == name) {
        return known(destinations(&row.model_arns), name);
    }
    if models.items.iter().any(|row| row.model_id == name) {
        return Fact::Known(BTreeSet::new());
    }
    let looks_like_one = name
        .split_once('.')
        .is_some_and(|(prefix, rest)| PREFIXES.contains(&prefix) && rest.contains('.'));
    // Models have a provider before the first full stop; profiles of the account have ids without any.
    let may_be_own = !name.contains('.') && !doubts(profiles, "inference profiles").is_empty();
    if looks_like_one || may_be_own {
        return missing(profiles, "inference profiles", name);
    }
    Fact::Known(BTreeSet::new())
}

fn known(to: BTreeSet<String>, name: &str) -> Fact<BTreeSet<String>> {
    if to.is_empty() {
        return Fact::unread(Reason::text(format!("the models of {name} were not read")));
    }
    Fact::Known(to)
}

fn missing<T>(rows: &Dataset<T>, what: &str, name: &str) -> Fact<BTreeSet<String>> {
    let mut why = doubts(rows, what);
    if why.is_empty() {
        why.push(Reason::text(format!("{name} stands nowhere among the {what}")));
    }
    Fact::Unread(why)
}
