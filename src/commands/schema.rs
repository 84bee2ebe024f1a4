//! `schema`: the JSON Schema of each file, made from the types that read and write it.
//!
//! The copies under `schemas/` are what editors and validators refer to; an integration test holds them to these.

use super::print;
use crate::cli::SchemaOf;
use crate::config::setting::{Kind, SETTINGS};
use crate::control::Control;
use crate::exit::ExitStatus;
use crate::model::report::Report;
use crate::model::snapshot::Snapshot;
use schemars::schema_for;
use serde_json::{Map, Value, json};

/// Runs the command.
pub(super) fn run(of: SchemaOf) -> anyhow::Result<ExitStatus> {
    print(&text(of))
}

fn text(of: SchemaOf) -> String {
    let schema = match of {
        SchemaOf::Report => schema_for!(Report).to_value(),
        SchemaOf::Snapshot => schema_for!(Snapshot).to_value(),
        SchemaOf::Control => schema_for!(Control).to_value(),
        SchemaOf::Config => config(),
    };
    format!("{schema:#}\n")
}

fn config() -> Value {
    let settings = SETTINGS.iter().map(|setting| {
        let mut schema = match setting.kind {
            Kind::Text | Kind::Path { .. } => json!({"type": "string", "minLength": 1}),
            Kind::List => json!({"type": "array", "items": {"type": "string"}}),
            Kind::Switch => json!({"type": "boolean"}),
            Kind::Number(low, high) => json!({"type": "integer", "minimum": low, "maximum": high}),
            Kind::Choice(choices) => json!({"enum": choices}),
        };
        if let Some(schema) = schema.as_object_mut() {
            schema.insert("description".to_owned(), json!(setting.about));
        }
        (setting.key.to_owned(), schema)
    });
    let mut properties: Map<String, Value> = settings.collect();
    properties.insert("params".to_owned(), params());
    properties.insert("exceptions".to_owned(), exceptions());
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "bedrock-audit.toml",
        "type": "object",
        "properties": properties,
        "additionalProperties": false,
    })
}

fn params() -> Value {
    let overrides = json!({
        "type": "array",
        "description": "values for some resources; the first whose pattern matches counts",
        "items": {
            "type": "object",
            "properties": {"resource": {"type": "string", "description": "an ARN; * and ? are wildcards"}},
            "required": ["resource"],
        },
    });
    json!({
        "type": "object",
        "description": "params by control id; `bedrock-audit controls show ID` lists them",
        "additionalProperties": {"type": "object", "properties": {"overrides": overrides}},
    })
}

fn exceptions() -> Value {
    json!({
        "type": "array",
        "description": "findings that do not count at the gate",
        "items": {
            "type": "object",
            "properties": {
                "rule": {"type": "string", "minLength": 1, "description": "a rule id, or a control id for all its rules"},
                "resource": {"type": "string", "minLength": 1, "description": "an ARN; * and ? are wildcards"},
                "reason": {"type": "string", "minLength": 1, "description": "why this is acceptable"},
                "expires": {"type": "string", "format": "date", "description": "the last day on which it holds"},
            },
            "required": ["rule", "resource", "reason"],
            "additionalProperties": false,
        },
    })
}
