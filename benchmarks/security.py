"""What security costs: per event, and per connection. The user's function does nothing."""

import time
from collections.abc import Callable
from contextlib import ExitStack

from asynction_core.identity import ANONYMOUS, Guard, Identity
from benchmarks.processes import probe, serving
from benchmarks.rows import Plan, Row, Target, row

_KINDS = ("secured", "validated")


def measure(plan: Plan) -> list[Row]:
    """Return the rows of the check of an event's scopes, and of a connection with a token."""
    return [
        row("security, scopes of an event", "µs", _scopes(plan), target=Target(0.5)),
        _connections(plan),
    ]


def _scopes(plan: Plan) -> list[float]:
    """Return the microseconds that an event with scopes takes longer than one without."""
    guard = Guard("write of 'account'")
    identity = Identity("ann", {"sub": "ann"}, time.time() + 3600, frozenset([guard]))
    repeats = 2_000 if plan.quick else 200_000

    def checked(guard: Guard | None, identity: Identity) -> bool:
        return (guard or identity is not ANONYMOUS) and not identity.may(guard, time.time())

    def spent(check: Callable[[], bool]) -> float:
        turns, start = range(repeats), time.perf_counter()
        for _ in turns:
            check()
        return (time.perf_counter() - start) / repeats * 1e6

    return [
        spent(lambda: checked(guard, identity)) - spent(lambda: checked(None, ANONYMOUS))
        for _ in range(max(plan.rounds, 5))
    ]


def _connections(plan: Plan) -> Row:
    seconds = "0.2" if plan.quick else "2"
    costs: dict[str, list[float]] = {kind: [] for kind in _KINDS}
    with ExitStack() as stack:
        servers = {kind: stack.enter_context(serving(kind)) for kind in _KINDS}
        for number in range(plan.rounds):
            plan.say(f"security, connections: round {number + 1} of {plan.rounds}")
            for kind in _KINDS if number % 2 else _KINDS[::-1]:
                port, pid = servers[kind]
                found = probe("-m", "benchmarks.connections", str(port), str(pid), seconds)
                costs[kind].append(found["server"] / found["connections"] * 1e6)
    target = Target(1.15, of="ratio")
    name = "server CPU a connection, with a bearer token"
    return row(name, "µs", costs["secured"], costs["validated"], target)
