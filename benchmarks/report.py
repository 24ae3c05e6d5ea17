"""The table, the JSON file, and the chart."""

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks.chart import chart
from benchmarks.rows import Row

_PACKAGES = (
    *("python-socketio", "python-engineio", "uvicorn", "websockets", "orjson"),
    *("jsonschema", "jsonschema-rs", "referencing", "PyYAML"),
    *("Flask", "Flask-SocketIO", "Werkzeug", "simple-websocket"),
)
_HEADINGS = ("benchmark", "figure", "", "baseline", "ratio", "target", "")


def machine() -> dict[str, Any]:
    """Return what the figures depend on, and nothing that tells whose machine it is."""
    return {
        "python": platform.python_version(),
        "implementation": platform.python_implementation(),
        "system": platform.system(),
        "architecture": platform.machine(),
        "cpus": os.cpu_count(),
        "packages": {name: version(name) for name in _PACKAGES},
    }


def table(rows: list[Row]) -> str:
    """Return *rows* as an aligned table."""
    lines = [_HEADINGS, *(_cells(row) for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(_align(line, widths) for line in lines)


def _cells(row: Row) -> tuple[str, ...]:
    verdict = {None: "", True: "met", False: "MISSED"}[row.met]
    ratio = "" if row.ratio is None else f"{_figure(row.ratio)}x"
    baseline = "" if row.baseline is None else _figure(row.baseline)
    return row.name, _figure(row.value), row.unit, baseline, ratio, row.target or "", verdict


def _align(cells: tuple[str, ...], widths: list[int]) -> str:
    numbers = (1, 3, 4)
    padded = (
        cell.rjust(width) if index in numbers else cell.ljust(width)
        for index, (cell, width) in enumerate(zip(cells, widths, strict=True))
    )
    return "  ".join(padded).rstrip()


def _figure(number: float) -> str:
    """Return *number* with three digits that count."""
    if abs(number) >= 100:
        return f"{number:,.0f}"
    return f"{number:.2f}" if abs(number) >= 1 else f"{number:.3g}"


def verdicts(rows: list[Row]) -> str:
    """Return one line on the targets, and one for each that is missed."""
    judged = [row for row in rows if row.met is not None]
    missed = [f"missed: {row.name}, target {row.target}" for row in judged if not row.met]
    summary = f"{len(judged) - len(missed)} of {len(judged)} targets are met"
    return "\n".join([summary, *missed])


def write_json(path: Path, rows: list[Row], rounds: int | None, quick: bool) -> None:
    """Write *rows* and the machine to *path*, its directory made where there is none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    contents = {
        "machine": machine(),
        "rounds": rounds,
        "quick": quick,
        "rows": [asdict(row) for row in rows],
    }
    path.write_text(json.dumps(contents, indent=2) + "\n", encoding="utf-8")


def write_chart(path: Path, bars: Sequence[tuple[str, float]]) -> None:
    """Write a chart of *bars* to *path*, where there are any."""
    if bars:
        title = "Server CPU for an event with acknowledgement, over websocket"
        path.write_text(chart(title, bars, "µs", ours="asynction"), encoding="utf-8")
