//! Which regions inference may reach: those the user approved, else the geographies of the regions in use.
//!
//! A geography is the part of a region's name before its first hyphen. What the user writes is a glob on the whole
//! name, so that `us-*` takes in `us-gov-west-1` as well. Where it is undecided whether a region is in use, it is
//! undecided too whether its geography is approved.

use crate::facts::context::Context;
use crate::facts::fact::{Fact, Reason};
use crate::iam::pattern::Pattern;
use crate::model::arn::Arn;
use crate::model::report::InUse;
use std::collections::{BTreeMap, BTreeSet};

/// What a model ARN without region stands for: a profile that routes to any commercial region.
/// <https://docs.aws.amazon.com/bedrock/latest/userguide/global-cross-region-inference.html>
pub const ANYWHERE: &str = "anywhere";

/// The approved regions of one account.
#[derive(Debug, Clone, Default)]
pub struct Approved {
    /// As they are told to people.
    pub told: Vec<String>,
    /// Whether the user named them.
    pub given: bool,
    patterns: Vec<Pattern>,
    geographies: BTreeSet<String>,
    undecided: BTreeMap<String, Vec<Reason>>,
}

impl Approved {
    /// The approved regions of an account.
    pub fn of(ctx: &Context<'_>, account: &str) -> Self {
        if let Some(list) = ctx.params.strings("aws-genai-10", "approved_regions") {
            return Self {
                patterns: list.iter().map(|text| Pattern::glob(text)).collect(),
                told: list,
                given: true,
                ..Self::default()
            };
        }
        let mut approved = Self::default();
        for ((_, region), usage) in ctx.usages().iter().filter(|((id, _), _)| *id == account) {
            match usage.in_use() {
                InUse::Yes => drop(approved.geographies.insert(geography(region))),
                InUse::Undecided => {
                    let reasons = approved.undecided.entry(geography(region)).or_default();
                    reasons.extend(usage.doubts.iter().cloned());
                }
                InUse::No => {}
            }
        }
        approved.told = approved.geographies.iter().map(|name| format!("{name}-*")).collect();
        approved
    }

    /// Whether there is nothing to judge by: no region was approved, and none is in use.
    pub fn is_empty(&self) -> bool {
        !self.given && self.geographies.is_empty() && self.undecided.is_empty()
    }

    /// Whether a destination is approved.
    pub fn takes_in(&self, region: &str) -> Fact<bool> {
        if self.given {
            return Fact::Known(self.patterns.iter().any(|pattern| pattern.matches(region)));
        }
        let geography = geography(region);
        match self.undecided.get(&geography) {
            Some(reasons) if !self.geographies.contains(&geography) => Fact::Unread(reasons.clone()),
            _ => Fact::Known(self.geographies.contains(&geography)),
        }
    }

    /// Whether every region that a pattern like `eu-*` may stand for is approved.
    pub fn takes_in_all(&self, within: &str) -> bool {
        let wanted = Pattern::glob(within);
        if self.given {
            return self.patterns.iter().any(|pattern| pattern.covers(&wanted));
        }
        self.geographies.contains(&geography(within))
    }

    /// The destinations that are not approved.
    pub fn outside(&self, destinations: &BTreeSet<String>) -> Fact<Vec<String>> {
        let (mut seen, mut undecided) = (Vec::new(), Vec::new());
        for region in destinations {
            match self.takes_in(region) {
                Fact::Known(true) => {}
                Fact::Known(false) => seen.push(region.clone()),
                Fact::Unread(reasons) => undecided.extend(reasons),
            }
        }
        Fact::faults(seen, undecided)
    }
}

fn geography(region: &str) -> String {
    region.split('-').next().unwrap_or(region).to_owned()
}

/// Where models of a profile run, by their ARNs; a model without region runs anywhere.
pub fn destinations(models: &[String]) -> BTreeSet<String> {
    let regions = models.iter().filter_map(|arn| Arn::parse(arn)).map(|arn| arn.region);
    regions
        .map(|region| if region.is_empty() { ANYWHERE } else { region }.to_owned())
        .collect()
}
