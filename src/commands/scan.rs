//! `scan`: the main job. Reads the account, judges it, reports, and exits by the gate.
//!
//! A run that a signal ended prints no report, because half an account must not pass for a whole one. Credentials that
//! expired on the way leave a report of what was read, and exit code 2.

use super::judge::Judge;
use super::live;
use super::settings::Settings;
use crate::cli::ScanArgs;
use crate::config::layer::Layer;
use crate::exit::ExitStatus;

/// Adds what was typed.
pub(super) fn lay(args: &ScanArgs, layer: &mut Layer) {
    args.aws.lay(layer);
    args.judge.lay(layer);
    args.report.lay(layer);
}

/// Runs the command.
pub(super) fn run(_: &ScanArgs, settings: Settings) -> anyhow::Result<ExitStatus> {
    let judge = Judge::prepare(settings)?;
    let plan = live::plan(judge.settings(), judge.wanted());
    let collected = live::read(&plan, judge.settings())?;
    let ended = collected.ended;
    if let Some(signal @ (ExitStatus::Interrupted | ExitStatus::Terminated)) = ended {
        live::explain(
            &collected,
            "no report is made; `bedrock-audit collect -o FILE` keeps what was read",
        );
        return Ok(signal);
    }
    live::explain(&collected, "the report covers what was read before");
    let snapshot = collected.snapshot.ok_or_else(live::nothing)?;
    let gate = judge.finish(snapshot, true)?;
    Ok(ended.unwrap_or(gate))
}
