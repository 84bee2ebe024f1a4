//! Markdown ([GFM](https://github.github.com/gfm/)) for tickets, pull requests and job summaries.
//!
//! Untrusted text goes out either as a code span, in which nothing is interpreted, or with every sign of the notation
//! escaped; what is too long for a line goes into a fenced block whose fence the text cannot close.

mod inline;

use super::gaps;
use super::rows::{self, State};
use super::text::{self, count, some};
use super::{digest, json};
use crate::model::report::{Baseline, Finding, Report, Status};
use crate::model::severity::Severity;
use inline::{cell, code, escape, fenced, html, prose};
use std::io::{self, Write};

/// Writes the whole document.
pub(super) fn render(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    head(report, out)?;
    findings(report, usize::MAX, out)?;
    details(report, out)?;
    gap_table(report, out)?;
    controls(report, out)?;
    compliance(report, out)?;
    notes(report, out)
}

/// Title, gate, scope and counts.
pub(super) fn head(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let (verdict, sentence) = digest::gate(report);
    writeln!(out, "# Bedrock audit: {}\n", verdict.title().to_lowercase())?;
    writeln!(out, "**{}** — {}.\n", verdict.title(), escape(&sentence))?;
    writeln!(
        out,
        "- Scope: {}, {}",
        escape(&digest::accounts(&report.scope)),
        escape(&report.scope.source)
    )?;
    writeln!(out, "- Regions: {}", escape(&digest::regions(&report.scope)))?;
    let when = escape(&report.generated_at);
    writeln!(
        out,
        "- Made by {} {} at {when}\n",
        escape(&report.tool.name),
        escape(&report.tool.version)
    )?;
    writeln!(out, "| Critical | High | Medium | Low | Info | Unknown | Excepted |")?;
    writeln!(out, "| ---: | ---: | ---: | ---: | ---: | ---: | ---: |")?;
    let mut cells: Vec<String> = Severity::ALL
        .iter()
        .map(|severity| report.summary.findings.get(severity).copied().unwrap_or(0).to_string())
        .collect();
    cells.extend([report.summary.unknown.to_string(), report.summary.excepted.to_string()]);
    writeln!(out, "| {} |\n", cells.join(" | "))?;
    let (assessed, warning) = digest::assessed(report);
    writeln!(out, "{}", escape(&assessed))?;
    if let Some(warning) = warning {
        writeln!(out, "\n> {}", escape(&warning))?;
    }
    writeln!(out)
}

/// At most `limit` findings as a table, worst first.
pub(super) fn findings(report: &Report, limit: usize, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "## Findings\n")?;
    if report.findings.is_empty() {
        return writeln!(out, "None.\n");
    }
    writeln!(
        out,
        "| Severity | Status | Resource | Finding | Rule |\n| --- | --- | --- | --- | --- |"
    )?;
    for finding in rows::for_reading(report).into_iter().take(limit) {
        let mut message = prose(&finding.message);
        let remark = rows::remark(finding);
        if !remark.is_empty() {
            message = format!("{message}<br>_{}_", escape(&remark));
        }
        let new = if finding.baseline == Some(Baseline::New) {
            ", new"
        } else {
            ""
        };
        writeln!(
            out,
            "| {} | {}{new} | {}<br>{}, {} | {message} | {} |",
            finding.severity,
            State::of(finding).as_str(),
            cell(rows::name(finding)),
            escape(&rows::kind(finding)),
            escape(rows::place(finding)),
            cell(&finding.rule_id),
        )?;
    }
    let more = report.findings.len().saturating_sub(limit);
    if more > 0 {
        writeln!(out, "\n… and {} more.", count(more, "finding"))?;
    }
    writeln!(out)
}

fn details(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    if report.findings.is_empty() {
        return Ok(());
    }
    writeln!(out, "## Evidence and what to do\n")?;
    for finding in rows::for_reading(report) {
        let status = format!("{} {}", finding.severity, State::of(finding).as_str());
        let of = format!("{} {}", finding.rule_id, rows::name(finding));
        writeln!(out, "<details>\n<summary>{status} — {}</summary>\n", html(&of))?;
        writeln!(out, "**{}**\n\n{}\n", escape(&finding.title), prose(&finding.message))?;
        writeln!(out, "- Resource: {}", code(&finding.resource.arn))?;
        writeln!(out, "- Account: {}", code(&finding.resource.account_id))?;
        writeln!(out, "- Finding: {}\n", code(&finding.id))?;
        evidence(finding, out)?;
        writeln!(out, "</details>\n")?;
    }
    Ok(())
}

fn evidence(finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
    if !finding.remediation.trim().is_empty() {
        writeln!(
            out,
            "What to do:\n\n{}\n",
            fenced("text", &text::lines(&finding.remediation))
        )?;
    }
    if !finding.evidence.is_empty() {
        writeln!(
            out,
            "Evidence:\n\n{}\n",
            fenced("json", &json::pretty(&finding.evidence)?)
        )?;
    }
    Ok(())
}

/// What could not be read.
pub(super) fn gap_table(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let groups = gaps::blinding(report);
    if groups.is_empty() {
        return Ok(());
    }
    writeln!(out, "## Could not be read\n")?;
    writeln!(
        out,
        "| Needs | Why | Where | Blinds | Fix |\n| --- | --- | --- | --- | --- |"
    )?;
    for group in groups {
        let codes = some(group.codes.iter().copied(), 3);
        let codes = if codes.is_empty() { codes } else { format!(" ({codes})") };
        writeln!(
            out,
            "| {} | {}{} | {} in {} | {} | {} |",
            cell(&group.what),
            gaps::why(group.kind),
            escape(&codes),
            count(group.reads, "read"),
            escape(&some(group.places.iter().map(String::as_str), 5)),
            escape(&some(group.controls.iter().copied(), 10)),
            prose(&group.fix()),
        )?;
    }
    writeln!(out)
}

/// Each control in one line.
pub(super) fn controls(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    if report.summary.controls.is_empty() {
        return Ok(());
    }
    writeln!(out, "## Controls\n")?;
    writeln!(
        out,
        "| Control | Title | Severity | Status | Fail | Unknown | Pass | N/A |"
    )?;
    writeln!(out, "| --- | --- | --- | --- | ---: | ---: | ---: | ---: |")?;
    for control in &report.summary.controls {
        writeln!(
            out,
            "| {} | {} | {} | {} | {} | {} | {} | {} |",
            cell(&control.control_id),
            prose(&control.title),
            control.severity,
            status(control.status),
            control.fail,
            control.unknown,
            control.pass,
            control.not_applicable,
        )?;
    }
    writeln!(out)
}

fn compliance(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    if report.summary.compliance.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "## Compliance\n\n| Framework | Requirement | Controls | Status |\n| --- | --- | --- | --- |"
    )?;
    for entry in &report.summary.compliance {
        let title = if entry.framework_title.is_empty() {
            &entry.framework
        } else {
            &entry.framework_title
        };
        let controls = some(entry.controls.iter().map(String::as_str), 10);
        let (title, requirement) = (escape(title), escape(&entry.requirement));
        writeln!(
            out,
            "| {title} | {requirement} | {} | {} |",
            escape(&controls),
            status(entry.status)
        )?;
    }
    writeln!(out)
}

fn notes(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    if report.notes.is_empty() {
        return Ok(());
    }
    writeln!(out, "## Notes\n")?;
    for note in &report.notes {
        writeln!(out, "- {}", prose(note))?;
    }
    writeln!(out)
}

fn status(status: Status) -> String {
    status.as_str().replace('_', " ")
}
