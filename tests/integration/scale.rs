//! Estates larger than one worker takes up at once: the same report whatever the number of workers, and always one.

use crate::support::cmd::Cmd;
use bedrock_audit::ingest::write_snapshot;
use serde_json::Value;
use std::fs::File;

#[path = "../../benches/estate/mod.rs"]
mod estate;

#[test]
fn any_number_of_workers_comes_to_the_same_end() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("estate.json");
    let sizes = estate::Sizes {
        principals: 400,
        agents: 8,
        knowledge_bases: 8,
        profiles: 8,
        ..estate::Sizes::default()
    };
    write_snapshot(&estate::snapshot(&sizes), &path, &mut File::create(&path).unwrap()).unwrap();
    let findings = |workers: &str| -> Value {
        let ran = Cmd::bin()
            .args([
                "check",
                path.to_str().unwrap(),
                "--format",
                "json",
                "--fail-on",
                "never",
            ])
            .env("RAYON_NUM_THREADS", workers)
            .run();
        assert_eq!(ran.code, Some(0), "{workers} workers: {}", ran.stderr);
        let report: Value = serde_json::from_str(&ran.stdout).unwrap();
        report["findings"].clone()
    };
    let alone = findings("1");
    assert!(alone.as_array().is_some_and(|list| list.len() > 20), "{alone}");
    // Many workers once waited for each other; more than one run, because not every one met with it.
    for workers in ["2", "6", "12", "16", "24", "32"] {
        assert_eq!(findings(workers), alone, "{workers} workers");
    }
}
