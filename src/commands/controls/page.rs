//! Controls as tables, pages, Markdown and JSON.

use crate::cli::PageFormat;
use crate::control::catalog::Entry;
use crate::control::param::ParamDef;
use crate::report::Style;
use comfy_table::{ContentArrangement, Table, presets};
use serde_json::{Value, json};
use std::fmt::Write as _;

/// The compliance frameworks that a control serves.
pub(super) fn frameworks(_entry: &Entry) -> Vec<String> {
    Vec::new()
}

/// Several controls, a line each.
pub(super) fn list(entries: &[&Entry], format: PageFormat, style: Style) -> String {
    match format {
        PageFormat::Json => {
            let rows: Vec<Value> = entries.iter().map(|entry| short(entry)).collect();
            format!("{:#}\n", Value::Array(rows))
        }
        PageFormat::Markdown => {
            let mut out = String::from("| control | severity | title | rules |\n| --- | --- | --- | --- |\n");
            for entry in entries {
                let control = &entry.control;
                let title = control.title.replace('|', "\\|");
                let _ = writeln!(
                    out,
                    "| {} | {} | {title} | {} |",
                    control.id,
                    control.severity,
                    entry.rules.len()
                );
            }
            out
        }
        PageFormat::Table => {
            let mut table = Table::new();
            table
                .load_style(presets::NOTHING)
                .set_content_arrangement(ContentArrangement::Dynamic)
                .set_width(u16::try_from(style.width).unwrap_or(u16::MAX))
                .set_header(["CONTROL", "SEVERITY", "RULES", "TITLE"]);
            for entry in entries {
                let control = &entry.control;
                let rules = entry.rules.len().to_string();
                table.add_row([control.id.as_str(), control.severity.as_str(), &rules, &control.title]);
            }
            format!("{}\n", table.trim_fmt())
        }
    }
}

/// One control in full.
pub(super) fn show(entry: &Entry, format: PageFormat, style: Style) -> String {
    match format {
        PageFormat::Json => format!("{:#}\n", full(entry)),
        PageFormat::Markdown => markdown(entry),
        PageFormat::Table => wrap(&plain(&markdown(entry)), style.width.min(100)),
    }
}

fn short(entry: &Entry) -> Value {
    let control = &entry.control;
    json!({
        "id": control.id,
        "title": control.title,
        "severity": control.severity,
        "services": control.services,
        "frameworks": frameworks(entry),
        "rules": entry.rules.iter().map(|rule| &rule.id).collect::<Vec<_>>(),
    })
}

fn full(entry: &Entry) -> Value {
    let control = &entry.control;
    let rules = control.rules.iter().map(|rule| {
        json!({
            "id": format!("{}.{}", control.id, rule.id.get_ref()),
            "title": rule.title,
            "severity": rule.severity,
            "subject": rule.subject.get_ref(),
            "remediation": rule.remediation.get_ref().trim(),
        })
    });
    let params = control.params.iter().map(|(name, def)| {
        json!({
            "name": name,
            "type": def.kind.to_string(),
            "description": def.description,
            "default": def.default_value(),
            "choices": def.choices,
        })
    });
    json!({
        "id": control.id,
        "title": control.title,
        "severity": control.severity,
        "services": control.services,
        "frameworks": frameworks(entry),
        "rationale": control.rationale.trim(),
        "notes": control.notes,
        "references": control.references,
        "params": params.collect::<Vec<_>>(),
        "rules": rules.collect::<Vec<_>>(),
    })
}

fn markdown(entry: &Entry) -> String {
    let control = &entry.control;
    let mut out = format!("# {} · {} · {}\n", control.id, control.severity, control.title);
    if !control.rationale.trim().is_empty() {
        let _ = writeln!(out, "\n{}", control.rationale.trim());
    }
    if !control.rules.is_empty() {
        out.push_str("\n## Rules\n");
    }
    for rule in &control.rules {
        let id = format!("{}.{}", control.id, rule.id.get_ref());
        let _ = writeln!(
            out,
            "\n### {id} · {}\n\n{} Looks at: `{}`.",
            rule.severity,
            sentence(&rule.title),
            rule.subject.get_ref()
        );
        let remedy = rule.remediation.get_ref().trim();
        if !remedy.is_empty() {
            let _ = writeln!(out, "\nWhat to do: {remedy}");
        }
    }
    if !control.params.is_empty() {
        let _ = writeln!(out, "\n## Params (`[params.\"{}\"]`)\n", control.id);
    }
    for (name, def) in &control.params {
        let _ = writeln!(
            out,
            "- `{name}` ({}): {} Default: {}.",
            def.kind,
            sentence(&def.description),
            default(def)
        );
    }
    section(&mut out, "Notes", &control.notes);
    section(&mut out, "References", &control.references);
    out
}

fn section(out: &mut String, title: &str, items: &[String]) {
    if items.is_empty() {
        return;
    }
    let _ = writeln!(out, "\n## {title}\n");
    for item in items {
        let _ = writeln!(out, "- {}", item.trim());
    }
}

fn sentence(text: &str) -> String {
    let text = text.trim();
    if text.ends_with(['.', '!', '?']) {
        text.to_owned()
    } else {
        format!("{text}.")
    }
}

fn default(def: &ParamDef) -> String {
    match def.default_value() {
        Value::Null => "none".to_owned(),
        value => format!("`{value}`"),
    }
}

/// The page without its marks, for a terminal.
fn plain(markdown: &str) -> String {
    let mut out = String::new();
    for line in markdown.lines() {
        if let Some(title) = line.strip_prefix("# ") {
            let _ = writeln!(out, "{title}");
        } else if let Some(title) = line.strip_prefix("## ") {
            let _ = writeln!(out, "{}", title.to_uppercase().replace('`', ""));
        } else {
            let _ = writeln!(out, "{}", line.trim_start_matches("### ").replace('`', ""));
        }
    }
    out
}

/// Breaks lines at spaces; what continues an item is indented under it.
fn wrap(text: &str, width: usize) -> String {
    let mut out = String::new();
    for line in text.lines() {
        let indent = if line.starts_with("- ") { "  " } else { "" };
        let mut length = 0;
        for word in line.split(' ') {
            let wide = unicode_width::UnicodeWidthStr::width(word);
            if length > 0 && length + 1 + wide > width {
                out.push('\n');
                out.push_str(indent);
                length = indent.len();
            } else if length > 0 {
                out.push(' ');
                length += 1;
            }
            out.push_str(word);
            length += wide;
        }
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::known;

    #[test]
    fn a_page_names_every_rule_and_param() {
        let catalog = known::of(None).unwrap();
        for entry in catalog.entries() {
            let page = show(entry, PageFormat::Table, Style::default());
            for rule in &entry.rules {
                assert!(page.contains(&rule.id), "{}", rule.id);
            }
            for name in entry.control.params.keys() {
                assert!(page.contains(name.as_str()), "{name}");
            }
            assert!(serde_json::from_str::<Value>(&show(entry, PageFormat::Json, Style::default())).is_ok());
        }
    }

    #[test]
    fn lines_break_under_their_item() {
        assert_eq!(wrap("- aaa bbb ccc", 9), "- aaa bbb\n  ccc\n");
        assert_eq!(wrap("\nx", 9), "\nx\n");
    }
}
