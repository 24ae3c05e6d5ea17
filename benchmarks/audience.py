"""Many clients that only listen.

``python -m benchmarks.audience PORT PID CLIENTS EVENTS SECONDS`` connects so many clients to the
mock of process PID, which emits so many events at each interval, and prints, as JSON, the intervals
that one of them saw and the memory of the mock.
"""

import json
import selectors
import sys
import time
from itertools import pairwise
from statistics import median

import psutil

from benchmarks.load import Client


def main(port: int, pid: int, count: int, events: int, seconds: float) -> dict[str, float]:
    """Return what was seen after a quarter of *seconds* to warm up."""
    clients = [Client(port, "add user") for _ in range(count)]
    server = psutil.Process(pid)
    try:
        for client in clients:
            client.connect()
        audience = _Audience(clients)
        audience.listen(seconds / 4)
        memory, before = server.memory_info().rss, server.cpu_times()
        arrivals = audience.listen(seconds)
        after = server.cpu_times()
        grown = server.memory_info().rss
    finally:
        for client in clients:
            client.socket.close()
    ticks = arrivals[::events]
    gaps = [later - earlier for earlier, later in pairwise(ticks)]
    used = after.user + after.system - before.user - before.system
    return {
        "interval": (ticks[-1] - ticks[0]) / len(gaps),
        "median": median(gaps),
        "memory": memory,
        "grown": grown,
        "cpu": used / seconds,
        "delivered": audience.delivered,
    }


class _Audience:
    def __init__(self, clients: list[Client]) -> None:
        self._witness = clients[0]
        self._selector = selectors.DefaultSelector()
        self.delivered = 0
        for client in clients:
            self._selector.register(client.socket, selectors.EVENT_READ, client)

    def listen(self, seconds: float) -> list[float]:
        """Read what comes for *seconds*; return when each event reached the first client."""
        arrivals: list[float] = []
        self.delivered = 0
        end = time.perf_counter() + seconds
        while (now := time.perf_counter()) < end:
            for key, _ in self._selector.select(end - now):
                events = key.data.count_events()
                self.delivered += events
                if key.data is self._witness:
                    arrivals += [time.perf_counter()] * events
        return arrivals


if __name__ == "__main__":
    port, pid, count, events, seconds = sys.argv[1:]
    print(json.dumps(main(int(port), int(pid), int(count), int(events), float(seconds))))
