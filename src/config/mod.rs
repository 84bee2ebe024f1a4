//! What users decide: settings, parameters of controls, exceptions and baselines.
//!
//! Pure: the file's text, the variables and the flags are handed in, and so is today's date.

pub mod baseline;
pub mod exception;
pub mod place;
pub mod wildcard;
