//! What can go wrong between a client and AWS, from a polite refusal to a torn connection.
//!
//! Refusals come out in each service's own words, because clients tell them apart by code and status.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use super::http::Response;
use super::server::Action;
use super::wire::{self, ApiError, Protocol};
use super::world::Call;

/// How many requests may still come.
#[derive(Debug)]
pub(crate) struct Allowance {
    per_second: f64,
    burst: f64,
    left: f64,
    since: Instant,
}

impl Allowance {
    fn take(&mut self) -> bool {
        let now = Instant::now();
        let refilled = now.duration_since(self.since).as_secs_f64() * self.per_second;
        self.since = now;
        self.left = (self.left + refilled).min(self.burst);
        let allowed = self.left >= 1.0;
        if allowed {
            self.left -= 1.0;
        }
        allowed
    }
}

/// One way to fail. [`Fault::times`] and [`Fault::after`] say how often and how late.
#[derive(Debug, Clone)]
pub(crate) enum Fault {
    /// No permission.
    Deny,
    /// Too many requests.
    Throttle,
    /// The caller's session has expired.
    ExpiredCredentials,
    /// A server error without a body.
    Http500,
    /// The connection closes without an answer.
    Reset,
    /// No answer, and the connection stays open.
    Hang,
    /// The answer's second half is missing.
    Truncate,
    /// A success that is in no protocol's shape.
    Garbage,
    /// The service's own error.
    Error {
        code: &'static str,
        status: u16,
        message: &'static str,
    },
    /// Every page of the list after the first names itself as the next page.
    RepeatToken,
    /// The list gives a next token and then refuses it.
    StaleToken,
    /// Too many requests, as long as they come faster than they may.
    Above(Arc<Mutex<Allowance>>),
    /// Only so many calls.
    Times(usize, Box<Fault>),
    /// Not the first so many calls.
    After(usize, Box<Fault>),
}

impl Fault {
    /// The fault for the first `calls` calls only, then all is well.
    pub(crate) fn times(self, calls: usize) -> Self {
        Self::Times(calls, Box::new(self))
    }

    /// All is well for `calls` calls, then the fault.
    pub(crate) fn after(self, calls: usize) -> Self {
        Self::After(calls, Box::new(self))
    }

    /// Too many requests for all that come faster than `per_second`, once the first `burst` have been answered.
    pub(crate) fn above(per_second: f64, burst: f64) -> Self {
        Self::Above(Arc::new(Mutex::new(Allowance {
            per_second,
            burst,
            left: burst,
            since: Instant::now(),
        })))
    }

    /// The plain fault that strikes when `seen` earlier calls could have been struck.
    pub(super) fn strikes(&self, seen: usize) -> Option<&Self> {
        match self {
            Self::Times(calls, fault) => fault.strikes(seen).filter(|_| seen < *calls),
            Self::Above(allowance) => {
                let allowed = allowance.lock().unwrap_or_else(PoisonError::into_inner).take();
                (!allowed).then_some(&Self::Throttle)
            }
            Self::After(calls, fault) => fault.strikes(seen.checked_sub(*calls)?),
            fault => Some(fault),
        }
    }

    /// What the client sees instead of an answer; `None` for faults that bend the answer itself.
    pub(super) fn act(&self, protocol: Protocol, call: &Call) -> Option<Action> {
        let error = |error: ApiError| Some(Action::Reply(wire::error(protocol, call, &error)));
        match self {
            Self::Deny => error(denied(protocol, call)),
            Self::Throttle => error(throttled(protocol, call)),
            Self::ExpiredCredentials => error(expired(protocol)),
            Self::Error { code, status, message } => error(ApiError::new(code, *status, message)),
            Self::Http500 => Some(Action::Reply(Response::new(500, "text/plain", ""))),
            Self::Reset => Some(Action::Close),
            Self::Hang => Some(Action::Hang),
            Self::Garbage => Some(Action::Reply(Response::new(
                200,
                protocol.content_type(),
                "]}>not what was hoped for<{[",
            ))),
            Self::Truncate
            | Self::RepeatToken
            | Self::StaleToken
            | Self::Above(_)
            | Self::Times(..)
            | Self::After(..) => None,
        }
    }
}

/// How the service says that the caller has no permission.
pub(super) fn denied(protocol: Protocol, call: &Call) -> ApiError {
    let (code, status) = match protocol {
        Protocol::Query | Protocol::RestXml | Protocol::Cbor => ("AccessDenied", 403),
        Protocol::Ec2 => ("UnauthorizedOperation", 403),
        Protocol::RestJson => ("AccessDeniedException", 403),
        Protocol::AwsJson => ("AccessDeniedException", 400),
    };
    let Call {
        account,
        service,
        operation,
        ..
    } = call;
    // The Agents API shares Bedrock's action prefix.
    let prefix = if service == "bedrock-agent" {
        "bedrock"
    } else {
        service.as_str()
    };
    ApiError::new(
        code,
        status,
        &format!(
            "User: arn:aws:iam::{account}:user/auditor is not authorized to perform: {prefix}:{operation} because no \
             identity-based policy allows the {prefix}:{operation} action"
        ),
    )
}

fn throttled(protocol: Protocol, call: &Call) -> ApiError {
    let (code, status) = match (protocol, call.service.as_str()) {
        (Protocol::Query | Protocol::Cbor, _) => ("Throttling", 400),
        (Protocol::Ec2, _) => ("RequestLimitExceeded", 503),
        (Protocol::RestXml, _) => ("SlowDown", 503),
        (_, "lambda") => ("TooManyRequestsException", 429),
        (_, "organizations") => ("TooManyRequestsException", 400),
        (Protocol::RestJson, _) => ("ThrottlingException", 429),
        (Protocol::AwsJson, _) => ("ThrottlingException", 400),
    };
    ApiError::new(code, status, "Rate exceeded")
}

fn expired(protocol: Protocol) -> ApiError {
    let (code, status) = match protocol {
        Protocol::Query | Protocol::Cbor => ("ExpiredToken", 403),
        Protocol::Ec2 => ("RequestExpired", 400),
        Protocol::RestXml => ("ExpiredToken", 400),
        Protocol::RestJson => ("ExpiredTokenException", 403),
        Protocol::AwsJson => ("ExpiredTokenException", 400),
    };
    ApiError::new(code, status, "The security token included in the request is expired")
}
