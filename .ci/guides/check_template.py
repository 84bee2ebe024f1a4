"""cfn-lint over every cloudformation.yaml and over what the CDK apps synthesized (run check_cdk.py first)."""

import subprocess

from common import CACHE, CONTROLS, GUIDES, Faults

faults = Faults("template")
lint = CACHE / "venv" / "bin" / "cfn-lint"
files = []
for control in CONTROLS:
    path = GUIDES / control / "cloudformation.yaml"
    if path.is_file():
        files.append(path)
    else:
        faults.add(control, "has no cloudformation.yaml")
synthesized = sorted((CACHE / "cdk" / "synth").glob("*/*.template.json"))


def run(paths, *options):
    if not paths:
        return
    faults.seen += len(paths)
    done = subprocess.run([lint, "--format", "parseable", "--regions", "eu-central-1", *options, "--", *map(str, paths)],
                          capture_output=True, text=True)
    for line in (done.stdout + done.stderr).splitlines():
        if line.strip():
            faults.add("cfn-lint", line.replace(str(GUIDES) + "/", ""))


run(files)
# Synthesized templates carry CDK's own metadata, defaults and parameters: only errors count there,
# and warnings about IAM actions.
run(synthesized, "--ignore-checks", "W1", "W2", "W3005", "W4", "W6", "W7", "W8", "I")
faults.finish("templates")
