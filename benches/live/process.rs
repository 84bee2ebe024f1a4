//! One run of the program itself: how long it took and how much memory it held at its fullest.

use crate::support::fake_aws::FakeAws;
use std::io;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// What a run cost.
pub(crate) struct Cost {
    pub(crate) wall: Duration,
    /// In KiB; nothing where the system has no `/proc`.
    pub(crate) memory: u64,
}

/// Collects the account of `aws` and throws the snapshot away.
pub(crate) fn collect(aws: &FakeAws, concurrency: Option<&str>) -> io::Result<Cost> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bedrock-audit"));
    command.args(["collect", "--quiet", "--no-progress", "-o", "-"]);
    command.args(concurrency.into_iter().flat_map(|number| ["--concurrency", number]));
    command.env_clear().envs([
        ("AWS_ENDPOINT_URL", aws.url()),
        ("AWS_ACCESS_KEY_ID", &aws.access_key()),
        ("AWS_SECRET_ACCESS_KEY", "nobody's"),
        ("AWS_REGION", "us-east-1"),
        ("AWS_CONFIG_FILE", "/dev/null"),
        ("AWS_SHARED_CREDENTIALS_FILE", "/dev/null"),
        ("AWS_EC2_METADATA_DISABLED", "true"),
    ]);
    command.stdin(Stdio::null()).stdout(Stdio::null());
    let began = Instant::now();
    let mut child = command.spawn()?;
    let status = format!("/proc/{}/status", child.id());
    let watching = thread::spawn(move || {
        let mut most = 0;
        // The kernel keeps the peak itself, but forgets it when the process ends.
        while let Some(now) = std::fs::read_to_string(&status).ok().as_deref().and_then(high_water) {
            most = now;
            thread::sleep(Duration::from_millis(5));
        }
        most
    });
    let ended = child.wait()?;
    let wall = began.elapsed();
    if !ended.success() {
        return Err(io::Error::other(format!("the program ended with {ended}")));
    }
    Ok(Cost {
        wall,
        memory: watching.join().unwrap_or(0),
    })
}

fn high_water(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse().ok()
}
