//! The account's own block of public access, which holds for every bucket that the account owns.
//!
//! It belongs to an API of its own, S3 Control, whose SDK would lengthen every build by a minute for one call. That API
//! signs as S3 does and answers with the document that S3 has for a bucket; only the address differs. So the operation
//! of S3 is sent, under a bucket's name that stands for nothing, and addressed anew before it is signed:
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_control_GetPublicAccessBlock.html>.

use super::{locate, rows};
use crate::collect::context::{Context, Miss};
use crate::model::aws::s3 as row;
use crate::model::calls::s3control::GET_PUBLIC_ACCESS_BLOCK;
use crate::model::dataset::Dataset;
use crate::model::gap::GapKind;
use aws_sdk_s3::Client;
use aws_sdk_s3::config::Builder;
use aws_sdk_s3::operation::get_public_access_block::{GetPublicAccessBlockError, GetPublicAccessBlockOutput};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::SdkError;
use aws_types::SdkConfig;
use aws_types::service_config::ServiceConfigKey;
use thiserror::Error;

/// Where S3 Control keeps it.
const PATH: &str = "/v20180820/configuration/publicAccessBlock";

/// The bucket that the typed call asks for and that no request names.
const STAND_IN: &str = "stand-in";

/// The one code that says that the account blocks nothing. A store that knows no S3 Control may say that a bucket is
/// missing, which says nothing.
const NONE: &str = "NoSuchPublicAccessBlockConfiguration";

/// Why a request is not sent.
#[derive(Debug, Error)]
#[error("`{0}` cannot be turned into an address of S3 Control")]
struct Unaddressed(String);

/// Reads it; no row means that there is none.
pub(super) async fn public_access_block(ctx: &Context) -> Dataset<row::AccountPublicAccessBlock> {
    let account = ctx.account();
    let request = ask(locate::config(ctx), chosen_endpoint(ctx.config()), account);
    match ctx.read(GET_PUBLIC_ACCESS_BLOCK, Some(account), request).await {
        Ok(answer) => match answer.public_access_block_configuration {
            Some(block) => Dataset::complete(vec![rows::account_public_access_block(account, &block)]),
            None => Dataset::unread(ctx.gap(
                GET_PUBLIC_ACCESS_BLOCK,
                Some(account),
                GapKind::Malformed,
                "the answer is empty",
            )),
        },
        Err(Miss::Absent(gap)) if gap.code.as_deref() == Some(NONE) => Dataset::complete(Vec::new()),
        Err(miss) => Dataset::unread(miss.into_gap()),
    }
}

/// Sends the request to S3 Control, at the endpoint of the user's choice if there is one.
async fn ask(
    mut config: Builder,
    chosen: Option<String>,
    account: &str,
) -> Result<GetPublicAccessBlockOutput, SdkError<GetPublicAccessBlockError, HttpResponse>> {
    let whose = match chosen {
        Some(_) => Endpoint::Chosen,
        None => Endpoint::Usual,
    };
    // What was chosen for S3 alone does not count here.
    config.set_endpoint_url(chosen);
    let account = account.to_owned();
    Client::from_conf(config.build())
        .get_public_access_block()
        .bucket(STAND_IN)
        .customize()
        .map_request(move |request| readdressed(request, whose, &account))
        .send()
        .await
}

/// Who named the endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Endpoint {
    /// Nobody: it is the one that AWS has for S3 in the region.
    Usual,
    /// The user.
    Chosen,
}

/// The endpoint that the user wants for S3 Control, by the same settings and in the same order as in any other SDK:
/// <https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html>.
fn chosen_endpoint(config: &SdkConfig) -> Option<String> {
    let general = config.endpoint_url().map(str::to_owned);
    if config.get_origin("endpoint_url").is_client_config() {
        return general;
    }
    let key = ServiceConfigKey::builder()
        .service_id("S3 Control")
        .env("AWS_ENDPOINT_URL")
        .profile("endpoint_url")
        .build();
    let settings = config.service_config().zip(key.ok());
    settings
        .and_then(|(settings, key)| settings.load_config(key))
        .or(general)
}

fn readdressed(mut request: HttpRequest, whose: Endpoint, account: &str) -> Result<HttpRequest, Unaddressed> {
    let unaddressed = || Unaddressed(format!("{} for account {account}", request.uri()));
    let address = address(request.uri(), whose, account).ok_or_else(unaddressed)?;
    request.set_uri(address.as_str()).map_err(|_| Unaddressed(address))?;
    let header = request.headers_mut().try_insert("x-amz-account-id", account.to_owned());
    header.map_err(|_| Unaddressed(account.to_owned()))?;
    Ok(request)
}

