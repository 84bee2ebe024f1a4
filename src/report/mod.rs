//! Renderings of a report: one function a format, all behind [`render`].
//!
//! Pure: the clock, the environment and the terminal are somebody else's; what they would say comes in as a [`Style`].
//! The same report and style give the same bytes. Text that AWS returned is untrusted in every format, and each file
//! here neutralises it for its own reader.

mod access;
mod asff;
mod csv;
mod digest;
mod format;
mod gaps;
mod github;
mod html;
mod json;
mod junit;
mod markdown;
mod ocsf;
mod read;
mod rows;
mod sarif;
mod table;
mod text;

#[cfg(test)]
mod tests;

pub use access::{AccessFormat, render_access};
pub use format::Format;
pub use github::render_github_summary;
pub use read::{ReadError, read_report};
pub(crate) use text::count;

use crate::model::report::{Report, Status};
use std::borrow::Cow;
use std::io::{self, Write};

/// How a report is to look, where a format leaves that open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Colour by ANSI escape sequences (table only).
    pub color: bool,
    /// Columns of the terminal (table only).
    pub width: usize,
    /// Whether the terminal shows more than ASCII (table only).
    pub unicode: bool,
    /// Whether PASS and NOT_APPLICABLE findings are shown.
    pub show_passed: bool,
}

impl Default for Style {
    fn default() -> Self {
        Self {
            color: false,
            width: 100,
            unicode: true,
            show_passed: false,
        }
    }
}

/// Writes `report` in `format`.
pub fn render(format: Format, report: &Report, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let report = &*visible(report, style.show_passed);
    match format {
        Format::Table => table::render(report, style, out),
        Format::Json => json::render(report, out),
        Format::Jsonl => json::render_lines(report, out),
        Format::Csv => csv::render(report, out),
        Format::Markdown => markdown::render(report, out),
        Format::Html => html::render(report, out),
        Format::Sarif => sarif::render(report, out),
        Format::Junit => junit::render(report, out),
        Format::Ocsf => ocsf::render(report, out),
        Format::Asff => asff::render(report, out),
        Format::Github => github::render(report, out),
    }
}

/// The report without what was not asked for, so that no format has to ask again.
fn visible(report: &Report, show_passed: bool) -> Cow<'_, Report> {
    let wanted = |status: Status| show_passed || matches!(status, Status::Fail | Status::Unknown);
    if report.findings.iter().all(|finding| wanted(finding.status)) {
        return Cow::Borrowed(report);
    }
    let mut report = report.clone();
    report.findings.retain(|finding| wanted(finding.status));
    Cow::Owned(report)
}
