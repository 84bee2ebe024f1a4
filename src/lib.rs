//! `bedrock-audit` reads an AWS account, judges its Amazon Bedrock estate against hardening controls, and says
//! what is wrong, where, why, and what to do.
//!
//! Data flows one way:
//!
//! ```text
//! main → commands → { collect | ingest } → Snapshot → audit::run → Report → report::render → exit code
//!                                                         │
//!                                        facts ─ evaluate ┴ control, iam, config → model
//! ```
//!
//! Everything right of the [`model::snapshot::Snapshot`] is pure: no AWS SDK, no clock, no environment. What could
//! not be read is data beside the data, so an empty account and an unreadable one never look alike.

pub mod access;
pub mod audit;
pub mod cli;
#[cfg(feature = "live")]
pub mod collect;
pub mod commands;
pub mod config;
pub mod control;
pub mod detection;
pub mod evaluate;
pub mod exit;
pub mod facts;
pub mod iam;
pub mod ingest;
pub mod model;
pub mod report;
