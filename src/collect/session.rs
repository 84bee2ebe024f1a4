//! The AWS configuration that every client is derived from: credentials, home region, connections, patience.
//!
//! One HTTP client and one cache of credentials for the whole collection. The standard chain decides where credentials
//! come from; only the metadata service of EC2 is given less time than usual, so that a machine without credentials is
//! told so within seconds. Chain: <https://docs.aws.amazon.com/sdk-for-rust/latest/dg/credproviders.html>.

use super::plan::{CollectError, Plan};
use super::regions;
use aws_config::default_provider::credentials::DefaultCredentialsChain;
use aws_config::environment::EnvironmentVariableRegionProvider;
use aws_config::identity::IdentityCache;
use aws_config::imds::region::ImdsRegionProvider;
use aws_config::meta::region::RegionProviderChain;
use aws_config::profile::{ProfileFileCredentialsProvider, ProfileFileRegionProvider};
use aws_config::provider_config::ProviderConfig;
use aws_config::sts::AssumeRoleProvider;
use aws_config::{BehaviorVersion, imds};
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_http_client::{Builder, ConnectorBuilder};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::SdkConfig;
use aws_types::region::Region;
use std::path::Path;
use std::time::Duration;

/// Attempts of one call, of which throttling may need many.
const ATTEMPTS: u32 = 8;
const LONGEST_BACKOFF: Duration = Duration::from_secs(6);
const CONNECT: Duration = Duration::from_secs(5);
const METADATA: Duration = Duration::from_secs(1);

/// Loads the configuration; credentials themselves are asked for by the first call.
pub(super) async fn load(plan: &Plan) -> Result<SdkConfig, CollectError> {
    if let Some(name) = plan.regions.iter().find(|name| !regions::is_region_name(name)) {
        return Err(CollectError::RegionName(name.clone()));
    }
    let http = http_client(plan.ca_bundle.as_deref())?;
    let provider = ProviderConfig::default()
        .with_behavior_version(Some(BehaviorVersion::v2026_01_12()))
        .with_http_client(http.clone());
    let region = home_region(plan, &provider).await;
    let provider = provider.with_region(Some(region.clone()));

    // As in AWS's own tools, a profile that was asked for in so many words goes before keys in the environment.
    let credentials = match &plan.profile {
        Some(profile) => SharedCredentialsProvider::new(
            ProfileFileCredentialsProvider::builder()
                .configure(&provider)
                .profile_name(profile)
                .build(),
        ),
        None => SharedCredentialsProvider::new(
            DefaultCredentialsChain::builder()
                .configure(provider.clone())
                .region(region.clone())
                .imds_client(metadata_client(&provider))
                .build()
                .await,
        ),
    };
    let mut loader = aws_config::defaults(BehaviorVersion::v2026_01_12())
        .http_client(http)
        .region(region)
        .timeout_config(timeouts(plan.timeout));
    if let Some(profile) = &plan.profile {
        loader = loader.profile_name(profile);
    }
    let config = loader.credentials_provider(credentials).load().await;
    let config = match config.retry_config() {
        // Somebody chose the number or the mode of attempts by AWS's own settings.
        Some(chosen) if *chosen != RetryConfig::standard() => config,
        _ => config.to_builder().retry_config(patience()).build(),
    };
    Ok(match &plan.role_arn {
        Some(role) => assume(&config, role, plan.external_id.as_deref()).await,
        None => config,
    })
}

fn patience() -> RetryConfig {
    RetryConfig::standard()
        .with_max_attempts(ATTEMPTS)
        .with_max_backoff(LONGEST_BACKOFF)
}

/// An attempt may take `each`; a call with all its attempts may take the time of two and of the waits between them.
fn timeouts(each: Duration) -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(CONNECT.min(each))
        .read_timeout(each)
        .operation_attempt_timeout(each)
        .operation_timeout(each * 2 + LONGEST_BACKOFF * 4)
        .build()
}

/// Credentials of a role, renewed by themselves before they end.
async fn assume(config: &SdkConfig, role: &str, external_id: Option<&str>) -> SdkConfig {
    let mut provider = AssumeRoleProvider::builder(role)
        .session_name("bedrock-audit")
        .configure(config);
    if let Some(id) = external_id {
        provider = provider.external_id(id);
    }
    config
        .to_builder()
        .credentials_provider(SharedCredentialsProvider::new(provider.build().await))
        .identity_cache(IdentityCache::lazy().build())
        .build()
}

