//! The one table that says what a failed call means.
//!
//! Services name the same trouble differently, and the same name can mean different things: a denial, a feature that
//! a region lacks, and a thing that is not there must not be mixed up, because the first hides facts and the others
//! are facts. Doubt falls on the side of "hidden". Codes:
//! <https://docs.aws.amazon.com/bedrock/latest/APIReference/CommonErrors.html> and each service's own list.

mod codes;

pub(super) use self::codes::THROTTLED;
use self::codes::{
    DENIED, EXPIRED, FEATURE_OFF, NOT_FOUND, NOT_IN_USE, REJECTED, TIMEOUT, UNKNOWN_OPERATION, UNSUPPORTED_LIST,
};
use super::message::clean;
use crate::model::calls::Call;
use crate::model::gap::GapKind;
use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use std::error::Error;

/// At which point a call failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// AWS answered with an error.
    Answered,
    /// An answer came and could not be understood.
    Garbled,
    /// No answer in time.
    Silent,
    /// No connection, or a broken one.
    Unreachable,
    /// The name of the endpoint does not resolve.
    Nameless,
    /// The source of the credentials failed, so nothing was sent.
    NoCredentials,
}

/// What is known of a failed call, free of the SDK's types.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Symptom {
    pub(super) shape: Shape,
    pub(super) code: Option<String>,
    pub(super) status: Option<u16>,
    pub(super) message: String,
    /// Whether the answer carries a request id, which a proxy or a stand-in does not give.
    pub(super) from_aws: bool,
}

/// What is known of the region that was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    /// Whether Bedrock is known to be offered there.
    pub(super) offers_bedrock: bool,
    /// Whether the account has not enabled it.
    pub(super) not_opted_in: bool,
}

/// What a failed call means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The thing asked for does not exist: an answer, and no failure.
    Absent,
    /// Nobody knows, or nothing can be there.
    Gap(GapKind),
}

impl Symptom {
    /// Takes an SDK's error apart.
    pub(super) fn of<E>(error: &SdkError<E, HttpResponse>) -> Self
    where
        E: Error + ProvideErrorMetadata + 'static,
    {
        let chain = chain(error);
        let raw = error.raw_response();
        let status = raw.map(|raw| raw.status().as_u16());
        let header = |name: &str| raw.is_some_and(|raw| raw.headers().get(name).is_some());
        let from_aws = header("x-amzn-requestid") || header("x-amz-request-id");
        let (shape, code, message) = match error {
            _ if has_credentials_error(error) => (Shape::NoCredentials, None, chain),
            SdkError::TimeoutError(_) => (Shape::Silent, None, chain),
            SdkError::DispatchFailure(failure) if failure.is_timeout() => (Shape::Silent, None, chain),
            SdkError::DispatchFailure(_) if is_dns(&chain) => (Shape::Nameless, None, chain),
            SdkError::DispatchFailure(_) => (Shape::Unreachable, None, chain),
            SdkError::ServiceError(answer) => {
                let code = answer.err().code().map(str::to_owned);
                let fine = status.is_some_and(|status| (200..300).contains(&status));
                let shape = if fine && code.is_none() {
                    Shape::Garbled
                } else {
                    Shape::Answered
                };
                (shape, code, answer.err().message().map_or(chain, str::to_owned))
            }
            SdkError::ResponseError(_) if status.is_some_and(|status| status >= 400) => (Shape::Answered, None, chain),
            SdkError::ResponseError(_) if is_broken(&chain) => (Shape::Unreachable, None, chain),
            _ => (Shape::Garbled, None, chain),
        };
        Self {
            shape,
            code,
            status,
            message: clean(&message),
            from_aws,
        }
    }

    /// Whether every later call must fail in the same way.
    pub(super) fn ends_the_session(&self) -> bool {
        self.shape == Shape::NoCredentials || self.has_code(EXPIRED)
    }

    /// Whether AWS knows the credentials and calls them expired.
    pub(super) fn is_expired(&self) -> bool {
        self.has_code(EXPIRED)
    }

