//! An AWS that lives in the test: one local port that speaks the protocols of all services which the tool reads, so
//! that the real SDK clients, and the compiled binary, talk to it unchanged.
//!
//! ```ignore
//! let aws = FakeAws::start(
//!     World::new("111122223333")
//!         .regions(&["us-east-1", "eu-west-1"])
//!         .on_region("bedrock", "us-east-1", "ListGuardrails", json!({"guardrails": [{"id": "abc"}]}))
//!         .when("bedrock", "GetGuardrail", json!({"guardrailIdentifier": "abc"}), json!({"name": "n"}))
//!         .fault("kms", "DescribeKey", Fault::Throttle.times(2))
//!         .page(2),
//! );
//! Cmd::bin().aws(&aws).args(["scan"]).run();
//! assert_eq!(aws.writes(), []);
//! assert_eq!(aws.unexpected(), Vec::<String>::new());
//! ```
//!
//! Results are written as the API reference (and boto3) shows them, times as ISO text, policies as JSON or text; the
//! writers turn them into what the wire has. The signature's scope gives service and region, the access key
//! (`FAKE` or, from `AssumeRole`, `ASIA`, then twelve digits) the account. What a world does not mention is empty or
//! not found. Whatever is not a read is refused and kept in [`FakeAws::writes`].

mod bucket;
mod defaults;
mod fault;
mod filter;
mod http;
mod page;
mod params;
mod route;
mod routes;
mod server;
mod wire;
pub(crate) mod wire_cbor;
mod wire_json;
mod wire_xml;
mod world;

use std::collections::BTreeSet;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

pub(crate) use self::fault::Fault;
pub(crate) use self::world::{Call, On, World};

use self::http::Request;
use self::route::Refusal;
use self::server::{Action, Server};
use self::wire::ApiError;

/// A running fake; it ends when dropped.
pub(crate) struct FakeAws {
    server: Server,
    account: String,
    log: Arc<(Mutex<Log>, Condvar)>,
}

/// What was asked, in the order of arrival.
#[derive(Debug, Default)]
struct Log {
    calls: Vec<Call>,
    writes: Vec<String>,
    unexpected: Vec<String>,
    unsigned: usize,
}

impl FakeAws {
    /// Starts serving `world` on a free local port.
    pub(crate) fn start(world: World) -> Self {
        let log = Arc::new((Mutex::new(Log::default()), Condvar::new()));
        let account = world.account.clone();
        let kept = Arc::clone(&log);
        let server = Server::start(Box::new(move |request| act(&world, &kept, request)));
        Self { server, account, log }
    }

    /// The endpoint URL to hand to clients.
    pub(crate) fn url(&self) -> &str {
        self.server.url()
    }

    /// The access key that signs as the world's own account.
    pub(crate) fn access_key(&self) -> String {
        format!("FAKE{}AUDITOR", self.account)
    }

    /// Every call that reached an operation, retries and pages included, sorted by account, region and name.
    pub(crate) fn calls(&self) -> Vec<Call> {
        let mut calls = self.log().calls.clone();
        calls.sort_by_cached_key(|call| {
            (
                call.account.clone(),
                call.region.clone(),
                call.name(),
                call.params.to_string(),
            )
        });
        calls
    }

    /// The `service:Operation` names that were called.
    pub(crate) fn operations(&self) -> BTreeSet<String> {
        self.log().calls.iter().map(Call::name).collect()
    }

    /// How often one operation was called.
    pub(crate) fn count(&self, service: &str, operation: &str) -> usize {
        self.log()
            .calls
            .iter()
            .filter(|call| call.is(service, operation))
            .count()
    }

    /// Waits until an operation was called; whether it was in time is for the test to find out.
    pub(crate) fn wait_for(&self, service: &str, operation: &str, within: Duration) {
        let called = |log: &mut Log| !log.calls.iter().any(|call| call.is(service, operation));
        let (lock, heard) = &*self.log;
        let log = lock.lock().unwrap_or_else(PoisonError::into_inner);
        drop(heard.wait_timeout_while(log, within, called));
    }

    /// Requests that would have changed something. Must be empty in every test.
    pub(crate) fn writes(&self) -> Vec<String> {
        self.log().writes.clone()
    }

    /// Requests that the fake could not make sense of: unknown operations and keys.
    pub(crate) fn unexpected(&self) -> Vec<String> {
        self.log().unexpected.clone()
    }

    /// Requests without a signature.
    pub(crate) fn unsigned(&self) -> usize {
        self.log().unsigned
    }

    /// The most requests that were being answered at one moment.
    pub(crate) fn peak(&self) -> usize {
        self.server.peak()
    }

    /// How many connections clients opened.
    pub(crate) fn connections(&self) -> usize {
        self.server.connections()
    }

    fn log(&self) -> std::sync::MutexGuard<'_, Log> {
        self.log.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn act(world: &World, (log, heard): &(Mutex<Log>, Condvar), request: &Request) -> Action {
    let routed = route::route(request);
    {
        let mut log = log.lock().unwrap_or_else(PoisonError::into_inner);
        let line = format!("{} {}", request.method, request.path);
        match &routed {
            Ok((_, call)) if !route::reads(&call.operation) => log.writes.push(call.name()),
            Ok((_, call)) => log.calls.push(call.clone()),
            Err(Refusal::Unsigned) => log.unsigned += 1,
            Err(Refusal::NoOperation { write: true }) => log.writes.push(line),
            Err(Refusal::UnknownKey | Refusal::NoOperation { write: false }) => log.unexpected.push(line),
        }
    }
    heard.notify_all();
    if !world.latency.is_zero() {
        thread::sleep(world.latency);
    }
    let (protocol, call) = match routed {
        Ok(routed) => routed,
        Err(refusal) => return Action::Reply(refusal.response()),
    };
    if !route::reads(&call.operation) {
        return Action::Reply(wire::error(protocol, &call, &fault::denied(protocol, &call)));
    }
    let fault = world.strike(&call);
    if let Some(action) = fault.and_then(|fault| fault.act(protocol, &call)) {
        return action;
    }
    let response = match outcome(world, &call, fault) {
        Ok(result) => wire::success(protocol, &call, &result),
        Err(error) => wire::error(protocol, &call, &error),
    };
    if matches!(fault, Some(Fault::Truncate)) {
        Action::Cut(response)
    } else {
        Action::Reply(response)
    }
}

fn outcome(world: &World, call: &Call, fault: Option<&Fault>) -> Result<serde_json::Value, ApiError> {
    if let Some(refused) = bucket::gate(world, call) {
        return Err(refused);
    }
    let result = match world.result(call) {
        Some(result) => result.clone(),
        None => match bucket::known(world, call) {
            Some(result) => result,
            None => defaults::unsaid(world, call)?,
        },
    };
    page::cut(
        call,
        filter::narrow(call, result),
        world.page,
        world.empty_first(call),
        fault,
    )
}
