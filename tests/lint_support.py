"""What the tests of checks share: documents that mark where a finding is expected."""

from pathlib import Path
from textwrap import dedent

from asynction_core.lint import Finding, check_document

MARK = "⟦"
"""Stands in a document right before the line and the column of a finding."""

HEAD = """\
asyncapi: 2.6.0
info: {title: Test, version: 1.0.0}
"""
HEAD_3 = HEAD.replace("2.6.0", "3.0.0")

QUIET = frozenset({"ack", "unhandled-event"})
"""Rules that nearly every short document breaks."""


def unmark(text: str) -> tuple[str, list[tuple[int, int]]]:
    """Return *text* without marks, and the lines and columns of the marks."""
    marks = []
    for number, line in enumerate(text.splitlines(), 1):
        pieces = line.split(MARK)
        ends = [len("".join(pieces[:index])) for index in range(1, len(pieces))]
        marks += [(number, end + 1) for end in ends]
    return text.replace(MARK, ""), marks


def check(directory: Path, text: str, *, head: str = HEAD, only: str = "") -> list[Finding]:
    """Return the findings in *text* under *head*, which must be where the marks are.

    :param only: the rule that counts; by default, all but ``QUIET`` do.
    """
    document, marks = unmark(head + dedent(text))
    path = directory / "asyncapi.yml"
    path.write_text(document, encoding="utf-8")
    findings = check_document(path, ignore=() if only else QUIET)
    findings = [each for each in findings if not only or each.rule == only]
    assert [(each.line, each.column) for each in findings] == marks, findings
    assert {each.file for each in findings} <= {str(path)}
    return findings


def check_one(directory: Path, text: str, rule: str, *, head: str = HEAD) -> Finding:
    """Return the only finding in *text*, by *rule*, which must be where the mark is."""
    (finding,) = check(directory, text, head=head, only=rule if rule in QUIET else "")
    assert finding.rule == rule, finding
    return finding
