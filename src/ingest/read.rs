//! Reading snapshots: from files, FIFOs and standard input, plain or compressed whatever their names.
//!
//! What the file is gets decided by its content: its version before its members, so that a newer file gets a sentence
//! and not a list of names that this program does not know.

use super::error::IngestError;
use super::outline::{Outline, outline};
use crate::model::snapshot::{SCHEMA_VERSION, Snapshot};
use flate2::read::MultiGzDecoder;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// The most that a file may hold, uncompressed: a small file must not be able to fill the memory.
const LIMIT: u64 = 2 << 30;
const HEAD: u64 = 4096;
const GZIP: [u8; 2] = [0x1f, 0x8b];
const COLLECT: &str = "give a file that `bedrock-audit collect -o FILE` wrote";

/// Where a snapshot is read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// Standard input, written `-`.
    Stdin,
    /// A file.
    File(PathBuf),
}

impl Input {
    /// The input that an argument means.
    pub fn of(argument: &Path) -> Self {
        if argument == Path::new("-") {
            Self::Stdin
        } else {
            Self::File(argument.to_owned())
        }
    }

    /// Its name in messages.
    pub fn name(&self) -> String {
        match self {
            Self::Stdin => "standard input".to_owned(),
            Self::File(path) => path.display().to_string(),
        }
    }

    fn open(&self) -> io::Result<Box<dyn Read>> {
        match self {
            Self::Stdin => Ok(Box::new(io::stdin().lock())),
            Self::File(path) => {
                let file = File::open(path)?;
                if file.metadata()?.is_dir() {
                    return Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a directory"));
                }
                Ok(Box::new(file))
            }
        }
    }
}

/// Reads and unites snapshots.
pub fn load(inputs: &[Input]) -> Result<Snapshot, IngestError> {
    let mut united: Option<Snapshot> = None;
    for input in inputs {
        let name = input.name();
        let snapshot = parse(&name, &read_bytes(input)?)?;
        united = Some(match united {
            None => snapshot,
            Some(before) => before
                .merge(snapshot)
                .map_err(|error| IngestError::new(name, error.to_string(), "give each account and region once"))?,
        });
    }
    let nothing = || IngestError::new("command line", "no snapshot was given", COLLECT);
    united.map(sorted).ok_or_else(nothing)
}

/// Reads an input, uncompressed.
pub fn read_bytes(input: &Input) -> Result<Vec<u8>, IngestError> {
    let name = input.name();
    let failed = |error: &io::Error| match error.kind() {
        io::ErrorKind::NotFound => IngestError::new(&name, "there is no such file", COLLECT),
        io::ErrorKind::PermissionDenied => IngestError::new(
            &name,
            "this user may not read the file",
            "snapshots can be read by their owner alone; run as that user",
        ),
        _ => IngestError::new(&name, format!("cannot be read: {error}"), "check the path"),
    };
    let mut source = input.open().map_err(|error| failed(&error))?;
    let mut bytes = Vec::new();
    source
        .by_ref()
        .take(HEAD)
        .read_to_end(&mut bytes)
        .map_err(|error| failed(&error))?;
    if !bytes.starts_with(&GZIP) {
        must_begin_as_json(&name, &bytes)?;
    }
    source
        .take(LIMIT + 1 - HEAD)
        .read_to_end(&mut bytes)
        .map_err(|error| failed(&error))?;
    within_limit(&name, &bytes)?;
    Ok(bytes)
}

