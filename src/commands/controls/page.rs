//! Controls as tables, pages, Markdown and JSON.

use super::sections::{self, Block, Section};
use super::{markdown, terminal};
use crate::cli::PageFormat;
use crate::config::place::ConfigError;
use crate::control::catalog::Entry;
use crate::control::guide::Guide;
use crate::report::Style;
use comfy_table::{ContentArrangement, Table, presets};
use serde_json::{Map, Value, json};

/// The compliance frameworks that a control serves.
pub(super) fn frameworks(entry: &Entry) -> Vec<&str> {
    entry.requirements().map(|(framework, _)| framework).collect()
}

/// Several controls, a line each; with the requirements of one framework where it is asked for.
pub(super) fn list(entries: &[&Entry], framework: Option<&str>, format: PageFormat, style: Style) -> String {
    let mut head = vec!["control", "severity", "rules", "title"];
    if framework.is_some() {
        head.insert(3, "requirements");
    }
    let row = |entry: &&Entry| {
        let control = &entry.control;
        let rules = entry.rules.len().to_string();
        let mut row = vec![control.id.clone(), control.severity.to_string(), rules];
        row.extend(framework.map(|name| served(entry, name).join(", ")));
        row.push(control.title.clone());
        row
    };
    match format {
        PageFormat::Json => {
            let rows: Vec<Value> = entries.iter().map(|entry| short(entry)).collect();
            format!("{:#}\n", Value::Array(rows))
        }
        PageFormat::Markdown => markdown::table(&head, &entries.iter().map(row).collect::<Vec<_>>()),
        PageFormat::Table => {
            let mut table = Table::new();
            table
                .load_style(presets::NOTHING)
                .set_content_arrangement(ContentArrangement::Dynamic)
                .set_width(u16::try_from(style.width).unwrap_or(u16::MAX))
                .set_header(head.iter().map(|title| title.to_uppercase()));
            for entry in entries {
                table.add_row(row(entry));
            }
            format!("{}\n", table.trim_fmt())
        }
    }
}

fn served<'a>(entry: &'a Entry, framework: &str) -> &'a [String] {
    let mut rows = entry.requirements();
    rows.find(|(name, _)| *name == framework).map_or(&[], |(_, ids)| ids)
}

/// What to show of a control.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted<'a> {
    /// Only this rule.
    pub(super) rule: Option<&'a str>,
    /// Only these sections, or all those below them.
    pub(super) sections: &'a [String],
}

/// One control, in full or in part.
pub(super) fn show(entry: &Entry, wanted: Wanted<'_>, format: PageFormat, style: Style) -> Result<String, ConfigError> {
    let all = match wanted.rule {
        Some(id) => sections::of_rule(entry, id),
        None => sections::of(entry),
    };
    let chosen = choose(all, wanted.sections)?;
    Ok(match format {
        PageFormat::Json if wanted.sections.is_empty() => format!("{:#}\n", full(entry)),
        PageFormat::Json => format!("{:#}\n", part(entry, &chosen)),
        PageFormat::Markdown => markdown::page(entry, &chosen),
        PageFormat::Table => match (chosen.as_slice(), wanted.sections) {
            // A script that is asked for alone is for a file or a shell.
            ([one], [_]) if matches!(one.blocks.as_slice(), [Block::Code(..)]) => code(one),
            _ => terminal::page(entry, &chosen, style),
        },
    })
}

fn choose(all: Vec<Section>, names: &[String]) -> Result<Vec<Section>, ConfigError> {
    let belongs = |slug: &str, name: &str| slug == name || slug.starts_with(&format!("{name}."));
    if let Some(name) = names
        .iter()
        .find(|name| !all.iter().any(|section| belongs(section.slug, name)))
    {
        let known = all.iter().map(|section| section.slug);
        return Err(ConfigError::unknown("--section", "section", name, known));
    }
    let wanted = |section: &Section| names.is_empty() || names.iter().any(|name| belongs(section.slug, name));
    Ok(all.into_iter().filter(wanted).collect())
}

fn code(section: &Section) -> String {
    let texts = section.blocks.iter().filter_map(|block| match block {
        Block::Code(_, text) => Some(text.as_str()),
        _ => None,
    });
    format!("{}\n", texts.collect::<String>().trim_end())
}

fn short(entry: &Entry) -> Value {
    let control = &entry.control;
    let compliance: Map<String, Value> = entry
        .requirements()
        .map(|(framework, ids)| (framework.to_owned(), json!(ids)))
        .collect();
    json!({
        "id": control.id,
        "title": control.title,
        "severity": control.severity,
        "services": control.services,
        "frameworks": frameworks(entry),
        "compliance": compliance,
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
        "guide": entry.guide.as_ref().map(guide),
    })
}

