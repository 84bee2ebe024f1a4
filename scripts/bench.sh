#!/usr/bin/env bash
# Figures of whole processes: wall time, processor time and peak memory of `check`, beside a process that does nothing
# but parse the same file with serde_json.
# usage: scripts/bench.sh [DIRECTORY]     generated snapshots stay in DIRECTORY (default: a temporary one)
# BINARY=path uses a binary that is there already.
set -euo pipefail
cd "$(dirname "$0")/.."
target="${CARGO_TARGET_DIR:-target}"
directory="${1:-$(mktemp -d)}"
mkdir -p "$directory"
cargo build --quiet --profile bench --no-default-features --example generate --example parse
examples="$target/release/examples"
if [ -z "${BINARY:-}" ]; then
    cargo build --quiet --profile bench --no-default-features
    BINARY="$target/release/bedrock-audit"
fi

# Runs a command several times and prints the best wall time, its processor time, and the peak memory.
measure() {
    python3 - "$@" <<'PY'
import os, subprocess, sys, time
best = None
for _ in range(int(os.environ.get("RUNS", "3"))):
    start = time.monotonic()
    process = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.monotonic() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    row = (wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, process.returncode)
    best = min(best or row, row)
print("%8.3f s wall %8.3f s cpu %8.0f MB  exit %d" % best)
PY
}

row() {
    local name=$1
    shift
    local file="$directory/$name.json"
    [ -s "$file" ] || "$examples/generate" "$file" "$@"
    printf '%-14s %6s MB\n' "$name" "$(($(stat -c %s "$file") / 1000000))"
    printf '    parse value    '; measure "$examples/parse" value "$file"
    printf '    parse snapshot '; measure "$examples/parse" snapshot "$file"
    for controls in ${CONTROLS:-all}; do
        local only=()
        [ "$controls" = all ] || for id in ${controls//,/ }; do only+=(--control "$id"); done
        printf '    check %-9s' "${controls//aws-genai-/}"; measure "$BINARY" check "$file" --format json --fail-on never "${only[@]}"
    done
}

printf 'start-up\n'
printf '    --version      '; RUNS=20 measure "$BINARY" --version
printf '    controls list  '; RUNS=20 measure "$BINARY" controls list
printf '    check --demo   '; RUNS=20 measure "$BINARY" check --demo --fail-on never
row p1k principals=1000
CONTROLS="all aws-genai-01,aws-genai-07" row p10k principals=10000
row p100k principals=100000
row bedrock1k regions=1 guardrails=1000 agents=1000 knowledge_bases=1000
CONTROLS="all aws-genai-10" row profiles principals=10000 regions=1 profiles=100
row org principals=200 accounts=50 regions=8 guardrails=10 agents=10 knowledge_bases=10 profiles=10 scps=10
