//! Metric filters on the log group of a trail, each with an alarm.
//!
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html>. Unlike EventBridge this counts, and
//! sees the events of every region that the trail covers; it does so some minutes later.

use super::template::{Template, describe};
use super::{Detection, events};
use crate::control::catalog::Entry;
use crate::control::guide::{Op, Predicate};
use serde_json::json;

const ABOUT: &str = "bedrock-audit: metric filters on the log group of a CloudTrail trail, with alarms, for events that \
put a Bedrock control at risk. Deploy it once, where the log group is; the SNS topic must be in the same region and let \
cloudwatch.amazonaws.com publish.";

/// A day, the longest period of an alarm.
const LONGEST: u64 = 86400;

/// The template.
pub(super) fn template(entries: &[&Entry]) -> String {
    let mut template = Template::default();
    for found in events(entries) {
        let id = found.logical_id();
        let pattern = pattern(&found, &mut template);
        let metric = found.slug();
        let filter = json!({
            "Type": "AWS::Logs::MetricFilter",
            "Properties": {
                "LogGroupName": {"Ref": "TrailLogGroup"},
                "FilterPattern": {"Fn::Sub": [pattern, {"WatchedAccount": Template::account()}]},
                "MetricTransformations": [
                    {"MetricNamespace": {"Ref": "MetricNamespace"}, "MetricName": metric, "MetricValue": "1"},
                ],
            },
        });
        template.resources.insert(format!("{id}Filter"), filter);
        let (threshold, period) = found.alert.map_or((1, 300), |alert| (alert.threshold, alert.seconds()));
        let alarm = json!({
            "Type": "AWS::CloudWatch::Alarm",
            "Properties": {
                "AlarmName": {"Fn::Sub": format!("${{NamePrefix}}-{metric}")},
                "AlarmDescription": describe(&found, ""),
                "Namespace": {"Ref": "MetricNamespace"},
                "MetricName": metric,
                "Statistic": "Sum",
                "Period": period.clamp(60, LONGEST) / 60 * 60,
                "EvaluationPeriods": 1,
                "Threshold": threshold,
                "ComparisonOperator": "GreaterThanOrEqualToThreshold",
                "TreatMissingData": "notBreaching",
                "AlarmActions": [{"Ref": "AlarmTopicArn"}],
            },
        });
        template.resources.insert(format!("{id}Alarm"), alarm);
    }
    let parameters = json!({
        "TrailLogGroup": {
            "Type": "String", "Description": "Log group that the trail delivers to", "MinLength": 1,
        },
        "MetricNamespace": {
            "Type": "String", "Description": "Where the counts go", "Default": "BedrockAudit", "MinLength": 1,
        },
    });
    template.finish(ABOUT, parameters, entries)
}

fn pattern(found: &Detection<'_>, template: &mut Template) -> String {
    let signal = found.signal;
    let mut terms = vec!["($.recipientAccountId = \"${WatchedAccount}\")".to_owned()];
    if let Some(source) = signal.event_source.as_deref().filter(|source| *source != "*") {
        terms.push(term("eventSource", "=", source));
    }
    if !signal.event_names.is_empty() {
        terms.push(any(signal.event_names.iter().map(|name| term("eventName", "=", name))));
    }
    terms.extend(signal.predicates.iter().map(|row| template.text(&predicate(row))));
    format!("{{ {} }}", terms.join(" && "))
}

fn predicate(row: &Predicate) -> String {
    let field = row.field.get_ref();
    let each = |before: &str, after: &str| {
        let value = |value: &String| term(field, "=", &format!("{before}{value}{after}"));
        any(row.values.iter().map(value))
    };
    let none = |before: &str, after: &str| {
        let value = |value: &String| term(field, "!=", &format!("{before}{value}{after}"));
        let terms: Vec<String> = row.values.iter().map(value).collect();
        let all = if let [one] = terms.as_slice() {
            one.clone()
        } else {
            format!("({})", terms.join(" && "))
        };
        any([format!("($.{field} NOT EXISTS)"), all].into_iter())
    };
    match row.op {
        Op::Equals => each("", ""),
        Op::NotEquals => none("", ""),
        Op::Contains => each("*", "*"),
        Op::NotContains => none("*", "*"),
        Op::Prefix => each("", "*"),
        Op::NotPrefix => none("", "*"),
        Op::Suffix => each("*", ""),
        Op::Exists => term(field, "=", "*"),
        Op::Absent => format!("($.{field} NOT EXISTS)"),
        Op::IsTrue => format!("($.{field} IS TRUE)"),
        Op::IsFalse => format!("($.{field} IS FALSE)"),
    }
}

fn term(field: &str, sign: &str, value: &str) -> String {
    let value = value.replace('\\', "\\\\").replace('"', "\\\"");
    format!("($.{field} {sign} \"{value}\")")
}

fn any(terms: impl Iterator<Item = String>) -> String {
    let terms: Vec<String> = terms.collect();
    match terms.as_slice() {
        [one] => one.clone(),
        _ => format!("({})", terms.join(" || ")),
    }
}

/// What [`super::tests`] look at.
#[cfg(test)]
pub(super) fn pattern_of(found: &Detection<'_>) -> String {
    pattern(found, &mut Template::default())
}
