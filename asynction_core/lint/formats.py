"""Findings as text, as JSON, and as commands for GitHub Actions."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any, Protocol

import orjson

from asynction_core.lint.findings import Finding
from asynction_core.lint.sarif import format_sarif

JSON_FORMAT = 1
"""The version of the shape of :func:`format_json`: it grows where a member changes or goes."""

_COLOURS = {"error": "\033[31m", "warning": "\033[33m"}
_DIM, _PLAIN = "\033[2m", "\033[0m"


class Format(Protocol):
    """Writes findings."""

    def __call__(self, findings: Sequence[Finding]) -> str:
        """Return *findings* as text that ends with a line end, or is empty."""
        ...


def summary(findings: Iterable[Finding]) -> str:
    """Return how many errors and warnings there are: ``2 errors, 1 warning``."""
    counts = count(findings)
    if not any(counts.values()):
        return "no problems"
    found = [f"{number} {name}{'s' * (number > 1)}" for name, number in counts.items() if number]
    return ", ".join(found)


def count(findings: Iterable[Finding]) -> dict[str, int]:
    """Return the number of findings by severity: ``{"error": 2, "warning": 0}``."""
    counts = Counter(finding.severity for finding in findings)
    return {"error": counts["error"], "warning": counts["warning"]}


def format_text(findings: Sequence[Finding], *, colour: bool = False) -> str:
    """Return *findings* for a terminal: a line each, its fix below, and the numbers at the end."""
    lines = [line for finding in findings for line in _text_lines(finding, colour)]
    return "\n".join([*lines, summary(findings)]) + "\n"


def _text_lines(finding: Finding, colour: bool) -> list[str]:
    severity, place = finding.severity, f"{finding.file}:{finding.line}:{finding.column}"
    shown, plain = (f"{_COLOURS[severity]}{severity}", _PLAIN) if colour else (severity, "")
    first = f"{place}: {shown}{plain} {finding.rule}: {' '.join(finding.message.split())}"
    if not finding.fix:
        return [first]
    dim = _DIM if colour else ""
    return [first, *(f"    {dim}{line}{plain}" for line in finding.fix.splitlines())]


def format_json(findings: Sequence[Finding]) -> str:
    """Return *findings* as one JSON object.

    ``{"version": 1, "counts": {"error": …, "warning": …}, "findings": […]}``, where a finding
    has ``rule``, ``severity``, ``message``, ``fix`` (or null), ``file``, ``line``, ``column`` and
    ``place``.
    """
    found: Mapping[str, Any] = {
        "version": JSON_FORMAT,
        "counts": count(findings),
        "findings": [asdict(finding) for finding in findings],
    }
    return _dump(found)


def _dump(value: Mapping[str, Any]) -> str:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2).decode() + "\n"


def format_github(findings: Sequence[Finding]) -> str:
    """Return *findings* as workflow commands, which GitHub shows as annotations of the files."""
    return "".join(f"{_command(finding)}\n" for finding in findings)


def _command(finding: Finding) -> str:
    properties = {
        "file": finding.file,
        "line": finding.line,
        "col": finding.column,
        "title": f"asynction {finding.rule}",
    }
    listed = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items())
    message = finding.message + (f"\n{finding.fix}" if finding.fix else "")
    return f"::{finding.severity} {listed}::{_escaped(message)}"


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")


FORMATS: Mapping[str, Format] = {
    "text": format_text,
    "json": format_json,
    "github": format_github,
    "sarif": format_sarif,
}
"""The formats by the name that the command line gives them."""
