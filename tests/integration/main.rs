//! One binary for every integration test: each further one would link the AWS SDKs again.

#[cfg(test)]
mod access;
#[cfg(test)]
mod blind;
#[cfg(test)]
mod check;
#[cfg(test)]
mod cli;
#[cfg(test)]
#[cfg(feature = "live")]
mod collect;
#[cfg(all(test, feature = "live"))]
mod collect_agents;
#[cfg(all(test, feature = "live"))]
mod collect_bedrock;
#[cfg(all(test, feature = "live"))]
mod collect_references;
#[cfg(test)]
mod config;
#[cfg(test)]
mod controls;
#[cfg(test)]
mod demo;
#[cfg(test)]
#[cfg(feature = "live")]
mod faults;
#[cfg(test)]
mod fuzz;
#[cfg(test)]
mod generated;
#[cfg(test)]
mod iam_corpus;
#[cfg(test)]
mod iam_managed;
#[cfg(test)]
mod iam_properties;
#[cfg(test)]
mod own_controls;
#[cfg(test)]
mod scale;
#[cfg(test)]
#[cfg(feature = "live")]
mod scan;
#[cfg(test)]
#[cfg(feature = "live")]
mod secrets;
#[cfg(test)]
mod support;
