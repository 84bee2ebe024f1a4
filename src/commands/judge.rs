//! What `scan` and `check` have in common: everything is made ready before a snapshot is read, so that a mistake in the
//! configuration is known before AWS is asked, and then one snapshot is judged, reported and gated.

use super::failure::Failure;
use super::known;
use super::outputs::Outputs;
use super::settings::Settings;
use crate::audit;
use crate::config::check::{Judgement, Known};
use crate::control::catalog::Catalog;
use crate::control::param::to_json;
use crate::exit::{ExitStatus, GateRules};
use crate::facts::params::{Override, Params};
use crate::ingest::{self, Input};
use crate::model::report::Report;
use crate::model::snapshot::Snapshot;
use crate::report::read_report;
use anyhow::Context;
use std::path::Path;

/// All that judging needs.
#[derive(Debug)]
pub(super) struct Judge {
    catalog: Catalog,
    audit: audit::Settings,
    outputs: Outputs,
    settings: Settings,
}

impl Judge {
    /// Makes everything ready.
    pub(super) fn prepare(settings: Settings) -> anyhow::Result<Self> {
        let catalog = known::catalog(&settings)?;
        let judgement = settings.judgement(&catalog)?;
        let audit = audit::Settings {
            params: params(&catalog, &judgement),
            controls: settings.controls(&catalog)?,
            min_severity: settings.severity("min_severity"),
            show_passed: settings.layer.switch("show_passed"),
            exceptions: judgement.exceptions,
            baseline: settings.path_of("baseline").map(report_of).transpose()?,
            gate: gate(&settings)?,
            live: false,
        };
        let outputs = Outputs::open(&settings)?;
        Ok(Self {
            catalog,
            audit,
            outputs,
            settings,
        })
    }

    /// The settings.
    #[cfg(feature = "live")]
    pub(super) fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The controls that a collection has to serve; none where it has to serve all.
    #[cfg(feature = "live")]
    pub(super) fn wanted(&self) -> Option<std::collections::BTreeSet<String>> {
        known::needs(self.audit.controls.as_ref())
    }

    /// Judges, reports, and says how to exit.
    pub(super) fn finish(mut self, snapshot: Snapshot, live: bool) -> anyhow::Result<ExitStatus> {
        self.audit.live = live;
        let now = jiff::Timestamp::now();
        let report = audit::run(&self.catalog, &snapshot, &self.audit, now)?;
        self.outputs.write(&report, &self.settings)?;
        let status = ExitStatus::of_gate(&report.summary.gate);
        // The process ends here. Giving back the texts of fifty thousand findings one by one takes part of a second.
        std::mem::forget((snapshot, report));
        Ok(status)
    }
}

fn gate(settings: &Settings) -> Result<GateRules, Failure> {
    let new_only = settings.layer.switch("new_only");
    if new_only && settings.path_of("baseline").is_none() {
        return Err(Failure::new("--new-only has nothing to compare with").help("add --baseline REPORT.json"));
    }
    Ok(GateRules {
        fail_on: settings.severity("fail_on"),
        allow_unknown: settings.layer.switch("allow_unknown"),
        new_only,
    })
}

/// The params of every control: defaults, and what the configuration says over them.
pub(super) fn params(catalog: &Catalog, judgement: &Judgement) -> Params {
    let mut params = audit::default_params(catalog);
    for control in catalog.controls() {
        let Some(of) = params.0.get_mut(control) else { continue };
        for (name, value) in judgement.params.get(control).into_iter().flatten() {
            of.values.insert(name.clone(), to_json(value));
        }
        let overrides = judgement.overrides.get(control).into_iter().flatten();
        of.overrides = overrides
            .map(|over| Override {
                resource: over.resource.as_str().to_owned(),
                values: over
                    .values
                    .iter()
                    .map(|(name, value)| (name.clone(), to_json(value)))
                    .collect(),
            })
            .collect();
    }
    params
}

/// A saved report.
pub(super) fn report_of(path: &Path) -> anyhow::Result<Report> {
    let input = Input::of(path);
    let help = "give a file that `--format json` wrote";
    let bytes = ingest::read_bytes(&input).map_err(|error| Failure::new(error.to_string()).help(help))?;
    read_report(&bytes)
        .map_err(|error| Failure::new(error.to_string()).help(help))
        .with_context(|| input.name())
}
