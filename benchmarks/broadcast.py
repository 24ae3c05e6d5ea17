"""One client announces, all of them listen.

``python -m benchmarks.broadcast PORTS PIDS CLIENTS SECONDS`` spreads the clients over the servers
at PORTS, of the processes PIDS (both with commas in between), and prints, as JSON, how many events
reached a client and the CPU seconds that the servers spent on them.
"""

import json
import selectors
import sys
import time

from benchmarks.load import Client, server_seconds

_PATIENCE = 20.0
_QUIET = 0.2
"""Seconds after which nothing more is on its way."""


class _Hall:
    """Clients of which the first one speaks."""

    def __init__(self, clients: list[Client]) -> None:
        self._clients = clients
        self._selector = selectors.DefaultSelector()
        for client in clients:
            self._selector.register(client.socket, selectors.EVENT_READ, client)

    def gather(self) -> None:
        """Announce until all have heard it: servers take a while to know of each other."""
        missing, end = set(self._clients), time.perf_counter() + _PATIENCE
        while missing:
            if time.perf_counter() > end:
                raise TimeoutError(f"{len(missing)} clients hear nothing")
            self._clients[0].send(1)
            missing -= self._heard(_QUIET)
        while self._heard(_QUIET):
            pass

    def _heard(self, seconds: float) -> set[Client]:
        return {key.data for key, _ in self._selector.select(seconds) if key.data.count()[b"42"]}

    def run(self, seconds: float) -> int:
        """Announce for *seconds*, each time once all have heard; return how many events came."""
        delivered, end = 0, time.perf_counter() + seconds
        while time.perf_counter() < end:
            delivered += self._announce()
        return delivered

    def _announce(self) -> int:
        self._clients[0].send(1)
        acks = events = 0
        while acks < 1 or events < len(self._clients):
            ready = self._selector.select(_PATIENCE)
            if not ready:
                raise TimeoutError(f"{events} of {len(self._clients)} clients heard it")
            for key, _ in ready:
                found = key.data.count()
                acks += found[b"43"]
                events += found[b"42"]
        return events


def main(ports: list[int], pids: list[int], count: int, seconds: float) -> dict[str, float]:
    """Return what was measured after a quarter of *seconds* to warm up."""
    clients = [Client(ports[number % len(ports)], "announce") for number in range(count)]
    try:
        for client in clients:
            client.connect()
        hall = _Hall(clients)
        hall.gather()
        hall.run(seconds / 4)
        before = server_seconds(pids)
        delivered = hall.run(seconds)
        used = server_seconds(pids) - before
    finally:
        for client in clients:
            client.socket.close()
    return {"deliveries": delivered, "server": used}


if __name__ == "__main__":
    ports, pids, count, seconds = sys.argv[1:]
    found = main(
        [int(port) for port in ports.split(",")],
        [int(pid) for pid in pids.split(",")],
        int(count),
        float(seconds),
    )
    print(json.dumps(found))
