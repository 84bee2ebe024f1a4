//! What there is to say about a control besides its rules: the fix in four tools, compliance, detection, response.
//!
//! A guide is a folder `guides/CONTROL/` beside the control files; `controls/guides/README.md` says what may stand in
//! its `guide.toml`. As with controls, whatever is wrong in it is an error with file, line and column when it is
//! loaded.

mod signal;

use super::source::{Fault, SourceFile, did_you_mean};
use serde::{Deserialize, Serialize};
pub use signal::{Alert, Direction, LogGroup, Op, Predicate, Query, Signal, SignalKind, Urgency};
use std::collections::{BTreeMap, BTreeSet};
use toml::Spanned;

/// The files of one guide by name.
pub type Folder = BTreeMap<String, SourceFile>;

/// The guides of a directory by control.
pub type Folders = BTreeMap<String, Folder>;

/// The file that the others of the folder accompany.
const MAIN: &str = "guide.toml";

/// A guide.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Guide {
    /// The control.
    pub id: Spanned<String>,
    /// The attack or loss that the control prevents.
    pub rationale: String,
    /// Where the audit departs from the hardening page.
    #[serde(default)]
    pub notes: Vec<Note>,
    /// The requirements that the control serves, a row for each framework.
    #[serde(default)]
    pub compliance: Vec<Mapping>,
    /// What betrays the loss of the control.
    #[serde(default)]
    pub signals: Vec<Signal>,
    /// CloudWatch Logs Insights queries.
    #[serde(default)]
    pub queries: Vec<Query>,
    /// When to tell whom.
    #[serde(default)]
    pub alerts: Vec<Alert>,
    /// The runbook.
    #[serde(default)]
    pub response: Vec<Step>,
    /// The fix in each tool, from the other files of the folder.
    #[serde(skip)]
    pub remediation: Vec<Remedy>,
}

/// A remark with its source.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Note {
    /// What and why.
    pub text: String,
    /// A link.
    pub source: String,
}

/// How a control serves one framework.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// The framework's slug.
    pub framework: Spanned<String>,
    /// Its name.
    pub title: String,
    /// Who says so.
    pub origin: Origin,
    /// Requirement ids; none where the framework has none for this control.
    #[serde(default)]
    pub requirements: Vec<String>,
    /// Why there are none.
    #[serde(default)]
    pub not_applicable: Option<String>,
}

/// Who maps a control to a framework.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// The hardening page.
    Page,
    /// The project, or the control's author.
    Tool,
}

/// A step of the runbook.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// What to do.
    pub step: String,
    /// Shell lines that do it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
}

/// The fix in one tool.
#[derive(Debug, Clone)]
pub struct Remedy {
    /// The tool.
    pub tool: Tool,
    /// The file's text.
    pub text: String,
}

/// A tool that changes AWS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tool {
    /// AWS CLI v2.
    Cli,
    /// Terraform.
    Terraform,
    /// CloudFormation.
    Cloudformation,
    /// AWS CDK v2.
    Cdk,
}

impl Tool {
    /// Every tool, in the order of a page.
    pub const ALL: [Self; 4] = [Self::Cli, Self::Terraform, Self::Cloudformation, Self::Cdk];

    /// The short name.
    pub fn slug(self) -> &'static str {
        match self {
            Self::Cli => "cli",
            Self::Terraform => "terraform",
            Self::Cloudformation => "cloudformation",
            Self::Cdk => "cdk",
        }
    }

    /// The full name.
    pub fn title(self) -> &'static str {
        match self {
            Self::Cli => "AWS CLI",
            Self::Terraform => "Terraform",
            Self::Cloudformation => "CloudFormation",
            Self::Cdk => "AWS CDK (TypeScript)",
        }
    }

    /// The name of its file.
    pub fn file(self) -> &'static str {
        match self {
            Self::Cli => "cli.sh",
            Self::Terraform => "terraform.tf",
            Self::Cloudformation => "cloudformation.yaml",
            Self::Cdk => "cdk.ts",
        }
    }

    /// The language of its file, as Markdown names it.
    pub fn language(self) -> &'static str {
        match self {
            Self::Cli => "bash",
            Self::Terraform => "hcl",
            Self::Cloudformation => "yaml",
            Self::Cdk => "typescript",
        }
    }
}

