//! Where in S3 a data source reads, whether AWS models it or the document of a managed connector says it.
//!
//! A prefix that is absent, empty or a lone slash means the whole bucket.
//! <https://docs.aws.amazon.com/bedrock/latest/APIReference/API_agent_S3DataSourceConfiguration.html>

use crate::facts::fact::{Fact, Reason};
use crate::iam::reach::Place;
use crate::model::arn::Arn;
use crate::model::aws::bedrock_agent::DataSource;
use serde_json::Value;

/// The type of a managed connector, whose document says what it connects to.
const CONNECTOR: &str = "MANAGED_KNOWLEDGE_BASE_CONNECTOR";

/// What a data source reads of S3.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Location {
    /// The bucket's name.
    pub(super) bucket: String,
    /// The prefixes; empty for the whole bucket.
    pub(super) prefixes: Vec<String>,
    /// The account that is said to own it.
    pub(super) owner: Option<String>,
}

impl Location {
    /// The places that it takes in.
    pub(super) fn places(&self) -> Vec<Place> {
        let place = |prefix: &str| Place {
            bucket: self.bucket.clone(),
            prefix: prefix.to_owned(),
        };
        if self.prefixes.is_empty() {
            return vec![place("")];
        }
        self.prefixes.iter().map(|prefix| place(prefix)).collect()
    }
}

/// What kind of source it is: the type, or for a managed connector what its document connects to.
pub(super) fn kind(row: &DataSource) -> Fact<String> {
    if row.type_ != CONNECTOR {
        return Fact::Known(row.type_.clone());
    }
    let named = row
        .connector_parameters
        .as_ref()
        .and_then(|document| document.get("type"));
    named.and_then(Value::as_str).map_or_else(
        || {
            Fact::unread(Reason::text(format!(
                "the connector document of data source {} does not say what it connects to",
                row.data_source_id
            )))
        },
        |named| Fact::Known(named.to_ascii_uppercase()),
    )
}

/// Whether it feeds on what anybody may publish, or on whatever a caller hands in.
pub(super) fn is_open_corpus(kind: &str) -> bool {
    kind == "CUSTOM" || kind.starts_with("WEB")
}

/// The place in S3; `None` where it reads elsewhere.
pub(super) fn location(row: &DataSource) -> Fact<Option<Location>> {
    kind(row).and_then(|kind| {
        if kind != "S3" {
            return Fact::Known(None);
        }
        let arn = row.bucket_arn.as_deref().and_then(Arn::parse).map(|arn| arn.resource);
        let document = row.connector_parameters.as_ref();
        let text = |pointer: &str| document.and_then(|it| it.pointer(pointer)).and_then(Value::as_str);
        let bucket = arn.or_else(|| text("/connectionConfiguration/bucketName"));
        let Some(bucket) = bucket.filter(|name| !name.is_empty()) else {
            return Fact::unread(Reason::text(format!(
                "data source {} names no bucket that can be understood",
                row.data_source_id
            )));
        };
        let listed = document
            .and_then(|it| it.pointer("/filterConfiguration/inclusionPrefixes"))
            .and_then(Value::as_array)
            .map(|list| list.iter().filter_map(|one| one.as_str().map(str::to_owned)).collect());
        let owner = row
            .bucket_owner_account_id
            .clone()
            .or_else(|| text("/connectionConfiguration/bucketOwnerAccountId").map(str::to_owned));
        Fact::Known(Some(Location {
            bucket: bucket.to_owned(),
            prefixes: narrow(row.inclusion_prefixes.clone().or(listed).unwrap_or_default()),
            owner: owner.filter(|id| !id.is_empty()),
        }))
    })
}

/// One prefix that takes in everything makes the others idle.
fn narrow(prefixes: Vec<String>) -> Vec<String> {
    if prefixes.iter().any(|prefix| prefix.is_empty() || prefix == "/") {
        Vec::new()
    } else {
        prefixes
    }
}

/// The place that an `s3://bucket/prefix` names.
pub(super) fn of_uri(uri: &str) -> Option<Place> {
    let rest = uri.strip_prefix("s3://")?;
    let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
    (!bucket.is_empty()).then(|| Place {
        bucket: bucket.to_owned(),
        prefix: prefix.to_owned(),
    })
}
