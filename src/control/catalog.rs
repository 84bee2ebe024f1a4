//! The catalogue: every control, built in and of the user's own, checked and compiled.

use super::guide::{Folder, Folders, Guide};
use super::lint::{self, CompiledRule, Subjects};
use super::source::{Fault, SourceFile, did_you_mean};
use super::{Control, builtin};
use rayon::prelude::*;
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
    /// What else there is to say about it.
    pub guide: Option<Guide>,
}

impl Entry {
    /// The frameworks for which the control has requirements, with these.
    pub fn requirements(&self) -> impl Iterator<Item = (&str, &[String])> {
        self.guide
            .iter()
            .flat_map(|guide| &guide.compliance)
            .filter(|row| !row.requirements.is_empty())
            .map(|row| (row.framework.get_ref().as_str(), row.requirements.as_slice()))
    }
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
    #[error("cannot read `{path}`")]
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
        let (mut sources, mut guides) = (Vec::new(), Folders::new());
        for (name, text) in builtin::files() {
            let file = SourceFile {
                name: format!("builtin:{name}"),
                text: (*text).to_owned(),
            };
            match name.strip_prefix("controls/guides/").map(|path| path.split_once('/')) {
                None => sources.push(file),
                Some(Some((control, name))) => {
                    guides
                        .entry(control.to_owned())
                        .or_default()
                        .insert(name.to_owned(), file);
                }
                Some(None) => {}
            }
        }
        Self::assemble(sources, guides, subjects).map(|(catalog, _)| catalog)
    }

    /// The built-in controls with those of a directory beside or, where they say `override = true`, in place of them.
    pub fn with_dir(dir: &Path, subjects: &Subjects) -> Result<Self, CatalogError> {
        let mut catalog = Self::builtin(subjects)?;
        let own = Self::dir(dir, subjects)?;
        let mut faults = Vec::new();
        for mut entry in own.entries {
            let id = entry.control.id.clone();
            let clash = catalog.entries.iter().position(|known| known.control.id == id);
            match (clash, entry.control.override_) {
                (Some(_), false) => faults.push(entry.file.fault_at_key(
                    "id",
                    format!(
                        "`{id}` is a built-in control; choose another id, or say `override = true` to take its place"
                    ),
                )),
                (Some(at), true) => {
                    if let Some(slot) = catalog.entries.get_mut(at) {
                        // Other rules for the same control: what the guide says of it still holds.
                        entry.guide = entry.guide.or_else(|| slot.guide.take());
                        *slot = entry;
                    }
                }
                (None, _) if id.starts_with(RESERVED) => {
                    let known = PAGE_ORDER.iter().copied();
                    faults.push(entry.file.fault_at_key(
                        "id",
                        format!(
                            "ids that start with `{RESERVED}` belong to the built-in controls, and `{id}` is none{}",
                            did_you_mean(&id, known)
                        ),
                    ));
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

    /// The controls of a directory alone, with their guides below `guides/`.
    pub fn dir(dir: &Path, subjects: &Subjects) -> Result<Self, CatalogError> {
        let (mut sources, mut guides) = (Vec::new(), Folders::new());
        for path in paths(dir)? {
            if path.is_file() && path.extension().is_some_and(|ext| ext == "toml") {
                sources.push(source(&path)?);
            }
        }
        let below = dir.join("guides");
        for folder in if below.is_dir() { paths(&below)? } else { Vec::new() } {
            if !folder.is_dir() {
                continue;
            }
            let mut files = Folder::new();
            for path in paths(&folder)?.iter().filter(|path| path.is_file()) {
                files.insert(name(path), source(path)?);
            }
            guides.insert(name(&folder), files);
        }
        let (catalog, left) = Self::assemble(sources, guides, subjects)?;
        let ids = || catalog.entries.iter().map(|entry| entry.control.id.as_str());
        let fault = |(id, folder): (&String, &Folder)| {
            let hint = did_you_mean(id, ids());
            let message = format!("this directory has no control `{id}`{hint}");
            folder.values().next().map(|file| file.fault(message))
        };
        let faults: Vec<Fault> = left.iter().filter_map(fault).collect();
        if faults.is_empty() {
            Ok(catalog)
        } else {
            Err(CatalogError::Faults(faults))
        }
    }

    /// The controls of these texts.
    pub fn of(sources: Vec<SourceFile>, subjects: &Subjects) -> Result<Self, CatalogError> {
        Self::assemble(sources, Folders::new(), subjects).map(|(catalog, _)| catalog)
    }

    /// Controls with their guides, and the guides of no control.
    fn assemble(
        sources: Vec<SourceFile>,
        mut guides: Folders,
        subjects: &Subjects,
    ) -> Result<(Self, Folders), CatalogError> {
        let (mut catalog, mut faults) = (Self::default(), Vec::new());
        // Compiling is most of what starting up costs.
        let compiled: Vec<_> = sources.into_par_iter().map(|file| entry(file, subjects)).collect();
        let mut with_folders = Vec::with_capacity(compiled.len());
        for loaded in compiled {
            let folder = loaded.as_ref().ok().and_then(|entry| guides.remove(&entry.control.id));
            with_folders.push((loaded, folder));
        }
        let loaded: Vec<Loaded> = with_folders.into_par_iter().map(guided).collect();
        for (entry, wrong) in loaded {
            faults.extend(wrong);
            match entry {
                Ok(entry) => {
                    if let Some(twin) = catalog.get(&entry.control.id) {
                        let message = format!("`{}` is defined in {} already", entry.control.id, twin.file.name);
                        faults.push(entry.file.fault_at_key("id", message));
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
        Ok((catalog, guides))
    }

    fn order(&mut self) {
        self.entries
            .sort_by_key(|entry| (place(&entry.control.id), entry.control.id.clone()));
    }

    /// Every control, in the order of the report.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The same, given away.
    pub fn into_entries(self) -> Vec<Entry> {
        self.entries
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

/// A control, and what is wrong with its guide.
type Loaded = (Result<Entry, Vec<Fault>>, Vec<Fault>);

/// A control with the guide that lies in its folder.
fn guided((loaded, folder): (Result<Entry, Vec<Fault>>, Option<Folder>)) -> Loaded {
    match (loaded, folder) {
        (Ok(mut entry), Some(folder)) => match Guide::load(&entry.control.id, &folder) {
            Ok(guide) => {
                entry.guide = Some(guide);
                (Ok(entry), Vec::new())
            }
            Err(wrong) => (Ok(entry), wrong),
        },
        (loaded, _) => (loaded, Vec::new()),
    }
}

fn entry(file: SourceFile, subjects: &Subjects) -> Result<Entry, Vec<Fault>> {
    let control: Control = toml::from_str(&file.text).map_err(|error| vec![file.fault_of(&error)])?;
    let rules = lint::compile(&control, &file, subjects)?;
    Ok(Entry {
        control,
        rules,
        file,
        guide: None,
    })
}

fn unreadable(path: &Path, source: std::io::Error) -> CatalogError {
    CatalogError::Read {
        path: path.to_owned(),
        source,
    }
}

/// What a directory holds, in a fixed order.
fn paths(dir: &Path) -> Result<Vec<PathBuf>, CatalogError> {
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(dir).map_err(|e| unreadable(dir, e))? {
        paths.push(entry.map_err(|e| unreadable(dir, e))?.path());
    }
    paths.sort();
    Ok(paths)
}

fn source(path: &Path) -> Result<SourceFile, CatalogError> {
    let bytes = std::fs::read(path).map_err(|e| unreadable(path, e))?;
    let name = path.display().to_string();
    String::from_utf8(bytes)
        .map(|text| SourceFile {
            name: name.clone(),
            text,
        })
        .map_err(|error| {
            let at = error.utf8_error().valid_up_to();
            let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
            let fault = SourceFile { name, text }.fault_at(at, "not UTF-8; save the file as UTF-8");
            CatalogError::Faults(vec![fault])
        })
}

fn name(path: &Path) -> String {
    path.file_name()
        .map_or_else(String::new, |name| name.to_string_lossy().into_owned())
}
