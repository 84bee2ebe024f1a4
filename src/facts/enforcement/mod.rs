//! Whether guardrails are enforced from above: by SCPs, by Bedrock itself, or not at all.

pub mod account;
pub mod bedrock_policy;
pub mod coverage;
pub mod guardrail;
pub mod means;
pub mod organization;
pub mod tags;
pub mod weakness;

#[cfg(test)]
mod tests;
