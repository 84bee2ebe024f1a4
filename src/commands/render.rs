//! `render`: a saved report in another format. The judgement is that of the report; nothing is evaluated again, and the
//! exit code is 0.

use super::judge::report_of;
use super::outputs::Outputs;
use super::settings::Settings;
use crate::cli::RenderArgs;
use crate::exit::ExitStatus;

/// Runs the command.
pub(super) fn run(args: &RenderArgs, settings: Settings) -> anyhow::Result<ExitStatus> {
    let outputs = Outputs::open(&settings)?;
    let report = report_of(&args.report)?;
    outputs.write(&report, &settings)?;
    Ok(ExitStatus::Clean)
}
