//! Rows of CloudTrail: trails with selectors and status, and Lake event data stores.
//!
//! API: <https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/>.

use crate::model::dataset::Row;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use std::borrow::Cow;

/// A trail, once, whatever regions show a shadow of it.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "PascalCase", deny_unknown_fields)]
pub struct Trail {
    /// The ARN.
    #[serde(rename = "TrailARN")]
    pub trail_arn: String,
    /// The name.
    pub name: String,
    /// Where it was made.
    pub home_region: String,
    /// Whether it covers every enabled region.
    pub is_multi_region_trail: bool,
    /// Whether the organization owns it.
    pub is_organization_trail: bool,
    /// Where it writes.
    pub s3_bucket_name: Option<String>,
    /// The key it encrypts with.
    pub kms_key_id: Option<String>,
    /// Whether digests are written.
    pub log_file_validation_enabled: Option<bool>,
}

impl Row for Trail {
    fn key(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.trail_arn)
    }
}

/// A condition of an advanced selector.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "PascalCase", deny_unknown_fields)]
pub struct FieldSelector {
    /// For example `resources.type`.
    pub field: String,
    /// Any of these.
    pub equals: Vec<String>,
    /// Starts with any of these.
    pub starts_with: Vec<String>,
    /// Ends with any of these.
    pub ends_with: Vec<String>,
    /// None of these.
    pub not_equals: Vec<String>,
    /// Starts with none of these.
    pub not_starts_with: Vec<String>,
    /// Ends with none of these.
    pub not_ends_with: Vec<String>,
}

/// An advanced selector: all its conditions hold at once.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "PascalCase", deny_unknown_fields)]
pub struct AdvancedEventSelector {
    /// Its name.
    pub name: Option<String>,
    /// Its conditions.
    pub field_selectors: Vec<FieldSelector>,
}

/// A resource type of a basic selector.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "PascalCase", deny_unknown_fields)]
pub struct DataResource {
    /// For example `AWS::S3::Object`.
    #[serde(rename = "Type")]
    pub type_: String,
    /// ARN prefixes.
    pub values: Vec<String>,
}

/// A basic selector.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "PascalCase", deny_unknown_fields)]
pub struct EventSelector {
    /// `All`, `ReadOnly` or `WriteOnly`.
    pub read_write_type: Option<String>,
    /// Whether management events are taken.
    pub include_management_events: Option<bool>,
    /// Data events.
    pub data_resources: Vec<DataResource>,
    /// Event sources left out.
    pub exclude_management_event_sources: Vec<String>,
}

/// What a trail takes.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "PascalCase", deny_unknown_fields)]
pub struct TrailSelectors {
    /// The trail.
    #[serde(rename = "TrailARN")]
    pub trail_arn: String,
    /// Basic selectors.
    pub event_selectors: Vec<EventSelector>,
    /// Advanced selectors.
    pub advanced_event_selectors: Vec<AdvancedEventSelector>,
}

impl Row for TrailSelectors {
    fn key(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.trail_arn)
    }
}

/// Whether a trail delivers.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "PascalCase", deny_unknown_fields)]
pub struct TrailStatus {
    /// The trail.
    #[serde(rename = "TrailARN")]
    pub trail_arn: String,
    /// Whether it is switched on.
    pub is_logging: Option<bool>,
    /// The last error at the bucket, if the last delivery failed.
    pub latest_delivery_error: Option<String>,
    /// The last delivery.
    pub latest_delivery_time: Option<String>,
    /// When it was stopped.
    pub stop_logging_time: Option<String>,
}

impl Row for TrailStatus {
    fn key(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.trail_arn)
    }
}

/// A CloudTrail Lake event data store.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "PascalCase", deny_unknown_fields)]
pub struct EventDataStore {
    /// The ARN.
    pub event_data_store_arn: String,
    /// The name.
    pub name: String,
    /// `ENABLED`, `STOPPED_INGESTION` …; absent where the store itself could not be read.
    pub status: Option<String>,
    /// Whether it takes events of every region.
    pub multi_region_enabled: Option<bool>,
    /// Whether it takes events of every account.
    pub organization_enabled: Option<bool>,
    /// What it takes.
    pub advanced_event_selectors: Vec<AdvancedEventSelector>,
    /// Where it lives.
    pub region: String,
}

impl Row for EventDataStore {
    fn key(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.event_data_store_arn)
    }
}
