//! `detections`: what notices that a control is lost, in the language of whoever runs it.

use super::failure::Failure;
use super::known;
use super::print;
use super::settings::Settings;
use crate::cli::options::{GlobalArgs, lay_controls};
use crate::cli::{DetectionFormat, DetectionsArgs};
use crate::config::check;
use crate::control::catalog::Entry;
use crate::detection::{self, Format};
use crate::exit::ExitStatus;
use crate::ingest::{Access, PendingFile};
use std::io::Write;

/// Runs the command.
pub(super) fn run(args: &DetectionsArgs, global: &GlobalArgs) -> anyhow::Result<ExitStatus> {
    let settings = Settings::load(global, |layer| lay_controls(layer, &[], args.controls.as_ref()))?;
    let catalog = known::catalog(&settings)?;
    let wanted = check::controls(&args.control, "--control", &catalog)?;
    let entries: Vec<&Entry> = catalog
        .entries()
        .iter()
        .filter(|entry| wanted.as_ref().is_none_or(|ids| ids.contains(&entry.control.id)))
        .collect();
    if wanted.is_some()
        && let Some(bare) = entries.iter().find(|entry| entry.guide.is_none())
    {
        let id = &bare.control.id;
        return Err(Failure::new(format!(
            "`{id}` has no guide, so nothing is known that would betray its loss"
        ))
        .help(format!("write guides/{id}/guide.toml beside its control file"))
        .into());
    }
    let format = match args.format {
        DetectionFormat::Insights => Format::Insights,
        DetectionFormat::Eventbridge => Format::Eventbridge,
        DetectionFormat::Sigma => Format::Sigma,
        DetectionFormat::Cloudwatch => Format::Cloudwatch,
    };
    let text = detection::render(format, &entries);
    let Some(path) = args.output.as_ref().filter(|path| path.as_os_str() != "-") else {
        return print(&text);
    };
    PendingFile::create(path, Access::Usual)
        .and_then(|mut file| file.write_all(text.as_bytes()).map(|()| file))
        .and_then(PendingFile::commit)
        .map_err(|error| {
            Failure::new(format!("cannot write `{}`: {error}", path.display()))
                .help("choose another path, or make its directory writable")
        })?;
    Ok(ExitStatus::Clean)
}
