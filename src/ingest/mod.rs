//! Files to snapshots and snapshots to files.
//!
//! A file is somebody else's input: every way in which it can be wrong has an error that names the place and what to
//! do. Files are written whole or not at all, and a snapshot can be read by its owner alone.

mod error;
mod outline;
mod pending;
mod read;
mod write;

pub use error::IngestError;
pub use pending::{Access, PendingFile};
pub use read::{Input, load, parse, read_bytes};
pub use write::write_snapshot;
