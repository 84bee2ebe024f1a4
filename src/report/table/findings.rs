//! The findings, one section a severity.

use super::grid::{self, Cell};
use super::paint::{Line, Paint};
use super::{Canvas, paint_of};
use crate::model::report::{Baseline, Finding, Report};
use crate::model::severity::Severity;
use crate::report::digest;
use crate::report::rows::{self, State};

/// More rows than this of one severity say nothing more to a reader.
const ROWS: usize = 100;

/// Every section that has a row, or a sentence that there is none.
pub(super) fn section(report: &Report, canvas: Canvas) -> Vec<Line> {
    let mut lines = Vec::new();
    if digest::nothing_found(report) {
        lines.extend(nothing(report, canvas));
    }
    let findings = rows::for_reading(report);
    let (open, settled): (Vec<&Finding>, Vec<&Finding>) = findings
        .into_iter()
        .partition(|finding| !matches!(State::of(finding), State::Pass | State::NotApplicable));
    for severity in Severity::ALL {
        let of: Vec<&Finding> = open
            .iter()
            .copied()
            .filter(|finding| finding.severity == severity)
            .collect();
        lines.extend(block(severity.as_str(), paint_of(severity), &of, report, canvas));
    }
    lines.extend(block(
        "PASSED OR NOT APPLICABLE",
        Paint::Green,
        &settled,
        report,
        canvas,
    ));
    if !lines.is_empty() && !report.findings.is_empty() {
        lines.extend(legend(report, canvas));
    }
    lines
}

fn nothing(report: &Report, canvas: Canvas) -> Vec<Line> {
    let (sentence, warning) = digest::assessed(report);
    let sure = warning.is_none();
    let (sign, paint) = if sure {
        (canvas.sign("✓ ", "+ "), Paint::Green)
    } else {
        (canvas.sign("? ", "? "), Paint::Magenta)
    };
    let title = if report.findings.is_empty() {
        "No findings."
    } else {
        "No findings without an exception."
    };
    let mut lines = vec![Line::new(), Line::new().with(paint, sign).with(Paint::Bold, title)];
    for text in std::iter::once(sentence).chain(warning) {
        lines.extend(Line::new().with(Paint::Plain, &text).wrap(canvas.width));
    }
    lines
}

fn block(title: &str, paint: Paint, findings: &[&Finding], report: &Report, canvas: Canvas) -> Vec<Line> {
    if findings.is_empty() {
        return Vec::new();
    }
    let tally: Vec<String> = [
        State::Fail,
        State::Unknown,
        State::Excepted,
        State::Pass,
        State::NotApplicable,
    ]
    .into_iter()
    .filter_map(|state| {
        let n = findings.iter().filter(|finding| State::of(finding) == state).count();
        (n > 0).then(|| format!("{n} {}", state.as_str().to_lowercase()))
    })
    .collect();
    let title = format!(" {title} ");
    let mut lines = vec![Line::new(), canvas.rule(&title, paint, &tally.join(", "))];
    let shown = findings.iter().take(ROWS);
    if canvas.narrow() {
        for finding in shown {
            lines.push(Line::new());
            lines.extend(stacked(finding, report, canvas));
        }
    } else {
        // Borders and padding of three columns take ten.
        let (status, room) = (10, canvas.width.saturating_sub(20));
        let resource = (room * 3 / 10).clamp(18, 34);
        let widths = [status, resource, room.saturating_sub(resource)];
        let grid: Vec<Vec<Cell>> = shown
            .map(|finding| row(finding, report, canvas, room.saturating_sub(resource)))
            .collect();
        lines.extend(grid::boxed(&grid, &widths, canvas.boxes()));
    }
    let more = findings.len().saturating_sub(ROWS);
    if more > 0 {
        let ellipsis = canvas.sign("…", "...");
        let text = format!("{ellipsis} and {more} more (use --format json)");
        lines.push(Line::new().with(Paint::Bold, &text));
    }
    lines
}

fn row(finding: &Finding, report: &Report, canvas: Canvas, width: usize) -> Vec<Cell> {
    let resource = vec![
        Line::new().with(strong(finding), &canvas.safe(rows::name(finding))),
        Line::new().with(Paint::Dim, &whereabouts(finding, canvas)),
    ];
    let mut what = vec![Line::new().with(body(finding), &canvas.safe(&finding.message))];
    what.extend(remark(finding, canvas));
    what.extend(reference(finding, report, canvas, width));
    vec![status(finding, canvas), resource, what]
}

