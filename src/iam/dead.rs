//! Statements that do not do what they look like: keys nobody sends, actions and prefixes that do not exist,
//! resources that no ARN can match.
//!
//! Only Bedrock's own prefixes are judged, because only theirs are known in full; what the dated lists do not settle is
//! left alone.

use super::actions::{catalogue, is_meant_for_bedrock, never_sent_by_bedrock};
use super::pattern::Pattern;
use super::statement::{ActionElement, Effect, ResourceElement, Statement};
use super::tri::Tri;

/// What a condition on a key that is never sent does to its statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyEffect {
    /// An Allow: it holds for every request, and narrows nothing.
    Unnarrowed,
    /// An Allow: it holds for none, so that the statement grants nothing.
    GrantsNothing,
    /// A Deny: it holds for none, so that the statement refuses nothing.
    NeverFires,
    /// A Deny: it holds for every request, exceptions included.
    AlwaysFires,
}

/// A condition on a key that Bedrock never sends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadKey {
    /// The key as written.
    pub key: String,
    /// The operator as written.
    pub operator: String,
    /// What follows.
    pub effect: KeyEffect,
}

/// What is wrong with a statement.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Dead {
    /// Conditions on keys that Bedrock never sends.
    pub keys: Vec<DeadKey>,
    /// Entries for Bedrock that name no action.
    pub actions: Vec<String>,
    /// Resources that none of the statement's Bedrock actions knows.
    pub resources: Vec<String>,
    /// A Deny meant for Bedrock that names nothing of it.
    pub refuses_nothing: bool,
    /// An Allow of which no part can ever match.
    pub grants_nothing: bool,
}

impl Dead {
    /// A key leaves an Allow unnarrowed or keeps a Deny from firing.
    pub fn misleads(&self) -> bool {
        self.keys
            .iter()
            .any(|key| matches!(key.effect, KeyEffect::Unnarrowed | KeyEffect::NeverFires))
    }
}

/// Examines one statement of a policy of `partition`; `None` where nothing is wrong, or where it does not concern
/// Bedrock.
pub fn examine(statement: &Statement, partition: &str) -> Option<Dead> {
    let listed = match &statement.actions {
        ActionElement::Action(list) => list.as_slice(),
        ActionElement::NotAction(_) => &[],
    };
    let meant: Vec<_> = listed.iter().filter(|pattern| is_meant_for_bedrock(pattern)).collect();
    if meant.is_empty() && !statement.touches_bedrock() {
        return None;
    }
    let mut dead = Dead {
        keys: dead_keys(statement),
        ..Dead::default()
    };
    let names_nothing = |pattern: &&&super::statement::ActionPattern| catalogue().names_nothing(pattern);
    dead.actions = meant
        .iter()
        .filter(names_nothing)
        .map(|pattern| pattern.text().to_owned())
        .collect();
    let all_unknown = !listed.is_empty() && listed.iter().all(|pattern| catalogue().names_nothing(pattern));
    let reaches_bedrock = catalogue().names_something(&statement.actions)
        || listed
            .iter()
            .any(|pattern| pattern.matches("bedrock:InvokeModel") == Tri::Maybe);
    dead.resources = dead_resources(statement, partition);
    match statement.effect {
        Effect::Deny => dead.refuses_nothing = !meant.is_empty() && !reaches_bedrock,
        Effect::Allow => {
            let no_resource = match &statement.resources {
                ResourceElement::Resource(list) => {
                    !list.is_empty() && dead.resources.len() == list.len() && meant.len() == listed.len()
                }
                _ => false,
            };
            let no_key = dead.keys.iter().any(|key| key.effect == KeyEffect::GrantsNothing);
            dead.grants_nothing = (all_unknown && !meant.is_empty()) || no_resource || no_key;
        }
    }
    (dead != Dead::default()).then_some(dead)
}

