//! The one table that says what a failed call means.
//!
//! Services name the same trouble differently, and the same name can mean different things: a denial, a feature that
//! a region lacks, and a thing that is not there must not be mixed up, because the first hides facts and the others
//! are facts. Doubt falls on the side of "hidden". Codes:
//! <https://docs.aws.amazon.com/bedrock/latest/APIReference/CommonErrors.html> and each service's own list.

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

const DENIED: &[&str] = &[
    "AccessDenied",
    "AccessDeniedException",
    "UnauthorizedOperation",
    "Client.UnauthorizedOperation",
    "UnauthorizedException",
    "UnauthorizedAccess",
    "AuthorizationError",
    "AuthorizationErrorException",
    "NotAuthorized",
    "Forbidden",
    "AllAccessDisabled",
    "KMSAccessDeniedException",
    "OperationNotPermittedException",
];

const THROTTLED: &[&str] = &[
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "Throttled",
    "RequestThrottled",
    "RequestThrottledException",
    "TooManyRequestsException",
    "TooManyRequests",
    "RequestLimitExceeded",
    "SlowDown",
    "BandwidthLimitExceeded",
    "LimitExceededException",
    "PriorRequestNotComplete",
];

/// The credentials are past their end: no later call can succeed.
const EXPIRED: &[&str] = &["ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired"];

const REJECTED: &[&str] = &[
    "InvalidClientTokenId",
    "UnrecognizedClientException",
    "SignatureDoesNotMatch",
    "InvalidSignatureException",
    "IncompleteSignature",
    "IncompleteSignatureException",
    "InvalidAccessKeyId",
    "InvalidToken",
    "MissingAuthenticationToken",
    "MissingAuthenticationTokenException",
    "NotAuthorizedException",
    "AuthFailure",
    "OptInRequired",
    "SubscriptionRequiredException",
    "RequestTimeTooSkewed",
    "RequestExpired",
    "RequestInTheFuture",
];

const TIMEOUT: &[&str] = &["RequestTimeout", "RequestTimeoutException"];

/// The operation itself is unknown to the endpoint.
const UNKNOWN_OPERATION: &[&str] = &[
    "UnknownOperationException",
    "UnknownOperation",
    "InvalidAction",
    // IAM's word for a kind of API key that the partition does not have.
    "NotSupportedService",
];

/// Nothing of that name, where a name was given.
const NOT_FOUND: &[&str] = &[
    "ResourceNotFoundException",
    "NoSuchEntity",
    "NoSuchEntityException",
    "NotFoundException",
    "NotFound",
    "NoSuchBucket",
    "NoSuchBucketPolicy",
    "NoSuchLifecycleConfiguration",
    "NoSuchPublicAccessBlockConfiguration",
    "ServerSideEncryptionConfigurationNotFoundError",
    "OwnershipControlsNotFoundError",
    "TrailNotFoundException",
    "EventDataStoreNotFoundException",
    "PolicyNotFoundException",
    "TargetNotFoundException",
    "ParentNotFoundException",
    "AccountNotFoundException",
];

/// Answers about the account itself, which need no name.
const NOT_IN_USE: &[&str] = &[
    "AWSOrganizationsNotInUseException",
    "EffectivePolicyNotFoundException",
    "ResourcePolicyNotFoundException",
    "PolicyTypeNotEnabledException",
];

const FEATURE_OFF: &str = "not authorized to invoke this api operation";

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
        || (has(DENIED) && symptom.message.to_lowercase().contains(FEATURE_OFF))
        // A list that is given nothing cannot be given something wrong: the operation is not offered here.
        || (!named && call.service.starts_with("bedrock") && has(&["ValidationException"]))
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
mod tests {
    use super::*;
    use crate::model::calls;

    const HOME: Place = Place {
        offers_bedrock: true,
        not_opted_in: false,
    };

    fn answer(code: &str, status: u16, message: &str) -> Symptom {
        Symptom {
            shape: Shape::Answered,
            code: Some(code.to_owned()).filter(|code| !code.is_empty()),
            status: Some(status),
            message: message.to_owned(),
            from_aws: true,
        }
    }

    fn kind(call: &Call, named: bool, symptom: &Symptom) -> Verdict {
        verdict(call, named, symptom, HOME)
    }

