//! Which regions inference may reach: those the user approved, else the geographies of the regions in use.
//!
//! A geography is the part of a region's name before its first hyphen, so that `us` does not take in `us-gov-west-1`:
//! its partition differs, and so does its first region's account.

use crate::facts::context::Context;
use crate::facts::scp::used_regions;
use crate::iam::pattern::Pattern;
use crate::model::arn::Arn;
use std::collections::BTreeSet;

/// What a profile with a model ARN without region may reach.
pub const ANYWHERE: &str = "anywhere";

/// The approved regions of one account.
#[derive(Debug, Clone, Default)]
pub struct Approved {
    /// As they are told to people.
    pub told: Vec<String>,
    patterns: Vec<Pattern>,
    geographies: BTreeSet<String>,
    /// Whether the user named them.
    pub given: bool,
}

impl Approved {
    /// The approved regions of an account.
    pub fn of(ctx: &Context<'_>, account: &str) -> Self {
        match ctx.params.strings("aws-genai-10", "approved_regions") {
            Some(list) => Self {
                patterns: list.iter().map(|text| Pattern::glob(text)).collect(),
                told: list,
                given: true,
                ..Self::default()
            },
            None => {
                let regions = used_regions(ctx, |id| id == account);
                let geographies: BTreeSet<String> = regions.iter().map(|region| geography(region)).collect();
                Self {
                    told: geographies.iter().map(|name| format!("{name}-*")).collect(),
                    geographies,
                    ..Self::default()
                }
            }
        }
    }

    /// Whether anything can be judged.
    pub fn is_empty(&self) -> bool {
        !self.given && self.geographies.is_empty()
    }

    /// Whether a destination is approved.
    pub fn takes_in(&self, region: &str) -> bool {
        if self.given {
            return self.patterns.iter().any(|pattern| pattern.matches(region));
        }
        self.geographies.contains(&geography(region))
    }

    /// The destinations that are not.
    pub fn outside(&self, destinations: &BTreeSet<String>) -> Vec<String> {
        destinations.iter().filter(|region| !self.takes_in(region)).cloned().collect()
    }
}

/// `us-gov-west-1` is no part of `us`: AWS keeps it apart, and so must whoever approves regions.
fn geography(region: &str) -> String {
    if region.starts_with("us-gov-") {
        return "us-gov".to_owned();
    }
    region.split('-').next().unwrap_or(region).to_owned()
}

/// Where models of a profile run, by their ARNs; a model without region runs anywhere.
pub fn destinations(models: &[String]) -> BTreeSet<String> {
    let regions = models.iter().filter_map(|arn| Arn::parse(arn)).map(|arn| arn.region);
    regions
        .map(|region| if region.is_empty() { ANYWHERE } else { region }.to_owned())
        .collect()
}
