//! Amazon Resource Names, split at their five fixed colons and otherwise left alone.
//!
//! The resource part keeps every further colon and slash, because services disagree on what those mean.
//! Format: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html>.

use std::fmt;

/// The six parts of an ARN, borrowed from the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Arn<'a> {
    /// `aws`, `aws-us-gov`, `aws-cn` …
    pub partition: &'a str,
    /// The service namespace, for example `bedrock`.
    pub service: &'a str,
    /// The region, empty for global services.
    pub region: &'a str,
    /// The twelve-digit account id, empty for resources that AWS owns.
    pub account: &'a str,
    /// All that follows the fifth colon.
    pub resource: &'a str,
}

impl<'a> Arn<'a> {
    /// Splits `text`, or answers `None` where it does not have the form of an ARN.
    pub fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.splitn(6, ':');
        if parts.next()? != "arn" {
            return None;
        }
        let (partition, service, region, account, resource) = (
            parts.next()?,
            parts.next()?,
            parts.next()?,
            parts.next()?,
            parts.next()?,
        );
        if partition.is_empty() || service.is_empty() || resource.is_empty() {
            return None;
        }
        Some(Self {
            partition,
            service,
            region,
            account,
            resource,
        })
    }

    /// The part of the resource before its first `/` or `:`, for example `foundation-model`.
    pub fn resource_type(&self) -> &'a str {
        self.resource.split(['/', ':']).next().unwrap_or("")
    }

    /// What follows the resource type, for example the model id; empty where there is no type.
    pub fn resource_id(&self) -> &'a str {
        self.resource.split_once(['/', ':']).map_or("", |(_, id)| id)
    }

    /// The text after the last `/`: the name of a role, user or policy without its path.
    pub fn name(&self) -> &'a str {
        self.resource.rsplit('/').next().unwrap_or("")
    }
}

impl fmt::Display for Arn<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            partition,
            service,
            region,
            account,
            resource,
        } = self;
        write!(f, "arn:{partition}:{service}:{region}:{account}:{resource}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_colons_of_the_resource() {
        let text = "arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-v2:1";
        let arn = Arn::parse(text).unwrap();
        assert_eq!(arn.account, "");
        assert_eq!(arn.resource_type(), "foundation-model");
        assert_eq!(arn.resource_id(), "anthropic.claude-v2:1");
        assert_eq!(arn.to_string(), text);
    }

    #[test]
    fn refuses_what_is_not_an_arn() {
        for text in [
            "",
            "*",
            "anthropic.claude-v2",
            "arn:aws:s3",
            "arn:aws:iam::1:",
            "urn:a:b:c:d:e",
        ] {
            assert_eq!(Arn::parse(text), None, "{text}");
        }
    }
}
