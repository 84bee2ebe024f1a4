//! A control as a document: sections with names that `--section` takes, made of a few kinds of block. How a block looks
//! is up to the renderers beside this file.

use crate::control::catalog::Entry;
use crate::control::guide::{Alert, Direction, Guide, Op, Predicate, Signal};
use crate::control::param::ParamDef;
use serde_json::Value;

/// A part of the page.
#[derive(Debug)]
pub(super) struct Section {
    /// What `--section` calls it.
    pub(super) slug: &'static str,
    /// The heading.
    pub(super) title: String,
    /// What stands there.
    pub(super) blocks: Vec<Block>,
}

/// A piece of a section. Text may hold `code` in backticks.
#[derive(Debug)]
pub(super) enum Block {
    /// A paragraph.
    Text(String),
    /// A bullet, with a link below it.
    Item(String, Option<String>),
    /// A numbered step.
    Step(usize, String),
    /// Columns.
    Table(Vec<&'static str>, Vec<Vec<String>>),
    /// A file or command: language and text.
    Code(&'static str, String),
}

/// Every section of a control that has something in it.
pub(super) fn of(entry: &Entry) -> Vec<Section> {
    let control = &entry.control;
    let guide = entry.guide.as_ref();
    let mut sections = Vec::new();
    let mut add = |slug, title: &str, blocks: Vec<Block>| {
        if !blocks.is_empty() {
            let title = title.to_owned();
            sections.push(Section { slug, title, blocks });
        }
    };
    let own = control.rationale.trim();
    let why = if own.is_empty() {
        guide.map_or("", |guide| guide.rationale.trim())
    } else {
        own
    };
    add("rationale", "Why", text(why).into_iter().collect());
    add("rules", "Rules", rules(entry));
    let params = control.params.iter().map(|(name, def)| param(name, def));
    add(
        "params",
        &format!("Params, `[params.\"{}\"]`", control.id),
        params.collect(),
    );
    let notes = control.notes.iter().map(|note| Block::Item(one_line(note), None));
    add("notes.judging", "How it judges", notes.collect());
    let notes = guide.iter().flat_map(|guide| &guide.notes);
    let notes = notes.map(|note| Block::Item(one_line(&note.text), Some(note.source.clone())));
    add(
        "notes.page",
        "Where it departs from the hardening page",
        notes.collect(),
    );
    for remedy in guide.iter().flat_map(|guide| &guide.remediation) {
        let slug = match remedy.tool.slug() {
            "cli" => "remediation.cli",
            "terraform" => "remediation.terraform",
            "cloudformation" => "remediation.cloudformation",
            _ => "remediation.cdk",
        };
        let code = Block::Code(remedy.tool.language(), remedy.text.clone());
        add(slug, &format!("Remediation: {}", remedy.tool.title()), vec![code]);
    }
    add("compliance", "Compliance", guide.map_or_else(Vec::new, compliance));
    let signals = guide
        .iter()
        .flat_map(|guide| guide.signals.iter().map(|signal| described(guide, signal)));
    add("detection.signals", "Detection: signals and alerts", signals.collect());
    let queries = guide.iter().flat_map(|guide| &guide.queries).flat_map(|query| {
        let title = format!("`{}` {}, in the {}:", query.id, query.title, query.log_group.title());
        [
            Block::Item(title, None),
            Block::Code("text", query.query.trim().to_owned()),
        ]
    });
    add(
        "detection.queries",
        "Detection: CloudWatch Logs Insights",
        queries.collect(),
    );
    let steps = guide.iter().flat_map(|guide| guide.response.iter().enumerate());
    let steps = steps.flat_map(|(at, step)| {
        let code = step
            .command
            .iter()
            .map(|text| Block::Code("bash", text.trim().to_owned()));
        std::iter::once(Block::Step(at + 1, one_line(&step.step))).chain(code)
    });
    add("response", "Response", steps.collect());
    let links = control.references.iter().map(|link| Block::Item(link.clone(), None));
    add("references", "References", links.collect());
    sections
}

/// What one rule asks for, expressions and all.
pub(super) fn of_rule(entry: &Entry, id: &str) -> Vec<Section> {
    let slug = id.split_once('.').map_or("", |(_, slug)| slug);
    let Some(rule) = entry.control.rules.iter().find(|rule| rule.id.get_ref() == slug) else {
        return Vec::new();
    };
    let mut blocks = vec![
        Block::Text(format!("{}, {}. {}", id, rule.severity, sentence(&rule.title))),
        Block::Text(format!(
            "It looks at each subject of the kind `{}`.",
            rule.subject.get_ref()
        )),
    ];
    let mut say = |title: &str, code: &str| {
        blocks.push(Block::Text(title.to_owned()));
        blocks.push(Block::Code("text", code.trim().to_owned()));
    };
    if let Some(matches) = &rule.matches {
        say("It applies where:", matches.get_ref());
    }
    for (name, code) in &rule.variables {
        say(&format!("Where `variables.{name}` is:"), code.get_ref());
    }
    say("It holds where:", rule.assert.get_ref());
    say("Otherwise it says:", rule.message.get_ref());
    say("And what to do:", rule.remediation.get_ref());
    let shown: Vec<String> = rule
        .evidence
        .iter()
        .map(|path| format!("`{}`", path.get_ref()))
        .collect();
    if !shown.is_empty() {
        blocks.push(Block::Text(format!("A finding shows {}.", shown.join(", "))));
    }
    let title = "Rule".to_owned();
    vec![Section {
        slug: "rule",
        title,
        blocks,
    }]
}

fn rules(entry: &Entry) -> Vec<Block> {
    let rows: Vec<Vec<String>> = entry
        .rules
        .iter()
        .map(|rule| {
            let severity = rule.severity.to_string();
            vec![rule.id.clone(), severity, rule.subject.clone(), rule.title.clone()]
        })
        .collect();
    if rows.is_empty() {
        return Vec::new();
    }
    vec![Block::Table(vec!["rule", "severity", "looks at", "fault"], rows)]
}

fn param(name: &str, def: &ParamDef) -> Block {
    let default = match def.default_value() {
        Value::Null => "none".to_owned(),
        value => format!("`{value}`"),
    };
    let choices = if def.choices.is_empty() {
        String::new()
    } else {
        format!(" One of {}.", def.choices.join(", "))
    };
    let about = sentence(&one_line(&def.description));
    Block::Item(
        format!("`{name}` ({}): {about}{choices} Default: {default}.", def.kind),
        None,
    )
}

fn compliance(guide: &Guide) -> Vec<Block> {
    let (mut rows, mut others) = (Vec::new(), Vec::new());
    for row in &guide.compliance {
        match &row.not_applicable {
            None => rows.push(vec![
                row.framework.get_ref().clone(),
                row.title.clone(),
                row.requirements.join(", "),
            ]),
            Some(reason) => others.push(Block::Item(format!("{}: none; {}", row.title, sentence(reason)), None)),
        }
    }
    let table = (!rows.is_empty()).then(|| Block::Table(vec!["framework", "title", "requirements"], rows));
    table.into_iter().chain(others).collect()
}

fn described(guide: &Guide, signal: &Signal) -> Block {
    let alert = guide
        .alert(signal)
        .map_or_else(String::new, |alert| told(signal, alert));
    Block::Item(
        format!(
            "`{}` {} {}{} {}{alert}",
            signal.id.get_ref(),
            sentence(&signal.title),
            looked_for(signal),
            signal
                .region
                .as_ref()
                .map_or_else(String::new, |region| format!(" In `{region}` alone.")),
            sentence(&one_line(&signal.meaning)),
        ),
        None,
    )
}

fn told(signal: &Signal, alert: &Alert) -> String {
    let side = if signal.direction == Direction::Below {
        "at or below"
    } else {
        "at"
    };
    format!(
        " Alert ({}) {side} {} within {}: {}",
        alert.urgency.as_str(),
        alert.threshold,
        alert.within.get_ref(),
        sentence(&one_line(&alert.reason))
    )
}

/// What a signal matches or measures, in one sentence.
pub(super) fn looked_for(signal: &Signal) -> String {
    let Some(source) = &signal.event_source else {
        let text = |part: &Option<String>| part.clone().unwrap_or_default();
        return format!("Measure the {} in {}.", text(&signal.measure), text(&signal.source));
    };
    let names = match signal.event_names.as_slice() {
        [] => "any event".to_owned(),
        names => names
            .iter()
            .map(|name| format!("`{name}`"))
            .collect::<Vec<_>>()
            .join(", "),
    };
    let from = if source == "*" {
        "any service".to_owned()
    } else {
        format!("`{source}`")
    };
    let conditions: Vec<String> = signal.predicates.iter().map(predicate).collect();
    let conditions = if conditions.is_empty() {
        String::new()
    } else {
        format!(" where {}", conditions.join(" and "))
    };
    format!("Matches {names} of {from}{conditions}.")
}

fn predicate(row: &Predicate) -> String {
    let values = row.values.iter().map(|value| format!("`{value}`")).collect::<Vec<_>>();
    let verb = match row.op {
        Op::Equals => "is",
        Op::NotEquals => "is not",
        Op::Contains => "contains",
        Op::NotContains => "does not contain",
        Op::Prefix => "begins with",
        Op::NotPrefix => "does not begin with",
        Op::Suffix => "ends with",
        Op::Exists => "exists",
        Op::Absent => "is absent",
        Op::IsTrue => "is true",
        Op::IsFalse => "is false",
    };
    let text = format!("`{}` {verb} {}", row.field.get_ref(), values.join(" or "));
    text.trim_end().to_owned()
}

fn text(words: &str) -> Option<Block> {
    (!words.is_empty()).then(|| Block::Text(one_line(words)))
}

/// Text that a file breaks at its own width.
pub(super) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Text with its full stop.
pub(super) fn sentence(text: &str) -> String {
    let text = text.trim();
    if text.ends_with(['.', '!', '?']) {
        text.to_owned()
    } else {
        format!("{text}.")
    }
}
