"""Events over long-polling: ``python -m benchmarks.polling PORT PID SECONDS``.

Each client posts an event and polls for its acknowledgement, in turn, on one connection. Prints, as
JSON, how many events were acknowledged and the CPU seconds that the server of process PID spent on
them.
"""

import json
import re
import selectors
import socket
import sys
import time
from collections.abc import Iterator

from benchmarks.documents import SMALL
from benchmarks.load import CONNECTIONS, server_seconds

_PATIENCE = 20.0
_EVENT = f"420{json.dumps(['add user', SMALL], separators=(',', ':'))}".encode()
_LENGTH = re.compile(rb"content-length: *([0-9]+)", re.IGNORECASE)


class _Client:
    """One session on one connection. Its next request is sent when an answer is there."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=_PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._path = "/socket.io/?EIO=4&transport=polling&version=2"
        self._unread = b""
        self._polling = False

    def connect(self) -> None:
        """Shake hands: Engine.IO, then Socket.IO."""
        opened = json.loads(self._ask(b"")[1:])
        self._path += f"&sid={opened['sid']}"
        self._ask(b"40")
        if not (body := self._ask(b"")).startswith(b"40{"):
            raise ConnectionError(f"not connected: {body!r}")

    def close(self) -> None:
        """End the session, and then the connection."""
        with self.socket:
            self._ask(b"1")

    def begin(self) -> None:
        """Post an event."""
        self._send(_EVENT)
        self._polling = False

    def go_on(self) -> int:
        """Take what has come, and poll if it is time to; return how many were acknowledged."""
        if (body := self._receive()) is None:
            return 0
        if not self._polling:
            self._send(b"")
            self._polling = True
            return 0
        if not body.startswith(b"43"):
            raise ConnectionError(f"no acknowledgement: {body[:80]!r}")
        return 1

    def _ask(self, body: bytes) -> bytes:
        self._send(body)
        while (answer := self._receive()) is None:
            pass
        return answer

    def _send(self, body: bytes) -> None:
        """Post *body*, or poll where it is empty."""
        method = "POST" if body else "GET"
        head = f"{method} {self._path} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        kind = f"Content-Type: text/plain\r\nContent-Length: {len(body)}\r\n" if body else ""
        self.socket.sendall(f"{head}{kind}\r\n".encode() + body)

    def _receive(self) -> bytes | None:
        """Return the body of the response that has come; None where there is more to come."""
        chunk = self.socket.recv(1 << 16)
        if not chunk:
            raise ConnectionError("the server closed the connection")
        self._unread += chunk
        head, end, body = self._unread.partition(b"\r\n\r\n")
        if not end:
            return None
        if b" 200 " not in head.partition(b"\r\n")[0]:
            raise ConnectionError(f"refused: {self._unread[:200]!r}")
        length = _LENGTH.search(head)
        if not (len(body) == int(length[1]) if length else body.endswith(b"\r\n0\r\n\r\n")):
            return None
        self._unread = b""
        return body if length else b"".join(_chunks(body))


def _chunks(body: bytes) -> Iterator[bytes]:
    """Return the data in *body* (RFC 9112, section 7.1)."""
    while body:
        size, _, rest = body.partition(b"\r\n")
        length = int(size, 16)
        yield rest[:length]
        body = rest[length + 2 :]


class _Queue:
    """All clients at work."""

    def __init__(self, clients: list[_Client]) -> None:
        self._clients = clients
        self._selector = selectors.DefaultSelector()
        for client in clients:
            self._selector.register(client.socket, selectors.EVENT_READ, client)

    def run(self, seconds: float) -> int:
        """Have events acknowledged for *seconds*; return how many, with those begun by then."""
        total, busy, end = 0, len(self._clients), time.perf_counter() + seconds
        for client in self._clients:
            client.begin()
        while busy:
            ready = self._selector.select(_PATIENCE)
            if not ready:
                raise TimeoutError("the server does not answer")
            for key, _ in ready:
                if key.data.go_on():
                    total += 1
                    if time.perf_counter() < end:
                        key.data.begin()
                    else:
                        busy -= 1
        return total


def main(port: int, pid: int, seconds: float) -> dict[str, float]:
    """Return what was measured after a quarter of *seconds* to warm up."""
    clients: list[_Client] = []
    try:
        for _ in range(CONNECTIONS):
            client = _Client(port)
            client.connect()
            clients.append(client)
        queue = _Queue(clients)
        queue.run(seconds / 4)
        before = server_seconds([pid])
        events = queue.run(seconds)
        used = server_seconds([pid]) - before
    finally:
        for client in clients:
            client.close()
    return {"events": events, "server": used}


if __name__ == "__main__":
    port, pid, seconds = sys.argv[1:]
    print(json.dumps(main(int(port), int(pid), float(seconds))))
