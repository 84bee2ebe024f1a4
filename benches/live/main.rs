//! Whole scans of invented accounts over a pretended AWS that takes 50 ms for each answer.
//!
//! `cargo bench --bench live` prints one line a scenario: calls, wall time against the longest chain of calls that need
//! each other, and the most memory that the process held. `-- --calls` adds how often each operation was called,
//! `-- --latency 20` changes the time of an answer. What the figures mean stands in `docs/benchmarks.md`.

mod process;
mod scenario;
#[expect(
    dead_code,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "shared with the tests, which use all of it and may panic"
)]
#[path = "../../tests/integration/support"]
mod support {
    pub(crate) mod estate;
    pub(crate) mod fake_aws;
}

use scenario::SCENARIOS;
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::time::Duration;
use support::fake_aws::FakeAws;

const RUNS: usize = 5;

fn main() -> io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let after = |name: &str| {
        let at = arguments.iter().position(|argument| argument == name)?;
        arguments.get(at + 1)
    };
    let number = |name: &str| after(name).and_then(|text| text.parse::<u64>().ok());
    let latency = Duration::from_millis(number("--latency").unwrap_or(50));
    let mut out = io::stdout().lock();
    writeln!(
        out,
        "{:<28} {:>6} {:>6} {:>9} {:>7} {:>9} {:>6} {:>6}",
        "scenario", "calls", "chain", "wall", "ratio", "memory", "peak", "conns"
    )?;
    for scenario in SCENARIOS {
        if after("--only").is_some_and(|only| only != scenario.name) {
            continue;
        }
        let mut walls = Vec::new();
        let mut last = None;
        for _ in 0..RUNS {
            let world = (scenario.estate)()
                .world()
                .latency_ms(u64::try_from(latency.as_millis()).unwrap_or(u64::MAX));
            let aws = FakeAws::start(world);
            let ran = process::collect(&aws, after("--concurrency").map(String::as_str))?;
            walls.push(ran.wall);
            let calls = aws.calls();
            last = Some((calls, ran.memory, aws.peak(), aws.connections()));
        }
        walls.sort_unstable();
        let (Some(wall), Some((calls, memory, peak, connections))) = (walls.get(RUNS / 2), last) else {
            continue;
        };
        let chain = latency * scenario.chain;
        writeln!(
            out,
            "{:<28} {:>6} {:>6} {:>6} ms {:>7.2} {:>6} MB {:>6} {:>6}",
            scenario.name,
            calls.len(),
            scenario.chain,
            wall.as_millis(),
            wall.as_secs_f64() / chain.as_secs_f64().max(0.001),
            memory / 1024,
            peak,
            connections,
        )?;
        if arguments.iter().any(|argument| argument == "--calls") {
            let mut counts: BTreeMap<String, usize> = BTreeMap::new();
            for call in &calls {
                *counts.entry(call.name()).or_default() += 1;
            }
            for (name, count) in counts {
                writeln!(out, "    {count:>5} {name}")?;
            }
        }
    }
    Ok(())
}
