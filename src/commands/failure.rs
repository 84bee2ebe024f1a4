//! What ends a command, and how it is said: the error, its causes, and what to do.

use crate::config::place::ConfigError;
use crate::ingest::IngestError;
use std::io::{self, Write};
use thiserror::Error;

/// An error of the command line itself.
#[derive(Debug, Error)]
#[error("{message}")]
pub(super) struct Failure {
    message: String,
    help: Option<String>,
}

impl Failure {
    /// An error in one sentence.
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            help: None,
        }
    }

    /// Adds what to do about it.
    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// Everything that is wrong with a configuration, so that it can be put right in one go.
#[derive(Debug, Error)]
#[error("the configuration has {} errors", .0.len())]
pub(super) struct ConfigErrors(pub(super) Vec<ConfigError>);

/// Prints an error.
pub(super) fn report(error: &anyhow::Error, out: &mut dyn Write) -> io::Result<()> {
    if let Some(ConfigErrors(errors)) = error.downcast_ref() {
        return errors
            .iter()
            .try_for_each(|error| one(out, &error.to_string(), error.help.as_deref()));
    }
    let causes: Vec<String> = error.chain().map(ToString::to_string).collect();
    one(out, &causes.join(": "), help_of(error))
}

fn one(out: &mut dyn Write, message: &str, help: Option<&str>) -> io::Result<()> {
    writeln!(out, "error: {}", visible(message))?;
    help.map_or(Ok(()), |help| writeln!(out, "help: {}", visible(help)))
}

fn help_of(error: &anyhow::Error) -> Option<&str> {
    error.chain().find_map(|cause| {
        if let Some(failure) = cause.downcast_ref::<Failure>() {
            return failure.help.as_deref();
        }
        if let Some(error) = cause.downcast_ref::<ConfigError>() {
            return error.help.as_deref();
        }
        cause.downcast_ref::<IngestError>().map(|error| error.help.as_str())
    })
}

/// Files and AWS may put escape sequences into what an error quotes; a terminal must not obey them.
fn visible(text: &str) -> String {
    let shown = |c: char| match c {
        '\n' => "\n".to_owned(),
        c if c.is_control() || is_bidi(c) => c.escape_unicode().to_string(),
        c => c.to_string(),
    };
    text.chars().map(shown).collect()
}

fn is_bidi(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::Context;

    fn shown(error: &anyhow::Error) -> String {
        let mut out = Vec::new();
        report(error, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn causes_and_help_follow() {
        let error = Err::<(), _>(Failure::new("inner \u{1b}[31m").help("do this"))
            .context("outer")
            .unwrap_err();
        assert_eq!(shown(&error), "error: outer: inner \\u{1b}[31m\nhelp: do this\n");
    }

    #[test]
    fn every_error_of_a_configuration_is_printed() {
        let errors = vec![ConfigError::new("a:1:1", "x"), ConfigError::new("a:2:1", "y").help("z")];
        let error = anyhow::Error::from(ConfigErrors(errors));
        assert_eq!(shown(&error), "error: a:1:1: x\nerror: a:2:1: y\nhelp: z\n");
    }
}
