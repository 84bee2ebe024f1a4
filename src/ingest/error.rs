//! What can be wrong with a file, in words that do not speak of the program's insides.

use std::fmt;
use thiserror::Error;

/// A file that cannot be used.
#[derive(Debug, Error)]
#[error("{origin}: {message}")]
pub struct IngestError {
    /// The file, with line and column where they are known.
    pub origin: String,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: String,
}

impl IngestError {
    /// An error in a file.
    pub fn new(origin: impl fmt::Display, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self {
            origin: origin.to_string(),
            message: message.into(),
            help: help.into(),
        }
    }

    /// An error of the JSON reader.
    pub fn json(file: &str, error: &serde_json::Error) -> Self {
        let at = if error.line() == 0 {
            file.to_owned()
        } else {
            format!("{file}:{}:{}", error.line(), error.column())
        };
        let text = error.to_string();
        if error.is_eof() {
            return Self::new(
                at,
                "the file ends in the middle",
                "it was cut off; copy or collect it again",
            );
        }
        if text.starts_with("recursion limit exceeded") {
            let help = "this is no snapshot that `bedrock-audit collect` wrote";
            return Self::new(at, "the JSON is nested too deeply (more than 127 levels)", help);
        }
        let help = if error.is_syntax() {
            "the file is not valid JSON; collect it again with `bedrock-audit collect`"
        } else {
            "compare the file with `bedrock-audit schema snapshot`"
        };
        Self::new(at, plain(&text), help)
    }
}

/// The reader's message without its position and without names of types of the program.
fn plain(text: &str) -> String {
    let text = text.rsplit_once(" at line ").map_or(text, |(message, _)| message);
    let mut words = Vec::new();
    let mut skip = false;
    for word in text.split(' ') {
        match word {
            _ if skip => skip = false,
            "struct" | "enum" => {
                words.push(if word == "enum" {
                    "one of its known values"
                } else {
                    "an object"
                });
                skip = true;
            }
            "sequence" => words.push("list"),
            "map" => words.push("object"),
            "unit" => words.push("null"),
            "u8" | "u16" | "u32" | "u64" | "usize" | "i32" | "i64" => words.push("a whole number"),
            "f32" | "f64" => words.push("a number"),
            word => words.push(word),
        }
    }
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::snapshot::Snapshot;

    #[test]
    fn speaks_of_json_and_not_of_types() {
        let rows = [
            (
                r#"{"schema_version":"x"}"#,
                "f:1:21: invalid type: string \"x\", expected a whole number",
            ),
            (
                r#"{"schema_version":1,"accounts":{"1":3}}"#,
                "f:1:37: invalid type: integer `3`, expected an object Account",
            ),
            (r#"{"schema_version":1,"#, "f:1:20: the file ends in the middle"),
        ];
        for (text, expected) in rows {
            let error = serde_json::from_str::<Snapshot>(text).unwrap_err();
            let shown = IngestError::json("f", &error).to_string();
            assert_eq!(shown, expected.trim_end_matches(" Account"));
        }
    }
}
