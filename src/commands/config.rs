//! `config show`: every setting, its value, and where the value comes from.

use super::known;
use super::print;
use super::settings::Settings;
use crate::cli::ConfigCommand;
use crate::config::check::Judgement;
use crate::config::layer::{Origin, Value};
use crate::config::setting::SETTINGS;
use crate::control::param::to_json;
use crate::exit::ExitStatus;
use serde_json::{Map, json};
use std::fmt::Write as _;

/// Runs the command.
pub(super) fn run(command: &ConfigCommand, settings: Settings) -> anyhow::Result<ExitStatus> {
    let ConfigCommand::Show { format } = command;
    // Names are checked as a scan would check them: a setting that is shown is one that works.
    let catalog = known::catalog(&settings)?;
    let judgement = settings.judgement(&catalog)?;
    settings.controls(&catalog)?;
    if format == "json" {
        print(&format!("{:#}\n", as_json(&settings, &judgement)))
    } else {
        print(&as_table(&settings, &judgement)?)
    }
}

fn rows(settings: &Settings) -> impl Iterator<Item = (&'static str, Option<&Value>, &Origin)> {
    SETTINGS.iter().map(|setting| match settings.layer.0.get(setting.key) {
        Some((value, origin)) => (setting.key, Some(value), origin),
        None => (setting.key, None, &Origin::Default),
    })
}

fn as_table(settings: &Settings, judgement: &Judgement) -> Result<String, std::fmt::Error> {
    let mut out = String::new();
    match &settings.path {
        Some(path) => writeln!(out, "# file: {}", path.display())?,
        None => writeln!(out, "# file: none")?,
    }
    let shown: Vec<(&str, String, String)> = rows(settings)
        .map(|(key, value, origin)| {
            let value = value.map_or_else(|| "-".to_owned(), ToString::to_string);
            (key, value, origin.to_string())
        })
        .collect();
    let width = |of: fn(&(&str, String, String)) -> usize| shown.iter().map(of).max().unwrap_or(0);
    let (keys, values) = (width(|row| row.0.len()), width(|row| row.1.chars().count()));
    for (key, value, origin) in &shown {
        writeln!(out, "{key:keys$} = {value:values$}  # {origin}")?;
    }
    for (control, values) in &judgement.params {
        writeln!(out, "\n[params.\"{control}\"]")?;
        for (name, value) in values {
            writeln!(out, "{name} = {value}")?;
        }
    }
    for (control, overrides) in &judgement.overrides {
        for over in overrides {
            writeln!(
                out,
                "\n[[params.\"{control}\".overrides]]\nresource = {:?}",
                over.resource.as_str()
            )?;
            for (name, value) in &over.values {
                writeln!(out, "{name} = {value}")?;
            }
        }
    }
    for exception in &judgement.exceptions {
        let (rule, resource) = (&exception.rule, exception.resource.as_str());
        writeln!(
            out,
            "\n[[exceptions]]\nrule = {rule:?}\nresource = {resource:?}\nreason = {:?}",
            exception.reason
        )?;
        if let Some(last) = exception.expires {
            writeln!(out, "expires = {last}")?;
        }
    }
    Ok(out)
}

fn as_json(settings: &Settings, judgement: &Judgement) -> serde_json::Value {
    let values: Map<String, serde_json::Value> = rows(settings)
        .map(|(key, value, origin)| {
            let value = match value {
                None => serde_json::Value::Null,
                Some(Value::Text(text)) => json!(text),
                Some(Value::List(list)) => json!(list),
                Some(Value::Switch(on)) => json!(on),
                Some(Value::Number(number)) => json!(number),
            };
            (key.to_owned(), json!({"value": value, "origin": origin.to_string()}))
        })
        .collect();
    let table = |values: &crate::config::check::Values| -> Map<String, serde_json::Value> {
        values
            .iter()
            .map(|(name, value)| (name.clone(), to_json(value)))
            .collect()
    };
    let params: Map<String, serde_json::Value> = judgement
        .params
        .iter()
        .map(|(control, values)| (control.clone(), table(values).into()))
        .collect();
    let overrides = judgement.overrides.iter().flat_map(|(control, overrides)| {
        overrides.iter().map(
            move |over| json!({"control": control, "resource": over.resource.as_str(), "values": table(&over.values)}),
        )
    });
    let exceptions = judgement.exceptions.iter().map(|exception| {
        json!({
            "rule": exception.rule,
            "resource": exception.resource.as_str(),
            "reason": exception.reason,
            "expires": exception.expires.map(|date| date.to_string()),
        })
    });
    json!({
        "file": settings.path.as_ref().map(|path| path.display().to_string()),
        "settings": values,
        "params": params,
        "overrides": overrides.collect::<Vec<_>>(),
        "exceptions": exceptions.collect::<Vec<_>>(),
    })
}
