//! The configuration file as it was written, with the place of everything in it.
//!
//! Reading finds what is wrong without the catalogue: grammar, unknown keys, wrong types. What depends on the catalogue
//! (rules, controls, params) is checked by [`super::check`] once the controls are known, with the places kept here.

use super::exception::Exception;
use super::layer::{Layer, Origin, Value};
use super::place::{ConfigError, Place};
use super::setting::{Kind, SETTINGS, Setting};
use super::wildcard::Wildcard;
use jiff::civil::Date;
use std::path::Path;
use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

/// A file that was read.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ConfigFile {
    /// Its settings.
    pub layer: Layer,
    /// `[params."CONTROL"]`, one entry a value.
    pub params: Vec<ParamEntry>,
    /// `[[exceptions]]` with the place of each rule.
    pub exceptions: Vec<(Exception, Place)>,
}

/// A value of a param, for all resources or for some.
#[derive(Debug, Clone, PartialEq)]
pub struct ParamEntry {
    /// The control and where it stands.
    pub control: (String, Place),
    /// The param and where it stands.
    pub name: (String, Place),
    /// The value and where it stands.
    pub value: (toml::Value, Place),
    /// The number of the override it belongs to, and its resources.
    pub overrides: Option<(usize, Wildcard)>,
}

/// Keys that are no settings.
const TABLES: [&str; 2] = ["params", "exceptions"];
const EXCEPTION_KEYS: [&str; 4] = ["rule", "resource", "reason", "expires"];

/// Reads the text of a file.
pub fn parse(file: &str, text: &str) -> Result<ConfigFile, Vec<ConfigError>> {
    let reader = Reader { file, text };
    let document = DeTable::parse(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        vec![reader.error(at, error.message().trim().replace('\n', " "))]
    })?;
    let mut read = ConfigFile::default();
    let mut errors = Vec::new();
    for (key, value) in document.get_ref() {
        match key.get_ref().as_ref() {
            "params" => reader.params(value, &mut read, &mut errors),
            "exceptions" => reader.exceptions(value, &mut read, &mut errors),
            _ => match reader.setting(key, value) {
                Ok((setting, value)) => {
                    let origin = Origin::File(reader.place(key.span().start));
                    if read.layer.0.insert(setting, (value, origin)).is_some() {
                        errors.push(reader.error(key.span().start, format!("`{setting}` is given twice")));
                    }
                }
                Err(error) => errors.push(error),
            },
        }
    }
    if errors.is_empty() { Ok(read) } else { Err(errors) }
}

/// The file under the reader.
struct Reader<'a> {
    file: &'a str,
    text: &'a str,
}

type Key<'a> = Spanned<DeString<'a>>;
type Item<'a> = Spanned<DeValue<'a>>;