/// S3 Control's address in place of S3's; `None` where S3's is not of the form that it has for a bucket in the path.
///
/// AWS's own hosts begin with the account: `111122223333.s3-control.eu-west-1.amazonaws.com`, and so do those of VPC
/// endpoints, whatever their domain. Any other host that a user names is left as it is.
fn address(uri: &str, whose: Endpoint, account: &str) -> Option<String> {
    if account.is_empty() || !account.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (scheme, rest) = uri.split_once("://")?;
    let place = rest.split('?').next()?.trim_end_matches('/');
    let place = place.strip_suffix(STAND_IN)?.strip_suffix('/')?;
    let place = match (whose, place.split_once('.')) {
        (Endpoint::Usual, Some(("s3", domain))) => format!("{account}.s3-control.{domain}"),
        (Endpoint::Usual, Some(("s3-fips", domain))) => format!("{account}.s3-control-fips.{domain}"),
        (Endpoint::Usual, _) => return None,
        (Endpoint::Chosen, Some(("control", domain))) if domain.starts_with("vpce-") => format!("{account}.{place}"),
        (Endpoint::Chosen, _) => place.to_owned(),
    };
    Some(format!("{scheme}://{place}{PATH}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_credential_types::Credentials;
    use aws_sdk_s3::config::{BehaviorVersion, Region};
    use aws_smithy_runtime_api::client::http::{
        HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn,
    };
    use aws_smithy_runtime_api::client::result::ConnectorError;
    use aws_types::service_config::LoadServiceConfig;
    use std::sync::{Arc, Mutex};

    const ACCOUNT: &str = "111122223333";

    fn usual(host: &str) -> Option<String> {
        let uri = format!("https://{host}/stand-in/?publicAccessBlock");
        address(&uri, Endpoint::Usual, ACCOUNT)
    }

    fn chosen(place: &str) -> Option<String> {
        let uri = format!("{place}/stand-in/?publicAccessBlock");
        address(&uri, Endpoint::Chosen, ACCOUNT)
    }

    #[test]
    fn hosts_of_aws_become_those_of_s3_control() {
        for (s3, control) in [
            ("s3.us-east-1.amazonaws.com", "s3-control.us-east-1.amazonaws.com"),
            ("s3.amazonaws.com", "s3-control.amazonaws.com"),
            (
                "s3.cn-north-1.amazonaws.com.cn",
                "s3-control.cn-north-1.amazonaws.com.cn",
            ),
            (
                "s3.eusc-de-east-1.amazonaws.eu",
                "s3-control.eusc-de-east-1.amazonaws.eu",
            ),
            (
                "s3-fips.us-gov-west-1.amazonaws.com",
                "s3-control-fips.us-gov-west-1.amazonaws.com",
            ),
            (
                "s3.dualstack.eu-west-1.amazonaws.com",
                "s3-control.dualstack.eu-west-1.amazonaws.com",
            ),
            (
                "s3-fips.dualstack.us-east-2.amazonaws.com",
                "s3-control-fips.dualstack.us-east-2.amazonaws.com",
            ),
            ("s3.eu-west-1.api.aws", "s3-control.eu-west-1.api.aws"),
        ] {
            let wanted = format!("https://{ACCOUNT}.{control}{PATH}");
            assert_eq!(usual(s3), Some(wanted), "{s3}");
        }
    }

    #[test]
    fn hosts_that_a_user_names_stay_but_for_the_path() {
        for place in [
            "http://127.0.0.1:4566",
            "http://localhost:4566/aws",
            "https://s3.example.com",
            "https://s3-control.us-east-1.amazonaws.com",
        ] {
            assert_eq!(chosen(place), Some(format!("{place}{PATH}")));
        }
        assert_eq!(
            chosen("https://control.vpce-1a2b-3c4d.s3.us-east-1.vpce.amazonaws.com"),
            Some(format!(
                "https://{ACCOUNT}.control.vpce-1a2b-3c4d.s3.us-east-1.vpce.amazonaws.com{PATH}"
            ))
        );
    }

    #[test]
    fn what_is_not_understood_is_not_sent() {
        for host in [
            "stand-in.s3.us-east-1.amazonaws.com",
            "s3express-control.us-east-1.amazonaws.com",
        ] {
            assert_eq!(usual(host), None, "{host}");
        }
        let virtual_host = "https://stand-in.s3.us-east-1.amazonaws.com/?publicAccessBlock";
        assert_eq!(address(virtual_host, Endpoint::Chosen, ACCOUNT), None);
        let path = "https://s3.us-east-1.amazonaws.com/stand-in?publicAccessBlock";
        for account in ["", "evil.example.com/", "11112222333\n"] {
            assert_eq!(address(path, Endpoint::Usual, account), None, "{account}");
        }
    }

    /// Where the SDK's own resolver and ours send the request, and what of it is signed.
    async fn sent(region: &'static str, fips: bool, dual_stack: bool, chosen: Option<&str>) -> (String, String) {
        let seen = Arc::new(Mutex::new(None));
        let kept = Arc::clone(&seen);
        let http = http_client_fn(move |_, _| {
            let kept = Arc::clone(&kept);
            SharedHttpConnector::new(Catching(kept))
        });
        let config = Builder::new()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(Region::new(region))
            .credentials_provider(Credentials::new("key", "secret", None, None, "test"))
            .use_fips(fips)
            .use_dual_stack(dual_stack)
            .endpoint_url("http://only-for-s3")
            .force_path_style(true)
            .http_client(http);
        let answer = ask(config, chosen.map(str::to_owned), ACCOUNT).await;
        assert!(answer.is_err());
        let request = seen.lock().unwrap().take();
        request.expect("a request")
    }

    #[derive(Debug)]
    struct Catching(Arc<Mutex<Option<(String, String)>>>);

    impl HttpConnector for Catching {
        fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
            let headers = request.headers();
            assert_eq!(headers.get("x-amz-account-id"), Some(ACCOUNT));
            assert_eq!(headers.get("x-amz-expected-bucket-owner"), None);
            let signed = headers.get("authorization").unwrap_or_default().to_owned();
            *self.0.lock().unwrap() = Some((request.uri().to_owned(), signed));
            HttpConnectorFuture::ready(Err(ConnectorError::user("caught".into())))
        }
    }

    #[tokio::test]
    async fn the_request_is_signed_for_s3_control_s_address() {
        for (region, fips, dual_stack, host) in [
            ("eu-west-1", false, false, "s3-control.eu-west-1.amazonaws.com"),
            ("us-east-1", false, false, "s3-control.us-east-1.amazonaws.com"),
            ("us-east-1", false, true, "s3-control.dualstack.us-east-1.amazonaws.com"),
            (
                "us-gov-west-1",
                true,
                false,
                "s3-control-fips.us-gov-west-1.amazonaws.com",
            ),
            (
                "us-west-2",
                true,
                true,
                "s3-control-fips.dualstack.us-west-2.amazonaws.com",
            ),
            ("cn-north-1", false, false, "s3-control.cn-north-1.amazonaws.com.cn"),
            ("eusc-de-east-1", false, false, "s3-control.eusc-de-east-1.amazonaws.eu"),
        ] {
            let (uri, signature) = sent(region, fips, dual_stack, None).await;
            assert_eq!(uri, format!("https://{ACCOUNT}.{host}{PATH}"));
            assert!(signature.contains(&format!("/{region}/s3/aws4_request")), "{signature}");
            assert!(signature.contains("host;x-amz-account-id;"), "{signature}");
        }
        let (uri, _) = sent("us-east-1", false, false, Some("http://127.0.0.1:4566/aws/")).await;
        assert_eq!(uri, format!("http://127.0.0.1:4566/aws{PATH}"));
    }

    #[derive(Debug)]
    struct Settings(&'static str);

    impl LoadServiceConfig for Settings {
        fn load_config(&self, key: ServiceConfigKey<'_>) -> Option<String> {
            let asked = (key.service_id(), key.env(), key.profile());
            (asked == (self.0, "AWS_ENDPOINT_URL", "endpoint_url")).then(|| "http://own".to_owned())
        }
    }

    #[test]
    fn the_endpoint_is_that_of_s3_control_before_that_of_everything() {
        let with = |service: &'static str| SdkConfig::builder().service_config(Settings(service));
        let own = with("S3 Control").endpoint_url("http://all").build();
        assert_eq!(chosen_endpoint(&own).as_deref(), Some("http://own"));
        let other = with("S3").endpoint_url("http://all").build();
        assert_eq!(chosen_endpoint(&other).as_deref(), Some("http://all"));
        assert_eq!(chosen_endpoint(&with("S3").build()), None);
    }
}
