//! The subject `invocation_logging`: where a region's prompts and answers are written, joined to the log group, the
//! buckets, the keys and the role that it names.
//!
//! Each list of faults says what is wrong with which thing. A fault that was seen stands, whatever else is hidden.
//! <https://docs.aws.amazon.com/bedrock/latest/userguide/model-invocation-logging.html>

mod bucket;
mod elsewhere;
mod key;
mod role;

use super::context::{Context, Place};
use super::fact::{self, Fact, Reason};
use super::findings::Findings;
use super::subject::Subject;
use crate::facts::Kind;
use crate::model::arn::Arn;
use crate::model::aws::bedrock::LoggingConfiguration;
use crate::model::aws::observability::LogGroup;
use bucket::Target;
pub use elsewhere::{AccountLogging, of_account};
use schemars::JsonSchema;
use serde::Serialize;

/// The control whose params decide.
const CONTROL: &str = "aws-genai-04";

/// Model invocation logging of one region.
#[derive(Debug, Clone, Default, Serialize, JsonSchema)]
pub struct LoggingFacts {
    /// The region.
    pub region: String,
    /// Whether Bedrock is used there.
    pub in_use: Fact<bool>,
    /// Whether AWS says that it does not offer this logging there, or not to this account.
    pub unsupported: bool,
    /// Whether a configuration with at least one destination is in place.
    pub on: Fact<bool>,
    /// The log group; empty where none is named.
    pub log_group: String,
    /// The buckets, with the prefix under which the logs stand.
    pub buckets: Vec<String>,
    /// The delivery role; empty where none is named.
    pub role: String,
    /// Whether CloudWatch Logs is a destination.
    pub to_cloudwatch: Fact<bool>,
    /// Whether bodies of more than 100 KB have a bucket to go to.
    pub keeps_large: bool,
    /// `text`, `image` or `embedding`, where their delivery is switched off.
    pub flags_off: Vec<String>,
    /// `video` or `audio`, where their delivery is switched off.
    pub av_flags_off: Vec<String>,
    /// Destinations that do not exist or belong to another account.
    pub lost: Fact<Vec<String>>,
    /// Destinations without a customer-managed key that works.
    pub unencrypted: Fact<Vec<String>>,
    /// Destinations that lose logs before the days asked for.
    pub short_lived: Fact<Vec<String>>,
    /// What keeps the delivery role from writing.
    pub role_faults: Fact<Vec<String>>,
    /// Whether the log group masks sensitive data.
    pub protected: Fact<bool>,
    /// Whether an alarm speaks up when the log group falls silent.
    pub silence_alarm: Fact<bool>,
    /// What a reader should know besides.
    pub remarks: Vec<String>,
}

/// The kind of subject.
pub const KIND: Kind = Kind::of::<LoggingFacts>(
    "invocation_logging",
    "Model invocation logging of one region, on or off.",
    subjects,
);

/// One subject a region.
pub fn subjects(ctx: &Context<'_>) -> Vec<Subject> {
    ctx.places()
        .map(|at| {
            let facts = of(ctx, &at);
            Subject::new(
                at.resource("invocation_logging", at.region_arn(), at.region),
                None,
                &facts,
            )
        })
        .collect()
}

fn of(ctx: &Context<'_>, at: &Place<'_>) -> LoggingFacts {
    let in_use = ctx.usage(at.account_id, at.region).cloned().unwrap_or_default().fact();
    let mut facts = LoggingFacts {
        region: at.region.to_owned(),
        in_use,
        ..LoggingFacts::default()
    };
    let rows = &at.facts.invocation_logging;
    let Some(row) = rows.items.first() else {
        facts.unsupported = rows.is_unsupported();
        facts.on = fact::all(rows, "logging configurations").map(|_| false);
        facts.to_cloudwatch = facts.on.clone();
        return facts;
    };
    let cloudwatch = row.cloud_watch_config.as_ref();
    let large = cloudwatch.and_then(|to| to.large_data_delivery_s3_config.as_ref());
    if cloudwatch.is_none() && row.s3_config.is_none() {
        facts.remarks.push("the configuration names no destination".to_owned());
        return facts;
    }
    facts.on = Fact::Known(true);
    facts.to_cloudwatch = Fact::Known(cloudwatch.is_some());
    facts.keeps_large = large.is_some() || row.s3_config.is_some();
    flags(row, &mut facts);

    let targets: Vec<Target<'_>> = [row.s3_config.as_ref(), large]
        .into_iter()
        .flatten()
        .map(|to| Target::new(to, at.account_id))
        .collect();
    facts.buckets = targets.iter().map(Target::place).collect();
    let (mut lost, mut unencrypted, mut short) = (Findings::default(), Findings::default(), Findings::default());
    let days = ctx
        .params
        .get(CONTROL, "retention_days", &at.region_arn())
        .as_i64()
        .unwrap_or(90);
    for target in &targets {
        if bucket::is_there(at.account, target, &mut lost) {
            bucket::encryption(at, target, &mut unencrypted);
            bucket::lifetime(at.account, target, days, &mut short, &mut facts.remarks);
        }
    }
    if let Some(to) = cloudwatch {
        facts.log_group = group_name(&to.log_group_name).to_owned();
        facts.role = to.role_arn.clone().unwrap_or_default();
        if let Some(group) = log_group(at, &to.log_group_name, &mut facts, &mut lost) {
            key::of_log_group(at, group, &mut unencrypted);
            if let Some(kept) = group.retention_in_days.filter(|kept| *kept < days) {
                let kept = bucket::in_days(kept);
                short.fault(format!("log group {} keeps logs for {kept}", group.log_group_name));
            }
        }
        // A group that could not be read may have no key, and may keep logs for a day.
        unencrypted.doubt(facts.protected.reasons());
        short.doubt(facts.protected.reasons());
        facts.role_faults = role::judge(ctx, at, to.role_arn.as_deref(), &facts.log_group, &mut lost);
        // A group that is not named has no bytes that could be counted; that it is not named is a fault of its own.
        facts.silence_alarm = if facts.log_group.is_empty() {
            Fact::Known(true)
        } else {
            silence_alarm(at, &facts.log_group)
        };
    }
    facts.lost = lost.fact();
    facts.unencrypted = unencrypted.fact();
    facts.short_lived = short.fact();
    facts
}

