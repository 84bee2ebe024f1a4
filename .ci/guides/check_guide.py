"""Holds every guide.toml against the format of controls/guides/README.md, its queries against the grammar of
CloudWatch Logs Insights, and the placeholders of all files against placeholders.json and the README."""

import re
import tomllib

from common import CONTROLS, GUIDES, Faults, placeholders

faults = Faults("guide")
FRAMEWORKS = {
    "nist-800-53-r5", "iso-27001-2022", "iso-27017-2015", "owasp-llm-2025", "nist-ai-600-1", "eu-ai-act",
    "cis-aws-3.0.0", "cis-azure-3.0.0", "cis-gcp-4.0.0", "cis-oci-2.0.0",
}
TOP = {"id", "rationale", "notes", "compliance", "signals", "queries", "alerts", "response"}
KEYS = {  # section → (required, optional)
    "notes": ({"text", "source"}, set()),
    "compliance": ({"framework", "title", "origin"}, {"requirements", "not_applicable"}),
    "signals": ({"id", "title", "meaning"},
                {"static", "region", "event_source", "event_names", "where", "kind", "source", "measure", "direction"}),
    "queries": ({"id", "title", "log_group", "query"}, set()),
    "alerts": ({"signal", "threshold", "within", "urgency", "reason"}, set()),
    "response": ({"step"}, {"command"}),
}
WITH_VALUES = {"equals", "not-equals", "contains", "not-contains", "prefix", "not-prefix", "suffix"}
WITHOUT_VALUES = {"exists", "absent", "is-true", "is-false"}
# Event names that were once believed to exist.
INVENTED = {"UpdateActionGroup", "CreateActionGroup", "DeleteGuardrailVersion", "BatchInvokeModel"}
EVENT_SOURCES = {f"{s}.amazonaws.com" for s in ("iam", "bedrock", "ec2", "logs", "cloudtrail", "s3", "organizations")}


def events_known(source, names, where):
    """Control-plane event names are operation names of the service's API: ask botocore."""
    import botocore.session

    session = botocore.session.get_session()
    services = {"bedrock": ["bedrock", "bedrock-runtime", "bedrock-agent", "bedrock-agent-runtime"]}
    prefix = source.split(".")[0]
    known = set()
    for service in services.get(prefix, [prefix]):
        known |= set(session.get_service_model(service).operation_names)
    renamed = {"PutBucketPublicAccessBlock", "DeleteBucketPublicAccessBlock"}  # S3 logs these two under the bucket's name
    for name in names:
        if name not in known | renamed or name in INVENTED:
            faults.add(where, f"`{name}` is no operation of {source}")


def check_query(where, text):
    """A sanity check, not a parser: commands, quoting, brackets, regular expressions."""
    commands = {"fields", "filter", "stats", "sort", "limit", "parse", "display", "dedup"}
    # Regular expressions first, since pipes, quotes and brackets are free inside of them.
    for pattern in re.findall(r"(?:like|parse @message) /((?:\\.|[^/\\\n])+)/", text):
        try:
            re.compile(re.sub(r"\(\?<(\w+)>", r"(?P<\1>", pattern))
        except re.error as error:
            faults.add(where, f"regular expression {pattern}: {error}")
    plain = re.sub(r"(like|parse @message) /(?:\\.|[^/\\\n])+/", r'\1 "r"', text)
    if plain.count('"') % 2:
        faults.add(where, "odd number of quotes")
    plain = re.sub(r'"[^"]*"', '""', plain)
    for opening, closing in ("()", "[]"):
        if plain.count(opening) != plain.count(closing):
            faults.add(where, f"unbalanced {opening}{closing}")
    stages = [stage.strip() for stage in plain.split("|")]
    named = set()
    for stage in stages:
        word, _, rest = stage.partition(" ")
        if word not in commands:
            faults.add(where, f"`{word}` is no command")
        if not rest.strip():
            faults.add(where, f"`{word}` has no operand")
        if word == "limit" and not re.fullmatch(r"\d{1,5}", rest.strip()):
            faults.add(where, "limit takes a number")
        if word == "sort" and not re.fullmatch(r"[@\w.]+ (asc|desc)", rest.strip()):
            faults.add(where, f"sort {rest}: a field and a direction")
        if word == "stats":
            if not re.search(r"\b(count|sum|min|max|avg|count_distinct)\(", rest):
                faults.add(where, "stats without an aggregate")
            named |= set(re.findall(r"\bas (\w+)", rest))
        if word == "sort" and named and rest.split()[0] not in named:
            faults.add(where, f"sorts by {rest.split()[0]}, which stats does not make")
        if word == "filter" and re.search(r"(?<![=!<>~])==|&&|\|\|", rest):
            faults.add(where, "operators are =, and, or")
        if word == "fields":
            for field in rest.split(","):
                if not re.fullmatch(r"\s*@?[A-Za-z_][\w.]*\s*", field.replace("\n", " ")):
                    faults.add(where, f"field `{field.strip()}`")


