"""Parses every terraform.tf (python-hcl2) and holds each resource, block and argument against
terraform-schema.json: unknown or missing arguments are faults. The table says where each entry came from.
"""

import json
import re

import hcl2
from common import CHECKS, CONTROLS, GUIDES, Faults

META = {"depends_on", "count", "for_each", "provider", "lifecycle", "provisioner", "connection", "dynamic"}
faults = Faults("terraform")
table = json.loads((CHECKS / "terraform-schema.json").read_text())
schema = table["resources"]


def clean(name):
    return name.strip('"')


def check(where, body, block):
    """Names in `body` against `block`, a table of arguments: {"required": bool, "block": {...}?}."""
    names = {}
    for name, value in body.items():
        if name.startswith("__"):
            continue
        if name == "dynamic":
            for one in value:
                for inner, content in one.items():
                    names[clean(inner)] = [content["content"][0] if isinstance(content["content"], list) else content["content"]]
        elif name not in META:
            names[name] = value
    for name, value in names.items():
        if name not in block:
            faults.add(where, f"no argument `{name}`; known: {', '.join(sorted(block))}")
        elif "block" in block[name] and isinstance(value, list):
            for inner in value:
                if isinstance(inner, dict):
                    check(f"{where}.{name}", inner, block[name]["block"])
    for name, row in block.items():
        if row.get("required") and name not in names:
            faults.add(where, f"argument `{name}` is required")


for control in CONTROLS:
    path = GUIDES / control / "terraform.tf"
    if not path.is_file():
        faults.add(control, "has no terraform.tf")
        continue
    text = path.read_text()
    try:
        with path.open() as stream:
            tree = hcl2.load(stream)
    except Exception as error:  # any parser error is a fault of the file
        faults.add(path.name, f"{control}: {str(error)[:300]}")
        continue
    variables = {clean(n) for v in tree.get("variable", []) for n in v}
    for name in set(re.findall(r"\bvar\.([a-z0-9_]+)", text)) - variables:
        faults.add(control, f"variable `{name}` is not declared")
    for name in variables - set(re.findall(r"\bvar\.([a-z0-9_]+)", text)):
        faults.add(control, f"variable `{name}` is not used")
    declared = set()
    for kind in ("resource", "data"):
        for entry in tree.get(kind, []):
            for rtype, named in entry.items():
                for name in named:
                    declared.add(("data." if kind == "data" else "") + clean(rtype) + "." + clean(name))
    # Text inside quotes outside of ${} is no reference.
    code = re.sub(r'"(?:[^"$\\]|\\.)*"', '""', re.sub(r"(?m)#.*$", "", text))
    for data, ref in re.findall(r"(data\.)?\b(aws_[a-z0-9_]+\.[a-z0-9_]+)\b", code):
        if data + ref not in declared:
            faults.add(control, f"refers to `{data}{ref}`, which is not declared")
    for kind in ("resource", "data"):
        for entry in tree.get(kind, []):
            for rtype, named in entry.items():
                rtype = clean(rtype)
                key = rtype if kind == "resource" else f"data.{rtype}"
                for name, body in named.items():
                    faults.seen += 1
                    where = f"{control}: {key}.{clean(name)}"
                    if key not in schema:
                        faults.add(where, "not in terraform-schema.json")
                        continue
                    check(where, body, schema[key]["arguments"])
faults.finish("resources")