/// The same, one thing under the other.
fn stacked(finding: &Finding, report: &Report, canvas: Canvas) -> Vec<Line> {
    let mut first = Line::new();
    for line in status(finding, canvas) {
        first = first.append(line).with(Paint::Plain, " ");
    }
    let mut all = vec![
        first.with(strong(finding), &canvas.safe(rows::name(finding))),
        Line::new().with(body(finding), &canvas.safe(&finding.message)),
        Line::new().with(Paint::Dim, &whereabouts(finding, canvas)),
    ];
    all.extend(remark(finding, canvas));
    all.extend(reference(finding, report, canvas, canvas.width));
    all.iter().flat_map(|line| line.wrap(canvas.width)).collect()
}

fn status(finding: &Finding, canvas: Canvas) -> Cell {
    let (sign, paint) = signed(State::of(finding), finding.severity, canvas);
    let mut cell = vec![Line::new().with(paint, sign).with(paint, State::of(finding).as_str())];
    if finding.baseline == Some(Baseline::New) {
        cell.push(Line::new().with(Paint::Bold, "new"));
    }
    cell
}

/// Sign and colour of a state; a FAIL takes the colour of its severity.
pub(super) const fn signed(state: State, severity: Severity, canvas: Canvas) -> (&'static str, Paint) {
    match state {
        State::Fail => {
            let paint = match severity {
                Severity::Critical => Paint::Red,
                _ => paint_of(severity),
            };
            (canvas.sign("✗ ", "x "), paint)
        }
        State::Unknown => ("? ", Paint::Magenta),
        State::Excepted => (canvas.sign("⊘ ", "o "), Paint::Dim),
        State::Pass => (canvas.sign("✓ ", "+ "), Paint::Green),
        State::NotApplicable => (canvas.sign("– ", "- "), Paint::Dim),
    }
}

fn whereabouts(finding: &Finding, canvas: Canvas) -> String {
    let kind = canvas.safe(&rows::kind(finding));
    format!("{kind}{}{}", canvas.dot(), canvas.safe(rows::place(finding)))
}

fn reference(finding: &Finding, report: &Report, canvas: Canvas, width: usize) -> Vec<Line> {
    let rule = Line::new().with(Paint::Dim, &canvas.safe(&finding.rule_id));
    let arn = canvas.safe(&rows::short_arn(&finding.resource.arn, &report.scope));
    let arn = Line::new().with(Paint::Dim, &arn);
    if rule.width() + arn.width() + 3 > width {
        return vec![rule, arn];
    }
    vec![rule.with(Paint::Dim, canvas.dot()).append(arn)]
}

fn remark(finding: &Finding, canvas: Canvas) -> Option<Line> {
    let text = rows::remark(finding);
    (!text.is_empty()).then(|| Line::new().with(Paint::Yellow, &canvas.safe(&text)))
}

fn strong(finding: &Finding) -> Paint {
    if rows::excepted(finding) {
        Paint::Dim
    } else {
        Paint::Bold
    }
}

fn body(finding: &Finding) -> Paint {
    if rows::excepted(finding) {
        Paint::Dim
    } else {
        Paint::Plain
    }
}

/// How to get from a row to the whole ARN and to the cure.
fn legend(report: &Report, canvas: Canvas) -> Vec<Line> {
    let scope = &report.scope;
    let mut text = match scope.accounts.as_slice() {
        [only] => {
            let without = format!("arn:{}:… in account {only}", scope.partition);
            format!("ARNs leave out what all share ({without}).")
        }
        _ => format!("ARNs leave out `arn:{}:`.", scope.partition),
    };
    text.push_str(" What to do: `bedrock-audit controls show ID`, or --format json for every finding.");
    let text = if canvas.unicode {
        text
    } else {
        text.replace('…', "...")
    };
    let mut lines = vec![Line::new()];
    lines.extend(Line::new().with(Paint::Dim, &canvas.safe(&text)).wrap(canvas.width));
    lines
}
