//! What users decide: settings, parameters of controls, exceptions and baselines.
//!
//! Pure: the file's text, the variables and the flags are handed in, and so is today's date. Flags lie over variables,
//! variables over the file, the file over the defaults, and every value remembers where it came from.

pub mod baseline;
pub mod check;
pub mod exception;
pub mod file;
pub mod layer;
pub mod place;
pub mod setting;
pub mod wildcard;
