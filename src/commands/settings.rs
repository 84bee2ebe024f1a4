//! The settings in force: defaults, file, variables and flags, laid over one another in one place.

use super::failure::{ConfigErrors, Failure};
use super::logging;
use crate::cli::options::GlobalArgs;
use crate::config::check::{self, Judgement, Known};
use crate::config::file::{self, ConfigFile};
use crate::config::layer::{Layer, Origin, config_variable};
use crate::config::place::ConfigError;
use crate::model::severity::Severity;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// The file that is read where none is named.
const DEFAULT_FILE: &str = "bedrock-audit.toml";

/// The settings in force.
#[derive(Debug)]
pub(super) struct Settings {
    /// Every setting with its origin.
    pub(super) layer: Layer,
    /// The file, where there is one.
    pub(super) path: Option<PathBuf>,
    file: ConfigFile,
}

impl Settings {
    /// Reads file and variables, lays what was typed over them, and begins to log.
    pub(super) fn load(global: &GlobalArgs, lay: impl FnOnce(&mut Layer)) -> anyhow::Result<Self> {
        let variables: BTreeMap<String, String> = std::env::vars_os()
            .map(|(name, value)| {
                let text = |os: std::ffi::OsString| os.to_string_lossy().into_owned();
                (text(name), text(value))
            })
            .collect();
        let upper = Layer::of_variables(&variables)?;
        let mut flags = Layer::default();
        global.lay(&mut flags);
        lay(&mut flags);

        let named = global.config.clone();
        let named = named.or_else(|| {
            let variable = variables.get(&config_variable());
            variable.filter(|path| !path.is_empty()).map(PathBuf::from)
        });
        let path = named.or_else(|| Path::new(DEFAULT_FILE).exists().then(|| PathBuf::from(DEFAULT_FILE)));
        let file = path.as_deref().map(read).transpose()?.unwrap_or_default();
        let layer = Layer::defaults().over(file.layer.clone()).over(upper).over(flags);
        logging::start(&layer);
        Ok(Self { layer, path, file })
    }

    /// What the file says of the catalogue.
    pub(super) fn judgement(&self, known: &dyn Known) -> anyhow::Result<Judgement> {
        check::check(&self.file, known).map_err(|errors| ConfigErrors(errors).into())
    }

    /// The controls asked for; none where all are.
    pub(super) fn controls(&self, known: &dyn Known) -> Result<Option<BTreeSet<String>>, ConfigError> {
        check::controls(self.layer.list("control"), &self.origin("control"), known)
    }

    /// Where a setting comes from.
    pub(super) fn origin(&self, key: &str) -> String {
        self.layer
            .0
            .get(key)
            .map_or(&Origin::Default, |(_, origin)| origin)
            .to_string()
    }

    /// A setting that is a path.
    pub(super) fn path_of(&self, key: &str) -> Option<&Path> {
        self.layer.text(key).map(Path::new)
    }

    /// A setting that is a severity; none where it is `never`.
    pub(super) fn severity(&self, key: &str) -> Option<Severity> {
        let name = self.layer.text(key)?.to_uppercase();
        Severity::ALL.into_iter().find(|severity| severity.as_str() == name)
    }

    /// Whether standard error is for errors alone.
    pub(super) fn quiet(&self) -> bool {
        self.layer.switch("quiet")
    }
}

fn read(path: &Path) -> anyhow::Result<ConfigFile> {
    let name = path.display().to_string();
    let bytes = std::fs::read(path).map_err(|error| {
        Failure::new(format!("the configuration file `{name}` cannot be read: {error}"))
            .help("correct --config or BEDROCK_AUDIT_CONFIG, or make the file readable")
    })?;
    let text = String::from_utf8(bytes).map_err(|_| {
        Failure::new(format!("the configuration file `{name}` is not UTF-8 text")).help("save it as UTF-8")
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    file::parse(&name, text).map_err(|errors| ConfigErrors(errors).into())
}