    fn has_code(&self, codes: &[&str]) -> bool {
        self.code.as_deref().is_some_and(|code| codes.contains(&code))
    }
}

/// What the failure of `call` means; `named` says whether it asked about one thing in particular.
pub(super) fn verdict(call: &Call, named: bool, symptom: &Symptom, place: Place) -> Verdict {
    Verdict::Gap(match symptom.shape {
        Shape::Garbled => GapKind::Malformed,
        Shape::Silent => GapKind::Timeout,
        Shape::Nameless if call.service.starts_with("bedrock") && !place.offers_bedrock => GapKind::Unsupported,
        Shape::Nameless | Shape::Unreachable => GapKind::Network,
        Shape::NoCredentials => GapKind::Credentials,
        Shape::Answered => return answered(call, named, symptom, place),
    })
}

fn answered(call: &Call, named: bool, symptom: &Symptom, place: Place) -> Verdict {
    let has = |codes| symptom.has_code(codes);
    let status = symptom.status.unwrap_or(0);
    let codeless = symptom.code.is_none();
    if has(NOT_IN_USE) || (named && has(NOT_FOUND)) || (codeless && status == 404 && call.service == "s3") {
        return Verdict::Absent;
    }
    let kind = if has(UNKNOWN_OPERATION)
        || (has(DENIED) && is_off(&symptom.message))
        // A list that is given nothing cannot be given something wrong: the operation is not offered here.
        || (!named && call.service.starts_with("bedrock") && has(&["ValidationException"]))
        || (!named && has(&[UNSUPPORTED_LIST]))
        || (!named && codeless && status == 404 && symptom.from_aws)
        || (place.not_opted_in && has(REJECTED))
    {
        GapKind::Unsupported
    } else if has(DENIED) || (codeless && status == 403) {
        GapKind::Denied
    } else if has(THROTTLED) || (codeless && status == 429) {
        GapKind::Throttled
    } else if has(EXPIRED) || has(REJECTED) || (codeless && status == 401) {
        GapKind::Credentials
    } else if has(TIMEOUT) || (codeless && status == 408) {
        GapKind::Timeout
    } else if has(NOT_FOUND) {
        GapKind::NotFound
    } else {
        GapKind::Server
    };
    Verdict::Gap(kind)
}

/// Whether a refusal is about the account rather than about the caller.
fn is_off(message: &str) -> bool {
    let message = message.to_lowercase();
    FEATURE_OFF.iter().any(|text| message.contains(text))
}

fn sources<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    let mut next = Some(error);
    std::iter::from_fn(move || {
        let now = next?;
        next = now.source();
        Some(now)
    })
}

fn has_credentials_error(error: &(dyn Error + 'static)) -> bool {
    sources(error).any(|error| error.downcast_ref::<CredentialsError>().is_some())
}

/// Whether the chain of providers ended without any credentials, rather than with a provider that failed.
pub(super) fn found_no_credentials(error: &(dyn Error + 'static)) -> bool {
    sources(error)
        .filter_map(|error| error.downcast_ref::<CredentialsError>())
        .any(|error| matches!(error, CredentialsError::CredentialsNotLoaded(_)))
}

/// What each error on the way down says, without repetition.
fn chain(error: &(dyn Error + 'static)) -> String {
    let mut texts: Vec<String> = Vec::new();
    for error in sources(error) {
        let text = error.to_string();
        if !texts.iter().any(|known| known.contains(&text)) {
            texts.push(text);
        }
    }
    texts.join(": ")
}

fn is_dns(chain: &str) -> bool {
    let chain = chain.to_lowercase();
    [
        "dns error",
        "failed to lookup address",
        "no such host",
        "name or service not known",
    ]
    .iter()
    .any(|text| chain.contains(text))
}

fn is_broken(chain: &str) -> bool {
    let chain = chain.to_lowercase();
    [
        "connection",
        "broken pipe",
        "incomplete message",
        "unexpected eof",
        "end of file",
    ]
    .iter()
    .any(|text| chain.contains(text))
}

#[cfg(test)]
mod tests;
