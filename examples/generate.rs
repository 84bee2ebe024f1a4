//! Writes an invented snapshot of any size, for measuring: `cargo run --example generate -- OUT.json principals=10000`.
//!
//! Every other argument is `NAME=NUMBER`; what is not named keeps a small default. A path that ends in `.gz` is
//! compressed.

use anyhow::{Context, bail};
use bedrock_audit::ingest::write_snapshot;
use std::fs::File;
use std::path::PathBuf;

#[path = "../benches/estate/mod.rs"]
mod estate;

fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args_os().skip(1);
    let path = PathBuf::from(arguments.next().context("give the path of the file to write")?);
    let mut sizes = estate::Sizes::default();
    for argument in arguments {
        let argument = argument.to_string_lossy().into_owned();
        let (name, number) = argument
            .split_once('=')
            .with_context(|| format!("`{argument}` is not NAME=NUMBER"))?;
        let number: usize = number.parse().with_context(|| format!("`{number}` is no number"))?;
        match name {
            "seed" => sizes.seed = number as u64,
            "accounts" => sizes.accounts = number,
            "principals" => sizes.principals = number,
            "regions" => sizes.regions = number,
            "guardrails" => sizes.guardrails = number,
            "agents" => sizes.agents = number,
            "knowledge_bases" => sizes.knowledge_bases = number,
            "profiles" => sizes.profiles = number,
            "scps" => sizes.scps = number,
            other => bail!("there is no size `{other}`; see the fields of `Sizes`"),
        }
    }
    let mut file = File::create(&path).with_context(|| format!("cannot write `{}`", path.display()))?;
    write_snapshot(&estate::snapshot(&sizes), &path, &mut file)?;
    Ok(())
}
