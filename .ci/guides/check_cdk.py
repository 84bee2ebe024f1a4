"""Compiles every cdk.ts (strict) against aws-cdk-lib and runs it with sample placeholders, which synthesizes the
stacks; check_template.py then lints what came out."""

import json
import os
import pathlib
import shutil
import subprocess

from common import CACHE, CONTROLS, GUIDES, Faults, placeholders

faults = Faults("cdk")
build = CACHE / "cdk"
shutil.rmtree(build, ignore_errors=True)
(build / "src").mkdir(parents=True)
node = CACHE / "node"
(build / "node_modules").symlink_to(node / "node_modules")
present = []
for control in CONTROLS:
    path = GUIDES / control / "cdk.ts"
    if path.is_file():
        shutil.copy(path, build / "src" / f"{control}.ts")
        present.append(control)
    else:
        faults.add(control, "has no cdk.ts")
(build / "tsconfig.json").write_text(json.dumps({
    "compilerOptions": {
        "target": "es2022", "module": "commonjs", "moduleResolution": "bundler",
        "strict": True, "noUnusedLocals": True, "noUnusedParameters": True, "noImplicitReturns": True,
        "skipLibCheck": True, "outDir": "out", "rootDir": "src", "types": ["node"],
    },
    "include": ["src"],
}))
tsc = subprocess.run(["node", node / "node_modules/typescript/bin/tsc", "-p", build], capture_output=True, text=True, cwd=build)
if tsc.returncode:
    faults.add("tsc", tsc.stdout.strip() + tsc.stderr.strip())
# All stacks in one process: loading the library costs more than building a stack.
runner = build / "out" / "all.js"
runner.write_text("\n".join(
    f"process.env.CDK_OUTDIR = {json.dumps(str(build / 'synth' / c))};\n"
    f"try {{ require('./{c}.js'); }} catch (e) {{ console.log({json.dumps(c)} + ': ' + (e.stack || e)); process.exitCode = 1; }}"
    for c in present))
if tsc.returncode == 0:
    done = subprocess.run(["node", runner], capture_output=True, text=True, cwd=build,
                          env={**os.environ, **placeholders(), "CDK_DEFAULT_ACCOUNT": "111122223333"})
    if done.returncode:
        faults.add("synth", (done.stdout + done.stderr).strip()[-2000:])
    for control in present:
        faults.seen += 1
        if not list(pathlib.Path(build, "synth", control).glob("*.template.json")):
            faults.add(control, "cdk.ts makes no template")
faults.finish("apps")
