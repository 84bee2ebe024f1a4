//! One layer of settings (defaults, file, variables or flags) and how layers lie over one another.
//!
//! Every value remembers where it came from, which is what `config show` prints and what an error points to.

use super::place::{ConfigError, Place, nearest};
use super::setting::{Kind, PREFIX, SETTINGS, Setting};
use std::collections::BTreeMap;
use std::fmt;

/// A value of a setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A text, a path or a choice.
    Text(String),
    /// Texts.
    List(Vec<String>),
    /// True or false.
    Switch(bool),
    /// A whole number.
    Number(u64),
}

/// Where a value came from. The order is that of precedence.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// Nobody said anything.
    Default,
    /// The configuration file.
    File(Place),
    /// A variable.
    Variable(String),
    /// An option.
    Flag(String),
}

/// Settings by key, with their origins.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Layer(pub BTreeMap<&'static str, (Value, Origin)>);

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(place) => write!(f, "{place}"),
            Self::Variable(name) => f.write_str(name),
            Self::Flag(flag) => write!(f, "--{flag}"),
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => write!(f, "{text:?}"),
            Self::List(list) => write!(f, "{list:?}"),
            Self::Switch(on) => write!(f, "{on}"),
            Self::Number(number) => write!(f, "{number}"),
        }
    }
}

impl Value {
    /// Reads a value as a variable spells it.
    pub fn of_text(kind: Kind, text: &str) -> Result<Self, String> {
        let value = match kind {
            Kind::Text | Kind::Path { .. } | Kind::Choice(_) => Self::Text(text.to_owned()),
            Kind::List => {
                let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
                Self::List(items.map(str::to_owned).collect())
            }
            Kind::Switch => Self::Switch(match text.to_lowercase().as_str() {
                "1" | "true" | "yes" | "on" => true,
                "0" | "false" | "no" | "off" | "" => false,
                _ => return Err(format!("`{text}` is neither `true` nor `false`")),
            }),
            Kind::Number(..) => {
                let number = text.trim().parse();
                Self::Number(number.map_err(|_| format!("`{text}` is not a whole number"))?)
            }
        };
        value.checked(kind)
    }

    /// Checks what the kind asks for beyond its type, and puts choices into lower case.
    pub fn checked(self, kind: Kind) -> Result<Self, String> {
        match (kind, self) {
            (Kind::Choice(choices), Self::Text(text)) => {
                let lower = text.to_lowercase();
                if choices.contains(&lower.as_str()) {
                    return Ok(Self::Text(lower));
                }
                let near = nearest(&lower, choices.iter().copied())
                    .map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
                Err(format!("`{text}` is not one of {}{near}", choices.join(", ")))
            }
            (Kind::Number(low, high), Self::Number(number)) if number < low || number > high => {
                Err(format!("`{number}` is not between {low} and {high}"))
            }
            (Kind::Text | Kind::Path { .. }, Self::Text(text)) if text.is_empty() => {
                Err("the value is empty; leave the setting out instead".to_owned())
            }
            (_, value) => Ok(value),
        }
    }
}

impl Layer {
    /// What holds where nobody says anything.
    pub fn defaults() -> Self {
        let known = SETTINGS.iter().filter_map(|setting| {
            let value = Value::of_text(setting.kind, setting.default).ok()?;
            Some((setting.key, (value, Origin::Default)))
        });
        Self(known.collect())
    }

    /// The variables that begin with the prefix; `config` names the file and is no setting. An empty one says nothing.
    pub fn of_variables(variables: &BTreeMap<String, String>) -> Result<Self, ConfigError> {
        let mut layer = Self::default();
        for (name, text) in variables.iter().filter(|(name, _)| name.starts_with(PREFIX)) {
            if *name == config_variable() || text.is_empty() {
                continue;
            }
            let Some(setting) = Setting::by_variable(name) else {
                let names: Vec<String> = SETTINGS
                    .iter()
                    .map(Setting::variable)
                    .chain([config_variable()])
                    .collect();
                let names = names.iter().map(String::as_str);
                return Err(ConfigError::unknown("environment", "variable", name, names));
            };
            let value = Value::of_text(setting.kind, text).map_err(|message| ConfigError::new(name, message))?;
            layer.0.insert(setting.key, (value, Origin::Variable(name.clone())));
        }
        Ok(layer)
    }

    /// Adds a flag that was given.
    pub fn flag(&mut self, key: &'static str, value: Option<Value>) {
        let Some(value) = value else { return };
        let flag = Setting::by_key(key).map_or(key, |setting| setting.flag);
        self.0.insert(key, (value, Origin::Flag(flag.to_owned())));
    }

    /// Lays `upper` over this.
    pub fn over(mut self, upper: Self) -> Self {
        self.0.extend(upper.0);
        self
    }

    /// The text of a setting.
    pub fn text(&self, key: &str) -> Option<&str> {
        match self.0.get(key) {
            Some((Value::Text(text), _)) => Some(text),
            _ => None,
        }
    }

    /// The list of a setting; empty where nobody gave one.
    pub fn list(&self, key: &str) -> &[String] {
        match self.0.get(key) {
            Some((Value::List(list), _)) => list,
            _ => &[],
        }
    }

    /// The switch of a setting.
    pub fn switch(&self, key: &str) -> bool {
        matches!(self.0.get(key), Some((Value::Switch(true), _)))
    }

    /// The number of a setting.
    pub fn number(&self, key: &str) -> Option<u64> {
        match self.0.get(key) {
            Some((Value::Number(number), _)) => Some(*number),
            _ => None,
        }
    }
}

/// The variable that names the file.
pub fn config_variable() -> String {
    format!("{PREFIX}CONFIG")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables(rows: &[(&str, &str)]) -> Result<Layer, ConfigError> {
        let rows = rows.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned()));
        Layer::of_variables(&rows.collect())
    }

    #[test]
    fn defaults_are_valid_and_variables_lie_over_them() {
        let layer = Layer::defaults();
        assert_eq!(layer.text("fail_on"), Some("critical"));
        assert_eq!(layer.number("deadline"), None);
        let upper = variables(&[
            ("BEDROCK_AUDIT_FAIL_ON", "High"),
            ("BEDROCK_AUDIT_REGION", "eu-west-1, us-east-1"),
            ("BEDROCK_AUDIT_QUIET", "1"),
            ("BEDROCK_AUDIT_PROFILE", ""),
            ("BEDROCK_AUDIT_CONFIG", "x.toml"),
            ("PATH", "/bin"),
        ])
        .unwrap();
        let layer = layer.over(upper);
        assert_eq!(layer.text("fail_on"), Some("high"));
        assert_eq!(layer.list("regions"), ["eu-west-1", "us-east-1"]);
        assert!(layer.switch("quiet"));
        assert_eq!(layer.text("profile"), None);
    }

    #[test]
    fn wrong_variables_are_named() {
        let error = variables(&[("BEDROCK_AUDIT_FAILON", "high")]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "environment: unknown variable `BEDROCK_AUDIT_FAILON`"
        );
        assert_eq!(error.help.as_deref(), Some("did you mean `BEDROCK_AUDIT_FAIL_ON`?"));
        let error = variables(&[("BEDROCK_AUDIT_FAIL_ON", "hihg")]).unwrap_err().to_string();
        assert!(error.contains("did you mean `high`?"), "{error}");
        let error = variables(&[("BEDROCK_AUDIT_CONCURRENCY", "0")])
            .unwrap_err()
            .to_string();
        assert!(error.ends_with("`0` is not between 1 and 256"), "{error}");
    }
}
