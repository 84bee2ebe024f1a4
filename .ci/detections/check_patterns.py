"""Holds event patterns and metric filters to the limits of their services, which no template checker knows."""

import json
import re
import sys

faults = []
seen = 0
OPERATORS = {"prefix", "suffix", "wildcard", "anything-but", "exists", "equals-ignore-case", "numeric", "cidr"}


def leaves(where, node):
    """Every leaf of an event pattern is a list of values and operators."""
    if isinstance(node, dict) and not set(node) & {"Ref", "Fn::If", "Fn::Sub"}:
        for key, value in node.items():
            leaves(f"{where}.{key}", value)
        return
    if not isinstance(node, list) or not node:
        faults.append(f"{where}: a leaf is a list that is not empty")
        return
    for item in node:
        if isinstance(item, dict) and not set(item) & {"Ref", "Fn::If", "Fn::Sub"} and not set(item) <= OPERATORS:
            faults.append(f"{where}: {item}")


for path in sys.argv[1:]:
    template = json.load(open(path))
    size = len(open(path).read().encode())
    print(f"{path}: {size} bytes, {len(template['Resources'])} resources")
    for name, resource in template["Resources"].items():
        seen += 1
        properties = resource["Properties"]
        if resource["Type"] == "AWS::Events::Rule":
            pattern = properties["EventPattern"]
            leaves(name, pattern)
            # https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html
            if len(json.dumps(pattern)) > 2048:
                faults.append(f"{name}: the pattern has {len(json.dumps(pattern))} characters")
        if resource["Type"] == "AWS::Logs::MetricFilter":
            text = json.dumps(properties["FilterPattern"])
            pattern = properties["FilterPattern"]["Fn::Sub"][0]
            # https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutMetricFilter.html
            if len(pattern) > 900:
                faults.append(f"{name}: the pattern has {len(pattern)} characters")
            bare = re.sub(r'"(\\.|[^"\\])*"', '""', pattern)
            if bare.count("(") != bare.count(")") or not (bare.startswith("{ ") and bare.endswith(" }")):
                faults.append(f"{name}: {bare}")
            term = r'\(\$\.[\w.-]+ (?:(?:=|!=) ""|NOT EXISTS|IS TRUE|IS FALSE)\)'
            rest = re.sub(term, "T", bare[2:-2])
            while (shorter := re.sub(r"\(T(?: (?:&&|\|\|) T)*\)", "T", rest)) != rest:
                rest = shorter
            if not re.fullmatch(r"T(?: && T)*", rest):
                faults.append(f"{name}: not a pattern: {rest} in {text}")
print(*faults, sep="\n", end="\n" if faults else "")
print(f"{seen} resources, {len(faults)} faults")
sys.exit(bool(faults))
