"""Findings in the Static Analysis Results Interchange Format, 2.1.0."""

from collections.abc import Sequence
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any
from urllib.parse import quote

import orjson

from asynction_core.lint.findings import RULES, Finding, Rule

_SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)


def format_sarif(findings: Sequence[Finding]) -> str:
    """Return *findings* as a SARIF log of one run."""
    run = {
        "tool": {"driver": _driver()},
        "columnKind": "unicodeCodePoints",
        "results": [_result(finding) for finding in findings],
    }
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return orjson.dumps(log, option=orjson.OPT_INDENT_2).decode() + "\n"


def _driver() -> dict[str, Any]:
    driver: dict[str, Any] = {
        "name": "asynction",
        "rules": [_rule(each) for each in RULES.values()],
    }
    with suppress(PackageNotFoundError):  # a source tree on sys.path
        driver["version"] = version("asynction")
    return driver


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "shortDescription": {"text": rule.description},
        "defaultConfiguration": {"level": rule.severity},
    }


def _result(finding: Finding) -> dict[str, Any]:
    text = finding.message + (f"\n{finding.fix}" if finding.fix else "")
    region = {"startLine": finding.line, "startColumn": finding.column}
    location = {"artifactLocation": {"uri": _uri(finding.file)}, "region": region}
    named = {"fullyQualifiedName": finding.place}
    return {
        "ruleId": finding.rule,
        "ruleIndex": list(RULES).index(finding.rule),
        "level": finding.severity,
        "message": {"text": text},
        "locations": [{"physicalLocation": location, "logicalLocations": [named]}],
    }


def _uri(file: str) -> str:
    """Return *file* as a URI: relative, as it was given, or absolute."""
    return Path(file).as_uri() if Path(file).is_absolute() else quote(Path(file).as_posix())
