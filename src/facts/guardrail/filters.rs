//! What a guardrail's filters do in each direction, strength, switch and action taken together.
//!
//! A filter is in force where its strength is not NONE, it is not switched off, and its action is not merely to record.
//! Guardrails made before switches and actions existed carry neither and block: absent reads as on and as BLOCK.
//! <https://docs.aws.amazon.com/bedrock/latest/APIReference/API_GuardrailContentFilter.html>

use crate::model::aws::bedrock::{ContentFilter, ContentPolicy, Guardrail, PiiEntity};
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;

/// The categories of harm that content filters know.
pub const HARM: [&str; 5] = ["HATE", "INSULTS", "MISCONDUCT", "SEXUAL", "VIOLENCE"];

/// What became of a filter in one direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// There is no such filter.
    #[default]
    Absent,
    /// Its strength is NONE.
    None,
    /// It is switched off.
    Disabled,
    /// Its action is NONE: it records and lets pass.
    DetectOnly,
    /// It filters.
    InForce,
}

impl State {
    fn words(self) -> &'static str {
        match self {
            Self::Absent => "absent",
            Self::None => "strength NONE",
            Self::Disabled => "disabled",
            Self::DetectOnly => "detect-only",
            Self::InForce => "in force",
        }
    }
}

/// A filter in one direction.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, JsonSchema)]
pub struct FilterFacts {
    /// The category, for example `HATE`.
    pub category: String,
    /// `input` or `output`.
    pub direction: String,
    /// What became of it.
    pub state: State,
    /// `NONE`, `LOW`, `MEDIUM` or `HIGH`; empty where there is no filter.
    pub strength: String,
    /// What it looks at, as far as AWS says.
    pub modalities: Vec<String>,
    /// Whether AWS gives its modalities as TEXT and nothing else.
    pub text_only: bool,
    /// State and strength in words, for example `in force at HIGH` or `detect-only`.
    pub reads: String,
}

/// One of the two ways through a guardrail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// What the caller sends.
    Input,
    /// What the model answers.
    Output,
}

/// The filter of a category in one direction.
pub fn filter(policy: Option<&ContentPolicy>, category: &str, direction: Direction) -> FilterFacts {
    let name = match direction {
        Direction::Input => "input",
        Direction::Output => "output",
    };
    let row = policy.and_then(|policy| policy.filters.iter().find(|row| row.type_ == category));
    let mut facts = row.map_or_else(FilterFacts::default, |row| of_row(row, direction));
    category.clone_into(&mut facts.category);
    name.clone_into(&mut facts.direction);
    facts.reads = match facts.state {
        State::InForce => format!("in force at {}", facts.strength),
        state => state.words().to_owned(),
    };
    facts
}

fn of_row(row: &ContentFilter, direction: Direction) -> FilterFacts {
    let (strength, enabled, action, modalities) = match direction {
        Direction::Input => (
            &row.input_strength,
            row.input_enabled,
            &row.input_action,
            &row.input_modalities,
        ),
        Direction::Output => (
            &row.output_strength,
            row.output_enabled,
            &row.output_action,
            &row.output_modalities,
        ),
    };
    let state = if strength.is_empty() || strength == "NONE" {
        State::None
    } else if enabled == Some(false) {
        State::Disabled
    } else if action.as_deref() == Some("NONE") {
        State::DetectOnly
    } else {
        State::InForce
    };
    let modalities = modalities.clone().unwrap_or_default();
    FilterFacts {
        state,
        strength: strength.clone(),
        text_only: !modalities.is_empty() && modalities.iter().all(|name| name == "TEXT"),
        modalities,
        ..FilterFacts::default()
    }
}

/// The harm filters: every category on input and on output, in a fixed order.
pub fn harm(guardrail: &Guardrail) -> Vec<FilterFacts> {
    let policy = guardrail.content_policy.as_ref();
    HARM.iter()
        .flat_map(|category| [Direction::Input, Direction::Output].map(|direction| filter(policy, category, direction)))
        .collect()
}

/// The filters that work, but on text alone, in words.
pub fn text_only(filters: &[FilterFacts]) -> Vec<String> {
    let blind = filters
        .iter()
        .filter(|filter| filter.state == State::InForce && filter.text_only);
    blind
        .map(|filter| format!("{} on {}", filter.category, filter.direction))
        .collect()
}

/// What is done with one kind of personal data.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, JsonSchema)]
pub struct PiiActions {
    /// `BLOCK`, `ANONYMIZE`, `NONE` (it is only recorded) or `disabled`, on input.
    pub input: String,
    /// The same on output.
    pub output: String,
}

/// What is done with personal data.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, JsonSchema)]
pub struct PiiFacts {
    /// By entity, for example `EMAIL`.
    pub entities: BTreeMap<String, PiiActions>,
    /// Entities that are blocked or masked on input.
    pub handled_on_input: Vec<String>,
    /// Entities that are blocked or masked on output.
    pub handled_on_output: Vec<String>,
    /// Names of the customer's own patterns, which satisfy no required entity.
    pub patterns: Vec<String>,
}

