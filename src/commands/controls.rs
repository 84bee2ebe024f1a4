//! `controls …`: the catalogue, listed, shown, checked and tested.

mod markdown;
mod page;
mod sections;
mod terminal;

use super::failure::Failure;
use super::known;
use super::pager;
use super::print;
use super::settings::Settings;
use super::terminal::Surroundings;
use crate::audit;
use crate::cli::options::{GlobalArgs, lay_controls};
use crate::cli::{ControlsCommand, PageFormat};
use crate::config::check::Known;
use crate::config::place::ConfigError;
use crate::control::catalog::{Catalog, Entry};
use crate::evaluate::cases;
use crate::exit::ExitStatus;
use crate::report::count;
use anyhow::Context;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// Runs the command.
pub(super) fn run(command: &ControlsCommand, global: &GlobalArgs) -> anyhow::Result<ExitStatus> {
    let load = |directory: Option<&PathBuf>| -> anyhow::Result<(Settings, Catalog)> {
        let settings = Settings::load(global, |layer| lay_controls(layer, &[], directory))?;
        let catalog = known::catalog(&settings)?;
        Ok((settings, catalog))
    };
    match command {
        ControlsCommand::List {
            severity,
            framework,
            service,
            format,
            controls,
        } => {
            let (settings, catalog) = load(controls.as_ref())?;
            let filter = Filter {
                severity: severity.as_deref(),
                framework: framework.as_deref(),
                service: service.as_deref(),
            };
            let (entries, framework) = filter.of(&catalog)?;
            if let (Some(slug), true, PageFormat::Table) = (&framework, entries.is_empty(), format) {
                return print(&none_serves(&catalog, slug));
            }
            print(&page::list(
                &entries,
                framework.as_deref(),
                *format,
                Surroundings::look().stdout(&settings.layer),
            ))
        }
        ControlsCommand::Show {
            id,
            format,
            section,
            no_pager,
            controls,
        } => {
            let (settings, catalog) = load(controls.as_ref())?;
            let control = id.split('.').next().unwrap_or_default();
            let Some(entry) = catalog.get(control) else {
                return Err(ConfigError::unknown("controls show", "control", id, catalog.controls()).into());
            };
            if id != control && !entry.rules.iter().any(|rule| rule.id == *id) {
                return Err(ConfigError::unknown("controls show", "rule", id, catalog.rules()).into());
            }
            let wanted = page::Wanted {
                rule: (id != control).then_some(id.as_str()),
                sections: section,
            };
            let text = page::show(entry, wanted, *format, Surroundings::look().stdout(&settings.layer))?;
            pager::page(&text, !no_pager && *format != PageFormat::Json)
        }
        ControlsCommand::Validate { dir } => validate(dir.as_deref(), global),
        ControlsCommand::Test { dir } => test(dir.as_deref(), global),
    }
}

/// Which controls are listed.
struct Filter<'a> {
    severity: Option<&'a str>,
    framework: Option<&'a str>,
    service: Option<&'a str>,
}

impl Filter<'_> {
    /// The controls, and the framework by its full name.
    fn of<'c>(&self, catalog: &'c Catalog) -> Result<(Vec<&'c Entry>, Option<String>), ConfigError> {
        let all = catalog.entries();
        let services = all
            .iter()
            .flat_map(|entry| entry.control.services.iter().map(String::as_str));
        known_name("--service", "service", self.service, services)?;
        let guides = || all.iter().filter_map(|entry| entry.guide.as_ref());
        let frameworks =
            || guides().flat_map(|guide| guide.compliance.iter().map(|row| row.framework.get_ref().as_str()));
        let framework = match self.framework {
            None => None,
            Some(name) => {
                // The edition may be left out where there is but one.
                let exact = frameworks().find(|known| *known == name);
                let short = || frameworks().find(|known| known.starts_with(&format!("{name}-")));
                let found = exact.or_else(short);
                known_name("--framework", "framework", found.or(Some(name)), frameworks())?;
                found
            }
        };
        let severity = self.severity.map(str::to_uppercase);
        let entries = all
            .iter()
            .filter(|entry| {
                severity
                    .as_deref()
                    .is_none_or(|wanted| entry.control.severity.as_str() == wanted)
            })
            .filter(|entry| {
                self.service
                    .is_none_or(|wanted| entry.control.services.iter().any(|s| s == wanted))
            })
            .filter(|entry| framework.is_none_or(|wanted| page::frameworks(entry).contains(&wanted)))
            .collect();
        Ok((entries, framework.map(str::to_owned)))
    }
}