fn guide(guide: &Guide) -> Value {
    let remediation: Map<String, Value> = guide
        .remediation
        .iter()
        .map(|remedy| (remedy.tool.slug().to_owned(), json!(remedy.text)))
        .collect();
    let compliance = guide.compliance.iter().map(|row| {
        json!({
            "framework": row.framework.get_ref(),
            "title": row.title,
            "origin": row.origin,
            "requirements": row.requirements,
            "not_applicable": row.not_applicable,
        })
    });
    let signals = guide.signals.iter().map(|signal| {
        let predicates = signal
            .predicates
            .iter()
            .map(|row| json!({"field": row.field.get_ref(), "op": row.op, "values": row.values}));
        json!({
            "id": signal.id.get_ref(),
            "title": signal.title,
            "meaning": signal.meaning,
            "static": signal.is_static,
            "event_source": signal.event_source,
            "event_names": signal.event_names,
            "where": predicates.collect::<Vec<_>>(),
            "region": signal.region,
            "kind": signal.kind,
            "source": signal.source,
            "measure": signal.measure,
            "direction": signal.direction,
        })
    });
    let alerts = guide.alerts.iter().map(|alert| {
        json!({
            "signal": alert.signal.get_ref(),
            "threshold": alert.threshold,
            "within": alert.within.get_ref(),
            "urgency": alert.urgency,
            "reason": alert.reason,
        })
    });
    json!({
        "rationale": guide.rationale.trim(),
        "notes": guide.notes,
        "remediation": remediation,
        "compliance": compliance.collect::<Vec<_>>(),
        "signals": signals.collect::<Vec<_>>(),
        "queries": guide.queries,
        "alerts": alerts.collect::<Vec<_>>(),
        "response": guide.response,
    })
}

/// The chosen sections as text by name.
fn part(entry: &Entry, sections: &[Section]) -> Value {
    let text = |section: &Section| {
        if let [Block::Code(_, text)] = section.blocks.as_slice() {
            return text.clone();
        }
        let page = markdown::page(entry, std::slice::from_ref(section));
        page.split_once("\n## ")
            .and_then(|(_, rest)| rest.split_once("\n\n"))
            .map_or_else(String::new, |(_, body)| body.trim().to_owned())
    };
    let sections = sections
        .iter()
        .map(|section| (section.slug.to_owned(), json!(text(section))));
    json!({"id": entry.control.id, "sections": sections.collect::<Map<String, Value>>()})
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::known;

    const ALL: Wanted<'_> = Wanted {
        rule: None,
        sections: &[],
    };

    #[test]
    fn a_page_names_every_rule_and_param_and_what_the_guide_holds() {
        let catalog = known::of(None).unwrap();
        for entry in catalog.entries() {
            let pages = [PageFormat::Table, PageFormat::Markdown];
            for page in pages.map(|format| show(entry, ALL, format, Style::default()).unwrap()) {
                for rule in &entry.rules {
                    assert!(page.contains(&rule.id), "{}", rule.id);
                }
                for name in entry.control.params.keys() {
                    assert!(page.contains(name.as_str()), "{name}");
                }
                let guide = entry.guide.as_ref().unwrap();
                for signal in &guide.signals {
                    assert!(page.contains(signal.id.get_ref()), "{}", signal.id.get_ref());
                }
                assert_eq!(guide.remediation.len(), 4, "{}", entry.control.id);
                assert!(page.contains("Terraform") && page.contains("LLM"));
            }
            let json: Value =
                serde_json::from_str(&show(entry, ALL, PageFormat::Json, Style::default()).unwrap()).unwrap();
            assert!(
                json["guide"]["remediation"]["cdk"]
                    .as_str()
                    .unwrap()
                    .contains("aws-cdk-lib")
            );
        }
    }

    #[test]
    fn a_script_alone_is_the_file_itself() {
        let catalog = known::of(None).unwrap();
        let entry = catalog.get("aws-genai-06").unwrap();
        let only = |names: &[&str], format| {
            let sections: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
            let wanted = Wanted {
                rule: None,
                sections: &sections,
            };
            show(entry, wanted, format, Style::default())
        };
        let script = only(&["remediation.cli"], PageFormat::Table).unwrap();
        let file = &entry.guide.as_ref().unwrap().remediation[0].text;
        assert_eq!(script.trim_end(), file.trim_end());
        let two = only(&["remediation", "response"], PageFormat::Table).unwrap();
        assert!(two.contains("remediation.cdk") && two.contains("Response") && !two.contains("Compliance"));
        let part: Value = serde_json::from_str(&only(&["rationale"], PageFormat::Json).unwrap()).unwrap();
        assert!(part["sections"]["rationale"].as_str().unwrap().starts_with("A model"));
        let wrong = only(&["remediation.cli2"], PageFormat::Table).unwrap_err();
        assert_eq!(wrong.help.as_deref(), Some("did you mean `remediation.cli`?"));
    }
}
