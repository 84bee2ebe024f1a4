//! `collect`: reads the account into a snapshot file, and does no more. Ended early, it keeps what was read.

use super::failure::Failure;
use super::known;
use super::live;
use super::settings::Settings;
use crate::cli::CollectArgs;
use crate::cli::options::lay_controls;
use crate::config::layer::Layer;
use crate::exit::ExitStatus;
use crate::ingest::{Access, PendingFile, write_snapshot};
use crate::model::snapshot::Snapshot;
use std::io::{self, Write};
use std::path::Path;

/// Adds what was typed.
pub(super) fn lay(args: &CollectArgs, layer: &mut Layer) {
    lay_controls(layer, &args.control, args.controls.as_ref());
    args.aws.lay(layer);
}

/// Runs the command.
pub(super) fn run(args: &CollectArgs, settings: Settings) -> anyhow::Result<ExitStatus> {
    let catalog = known::catalog(&settings)?;
    settings.judgement(&catalog)?;
    let controls = settings.controls(&catalog)?;
    let path = args.output.as_path();
    let on_stdout = path == Path::new("-");
    let unwritable = |error: io::Error| {
        Failure::new(format!("cannot write `{}`: {error}", path.display()))
            .help("choose another path, or make its directory writable")
    };
    let file = (!on_stdout)
        .then(|| PendingFile::create(path, Access::Owner))
        .transpose()
        .map_err(unwritable)?;

    let plan = live::plan(&settings, known::needs(controls.as_ref()));
    let collected = live::read(&plan, &settings)?;
    live::explain(&collected, &format!("what was read is kept in {}", path.display()));
    let Some(snapshot) = &collected.snapshot else {
        return Ok(collected.ended.unwrap_or(ExitStatus::Error));
    };
    match file {
        Some(mut file) => {
            write_snapshot(snapshot, path, &mut file)
                .and_then(|()| file.commit())
                .map_err(unwritable)?;
        }
        None => match write_snapshot(snapshot, path, &mut io::stdout().lock()) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {}
            written => written.map_err(unwritable)?,
        },
    }
    if !settings.quiet() {
        let _ = writeln!(io::stderr().lock(), "{}", in_one_line(snapshot));
    }
    Ok(collected.ended.unwrap_or(ExitStatus::Clean))
}

fn in_one_line(snapshot: &Snapshot) -> String {
    let regions: usize = snapshot.accounts.values().map(|account| account.regions.len()).sum();
    let accounts: Vec<&str> = snapshot.accounts.keys().map(String::as_str).collect();
    let gaps = snapshot.gaps().count();
    format!(
        "read account {} in {regions} regions; {gaps} reads failed",
        accounts.join(", ")
    )
}
