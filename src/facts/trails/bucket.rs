//! What a trail's bucket lets CloudTrail do: a grant without `aws:SourceArn` serves trails of strangers too.
//!
//! Each statement is asked with the ARN of a trail in an account that no policy can name; what still applies is open.
//! <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html>

use crate::facts::fact::{self, Fact, Reason};
use crate::iam::context::Context;
use crate::iam::document::Document;
use crate::iam::principal::RequestingPrincipal;
use crate::iam::statement::{Effect, Statement};
use crate::model::arn::Arn;
use crate::model::snapshot::Account;
use schemars::JsonSchema;
use serde::Serialize;

/// An account that no policy names.
const STRANGER: &str = "000000000000";

/// What a bucket's policy grants to CloudTrail.
#[derive(Debug, Clone, Default, Serialize, JsonSchema)]
pub struct BucketGrant {
    /// Whether the bucket belongs to the account, so that its policy can be judged.
    pub judged: Fact<bool>,
    /// The statements that let CloudTrail write for trails of other accounts too.
    pub open_statements: Fact<Vec<String>>,
    /// What a reader should know.
    pub note: String,
}

impl BucketGrant {
    /// The buckets of trails that could not be listed.
    pub(super) fn unlisted(hidden: &[Reason]) -> Self {
        Self {
            judged: Fact::Unread(hidden.to_vec()),
            open_statements: Fact::Unread(hidden.to_vec()),
            note: String::new(),
        }
    }

    /// The bucket of a trail that another account owns.
    pub(super) fn foreign() -> Self {
        Self {
            note: "the trail, and with it the bucket, belongs to another account; judge it there".to_owned(),
            ..Self::default()
        }
    }
}

/// Judges the bucket of the trail with this ARN.
pub(super) fn grant(account: &Account, bucket: &str, trail: &str) -> BucketGrant {
    let global = &account.global;
    if bucket.is_empty() {
        return BucketGrant::default();
    }
    let not_collected = |what: &str| Reason::text(format!("{what} {bucket} was not collected"));
    let row = match fact::looked_up(global.buckets.find(bucket), "buckets") {
        Fact::Known(Some(row)) => row,
        Fact::Known(None) => {
            return BucketGrant {
                judged: Fact::unread(not_collected("the bucket")),
                ..BucketGrant::default()
            };
        }
        Fact::Unread(reasons) => {
            return BucketGrant {
                judged: Fact::Unread(reasons),
                ..BucketGrant::default()
            };
        }
    };
    match (row.exists, row.owned) {
        (false, _) => {
            return BucketGrant {
                note: "the bucket does not exist, so that there is no policy to judge".to_owned(),
                ..BucketGrant::default()
            };
        }
        (true, Some(false)) => {
            return BucketGrant {
                note: "the bucket belongs to another account; judge its policy there".to_owned(),
                ..BucketGrant::default()
            };
        }
        // Who owns it is open, but a policy that can be read says all the same what it grants.
        (true, _) => {}
    }
    let policy = fact::looked_up(global.bucket_policies.find(bucket), "bucket policies");
    let open_statements = policy.and_then(|row| match row {
        None => Fact::unread(not_collected("the policy of bucket")),
        Some(row) => row.policy.as_ref().map_or_else(
            || Fact::Known(Vec::new()),
            |text| match Document::parse(text.as_str()) {
                Ok(document) => Fact::Known(open(&document, bucket, trail)),
                Err(error) => Fact::unread(Reason::text(format!(
                    "the policy of bucket {bucket} cannot be understood ({error})"
                ))),
            },
        ),
    });
    BucketGrant {
        judged: Fact::Known(true),
        open_statements,
        note: String::new(),
    }
}

/// Trails of nobody we know: the namesake of a trail in another account, where it is and elsewhere, and one of another
/// name. A pattern that leaves the account open takes in at least one of them.
fn strangers(trail: &str) -> Vec<String> {
    let own = Arn::parse(trail);
    let (partition, home) = own.map_or(("aws", "us-east-1"), |arn| (arn.partition, arn.region));
    let namesake = own.map_or("trail/nobody-we-know", |arn| arn.resource);
    let arn = |region: &str, name: &str| format!("arn:{partition}:cloudtrail:{region}:{STRANGER}:{name}");
    vec![
        arn(home, namesake),
        arn(home, "trail/nobody-we-know"),
        arn("us-east-1", namesake),
        arn("us-east-1", "trail/nobody-we-know"),
    ]
}

/// The statements under which CloudTrail writes for a stranger's trail.
fn open(document: &Document, bucket: &str, trail: &str) -> Vec<String> {
    let who = RequestingPrincipal::Service("cloudtrail.amazonaws.com".to_owned());
    let contexts: Vec<Context> = strangers(trail)
        .into_iter()
        .map(|stranger| {
            let mut context = Context::open().set("aws:SourceArn", [stranger.as_str()]);
            who.describe(&mut context);
            context
        })
        .collect();
    let speaks = |statement: &&Statement| {
        statement.principals.names(&who).tri.is_possible() && statement.matches_action("s3:PutObject").is_possible()
    };
    let denies: Vec<&Statement> = document
        .statements
        .iter()
        .filter(|statement| statement.effect == Effect::Deny)
        .filter(speaks)
        .collect();
    let partition = Arn::parse(trail).map_or("aws", |arn| arn.partition);
    let object = format!("arn:{partition}:s3:::{bucket}/AWSLogs/{STRANGER}/CloudTrail/x");
    let refused = |context: &Context| {
        denies.iter().any(|statement| {
            statement.condition(context).tri.is_true() && statement.matches_resource(&object, context).is_true()
        })
    };
    let passing: Vec<&Context> = contexts.iter().filter(|context| !refused(context)).collect();
    document
        .statements
        .iter()
        .filter(|statement| statement.effect == Effect::Allow)
        .filter(speaks)
        .filter(|statement| {
            let mut passing = passing.iter();
            passing.any(|context| statement.condition(context).tri.is_possible())
        })
        .map(|statement| format!("statement {}", statement.label()))
        .collect()
}
