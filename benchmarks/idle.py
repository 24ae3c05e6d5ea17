"""Many connections that do nothing: ``python -m benchmarks.idle PORT PID CONNECTIONS``.

Prints, as JSON, how much memory (RSS) the server of process PID has more for them.
"""

import json
import sys
import time

import psutil

from benchmarks.load import Client

_FIRST = 20
"""How many clients connect beforehand: what the server makes once is made for them."""

_REST = 0.5
"""Seconds in which the server comes to rest."""


def main(port: int, pid: int, count: int) -> dict[str, float]:
    """Return the bytes for *count* connections."""
    server = psutil.Process(pid)
    clients: list[Client] = []
    try:
        _connect(port, _FIRST, clients)
        time.sleep(_REST)
        before = server.memory_info().rss
        _connect(port, count, clients)
        time.sleep(_REST)
        return {"connections": count, "bytes": server.memory_info().rss - before}
    finally:
        for client in clients:
            client.socket.close()


def _connect(port: int, count: int, clients: list[Client]) -> None:
    for _ in range(count):
        client = Client(port, "add user")
        clients.append(client)
        client.connect()


if __name__ == "__main__":
    port, pid, count = sys.argv[1:]
    print(json.dumps(main(int(port), int(pid), int(count))))
