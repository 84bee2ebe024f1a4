//! Rows of EC2: regions and VPC endpoints.
//!
//! API: <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/>.

use crate::model::dataset::Row;
use crate::model::policy_text::PolicyText;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use std::borrow::Cow;

/// A region of the partition.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "PascalCase", deny_unknown_fields)]
pub struct Region {
    /// For example `eu-central-1`.
    pub region_name: String,
    /// `opt-in-not-required`, `opted-in` or `not-opted-in`.
    pub opt_in_status: Option<String>,
}

impl Row for Region {
    fn key(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.region_name)
    }
}

/// A VPC endpoint for a Bedrock service.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "PascalCase", deny_unknown_fields)]
pub struct VpcEndpoint {
    /// `vpce-…`.
    pub vpc_endpoint_id: String,
    /// `Interface`, `Gateway` …
    pub vpc_endpoint_type: String,
    /// The VPC.
    pub vpc_id: String,
    /// For example `com.amazonaws.us-east-1.bedrock-runtime`.
    pub service_name: String,
    /// The region of the service where it is another one.
    pub service_region: Option<String>,
    /// `available` in any case of letters, `pending` …
    pub state: String,
    /// The endpoint policy.
    pub policy_document: Option<PolicyText>,
    /// Whether the service's public name resolves to the endpoint.
    pub private_dns_enabled: Option<bool>,
    /// Subnets.
    pub subnet_ids: Vec<String>,
    /// Network interfaces.
    pub network_interface_ids: Vec<String>,
    /// The account that owns it.
    pub owner_id: Option<String>,
    /// Whether an AWS service manages it.
    pub requester_managed: Option<bool>,
}

impl Row for VpcEndpoint {
    fn key(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.vpc_endpoint_id)
    }
}
