//! What a collector is given: where it reads, with which configuration, and the one way to make a call.
//!
//! Every call goes through [`Context::read`], which keeps to the limits on calls in flight, ends with the collection,
//! and turns an error into what it means. A collector has no other way to fail than to bring fewer rows and more gaps.

use super::cancel::{Cancel, Stop};
use super::classify::{Place, Symptom, Verdict, verdict};
use super::listen::Listening;
use super::pace::Windows;
use super::progress::Progress;
use super::regions;
use crate::model::calls::{Call, CallScope};
use crate::model::gap::{Gap, GapKind};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_types::SdkConfig;
use aws_types::region::Region;
use futures::FutureExt;
use futures::future::LocalBoxFuture;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::error::Error;
use std::rc::Rc;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// Why a read brought nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Miss {
    /// AWS answered that the thing is not there; the gap is for those to whom that is a failure.
    Absent(Gap),
    /// It is not known.
    Gap(Gap),
}

impl Miss {
    /// The gap in either case.
    pub(super) fn into_gap(self) -> Gap {
        match self {
            Self::Absent(gap) | Self::Gap(gap) => gap,
        }
    }

    /// The gap, where absence is an answer and none.
    pub(super) fn gap(self) -> Option<Gap> {
        match self {
            Self::Absent(_) => None,
            Self::Gap(gap) => Some(gap),
        }
    }
}

/// What all collectors of one account share.
pub(super) struct Shared {
    config: SdkConfig,
    account: String,
    not_opted_in: BTreeSet<String>,
    named: bool,
    all_calls: Semaphore,
    windows: Arc<Windows>,
    cancel: Cancel,
    progress: Arc<dyn Progress>,
    claims: RefCell<BTreeSet<(&'static str, String)>>,
}

/// One account in one region.
#[derive(Clone)]
pub(super) struct Context {
    shared: Rc<Shared>,
    config: SdkConfig,
    region: String,
}

/// What is needed to begin.
pub(super) struct Start {
    pub(super) config: SdkConfig,
    pub(super) account: String,
    pub(super) partition: String,
    pub(super) not_opted_in: BTreeSet<String>,
    /// Whether the user named the regions, which says that they are in use.
    pub(super) named: bool,
    pub(super) concurrency: usize,
    pub(super) cancel: Cancel,
    pub(super) progress: Arc<dyn Progress>,
}

impl Context {
    /// The context of an account's global services.
    pub(super) fn new(start: Start) -> Self {
        let region = regions::partition_named(&start.partition).global_region.to_owned();
        let windows = Arc::new(Windows::default());
        let mut config = start.config.to_builder();
        config.set_http_client(
            start
                .config
                .http_client()
                .map(|client| SharedHttpClient::new(Listening::to(client, &windows))),
        );
        let shared = Rc::new(Shared {
            config: config.build(),
            account: start.account,
            not_opted_in: start.not_opted_in,
            all_calls: Semaphore::new(start.concurrency.clamp(1, Semaphore::MAX_PERMITS)),
            named: start.named,
            windows,
            cancel: start.cancel,
            progress: start.progress,
            claims: RefCell::default(),
        });
        Self {
            config: regional(&shared.config, &region),
            shared,
            region,
        }
    }

    /// The same account in another region, with the same connections, credentials and limits.
    pub(super) fn in_region(&self, region: &str) -> Self {
        Self {
            config: regional(&self.shared.config, region),
            shared: Rc::clone(&self.shared),
            region: region.to_owned(),
        }
    }

    /// The configuration that every client is made of.
    pub(super) fn config(&self) -> &SdkConfig {
        &self.config
    }

    /// Whether the user named the regions of the collection.
    pub(super) fn is_named(&self) -> bool {
        self.shared.named
    }

    /// The region.
    pub(super) fn region(&self) -> &str {
        &self.region
    }

    /// The audited account.
    pub(super) fn account(&self) -> &str {
        &self.shared.account
    }

    /// Whether the caller is the first of the whole collection to ask for this thing, and so the one to read it.
    pub(super) fn claim(&self, kind: &'static str, name: &str) -> bool {
        self.shared.claims.borrow_mut().insert((kind, name.to_owned()))
    }

