//! What can be checked only against the catalogue: the names of controls and rules, and the params with their types.

use super::exception::Exception;
use super::file::{ConfigFile, ParamEntry};
use super::place::ConfigError;
use super::wildcard::Wildcard;
use std::collections::{BTreeMap, BTreeSet};

/// What the configuration must know of the catalogue.
pub trait Known {
    /// Ids of all controls.
    fn controls(&self) -> Vec<&str>;
    /// Full ids of all rules.
    fn rules(&self) -> Vec<&str>;
    /// Names of the params of a control.
    fn params(&self, control: &str) -> Vec<&str>;
    /// What is wrong with a value of a param, if anything.
    fn check(&self, control: &str, param: &str, value: &toml::Value) -> Result<(), String>;
}

/// Values of params by name.
pub type Values = BTreeMap<String, toml::Value>;

/// Values for some resources.
#[derive(Debug, Clone, PartialEq)]
pub struct Override {
    /// The resources.
    pub resource: Wildcard,
    /// The values that differ.
    pub values: Values,
}

/// The part of the configuration that speaks of the catalogue.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Judgement {
    /// Params by control.
    pub params: BTreeMap<String, Values>,
    /// Params for some resources, by control and in the order of the file: the first that matches counts.
    pub overrides: BTreeMap<String, Vec<Override>>,
    /// Exceptions in the order of the file.
    pub exceptions: Vec<Exception>,
}

/// Checks a file's params and exceptions against the catalogue.
pub fn check(file: &ConfigFile, known: &dyn Known) -> Result<Judgement, Vec<ConfigError>> {
    let mut judgement = Judgement::default();
    let mut errors = Vec::new();
    let mut numbered: BTreeMap<(String, usize), Override> = BTreeMap::new();
    for entry in &file.params {
        if let Err(error) = param(entry, known) {
            errors.push(error);
            continue;
        }
        let control = entry.control.0.clone();
        let values = match &entry.overrides {
            None => judgement.params.entry(control).or_default(),
            Some((number, resource)) => {
                let fresh = || Override {
                    resource: resource.clone(),
                    values: Values::new(),
                };
                &mut numbered.entry((control, *number)).or_insert_with(fresh).values
            }
        };
        values.insert(entry.name.0.clone(), entry.value.0.clone());
    }
    for ((control, _), over) in numbered {
        judgement.overrides.entry(control).or_default().push(over);
    }
    for (exception, place) in &file.exceptions {
        let names = || known.rules().into_iter().chain(known.controls());
        if names().any(|name| name == exception.rule) {
            judgement.exceptions.push(exception.clone());
        } else {
            errors.push(ConfigError::unknown(place, "rule or control", &exception.rule, names()));
        }
    }
    if errors.is_empty() { Ok(judgement) } else { Err(errors) }
}

fn param(entry: &ParamEntry, known: &dyn Known) -> Result<(), ConfigError> {
    let ((control, at), (name, named_at), (value, value_at)) = (&entry.control, &entry.name, &entry.value);
    if !known.controls().contains(&control.as_str()) {
        return Err(ConfigError::unknown(at, "control", control, known.controls()));
    }
    let params = known.params(control);
    if !params.contains(&name.as_str()) {
        let what = format!("param of {control}");
        return Err(ConfigError::unknown(named_at, &what, name, params));
    }
    known
        .check(control, name, value)
        .map_err(|message| ConfigError::new(value_at, format!("`{name}`: {message}")))
}

/// Checks the ids of `--control`, and returns them as a set; nothing where all are meant.
pub fn controls(ids: &[String], origin: &str, known: &dyn Known) -> Result<Option<BTreeSet<String>>, ConfigError> {
    for id in ids {
        if !known.controls().contains(&id.as_str()) {
            return Err(ConfigError::unknown(origin, "control", id, known.controls()));
        }
    }
    Ok((!ids.is_empty()).then(|| ids.iter().cloned().collect()))
}

#[cfg(test)]
mod tests {
    use super::super::file::parse;
    use super::*;

    struct Two;

    impl Known for Two {
        fn controls(&self) -> Vec<&str> {
            vec!["aws-genai-02", "aws-genai-06"]
        }
        fn rules(&self) -> Vec<&str> {
            vec!["aws-genai-06.classic-tier", "aws-genai-06.prompt-attack"]
        }
        fn params(&self, control: &str) -> Vec<&str> {
            if control == "aws-genai-06" {
                vec!["minimum_strength"]
            } else {
                vec![]
            }
        }
        fn check(&self, _: &str, _: &str, value: &toml::Value) -> Result<(), String> {
            value.as_str().map(|_| ()).ok_or_else(|| "expected a text".to_owned())
        }
    }

    fn judge(text: &str) -> Result<Judgement, Vec<ConfigError>> {
        check(&parse("c.toml", text).unwrap(), &Two)
    }

    #[test]
    fn takes_params_and_overrides_in_order() {
        let judgement = judge(
            r#"
            [params.aws-genai-06]
            minimum_strength = "HIGH"
            [[params.aws-genai-06.overrides]]
            resource = "b*"
            minimum_strength = "LOW"
            [[params.aws-genai-06.overrides]]
            resource = "a*"
            minimum_strength = "NONE"
            [[exceptions]]
            rule = "aws-genai-06"
            resource = "*"
            reason = "x"
            "#,
        )
        .unwrap();
        assert_eq!(
            judgement.params["aws-genai-06"]["minimum_strength"].as_str(),
            Some("HIGH")
        );
        let resources: Vec<_> = judgement.overrides["aws-genai-06"]
            .iter()
            .map(|over| over.resource.as_str())
            .collect();
        assert_eq!(resources, ["b*", "a*"]);
        assert_eq!(judgement.exceptions.len(), 1);
    }

    #[test]
    fn names_the_nearest_control_param_and_rule() {
        let errors = judge(
            "[params.aws-genai-6]\na = 1\n[params.aws-genai-06]\nminimum_strenght = 'LOW'\nminimum_strength = 3\n\
             [[exceptions]]\nrule = 'aws-genai-06.clasic-tier'\nresource = '*'\nreason = 'x'\n",
        )
        .unwrap_err();
        let lines: Vec<String> = errors
            .iter()
            .map(|error| format!("{error} | {}", error.help.as_deref().unwrap_or("-")))
            .collect();
        let expected = [
            "c.toml:1:9: unknown control `aws-genai-6` | did you mean `aws-genai-06`?",
            "c.toml:4:1: unknown param of aws-genai-06 `minimum_strenght` | did you mean `minimum_strength`?",
            "c.toml:5:20: `minimum_strength`: expected a text | -",
            "c.toml:7:8: unknown rule or control `aws-genai-06.clasic-tier` | did you mean `aws-genai-06.classic-tier`?",
        ];
        let mut lines = lines;
        lines.sort();
        assert_eq!(lines, expected);
    }

    #[test]
    fn the_controls_asked_for_exist() {
        assert_eq!(controls(&[], "--control", &Two).unwrap(), None);
        let error = controls(&["aws-genai-7".into()], "--control", &Two).unwrap_err();
        assert!(error.to_string().starts_with("--control: unknown control"));
    }
}
