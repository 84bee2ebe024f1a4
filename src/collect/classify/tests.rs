//! The table, row by row, and the places where the same code means different things.

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
            "This account is not authorized to invoke this API operation.",
            Unsupported,
        ),
        (
            "AccessDeniedException",
            403,
            "Amazon Bedrock Agents Classic is closed to new customers.",
            Unsupported,
        ),
        ("UnauthorizedOperation", 403, "", Denied),
        ("AccessDenied", 403, "", Denied),
        ("", 403, "", Denied),
        ("UnknownOperationException", 404, "", Unsupported),
        ("UnsupportedOperationException", 400, "", Unsupported),
        ("ServiceNotSupportedException", 404, "", Unsupported),
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
fn what_one_thing_does_not_allow_may_still_be_there() {
    let refused = answer("UnsupportedOperationException", 400, "");
    assert_eq!(
        kind(calls::cloudtrail::GET_EVENT_DATA_STORE, true, &refused),
        Verdict::Gap(GapKind::Server)
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
