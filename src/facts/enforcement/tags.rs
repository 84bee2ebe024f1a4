//! Whether SCPs refuse to create a guardrail without the tags that are asked for.
//!
//! Each tag is left out in turn while the others are there, then several at once, then all: a rule that fires only
//! when every tag is missing shows in the difference, whatever operators it is made of.

use crate::facts::scp::probe::{Answer, Asker};
use crate::iam::context::Known;

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TagRule {
    /// Tags that nothing asks for.
    pub not_asked: Vec<String>,
    /// How a rule that is meant to ask for tags can be passed without them.
    pub holes: Vec<String>,
    /// What could not be judged.
    pub undecided: Vec<String>,
}

/// Tries to create guardrails in one region.
pub fn judge(asker: &Asker, region: &str, required: &[String]) -> TagRule {
    let mut rule = TagRule::default();
    let mut refused = |present: &[&String], extra: &[&str]| -> bool {
        match create(asker, region, required, present, extra) {
            Answer::Refused => true,
            Answer::Open(_) => false,
            Answer::Undecided(why) => {
                rule.undecided.extend(why);
                false
            }
        }
    };
    let all: Vec<&String> = required.iter().collect();
    let complete = refused(&all, &[]);
    let stray = refused(&[], &["canary7f3ab2c9"]);
    let none = refused(&[], &[]);
    let without = |missing: &[&String]| -> Vec<&String> {
        let kept = required.iter().filter(|tag| !missing.contains(tag));
        kept.collect()
    };
    let missed: Vec<&String> = all
        .iter()
        .copied()
        .filter(|tag| !refused(&without(&[tag]), &[]))
        .collect();
    if missed.is_empty() && none && stray && !complete {
        // Every call that lacks a tag is refused for certain. Whether a complete one passes is not for this to say.
        return TagRule::default();
    }
    let together = missed.len() > 1 && refused(&without(&missed), &[]);
    let partly = all.iter().copied().any(|tag| refused(&without(&[tag]), &[])) || stray;
    let names = |tags: &[&String]| tags.iter().map(|tag| tag.as_str()).collect::<Vec<_>>().join(" and ");
    if complete && !(none && stray) {
        rule.holes
            .push("it refuses a call with every tag, and lets one with fewer through".to_owned());
    } else if missed.is_empty() && !required.is_empty() && !none {
        rule.holes.push("a call without any tag passes".to_owned());
    } else if together {
        rule.holes.push(format!(
            "{} are missed only where all of them are missing",
            names(&missed)
        ));
    } else if !missed.is_empty() && !none && partly {
        rule.holes
            .push("a call without any tag passes, while one with other tags is refused".to_owned());
    } else {
        rule.not_asked = missed.into_iter().cloned().collect();
    }
    rule
}

/// The values of tags that are there stay open, so that a rule about values does not look like one about presence.
fn create(asker: &Asker, region: &str, required: &[String], present: &[&String], extra: &[&str]) -> Answer {
    let names: Vec<String> = required.iter().map(|tag| format!("aws:RequestTag/{tag}")).collect();
    let mut keys: Vec<(&str, Known)> = Vec::new();
    for (tag, name) in required.iter().zip(&names) {
        let known = if present.contains(&tag) {
            Known::Unset
        } else {
            Known::Absent
        };
        keys.push((name, known));
    }
    let sent: Vec<String> = present
        .iter()
        .map(|tag| (*tag).clone())
        .chain(extra.iter().map(|tag| (*tag).to_owned()))
        .collect();
    keys.push(("aws:TagKeys", Known::Values(sent)));
    let arn = format!(
        "arn:{}:bedrock:{region}:{}:guardrail/*",
        asker.partition(),
        asker.account()
    );
    asker.ask("bedrock:CreateGuardrail", region, &arn, &keys)
}
