//! What the pretended AWS contains: answers, faults and buckets, each bound to the calls it is for.
//!
//! The answer that asks for the most (account, region, request parameters) wins, and among equals the one said
//! last, so a test can start from a general world and override a corner of it.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::{Value, json};

use super::bucket::Bucket;
use super::fault::Fault;

/// One request as the fake understood it. `params` has the API's own member names, wherever on the wire they were.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Call {
    pub(crate) account: String,
    pub(crate) region: String,
    pub(crate) service: String,
    pub(crate) operation: String,
    pub(crate) params: Value,
}

impl Call {
    /// `service:Operation`, for lists in assertions.
    pub(crate) fn name(&self) -> String {
        format!("{}:{}", self.service, self.operation)
    }

    pub(super) fn is(&self, service: &str, operation: &str) -> bool {
        self.service == service && self.operation == operation
    }

    /// A parameter's text; numbers and booleans are written out.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        self.params.get(name).filter(|value| !value.is_null()).map(plain)
    }
}

/// Which calls an answer or a fault is for. Service and operation may end in `*`.
#[derive(Debug, Clone)]
pub(crate) struct On {
    service: String,
    operation: String,
    region: Option<String>,
    account: Option<String>,
    params: Value,
}

impl On {
    pub(crate) fn call(service: &str, operation: &str) -> Self {
        Self {
            service: service.into(),
            operation: operation.into(),
            region: None,
            account: None,
            params: json!({}),
        }
    }

    pub(crate) fn region(mut self, region: &str) -> Self {
        self.region = Some(region.to_owned());
        self
    }

    pub(crate) fn account(mut self, account: &str) -> Self {
        self.account = Some(account.to_owned());
        self
    }

    /// Only requests that have at least these parameters; see [`subset`].
    pub(crate) fn with(mut self, params: Value) -> Self {
        self.params = params;
        self
    }

    fn covers(&self, call: &Call) -> bool {
        glob(&self.service, &call.service)
            && glob(&self.operation, &call.operation)
            && self.region.as_ref().is_none_or(|region| *region == call.region)
            && self.account.as_ref().is_none_or(|account| *account == call.account)
            && subset(&self.params, &call.params)
    }

    fn conditions(&self) -> usize {
        usize::from(self.region.is_some())
            + usize::from(self.account.is_some())
            + self.params.as_object().map_or(0, serde_json::Map::len)
    }
}

/// The pretended AWS, built up call by call.
#[derive(Debug)]
pub(crate) struct World {
    pub(super) account: String,
    pub(super) buckets: BTreeMap<String, Bucket>,
    pub(super) page: Option<usize>,
    pub(super) latency: Duration,
    answers: Vec<(On, Value)>,
    faults: Vec<(On, Fault, AtomicUsize)>,
    empty_first: Vec<On>,
}

impl World {
    /// An account with nothing in it.
    pub(crate) fn new(account: &str) -> Self {
        Self {
            account: account.to_owned(),
            buckets: BTreeMap::new(),
            page: None,
            latency: Duration::ZERO,
            answers: Vec::new(),
            faults: Vec::new(),
            empty_first: Vec::new(),
        }
    }

    /// The general form of [`World::on`].
    pub(crate) fn answer(mut self, on: On, result: Value) -> Self {
        self.answers.push((on, result));
        self
    }

    pub(crate) fn on(self, service: &str, operation: &str, result: Value) -> Self {
        self.answer(On::call(service, operation), result)
    }

    pub(crate) fn on_region(self, service: &str, region: &str, operation: &str, result: Value) -> Self {
        self.answer(On::call(service, operation).region(region), result)
    }

    pub(crate) fn on_account(self, service: &str, account: &str, operation: &str, result: Value) -> Self {
        self.answer(On::call(service, operation).account(account), result)
    }

    pub(crate) fn when(self, service: &str, operation: &str, params: Value, result: Value) -> Self {
        self.answer(On::call(service, operation).with(params), result)
    }

    /// What `DescribeRegions` lists, all of them usable without opting in.
    pub(crate) fn regions(self, names: &[&str]) -> Self {
        let rows: Vec<Value> = names
            .iter()
            .map(|name| json!({"RegionName": name, "Endpoint": format!("ec2.{name}.amazonaws.com"), "OptInStatus": "opt-in-not-required"}))
            .collect();
        self.on("ec2", "DescribeRegions", json!({ "Regions": rows }))
    }

