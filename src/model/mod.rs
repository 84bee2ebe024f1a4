//! Plain data: what AWS answered, what could not be read, and what the audit says of it.
//!
//! Nothing here knows an SDK, a rule or a file format beyond serde; everything else is built on it.

pub mod arn;
pub mod aws;
pub mod calls;
pub mod dataset;
pub mod gap;
pub mod policy_text;
pub mod reason;
pub mod report;
pub mod severity;
pub mod snapshot;
