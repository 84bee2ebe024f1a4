//! What to collect and how hard to try, and the reasons for which a collection cannot even start.
//!
//! Everything that goes wrong later is a gap in the snapshot and no error.

use crate::model::calls::Call;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;
use thiserror::Error;

/// The order for one collection.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Profile of the AWS configuration files; otherwise the standard chain decides.
    pub profile: Option<String>,
    /// Role to assume before anything is read.
    pub role_arn: Option<String>,
    /// The external id that the role's trust policy asks for.
    pub external_id: Option<String>,
    /// Regions by name; empty takes every enabled region that offers Bedrock.
    pub regions: Vec<String>,
    /// Controls whose needs alone are read; absent takes all.
    pub controls: Option<BTreeSet<String>>,
    /// Calls in flight at once.
    pub concurrency: usize,
    /// Time for one attempt of one call.
    pub timeout: Duration,
    /// Time for the whole collection.
    pub deadline: Option<Duration>,
    /// Certificates that replace the system's, as `AWS_CA_BUNDLE` names them.
    pub ca_bundle: Option<PathBuf>,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            profile: None,
            role_arn: None,
            external_id: None,
            regions: Vec::new(),
            controls: None,
            concurrency: 96,
            timeout: Duration::from_secs(30),
            deadline: None,
            ca_bundle: None,
        }
    }
}

impl Plan {
    /// Whether a collector that makes these calls is needed for the controls asked for.
    pub(super) fn wants(&self, services: &[&str]) -> bool {
        let Some(controls) = &self.controls else { return true };
        crate::model::calls::ALL
            .iter()
            .filter(|call: &&&Call| services.contains(&call.service))
            .any(|call| call.controls.iter().any(|control| controls.contains(*control)))
    }
}

/// Why a collection could not start.
#[derive(Debug, Error)]
pub enum CollectError {
    /// The chain ended without credentials.
    #[error(
        "no AWS credentials found; set AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or log in with `aws sso login`"
    )]
    NoCredentials,
    /// A profile that holds none, or is not there.
    #[error(
        "no AWS credentials found in profile `{0}`; check its name in ~/.aws/config, or log in with `aws sso login --profile {0}`"
    )]
    Profile(String),
    /// A source of credentials that failed.
    #[error("the AWS credentials could not be loaded ({0}); renew them or choose another source with --profile")]
    CredentialSource(String),
    /// The role said no.
    #[error(
        "the role `{role}` could not be assumed ({reason}); check its trust policy, --external-id, and that the caller may call sts:AssumeRole"
    )]
    AssumeRole {
        /// The role asked for.
        role: String,
        /// What AWS answered.
        reason: String,
    },
    /// Credentials past their end.
    #[error("the AWS credentials have expired; renew them, for example with `aws sso login`, and run again")]
    Expired,
    /// Credentials that AWS does not know or cannot verify.
    #[error(
        "AWS does not accept these credentials ({0}); check the access key, the session token and this machine's clock"
    )]
    Rejected(String),
    /// AWS was not reached.
    #[error("AWS could not be reached ({0}); check the network, the proxy settings, and AWS_ENDPOINT_URL")]
    Unreachable(String),
    /// AWS would not say who is asking.
    #[error(
        "AWS did not say which account these credentials belong to ({0}); check that sts:GetCallerIdentity is not denied"
    )]
    Identity(String),
    /// The start was stopped before it was over.
    #[error("stopped before the AWS account was known, so nothing was read; run again with more time")]
    Stopped,
    /// Not the name of a region.
    #[error("`{0}` is not the name of an AWS region; write it like `eu-central-1`")]
    RegionName(String),
    /// The name of a region that AWS does not have.
    #[error("there is no AWS region `{0}`; ec2:DescribeRegions lists those that there are")]
    NoSuchRegion(String),
    /// A partition without Bedrock.
    #[error("no region of the partition `{0}` is known to offer Bedrock; name one with --region")]
    NoRegions(String),
    /// The certificates could not be used.
    #[error(
        "the certificate bundle `{path}` cannot be used ({reason}); point AWS_CA_BUNDLE to a file of PEM certificates"
    )]
    CaBundle {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_control_brings_what_it_needs_and_no_more() {
        let plan = Plan {
            controls: Some(BTreeSet::from(["aws-genai-05".to_owned()])),
            ..Plan::default()
        };
        assert!(plan.wants(&["cloudtrail"]));
        assert!(plan.wants(&["bedrock"]), "whether a region is in use stands there");
        assert!(!plan.wants(&["kms"]));
        assert!(Plan::default().wants(&["kms"]));
    }
}