    /// The general form of [`World::fault`]. The fault said first wins, as long as it still has something to say.
    pub(crate) fn fail(mut self, on: On, fault: Fault) -> Self {
        self.faults.push((on, fault, AtomicUsize::new(0)));
        self
    }

    /// Nothing may be asked but who is asking.
    #[cfg(feature = "live")]
    pub(crate) fn denied_but_identity(self) -> Self {
        let services = [
            "iam",
            "organizations",
            "ec2",
            "cloudtrail",
            "bedrock*",
            "logs",
            "cloudwatch",
            "s3",
            "kms",
            "lambda",
        ];
        let deny = |world: Self, service: &&str| world.fault(service, "*", Fault::Deny);
        services.iter().fold(self, deny)
    }

    pub(crate) fn fault(self, service: &str, operation: &str, fault: Fault) -> Self {
        self.fail(On::call(service, operation), fault)
    }

    pub(crate) fn fault_when(self, service: &str, operation: &str, params: Value, fault: Fault) -> Self {
        self.fail(On::call(service, operation).with(params), fault)
    }

    pub(crate) fn fault_in(self, region: &str, service: &str, operation: &str, fault: Fault) -> Self {
        self.fail(On::call(service, operation).region(region), fault)
    }

    /// Once one bucket is declared, S3 knows no other: unknown names, wrong regions and owners are refused.
    pub(crate) fn bucket(mut self, name: &str, region: &str, owner: &str) -> Self {
        self.buckets.insert(
            name.to_owned(),
            Bucket {
                region: region.to_owned(),
                owner: owner.to_owned(),
            },
        );
        self
    }

    /// Lists are served so many items a page.
    pub(crate) fn page(mut self, items: usize) -> Self {
        self.page = Some(items);
        self
    }

    /// The first page of this list is empty but says that there is more.
    pub(crate) fn empty_first_page(mut self, service: &str, operation: &str) -> Self {
        self.empty_first.push(On::call(service, operation));
        self
    }

    /// Every answer takes this long.
    pub(crate) fn latency_ms(mut self, millis: u64) -> Self {
        self.latency = Duration::from_millis(millis);
        self
    }

    pub(super) fn result(&self, call: &Call) -> Option<&Value> {
        let mut best: Option<(usize, &Value)> = None;
        for (on, result) in self.answers.iter().filter(|(on, _)| on.covers(call)) {
            if best.is_none_or(|(conditions, _)| on.conditions() >= conditions) {
                best = Some((on.conditions(), result));
            }
        }
        best.map(|(_, result)| result)
    }

    /// The fault that strikes this call, if any; counts the call for each fault that it could have struck.
    pub(super) fn strike(&self, call: &Call) -> Option<&Fault> {
        let mut struck = None;
        for (_, fault, seen) in self.faults.iter().filter(|(on, ..)| on.covers(call)) {
            let strikes = fault.strikes(seen.fetch_add(1, Ordering::SeqCst));
            struck = struck.or(strikes);
        }
        struck
    }

    pub(super) fn empty_first(&self, call: &Call) -> bool {
        self.empty_first.iter().any(|on| on.covers(call))
    }

    /// Whether anything at all was said about a service.
    pub(super) fn knows(&self, service: &str) -> bool {
        self.answers.iter().any(|(on, _)| on.service == service)
    }
}

/// Whether `actual` has everything that `wanted` asks for: objects member by member, a list where one value is sent
/// means any of them, and scalars compare as text, because query protocols only have text.
pub(super) fn subset(wanted: &Value, actual: &Value) -> bool {
    match (wanted, actual) {
        (Value::Object(wanted), Value::Object(actual)) => wanted
            .iter()
            .all(|(key, value)| actual.get(key).is_some_and(|found| subset(value, found))),
        (Value::Array(wanted), Value::Array(actual)) => {
            wanted.len() == actual.len() && wanted.iter().zip(actual).all(|(left, right)| subset(left, right))
        }
        (Value::Array(any), one) => any.iter().any(|value| subset(value, one)),
        (wanted, actual) => plain(wanted) == plain(actual),
    }
}

/// A scalar as the text that a query string would carry.
pub(super) fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn glob(pattern: &str, name: &str) -> bool {
    pattern
        .strip_suffix('*')
        .map_or(pattern == name, |prefix| name.starts_with(prefix))
}