    /// Tells the user that a collector is through.
    pub(super) fn step(&self, collector: &str) {
        self.shared.progress.step(&format!("{collector} {}", self.region));
    }

    /// Makes one call. `resource` names what it asks about; leave it out where the answer is about everything.
    ///
    /// The future must not have been polled: it waits here for its turn. It waits on the heap, because the futures of
    /// the SDK are large and a collector joins many of them: on the stack they would fill it.
    pub(super) fn read<'a, T, E>(
        &'a self,
        call: &'static Call,
        resource: Option<&'a str>,
        future: impl Future<Output = Result<T, SdkError<E, HttpResponse>>> + 'a,
    ) -> LocalBoxFuture<'a, Result<T, Miss>>
    where
        T: 'a,
        E: Error + ProvideErrorMetadata + 'static,
    {
        let future = future.boxed_local();
        self.answer(call, resource, future).boxed_local()
    }

    async fn answer<T, E>(
        &self,
        call: &'static Call,
        resource: Option<&str>,
        future: LocalBoxFuture<'_, Result<T, SdkError<E, HttpResponse>>>,
    ) -> Result<T, Miss>
    where
        E: Error + ProvideErrorMetadata + 'static,
    {
        let attempt = async {
            // First the narrow door and then the wide one: who waits for a slow service keeps nobody else waiting.
            let window = self.shared.windows.of(call.service, &self.region);
            let _turn = window.turn().await;
            let _place = self.shared.all_calls.acquire().await.ok();
            future.await
        };
        let answer = tokio::select! {
            biased;
            stop = self.shared.cancel.stopped() => return Err(Miss::Gap(self.stopped(call, resource, stop))),
            answer = attempt => answer,
        };
        self.shared.progress.call();
        answer.map_err(|error| self.miss(call, resource, &Symptom::of(&error)))
    }

    fn miss(&self, call: &'static Call, resource: Option<&str>, symptom: &Symptom) -> Miss {
        if symptom.ends_the_session() {
            self.shared.cancel.stop(Stop::Credentials);
        }
        let place = Place {
            offers_bedrock: regions::offers_bedrock(&self.region),
            not_opted_in: call.scope == CallScope::Regional && self.shared.not_opted_in.contains(&self.region),
        };
        let verdict = verdict(call, resource.is_some(), symptom, place);
        tracing::debug!(
            service = call.service,
            operation = call.operation,
            region = self.region,
            resource,
            code = symptom.code,
            status = symptom.status,
            ?verdict,
            "call failed"
        );
        let kind = match verdict {
            Verdict::Absent => GapKind::NotFound,
            Verdict::Gap(kind) => kind,
        };
        let gap = Gap {
            code: symptom.code.clone(),
            ..self.gap(call, resource, kind, &symptom.message)
        };
        match verdict {
            Verdict::Absent => Miss::Absent(gap),
            Verdict::Gap(_) => Miss::Gap(gap),
        }
    }

    fn stopped(&self, call: &'static Call, resource: Option<&str>, stop: Stop) -> Gap {
        let (kind, message) = match stop {
            Stop::Interrupted => (GapKind::Timeout, "not read: the collection was interrupted"),
            Stop::Deadline => (GapKind::Timeout, "not read: the deadline of the collection had passed"),
            Stop::Credentials => (GapKind::Credentials, "not read: the credentials ended before"),
        };
        self.gap(call, resource, kind, message)
    }

    /// A gap at this place.
    pub(super) fn gap(&self, call: &'static Call, resource: Option<&str>, kind: GapKind, message: &str) -> Gap {
        Gap {
            region: (call.scope == CallScope::Regional).then(|| self.region.clone()),
            service: call.service.to_owned(),
            operation: call.operation.to_owned(),
            resource: resource.map(str::to_owned),
            kind,
            code: None,
            message: message.to_owned(),
            permission: call.needs().map(str::to_owned),
        }
    }
}

/// The configuration for another region; the HTTP client and the cache of credentials stay the same ones.
fn regional(config: &SdkConfig, region: &str) -> SdkConfig {
    config.to_builder().region(Region::new(region.to_owned())).build()
}
