//! The catalogue as the configuration is checked against it, and where it is loaded from.

use super::settings::Settings;
use crate::audit;
use crate::config::check::Known;
use crate::control::catalog::Catalog;
use anyhow::Context;
use std::path::Path;

impl Known for Catalog {
    fn controls(&self) -> Vec<&str> {
        self.entries().iter().map(|entry| entry.control.id.as_str()).collect()
    }

    fn rules(&self) -> Vec<&str> {
        self.rule_ids().collect()
    }

    fn params(&self, control: &str) -> Vec<&str> {
        self.get(control)
            .map(|entry| entry.control.params.keys().map(String::as_str).collect())
            .unwrap_or_default()
    }

    fn check(&self, control: &str, param: &str, value: &toml::Value) -> Result<(), String> {
        let def = self.get(control).and_then(|entry| entry.control.params.get(param));
        def.map_or(Ok(()), |def| def.check(value).map(|_| ()))
    }
}

/// The built-in controls, with those of the user's directory where one is set.
pub(super) fn catalog(settings: &Settings) -> anyhow::Result<Catalog> {
    of(settings.path_of("controls"))
}

/// The same by directory.
pub(super) fn of(directory: Option<&Path>) -> anyhow::Result<Catalog> {
    let subjects = audit::subjects();
    let catalog = match directory {
        Some(directory) => Catalog::with_dir(directory, &subjects),
        None => Catalog::builtin(&subjects),
    };
    catalog.context("the controls cannot be used")
}

/// The controls whose calls a collection makes. A control of the user's own is not in the table of calls, so nobody
/// knows what it needs, and everything is read.
#[cfg(feature = "live")]
pub(super) fn needs(wanted: Option<&std::collections::BTreeSet<String>>) -> Option<std::collections::BTreeSet<String>> {
    use crate::control::catalog::PAGE_ORDER;
    wanted
        .filter(|ids| ids.iter().all(|id| PAGE_ORDER.contains(&id.as_str())))
        .cloned()
}
