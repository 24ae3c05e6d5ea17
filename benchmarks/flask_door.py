"""The same events, on Flask: held to a document, and on plain Flask-SocketIO."""

from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path

from benchmarks import original
from benchmarks.processes import serving_flask
from benchmarks.rows import Plan, Row, Target, row
from benchmarks.throughput import EVENTS, Figures, no_figures, put_under_load

_Servers = dict[str, tuple[int, int]]


def measure(plan: Plan) -> list[Row]:
    """Return the rows of each async mode that is installed, and of the original if asked for."""
    modes = ["threading", *(["gevent"] if find_spec("gevent") else [])]
    return [made for mode in modes for made in _mode(plan, mode)] + (
        _original(plan) if plan.original else []
    )


def _mode(plan: Plan, mode: str) -> list[Row]:
    with ExitStack() as stack:
        servers = {
            kind: stack.enter_context(serving_flask(kind, mode)) for kind in ("validated", "plain")
        }
        figures = _figures(plan, f"flask, {mode}", servers)
    return _rows(f"flask, {mode}", figures, "plain", Target(0.97, of="ratio", at_least=True))


def _original(plan: Plan) -> list[Row]:
    plan.say("flask: the environment of the original")
    python: Path = original.python()
    with ExitStack() as stack:
        servers = {
            "validated": stack.enter_context(serving_flask("validated", "threading")),
            "original": stack.enter_context(serving_flask("original", "threading", python)),
        }
        figures = _figures(plan, "flask, original", servers)
    target = Target(8, of="ratio", at_least=True)
    return _rows(f"flask against {original.NAME}", figures, "original", target)


def _figures(plan: Plan, name: str, servers: _Servers) -> dict[tuple[str, str], Figures]:
    figures = {(event, kind): no_figures() for event in EVENTS for kind in servers}
    for number in range(plan.rounds):
        plan.say(f"{name}: round {number + 1} of {plan.rounds}")
        kinds = list(servers)[:: 1 if number % 2 else -1]
        for event in EVENTS:
            for kind in kinds:
                put_under_load(plan, event, *servers[kind], figures[event, kind])
    return figures


def _rows(
    name: str, figures: dict[tuple[str, str], Figures], other: str, target: Target
) -> list[Row]:
    return [
        row(
            f"{name}, {event!r} ({about})",
            "events/s",
            figures[event, "validated"]["rate"],
            figures[event, other]["rate"],
            target,
        )
        for event, about in EVENTS.items()
    ]
