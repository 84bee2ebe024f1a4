//! Listens to the answers of AWS, attempt by attempt, for services that say that it is too much.
//!
//! The SDK waits and tries again by itself and tells only the end of it. Here every answer passes, so that the window of
//! its service learns of each refusal at once. Nothing is kept of a request but who was asked where.

use super::classify::THROTTLED;
use super::pace::Windows;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use std::sync::Arc;

/// An HTTP client that tells the windows what it hears.
#[derive(Debug)]
pub(super) struct Listening {
    inner: SharedHttpClient,
    windows: Arc<Windows>,
}

impl Listening {
    pub(super) fn to(inner: SharedHttpClient, windows: &Arc<Windows>) -> Self {
        Self {
            inner,
            windows: Arc::clone(windows),
        }
    }
}

impl HttpClient for Listening {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(Ear {
            inner: self.inner.http_connector(settings, components),
            windows: Arc::clone(&self.windows),
        })
    }
}

#[derive(Debug)]
struct Ear {
    inner: SharedHttpConnector,
    windows: Arc<Windows>,
}

impl HttpConnector for Ear {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let asked = request.headers().get("authorization").and_then(scope);
        let answer = self.inner.call(request);
        let Some((service, region)) = asked else { return answer };
        let windows = Arc::clone(&self.windows);
        HttpConnectorFuture::new(async move {
            let (answer, throttled) = hear(answer.await?).await?;
            windows.heard(&service, &region, throttled);
            Ok(answer)
        })
    }
}

/// Service and region out of `Credential=KEY/DATE/REGION/SERVICE/aws4_request`.
fn scope(authorization: &str) -> Option<(String, String)> {
    let (_, credential) = authorization.split_once("Credential=")?;
    let mut parts = credential.split('/').skip(2);
    let (region, service) = (parts.next()?, parts.next()?);
    Some((service.to_owned(), region.to_owned()))
}

/// The answer as it came, and whether it says that there were too many requests.
async fn hear(mut answer: HttpResponse) -> Result<(HttpResponse, bool), ConnectorError> {
    let throttled = match answer.status().as_u16() {
        429 | 503 => true,
        // Some services keep the reason in the body alone, which is short.
        400 => {
            let body = std::mem::replace(answer.body_mut(), SdkBody::taken());
            let body = ByteStream::new(body).collect().await;
            let body = body.map_err(|error| ConnectorError::io(error.into()))?.into_bytes();
            let told = is_throttled(answer.headers().get("x-amzn-errortype").unwrap_or_default(), &body);
            *answer.body_mut() = SdkBody::from(body);
            told
        }
        _ => false,
    };
    Ok((answer, throttled))
}

fn is_throttled(header: &str, body: &[u8]) -> bool {
    let body = String::from_utf8_lossy(body);
    THROTTLED
        .iter()
        .any(|code| header.contains(code) || body.contains(code))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scope_of_a_signature_says_who_was_asked() {
        let header =
            "AWS4-HMAC-SHA256 Credential=AKIA/20260101/eu-west-1/iam/aws4_request, SignedHeaders=host, Signature=0";
        assert_eq!(scope(header), Some(("iam".to_owned(), "eu-west-1".to_owned())));
        assert_eq!(scope("Bearer token"), None);
        assert_eq!(scope("Credential=AKIA"), None);
    }

    #[tokio::test]
    async fn only_a_refusal_for_number_counts_and_the_body_stays() {
        let answer = |status: u16, body: &str| HttpResponse::new(status.try_into().unwrap(), SdkBody::from(body));
        let cases = [
            (429, "", true),
            (503, "SlowDown", true),
            (400, r#"{"__type":"TooManyRequestsException"}"#, true),
            (400, r#"{"__type":"AccessDeniedException"}"#, false),
            (200, "ThrottlingException", false),
        ];
        for (status, body, expected) in cases {
            let (heard, throttled) = hear(answer(status, body)).await.unwrap();
            assert_eq!(throttled, expected, "{status} {body}");
            assert_eq!(heard.body().bytes(), Some(body.as_bytes()));
        }
    }
}
