//! What `scan` and `collect` have in common: one collection on one thread, ended early by SIGINT, SIGTERM or expired
//! credentials, with what was read until then.
//!
//! The first signal stops the collection, a second one the process's patience: it ends without waiting any longer.

use super::failure::Failure;
use super::settings::Settings;
use crate::audit::rfc3339;
use crate::collect::{self, Bar, Cancel, Plan, Progress, Silent, Stop};
use crate::exit::ExitStatus;
use crate::model::snapshot::Snapshot;
use anyhow::Context;
use std::cell::Cell;
use std::collections::BTreeSet;
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// What a collection brought, and what ended it early, if anything did.
#[derive(Debug)]
pub(super) struct Collected {
    /// What was read; nothing where the end came before the start.
    pub(super) snapshot: Option<Snapshot>,
    /// How the run has to end for it.
    pub(super) ended: Option<ExitStatus>,
}

/// The order for a collection.
pub(super) fn plan(settings: &Settings, controls: Option<BTreeSet<String>>) -> Plan {
    let layer = &settings.layer;
    let text = |key: &str| layer.text(key).map(str::to_owned);
    let usual = Plan::default();
    Plan {
        profile: text("profile"),
        role_arn: text("role_arn"),
        external_id: text("external_id"),
        regions: layer.list("regions").to_vec(),
        controls,
        concurrency: layer
            .number("concurrency")
            .and_then(|number| usize::try_from(number).ok())
            .unwrap_or(usual.concurrency),
        timeout: layer.number("timeout").map_or(usual.timeout, Duration::from_secs),
        deadline: layer.number("deadline").map(Duration::from_secs),
        ca_bundle: std::env::var_os("AWS_CA_BUNDLE")
            .filter(|path| !path.is_empty())
            .map(PathBuf::from),
    }
}

/// Collects.
pub(super) fn read(plan: &Plan, settings: &Settings) -> anyhow::Result<Collected> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.context("the asynchronous runtime cannot start")?;
    let silent = settings.quiet() || settings.layer.switch("no_progress");
    let progress: Arc<dyn Progress> = if silent { Arc::new(Silent) } else { Arc::new(Bar::new()) };
    runtime.block_on(with_signals(plan, progress))
}

async fn with_signals(plan: &Plan, progress: Arc<dyn Progress>) -> anyhow::Result<Collected> {
    let cancel = Cancel::default();
    let captured_at = rfc3339(jiff::Timestamp::now());
    let ended: Cell<Option<ExitStatus>> = Cell::new(None);
    let work = collect::collect(plan, captured_at, progress, cancel.clone());
    let signals = async {
        // Where signals cannot be heard, the system's own way of ending stays in force.
        let Ok(mut signals) = Signals::new() else {
            return std::future::pending().await;
        };
        ended.set(Some(signals.next().await));
        cancel.stop(Stop::Interrupted);
        signals.next().await
    };
    let result = tokio::select! {
        result = work => result,
        status = signals => return Ok(Collected { snapshot: None, ended: Some(status) }),
    };
    match (result, ended.get()) {
        (Ok(snapshot), None) => {
            let expired = cancel.reason() == Some(Stop::Credentials);
            Ok(Collected {
                snapshot: Some(snapshot),
                ended: expired.then_some(ExitStatus::Error),
            })
        }
        (Ok(snapshot), ended) => Ok(Collected {
            snapshot: Some(snapshot),
            ended,
        }),
        (Err(_), Some(ended)) => Ok(Collected {
            snapshot: None,
            ended: Some(ended),
        }),
        (Err(error), None) => Err(anyhow::Error::new(error)),
    }
}

/// SIGINT and SIGTERM, where the system has them.
struct Signals {
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
}

impl Signals {
    fn new() -> std::io::Result<Self> {
        Ok(Self {
            #[cfg(unix)]
            terminate: tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?,
        })
    }

    #[cfg(unix)]
    async fn next(&mut self) -> ExitStatus {
        tokio::select! {
            _ = tokio::signal::ctrl_c() => ExitStatus::Interrupted,
            _ = self.terminate.recv() => ExitStatus::Terminated,
        }
    }

    #[cfg(not(unix))]
    async fn next(&mut self) -> ExitStatus {
        let _ = tokio::signal::ctrl_c().await;
        ExitStatus::Interrupted
    }
}

/// Says on standard error what ended the run early and what is missing for it.
pub(super) fn explain(collected: &Collected, kept: &str) {
    let Some(ended) = collected.ended else { return };
    let why = match ended {
        ExitStatus::Interrupted => "interrupted",
        ExitStatus::Terminated => "terminated",
        _ => "the AWS credentials have expired; renew them and run again",
    };
    let missing = collected.snapshot.as_ref().map_or_else(
        || "nothing was read".to_owned(),
        |snapshot| format!("{} reads are missing; {kept}", snapshot.gaps().count()),
    );
    let _ = writeln!(std::io::stderr().lock(), "error: {why}: {missing}");
}

/// The error of a run that has nothing to go on with.
pub(super) fn nothing() -> anyhow::Error {
    Failure::new("nothing was read").help("run again with more time").into()
}