impl Guide {
    /// The guide of this control in its folder.
    pub fn load(control: &str, folder: &Folder) -> Result<Self, Vec<Fault>> {
        let names: BTreeSet<&str> = Tool::ALL.iter().map(|tool| tool.file()).chain([MAIN]).collect();
        let mut faults: Vec<Fault> = folder
            .iter()
            .filter(|(name, _)| !names.contains(name.as_str()))
            .map(|(name, file)| {
                let hint = did_you_mean(name, names.iter().copied());
                file.fault(format!("a guide has no file of this name{hint}"))
            })
            .collect();
        let Some(file) = folder.get(MAIN) else {
            let any = folder.values().next();
            faults.extend(any.map(|other| other.fault(format!("the guide of `{control}` lacks its {MAIN}"))));
            return Err(faults);
        };
        let mut guide: Self = match toml::from_str(&file.text) {
            Ok(guide) => guide,
            Err(error) => {
                faults.push(file.fault_of(&error));
                return Err(faults);
            }
        };
        guide.check(control, file, &mut faults);
        guide.remediation = Tool::ALL
            .iter()
            .filter_map(|tool| {
                let text = folder.get(tool.file())?.text.clone();
                Some(Remedy { tool: *tool, text })
            })
            .collect();
        if faults.is_empty() { Ok(guide) } else { Err(faults) }
    }

    fn check(&self, control: &str, file: &SourceFile, faults: &mut Vec<Fault>) {
        let mut fault = |at: &Spanned<String>, message: String| faults.push(file.fault_at(at.span().start, message));
        if self.id.get_ref() != control {
            fault(&self.id, format!("this is the folder of `{control}`"));
        }
        let mut frameworks = BTreeSet::new();
        for row in &self.compliance {
            let name = row.framework.get_ref();
            if !frameworks.insert(name) {
                fault(&row.framework, format!("a second row for `{name}`"));
            }
            if row.requirements.is_empty() == row.not_applicable.is_none() {
                let message = format!("`{name}` needs either `requirements` or `not_applicable`");
                fault(&row.framework, message);
            }
        }
        let mut signals = BTreeSet::new();
        for signal in &self.signals {
            let id = signal.id.get_ref();
            if !signals.insert(id.as_str()) {
                fault(&signal.id, format!("a second signal is called `{id}`"));
            }
            if let Some(wrong) = signal.wrong() {
                fault(&signal.id, format!("`{id}`: {wrong}"));
            }
            for row in &signal.predicates {
                if row.op.has_values() == row.values.is_empty() {
                    let need = if row.op.has_values() { "needs" } else { "has no" };
                    fault(&row.field, format!("this comparison {need} `values`"));
                }
            }
        }
        for alert in &self.alerts {
            let id = alert.signal.get_ref();
            if !signals.contains(id.as_str()) {
                let hint = did_you_mean(id, signals.iter().copied());
                fault(&alert.signal, format!("there is no signal `{id}`{hint}"));
            }
            if alert.window().is_none() {
                fault(
                    &alert.within,
                    "a window is a number and m, h or d, for example `15m`".to_owned(),
                );
            }
        }
    }

    /// The alert of a signal.
    pub fn alert(&self, signal: &Signal) -> Option<&Alert> {
        self.alerts
            .iter()
            .find(|alert| alert.signal.get_ref() == signal.id.get_ref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "id = 'x-1'\nrationale = 'r'\n[[signals]]\nid = 'gone'\ntitle = 't'\nmeaning = 'm'\nstatic = true\nevent_source = 'bedrock.amazonaws.com'\nwhere = [{ field = 'a', op = 'equals', values = ['b'] }]\n[[alerts]]\nsignal = 'gone'\nthreshold = 1\nwithin = '5m'\nurgency = 'page'\nreason = 'r'\n";

    fn load(text: &str) -> Result<Guide, String> {
        let file = SourceFile {
            name: "guide.toml".to_owned(),
            text: text.to_owned(),
        };
        let folder = Folder::from([("guide.toml".to_owned(), file)]);
        Guide::load("x-1", &folder).map_err(|faults| faults.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn what_is_right_loads() {
        let guide = load(GOOD).unwrap();
        assert_eq!(guide.alert(&guide.signals[0]).unwrap().seconds(), 300);
    }

    #[test]
    fn what_is_wrong_has_a_place() {
        let wrong = |from: &str, to: &str| load(&GOOD.replace(from, to)).unwrap_err();
        assert!(wrong("'x-1'", "'x-2'").starts_with("guide.toml:1:6: this is the folder of `x-1`"));
        assert!(wrong("rationale", "rational").starts_with("guide.toml:2:1: unknown field `rational`"));
        assert!(wrong("urgency = 'page'", "urgency = 'pgae'").starts_with("guide.toml:14:11: unknown variant"));
        assert!(wrong("signal = 'gone'", "signal = 'goen'").contains("11:10: there is no signal `goen`; did you mean"));
        assert!(wrong("'5m'", "'5'").starts_with("guide.toml:13:10: a window"));
        assert!(wrong("static = true", "static = false").contains("events are matched with"));
        assert!(wrong(", values = ['b']", "").starts_with("guide.toml:9:20: this comparison needs `values`"));
        assert!(wrong("'equals'", "'exists'").contains("this comparison has no `values`"));
    }
}
