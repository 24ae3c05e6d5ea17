"""Events with acknowledgements a second: held to a document, and on plain python-socketio."""

from contextlib import ExitStack
from statistics import median

from benchmarks.processes import probe, serving
from benchmarks.rows import Plan, Row, Target, row

EVENTS = {
    "add user": "2 fields",
    "join": "2 fields, emits 2",
    "new message": "3 KB",
}
_KINDS = ("validated", "plain")
Figures = dict[str, list[float]]


def measure(plan: Plan) -> list[Row]:
    """Return the rows of every event, and what the load generator used at most."""
    figures: dict[tuple[str, str], Figures] = {
        (event, kind): no_figures() for event in EVENTS for kind in _KINDS
    }
    with ExitStack() as stack:
        servers = {kind: stack.enter_context(serving(kind)) for kind in _KINDS}
        for number in range(plan.rounds):
            plan.say(f"throughput: round {number + 1} of {plan.rounds}")
            kinds = _KINDS if number % 2 else _KINDS[::-1]
            for event in EVENTS:
                for kind in kinds:
                    put_under_load(plan, event, *servers[kind], figures[event, kind])
    rows = [made for event in EVENTS for made in _rows(event, figures)]
    return [*rows, *_bottleneck(figures)]


def no_figures() -> Figures:
    """Return what :func:`put_under_load` adds to."""
    return {"rate": [], "cost": [], "server": [], "generator": []}


def put_under_load(plan: Plan, event: str, port: int, pid: int, figures: Figures) -> None:
    """Add to *figures* what a second of *event* shows."""
    seconds = "0.2" if plan.quick else "1"
    found = probe("-m", "benchmarks.load", str(port), str(pid), event, seconds)
    figures["rate"].append(found["events"] / found["seconds"])
    figures["cost"].append(found["server"] / found["events"] * 1e6)
    figures["server"].append(found["server"] / found["seconds"] * 100)
    figures["generator"].append(found["generator"] / found["seconds"] * 100)


def _rows(event: str, figures: dict[tuple[str, str], Figures]) -> list[Row]:
    ours, plain = figures[event, "validated"], figures[event, "plain"]
    name = f"{event!r} ({EVENTS[event]})"
    target = Target(1.0, of="ratio", at_least=True)
    return [
        row(f"throughput, {name}", "events/s", ours["rate"], plain["rate"], target),
        row(f"server CPU an event, {name}", "µs", ours["cost"], plain["cost"]),
    ]


def _bottleneck(figures: dict[tuple[str, str], Figures]) -> list[Row]:
    """Return the rows that show that the servers were the bottleneck, each in its worst case.

    A server with less than a whole CPU was kept waiting, by the generator or by something else
    on the machine; the throughput is then not its own.
    """
    servers = [median(each["server"]) for each in figures.values()]
    generators = [median(each["generator"]) for each in figures.values()]
    busy, cheap = Target(90, at_least=True), Target(60)
    return [
        row("least CPU of a server under load", "%", [min(servers)], target=busy),
        row("most CPU of the load generator", "%", [max(generators)], target=cheap),
    ]
