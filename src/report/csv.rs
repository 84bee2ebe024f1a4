//! CSV ([RFC 4180](https://www.rfc-editor.org/rfc/rfc4180)): a header and one finding a row, every field quoted.
//!
//! A spreadsheet runs a cell that starts like a formula, so such a cell gets an apostrophe in front, which
//! spreadsheets take for "this is text". Line breaks inside a cell become escapes: one finding is one line.

use super::rows::{self, State};
use super::text;
use crate::model::report::{Baseline, Finding, Report};
use std::io::{self, Write};

const HEADER: [&str; 17] = [
    "id",
    "severity",
    "status",
    "excepted",
    "control_id",
    "rule_id",
    "title",
    "resource_type",
    "resource_name",
    "resource_arn",
    "region",
    "account_id",
    "message",
    "remediation",
    "evidence",
    "exception",
    "baseline",
];

/// Writes the findings.
pub(super) fn render(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let mut writer = csv::WriterBuilder::new()
        .quote_style(csv::QuoteStyle::Always)
        .terminator(csv::Terminator::CRLF)
        .from_writer(out);
    writer.write_record(HEADER)?;
    for finding in &report.findings {
        writer.write_record(record(finding)?)?;
    }
    writer.flush()
}

fn record(finding: &Finding) -> io::Result<Vec<String>> {
    let resource = &finding.resource;
    let evidence = serde_json::to_string(&finding.evidence)?;
    let excepted = State::of(finding) == State::Excepted;
    let baseline = match finding.baseline {
        Some(Baseline::New) => "new",
        Some(Baseline::Existing) => "existing",
        None => "",
    };
    let remark = rows::remark(finding);
    let cells: [&str; 17] = [
        &finding.id,
        finding.severity.as_str(),
        finding.status.as_str(),
        if excepted { "yes" } else { "no" },
        &finding.control_id,
        &finding.rule_id,
        &finding.title,
        &resource.kind,
        &resource.name,
        &resource.arn,
        resource.region.as_deref().unwrap_or_default(),
        &resource.account_id,
        &finding.message,
        &finding.remediation,
        &evidence,
        &remark,
        baseline,
    ];
    Ok(cells.into_iter().map(cell).collect())
}

/// A cell that no spreadsheet computes.
pub(super) fn cell(untrusted: &str) -> String {
    let safe = text::line(untrusted);
    // Spreadsheets skip blanks in front, and read the full-width forms of these signs like the plain ones.
    let formula = |c: char| "=+-@|%＝＋－＠".contains(c);
    let acts = untrusted.starts_with(['\t', '\r', '\n']) || safe.trim_start().starts_with(formula);
    if acts { format!("'{safe}") } else { safe }
}

#[cfg(test)]
mod tests {
    use super::cell;

    #[test]
    fn a_formula_is_text() {
        for text in ["=1", "+1", "-1", "@SUM(1)", " =1", "\t=1", "\r=1", "\u{a0}=1", "＝1"] {
            assert!(cell(text).starts_with('\''), "{text:?}");
        }
        assert_eq!(cell("a=1"), "a=1");
        assert_eq!(cell("{\"a\": \"=1\"}"), "{\"a\": \"=1\"}");
    }
}
