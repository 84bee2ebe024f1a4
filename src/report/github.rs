//! GitHub Actions: annotations for the log, and a job summary in Markdown.
//!
//! [Workflow commands](https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands) are lines
//! of the log, so untrusted text must not start a line, end a property or end the message. GitHub shows only the first
//! ten errors and the first ten warnings of a step; the rest is counted in a notice and listed in the summary.

use super::rows::{self, State};
use super::text::{self, count};
use super::{digest, markdown};
use crate::model::report::{Finding, Report};
use crate::model::severity::Severity;
use std::io::{self, Write};

/// How many annotations of one kind GitHub shows for a step.
const SHOWN: usize = 10;
/// A summary may have 1 MiB; a table of this many rows stays well below.
const ROWS: usize = 500;

/// Writes the annotations.
pub(super) fn render(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let open: Vec<&Finding> = rows::for_reading(report)
        .into_iter()
        .filter(|finding| matches!(State::of(finding), State::Fail | State::Unknown))
        .collect();
    let mut left = 0;
    for kind in ["error", "warning"] {
        let of: Vec<&&Finding> = open.iter().filter(|finding| command(finding) == kind).collect();
        left += of.len().saturating_sub(SHOWN);
        for finding in of.into_iter().take(SHOWN) {
            let title = format!(
                "{} {}: {}",
                finding.severity,
                State::of(finding).as_str(),
                finding.title
            );
            let message = format!("{} ({}, {})", finding.message, finding.rule_id, finding.resource.arn);
            annotate(kind, &title, &message, out)?;
        }
    }
    let (verdict, sentence) = digest::gate(report);
    let mut rest = sentence;
    if left > 0 {
        rest = format!(
            "{rest}. {} more not shown here: see the job summary or the report",
            count(left, "finding")
        );
    }
    if report.summary.excepted > 0 {
        rest = format!(
            "{rest}. {} under an exception",
            count(report.summary.excepted, "finding")
        );
    }
    annotate("notice", verdict.title(), &rest, out)
}

/// Writes the job summary, for the file that `GITHUB_STEP_SUMMARY` names.
pub fn render_github_summary(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    markdown::head(report, out)?;
    markdown::findings(report, ROWS, out)?;
    markdown::gap_table(report, out)?;
    markdown::controls(report, out)
}

fn command(finding: &Finding) -> &'static str {
    match (State::of(finding), finding.severity) {
        (State::Fail, Severity::Critical | Severity::High) => "error",
        _ => "warning",
    }
}

fn annotate(command: &str, title: &str, message: &str, out: &mut dyn Write) -> io::Result<()> {
    // The log is for people; the whole text is in the report.
    let (title, message) = (text::cut(title, 200), text::cut(message, 2000));
    writeln!(out, "::{command} title={}::{}", property(&title), data(&message))
}

/// Text after the second pair of colons.
fn data(untrusted: &str) -> String {
    text::line(untrusted)
        .replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// Text of a property, which a comma or colon would end.
fn property(untrusted: &str) -> String {
    data(untrusted).replace(':', "%3A").replace(',', "%2C")
}
