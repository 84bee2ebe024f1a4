//! Does nothing but read a file, for comparison: `parse value FILE` into the generic value of `serde_json`,
//! `parse snapshot FILE` as `check` does.

use anyhow::{Context, bail};
use bedrock_audit::ingest::{self, Input};
use std::hint::black_box;
use std::path::PathBuf;

fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args_os().skip(1);
    let what = arguments.next().context("say `value` or `snapshot`")?;
    let path = PathBuf::from(arguments.next().context("give the path of the file to read")?);
    match what.to_str() {
        Some("value") => {
            let text = std::fs::read(&path).with_context(|| format!("cannot read `{}`", path.display()))?;
            let value: serde_json::Value = serde_json::from_slice(&text)?;
            drop(text);
            black_box(&value);
            // What is asked is the cost of reading, so freeing is left to the system.
            std::mem::forget(value);
        }
        Some("snapshot") => {
            let snapshot = ingest::load(&[Input::File(path)])?;
            black_box(&snapshot);
            std::mem::forget(snapshot);
        }
        _ => bail!("say `value` or `snapshot`"),
    }
    Ok(())
}
