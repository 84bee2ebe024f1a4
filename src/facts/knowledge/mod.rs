//! Knowledge bases: what they read, with whose rights, and who can touch the buckets behind them.
//!
//! Three kinds of subject share one walk over the estate: the data source, the knowledge base with its role, and the
//! source bucket, which is one subject however many data sources read it. What could not be listed or described stands
//! as a subject of its own whose facts are unread, so that silence is never taken for safety.
//! <https://docs.aws.amazon.com/bedrock/latest/userguide/knowledge-base.html>

mod block;
pub mod bucket;
pub mod data_source;
mod estate;
mod exposure;
pub mod knowledge_base;
mod location;
mod perimeter;
mod role;

use super::findings::Findings;

#[cfg(test)]
mod tests;
