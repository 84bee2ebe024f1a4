"""Reads every rendering of a report with a reader that is not ours.

usage: check.py DIRECTORY REPORT SCHEMAS
"""
import csv
import json
import re
import sys
from pathlib import Path

import botocore.session
from botocore.validate import ParamValidator
from jsonschema import Draft7Validator, FormatChecker
from junitparser import JUnitXml
from lxml import etree
from markdown_it import MarkdownIt
from py_ocsf_models.events.findings.compliance_finding import ComplianceFinding

ACTS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\uffff]")


def fail(what, text):
    sys.exit(f"{what}: {text}")


def schema_errors(validator, value):
    return [f"{'/'.join(map(str, error.absolute_path))}: {error.message[:300]}" for error in validator.iter_errors(value)]


def check_json(text, report):
    if json.loads(text) != report:
        fail("json", "is not the report that it was made of")


def check_jsonl(text, report):
    lines = text.split("\n")
    if lines.pop() != "" or [json.loads(line) for line in lines] != report["findings"]:
        fail("jsonl", "one finding a line is wanted")


def check_csv(path, report):
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file, strict=True))
    if len({len(row) for row in rows}) != 1 or len(rows) != len(report["findings"]) + 1:
        fail("csv", "rows and columns do not fit")
    for row in rows[1:]:
        for cell in row:
            if re.match(r"\s*[=+\-@]", cell) or ACTS.search(cell):
                fail("csv", f"a cell acts: {cell[:80]!r}")
    line = r'"(?:[^"]|"")*"(?:,"(?:[^"]|"")*")*'
    if not re.fullmatch(rf"(?:{line}\r\n)+", path.read_bytes().decode("utf-8")):
        fail("csv", "a field is not quoted, or a line does not end as RFC 4180 has it")
    for name in ("severity", "status", "control_id", "rule_id"):
        if [row[rows[0].index(name)] for row in rows[1:]] != [finding[name] for finding in report["findings"]]:
            fail("csv", f"{name} is not that of the report")
    ids = [row[rows[0].index("id")] for row in rows[1:]]
    if ids != [finding["id"] for finding in report["findings"]]:
        fail("csv", "the findings are not those of the report")


def check_sarif(text, report, schemas):
    log = json.loads(text)
    schema = json.loads((schemas / "sarif-2.1.0.json").read_text())
    errors = schema_errors(Draft7Validator(schema, format_checker=FormatChecker(["uri-reference", "uri", "date-time"])), log)
    if errors:
        fail("sarif", "\n".join(errors[:10]))
    run = log["runs"][0]
    rules = run["tool"]["driver"]["rules"]
    if len({rule["id"] for rule in rules}) != len(rules):
        fail("sarif", "a rule stands twice")
    for result in run["results"]:
        # What the schema cannot say: 3.27.10, and 3.27.23 of the specification.
        if result["kind"] != "fail" and result["level"] != "none":
            fail("sarif", "a level without a failure")
        if rules[result["ruleIndex"]]["id"] != result["ruleId"] or "suppressions" not in result:
            fail("sarif", "rule index or suppressions")
    if len(run["results"]) != len(report["findings"]):
        fail("sarif", "a finding is missing")


def strict(schema):
    """The same schema, in which an unknown member is an error."""
    for definition in schema["$defs"].values():
        if definition.get("properties") and "additionalProperties" not in definition:
            definition["additionalProperties"] = False
    schema["$defs"]["compliance_finding"]["required"].remove("osint")
    return schema


def check_ocsf(text, report, schemas):
    events = json.loads(text)
    schema = strict(json.loads((schemas / "ocsf-1.3.0-compliance-finding.json").read_text()))
    validator = Draft7Validator(schema)
    for event in events:
        errors = schema_errors(validator, event)
        if errors:
            fail("ocsf", "\n".join(errors[:10]))
        # The models of version 1.5.0, the one that the events state.
        model = ComplianceFinding.model_validate(event)
        if model.metadata.version != "1.5.0" or event["type_uid"] != event["class_uid"] * 100 + event["activity_id"]:
            fail("ocsf", "version or type")
    statuses = {"FAIL": 3, "PASS": 1, "UNKNOWN": 0, "NOT_APPLICABLE": 99}
    if [event["compliance"]["status_id"] for event in events] != [statuses[f["status"]] for f in report["findings"]]:
        fail("ocsf", "the statuses are not those of the report")


