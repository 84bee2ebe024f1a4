//! Where in a file something stands, and the error that points there.
//!
//! Everything that a person can write wrongly is reported with file, line and column, and with what to do about it.

use std::fmt;
use thiserror::Error;

/// A position in a file, counted from one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The file as the user named it.
    pub file: String,
    /// The line.
    pub line: usize,
    /// The column, in characters.
    pub column: usize,
}

impl Place {
    /// Turns a byte offset of `source` into a place.
    pub fn at(file: &str, source: &str, offset: usize) -> Self {
        let before = source.get(..offset).unwrap_or(source);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Self {
            file: file.to_owned(),
            line: before.matches('\n').count() + 1,
            column: before.get(line_start..).map_or(0, |line| line.chars().count()) + 1,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// Something wrong in the configuration.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{origin}: {message}")]
pub struct ConfigError {
    /// A place in a file, the name of a variable, or an option.
    pub origin: String,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

impl ConfigError {
    /// An error at `origin`.
    pub fn new(origin: impl fmt::Display, message: impl Into<String>) -> Self {
        Self {
            origin: origin.to_string(),
            message: message.into(),
            help: None,
        }
    }

    /// Adds what to do about it.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// An unknown name, with the nearest valid one where something is near.
    pub fn unknown<'a>(
        origin: impl fmt::Display,
        what: &str,
        name: &str,
        valid: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        let valid: Vec<&str> = valid.into_iter().collect();
        let error = Self::new(origin, format!("unknown {what} `{name}`"));
        match nearest(name, valid.iter().copied()) {
            Some(near) => error.help(format!("did you mean `{near}`?")),
            None if valid.is_empty() => error,
            None => error.help(format!("known are {}", list(&valid))),
        }
    }
}

/// The name most like `name`, where one is like it at all.
pub fn nearest<'a>(name: &str, valid: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = name.to_lowercase();
    valid
        .into_iter()
        .map(|candidate| (strsim::jaro_winkler(&wanted, &candidate.to_lowercase()), candidate))
        .filter(|(likeness, _)| *likeness >= 0.75)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}

/// Names for a sentence, cut off where there are many.
pub fn list(names: &[&str]) -> String {
    const SHOWN: usize = 12;
    let quoted: Vec<String> = names.iter().take(SHOWN).map(|name| format!("`{name}`")).collect();
    let more = names.len().saturating_sub(SHOWN);
    if more > 0 {
        return format!("{} and {more} more", quoted.join(", "));
    }
    quoted.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_lines_and_characters() {
        let source = "a = 1\nµb = 2\n";
        let place = Place::at("f", source, source.find("= 2").unwrap());
        assert_eq!(place.to_string(), "f:2:4");
        assert_eq!(Place::at("f", source, 999).line, 3);
    }

    #[test]
    fn names_the_nearest() {
        let valid = ["fail_on", "format", "regions"];
        assert_eq!(nearest("failon", valid), Some("fail_on"));
        assert_eq!(nearest("Region", valid), Some("regions"));
        assert_eq!(nearest("zzz", valid), None);
        let error = ConfigError::unknown("here", "key", "zzz", valid);
        assert_eq!(error.help.as_deref(), Some("known are `fail_on`, `format`, `regions`"));
    }
}
