"""Runs the examples of docs/ci.md and the scripts of the GitHub Action.

usage: check.py BINARY DIRECTORY CI.MD ACTION.YML
"""
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import yaml

# Stands where the text calls the program: an account of its own is what a reader has and a test has not.
PROGRAM = """#!/usr/bin/env bash
set -euo pipefail
command=$1; shift
args=()
while [ $# -gt 0 ]; do
    case "$1" in
        --role-arn | --deadline) shift 2 ;;
        *) args+=("$1"); shift ;;
    esac
done
if [ "$command" = scan ]; then set -- check --demo; else set -- "$command"; fi
exec BINARY "$@" "${args[@]}"
"""
# Answers like Jira: nothing found; and keeps what it was sent.
CURL = """#!/usr/bin/env bash
printf '%s\\n' "$*" >>curl.log
case "$*" in
    *"--data-binary @-"*) cat >>sent.jsonl; echo >>sent.jsonl ;;
    *) echo '{"issues": []}' ;;
esac
"""

binary, directory, document, action = Path(sys.argv[1]).resolve(), Path(sys.argv[2]), Path(sys.argv[3]), Path(sys.argv[4])
sections = {}
for part in re.split(r"^## ", document.read_text(), flags=re.M)[1:]:
    title, text = part.split("\n", 1)
    sections[title] = re.findall(r"^```(\w+)\n(.*?)^```", text, flags=re.M | re.S)


def blocks(section, language):
    return [text for kind, text in sections[section] if kind == language]


def expect(holds, what):
    if not holds:
        sys.exit(what)


def put(path, text):
    path.write_text(text)
    path.chmod(0o755)


def workplace(name):
    """An empty directory in which the program and curl are those above."""
    place = directory / name
    (place / "bin").mkdir(parents=True)
    (place / ".cargo" / "bin").mkdir(parents=True)
    for program in (place / "bin" / "bedrock-audit", place / ".cargo" / "bin" / "bedrock-audit"):
        put(program, PROGRAM.replace("BINARY", str(binary)))
    put(place / "bin" / "curl", CURL)
    return place


def run(place, script, **variables):
    environment = {"PATH": f"{place / 'bin'}:{os.environ['PATH']}", "HOME": str(place), "NO_COLOR": "1", **variables}
    return subprocess.run(["bash", "-e", "-c", script], cwd=place, env=environment, capture_output=True, text=True)


def the_action():
    steps = {step["name"]: step for step in yaml.safe_load(action.read_text())["runs"]["steps"]}
    for step in steps.values():
        used = step.get("uses")
        expect(used is None or re.search(r"@[0-9a-f]{40}$", used), f"{used} is not pinned by hash")
        expect("${{" not in step.get("run", ""), f"an input is text of the script of step {step['name']}")
    for name, command, args, gate, code in (
        ("fails", "check", "--demo", "high", 1),
        ("passes", "check", "--demo", "never", 0),
        ("scans", "scan", "--deadline\n300", "", 1),
        ("cannot-run", "check", "missing.json", "", 2),
        ("not-a-command", "collect", "", "", None),
    ):
        place = workplace(f"action-{name}")
        (place / "bedrock-audit-bin" / "bin").mkdir(parents=True)
        (place / "bin" / "bedrock-audit").rename(place / "bedrock-audit-bin" / "bin" / "bedrock-audit")
        output, summary = place / "output", place / "summary.md"
        output.touch()
        summary.touch()
        ran = run(
            place, steps["Judge"]["run"], RUNNER_TEMP=str(place), GITHUB_OUTPUT=str(output), GITHUB_STEP_SUMMARY=str(summary),
            COMMAND=command, ARGS=args, FAIL_ON=gate, CONFIG="",
        )
        if code is None:
            expect(ran.returncode == 2 and "::error::" in ran.stdout, f"{name}: {ran}")
            continue
        expect(ran.returncode == 0, f"{name}: the step ended with {ran.returncode}: {ran.stderr}")
        outputs = dict(line.split("=", 1) for line in output.read_text().splitlines())
        expect(outputs["exit-code"] == str(code), f"{name}: {outputs}")
        expect(("has-sarif" in outputs) == (code != 2), f"{name}: {outputs}")
        if code != 2:
            expect(json.loads(Path(outputs["sarif"]).read_text())["version"] == "2.1.0", f"{name}: no SARIF")
            expect(json.loads(Path(outputs["json"]).read_text())["summary"]["gate"]["exit_code"] == code, f"{name}: no report")
            expect("# Bedrock audit" in summary.read_text(), f"{name}: no job summary")
            expect(len(summary.read_bytes()) < 1_000_000, f"{name}: GitHub takes no summary above 1 MiB")
            expect(re.match(r"::(error|warning|notice) ", ran.stdout), f"{name}: no annotations")
        gate = run(place, steps["Gate"]["run"], CODE=outputs["exit-code"])
        expect(gate.returncode == code, f"{name}: the gate ended with {gate.returncode}")


