//! Whether Bedrock is used in a region, and what says so.
//!
//! A sign that was seen settles it, whatever else is hidden. Without one, a sign that could not be looked for leaves
//! the question open, and only a complete look without a sign says that the region is not in use.

use super::context::Place;
use super::fact::{self, Fact, Reason};
use crate::model::dataset::Dataset;
use crate::model::report::InUse;

/// The use of one region.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Usage {
    /// Signs of use, for people.
    pub signs: Vec<String>,
    /// Why a sign may have been missed.
    pub doubts: Vec<Reason>,
}

impl Usage {
    /// Looks for every sign.
    pub fn of(at: &Place<'_>) -> Self {
        let mut usage = Self::default();
        if at.account.named_regions.contains(at.region) {
            usage.signs.push("the region was named for this run".to_owned());
        }
        let facts = at.facts;
        usage.look(&facts.guardrails, "guardrail", "guardrails", |_| true);
        usage.look(&facts.agents, "agent", "agents", |_| true);
        usage.look(&facts.knowledge_bases, "knowledge base", "knowledge bases", |_| true);
        usage.look(&facts.flows, "flow", "flows", |_| true);
        usage.look(&facts.prompts, "prompt", "prompts", |_| true);
        usage.look(
            &facts.invocation_logging,
            "logging configuration",
            "logging configurations",
            |_| true,
        );
        usage.look(
            &facts.inference_profiles,
            "application inference profile",
            "application inference profiles",
            |profile| profile.type_ == "APPLICATION",
        );
        usage.look(
            &facts.provisioned_models,
            "provisioned throughput",
            "provisioned throughputs",
            |_| true,
        );
        usage.look(&facts.custom_models, "custom model", "custom models", |_| true);
        usage.look(&facts.imported_models, "imported model", "imported models", |_| true);
        usage.look(
            &facts.custom_model_deployments,
            "model deployment",
            "model deployments",
            |_| true,
        );
        usage.look(
            &facts.vpc_endpoints,
            "Bedrock VPC endpoint",
            "Bedrock VPC endpoints",
            |_| true,
        );
        usage.look(
            &facts.bedrock_metrics,
            "metric in AWS/Bedrock",
            "metrics in AWS/Bedrock",
            |_| true,
        );
        usage.doubts.sort();
        usage.doubts.dedup();
        usage
    }

    fn look<T>(&mut self, dataset: &Dataset<T>, one: &str, many: &str, counts: impl Fn(&T) -> bool) {
        let seen = dataset.items.iter().filter(|row| counts(row)).count();
        match seen {
            0 => self.doubts.extend(fact::doubts(dataset, many)),
            1 => self.signs.push(format!("1 {one}")),
            n => self.signs.push(format!("{n} {many}")),
        }
    }

    /// Whether a sign was seen.
    pub fn signs_seen(&self) -> bool {
        !self.signs.is_empty()
    }

    /// The answer in one word.
    pub fn in_use(&self) -> InUse {
        match (self.signs.is_empty(), self.doubts.is_empty()) {
            (false, _) => InUse::Yes,
            (true, true) => InUse::No,
            (true, false) => InUse::Undecided,
        }
    }

    /// The answer as a fact.
    pub fn fact(&self) -> Fact<bool> {
        Fact::fault(self.signs_seen(), self.doubts.clone())
    }

    /// The signs, or what could not be looked for.
    pub fn because(&self) -> Vec<String> {
        if self.signs_seen() {
            self.signs.clone()
        } else {
            self.doubts.iter().map(|doubt| doubt.text.clone()).collect()
        }
    }
}
