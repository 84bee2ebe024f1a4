//! The subject `api_key`: a long-term Bedrock API key, which is an IAM service-specific credential of a user.
//! <https://docs.aws.amazon.com/bedrock/latest/userguide/api-keys-how.html>

use super::accounts;
use crate::facts::Kind;
use crate::facts::context::{Context, global_resource, partition};
use crate::facts::fact::{Fact, doubts};
use crate::facts::subject::Subject;
use schemars::JsonSchema;
use serde::Serialize;

/// A long-term API key for Bedrock.
#[derive(Debug, Clone, Default, Serialize, JsonSchema)]
pub struct ApiKeyFacts {
    /// The credential's id; never the key.
    pub id: String,
    /// The user that holds it.
    pub user: String,
    /// `Active`, `Inactive` or `Expired`.
    pub status: Fact<String>,
    /// When it was made.
    pub created: Option<String>,
    /// Days since then.
    pub age_days: Option<i64>,
    /// When it ends; absent means never.
    pub expires: Option<String>,
}

/// The kind of subject.
pub const KIND: Kind = Kind::of::<ApiKeyFacts>("api_key", "A long-term Bedrock API key of an IAM user.", subjects);

/// Every key of every account.
pub fn subjects(ctx: &Context<'_>) -> Vec<Subject> {
    let mut subjects = Vec::new();
    for (iam, account) in accounts(ctx) {
        let keys = &account.global.service_specific_credentials;
        let root = format!("arn:{}:iam::{}", partition(account), iam.account_id);
        for key in keys
            .items
            .iter()
            .filter(|key| key.service_name == "bedrock.amazonaws.com")
        {
            let known = iam
                .principals
                .iter()
                .find(|principal| principal.is_user() && principal.name() == key.user_name);
            let arn = known.map_or_else(
                || format!("{root}:user/{}", key.user_name),
                |user| user.arn().to_owned(),
            );
            let facts = ApiKeyFacts {
                id: key.service_specific_credential_id.clone(),
                user: arn.clone(),
                status: Fact::Known(key.status.clone()),
                created: key.create_date.clone(),
                age_days: key.create_date.as_deref().and_then(|made| age(made, ctx.today)),
                expires: key.expiration_date.clone(),
            };
            let resource = global_resource(iam.account_id, "api_key", arn, key.user_name.as_str());
            subjects.push(Subject::new(resource, Some(facts.id.clone()), &facts));
        }
        let unread = doubts(keys, "Bedrock API keys");
        if !unread.is_empty() {
            let facts = ApiKeyFacts {
                status: Fact::Unread(unread),
                ..ApiKeyFacts::default()
            };
            let resource = global_resource(
                iam.account_id,
                "account",
                format!("{root}:root"),
                "API keys that could not be read",
            );
            subjects.push(Subject::new(resource, Some("unread".to_owned()), &facts));
        }
    }
    subjects
}

/// Whole days from an RFC 3339 time to a day.
fn age(made: &str, today: jiff::civil::Date) -> Option<i64> {
    let made: jiff::Timestamp = made.parse().ok()?;
    let made = made.to_zoned(jiff::tz::TimeZone::UTC).date();
    let days = today.since((jiff::Unit::Day, made)).ok()?.get_days();
    Some(i64::from(days))
}
