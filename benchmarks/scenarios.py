"""What servers are compared at: the load that they get, and what of it counts."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from benchmarks.rows import Plan, Row, Target, row

OURS = "validated"
OTHERS: Mapping[str, str] = {
    "plain": "python-socketio",
    "node": "Node's socket.io",
    "unvalidated": "validation=False",
    "slow path": "fast_path=False",
    "echo": "a bare echo",
}
"""What ours is compared with, and how rows call it."""

Server = Sequence[tuple[int, int]]
"""The port and the process id of each process of a server."""

Found = Mapping[str, Sequence[Mapping[str, float]]]
"""What a load generator found each time, by the kind of the server."""


@dataclass(frozen=True)
class Scenario:
    """A load, and the rows that it becomes.

    :ivar counted: what the figures are for one of, as the load generator calls it.
    :ivar load: returns the arguments of a load generator, for a server of a kind.
    :ivar others: what ours is compared with.
    :ivar targets: the most that ours may take, as a ratio, by what it is compared with.
    :ivar ours: the kind of the server that is ours.
    """

    name: str
    counted: str
    load: Callable[[Plan, str, Server], list[str]]
    others: Sequence[str]
    targets: Mapping[str, float] = field(default_factory=dict)
    ours: str = OURS

    def rows(self, found: Found) -> list[Row]:
        """Return the rows of the CPU of a server, and of throughput where that was measured."""
        others = [other for other in self.others if other in found]
        rows = [self._cost(found, other) for other in others]
        if "seconds" in found[self.ours][0]:
            rows += [self._rate(found, other) for other in others]
        return rows

    def _cost(self, found: Found, other: str) -> Row:
        limit = self.targets.get(other)
        ours, theirs = (
            [each["server"] / each[self.counted] * 1e6 for each in found[kind]]
            for kind in (self.ours, other)
        )
        target = None if limit is None else Target(limit, of="ratio")
        return row(cost_name(self.name, other), "µs", ours, theirs, target)

    def _rate(self, found: Found, other: str) -> Row:
        ours, theirs = (
            [each[self.counted] / each["seconds"] for each in found[kind]]
            for kind in (self.ours, other)
        )
        name = f"speed, {self.name}, throughput: against {OTHERS[other]}"
        return row(name, f"{self.counted}/s", ours, theirs)


def cost_name(name: str, other: str) -> str:
    """Return the name of a row of CPU."""
    return f"speed, {name}: against {OTHERS[other]}"


def _events(event: str, each: int = 1) -> Callable[[Plan, str, Server], list[str]]:
    def load(plan: Plan, kind: str, server: Server) -> list[str]:
        port, pid = server[0]
        answer = "echo" if kind == "echo" else "ack"
        command = ["-m", "benchmarks.load", str(port), str(pid), event, _seconds(plan)]
        return [*command, str(each), answer]

    return load


def _of_one(module: str) -> Callable[[Plan, str, Server], list[str]]:
    def load(plan: Plan, _kind: str, server: Server) -> list[str]:
        port, pid = server[0]
        return ["-m", f"benchmarks.{module}", str(port), str(pid), _seconds(plan)]

    return load


def _broadcast(clients: int) -> Callable[[Plan, str, Server], list[str]]:
    def load(plan: Plan, _kind: str, server: Server) -> list[str]:
        ports, pids = (",".join(map(str, each)) for each in zip(*server, strict=True))
        return ["-m", "benchmarks.broadcast", ports, pids, str(clients), _seconds(plan)]

    return load


def _seconds(plan: Plan) -> str:
    return "0.2" if plan.quick else "1"


EVENT = "event with ack"
_SILENT = 16
"""Of so many events, one asks for an acknowledgement, which shows that all are handled."""

_NO_ECHO = [other for other in OTHERS if other != "echo"]


def of_one_process(plan: Plan) -> list[Scenario]:
    """Return the scenarios of a server that has one process."""
    clients = 20 if plan.quick else 500
    goals = {"plain": 0.25, "node": 1.6, "unvalidated": 1.05}
    large, crowd = {"plain": 0.3, "node": 1.6}, {"plain": 0.4, "node": 1.5}
    foreign = ["plain", "node"]
    return [
        Scenario(EVENT, "events", _events("add user"), list(OTHERS), goals),
        Scenario("event without ack", "events", _events("add user", _SILENT), _NO_ECHO),
        Scenario("event with ack, 3 KB", "events", _events("new message"), list(OTHERS), large),
        Scenario(
            f"a delivery to one of {clients}",
            *("deliveries", _broadcast(clients), _NO_ECHO, crowd),
        ),
        Scenario(
            "connection with a bearer token and bindings",
            *("connections", _of_one("connections"), foreign, {"plain": 1.0}, "bound"),
        ),
        Scenario("event with ack, long-polling", "events", _of_one("polling"), foreign),
    ]


def of_two_processes() -> Scenario:
    """Return the scenario of a server that has two processes, and a queue between them."""
    name = "a delivery to one of 20, two processes over Valkey"
    return Scenario(name, "deliveries", _broadcast(20), ["plain", "node"])
