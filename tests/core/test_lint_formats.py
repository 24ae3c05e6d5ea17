"""Findings as text, JSON, commands for GitHub Actions, and SARIF."""

import json
from pathlib import Path

import pytest

from asynction_core.lint.findings import RULES, Finding
from asynction_core.lint.formats import (
    FORMATS,
    format_github,
    format_json,
    format_text,
    summary,
)
from asynction_core.lint.sarif import format_sarif

FILE = "docs/an api,100%.yml"
MISSING = Finding(
    rule="handler",
    severity="error",
    message="handler 'a.b': there is\nno module 'a'",
    fix="Write it,\nor do not: name it.",
    file=FILE,
    line=7,
    column=3,
    place=f"{FILE}, channels./chat.x-handlers.connect",
)
UNUSED = Finding(
    rule="unreachable-component",
    severity="warning",
    message="nothing refers to this component: 100%",
    fix=None,
    file=FILE,
    line=9,
    column=1,
    place=f"{FILE}, components.schemas.A",
)


def test_text_is_a_line_each_and_the_numbers() -> None:
    assert format_text([MISSING, UNUSED]) == (
        f"{FILE}:7:3: error handler: handler 'a.b': there is no module 'a'\n"
        "    Write it,\n"
        "    or do not: name it.\n"
        f"{FILE}:9:1: warning unreachable-component: nothing refers to this component: 100%\n"
        "1 error, 1 warning\n"
    )


def test_text_says_that_nothing_was_found() -> None:
    assert format_text([]) == "no problems\n"


def test_colours_are_there_if_they_are_wanted() -> None:
    coloured = format_text([MISSING, UNUSED], colour=True)

    assert "\033[31merror\033[0m handler" in coloured
    assert "\033[33mwarning\033[0m unreachable" in coloured
    assert "\033" not in format_text([MISSING, UNUSED])


@pytest.mark.parametrize(
    ("findings", "expected"),
    [
        ([], "no problems"),
        ([MISSING, MISSING], "2 errors"),
        ([UNUSED], "1 warning"),
        ([UNUSED, MISSING, UNUSED], "1 error, 2 warnings"),
    ],
)
def test_the_summary_counts(findings: list[Finding], expected: str) -> None:
    assert summary(findings) == expected


def test_json_has_the_counts_and_all_that_a_finding_has() -> None:
    assert json.loads(format_json([MISSING, UNUSED])) == {
        "version": 1,
        "counts": {"error": 1, "warning": 1},
        "findings": [
            {
                "rule": "handler",
                "severity": "error",
                "message": "handler 'a.b': there is\nno module 'a'",
                "fix": "Write it,\nor do not: name it.",
                "file": FILE,
                "line": 7,
                "column": 3,
                "place": f"{FILE}, channels./chat.x-handlers.connect",
            },
            {
                "rule": "unreachable-component",
                "severity": "warning",
                "message": "nothing refers to this component: 100%",
                "fix": None,
                "file": FILE,
                "line": 9,
                "column": 1,
                "place": f"{FILE}, components.schemas.A",
            },
        ],
    }


def test_commands_for_github_are_escaped() -> None:
    assert format_github([MISSING, UNUSED]) == (
        "::error file=docs/an api%2C100%25.yml,line=7,col=3,title=asynction handler"
        "::handler 'a.b': there is%0Ano module 'a'%0AWrite it,%0Aor do not: name it.\n"
        "::warning file=docs/an api%2C100%25.yml,line=9,col=1,"
        "title=asynction unreachable-component::nothing refers to this component: 100%25\n"
    )
    assert format_github([]) == ""


def test_sarif_has_the_rules_and_a_result_for_each_finding() -> None:
    log = json.loads(format_sarif([MISSING, UNUSED]))

    assert log["version"] == "2.1.0"
    assert log["$schema"].endswith("/sarif-schema-2.1.0.json")
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert run["tool"]["driver"]["name"] == "asynction"
    assert [rule["id"] for rule in rules] == list(RULES)
    assert {rule["defaultConfiguration"]["level"] for rule in rules} == {"error", "warning"}
    assert all(rule["shortDescription"]["text"] for rule in rules)
    assert [rules[result["ruleIndex"]]["id"] for result in run["results"]] == [
        "handler",
        "unreachable-component",
    ]
    assert run["results"][0] == {
        "ruleId": "handler",
        "ruleIndex": list(RULES).index("handler"),
        "level": "error",
        "message": {
            "text": "handler 'a.b': there is\nno module 'a'\nWrite it,\nor do not: name it."
        },
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": "docs/an%20api%2C100%25.yml"},
                    "region": {"startLine": 7, "startColumn": 3},
                },
                "logicalLocations": [
                    {"fullyQualifiedName": f"{FILE}, channels./chat.x-handlers.connect"}
                ],
            }
        ],
    }


def test_sarif_of_an_absolute_path_has_its_uri(tmp_path: Path) -> None:
    finding = Finding("handler", "error", "m", None, str(tmp_path / "a b.yml"), 1, 1, "p")

    (result,) = json.loads(format_sarif([finding]))["runs"][0]["results"]

    location = result["locations"][0]["physicalLocation"]["artifactLocation"]
    assert location == {"uri": (tmp_path / "a b.yml").as_uri()}


def test_sarif_of_nothing_is_a_run_without_results() -> None:
    assert json.loads(format_sarif([]))["runs"][0]["results"] == []


def test_the_formats_have_names() -> None:
    assert list(FORMATS) == ["text", "json", "github", "sarif"]
    assert all(write([MISSING]).endswith("\n") for write in FORMATS.values())
