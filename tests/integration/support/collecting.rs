//! Runs the collectors inside the test against a pretended AWS, with few and fast retries and no settings of the machine.

use super::fake_aws::FakeAws;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_types::retry::RetryConfig;
use bedrock_audit::collect::{Cancel, Plan, Silent, collect_with};
use bedrock_audit::model::snapshot::{Account, Regional};
use std::sync::Arc;
use std::time::Duration;

/// Whose account the worlds pretend to be.
pub(crate) const ACCOUNT: &str = "111122223333";
/// The one region of the worlds that need no more.
pub(crate) const REGION: &str = "us-east-1";

fn config(aws: &FakeAws) -> SdkConfig {
    let keys = Credentials::new(aws.access_key(), "secret", None, None, "test");
    let patience = RetryConfig::standard()
        .with_max_attempts(5)
        .with_initial_backoff(Duration::from_millis(1));
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .region(Region::new(REGION))
        .endpoint_url(aws.url())
        .credentials_provider(SharedCredentialsProvider::new(keys))
        .retry_config(patience)
        .build()
}

/// What a collection of these regions brings; fails where it asked for anything but reads.
pub(crate) fn collected(aws: &FakeAws, regions: &[&str]) -> Account {
    let plan = Plan {
        regions: regions.iter().map(|region| (*region).to_owned()).collect(),
        ..Plan::default()
    };
    let now = "2026-01-01T00:00:00Z".to_owned();
    let mut snapshot = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(collect_with(
            config(aws),
            &plan,
            now,
            Arc::new(Silent),
            Cancel::default(),
        ))
        .unwrap();
    assert_eq!(aws.writes(), Vec::<String>::new());
    assert_eq!(aws.unexpected(), Vec::<String>::new());
    snapshot.accounts.remove(ACCOUNT).unwrap()
}

/// The rows of [`REGION`].
pub(crate) fn here(account: &Account) -> &Regional {
    &account.regions[REGION]
}
