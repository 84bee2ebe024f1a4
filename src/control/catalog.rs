//! The catalogue: every control, built in and of the user's own, checked and compiled.

use super::lint::{self, CompiledRule, Subjects};
use super::schema::Type;
use super::source::{Fault, SourceFile, did_you_mean};
use super::{Control, builtin};
use std::fmt;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// The order in which the page presents its controls, which is the order of every output.
pub const PAGE_ORDER: [&str; 10] = [
    "aws-genai-01",
    "aws-genai-06",
    "aws-genai-07",
    "aws-genai-02",
    "aws-genai-03",
    "aws-genai-04",
    "aws-genai-05",
    "aws-genai-08",
    "aws-genai-09",
    "aws-genai-10",
];

/// The prefix that belongs to the built-in controls.
const RESERVED: &str = "aws-genai-";

/// A control with its compiled rules.
#[derive(Debug)]
pub struct Entry {
    /// The control as written.
    pub control: Control,
    /// Its rules, ready to run, in the order of the file.
    pub rules: Vec<CompiledRule>,
    /// The file it came from.
    pub file: SourceFile,
}

/// Every control, in the order of the report.
#[derive(Debug, Default)]
pub struct Catalog {
    entries: Vec<Entry>,
}

/// Why a catalogue cannot be used.
#[derive(Debug, Error)]
pub enum CatalogError {
    /// A directory or file could not be read.
    #[error("cannot read `{path}`: {source}")]
    Read {
        /// Where.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Control files are wrong.
    #[error("{}", Faults(.0))]
    Faults(Vec<Fault>),
}

struct Faults<'a>(&'a [Fault]);

impl fmt::Display for Faults<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.0.len();
        write!(
            f,
            "{count} {} in control files",
            if count == 1 { "fault" } else { "faults" }
        )?;
        self.0.iter().try_for_each(|fault| write!(f, "\n{fault}"))
    }
}

impl Catalog {
    /// The controls that are part of the program.
    pub fn builtin(subjects: &Subjects) -> Result<Self, CatalogError> {
        let files = builtin::files()
            .iter()
            .filter(|(name, _)| !name.starts_with("controls/guides/"));
        let sources = files.map(|(name, text)| SourceFile {
            name: format!("builtin:{name}"),
            text: (*text).to_owned(),
        });
        Self::of(sources.collect(), subjects)
    }

    /// The built-in controls with those of a directory beside or, where they say `override = true`, in place of them.
    pub fn with_dir(dir: &Path, subjects: &Subjects) -> Result<Self, CatalogError> {
        let mut catalog = Self::builtin(subjects)?;
        let own = Self::dir(dir, subjects)?;
        let mut faults = Vec::new();
        for entry in own.entries {
            let id = entry.control.id.clone();
            let clash = catalog.entries.iter().position(|known| known.control.id == id);
            match (clash, entry.control.override_) {
                (Some(_), false) => faults.push(entry.file.fault(format!(
                    "`{id}` is a built-in control; choose another id, or say `override = true` to take its place"
                ))),
                (Some(at), true) => {
                    if let Some(slot) = catalog.entries.get_mut(at) {
                        *slot = entry;
                    }
                }
                (None, _) if id.starts_with(RESERVED) => {
                    let known = PAGE_ORDER.iter().copied();
                    faults.push(entry.file.fault(format!(
                        "ids that start with `{RESERVED}` belong to the built-in controls, and `{id}` is none{}",
                        did_you_mean(&id, known)
                    )));
                }
                (None, _) => catalog.entries.push(entry),
            }
        }
        if !faults.is_empty() {
            return Err(CatalogError::Faults(faults));
        }
        catalog.order();
        Ok(catalog)
    }

    /// The controls of a directory alone.
    pub fn dir(dir: &Path, subjects: &Subjects) -> Result<Self, CatalogError> {
        let read = |path: &Path, source| CatalogError::Read {
            path: path.to_owned(),
            source,
        };
        let mut paths = Vec::new();
        for entry in std::fs::read_dir(dir).map_err(|e| read(dir, e))? {
            let path = entry.map_err(|e| read(dir, e))?.path();
            if path.is_file() && path.extension().is_some_and(|ext| ext == "toml") {
                paths.push(path);
            }
        }
        paths.sort();
        let mut sources = Vec::new();
        for path in paths {
            let bytes = std::fs::read(&path).map_err(|e| read(&path, e))?;
            let name = path.display().to_string();
            match String::from_utf8(bytes) {
                Ok(text) => sources.push(SourceFile { name, text }),
                Err(error) => {
                    let at = error.utf8_error().valid_up_to();
                    let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
                    let fault = SourceFile { name, text }.fault_at(at, "not UTF-8; save the file as UTF-8");
                    return Err(CatalogError::Faults(vec![fault]));
                }
            }
        }
        Self::of(sources, subjects)
    }

    /// The controls of these texts.
    pub fn of(sources: Vec<SourceFile>, subjects: &Subjects) -> Result<Self, CatalogError> {
        let (mut catalog, mut faults) = (Self::default(), Vec::new());
        for file in sources {
            match entry(file, subjects) {
                Ok(entry) => {
                    if let Some(twin) = catalog.get(&entry.control.id) {
                        let message = format!("`{}` is defined in {} already", entry.control.id, twin.file.name);
                        faults.push(entry.file.fault(message));
                    } else {
                        catalog.entries.push(entry);
                    }
                }
                Err(wrong) => faults.extend(wrong),
            }
        }
        if !faults.is_empty() {
            faults.sort();
            return Err(CatalogError::Faults(faults));
        }
        catalog.order();
        Ok(catalog)
    }

    fn order(&mut self) {
        self.entries
            .sort_by_key(|entry| (place(&entry.control.id), entry.control.id.clone()));
    }

    /// Every control, in the order of the report.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The control of this id.
    pub fn get(&self, id: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.control.id == id)
    }

    /// Every rule id.
    pub fn rule_ids(&self) -> impl Iterator<Item = &str> {
        self.entries
            .iter()
            .flat_map(|entry| entry.rules.iter().map(|rule| rule.id.as_str()))
    }
}

/// Where a control stands in the report: the page's order, then the user's own by id.
pub fn place(id: &str) -> usize {
    PAGE_ORDER
        .iter()
        .position(|known| *known == id)
        .unwrap_or(PAGE_ORDER.len())
}

fn entry(file: SourceFile, subjects: &Subjects) -> Result<Entry, Vec<Fault>> {
    let control: Control = toml::from_str(&file.text).map_err(|error| {
        let message = error.message().trim().replace('\n', " ");
        vec![match error.span() {
            Some(span) => file.fault_at(span.start, message),
            None => file.fault(message),
        }]
    })?;
    let rules = lint::compile(&control, &file, subjects)?;
    Ok(Entry { control, rules, file })
}

/// The types of the facts of every kind, from their JSON Schemas.
pub fn subjects(schemas: impl IntoIterator<Item = (String, serde_json::Value)>) -> Subjects {
    schemas
        .into_iter()
        .map(|(name, schema)| (name, Type::of_schema(&schema)))
        .collect()
}
