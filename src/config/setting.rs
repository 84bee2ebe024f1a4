//! The settings: one row each, from which the file's keys, the variables' names, the checks and `config show` follow.
//!
//! A setting has the same meaning wherever it is written. The flag's name gives the variable's
//! (`--fail-on` is `BEDROCK_AUDIT_FAIL_ON`) and, but for two plurals, the key's (`fail_on`).

/// The prefix of every variable.
pub const PREFIX: &str = "BEDROCK_AUDIT_";

/// What a setting may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A text.
    Text,
    /// A path; one in the file is relative to the file's directory where `true`, else to the working directory.
    Path {
        /// Whether the file's directory is the start.
        beside_file: bool,
    },
    /// Texts; in a variable, separated by commas.
    List,
    /// True or false.
    Switch,
    /// A whole number from and to these.
    Number(u64, u64),
    /// One of these words.
    Choice(&'static [&'static str]),
}

/// One setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setting {
    /// The key in the file.
    pub key: &'static str,
    /// The option, without its dashes.
    pub flag: &'static str,
    /// What it may hold.
    pub kind: Kind,
    /// The value where nobody says anything, as a variable would spell it; empty for none.
    pub default: &'static str,
    /// What it is for.
    pub about: &'static str,
}

impl Setting {
    /// The variable's name.
    pub fn variable(&self) -> String {
        format!("{PREFIX}{}", self.flag.to_uppercase().replace('-', "_"))
    }

    /// The setting of this key; the flag's own spelling is understood as well.
    pub fn by_key(key: &str) -> Option<&'static Self> {
        SETTINGS
            .iter()
            .find(|setting| setting.key == key)
            .or_else(|| SETTINGS.iter().find(|setting| setting.flag.replace('-', "_") == key))
    }

    /// The setting of this variable; the key's spelling is understood as well.
    pub fn by_variable(name: &str) -> Option<&'static Self> {
        SETTINGS.iter().find(|setting| setting.variable() == name).or_else(|| {
            let key = name.strip_prefix(PREFIX)?;
            SETTINGS.iter().find(|setting| setting.key.to_uppercase() == key)
        })
    }
}

/// Severities, as options spell them.
pub const SEVERITIES: &[&str] = &["critical", "high", "medium", "low", "info"];
/// What the gate may be set to.
pub const GATES: &[&str] = &["critical", "high", "medium", "low", "info", "never"];
/// When to colour.
pub const COLORS: &[&str] = &["auto", "always", "never"];

const fn row(key: &'static str, flag: &'static str, kind: Kind, default: &'static str, about: &'static str) -> Setting {
    Setting {
        key,
        flag,
        kind,
        default,
        about,
    }
}

const INPUT: Kind = Kind::Path { beside_file: true };
const OUTPUT: Kind = Kind::Path { beside_file: false };

/// Every setting, in the order in which `config show` lists them.
pub const SETTINGS: &[Setting] = &[
    row(
        "profile",
        "profile",
        Kind::Text,
        "",
        "profile of the AWS configuration files",
    ),
    row(
        "regions",
        "region",
        Kind::List,
        "",
        "regions to read; none takes every enabled one that offers Bedrock",
    ),
    row(
        "role_arn",
        "role-arn",
        Kind::Text,
        "",
        "role to assume before anything is read",
    ),
    row(
        "external_id",
        "external-id",
        Kind::Text,
        "",
        "external id that the role's trust policy asks for",
    ),
    row(
        "concurrency",
        "concurrency",
        Kind::Number(1, 256),
        "96",
        "calls in flight at once",
    ),
    row(
        "timeout",
        "timeout",
        Kind::Number(1, 3600),
        "30",
        "seconds for one attempt of one call",
    ),
    row(
        "deadline",
        "deadline",
        Kind::Number(1, 86_400),
        "",
        "seconds for the whole collection",
    ),
    row(
        "control",
        "control",
        Kind::List,
        "",
        "controls to evaluate; none takes all",
    ),
    row(
        "controls",
        "controls",
        INPUT,
        "",
        "directory of controls that are added or override",
    ),
    row("baseline", "baseline", INPUT, "", "JSON report to compare with"),
    row(
        "min_severity",
        "min-severity",
        Kind::Choice(SEVERITIES),
        "info",
        "findings below it are not shown",
    ),
    row(
        "fail_on",
        "fail-on",
        Kind::Choice(GATES),
        "critical",
        "severity from which a finding fails the run",
    ),
    row(
        "allow_unknown",
        "allow-unknown",
        Kind::Switch,
        "false",
        "let UNKNOWN through the gate",
    ),
    row(
        "new_only",
        "new-only",
        Kind::Switch,
        "false",
        "gate on what the baseline does not have",
    ),
    row(
        "formats",
        "format",
        Kind::List,
        "",
        "outputs, as FORMAT or FORMAT=PATH; none is a table",
    ),
    row("output", "output", OUTPUT, "", "file for the format that names none"),
    row(
        "show_passed",
        "show-passed",
        Kind::Switch,
        "false",
        "list PASS and NOT_APPLICABLE too",
    ),
    row(
        "color",
        "color",
        Kind::Choice(COLORS),
        "auto",
        "colour in tables and messages",
    ),
    row("no_progress", "no-progress", Kind::Switch, "false", "no progress bar"),
    row(
        "quiet",
        "quiet",
        Kind::Switch,
        "false",
        "nothing on standard error but errors",
    ),
    row(
        "verbose",
        "verbose",
        Kind::Number(0, 3),
        "0",
        "how much to log to standard error",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_key_flag_and_variable_stands_once() {
        let keys: BTreeSet<_> = SETTINGS.iter().map(|setting| setting.key).collect();
        let flags: BTreeSet<_> = SETTINGS.iter().map(|setting| setting.flag).collect();
        assert_eq!((keys.len(), flags.len()), (SETTINGS.len(), SETTINGS.len()));
    }

    #[test]
    fn both_spellings_are_found() {
        for key in ["region", "regions"] {
            assert_eq!(Setting::by_key(key).unwrap().flag, "region");
        }
        for name in ["BEDROCK_AUDIT_FORMAT", "BEDROCK_AUDIT_FORMATS"] {
            assert_eq!(Setting::by_variable(name).unwrap().key, "formats");
        }
        // Two settings whose names differ by a plural stay apart.
        assert_eq!(Setting::by_variable("BEDROCK_AUDIT_CONTROLS").unwrap().key, "controls");
        assert_eq!(Setting::by_variable("BEDROCK_AUDIT_CONTROL").unwrap().key, "control");
    }
}
