"""Connects and leaves, again and again: ``python -m benchmarks.connections PORT PID SECONDS``.

Prints, as JSON, how many connections there were and the CPU seconds that the server of process PID
spent on them.
"""

import json
import sys
import time

import psutil

from benchmarks.load import Client

AUTH = b'{"token":"a-token-of-some-length-0123456789"}'


def _connect(port: int) -> None:
    client = Client(port, "add user")
    try:
        client.connect(AUTH)
    finally:
        client.socket.close()


def main(port: int, pid: int, seconds: float) -> dict[str, float]:
    """Return what was measured after a quarter of *seconds* to warm up."""
    server = psutil.Process(pid)
    _connect_for(port, seconds / 4)
    before = server.cpu_times()
    connections = _connect_for(port, seconds)
    after = server.cpu_times()
    used = after.user + after.system - before.user - before.system
    return {"connections": connections, "server": used}


def _connect_for(port: int, seconds: float) -> int:
    count, end = 0, time.perf_counter() + seconds
    while time.perf_counter() < end:
        _connect(port)
        count += 1
    return count


if __name__ == "__main__":
    port, pid, seconds = sys.argv[1:]
    print(json.dumps(main(int(port), int(pid), float(seconds))))
