//! A directory with a catalogue and snapshots of its own, so that tests of the commands do not depend on what the
//! built-in controls ask for.
//!
//! The control `own-01` fails for regions outside Europe, and `own-02` can never be decided.

use super::cmd::{Cmd, Ran};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

const OWN: &str = r#"
schema = 1
id = "own-01"
title = "Regions are European"
severity = "HIGH"
services = ["bedrock"]
rationale = "A test."

[params.prefix]
type = "string"
description = "what names begin with"
default = "eu-"

[[rules]]
id = "place"
title = "A region lies elsewhere"
severity = "HIGH"
subject = "region"
assert = "subject.name.startsWith(params.prefix)"
message = "subject.name + ' lies elsewhere'"
remediation = "Leave {{ subject.name }}."
"#;

const UNDECIDED: &str = r#"
schema = 1
id = "own-02"
title = "Regions are in use"
severity = "CRITICAL"
services = ["bedrock"]
rationale = "A test."

[[rules]]
id = "use"
title = "A region is not in use"
severity = "CRITICAL"
subject = "region"
assert = "subject.in_use"
message = "subject.name + ' is not in use'"
remediation = "Use {{ subject.name }}."
"#;

/// The directory.
#[derive(Debug)]
pub(crate) struct Workdir(TempDir);

impl Workdir {
    pub(crate) fn new() -> Self {
        let work = Self(tempfile::tempdir().expect("a temporary directory"));
        work.file("own/own-01.toml", OWN);
        work.file("own/own-02.toml", UNDECIDED);
        work.file("eu.json", snapshot("eu-west-1"));
        work.file("us.json", snapshot("us-east-1"));
        work
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn root(&self) -> &Path {
        self.0.path()
    }

    /// Writes a file.
    pub(crate) fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().expect("a directory")).expect("it can be made");
        std::fs::write(&path, content).expect("it can be written");
        path
    }

    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).expect("it can be read")
    }

    /// The program, in this directory.
    pub(crate) fn cmd(&self, args: &[&str]) -> Cmd {
        Cmd::bin().args(args).dir(self.root())
    }

    pub(crate) fn run(&self, args: &[&str]) -> Ran {
        self.cmd(args).run()
    }

    /// `check` of a file by `own-01` alone, with the gate at high.
    pub(crate) fn check(&self, file: &str, more: &[&str]) -> Ran {
        let args = [
            "check",
            file,
            "--controls",
            "own",
            "--control",
            "own-01",
            "--fail-on",
            "high",
        ];
        self.run(&[&args, more].concat())
    }
}

/// A snapshot of one region of which nothing was read.
pub(crate) fn snapshot(region: &str) -> String {
    format!(
        r#"{{"schema_version": 1, "complete": true, "captured_at": "2026-01-01T00:00:00Z",
            "accounts": {{"111122223333": {{"partition": "aws", "regions": {{"{region}": {{}}}}}}}}}}"#
    )
}