    #[test]
    fn codes_mean_what_the_services_mean() {
        use GapKind::{Credentials, Denied, Malformed, Network, NotFound, Server, Throttled, Timeout, Unsupported};
        let list = calls::bedrock::LIST_GUARDRAILS;
        for (code, status, message, expected) in [
            (
                "AccessDeniedException",
                403,
                "no identity-based policy allows the action",
                Denied,
            ),
            (
                "AccessDeniedException",
                403,
                "explicit deny in a service control policy",
                Denied,
            ),
            (
                "AccessDeniedException",
                403,
                "Your account is not authorized to invoke this API operation.",
                Unsupported,
            ),
            ("UnauthorizedOperation", 403, "", Denied),
            ("AccessDenied", 403, "", Denied),
            ("", 403, "", Denied),
            ("UnknownOperationException", 404, "", Unsupported),
            ("", 404, "", Unsupported),
            ("ValidationException", 400, "", Unsupported),
            ("ResourceNotFoundException", 404, "", NotFound),
            ("ThrottlingException", 429, "", Throttled),
            ("RequestLimitExceeded", 503, "", Throttled),
            ("TooManyRequestsException", 429, "", Throttled),
            ("ExpiredTokenException", 403, "", Credentials),
            ("UnrecognizedClientException", 403, "", Credentials),
            ("RequestTimeTooSkewed", 403, "", Credentials),
            ("RequestTimeout", 400, "", Timeout),
            ("InternalServerException", 500, "", Server),
            ("SomethingNobodyKnows", 400, "", Server),
            ("", 501, "", Server),
        ] {
            let symptom = answer(code, status, message);
            assert_eq!(
                kind(list, false, &symptom),
                Verdict::Gap(expected),
                "{code} {status} {message}"
            );
        }
        for (shape, expected) in [
            (Shape::Garbled, Malformed),
            (Shape::Silent, Timeout),
            (Shape::Unreachable, Network),
            (Shape::Nameless, Network),
            (Shape::NoCredentials, Credentials),
        ] {
            let symptom = Symptom {
                shape,
                ..answer("", 0, "")
            };
            assert_eq!(kind(list, false, &symptom), Verdict::Gap(expected), "{shape:?}");
        }
    }

    #[test]
    fn a_thing_that_is_not_there_is_an_answer() {
        let gone = answer("ResourceNotFoundException", 404, "");
        assert_eq!(kind(calls::bedrock::GET_GUARDRAIL, true, &gone), Verdict::Absent);
        let bare = answer("", 404, "");
        assert_eq!(kind(calls::s3::HEAD_BUCKET, true, &bare), Verdict::Absent);
        let alone = answer("AWSOrganizationsNotInUseException", 400, "");
        assert_eq!(
            kind(calls::organizations::DESCRIBE_ORGANIZATION, false, &alone),
            Verdict::Absent
        );
    }

    #[test]
    fn a_bad_parameter_of_one_thing_is_not_a_missing_service() {
        let invalid = answer("ValidationException", 400, "");
        assert_eq!(
            kind(calls::bedrock::GET_GUARDRAIL, true, &invalid),
            Verdict::Gap(GapKind::Server)
        );
        assert_eq!(
            kind(calls::kms::DESCRIBE_KEY, true, &invalid),
            Verdict::Gap(GapKind::Server)
        );
    }

    #[test]
    fn a_404_of_something_that_is_not_aws_proves_nothing() {
        let stranger = Symptom {
            from_aws: false,
            ..answer("", 404, "")
        };
        assert_eq!(
            kind(calls::bedrock::LIST_GUARDRAILS, false, &stranger),
            Verdict::Gap(GapKind::Server)
        );
    }

    #[test]
    fn a_region_that_is_off_rejects_good_credentials() {
        let off = Place {
            not_opted_in: true,
            ..HOME
        };
        let rejected = answer("UnrecognizedClientException", 403, "");
        let list = calls::bedrock::LIST_GUARDRAILS;
        assert_eq!(verdict(list, false, &rejected, off), Verdict::Gap(GapKind::Unsupported));
        let expired = answer("ExpiredTokenException", 403, "");
        assert_eq!(verdict(list, false, &expired, off), Verdict::Gap(GapKind::Credentials));
        assert!(expired.ends_the_session() && !rejected.ends_the_session());
    }

    #[test]
    fn an_unknown_name_means_no_service_only_where_bedrock_is_not_listed() {
        let nameless = Symptom {
            shape: Shape::Nameless,
            ..answer("", 0, "")
        };
        let elsewhere = Place {
            offers_bedrock: false,
            ..HOME
        };
        let list = calls::bedrock::LIST_GUARDRAILS;
        assert_eq!(
            verdict(list, false, &nameless, elsewhere),
            Verdict::Gap(GapKind::Unsupported)
        );
        let trails = calls::cloudtrail::DESCRIBE_TRAILS;
        assert_eq!(
            verdict(trails, false, &nameless, elsewhere),
            Verdict::Gap(GapKind::Network)
        );
    }
}
