//! What integration tests stand on: a pretended AWS on a local socket and a runner for the compiled binary.
//!
//! Nothing here reaches the internet or reads the machine's own AWS settings; tests say what the world looks like
//! and then ask what came out and what was asked for.

pub(crate) mod cmd;
#[cfg(feature = "live")]
pub(crate) mod collecting;
#[cfg(feature = "live")]
pub(crate) mod estate;
pub(crate) mod fake_aws;
#[cfg(test)]
mod fake_aws_tests;
pub(crate) mod raw;
pub(crate) mod workdir;
