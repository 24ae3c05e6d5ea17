"""What a server is like that is not at its limit: how late it answers, and what memory it takes."""

import resource
from collections.abc import Sequence
from contextlib import ExitStack

from benchmarks.processes import Start, probe
from benchmarks.rows import Plan, Row, Target, row
from benchmarks.scenarios import OTHERS, OURS

_CONNECTIONS = 5000
_OTHER_FILES = 200
"""Files that a process has open besides its connections, at most."""

_TARGETS = {"plain": Target(0.8, of="ratio")}


def latency(plan: Plan, start: Start) -> list[Row]:
    """Return the rows of the 99th percentile, against python-socketio.

    With half of what each can take, ours has several times as many events; so there is a row with
    as many as python-socketio has, too.
    """
    seconds = "0.4" if plan.quick else "2"
    ours, same, theirs = [], [], []
    with ExitStack() as stack:
        port, plain = (stack.enter_context(start(kind))[0] for kind in (OURS, "plain"))
        for number in range(plan.rounds):
            plan.say(f"speed, latency: round {number + 1} of {plan.rounds}")
            found = _percentile(plain, seconds)
            theirs.append(found["p99"] * 1e3)
            ours.append(_percentile(port, seconds)["p99"] * 1e3)
            same.append(_percentile(port, seconds, str(found["rate"]))["p99"] * 1e3)
    name = "speed, 99th percentile of ack latency"
    target = Target(1.0, of="ratio")
    return [
        row(f"{name}, each at half of its load", "ms", ours, theirs, target),
        row(f"{name}, both at half of python-socketio's load", "ms", same, theirs, target),
    ]


def _percentile(port: int, seconds: str, *rate: str) -> dict[str, float]:
    found: dict[str, float] = probe("-m", "benchmarks.latency", str(port), seconds, *rate)
    return found


def memory(plan: Plan, start: Start, others: Sequence[str]) -> list[Row]:
    """Return the rows of the memory of a connection; each server is a fresh one."""
    count = min(50 if plan.quick else _CONNECTIONS, _most_files() - _OTHER_FILES)
    found: dict[str, list[float]] = {kind: [] for kind in (OURS, *others)}
    for number in range(min(plan.rounds, 3)):
        for kind, figures in found.items():
            plan.say(f"speed, {count:,} connections: round {number + 1}, {kind}")
            with start(kind) as (port, pid):
                seen = probe("-m", "benchmarks.idle", str(port), str(pid), str(count))
            figures.append(seen["bytes"] / seen["connections"] / 1000)
    name = f"speed, memory of one of {count:,} idle connections"
    return [
        row(
            f"{name}: against {OTHERS[other]}",
            *("KB", found[OURS], found[other], _TARGETS.get(other)),
        )
        for other in others
    ]


def _most_files() -> int:
    """Return how many files this process, and those it starts, may have open from now on."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if most == resource.RLIM_INFINITY:
        most = 1 << 16
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    return most