/// The actions on personal data; the action of a direction overrides the common one.
pub fn pii(guardrail: &Guardrail) -> PiiFacts {
    let mut facts = PiiFacts {
        patterns: guardrail.regex_names.clone(),
        ..PiiFacts::default()
    };
    for row in &guardrail.pii_entities {
        let PiiEntity {
            input_action,
            output_action,
            input_enabled,
            output_enabled,
            ..
        } = row;
        facts.entities.entry(row.type_.clone()).or_insert_with(|| PiiActions {
            input: effective(&row.action, input_action.as_ref(), *input_enabled),
            output: effective(&row.action, output_action.as_ref(), *output_enabled),
        });
    }
    let handled = |of: fn(&PiiActions) -> &String| {
        let acts = facts
            .entities
            .iter()
            .filter(|(_, actions)| matches!(of(actions).as_str(), "BLOCK" | "ANONYMIZE"));
        acts.map(|(name, _)| name.clone()).collect()
    };
    (facts.handled_on_input, facts.handled_on_output) = (handled(|a| &a.input), handled(|a| &a.output));
    facts
}

fn effective(common: &str, own: Option<&String>, enabled: Option<bool>) -> String {
    if enabled == Some(false) {
        "disabled".to_owned()
    } else {
        own.map_or(common, String::as_str).to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(change: impl FnOnce(&mut ContentFilter)) -> State {
        let mut row = ContentFilter {
            type_: "HATE".into(),
            input_strength: "HIGH".into(),
            output_strength: "NONE".into(),
            ..ContentFilter::default()
        };
        change(&mut row);
        let policy = ContentPolicy {
            filters: vec![row],
            tier_name: None,
        };
        filter(Some(&policy), "HATE", Direction::Input).state
    }

    #[test]
    fn strength_switch_and_action_decide_together() {
        assert_eq!(state(|_| {}), State::InForce);
        assert_eq!(state(|row| row.input_strength = "NONE".into()), State::None);
        assert_eq!(state(|row| row.input_enabled = Some(false)), State::Disabled);
        assert_eq!(state(|row| row.input_action = Some("NONE".into())), State::DetectOnly);
        assert_eq!(state(|row| row.input_action = Some("A_NEW_ONE".into())), State::InForce);
        assert_eq!(state(|row| row.type_ = "SEXUAL".into()), State::Absent);
        // The other direction has no say.
        assert_eq!(state(|row| row.output_enabled = Some(false)), State::InForce);
        assert_eq!(filter(None, "HATE", Direction::Output).reads, "absent");
    }

    #[test]
    fn modalities_that_aws_does_not_give_are_not_text_alone() {
        let text_only = |modalities: Option<Vec<&str>>| {
            let row = ContentFilter {
                input_modalities: modalities.map(|list| list.into_iter().map(str::to_owned).collect()),
                ..ContentFilter::default()
            };
            of_row(&row, Direction::Input).text_only
        };
        assert!(!text_only(None));
        assert!(!text_only(Some(vec!["TEXT", "IMAGE"])));
        assert!(text_only(Some(vec!["TEXT"])));
    }

    #[test]
    fn what_is_not_in_force_is_not_blind_either() {
        let filter = |category: &str, state, text_only| FilterFacts {
            category: category.into(),
            direction: "input".into(),
            state,
            text_only,
            ..FilterFacts::default()
        };
        let filters = [
            filter("HATE", State::InForce, true),
            filter("INSULTS", State::InForce, false),
            filter("SEXUAL", State::Disabled, true),
        ];
        assert_eq!(text_only(&filters), ["HATE on input"]);
    }

    #[test]
    fn the_action_of_a_direction_overrides_the_common_one() {
        let entity = |input: Option<&str>, enabled: Option<bool>| PiiEntity {
            type_: "EMAIL".into(),
            action: "ANONYMIZE".into(),
            input_action: input.map(str::to_owned),
            input_enabled: enabled,
            ..PiiEntity::default()
        };
        let of = |row: PiiEntity| {
            let guardrail = Guardrail {
                pii_entities: vec![row],
                ..Guardrail::default()
            };
            pii(&guardrail)
        };
        assert_eq!(of(entity(None, None)).entities["EMAIL"].input, "ANONYMIZE");
        assert_eq!(of(entity(Some("BLOCK"), None)).entities["EMAIL"].input, "BLOCK");
        let half = of(entity(Some("NONE"), None));
        assert_eq!(half.entities["EMAIL"].output, "ANONYMIZE");
        assert_eq!((half.handled_on_input.len(), half.handled_on_output.len()), (0, 1));
        assert_eq!(
            of(entity(Some("BLOCK"), Some(false))).entities["EMAIL"].input,
            "disabled"
        );
    }
}
