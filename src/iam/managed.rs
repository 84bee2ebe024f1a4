//! AWS-managed policies that grant model invocation, as dated data.
//!
//! A hint for wording and for remediation only: what a policy grants is always judged by the text that the account
//! returned, since AWS changes these policies in place.

use crate::model::arn::Arn;
use serde::Deserialize;
use std::sync::LazyLock;

/// One AWS-managed policy.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Managed {
    /// Its name.
    pub name: String,
    /// What it granted at the data's date.
    pub grants: String,
    /// On what.
    pub scope: String,
}

#[derive(Debug, Default, Deserialize)]
struct Raw {
    date: String,
    policies: Vec<Managed>,
}

static DATA: LazyLock<Raw> =
    LazyLock::new(|| serde_json::from_str(include_str!("data/managed.json")).unwrap_or_default());

/// When the table was made.
pub fn date() -> &'static str {
    &DATA.date
}

/// The entry for a policy's ARN, where it is an AWS-managed one that grants invocation.
pub fn find(arn: &str) -> Option<&'static Managed> {
    let arn = Arn::parse(arn)?;
    if arn.service != "iam" || arn.account != "aws" {
        return None;
    }
    DATA.policies.iter().find(|policy| policy.name == arn.name())
}

/// Is this an AWS-managed policy at all?
pub fn is_aws_managed(arn: &str) -> bool {
    Arn::parse(arn).is_some_and(|arn| arn.service == "iam" && arn.account == "aws")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_by_arn_only() {
        assert_eq!(DATA.policies.len(), 26);
        assert!(date().starts_with("20"));
        assert!(find("arn:aws:iam::aws:policy/AmazonBedrockFullAccess").is_some());
        assert!(find("arn:aws:iam::aws:policy/service-role/AWSElasticBeanstalkWebTier").is_some());
        assert!(find("arn:aws:iam::111122223333:policy/AmazonBedrockFullAccess").is_none());
        assert!(!is_aws_managed("arn:aws:iam::111122223333:policy/x"));
    }
}
