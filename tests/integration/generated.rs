//! Files that are made from the code and checked in: schemas, and the parts of the documentation between markers.
//!
//! With `BEDROCK_AUDIT_BLESS=1` the tests write them anew; without it, a file that is not current is a failure.

use crate::support::cmd::Cmd;
use bedrock_audit::audit;
use bedrock_audit::control::catalog::Catalog;
use bedrock_audit::control::expression::functions::FUNCTIONS;
use bedrock_audit::facts::KINDS;
use serde_json::Value;
use std::fmt::Write as _;
use std::path::PathBuf;

fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn current(name: &str, wanted: &str) {
    let path = path(name);
    if std::env::var_os("BEDROCK_AUDIT_BLESS").is_some_and(|bless| bless == "1") {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, wanted).unwrap();
        return;
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    let differs = found.lines().zip(wanted.lines()).position(|(a, b)| a != b);
    assert!(
        found == wanted,
        "{name} is not current (line {}); run `just generate`",
        differs.unwrap_or(0) + 1
    );
}

/// The text with something else between two markers.
fn between(text: &str, name: &str, inner: &str) -> String {
    let (begin, end) = (format!("<!-- begin {name} -->\n"), format!("<!-- end {name} -->"));
    let (before, rest) = text.split_once(&begin).unwrap_or_else(|| panic!("no marker {name}"));
    let (_, after) = rest.split_once(&end).unwrap_or_else(|| panic!("no end of {name}"));
    format!("{before}{begin}\n{}\n\n{end}{after}", inner.trim_end())
}

#[test]
fn schemas() {
    for name in ["report", "snapshot", "control", "config"] {
        let ran = Cmd::bin().args(["schema", name]).run();
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
        current(&format!("schemas/{name}.schema.json"), &ran.stdout);
    }
}

#[test]
fn writing_controls() {
    let name = "docs/writing-controls.md";
    let mut text = std::fs::read_to_string(path(name)).unwrap();
    for (part, inner) in [
        ("params", params()),
        ("functions", functions()),
        ("subjects", subjects()),
    ] {
        text = between(&text, part, &inner);
    }
    current(name, &text);
}

#[test]
fn index_of_controls() {
    let catalog = Catalog::builtin(&audit::subjects()).unwrap_or_else(|error| panic!("{error}"));
    let mut out = String::from(
        "# Controls\n\nEvery built-in control with its rules, in the order of a report. This file is generated.\n\
         `bedrock-audit controls show ID` prints one in full.\n",
    );
    for entry in catalog.entries() {
        let control = &entry.control;
        writeln!(
            out,
            "\n## {} · {}\n\n{}.",
            control.id,
            control.severity,
            control.title.trim_end_matches('.')
        )
        .unwrap();
        out.push_str("\n| rule | severity | looks at | fault |\n| --- | --- | --- | --- |\n");
        for rule in &entry.rules {
            let title = rule.title.replace('|', "\\|");
            writeln!(
                out,
                "| `{}` | {} | {} | {title} |",
                rule.id, rule.severity, rule.subject
            )
            .unwrap();
        }
        let served: Vec<String> = entry
            .requirements()
            .map(|(framework, ids)| format!("{framework}: {}", ids.join(", ")))
            .collect();
        if !served.is_empty() {
            writeln!(out, "\nServes {}.", served.join("; ")).unwrap();
        }
    }
    current("docs/controls.md", &out);
}

fn functions() -> String {
    let mut out = String::from("| function | how it is used |\n| --- | --- |\n");
    for function in FUNCTIONS {
        writeln!(out, "| `{}` | {} |", function.name, function.about).unwrap();
    }
    out
}

fn params() -> String {
    let schema: Value = serde_json::from_str(&Cmd::bin().args(["schema", "control"]).run().stdout).unwrap();
    let types = schema["$defs"]["ParamType"]["oneOf"]
        .as_array()
        .expect("the types of params");
    let mut out = String::from("| type | value |\n| --- | --- |\n");
    for kind in types {
        let name = kind["const"].as_str().unwrap();
        writeln!(out, "| `{name}` | {} |", kind["description"].as_str().unwrap()).unwrap();
    }
    out
}

fn subjects() -> String {
    let mut out = String::new();
    for kind in KINDS {
        writeln!(out, "### {}\n\n{}\n", kind.name, kind.about).unwrap();
        out.push_str("| field | type | meaning |\n| --- | --- | --- |\n");
        fields(&mut out, &kind.json_schema(), "");
        out.push('\n');
    }
    out
}

fn fields(out: &mut String, schema: &Value, path: &str) {
    for (name, field) in schema["properties"].as_object().into_iter().flatten() {
        let at = format!("{path}{name}");
        let about = one_line(field["description"].as_str().unwrap_or_default());
        writeln!(out, "| `{at}` | {} | {about} |", kind(field)).unwrap();
        if field["properties"].is_object() {
            fields(out, field, &format!("{at}."));
        } else if field["items"]["properties"].is_object() {
            fields(out, &field["items"], &format!("{at}[]."));
        } else if let Some(inner) = alternatives(field).find(|option| option["properties"].is_object()) {
            fields(out, inner, &format!("{at}."));
        }
    }
}

fn alternatives(schema: &Value) -> impl Iterator<Item = &Value> {
    ["anyOf", "oneOf"]
        .into_iter()
        .flat_map(|key| schema[key].as_array().into_iter().flatten())
}

fn kind(schema: &Value) -> String {
    let words: Vec<String> = schema["enum"]
        .as_array()
        .into_iter()
        .flatten()
        .chain(alternatives(schema).map(|option| &option["const"]))
        .filter_map(Value::as_str)
        .map(|word| format!("`{word}`"))
        .collect();
    let options: Vec<&Value> = alternatives(schema).collect();
    if !words.is_empty() {
        return words.join(", ");
    }
    if let Some(inner) = options.iter().find(|option| option["type"] != "null") {
        return format!("{} or null", kind(inner));
    }
    match &schema["type"] {
        Value::Array(names) => {
            let named: Vec<&str> = names
                .iter()
                .filter_map(Value::as_str)
                .filter(|name| *name != "null")
                .collect();
            format!(
                "{} or null",
                named.iter().map(|name| word(name)).collect::<Vec<_>>().join(" or ")
            )
        }
        Value::String(name) if name == "array" => format!("list of {}", plural(&kind(&schema["items"]))),
        Value::String(name) if name == "object" && !schema["properties"].is_object() => "table".to_owned(),
        Value::String(name) => word(name).to_owned(),
        _ => "anything".to_owned(),
    }
}

fn word(name: &str) -> &str {
    match name {
        "boolean" => "true or false",
        "string" => "text",
        "integer" | "number" => "number",
        "array" => "list",
        other => other,
    }
}

fn plural(kind: &str) -> String {
    match kind {
        "text" | "object" | "number" | "table" | "list" => format!("{kind}s"),
        other => other.to_owned(),
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .replace('|', "\\|")
}
