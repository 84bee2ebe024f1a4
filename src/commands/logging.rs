//! Logs on standard error.
//!
//! Other crates are heard from `warn` upwards whatever was asked for, because the SDKs write signed headers, request
//! bodies and the names of credentials at finer levels. `RUST_LOG` is not read for the same reason.

use crate::config::layer::Layer;
use tracing_subscriber::EnvFilter;

/// Begins to log, once for the process.
pub(super) fn start(layer: &Layer) {
    let filter = filter(layer.switch("quiet"), layer.number("verbose").unwrap_or(0));
    // A second start, as in tests of this crate, keeps the first.
    let _ = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(filter))
        .with_writer(std::io::stderr)
        .with_ansi(false)
        .without_time()
        .try_init();
}

fn filter(quiet: bool, verbose: u64) -> String {
    if quiet {
        return "error".to_owned();
    }
    let (others, ours) = match verbose {
        0 => ("error", "warn"),
        1 => ("warn", "info"),
        2 => ("warn", "debug"),
        _ => ("warn", "trace"),
    };
    format!("{others},bedrock_audit={ours}")
}

#[cfg(test)]
mod tests {
    use super::filter;

    #[test]
    fn others_never_speak_below_warn() {
        for verbose in 0..9 {
            let filter = filter(false, verbose);
            let others: Vec<&str> = filter
                .split(',')
                .filter(|part| !part.starts_with("bedrock_audit="))
                .collect();
            assert!(others == ["warn"] || others == ["error"], "{filter}");
        }
        assert_eq!(filter(true, 3), "error");
    }
}
