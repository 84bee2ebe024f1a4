//! Which guardrail version is meant: account, region, id and version, from all the forms in which AWS writes it.
//!
//! The account and region are part of the key, so that two guardrails of the same name or id in two regions never mix.

use crate::facts::context::Place;
use crate::model::arn::Arn;
use crate::model::aws::versioned_arn;

/// The version that stands for the working draft.
pub const DRAFT: &str = "DRAFT";
/// In a key: every numbered version.
pub const EVERY: &str = "*";

/// One version of one guardrail.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct GuardrailKey {
    /// The partition of its ARN.
    pub partition: String,
    /// Its account.
    pub account: String,
    /// Its region.
    pub region: String,
    /// Its id.
    pub id: String,
    /// `DRAFT`, a number, or `*` for every number.
    pub version: String,
}

impl GuardrailKey {
    /// A guardrail of this place.
    pub fn here(at: &Place<'_>, id: &str, version: &str) -> Self {
        Self {
            partition: at.partition().to_owned(),
            account: at.account_id.to_owned(),
            region: at.region.to_owned(),
            id: id.to_owned(),
            version: plain_version(version),
        }
    }

    /// What an agent, a flow or a configuration of this place names: an id, an ARN, or an ARN with its version.
    pub fn named(at: &Place<'_>, identifier: &str, version: &str) -> Self {
        match Self::parse(identifier) {
            Some(key) if version.is_empty() => key,
            Some(key) => Self {
                version: plain_version(version),
                ..key
            },
            None => Self::here(at, identifier, version),
        }
    }

    /// `ARN` (the DRAFT) or `ARN:VERSION`, as the condition key `bedrock:GuardrailIdentifier` carries it.
    /// <https://docs.aws.amazon.com/bedrock/latest/userguide/guardrails-permissions-id.html>
    pub fn parse(text: &str) -> Option<Self> {
        let arn = Arn::parse(text)?;
        let rest = arn.resource.strip_prefix("guardrail/")?;
        let (id, version) = rest.split_once(':').unwrap_or((rest, DRAFT));
        if arn.service != "bedrock" || id.is_empty() {
            return None;
        }
        Some(Self {
            partition: arn.partition.to_owned(),
            account: arn.account.to_owned(),
            region: arn.region.to_owned(),
            id: id.to_owned(),
            version: plain_version(version),
        })
    }

    /// Whether it is the working draft.
    pub fn is_draft(&self) -> bool {
        self.version == DRAFT
    }

    /// The guardrail's ARN, without version.
    pub fn bare_arn(&self) -> String {
        let Self {
            partition,
            account,
            region,
            id,
            ..
        } = self;
        format!("arn:{partition}:bedrock:{region}:{account}:guardrail/{id}")
    }

    /// The ARN with its version, bare for the DRAFT.
    pub fn arn(&self) -> String {
        versioned_arn(&self.bare_arn(), &self.version)
    }

    /// The same guardrail in another version.
    #[must_use]
    pub fn with_version(&self, version: &str) -> Self {
        Self {
            version: version.to_owned(),
            ..self.clone()
        }
    }
}

fn plain_version(version: &str) -> String {
    if version.is_empty() {
        DRAFT.to_owned()
    } else if version.contains(['*', '?']) {
        EVERY.to_owned()
    } else {
        version.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_arn_is_the_draft_and_a_star_every_number() {
        let arn = "arn:aws:bedrock:us-east-1:111122223333:guardrail/abc";
        let version = |text: &str| GuardrailKey::parse(text).map(|key| key.version);
        assert_eq!(version(arn).as_deref(), Some(DRAFT));
        assert_eq!(version(&format!("{arn}:7")).as_deref(), Some("7"));
        assert_eq!(version(&format!("{arn}:*")).as_deref(), Some(EVERY));
        assert_eq!(version("arn:aws:bedrock:us-east-1:111122223333:agent/abc"), None);
        assert_eq!(version("arn:aws:bedrock:us-east-1:111122223333:guardrail/"), None);
        assert_eq!(version("abc"), None);
    }

    #[test]
    fn an_arn_is_written_back_as_it_was_read() {
        for text in [
            "arn:aws:bedrock:us-east-1:111122223333:guardrail/abc",
            "arn:aws-us-gov:bedrock:us-gov-west-1:111122223333:guardrail/abc:12",
        ] {
            assert_eq!(GuardrailKey::parse(text).map(|key| key.arn()).as_deref(), Some(text));
        }
    }
}
