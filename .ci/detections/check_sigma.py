"""Parses Sigma rules with pySigma, holds them to its validators, and converts each for a backend."""

import sys
from pathlib import Path

from sigma.backends.splunk import SplunkBackend
from sigma.collection import SigmaCollection
from sigma.processing.pipeline import ProcessingItem, ProcessingPipeline
from sigma.processing.transformations import WildcardPlaceholderTransformation
from sigma.validation import SigmaValidator
from sigma.validators.core import validators

STYLE = {  # Rules of one upstream repository's taste, about file names and dates.
    "author", "date", "filename_length", "filename_sigmahq", "status_existence",
}
rules = SigmaCollection.from_yaml(Path(sys.argv[1]).read_text(), collect_errors=True)
faults = [str(error) for error in rules.errors] + [f"{rule.title}: {error}" for rule in rules for error in rule.errors]
if not rules.rules:
    faults.append("no rule was read")
checks = {kind for name, kind in validators.items() if name not in STYLE}
for issue in SigmaValidator(checks).validate_rules(iter(rules)):
    faults.append(f"{type(issue).__name__}: {', '.join(rule.title for rule in issue.rules)}")
pipeline = ProcessingPipeline(items=[ProcessingItem(WildcardPlaceholderTransformation())])
backend = SplunkBackend(processing_pipeline=pipeline)
queries = backend.convert(rules)
if len(queries) != len(rules.rules):
    faults.append(f"{len(rules.rules)} rules became {len(queries)} queries")
for rule in rules:
    source = rule.logsource
    if (source.product, source.service) != ("aws", "cloudtrail"):
        faults.append(f"{rule.title}: log source {source}")
print(*faults, sep="\n", end="\n" if faults else "")
print(f"{len(rules.rules)} Sigma rules, {len(faults)} faults")
sys.exit(bool(faults))
