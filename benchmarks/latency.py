"""How long an acknowledgement takes while the server has half of what it can do.

``python -m benchmarks.latency PORT SECONDS [RATE]`` finds the load that keeps the server busy,
then sends half of that (or RATE events a second), at random times, and prints as JSON the 99th
percentile of the seconds from when an event was due until its acknowledgement came. The times do
not depend on the acknowledgements: an event that has to wait makes those behind it late, as with
real clients.
"""

import json
import sys
import time
from collections import deque
from random import Random
from statistics import quantiles

from benchmarks.load import CONNECTIONS, Client, Load

_SEED = 1
_UNANSWERED = 10_000
"""How many acknowledgements may be missing until the server is found to be overloaded."""


class _Arrivals:
    """Events that are due at random times, on one connection after the other."""

    def __init__(self, clients: list[Client], rate: float) -> None:
        self._clients = clients
        self._due: dict[Client, deque[float]] = {client: deque() for client in clients}
        self._gap = Random(_SEED).expovariate
        self._rate = rate
        self._sent = self._answered = 0
        self._next = time.perf_counter()

    def send_due(self) -> None:
        """Send what is due by now."""
        while self._next <= time.perf_counter():
            client = self._clients[self._sent % len(self._clients)]
            client.send(1)
            self._due[client].append(self._next)
            self._next += self._gap(self._rate)
            self._sent += 1
        if self._sent - self._answered > _UNANSWERED:
            raise TimeoutError("the server does not keep up with half of its load")

    def take(self, client: Client) -> list[float]:
        """Return how long each acknowledgement of *client* took."""
        acks, now = client.count_acks(), time.perf_counter()
        self._answered += acks
        return [now - self._due[client].popleft() for _ in range(acks)]


def main(port: int, seconds: float, rate: float | None = None) -> dict[str, float]:
    """Return the 99th percentile in seconds, and the events a second."""
    clients = [Client(port, "add user") for _ in range(CONNECTIONS)]
    try:
        for client in clients:
            client.connect()
        load = Load(clients)
        half = _saturating(load, seconds / 2) / 2
        latencies = _latencies(load, _Arrivals(clients, rate or half), seconds)
        load.drain()
    finally:
        for client in clients:
            client.socket.close()
    return {"p99": quantiles(latencies, n=100)[-1], "rate": rate or half}


def _saturating(load: Load, seconds: float) -> float:
    """Return the events a second that keep the server busy."""
    load.run(seconds / 2)
    begun = time.perf_counter()
    events = load.run(seconds)
    rate = events / (time.perf_counter() - begun)
    load.drain()
    return rate


def _latencies(load: Load, arrivals: _Arrivals, seconds: float) -> list[float]:
    """Return how long each acknowledgement took; this is busy, as sleep is not exact enough."""
    found: list[float] = []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        arrivals.send_due()
        for client in load.ready(0):
            found += arrivals.take(client)
    return found


if __name__ == "__main__":
    port, seconds, *rate = sys.argv[1:]
    print(json.dumps(main(int(port), float(seconds), *map(float, rate))))
