//! Reading a saved report back, so that it can be rendered again without asking AWS.
//!
//! The version is looked at before anything else: a report of a newer program gets a sentence, not a list of the
//! members that this one does not know.

use crate::model::report::{Report, SCHEMA_VERSION};
use serde::Deserialize;
use thiserror::Error;

/// Why a saved report could not be read.
#[derive(Debug, Error)]
pub enum ReadError {
    /// It is not JSON, or not a report.
    #[error("this is not a JSON report of bedrock-audit: {0}")]
    Malformed(#[from] serde_json::Error),
    /// It has no version that could be compared.
    #[error("the report's schema version `{0}` is not of the form MAJOR.MINOR")]
    Version(String),
    /// A newer program wrote it.
    #[error("the report has schema version `{0}`, and this program reads up to `{SCHEMA_VERSION}`; use a newer one")]
    Newer(String),
}

/// The one member that every version has.
#[derive(Deserialize)]
struct Versioned {
    schema_version: String,
}

/// Reads a report that `--format json` wrote.
pub fn read_report(bytes: &[u8]) -> Result<Report, ReadError> {
    // Editors and shells on Windows put a byte order mark in front, which JSON forbids.
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let found = serde_json::from_slice::<Versioned>(bytes)?.schema_version;
    let (Some(version), Some(known)) = (parse(&found), parse(SCHEMA_VERSION)) else {
        return Err(ReadError::Version(found));
    };
    if version > known {
        return Err(ReadError::Newer(found));
    }
    Ok(serde_json::from_slice(bytes)?)
}

fn parse(version: &str) -> Option<(u32, u32)> {
    let (major, minor) = version.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}