/// A flag that is absent says nothing; only `false` switches a delivery off.
fn flags(row: &LoggingConfiguration, facts: &mut LoggingFacts) {
    let off = |flags: &[(&str, Option<bool>)]| {
        let off = flags.iter().filter(|(_, flag)| *flag == Some(false));
        off.map(|(name, _)| (*name).to_owned()).collect()
    };
    let main = [
        ("text", row.text_data_delivery_enabled),
        ("image", row.image_data_delivery_enabled),
        ("embedding", row.embedding_data_delivery_enabled),
    ];
    facts.flags_off = off(&main);
    facts.av_flags_off = off(&[
        ("video", row.video_data_delivery_enabled),
        ("audio", row.audio_data_delivery_enabled),
    ]);
    for (name, flag) in main {
        if flag.is_none() {
            facts
                .remarks
                .push(format!("the configuration does not say whether {name} is delivered"));
        }
    }
}

/// The name of a log group that may be written as an ARN.
fn group_name(text: &str) -> &str {
    match text.split_once(":log-group:") {
        Some((_, name)) => name.strip_suffix(":*").unwrap_or(name),
        None => text,
    }
}

/// The log group, where it is there; what is wrong with it goes among the lost ones.
fn log_group<'a>(at: &Place<'a>, text: &str, facts: &mut LoggingFacts, lost: &mut Findings) -> Option<&'a LogGroup> {
    let name = group_name(text);
    if name.is_empty() {
        lost.fault("no log group is named".to_owned());
        facts.protected = Fact::Known(true);
        return None;
    }
    if Arn::parse(text).is_some_and(|arn| arn.account != at.account_id || arn.region != at.region) {
        lost.fault(format!("log group {text} is not one of this account and region"));
        facts.protected = Fact::Known(true);
        return None;
    }
    let unread = |reasons: Vec<Reason>, facts: &mut LoggingFacts, lost: &mut Findings| {
        lost.doubt(&reasons);
        facts.protected = Fact::Unread(reasons);
        None
    };
    match fact::looked_up(at.facts.log_groups.find(name), "log groups") {
        Fact::Known(Some(group)) if group.exists => {
            let own = group.data_protection_status.as_deref() == Some("ACTIVATED");
            let inherited = group
                .inherited_properties
                .iter()
                .any(|name| name == "ACCOUNT_DATA_PROTECTION");
            facts.protected = Fact::Known(own || inherited);
            Some(group)
        }
        Fact::Known(Some(_)) => {
            lost.fault(format!("log group {name} does not exist"));
            // Nothing is stored there, so that nothing can be masked.
            facts.protected = Fact::Known(true);
            None
        }
        Fact::Known(None) => {
            let reason = Reason::text(format!("log group {name} was not collected"));
            unread(vec![reason], facts, lost)
        }
        Fact::Unread(reasons) => unread(reasons, facts, lost),
    }
}

/// Whether an alarm treats the silence of the group as a breach.
fn silence_alarm(at: &Place<'_>, group: &str) -> Fact<bool> {
    let alarms = &at.facts.alarms;
    let seen = alarms.items.iter().any(|alarm| {
        alarm.namespace.as_deref().is_none_or(|of| of == "AWS/Logs")
            && alarm.metric_name.as_deref().is_none_or(|of| of == "IncomingBytes")
            && alarm.treat_missing_data.as_deref() == Some("breaching")
            && alarm.actions_enabled != Some(false)
            && alarm
                .dimensions
                .iter()
                .any(|dimension| dimension.name == "LogGroupName" && dimension.value == group)
    });
    Fact::fault(seen, fact::doubts(alarms, "alarms"))
}

#[cfg(test)]
mod tests;