/// Why a framework lists nothing, in the words of the guides.
fn none_serves(catalog: &Catalog, framework: &str) -> String {
    let rows = catalog.entries().iter().filter_map(|entry| entry.guide.as_ref());
    let rows = rows.flat_map(|guide| &guide.compliance);
    let reasons = rows
        .filter(|row| row.framework.get_ref() == framework)
        .filter_map(|row| row.not_applicable.as_deref());
    let reasons: BTreeSet<&str> = reasons.collect();
    let reasons: Vec<&str> = reasons.into_iter().collect();
    let because = if reasons.is_empty() { "" } else { ": " };
    format!("no such control serves {framework}{because}{}\n", reasons.join("; "))
}

fn known_name<'a>(
    option: &str,
    what: &str,
    name: Option<&str>,
    known: impl Iterator<Item = &'a str>,
) -> Result<(), ConfigError> {
    let Some(name) = name else { return Ok(()) };
    let mut known: Vec<&str> = known.collect();
    known.sort_unstable();
    known.dedup();
    if known.contains(&name) {
        return Ok(());
    }
    Err(ConfigError::unknown(option, what, name, known))
}

/// A directory as a scan would load it: beside the built-in controls.
fn directory(dir: Option<&Path>, global: &GlobalArgs) -> anyhow::Result<(Catalog, Vec<String>)> {
    Settings::load(global, |_| ())?;
    let Some(dir) = dir else {
        let catalog = known::of(None)?;
        let ids = catalog.controls().into_iter().map(str::to_owned).collect();
        return Ok((catalog, ids));
    };
    let own = Catalog::dir(dir, &audit::subjects()).context("the controls cannot be used")?;
    let ids: Vec<String> = own.controls().into_iter().map(str::to_owned).collect();
    if ids.is_empty() {
        return Err(
            Failure::new(format!("`{}` holds no control: no file ends in .toml", dir.display()))
                .help("give the directory of the control files")
                .into(),
        );
    }
    Ok((known::of(Some(dir))?, ids))
}

fn validate(dir: Option<&Path>, global: &GlobalArgs) -> anyhow::Result<ExitStatus> {
    let (catalog, ids) = directory(dir, global)?;
    let entries = ids.iter().filter_map(|id| catalog.get(id));
    let rules: usize = entries.map(|entry| entry.rules.len()).sum();
    let are = if ids.len() == 1 { "is" } else { "are" };
    let (controls, rules) = (count(ids.len(), "control"), count(rules, "rule"));
    print(&format!("{controls} with {rules} {are} valid\n"))
}

/// Runs the cases; a rule that lacks a kind of case fails as much as one whose case comes out wrong.
fn test(dir: Option<&Path>, global: &GlobalArgs) -> anyhow::Result<ExitStatus> {
    let (catalog, ids) = directory(dir, global)?;
    let subjects = audit::subjects();
    let (mut text, mut wrong, mut ran) = (String::new(), 0, 0);
    for entry in ids.iter().filter_map(|id| catalog.get(id)) {
        let mut by_rule: BTreeMap<String, Vec<cases::CaseResult>> = BTreeMap::new();
        for result in cases::run(entry, &subjects) {
            by_rule.entry(result.rule_id.clone()).or_default().push(result);
        }
        for rule in &entry.rules {
            let results = by_rule.remove(&rule.id).unwrap_or_default();
            ran += results.len();
            let missing = cases::missing(&results);
            let faults = results.iter().filter_map(|result| {
                let fault = result.wrong.as_ref()?;
                Some(format!("  case `{}`: {fault}\n", result.case))
            });
            let mut faults: Vec<String> = faults.collect();
            if !missing.is_empty() {
                faults.push(format!("  no case for: {}\n", missing.join(", ")));
            }
            wrong += faults.len();
            let word = if faults.is_empty() { "ok  " } else { "FAIL" };
            writeln!(text, "{word} {} ({})", rule.id, count(results.len(), "case"))?;
            text.extend(faults);
        }
    }
    writeln!(text, "{}, {}", count(ran, "case"), count(wrong, "fault"))?;
    print(&text)?;
    Ok(if wrong == 0 {
        ExitStatus::Clean
    } else {
        ExitStatus::Findings
    })
}