/// The region of the first calls. Any does, except that it must lie in the right partition.
async fn home_region(plan: &Plan, provider: &ProviderConfig) -> Region {
    let mut profile = ProfileFileRegionProvider::builder().configure(provider);
    if let Some(name) = &plan.profile {
        profile = profile.profile_name(name);
    }
    let metadata = ImdsRegionProvider::builder()
        .configure(provider)
        .imds_client(metadata_client(provider))
        .build();
    let first = plan.regions.first().cloned().map(Region::new);
    let configured = RegionProviderChain::first_try(EnvironmentVariableRegionProvider::new())
        .or_else(profile.build())
        .or_else(first.clone())
        .or_else(metadata)
        .region()
        .await
        .unwrap_or(Region::from_static("us-east-1"));
    let partition = |region: &Region| regions::partition_of_region(region.as_ref());
    match first {
        Some(first) if partition(&first) != partition(&configured) => first,
        _ => configured,
    }
}

fn metadata_client(provider: &ProviderConfig) -> imds::Client {
    imds::Client::builder()
        .configure(provider)
        .max_attempts(1)
        .connect_timeout(METADATA)
        .read_timeout(METADATA)
        .build()
}

/// The HTTP client that the SDK would make by itself, but one for all, and with the user's certificates.
fn http_client(bundle: Option<&Path>) -> Result<SharedHttpClient, CollectError> {
    let store = match bundle {
        Some(path) => TrustStore::empty().with_pem_certificate(certificates(path)?),
        None => TrustStore::default(),
    };
    let tls = TlsContext::builder()
        .with_trust_store(store)
        .build()
        .map_err(|error| CollectError::CaBundle {
            path: bundle.unwrap_or(Path::new("")).to_owned(),
            reason: error.to_string(),
        })?;
    Ok(Builder::new().build_with_connector_fn(move |settings, components| {
        let mut connector = ConnectorBuilder::default()
            .tls_provider(Provider::Rustls(CryptoMode::AwsLc))
            .tls_context(tls.clone());
        connector.set_connector_settings(settings.cloned());
        connector.set_proxy_config(Some(ProxyConfig::from_env()));
        connector.set_sleep_impl(components.and_then(RuntimeComponents::sleep_impl));
        connector.build()
    }))
}

/// The file's certificates. The TLS library takes broken ones for a bug of ours, so they are looked at first.
fn certificates(path: &Path) -> Result<Vec<u8>, CollectError> {
    let unusable = |reason: String| CollectError::CaBundle {
        path: path.to_owned(),
        reason,
    };
    let text = std::fs::read_to_string(path).map_err(|error| unusable(error.to_string()))?;
    let (mut blocks, mut inside) = (String::new(), None);
    for line in text.lines().map(str::trim) {
        match (line, &mut inside) {
            ("-----BEGIN CERTIFICATE-----", None) => inside = Some(String::new()),
            ("-----END CERTIFICATE-----", Some(body)) => {
                if !is_certificate(body) {
                    return Err(unusable("one of its blocks is no certificate".to_owned()));
                }
                blocks.extend([
                    "-----BEGIN CERTIFICATE-----\n",
                    body.as_str(),
                    "\n-----END CERTIFICATE-----\n",
                ]);
                inside = None;
            }
            (line, Some(body)) => body.push_str(line),
            (_, None) => {}
        }
    }
    if inside.is_some() {
        return Err(unusable("its last certificate is cut off".to_owned()));
    }
    if blocks.is_empty() {
        return Err(unusable("it holds no PEM certificate".to_owned()));
    }
    Ok(blocks.into_bytes())
}

/// Base64 of a DER sequence longer than 255 bytes, as every certificate is.
fn is_certificate(body: &str) -> bool {
    body.starts_with("MII")
        && body.len().is_multiple_of(4)
        && body
            .trim_end_matches('=')
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"+/".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn bundle(text: &str) -> Result<Vec<u8>, CollectError> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        certificates(file.path())
    }

    #[test]
    fn a_bundle_must_hold_certificates() {
        assert!(bundle("").is_err());
        assert!(bundle("-----BEGIN CERTIFICATE-----\nMIIB\n").is_err());
        assert!(bundle("-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n").is_err());
        let fine = "# comment\r\n-----BEGIN CERTIFICATE-----\r\nMIIB\r\nAAAA\r\n-----END CERTIFICATE-----\r\n";
        let kept = String::from_utf8(bundle(fine).unwrap()).unwrap();
        assert!(kept.contains("MIIBAAAA") && !kept.contains("comment"));
        assert!(certificates(Path::new("/nonexistent/bundle.pem")).is_err());
    }

    #[tokio::test]
    async fn a_region_that_is_none_is_refused_before_anything_is_asked() {
        let plan = Plan {
            regions: vec!["eu-central-1".into(), "frankfurt".into()],
            ..Plan::default()
        };
        assert!(matches!(load(&plan).await, Err(CollectError::RegionName(name)) if name == "frankfurt"));
    }
}