known = placeholders()
readme = (GUIDES / "README.md").read_text() if (GUIDES / "README.md").is_file() else ""
for name in known:
    if f"`{name}`" not in readme:
        faults.add("README.md", f"placeholder `{name}` is not explained")
for control in CONTROLS:
    folder = GUIDES / control
    for path in sorted(folder.glob("*")):
        text = path.read_text()
        names = set(re.findall(r"\$\{?([A-Z][A-Z0-9_]{2,})\b(?!::)", text)) | set(re.findall(r"need\('([A-Z_]+)'\)", text))
        for name in sorted(names - set(known)):
            faults.add(f"{control}/{path.name}", f"placeholder `{name}` is not in placeholders.json")
    path = folder / "guide.toml"
    if not path.is_file():
        faults.add(control, "has no guide.toml")
        continue
    faults.seen += 1
    where = f"{control}/guide.toml"
    guide = tomllib.loads(path.read_text())
    if set(guide) != TOP:
        faults.add(where, f"top-level keys {sorted(set(guide) ^ TOP)}")
    if guide.get("id") != control:
        faults.add(where, "id differs from the folder")
    sentences = len(re.findall(r"[.?!](\s|$)", guide.get("rationale", "")))
    if not 2 <= sentences <= 3:
        faults.add(where, f"rationale has {sentences} sentences")
    for section, (required, optional) in KEYS.items():
        rows = guide.get(section, [])
        if not rows:
            faults.add(where, f"no {section}")
        for number, row in enumerate(rows, 1):
            at = f"{where} {section} {number}"
            if required - set(row):
                faults.add(at, f"lacks {sorted(required - set(row))}")
            if set(row) - required - optional:
                faults.add(at, f"has {sorted(set(row) - required - optional)}")
            for value in row.values():
                if isinstance(value, str) and not value.strip():
                    faults.add(at, "has an empty text")
    for note in guide["notes"]:
        if not note["source"].startswith("https://"):
            faults.add(where, f"source {note['source']}")
    frameworks = [row["framework"] for row in guide["compliance"]]
    if set(frameworks) != FRAMEWORKS or len(frameworks) != len(FRAMEWORKS):
        faults.add(where, "compliance does not hold each of the ten frameworks once")
    for row in guide["compliance"]:
        if ("requirements" in row) == ("not_applicable" in row):
            faults.add(where, f"{row['framework']}: either requirements or not_applicable")
        if row["origin"] not in ("page", "tool"):
            faults.add(where, f"{row['framework']}: origin {row['origin']}")
    signals = [s["id"] for s in guide["signals"]]
    if len(signals) != len(set(signals)):
        faults.add(where, "signal ids repeat")
    for signal in guide["signals"]:
        at = f"{where} signal {signal['id']}"
        if not re.fullmatch(r"[a-z][a-z0-9-]+", signal["id"]):
            faults.add(at, "id")
        if signal.get("static") is True:
            if {"kind", "source", "measure", "direction"} & set(signal) or {"event_source", "event_names", "where"} - set(signal):
                faults.add(at, "a static signal has event_source, event_names and where, and nothing of a measured one")
            source = signal.get("event_source", "")
            if source != "*":
                if source not in EVENT_SOURCES:
                    faults.add(at, f"event source {source}")
                events_known(source, signal.get("event_names", []), at)
            for row in signal.get("where", []):
                op = row.get("op")
                if set(row) - {"field", "op", "values"} or "field" not in row:
                    faults.add(at, f"where {row}")
                if not (op in WITH_VALUES and row.get("values") or op in WITHOUT_VALUES and "values" not in row):
                    faults.add(at, f"where {row}: operator and values")
        else:
            if signal.get("kind") not in ("metric", "invocation-log", "flow-log") or {"source", "measure"} - set(signal):
                faults.add(at, "a measured signal has kind, source and measure")
            if {"event_source", "event_names", "where", "region", "static"} & set(signal):
                faults.add(at, "a measured signal has no event keys")
            if signal.get("direction", "above") not in ("above", "below"):
                faults.add(at, "direction")
    alerted = {a["signal"] for a in guide["alerts"]}
    for name in alerted - set(signals):
        faults.add(where, f"alert on unknown signal `{name}`")
    for name in set(signals) - alerted:
        if name != "guardrail-published":
            faults.add(where, f"signal `{name}` has no alert")
    for alert in guide["alerts"]:
        if alert["urgency"] not in ("page", "ticket", "info") or not isinstance(alert["threshold"], int) \
                or not re.fullmatch(r"[1-9]\d*[mhd]", alert["within"]):
            faults.add(where, f"alert {alert['signal']}: urgency, threshold or within")
    for query in guide["queries"]:
        if query["log_group"] not in ("cloudtrail", "invocation", "flow-log"):
            faults.add(where, f"query {query['id']}: log_group")
        check_query(f"{where} query {query['id']}", query["query"].strip())
faults.finish("guides")
