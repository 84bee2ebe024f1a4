"""What a scan of the seeded account must say, and what it must not.

usage: check.py REPORT SNAPSHOT.GZ REPORT-OF-THE-SNAPSHOT EXIT-CODE SCHEMAS
"""
import gzip
import json
import sys
from pathlib import Path

from jsonschema import Draft202012Validator

HOME, BARE = "us-east-1", "eu-central-1"
problems = []


def expect(holds, text):
    if not holds:
        problems.append(text)


report, again = (json.loads(Path(sys.argv[at]).read_text()) for at in (1, 3))
snapshot = json.loads(gzip.decompress(Path(sys.argv[2]).read_bytes()))
code, schemas = int(sys.argv[4]), Path(sys.argv[5])
for name, value in (("report", report), ("snapshot", snapshot)):
    validator = Draft202012Validator(json.loads((schemas / f"{name}.schema.json").read_text()))
    for error in validator.iter_errors(value):
        expect(False, f"the {name} breaks its schema at {'/'.join(map(str, error.absolute_path))}: {error.message[:200]}")


def findings(rule, status="FAIL", where=""):
    return [
        f
        for f in report["findings"]
        if f["rule_id"] == f"aws-genai-{rule}" and f["status"] == status and (where in f["resource"]["arn"] or where == f["resource"]["region"])
    ]


def fails(rule, where):
    expect(findings(rule, where=where), f"{rule} does not fail for {where}")


def spares(rule, where):
    expect(not findings(rule, where=where), f"{rule} fails for {where}")


def unknown(rule, where):
    expect(findings(rule, "UNKNOWN", where), f"{rule} is not UNKNOWN for {where}")
    spares(rule, where)


# Identities.
fails("01.any-model", "role/reaches-everything")
fails("01.any-model", "role/half-denied")
for role in ("reaches-one", "fenced-in", "denied-again", "likes-a-family", "runs-the-place"):
    spares("01.any-model", f"role/{role}")
fails("01.administrator", "policy/AdministratorAccess")
fails("01.family-wide", "policy/one-family")
fails("01.user-grant", "policy/one-family")
expect("user/ana" in json.dumps(findings("01.user-grant")), "01.user-grant does not name ana")
fails("01.unattached", "policy/nobody-has-it")
# Network.
for rule in ("03.runtime-endpoint", "03.control-endpoint"):
    spares(rule, HOME)
    fails(rule, BARE)
fails("03.private-dns", HOME)
fails("03.single-subnet", HOME)
spares("03.endpoint-policy", HOME)
fails("03.public-path", ":root")
# Logging.
fails("04.retention", HOME)
fails("04.delivery-flags", HOME)
fails("04.encryption", HOME)
spares("04.destination", HOME)
fails("04.logging-off", BARE)
# Trails.
for region in (HOME, BARE):
    spares("05.model-invocations", region)
    spares("05.agent-events", region)
    # No trail takes them, and the event data stores, which might, are beyond moto.
    unknown("05.knowledge-base-events", region)
fails("05.trail-bucket", "trail/everything")
# What moto does not know must never pass.
for region in (HOME, BARE):
    unknown("06.no-guardrail", region)
unread = {(gap["service"], gap["operation"]) for gap in report["gaps"]}
for operation in ("ListGuardrails", "ListFoundationModels", "ListInferenceProfiles", "ListEnforcedGuardrailsConfiguration"):
    expect(("bedrock", operation) in unread, f"there is no gap for bedrock {operation}")
for control in report["summary"]["controls"]:
    if control["control_id"] in ("aws-genai-02", "aws-genai-06"):
        expect(control["pass"] == 0, f"{control['control_id']} passes something that nobody read")
# Organization.
# An enforced guardrail, of which moto knows nothing, might do what no SCP does for the management account.
unknown("09.guardrail-required", ":root")
for rule in ("09.scp-hole", "09.scp-detached", "09.scp-blocks-all"):
    spares(rule, "policy/")
of_policies = ("ListPolicies", "DescribePolicy", "ListTargetsForPolicy")
hidden = [gap for gap in report["gaps"] if gap["operation"] in of_policies and gap["kind"] != "unsupported"]
expect(not hidden, f"the SCPs were not read: {hidden}")
# The whole.
expect(code == 1 == report["summary"]["gate"]["exit_code"], f"the exit code is {code}")
expect(report["findings"] == again["findings"], "check of the snapshot says something else than scan")
expect(len({f["id"] for f in report["findings"]}) == len(report["findings"]), "an id stands twice")

if problems:
    sys.exit("\n".join(problems))
print(f"ok: {len(report['findings'])} findings and {len(report['gaps'])} gaps against moto")
