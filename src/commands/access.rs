//! `access`: who can invoke what, from a saved snapshot or live.
//!
//! Exit code 3 where users or roles could not be listed: "nobody" and "could not tell" are different answers.

use super::failure::Failure;
use super::settings::Settings;
use super::terminal::Surroundings;
use crate::access::{self, Asked, Question};
use crate::audit;
use crate::cli::AccessArgs;
use crate::config::layer::Layer;
use crate::exit::ExitStatus;
use crate::facts::context::Context;
use crate::ingest::{self, Access, Input, PendingFile};
use crate::model::snapshot::Snapshot;
use crate::report::render_access;
use std::io::{self, Write};
use std::path::Path;

/// Adds what was typed.
pub(super) fn lay(args: &AccessArgs, layer: &mut Layer) {
    args.aws.lay(layer);
}

/// Runs the command.
pub(super) fn run(args: &AccessArgs, settings: &Settings) -> anyhow::Result<ExitStatus> {
    let question = Question::of(&Asked {
        action: args.action.clone(),
        model: args.model.clone(),
        principal: args.principal.clone(),
        regions: settings.layer.list("regions").to_vec(),
        home: home(),
        context: args.context.clone(),
        closed: args.closed_context,
    })?;
    let path = args.output.as_deref().filter(|path| *path != Path::new("-"));
    let unwritable = |path: &Path, error: &io::Error| {
        Failure::new(format!("cannot write `{}`: {error}", path.display()))
            .help("choose another path, or make its directory writable")
    };
    let file = path
        .map(|path| PendingFile::create(path, Access::Usual).map_err(|error| unwritable(path, &error)))
        .transpose()?;

    let (snapshot, ended) = if args.snapshot.is_empty() {
        collected(settings)?
    } else {
        let inputs: Vec<Input> = args.snapshot.iter().map(|file| Input::of(file)).collect();
        (Some(ingest::load(&inputs)?), None)
    };
    let Some(snapshot) = snapshot else {
        return Ok(ended.unwrap_or(ExitStatus::Error));
    };
    let target = question.target(&snapshot)?;
    let params = audit::default_params(&super::known::of(None)?);
    let now = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
    let answer = access::answer(&Context::new(&snapshot, &params, now), &question, &target);

    let surroundings = Surroundings::look();
    let mut text = Vec::new();
    if let (Some(path), Some(mut file)) = (path, file) {
        let style = surroundings.file(&settings.layer);
        render_access(args.format, &answer, &style, &mut text)?;
        file.write_all(&text)
            .and_then(|()| file.commit())
            .map_err(|error| unwritable(path, &error))?;
    } else {
        let style = surroundings.stdout(&settings.layer);
        render_access(args.format, &answer, &style, &mut text)?;
        super::print(&String::from_utf8_lossy(&text))?;
    }
    Ok(ended.unwrap_or(if answer.unread().is_empty() {
        ExitStatus::Clean
    } else {
        ExitStatus::Undecided
    }))
}

/// The region that AWS's own tools would use.
/// <https://docs.aws.amazon.com/sdkref/latest/guide/feature-region.html>
fn home() -> Option<String> {
    let variable = |name: &str| {
        let value = std::env::var_os(name)?.to_string_lossy().into_owned();
        (!value.is_empty()).then_some(value)
    };
    variable("AWS_REGION").or_else(|| variable("AWS_DEFAULT_REGION"))
}

/// What a collection brings that reads only what the engine needs.
#[cfg(feature = "live")]
fn collected(settings: &Settings) -> anyhow::Result<(Option<Snapshot>, Option<ExitStatus>)> {
    use super::live;
    let needed = std::collections::BTreeSet::from(["aws-genai-01".to_owned()]);
    let collected = live::read(&live::plan(settings, Some(needed)), settings)?;
    if let Some(signal @ (ExitStatus::Interrupted | ExitStatus::Terminated)) = collected.ended {
        live::explain(&collected, "no answer is given");
        return Ok((None, Some(signal)));
    }
    live::explain(&collected, "the answer covers what was read before");
    Ok((Some(collected.snapshot.ok_or_else(live::nothing)?), collected.ended))
}

#[cfg(not(feature = "live"))]
fn collected(_: &Settings) -> anyhow::Result<(Option<Snapshot>, Option<ExitStatus>)> {
    Err(
        Failure::new("this build cannot talk to AWS: it was made without the feature `live`")
            .help("give a saved snapshot with --snapshot FILE")
            .into(),
    )
}
