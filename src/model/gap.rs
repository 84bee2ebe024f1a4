//! A gap: something that was asked of AWS and not answered, with enough to say why and what would fix it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

/// Why a read failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum GapKind {
    /// The caller may not make the call.
    Denied,
    /// The operation or service is not offered in this region or to this account: nothing can be there.
    Unsupported,
    /// AWS kept asking to slow down until the retries were spent.
    Throttled,
    /// AWS answered with an error of its own (HTTP 5xx, or a code nothing else explains).
    Server,
    /// The endpoint could not be reached or broke the connection.
    Network,
    /// No answer within the time allowed, or the whole collection ran out of time.
    Timeout,
    /// The answer could not be understood, or contradicts itself (a page token that repeats).
    Malformed,
    /// The thing named elsewhere is not there.
    NotFound,
    /// The credentials are missing, expired or wrong.
    Credentials,
}

/// One failed read.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Gap {
    /// Region of the call; absent for global services.
    #[serde(default)]
    pub region: Option<String>,
    /// The service as the SDKs name it, for example `bedrock`.
    pub service: String,
    /// The API operation, for example `GetGuardrail`.
    pub operation: String,
    /// What was asked about (an ARN where there is one); absent where a whole list failed.
    #[serde(default)]
    pub resource: Option<String>,
    /// Why.
    pub kind: GapKind,
    /// The error code that AWS gave.
    #[serde(default)]
    pub code: Option<String>,
    /// One line of explanation; never holds credentials.
    #[serde(default)]
    pub message: String,
    /// The IAM action that the call needs.
    #[serde(default)]
    pub permission: Option<String>,
}

impl Gap {
    /// Whether the read says that nothing of the kind can exist, rather than that it is hidden.
    pub fn means_absent(&self) -> bool {
        self.kind == GapKind::Unsupported
    }
}
