//! Rows: one struct for each kind of thing that AWS answers, with AWS's member names.
//!
//! Rows hold what was answered and no opinion. Enumerations stay text, because AWS adds values often and a snapshot
//! must survive that. Deeply nested answers are flattened where only one member of the nest matters.

pub mod bedrock;
pub mod bedrock_agent;
pub mod cloudtrail;
pub mod ec2;
pub mod iam;
pub mod observability;
pub mod organizations;
pub mod s3;

/// The ARN of a guardrail version as findings and policies write it: bare for the DRAFT, else `ARN:VERSION`.
pub fn versioned_arn(arn: &str, version: &str) -> String {
    if version.is_empty() || version == "DRAFT" {
        arn.to_owned()
    } else {
        format!("{arn}:{version}")
    }
}
