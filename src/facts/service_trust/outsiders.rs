//! Outsiders whom a policy for everybody lets in by a condition that asks for them.
//!
//! `Principal: "*"` with a condition on an account, an ARN or an organization is a roundabout way of naming those, and
//! where the account is left open anybody can take the name.

use super::Setting;
use crate::facts::access::trust::{STRANGE_ORG, bidden, stranger};
use crate::iam::context::{Context as RequestContext, Request};
use crate::iam::document::Document;
use crate::iam::principal::RequestingPrincipal;
use crate::iam::resource_policy::decide_resource_policy;
use crate::iam::statement::{Effect, Statement};
use std::collections::BTreeSet;

/// The organization of the account whose policy is judged.
#[derive(Debug, Clone, Copy)]
pub enum Home<'a> {
    /// Its id.
    Organization(&'a str),
    /// The account belongs to none.
    Alone,
    /// Nobody could read which.
    Unread,
}

/// Outsiders whom a policy that speaks to everybody lets in because a condition asks for their account or organization.
pub fn named_outsiders(document: &Document, setting: Setting<'_>, home: Home<'_>) -> BTreeSet<String> {
    let speaks_to_all = |one: &&Statement| one.effect == Effect::Allow && one.principals.is_everyone();
    let enters = |who: RequestingPrincipal, context| {
        let request = Request::new(setting.action, setting.target, context);
        decide_resource_policy(document, &who, &request)
            .effective()
            .is_possible()
    };
    let mut found = BTreeSet::new();
    for statement in document.statements.iter().filter(speaks_to_all) {
        for (value, who) in bidden(statement, setting.account) {
            // A condition on the organization as well is as good as one on it alone.
            let context = RequestContext::open().set("aws:PrincipalOrgID", [STRANGE_ORG]);
            if enters(who, context) {
                found.insert(value.to_owned());
            }
        }
        let organizations = statement.conditions.iter();
        let organizations = organizations.filter(|condition| condition.key_lower() == "aws:principalorgid");
        for value in organizations.flat_map(|condition| &condition.values) {
            let who = stranger(setting.partition);
            let context = RequestContext::open().set("aws:PrincipalOrgID", [value.as_str()]);
            if home.is_foreign(value) && enters(who, context) {
                found.insert(format!("organization {value}"));
            }
        }
    }
    found
}

impl Home<'_> {
    fn is_foreign(self, organization: &str) -> bool {
        match self {
            Self::Organization(own) => organization != own && !organization.contains(['*', '?', '$']),
            Self::Alone => true,
            Self::Unread => false,
        }
    }
}
