//! One binary for every integration test: each further one would link the AWS SDKs again.

#[cfg(test)]
mod support;
