"""Builds terraform-schema.json. Run it by hand when a guide needs another resource:

    python3 terraform_schema.py DIR aws_bedrock_guardrail data.aws_region …

DIR is an unpacked npm package `@cdktf/provider-aws`, whose bindings HashiCorp generated from the provider's own
schema (release 21.22.1 is provider 6.25.0). Entries with another `source` in the table were written by hand from
the provider's documentation, for resources that are younger; this script leaves them alone.
"""

import json
import pathlib
import re
import sys

here = pathlib.Path(__file__).resolve().parent
table_path = here / "terraform-schema.json"
package, wanted = pathlib.Path(sys.argv[1]), sys.argv[2:]
table = json.loads(table_path.read_text()) if table_path.exists() else {"resources": {}}


def camel(name):
    return re.sub(r"_(.)", lambda m: m.group(1).upper(), name)


def interfaces(text):
    """Required properties of each interface in a .d.ts file."""
    found = {}
    for name, body in re.findall(r"export interface (\w+)[^{]*\{(.*?)\n\}", text, re.S):
        found[name] = set(re.findall(r"\n    readonly (\w+):", body))
    return found


def attributes(text, start, end):
    """(name, is block, child mapper) rows of one attrs object."""
    section = text[start:end]
    return re.findall(r"\n\s{8,12}(\w+): \{\s*value: (.*?),\s*isBlock: (true|false)", section, re.S)


for key in wanted:
    data = key.startswith("data.")
    short = key.removeprefix("data.").removeprefix("aws_").replace("_", "-")
    folders = [p for p in (package / "lib").iterdir() if p.name.replace("-", "") == (("data-aws-" if data else "") + short).replace("-", "")]
    if not folders:
        print("no binding for", key)
        continue
    js = (folders[0] / "index.js").read_text()
    required = interfaces((folders[0] / "index.d.ts").read_text())
    by_lower = {n.lower(): v for n, v in required.items()}

    def block(mapper):
        start = js.index(f"function {mapper}(")
        end = js.index("\n}", start)
        interface = mapper.removesuffix("ToHclTerraform")
        return build(start, end, by_lower.get(interface.lower(), set()))

    def build(start, end, needs):
        rows = {}
        for name, value, is_block in attributes(js, start, end):
            row = {}
            if camel(name) in needs or name in needs:
                row["required"] = True
            if is_block == "true":
                child = re.search(r"\b(\w+ToHclTerraform)\b(?<!stringToHclTerraform)(?<!booleanToHclTerraform)(?<!numberToHclTerraform)", value)
                if child:
                    row["block"] = block(child.group(1))
            rows[name] = row
        return rows

    start = js.index("synthesizeHclAttributes()")
    end = js.index("\n    }", start)
    config = next((v for n, v in required.items() if n.endswith("Config") and n.lower() == ("dataaws" if data else "") + short.replace("-", "") + "config"), set())
    table["resources"][key] = {"source": "@cdktf/provider-aws 21.22.1 (provider 6.25.0)", "arguments": build(start, end, config)}
    print(key, len(table["resources"][key]["arguments"]), "required", sorted(n for n, r in table["resources"][key]["arguments"].items() if r.get("required")))

table["resources"] = dict(sorted(table["resources"].items()))
table_path.write_text(json.dumps(table, indent=1) + "\n")