impl Reader<'_> {
    fn place(&self, offset: usize) -> Place {
        Place::at(self.file, self.text, offset)
    }

    fn error(&self, offset: usize, message: impl Into<String>) -> ConfigError {
        ConfigError::new(self.place(offset), message)
    }

    fn setting(&self, key: &Key<'_>, value: &Item<'_>) -> Result<(&'static str, Value), ConfigError> {
        let name = key.get_ref().as_ref();
        let Some(setting) = Setting::by_key(name) else {
            let known = SETTINGS.iter().map(|setting| setting.key).chain(TABLES);
            return Err(ConfigError::unknown(self.place(key.span().start), "key", name, known));
        };
        let typed = match (setting.kind, value.get_ref()) {
            (Kind::Path { beside_file: true }, DeValue::String(text)) => Some(Value::Text(self.beside(text))),
            (Kind::Text | Kind::Path { .. } | Kind::Choice(_), DeValue::String(text)) => {
                Some(Value::Text(text.clone().into_owned()))
            }
            (Kind::List, DeValue::Array(_)) => texts(value).map(Value::List),
            (Kind::Switch, DeValue::Boolean(on)) => Some(Value::Switch(*on)),
            (Kind::Number(..), DeValue::Integer(number)) => u64::from_str_radix(number.as_str(), number.radix())
                .ok()
                .map(Value::Number),
            _ => None,
        };
        let wrong = || format!("`{name}` must be {}", expected(setting.kind));
        typed
            .ok_or_else(wrong)
            .and_then(|value| value.checked(setting.kind))
            .map(|value| (setting.key, value))
            .map_err(|message| self.error(value.span().start, message))
    }

    /// A path as seen from the directory of the file.
    fn beside(&self, path: &str) -> String {
        match Path::new(self.file).parent() {
            Some(directory) if !path.is_empty() => directory.join(path).to_string_lossy().into_owned(),
            _ => path.to_owned(),
        }
    }

    fn params(&self, value: &Item<'_>, read: &mut ConfigFile, errors: &mut Vec<ConfigError>) {
        let DeValue::Table(controls) = value.get_ref() else {
            errors.push(self.error(
                value.span().start,
                "`params` must be tables such as `[params.\"aws-genai-06\"]`",
            ));
            return;
        };
        for (control, table) in controls {
            let DeValue::Table(values) = table.get_ref() else {
                let message = format!("`params.\"{}\"` must be a table of parameters", control.get_ref());
                errors.push(self.error(table.span().start, message));
                continue;
            };
            for (name, value) in values {
                if name.get_ref() == "overrides" {
                    self.overrides(control, value, read, errors);
                } else {
                    read.params.push(self.param(control, name, value, None));
                }
            }
        }
    }

    fn overrides(&self, control: &Key<'_>, value: &Item<'_>, read: &mut ConfigFile, errors: &mut Vec<ConfigError>) {
        let wrong =
            "`overrides` must be tables such as `[[params.\"aws-genai-02\".overrides]]`, each with a `resource`";
        let DeValue::Array(entries) = value.get_ref() else {
            errors.push(self.error(value.span().start, wrong));
            return;
        };
        for (number, entry) in entries.iter().enumerate() {
            let DeValue::Table(values) = entry.get_ref() else {
                errors.push(self.error(entry.span().start, wrong));
                continue;
            };
            let Some(resource) = values.get("resource").and_then(|item| item.get_ref().as_str()) else {
                errors.push(self.error(
                    entry.span().start,
                    "an override needs a `resource`: an ARN, `*` and `?` allowed",
                ));
                continue;
            };
            let of = (number, Wildcard::new(resource));
            for (name, value) in values.iter().filter(|(name, _)| name.get_ref() != "resource") {
                read.params.push(self.param(control, name, value, Some(of.clone())));
            }
        }
    }

    fn param(
        &self,
        control: &Key<'_>,
        name: &Key<'_>,
        value: &Item<'_>,
        overrides: Option<(usize, Wildcard)>,
    ) -> ParamEntry {
        let named = |key: &Key<'_>| (key.get_ref().clone().into_owned(), self.place(key.span().start));
        ParamEntry {
            control: named(control),
            name: named(name),
            value: (plain(value.get_ref()), self.place(value.span().start)),
            overrides,
        }
    }

    fn exceptions(&self, value: &Item<'_>, read: &mut ConfigFile, errors: &mut Vec<ConfigError>) {
        let DeValue::Array(entries) = value.get_ref() else {
            errors.push(self.error(
                value.span().start,
                "`exceptions` must be tables such as `[[exceptions]]`",
            ));
            return;
        };
        for entry in entries {
            match self.exception(entry) {
                Ok(exception) => read.exceptions.push(exception),
                Err(error) => errors.push(error),
            }
        }
    }

    fn exception(&self, entry: &Item<'_>) -> Result<(Exception, Place), ConfigError> {
        let DeValue::Table(values) = entry.get_ref() else {
            return Err(self.error(entry.span().start, "an exception must be a table"));
        };
        for (key, _) in values {
            if !EXCEPTION_KEYS.contains(&key.get_ref().as_ref()) {
                let place = self.place(key.span().start);
                return Err(ConfigError::unknown(
                    place,
                    "key of an exception",
                    key.get_ref(),
                    EXCEPTION_KEYS,
                ));
            }
        }
        let text = |key: &str, what: &str| {
            let missing = || self.error(entry.span().start, format!("the exception has no `{key}`: {what}"));
            let item = values.get(key).ok_or_else(missing)?;
            match item.get_ref().as_str().map(str::trim) {
                Some(text) if !text.is_empty() => Ok((text.to_owned(), self.place(item.span().start))),
                _ => Err(self.error(item.span().start, format!("`{key}` must say something: {what}"))),
            }
        };
        let (rule, place) = text("rule", "name a rule or a control")?;
        let (resource, _) = text("resource", "an ARN, `*` and `?` allowed")?;
        let (reason, _) = text("reason", "write down why this is acceptable")?;
        let expires = values.get("expires").map(|item| self.date(item)).transpose()?;
        let exception = Exception {
            rule,
            resource: Wildcard::new(resource),
            reason,
            expires,
        };
        Ok((exception, place))
    }

    /// A date, written bare or in quotes.
    fn date(&self, item: &Item<'_>) -> Result<Date, ConfigError> {
        let text = match item.get_ref() {
            DeValue::Datetime(date) => date.to_string(),
            DeValue::String(text) => text.clone().into_owned(),
            _ => String::new(),
        };
        text.parse()
            .ok()
            .filter(|_| text.len() == 10)
            .ok_or_else(|| self.error(item.span().start, "`expires` must be a date such as 2027-03-31"))
    }
}

