//! JSON: the report as it is, and one finding a line.
//!
//! The types of [`crate::model::report`] are the contract, so there is nothing to translate. `serde_json` escapes
//! control characters; the bidirectional and other invisible ones are legal JSON and stay, so that a name can be
//! compared byte by byte with what AWS holds.

use crate::model::report::Report;
use std::io::{self, Write};

/// The whole report, indented.
pub(super) fn render(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, report)?;
    out.write_all(b"\n")
}

/// One finding a line; nothing where there is none.
pub(super) fn render_lines(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    for finding in &report.findings {
        serde_json::to_writer(&mut *out, finding)?;
        out.write_all(b"\n")?;
    }
    Ok(())
}
