//! Rows of CloudWatch, CloudWatch Logs, KMS and Lambda that other rows point at.
//!
//! `exists: false` says that AWS was asked for exactly this thing and answered that it is not there.

use crate::model::arn::Arn;
use crate::model::dataset::Row;
use crate::model::policy_text::PolicyText;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use std::borrow::Cow;

/// A metric that CloudWatch has seen within about the last two weeks.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "PascalCase", deny_unknown_fields)]
pub struct Metric {
    /// For example `Invocations`.
    pub metric_name: String,
}

impl Row for Metric {
    fn key(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.metric_name)
    }
}

/// A dimension of a metric.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "PascalCase", deny_unknown_fields)]
pub struct Dimension {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// A metric alarm on `IncomingBytes`, alone or inside a metric expression.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "PascalCase", deny_unknown_fields)]
pub struct MetricAlarm {
    /// The name.
    pub alarm_name: String,
    /// The ARN.
    pub alarm_arn: String,
    /// Whether it does anything.
    pub actions_enabled: Option<bool>,
    /// What it does.
    pub alarm_actions: Vec<String>,
    /// The metric's namespace.
    pub namespace: Option<String>,
    /// The metric.
    pub metric_name: Option<String>,
    /// The metric's dimensions; those of every metric inside an expression together.
    pub dimensions: Vec<Dimension>,
    /// How it compares.
    pub comparison_operator: Option<String>,
    /// What it compares with.
    pub threshold: Option<f64>,
    /// `breaching`, `notBreaching`, `ignore` or `missing`.
    pub treat_missing_data: Option<String>,
}

impl Row for MetricAlarm {
    fn key(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.alarm_arn)
    }
}

/// A log group asked for by its exact name.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "PascalCase", deny_unknown_fields)]
pub struct LogGroup {
    /// The name.
    pub log_group_name: String,
    /// Whether it is there.
    pub exists: bool,
    /// The ARN without the trailing `:*`.
    pub arn: Option<String>,
    /// Days; absent means for ever.
    pub retention_in_days: Option<i64>,
    /// The customer's key; absent means AWS's own.
    pub kms_key_id: Option<String>,
    /// `ACTIVATED`, `DISABLED` …; absent where the group never had a data protection policy.
    pub data_protection_status: Option<String>,
    /// `ACCOUNT_DATA_PROTECTION` where an account-wide policy covers it.
    pub inherited_properties: Vec<String>,
    /// `STANDARD`, `INFREQUENT_ACCESS` …
    pub log_group_class: Option<String>,
}

impl Row for LogGroup {
    fn key(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.log_group_name)
    }
}

/// The name of a log group that may stand as an ARN, with or without the `:*` that means its streams.
pub fn log_group_name(named: &str) -> &str {
    let Some(arn) = Arn::parse(named) else { return named };
    let name = arn.resource.strip_prefix("log-group:").unwrap_or(arn.resource);
    name.split(':').next().unwrap_or(name)
}

/// A KMS key asked for by the name that something else uses for it.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "PascalCase", deny_unknown_fields)]
pub struct Key {
    /// Key id, ARN or alias, as it stood where it was found.
    pub requested_id: String,
    /// Whether there is such a key.
    pub exists: bool,
    /// The ARN.
    pub arn: Option<String>,
    /// `CUSTOMER` or `AWS`.
    pub key_manager: Option<String>,
    /// `Enabled`, `Disabled`, `PendingDeletion` …
    pub key_state: Option<String>,
    /// The account that owns it.
    #[serde(rename = "AWSAccountId")]
    pub aws_account_id: Option<String>,
}

impl Row for Key {
    fn key(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.requested_id)
    }
}

/// A Lambda function that Bedrock may call.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "PascalCase", deny_unknown_fields)]
pub struct Function {
    /// The ARN as it stood where it was found, qualifier included.
    pub requested_arn: String,
    /// Whether there is such a function.
    pub exists: bool,
    /// The ARN.
    pub function_arn: Option<String>,
    /// The name.
    pub function_name: Option<String>,
    /// The execution role.
    pub role: Option<String>,
    /// The runtime.
    pub runtime: Option<String>,
}

impl Row for Function {
    fn key(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.requested_arn)
    }
}

/// The resource policy of a function or of one of its versions or aliases.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "PascalCase", deny_unknown_fields)]
pub struct FunctionPolicy {
    /// The ARN it was asked for with.
    pub requested_arn: String,
    /// The text; absent means that there is none.
    pub policy: Option<PolicyText>,
}

impl Row for FunctionPolicy {
    fn key(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.requested_arn)
    }
}

#[cfg(test)]
mod tests {
    use super::log_group_name;

    #[test]
    fn a_log_group_is_named_by_name_or_arn() {
        assert_eq!(log_group_name("/aws/bedrock"), "/aws/bedrock");
        for arn in [
            "arn:aws:logs:eu-west-1:111122223333:log-group:/aws/bedrock",
            "arn:aws:logs:eu-west-1:111122223333:log-group:/aws/bedrock:*",
        ] {
            assert_eq!(log_group_name(arn), "/aws/bedrock");
        }
    }
}