/// Understands the bytes of a snapshot, compressed or not.
pub fn parse(name: &str, bytes: &[u8]) -> Result<Snapshot, IngestError> {
    let unpacked;
    let bytes = if bytes.starts_with(&GZIP) {
        unpacked = gunzip(name, bytes)?;
        &unpacked
    } else {
        bytes
    };
    // Editors and shells on Windows put a byte order mark in front, which JSON forbids.
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    must_begin_as_json(name, bytes)?;
    let text = utf8(name, bytes)?;
    // Both walks take about as long, and what the first finds wrong is the better thing to say.
    let (top, snapshot) = rayon::join(|| outline(text), || serde_json::from_str::<Snapshot>(text));
    let top = top.map_err(|error| IngestError::json(name, &error))?;
    must_be_snapshot(name, &top)?;
    let snapshot = snapshot.map_err(|error| IngestError::json(name, &error))?;
    if snapshot.accounts.is_empty() {
        // Judged, it would come out clean, and nobody would know that nothing was looked at.
        return Err(IngestError::new(name, "the snapshot holds no account", COLLECT));
    }
    Ok(snapshot)
}

fn gunzip(name: &str, bytes: &[u8]) -> Result<Vec<u8>, IngestError> {
    let mut unpacked = Vec::new();
    let mut decoder = MultiGzDecoder::new(bytes).take(LIMIT + 1);
    decoder.read_to_end(&mut unpacked).map_err(|error| match error.kind() {
        io::ErrorKind::UnexpectedEof => IngestError::new(
            name,
            "the compressed file ends in the middle",
            "it was cut off; copy or collect it again",
        ),
        _ => IngestError::new(name, "the compressed file is damaged", "copy or collect it again"),
    })?;
    within_limit(name, &unpacked)?;
    Ok(unpacked)
}

fn within_limit(name: &str, bytes: &[u8]) -> Result<(), IngestError> {
    if bytes.len() as u64 > LIMIT {
        let help = "collect fewer regions or controls a file and give several files";
        return Err(IngestError::new(name, "the file holds more than 2 GiB", help));
    }
    Ok(())
}

/// Refuses what is no JSON object before all of it is read.
fn must_begin_as_json(name: &str, bytes: &[u8]) -> Result<(), IngestError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match bytes.iter().find(|byte| !byte.is_ascii_whitespace()) {
        Some(b'{') => Ok(()),
        None if bytes.len() as u64 >= HEAD => Ok(()),
        None => Err(IngestError::new(name, "the file is empty", COLLECT)),
        Some(_) => Err(IngestError::new(
            name,
            "this is not a snapshot: it does not begin with `{`",
            COLLECT,
        )),
    }
}

fn utf8<'a>(name: &str, bytes: &'a [u8]) -> Result<&'a str, IngestError> {
    std::str::from_utf8(bytes).map_err(|error| {
        let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
        let before = String::from_utf8_lossy(before);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().map_or(0, |line| line.chars().count()) + 1;
        IngestError::new(
            format!("{name}:{line}:{column}"),
            "the file is not UTF-8 text",
            "convert it to UTF-8, or copy or collect it again",
        )
    })
}

fn must_be_snapshot(name: &str, top: &Outline) -> Result<(), IngestError> {
    let has = |key: &str| top.keys.contains(key);
    if has("findings") && has("summary") {
        let help = "give it to `bedrock-audit render`, or as --baseline beside a snapshot";
        return Err(IngestError::new(name, "this is a report and not a snapshot", help));
    }
    if has("planned_values") || has("terraform_version") {
        let message = "this is a Terraform plan, which this version does not read";
        return Err(IngestError::new(name, message, COLLECT));
    }
    if has("Resources") || has("AWSTemplateFormatVersion") {
        let message = "this is a CloudFormation template, which this version does not read";
        return Err(IngestError::new(name, message, COLLECT));
    }
    match top.schema_version {
        Some(found) if found > u64::from(SCHEMA_VERSION) => Err(IngestError::new(
            name,
            format!("the snapshot has schema version {found}, and this program reads up to {SCHEMA_VERSION}"),
            "update bedrock-audit, or collect again with this version",
        )),
        Some(0) | None => Err(IngestError::new(
            name,
            "this is not a snapshot: it has no `schema_version`",
            COLLECT,
        )),
        Some(_) => Ok(()),
    }
}

fn sorted(mut snapshot: Snapshot) -> Snapshot {
    snapshot.sort();
    snapshot
}

#[cfg(test)]
#[path = "read/tests.rs"]
mod tests;
