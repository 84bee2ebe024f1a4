//! What policies say that depends on who asks, told apart from what they say to everybody.
//!
//! Principals that are bound by the same policies get the same answers, unless a condition looks at the principal. Such
//! conditions are put to each principal once: those for whom all of them come out alike are still answered alike, so
//! that a policy about the root user does not make ten thousand roles ten thousand questions.

use crate::iam::condition::Condition;
use crate::iam::context::Context;
use crate::iam::pattern::Pattern;
use crate::iam::statement::{ResourceElement, Statement};
use crate::iam::tri::Tri;

/// What some statements ask about the principal.
#[derive(Debug, Default)]
pub(super) struct Personal<'d> {
    conditions: Vec<&'d Condition>,
    /// A policy variable stands where it matters: every principal is a case of its own.
    pub(super) variables: bool,
}

impl<'d> Personal<'d> {
    /// Collects the questions of these statements.
    pub(super) fn of(statements: impl IntoIterator<Item = &'d Statement>) -> Self {
        let mut personal = Self::default();
        for statement in statements {
            for condition in &statement.conditions {
                if condition.patterns().iter().any(Pattern::has_variables) {
                    personal.variables = true;
                } else if asks_who(condition.key_lower()) {
                    personal.conditions.push(condition);
                }
            }
            if let ResourceElement::Resource(list) | ResourceElement::NotResource(list) = &statement.resources {
                personal.variables |= list.iter().any(Pattern::has_variables);
            }
        }
        personal
    }

    /// Whether there is nothing that tells principals apart.
    pub(super) fn is_empty(&self) -> bool {
        self.conditions.is_empty() && !self.variables
    }

    /// How the questions come out for one principal.
    pub(super) fn answers(&self, principal: &Context) -> Vec<Tri> {
        self.conditions
            .iter()
            .map(|condition| condition.holds(principal))
            .collect()
    }
}

/// Whether a key, in lower case, is about who asks. Those about the account and its organization are the same for all
/// principals of the account.
fn asks_who(key: &str) -> bool {
    let shared = key.starts_with("aws:principalorg") || key == "aws:principalaccount";
    !shared && (key.starts_with("aws:principal") || matches!(key, "aws:userid" | "aws:username"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::iam::document::Document;
    use crate::iam::principal::RequestingPrincipal;

    fn answers(condition: &str, role: &str) -> (Vec<Tri>, bool) {
        let text = format!(
            r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Deny","Action":"*","Resource":"*","Condition":{condition}}}}}"#
        );
        let document = Document::parse(&text).unwrap();
        let mut context = Context::open();
        RequestingPrincipal::Role(format!("arn:aws:iam::111122223333:role/{role}")).describe(&mut context);
        let personal = Personal::of(&document.statements);
        (personal.answers(&context), personal.variables)
    }

    #[test]
    fn principals_are_told_apart_by_answers_and_not_by_names() {
        let root = r#"{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::*:root"}}"#;
        assert_eq!(answers(root, "a"), (vec![Tri::False], false));
        assert_eq!(answers(root, "b"), answers(root, "a"));
        let one = r#"{"ArnNotLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/a"}}"#;
        assert_ne!(answers(one, "a"), answers(one, "b"));
        let tag = r#"{"StringEquals":{"aws:PrincipalTag/team":"ai"}}"#;
        assert_eq!(answers(tag, "a").0, [Tri::Maybe]);
    }

    #[test]
    fn a_variable_makes_everybody_a_case_of_their_own() {
        assert!(answers(r#"{"StringEquals":{"aws:ResourceTag/owner":"${aws:username}"}}"#, "a").1);
        assert_eq!(
            answers(r#"{"Bool":{"aws:SecureTransport":"false"}}"#, "a"),
            (Vec::new(), false)
        );
    }
}