fn expected(kind: Kind) -> String {
    match kind {
        Kind::Text => "a text".to_owned(),
        Kind::Path { .. } => "a path in quotes".to_owned(),
        Kind::List => "a list of texts".to_owned(),
        Kind::Switch => "true or false".to_owned(),
        Kind::Number(low, high) => format!("a whole number between {low} and {high}"),
        Kind::Choice(choices) => format!("one of {}", choices.join(", ")),
    }
}

fn texts(value: &Item<'_>) -> Option<Vec<String>> {
    let DeValue::Array(items) = value.get_ref() else {
        return None;
    };
    items
        .iter()
        .map(|item| item.get_ref().as_str().map(str::to_owned))
        .collect()
}

/// The value without its places.
fn plain(value: &DeValue<'_>) -> toml::Value {
    match value {
        DeValue::String(text) => toml::Value::String(text.clone().into_owned()),
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix()).map_or_else(
            |_| toml::Value::String(number.as_str().to_owned()),
            toml::Value::Integer,
        ),
        DeValue::Float(number) => toml::Value::Float(number.as_str().parse().unwrap_or(f64::NAN)),
        DeValue::Boolean(on) => toml::Value::Boolean(*on),
        DeValue::Datetime(date) => toml::Value::Datetime(*date),
        DeValue::Array(items) => toml::Value::Array(items.iter().map(|item| plain(item.get_ref())).collect()),
        DeValue::Table(table) => {
            let entries = table.iter();
            let entries = entries.map(|(key, item)| (key.get_ref().clone().into_owned(), plain(item.get_ref())));
            toml::Value::Table(entries.collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn errors(text: &str) -> Vec<String> {
        let errors = parse("c.toml", text).unwrap_err();
        let line = |error: &ConfigError| format!("{error} | {}", error.help.as_deref().unwrap_or("-"));
        errors.iter().map(line).collect()
    }

    #[test]
    fn reads_the_documented_example() {
        let read = parse(
            "dir/c.toml",
            r#"
            regions = ["eu-central-1"]
            fail_on = "high"
            controls = "own"
            [params."aws-genai-10"]
            approved_regions = ["eu-*"]
            [[params."aws-genai-02".overrides]]
            resource = "arn:aws:bedrock:*:*:guardrail/abc"
            minimum_strength = "LOW"
            [[exceptions]]
            rule = "aws-genai-06.classic-tier"
            resource = "arn:aws:bedrock:eu-central-1:*:guardrail/*"
            reason = "Residency"
            expires = 2027-03-31
            "#,
        )
        .unwrap();
        assert_eq!(read.layer.list("regions"), ["eu-central-1"]);
        assert_eq!(read.layer.text("controls"), Some("dir/own"));
        assert_eq!(read.params.len(), 2);
        assert!(read.params.iter().any(|entry| entry.overrides.is_some()));
        let (exception, place) = read.exceptions.first().unwrap();
        assert_eq!(exception.expires, Some(jiff::civil::date(2027, 3, 31)));
        assert_eq!(place.to_string(), "dir/c.toml:11:20");
    }

    #[test]
    fn names_every_unknown_key_with_its_place() {
        assert_eq!(
            errors("failon = 'high'\n\n  reginos = []\n"),
            [
                "c.toml:1:1: unknown key `failon` | did you mean `fail_on`?",
                "c.toml:3:3: unknown key `reginos` | did you mean `regions`?",
            ]
        );
    }

    #[test]
    fn checks_types_and_values() {
        let rows = [
            (
                "fail_on = 'hihg'",
                "c.toml:1:11: `hihg` is not one of critical, high, medium, low, info, never; did you mean `high`? | -",
            ),
            (
                "timeout = '30'",
                "c.toml:1:11: `timeout` must be a whole number between 1 and 3600 | -",
            ),
            ("regions = 'eu'", "c.toml:1:11: `regions` must be a list of texts | -"),
            ("region = []\nregions = []", "c.toml:2:1: `regions` is given twice | -"),
            (
                "a = ",
                "c.toml:1:5: string values must be quoted, expected literal string | -",
            ),
        ];
        for (text, expected) in rows {
            assert_eq!(errors(text), [expected]);
        }
    }

    #[test]
    fn an_exception_says_what_why_and_until_when() {
        let rows = [
            (
                "rule='r'\nresource='*'",
                "the exception has no `reason`: write down why this is acceptable",
            ),
            ("rule='r'\nresource='*'\nreason='  '", "`reason` must say something"),
            (
                "rule='r'\nresource='*'\nreason='x'\nexpires='soon'",
                "`expires` must be a date such as 2027-03-31",
            ),
            (
                "rule='r'\nresource='*'\nreason='x'\nexpire=2027-01-01",
                "did you mean `expires`?",
            ),
        ];
        for (body, expected) in rows {
            let errors = errors(&format!("[[exceptions]]\n{body}\n"));
            assert!(errors[0].contains(expected), "{errors:?}");
        }
    }
}