def check_asff(text, report):
    findings = json.loads(text)
    service = botocore.session.Session().get_service_model("securityhub")
    shape = service.operation_model("BatchImportFindings").input_shape
    known = service.shape_for("AwsSecurityFinding")
    for start in range(0, len(findings), 100):
        problems = ParamValidator().validate({"Findings": findings[start:start + 100]}, shape)
        if problems.has_errors():
            fail("asff", problems.generate_report())
    for finding in findings:
        if set(finding) - set(known.members) or len(json.dumps(finding).encode()) > 240_000:
            fail("asff", "an unknown member, or too large")
        blank(finding, "")
    wanted = {"FAIL": "FAILED", "PASS": "PASSED", "UNKNOWN": "WARNING", "NOT_APPLICABLE": "NOT_AVAILABLE"}
    if [f["Compliance"]["Status"] for f in findings] != [wanted[f["status"]] for f in report["findings"]]:
        fail("asff", "the statuses are not those of the report")


def blank(value, path):
    """Security Hub's strings must hold something other than blanks."""
    if isinstance(value, dict):
        for key, member in value.items():
            blank(member, f"{path}/{key}")
    elif isinstance(value, list):
        for member in value:
            blank(member, path)
    elif isinstance(value, str) and not re.search(r"\S", value):
        fail("asff", f"{path} is blank")


def check_junit(path, report, schemas):
    schema = etree.XMLSchema(etree.parse(str(schemas / "junit.xsd")))
    document = etree.parse(str(path), etree.XMLParser(resolve_entities=False))
    if not schema.validate(document):
        fail("junit", str(schema.error_log)[:2000])
    suites = JUnitXml.fromfile(str(path))
    cases = [case for suite in suites for case in suite]
    names = {(case.classname, case.name) for case in cases}
    if len(names) != len(cases):
        fail("junit", "two cases have one name")
    kinds = [type(result).__name__ for case in cases for result in case.result]
    live = [f for f in report["findings"] if not f["exception"] or f["exception"]["expired"]]
    for status, kind in (("FAIL", "Failure"), ("UNKNOWN", "Error")):
        if sum(f["status"] == status for f in live) != kinds.count(kind):
            fail("junit", f"{status} and {kind} differ")


def check_markdown(text):
    ours = re.compile(r"(</?details>|</?summary>|<br>)")
    for parser in (MarkdownIt("commonmark").enable("table"), MarkdownIt("gfm-like")):
        tables = 0
        for token in parser.parse(text):
            tables += token.type == "table_open"
            if token.type == "html_block" and re.search(r"<", ours.sub("", token.content)):
                fail("markdown", f"foreign HTML: {token.content[:200]!r}")
            for child in token.children or []:
                if child.type in ("link_open", "image"):
                    fail("markdown", f"a link came alive: {token.content[:200]!r}")
                if child.type == "html_inline" and ours.sub("", child.content):
                    fail("markdown", f"foreign HTML: {child.content!r}")
        if tables < 3:
            fail("markdown", "the tables did not parse")


def check_github(text):
    lines = text.splitlines()
    for line in lines:
        if not re.fullmatch(r"::(error|warning|notice) title=[^:,\r\n]*::[^\r\n]*", line) or ACTS.search(line):
            fail("github", f"not a command of ours: {line[:200]!r}")
    if len(lines) > 21:
        fail("github", "more annotations than GitHub shows")


def check_table(text):
    if ACTS.search(text):
        fail("table", "something acts on the terminal")


def main():
    if "uri-reference" not in FormatChecker.checkers:
        fail("check.py", "nothing here can check URIs")
    directory, schemas = Path(sys.argv[1]), Path(sys.argv[3])
    report = json.loads(Path(sys.argv[2]).read_text(encoding="utf-8"))

    def text(name):
        return (directory / f"out.{name}").read_bytes().decode("utf-8")

    check_table(text("table"))
    check_json(text("json"), report)
    check_jsonl(text("jsonl"), report)
    check_csv(directory / "out.csv", report)
    check_sarif(text("sarif"), report, schemas)
    check_ocsf(text("ocsf"), report, schemas)
    check_asff(text("asff"), report)
    check_junit(directory / "out.junit", report, schemas)
    check_markdown(text("markdown"))
    check_github(text("github"))
    print(f"ok: table json jsonl csv sarif ocsf asff junit markdown github of {sys.argv[2]}")


main()
