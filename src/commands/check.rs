//! `check`: judges saved snapshots, or the demo that is part of the program.

use super::judge::Judge;
use super::settings::Settings;
use crate::cli::CheckArgs;
use crate::config::layer::Layer;
use crate::exit::ExitStatus;
use crate::ingest::{self, Input};

/// An invented account with good and bad parts.
const DEMO: &[u8] = include_bytes!("../../fixtures/snapshots/demo.json");

/// Adds what was typed.
pub(super) fn lay(args: &CheckArgs, layer: &mut Layer) {
    args.judge.lay(layer);
    args.report.lay(layer);
}

/// Runs the command.
pub(super) fn run(args: &CheckArgs, settings: Settings) -> anyhow::Result<ExitStatus> {
    let judge = Judge::prepare(settings)?;
    let snapshot = if args.demo {
        ingest::parse("demo", DEMO)?
    } else {
        let inputs: Vec<Input> = args.files.iter().map(|file| Input::of(file)).collect();
        ingest::load(&inputs)?
    };
    judge.finish(snapshot, false)
}
