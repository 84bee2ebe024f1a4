"""Runs every cli.sh, and every command of a runbook, against a stub, then puts each recorded call through the
real argument parser of the AWS CLI and botocore's service models: operations, parameters, required members,
types, lengths and enum values. Nothing leaves the machine: the call is answered before it would be sent.

The parser is that of AWS CLI v1, the one on PyPI; both versions build their arguments from the same models.
"""

import io
import json
import os
import pathlib
import re
import subprocess
import tempfile
import tomllib
import contextlib
import sys

from common import CHECKS, CONTROLS, GUIDES, Faults, placeholders

os.environ.update(
    AWS_ACCESS_KEY_ID="stub", AWS_SECRET_ACCESS_KEY="stub", AWS_CONFIG_FILE=os.devnull,
    AWS_SHARED_CREDENTIALS_FILE=os.devnull, AWS_DEFAULT_REGION="eu-central-1", AWS_PAGER="",
)
import awscli.argparser  # noqa: E402  (reads the environment above)
from awscli.clidriver import create_clidriver  # noqa: E402

faults = Faults("cli")
abbreviating = awscli.argparser.CLIArgParser.__init__


def exact(self, *positional, **named):
    """A parser that takes no abbreviated option: what one version guesses the next may refuse."""
    abbreviating(self, *positional, **dict(named, allow_abbrev=False))


awscli.argparser.CLIArgParser.__init__ = exact
SAMPLE_FILES = {"selectors.json": '[{"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}]}]'}


class Answer:
    status_code = 200
    headers = {}


def run_script(where, path, sample):
    """The calls a script makes, as argument lists."""
    with tempfile.TemporaryDirectory() as box:
        log = pathlib.Path(box, "calls")
        log.touch()
        for name in re.findall(r"file://([\w.-]+)", pathlib.Path(path).read_text()):
            pathlib.Path(box, name).write_text(SAMPLE_FILES.get(name, "{}"))  # a runbook names files the reader has
        environment = dict(sample, PATH=f"{CHECKS / 'stub'}:/usr/bin:/bin", AWS_CALLS=str(log), TMPDIR=box, HOME=box)
        syntax = subprocess.run(["bash", "-n", path], capture_output=True, text=True)
        if syntax.returncode:
            faults.add(where, syntax.stderr.strip())
            return []
        done = subprocess.run(["bash", path], env=environment, cwd=box, capture_output=True, text=True, timeout=60)
        if done.returncode:
            faults.add(where, f"stops with {done.returncode}: {done.stderr.strip()[-400:]}")
        calls = log.read_bytes().split(b"\036\0")
    return [[a.decode() for a in call.split(b"\0")[:-1]] for call in calls if call]


def check_values(shape, value, path, tell):
    """Enum members, which botocore itself lets pass, and JSON documents in string members."""
    kind = shape.type_name
    if kind == "structure" and isinstance(value, dict):
        for name, inner in value.items():
            if name in shape.members:
                check_values(shape.members[name], inner, f"{path}.{name}", tell)
    elif kind == "list" and isinstance(value, list):
        for index, inner in enumerate(value):
            check_values(shape.member, inner, f"{path}[{index}]", tell)
    elif kind == "map" and isinstance(value, dict):
        for name, inner in value.items():
            check_values(shape.value, inner, f"{path}.{name}", tell)
    elif kind == "string" and isinstance(value, str):
        enum = getattr(shape, "enum", None)
        if enum and value not in enum:
            tell(f"{path}: {value} is none of {', '.join(enum)}")
        pattern = shape.metadata.get("pattern")
        if pattern:
            try:
                fits = re.search(pattern, value)
            except re.error:
                fits = True  # the pattern uses what Python's engine lacks
            if not fits:
                tell(f"{path}: {value} does not match {pattern}")
        if value.lstrip().startswith("{"):
            try:
                json.loads(value)
            except ValueError as error:
                tell(f"{path}: not JSON: {error}")


def check_call(where, arguments):
    shown = " ".join(arguments[:2])
    tell = lambda what: faults.add(f"{where}: aws {shown}", what)
    reached = []

    def before_build(params, model, **_):
        if model.input_shape is not None:
            check_values(model.input_shape, params, model.name, tell)

    def before_call(model, **_):
        reached.append(model.name)
        return Answer(), {}

    # The EC2 commands leave handlers behind that trip over the next command, so they get a parser of their own.
    driver = create_clidriver() if arguments[0] == "ec2" else DRIVERS.setdefault("one", create_clidriver())
    driver.session.register("before-parameter-build", before_build, unique_id="values")
    driver.session.register("before-call", before_call, unique_id="stop")
    err, out = io.StringIO(), io.StringIO()
    try:
        with contextlib.redirect_stderr(err), contextlib.redirect_stdout(out):
            code = driver.main(arguments)
    except SystemExit as stop:
        code = stop.code
    finally:
        driver.session.unregister("before-parameter-build", unique_id="values")
        driver.session.unregister("before-call", unique_id="stop")
    if reached and tuple(arguments[:2]) in COMPOSED:
        return
    if code or not reached:
        lines = [line for line in err.getvalue().splitlines() if line.strip()]
        tell(f"refused ({code}): {' | '.join(lines[-4:])[:600]}")


DRIVERS = {}
# Commands that the CLI composes of several calls: its own parser and the first call are what can be checked.
COMPOSED = {("cloudtrail", "validate-logs")}
sample = placeholders()
for control in CONTROLS:
    folder = GUIDES / control
    scripts = []
    if (folder / "cli.sh").is_file():
        scripts.append((f"{control}/cli.sh", folder / "cli.sh"))
    with tempfile.TemporaryDirectory() as box:
        if (folder / "guide.toml").is_file():
            guide = tomllib.loads((folder / "guide.toml").read_text())
            for number, step in enumerate(guide.get("response", []), 1):
                if "command" in step:
                    path = pathlib.Path(box, f"step{number}")
                    path.write_text("set -euo pipefail\n" + step["command"] + "\n")
                    scripts.append((f"{control}/guide.toml response {number}", path))
        for where, path in scripts:
            calls = run_script(where, path, sample)
            if not calls:
                faults.add(where, "calls no aws command")
            for call in calls:
                faults.seen += 1
                check_call(where, call)
    if not scripts:
        faults.add(control, "has no cli.sh")
faults.finish("calls")