fn dead_keys(statement: &Statement) -> Vec<DeadKey> {
    let mut out = Vec::new();
    for condition in statement
        .conditions
        .iter()
        .filter(|condition| never_sent_by_bedrock(condition.key_lower()))
    {
        let effect = match (statement.effect, condition.on_absent()) {
            (Effect::Allow, Tri::True) => KeyEffect::Unnarrowed,
            (Effect::Allow, Tri::False) => KeyEffect::GrantsNothing,
            (Effect::Deny, Tri::False) => KeyEffect::NeverFires,
            (Effect::Deny, Tri::True) => KeyEffect::AlwaysFires,
            (_, Tri::Maybe) => continue,
        };
        out.push(DeadKey {
            key: condition.key.clone(),
            operator: condition.operator_text.clone(),
            effect,
        });
    }
    out
}

/// The resources of the statement that match no ARN its Bedrock actions know, nor `*`.
fn dead_resources(statement: &Statement, partition: &str) -> Vec<String> {
    let ResourceElement::Resource(list) = &statement.resources else {
        return Vec::new();
    };
    // A pattern for another service stands there for that service's actions, and a marketplace model behind an endpoint
    // of SageMaker.
    let of_bedrock_alone =
        matches!(&statement.actions, ActionElement::Action(list) if list.iter().all(is_meant_for_bedrock));
    let elsewhere = |pattern: &Pattern| {
        let service = pattern.text().split(':').nth(2);
        service.is_some_and(|service| {
            service == "sagemaker" || !of_bedrock_alone && !service.starts_with("bedrock") && !service.is_empty()
        })
    };
    let suspects: Vec<&Pattern> = list
        .iter()
        .filter(|pattern| !elsewhere(pattern) && !pattern.matches("*"))
        .collect();
    if suspects.is_empty() {
        return Vec::new();
    }
    let actions = catalogue().expand(&statement.actions);
    let mut alive: Vec<&Pattern> = Vec::new();
    for &name in &actions {
        let Some((prefix, _)) = name.split_once(':') else {
            continue;
        };
        let (Some(service), Some(action)) = (catalogue().service(prefix), catalogue().action(name)) else {
            continue;
        };
        for kind in &action.resources {
            match service.kinds.get(kind) {
                Some(pattern) if !alive.contains(&pattern) => alive.push(pattern),
                Some(_) => {}
                // A type the data does not describe: nothing can be said.
                None => return Vec::new(),
            }
        }
    }
    if actions.is_empty() {
        return Vec::new();
    }
    // Another partition is another AWS: its ARNs never come up in this one.
    let abroad = |pattern: &Pattern| {
        let part = pattern.text().split(':').nth(1);
        part.is_some_and(|part| pattern.text().starts_with("arn:") && !Pattern::glob(part).matches(partition))
    };
    suspects
        .into_iter()
        .filter(|pattern| abroad(pattern) || !alive.iter().any(|known| pattern.names_arn(known)))
        .map(|pattern| pattern.text().to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::iam::document::Document;

    fn dead(statement: &str) -> Option<Dead> {
        let document = Document::parse(&format!(r#"{{"Version":"2012-10-17","Statement":{statement}}}"#)).unwrap();
        examine(&document.statements[0], "aws")
    }

    fn with_key(effect: &str, operator: &str, key: &str) -> Dead {
        let text = format!(
            r#"{{"Effect":"{effect}","Action":"bedrock:InvokeModel","Resource":"*","Condition":{{"{operator}":{{"{key}":"x"}}}}}}"#
        );
        dead(&text).unwrap()
    }

    #[test]
    fn keys_that_are_never_sent() {
        use KeyEffect::{AlwaysFires, GrantsNothing, NeverFires, Unnarrowed};
        for (effect, operator, want) in [
            ("Allow", "StringEquals", GrantsNothing),
            ("Allow", "StringNotEquals", Unnarrowed),
            ("Allow", "StringEqualsIfExists", Unnarrowed),
            ("Allow", "ForAllValues:StringLike", Unnarrowed),
            ("Allow", "ForAnyValue:StringLike", GrantsNothing),
            ("Deny", "StringEquals", NeverFires),
            ("Deny", "StringNotLike", AlwaysFires),
        ] {
            for key in [
                "bedrock:ModelId",
                "aws:InferenceProfileArn",
                "bedrock-runtime:Model",
                "BEDROCK:inferenceprofileregion",
            ] {
                let dead = with_key(effect, operator, key);
                assert_eq!(dead.keys[0].effect, want, "{effect} {operator} {key}");
                assert_eq!(dead.grants_nothing, want == GrantsNothing);
            }
        }
        assert_eq!(
            dead(
                r#"{"Effect":"Allow","Action":"bedrock:InvokeModel","Resource":"*","Condition":{"StringEquals":{"bedrock:ServiceTier":"x"}}}"#
            ),
            None
        );
    }

    #[test]
    fn denies_of_nothing() {
        for action in [
            r#""bedrock-runtime:*""#,
            r#"["bedrock-agent:*","bedrock:Converse"]"#,
            r#""bedrock:ConverseStream""#,
        ] {
            assert!(
                dead(&format!(r#"{{"Effect":"Deny","Action":{action},"Resource":"*"}}"#))
                    .unwrap()
                    .refuses_nothing,
                "{action}"
            );
        }
        let mixed =
            dead(r#"{"Effect":"Deny","Action":["bedrock:Converse","bedrock:InvokeModel"],"Resource":"*"}"#).unwrap();
        assert!(!mixed.refuses_nothing);
        assert_eq!(mixed.actions, ["bedrock:Converse"]);
        assert_eq!(dead(r#"{"Effect":"Deny","Action":"*","Resource":"*"}"#), None);
        assert_eq!(dead(r#"{"Effect":"Deny","Action":"s3:Nothing","Resource":"*"}"#), None);
    }

    #[test]
    fn grants_of_nothing() {
        let grants = |resource: &str| {
            dead(&format!(
                r#"{{"Effect":"Allow","Action":"bedrock:InvokeModel*","Resource":"{resource}"}}"#
            ))
        };
        for resource in [
            "arn:aws:bedrock:us-east-1:111122223333:foundation-model/anthropic.claude-v2",
            "anthropic.claude-v2",
            "arn:aws:bedrock:us-east-1:foundation-model/x",
            "arn:aws:bedrock:us-east-1:111122223333:agent/A",
            "arn:aws-us-gov:bedrock:us-gov-west-1::foundation-model/anthropic.claude-v2",
            "arn:aws:bedrock:us-east-1:111122223333:foundation-model/*",
            "arn:aws:bedrock:*::Foundation-Model/*",
            "arn:aws:Bedrock:*::foundation-model/*",
            "arn:aws:bedrock-runtime:us-east-1::foundation-model/*",
            "arn:aws:bedrock:us-east-1::inference-profile/us.x",
            "arn:aws:s3:::prompts/*",
        ] {
            assert!(grants(resource).unwrap().grants_nothing, "{resource}");
        }
        for resource in [
            "*",
            "arn:aws:bedrock:*:*:foundation-model/*",
            "arn:*:bedrock:*",
            "arn:aws:bedrock:::foundation-model/x",
            "arn:aws:bedrock:us-east-1:111122223333:inference-profile/us.x",
            "arn:aws:bedrock:eu-west-1::foundation-model/${aws:PrincipalTag/m}",
            "arn:aws:bedrock:*:foundation-model/*",
            "arn:aws:bedrock:us-east-1:*",
            "arn:aws:bedrock:us-east-1:${aws:PrincipalAccount}:provisioned-model/*",
            "arn:aws:bedrock:us-east-1:1111*:imported-model/*",
            "arn:aws:sagemaker:us-east-1:111122223333:endpoint/x",
        ] {
            assert_eq!(grants(resource), None, "{resource}");
        }
        assert_eq!(
            dead(
                r#"{"Effect":"Allow","Action":["bedrock:InvokeModel","s3:GetObject"],"Resource":"arn:aws:s3:::prompts/*"}"#
            ),
            None
        );
    }
}
