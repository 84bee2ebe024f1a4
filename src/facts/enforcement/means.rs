//! The guardrails that Bedrock applies by itself: by configuration of the account, or by a BEDROCK_POLICY.
//!
//! Both are collected for each region of an account, with what each leaves out and what could not be read.

use super::bedrock_policy::{self, Entry};
use crate::facts::fact::{Reason, doubts};
use crate::facts::org::BEDROCK_POLICY;
use crate::model::aws::versioned_arn;
use crate::model::snapshot::Account;

/// One guardrail that is enforced in one region.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Enforced {
    /// Where.
    pub region: String,
    /// `account configuration`, or the place in the BEDROCK_POLICY.
    pub by: String,
    /// The guardrail's ARN with its version.
    pub arn: String,
    /// Whether the text callers leave outside input tags escapes it.
    pub honours_tags: bool,
    /// Parts of a call that only callers' marks bring under it.
    pub selective: Vec<String>,
    /// Models it is limited to; empty for all.
    pub limited_to: Vec<String>,
    /// Models it leaves out.
    pub excluded: Vec<String>,
}

impl Enforced {
    /// Whether it holds for every model.
    pub fn takes_every_model(&self) -> bool {
        self.limited_to.is_empty() && self.excluded.is_empty()
    }

    /// What it leaves out, in words.
    pub fn gaps(&self) -> Vec<String> {
        let mut gaps = Vec::new();
        if !self.limited_to.is_empty() {
            gaps.push(format!("it holds only for {}", self.limited_to.join(", ")));
        }
        if !self.excluded.is_empty() {
            gaps.push(format!("it leaves out {}", self.excluded.join(", ")));
        }
        if self.honours_tags {
            gaps.push("it honours input tags, so that callers choose what it sees".to_owned());
        }
        for part in &self.selective {
            gaps.push(format!("of {part} it sees only what callers mark"));
        }
        gaps
    }
}

/// What is enforced in an account.
#[derive(Debug, Clone, Default)]
pub struct Means {
    /// Every enforced guardrail.
    pub enforced: Vec<Enforced>,
    /// Why there may be more in any region.
    pub account_doubts: Vec<Reason>,
}

impl Means {
    /// Reads an account.
    pub fn of(account_id: &str, account: &Account) -> Self {
        let mut means = Self::default();
        for (region, facts) in &account.regions {
            for row in &facts.enforced_guardrails.items {
                let every = |models: &[String]| models.iter().any(|model| model.eq_ignore_ascii_case("ALL"));
                let selective = |mode: &Option<String>| mode.as_deref() == Some("SELECTIVE");
                let mut parts = Vec::new();
                if selective(&row.selective_system) {
                    parts.push("system prompts".to_owned());
                }
                if selective(&row.selective_messages) {
                    parts.push("messages".to_owned());
                }
                means.enforced.push(Enforced {
                    region: region.clone(),
                    by: "account configuration".to_owned(),
                    arn: versioned_arn(&row.guardrail_arn, &row.guardrail_version),
                    honours_tags: row.input_tags.as_deref() == Some("HONOR"),
                    selective: parts,
                    limited_to: if every(&row.included_models) {
                        Vec::new()
                    } else {
                        row.included_models.clone()
                    },
                    excluded: row.excluded_models.clone(),
                });
            }
        }
        let policies = &account.global.effective_policies;
        let own = policies.items.iter().filter(|row| {
            row.policy_type == BEDROCK_POLICY && (row.target_id.is_empty() || row.target_id == account_id)
        });
        for row in own {
            match bedrock_policy::parse(row.policy_content.as_str()) {
                Ok(entries) => means.enforced.extend(entries.into_iter().map(of_entry)),
                Err(error) => means.account_doubts.push(Reason::text(format!(
                    "the effective BEDROCK_POLICY cannot be understood: {error}"
                ))),
            }
        }
        means.account_doubts.extend(doubts(policies, "effective policies"));
        means
    }

    /// What covers a region for every model.
    pub fn covering(&self, region: &str) -> Option<&Enforced> {
        self.enforced
            .iter()
            .find(|one| one.region == region && one.takes_every_model())
    }

    /// Why more may be enforced in a region than was seen.
    pub fn doubts(&self, account: &Account, region: &str) -> Vec<Reason> {
        let mut all = self.account_doubts.clone();
        if let Some(facts) = account.regions.get(region) {
            all.extend(doubts(&facts.enforced_guardrails, "enforced guardrails"));
        }
        all
    }
}

/// A configuration of a policy.
pub fn of_entry(entry: Entry) -> Enforced {
    let every = entry.included.iter().any(|model| model.eq_ignore_ascii_case("ALL"));
    Enforced {
        by: format!("BEDROCK_POLICY {}/{}", entry.region, entry.name),
        region: entry.region,
        arn: entry.identifier,
        honours_tags: entry.input_tags.as_deref() == Some("HONOR"),
        selective: entry.selective,
        limited_to: if every { Vec::new() } else { entry.included },
        excluded: entry.excluded,
    }
}
