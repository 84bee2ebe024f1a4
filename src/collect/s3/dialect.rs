//! Answers that are not in the words that the SDK of S3 understands.
//!
//! Some stores name the root of an answer after the operation, where AWS names it after what the answer holds, and the
//! SDK takes no other name: a list of rules would read as garbage. An answer whose root ends the name of an operation
//! with `Response` or `Output` gets the name that AWS gives it; no answer of S3 itself looks like that. S3 Control, AWS's
//! own, puts its errors into an envelope that S3 has not, which would hide their codes: it is taken off.

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;

/// Operations whose answer is the document itself, with AWS's name for its root.
const ROOTS: [(&str, &str); 4] = [
    ("GetBucketAcl", "AccessControlPolicy"),
    ("GetBucketLifecycleConfiguration", "LifecycleConfiguration"),
    ("GetBucketLocation", LOCATION),
    ("GetBucketVersioning", "VersioningConfiguration"),
];

/// The one answer that is a single element: other stores wrap it into a root.
const LOCATION: &str = "LocationConstraint";

/// The same client, with answers put into AWS's words.
pub(super) fn translating(client: SharedHttpClient) -> SharedHttpClient {
    SharedHttpClient::new(Translating(client))
}

#[derive(Debug)]
struct Translating<Inner>(Inner);

impl HttpClient for Translating<SharedHttpClient> {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(Translating(self.0.http_connector(settings, components)))
    }
}

impl HttpConnector for Translating<SharedHttpConnector> {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let answer = self.0.call(request);
        HttpConnectorFuture::new(async move {
            let answer = answer.await?;
            if answer.status().is_success() {
                translated(answer, in_words_of_aws).await
            } else {
                translated(answer, out_of_envelope).await
            }
        })
    }
}

/// The answer with its body read, which is a page of configuration at the most.
async fn translated(
    mut answer: HttpResponse,
    translate: fn(&str) -> Option<String>,
) -> Result<HttpResponse, ConnectorError> {
    let body = ByteStream::new(answer.take_body());
    let bytes = body.collect().await.map_err(|error| ConnectorError::io(error.into()))?;
    let bytes = bytes.into_bytes();
    *answer.body_mut() = match std::str::from_utf8(&bytes).ok().and_then(translate) {
        Some(text) => {
            // The SDK compares the length that was announced with what came.
            answer.headers_mut().insert("content-length", text.len().to_string());
            SdkBody::from(text)
        }
        None => SdkBody::from(bytes),
    };
    Ok(answer)
}

/// The document under AWS's name; `None` where it has that already, or is nothing that is known here.
fn in_words_of_aws(text: &str) -> Option<String> {
    let start = text.find('<')?;
    let start = if text.get(start..)?.starts_with("<?xml") {
        start + text.get(start..)?.find("?>")? + 2
    } else {
        start
    };
    let document = text.get(start..)?.trim();
    let inside = document.strip_prefix('<')?;
    let end = inside.find(|c: char| c.is_whitespace() || matches!(c, '>' | '/'))?;
    let (root, rest) = inside.split_at_checked(end)?;
    let operation = root.strip_suffix("Response").or_else(|| root.strip_suffix("Output"))?;
    let (_, name) = ROOTS.iter().find(|(known, _)| *known == operation)?;
    let Some(rest) = rest.strip_suffix(&format!("</{root}>")) else {
        // An element without contents closes itself.
        return rest.ends_with("/>").then(|| format!("<{name}{rest}"));
    };
    let (_, contents) = rest.split_once('>')?;
    if *name == LOCATION && contents.trim_start().starts_with('<') {
        return Some(contents.to_owned());
    }
    Some(format!("<{name}{rest}</{name}>"))
}

/// The error as S3 would say it; `None` where it comes without an envelope.
///
/// <https://smithy.io/2.0/aws/protocols/aws-restxml-protocol.html#operation-error-serialization>
fn out_of_envelope(text: &str) -> Option<String> {
    let (_, inside) = text.split_once("<ErrorResponse")?;
    let (_, error) = inside.split_once("<Error>")?;
    let (error, _) = error.split_once("</Error>")?;
    Some(format!("<Error>{error}</Error>"))
}

#[cfg(test)]
mod tests {
    use super::{in_words_of_aws, out_of_envelope};

    #[test]
    fn an_error_comes_out_of_its_envelope() {
        let error = "<Error><Code>AccessDenied</Code><Message>no</Message></Error>";
        for text in [
            format!("<ErrorResponse>{error}<RequestId>1</RequestId></ErrorResponse>"),
            format!("<?xml version=\"1.0\"?>\n<ErrorResponse xmlns=\"x\">\n {error}\n</ErrorResponse>\n"),
        ] {
            assert_eq!(out_of_envelope(&text).as_deref(), Some(error), "{text}");
        }
        for text in [error, "", "<ErrorResponse><Error><Code>Acc", "<html>Forbidden</html>"] {
            assert_eq!(out_of_envelope(text), None, "{text}");
        }
    }

    #[test]
    fn another_root_becomes_that_of_aws() {
        for (theirs, ours) in [
            (
                "<?xml version=\"1.0\"?>\n<GetBucketVersioningResponse><Status>Enabled</Status></GetBucketVersioningResponse>",
                "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>",
            ),
            ("<GetBucketVersioningOutput/>", "<VersioningConfiguration/>"),
            (
                "<GetBucketAclResponse xmlns=\"x\"><Owner/></GetBucketAclResponse>\n",
                "<AccessControlPolicy xmlns=\"x\"><Owner/></AccessControlPolicy>",
            ),
            (
                "<GetBucketLifecycleConfigurationOutput><Rule/></GetBucketLifecycleConfigurationOutput>",
                "<LifecycleConfiguration><Rule/></LifecycleConfiguration>",
            ),
            (
                "<GetBucketLocationResponse><LocationConstraint>eu-west-1</LocationConstraint></GetBucketLocationResponse>",
                "<LocationConstraint>eu-west-1</LocationConstraint>",
            ),
            ("<GetBucketLocationResponse />", "<LocationConstraint />"),
        ] {
            assert_eq!(in_words_of_aws(theirs).as_deref(), Some(ours), "{theirs}");
        }
    }

    #[test]
    fn what_aws_says_and_what_nobody_says_is_left_alone() {
        for text in [
            "",
            "{\"Version\": \"2012-10-17\"}",
            "<LocationConstraint>EU</LocationConstraint>",
            "<?xml version=\"1.0\"?><VersioningConfiguration/>",
            "<?xml version",
            "<GetBucketPolicyResponse/>",
            "<GetBucketAclResponse><Owner>",
            "<<<not what you hoped for>>>",
        ] {
            assert_eq!(in_words_of_aws(text), None, "{text}");
        }
    }
}
