"""What all checks share: where the guides are, the sample values of placeholders, how a fault is told."""

import json
import os
import pathlib
import sys

GUIDES = pathlib.Path(os.environ["GUIDES"])
CACHE = pathlib.Path(os.environ["GUIDE_CACHE"])
CHECKS = pathlib.Path(os.environ["GUIDE_CHECKS"])
CONTROLS = [f"aws-genai-{n:02d}" for n in range(1, 11)]


def placeholders():
    """Every placeholder a guide may use, with a value that AWS's own models accept."""
    return json.loads((CHECKS / "placeholders.json").read_text())


class Faults:
    """Collects faults and turns them into an exit status."""

    def __init__(self, name):
        self.name, self.count, self.seen = name, 0, 0

    def add(self, where, what):
        self.count += 1
        print(f"{where}: {what}", file=sys.__stdout__)  # also while a check captures what others print

    def finish(self, noun):
        print(f"{self.name}: {self.seen} {noun}, {self.count} faults")
        sys.exit(1 if self.count else 0)
