//! Runs the collectors inside the test against a pretended AWS, with few and fast retries and no settings of the machine.

use super::fake_aws::FakeAws;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use bedrock_audit::collect::{Cancel, CollectError, Plan, Silent, collect_with};
use bedrock_audit::model::snapshot::{Account, Regional, Snapshot};
use std::sync::Arc;
use std::time::Duration;

/// Whose account the worlds pretend to be.
pub(crate) const ACCOUNT: &str = "111122223333";
/// The one region of the worlds that need no more.
pub(crate) const REGION: &str = "us-east-1";

/// How often a call is tried, and how long each time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Patience {
    pub(crate) attempts: u32,
    pub(crate) each: Duration,
    /// The wait before the second try, twice as long before the next, at random up to that.
    pub(crate) backoff: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            attempts: 5,
            each: Duration::from_secs(5),
            backoff: Duration::from_millis(1),
        }
    }
}

fn config(aws: &FakeAws, patience: Patience) -> SdkConfig {
    let keys = Credentials::new(aws.access_key(), "secret", None, None, "test");
    let retry = RetryConfig::standard()
        .with_max_attempts(patience.attempts)
        .with_initial_backoff(patience.backoff);
    let timeouts = TimeoutConfig::builder().operation_attempt_timeout(patience.each);
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .region(Region::new(REGION))
        .endpoint_url(aws.url())
        .credentials_provider(SharedCredentialsProvider::new(keys))
        .retry_config(retry)
        .timeout_config(timeouts.build())
        .build()
}

/// A plan for these regions.
pub(crate) fn named(regions: &[&str]) -> Plan {
    Plan {
        regions: regions.iter().map(|region| (*region).to_owned()).collect(),
        ..Plan::default()
    }
}

/// A collection, however it ends.
pub(crate) fn attempt(
    aws: &FakeAws,
    plan: &Plan,
    cancel: &Cancel,
    patience: Patience,
) -> Result<Snapshot, CollectError> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(collect_with(
            config(aws, patience),
            plan,
            "2026-01-01T00:00:00Z".to_owned(),
            Arc::new(Silent),
            cancel.clone(),
        ))
}

/// What a collection brings; fails where it asked for anything but reads.
pub(crate) fn snapshot(aws: &FakeAws, plan: &Plan) -> Snapshot {
    let snapshot = attempt(aws, plan, &Cancel::default(), Patience::default()).unwrap();
    assert_eq!(aws.writes(), Vec::<String>::new());
    assert_eq!(aws.unexpected(), Vec::<String>::new());
    snapshot
}

/// The account that a collection of these regions brings.
pub(crate) fn collected(aws: &FakeAws, regions: &[&str]) -> Account {
    snapshot(aws, &named(regions)).accounts.remove(ACCOUNT).unwrap()
}

/// The rows of [`REGION`].
pub(crate) fn here(account: &Account) -> &Regional {
    &account.regions[REGION]
}