def github():
    workflow = yaml.safe_load(blocks("GitHub Actions", "yaml")[0])
    job = workflow["jobs"]["audit"]
    expect(job["permissions"]["id-token"] == "write" and workflow["permissions"] == {}, "the job's permissions")
    known = yaml.safe_load(action.read_text())["inputs"]
    unknown = set(job["steps"][-1]["with"]) - set(known)
    expect(not unknown, f"the action has no input {unknown}")


def gitlab():
    first, more = (yaml.safe_load(text) for text in blocks("GitLab CI", "yaml"))
    expect(more["allow_failure"]["exit_codes"] == 3, "the exit code that may fail")
    place = workplace("gitlab")
    token = str(place / ".aws-token")
    ran = run(place, "\n".join(first["bedrock"]["script"]), AWS_TOKEN="token", AWS_WEB_IDENTITY_TOKEN_FILE=token)
    expect(ran.returncode == 1, f"GitLab's script ended with {ran.returncode}: {ran.stderr}")
    expect(Path(token).stat().st_mode & 0o777 == 0o600, "others can read the token")
    for name in [first["bedrock"]["artifacts"]["reports"]["junit"], *first["bedrock"]["artifacts"]["paths"]]:
        expect((place / name).stat().st_size > 0, f"{name} was not written")


def jenkins():
    script = re.search(r"'''(.*?)'''", blocks("Jenkins", "groovy")[0], flags=re.S).group(1).replace("\\\\", "\\")
    place = workplace("jenkins")
    ran = run(place, script)
    expect(ran.returncode == 1, f"Jenkins' script ended with {ran.returncode}: {ran.stderr}")
    for name in ("bedrock.xml", "bedrock.html", "bedrock.json"):
        expect((place / name).stat().st_size > 0, f"{name} was not written")


def baseline():
    place = workplace("baseline")
    ran = run(place, blocks("Only what is new", "sh")[0])
    expect(ran.returncode == 0, f"nothing is new, and it ended with {ran.returncode}: {ran.stderr}")


def tickets():
    place = workplace("tickets")
    (place / "tickets.jq").write_text(blocks("Tickets in Jira", "jq")[0])
    ran = run(place, blocks("Tickets in Jira", "sh")[0], JIRA_USER="u", JIRA_TOKEN="t", JIRA_URL="https://jira.example")
    expect(ran.returncode == 1, f"the script for Jira ended with {ran.returncode}: {ran.stderr}")
    report = json.loads((place / "report.json").read_text())
    wanted = [f for f in report["findings"] if f["status"] == "FAIL" and f["severity"] in ("CRITICAL", "HIGH")]
    sent = [json.loads(line)["fields"] for line in (place / "sent.jsonl").read_text().splitlines() if line]
    expect(len(sent) == len(wanted) > 0, f"{len(sent)} tickets for {len(wanted)} findings")
    expect(all(len(ticket["summary"]) <= 255 for ticket in sent), "Jira takes no summary above 255 characters")
    return place


def messages(place):
    slack, permissions = blocks("A message in Slack", "sh")
    (place / "slack.jq").write_text(blocks("A message in Slack", "jq")[0])
    (place / "sent.jsonl").unlink()
    ran = run(place, slack, SLACK_WEBHOOK_URL="https://hooks.example")
    expect(ran.returncode == 0, f"the script for Slack ended with {ran.returncode}: {ran.stderr}")
    text = json.loads((place / "sent.jsonl").read_text())["text"]
    expect("critical" in text and not re.search(r"[<>]", text), f"the message is {text!r}")
    ran = run(place, permissions)
    expect("bedrock:GetGuardrail" in ran.stdout.splitlines(), f"the permissions are {ran.stdout!r}")


the_action()
github()
gitlab()
jenkins()
baseline()
messages(tickets())
print("ok: every example of docs/ci.md ran")
