//! Writing a snapshot: indented JSON, compressed where the name says so.
//!
//! The compressed form carries no time and no name, so that the same snapshot is the same bytes.

use crate::model::snapshot::Snapshot;
use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::{self, BufWriter, Write};
use std::path::Path;

/// Writes `snapshot` as the name of `path` asks.
pub fn write_snapshot(snapshot: &Snapshot, path: &Path, out: &mut dyn Write) -> io::Result<()> {
    let compressed = path.extension().is_some_and(|suffix| suffix.eq_ignore_ascii_case("gz"));
    let mut out = BufWriter::new(out);
    if compressed {
        let mut encoder = GzEncoder::new(&mut out, Compression::default());
        serde_json::to_writer(&mut encoder, snapshot)?;
        encoder.finish()?;
    } else {
        serde_json::to_writer_pretty(&mut out, snapshot)?;
        out.write_all(b"\n")?;
    }
    out.flush()
}

#[cfg(test)]
mod tests {
    use super::super::read::parse;
    use super::*;

    #[test]
    fn both_forms_read_back_the_same() {
        let mut snapshot = Snapshot::new("2026-01-01T00:00:00Z".into());
        snapshot
            .accounts
            .insert("1".into(), crate::model::snapshot::Account::default());
        for name in ["a.json", "a.json.gz", "A.GZ"] {
            let mut bytes = Vec::new();
            write_snapshot(&snapshot, Path::new(name), &mut bytes).unwrap();
            assert_eq!(bytes.starts_with(&[0x1f, 0x8b]), name.to_lowercase().ends_with("gz"));
            assert_eq!(parse(name, &bytes).unwrap(), snapshot);
        }
    }
}
