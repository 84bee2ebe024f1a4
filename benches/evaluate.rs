//! Time and memory of judging, against what reading the same file costs: `cargo bench --no-default-features`.
//!
//! Each estate is made once and judged many times. `parse_value` is the yardstick: `serde_json` reading the file into
//! its own generic value. Figures of whole processes come from `scripts/bench.sh`.

use bedrock_audit::audit::{self, Settings};
use bedrock_audit::control::catalog::Catalog;
use bedrock_audit::ingest;
use bedrock_audit::model::snapshot::Snapshot;
use divan::counter::BytesCount;
use divan::{AllocProfiler, Bencher};
use std::collections::BTreeSet;

mod estate;

#[global_allocator]
static ALLOCATOR: AllocProfiler = AllocProfiler::system();

fn main() {
    divan::main();
}

/// An estate that a benchmark names.
#[derive(Debug, Clone, Copy)]
enum Case {
    /// So many principals.
    Principals(usize),
    /// So many guardrails, agents and knowledge bases in one region.
    Bedrock(usize),
    /// So many principals and a hundred inference profiles.
    Profiles(usize),
}

impl Case {
    fn snapshot(self) -> Snapshot {
        let sizes = estate::Sizes::default();
        estate::snapshot(&match self {
            Self::Principals(principals) => estate::Sizes { principals, ..sizes },
            Self::Bedrock(number) => estate::Sizes {
                regions: 1,
                guardrails: number,
                agents: number,
                knowledge_bases: number,
                ..sizes
            },
            Self::Profiles(principals) => estate::Sizes {
                principals,
                regions: 1,
                profiles: 100,
                ..sizes
            },
        })
    }

    fn text(self) -> Vec<u8> {
        let mut text = Vec::new();
        // Writing into memory cannot fail.
        let _ = ingest::write_snapshot(&self.snapshot(), std::path::Path::new("bench.json"), &mut text);
        text
    }
}

const ALL: [Case; 5] = [
    Case::Principals(1_000),
    Case::Principals(10_000),
    Case::Principals(100_000),
    Case::Bedrock(1_000),
    Case::Profiles(10_000),
];

fn judge(bencher: Bencher<'_, '_>, case: Case, controls: &[&str]) {
    let Ok(catalog) = Catalog::builtin(&audit::subjects()) else {
        return;
    };
    let settings = Settings {
        params: audit::default_params(&catalog),
        controls: (!controls.is_empty()).then(|| {
            let ids = controls.iter().map(|id| (*id).to_owned());
            ids.collect::<BTreeSet<String>>()
        }),
        ..Settings::default()
    };
    let snapshot = case.snapshot();
    let now = jiff::Timestamp::UNIX_EPOCH;
    bencher.bench_local(|| audit::run(&catalog, &snapshot, &settings, now));
}

/// All ten controls.
#[divan::bench(args = ALL, max_time = 20, sample_size = 1)]
fn all_controls(bencher: Bencher<'_, '_>, case: Case) {
    judge(bencher, case, &[]);
}

/// Who may call what, and what agents may do.
#[divan::bench(args = [Case::Principals(10_000)], max_time = 20, sample_size = 1)]
fn controls_01_and_07(bencher: Bencher<'_, '_>, case: Case) {
    judge(bencher, case, &["aws-genai-01", "aws-genai-07"]);
}

/// Which regions inference may reach.
#[divan::bench(args = [Case::Profiles(10_000)], max_time = 20, sample_size = 1)]
fn control_10(bencher: Bencher<'_, '_>, case: Case) {
    judge(bencher, case, &["aws-genai-10"]);
}

/// The yardstick.
#[divan::bench(args = ALL, max_time = 20, sample_size = 1)]
fn parse_value(bencher: Bencher<'_, '_>, case: Case) {
    let text = case.text();
    bencher
        .counter(BytesCount::of_slice(&text))
        .bench_local(|| serde_json::from_slice::<serde_json::Value>(&text).is_ok());
}

/// What `check` does with a file: outline, rows, order.
#[divan::bench(args = ALL, max_time = 20, sample_size = 1)]
fn read_snapshot(bencher: Bencher<'_, '_>, case: Case) {
    let text = case.text();
    bencher
        .counter(BytesCount::of_slice(&text))
        .bench_local(|| ingest::parse("bench.json", &text).is_ok());
}

/// Controls, facts and their types: what every run pays before it reads anything.
#[divan::bench(max_time = 5)]
fn load_catalogue() -> bool {
    Catalog::builtin(&audit::subjects()).is_ok()
}
