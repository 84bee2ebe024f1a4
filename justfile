# The daily verbs. `just` alone lists them.

default:
    @just --list

# Format, lint and test, with and without the AWS SDKs.
check:
    cargo fmt --check
    cargo clippy --no-default-features --all-targets -- -D warnings
    cargo clippy --all-targets -- -D warnings
    cargo test --no-default-features
    cargo test

# The quick test suite: everything but the AWS clients.
test *ARGS:
    cargo test --no-default-features {{ARGS}}

# Write the generated files anew.
generate:
    for name in report snapshot control config; do cargo run --quiet --no-default-features -- schema $name > schemas/$name.schema.json; done
    BEDROCK_AUDIT_BLESS=1 INSTA_UPDATE=always cargo test --no-default-features

# Benchmarks; see docs/benchmarks.md.
bench:
    cargo bench --no-default-features --bench evaluate
    bash scripts/bench.sh
    cargo bench --bench live

# What continuous integration runs.
ci:
    bash .ci/run
