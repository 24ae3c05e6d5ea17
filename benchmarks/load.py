"""A load generator that costs next to nothing: raw sockets, frames made beforehand.

``python -m benchmarks.load PORT PID EVENT SECONDS [EACH ANSWER]`` keeps the server of process PID
busy and prints, as JSON, how many events were answered and what the server and this process used.
Of EACH events (1), the last one asks for an acknowledgement; ANSWER is ``ack``, or ``echo`` where
the server sends the event back.
"""

import base64
import json
import os
import selectors
import socket
import sys
import time
from typing import Any

import psutil

from benchmarks.documents import LARGE, SMALL

CONNECTIONS = 20
WINDOW = 16
"""How many acknowledgements each connection waits for."""

_PATIENCE = 20.0
_PAYLOADS: dict[str, Any] = {
    **dict.fromkeys(("add user", "join", "announce"), SMALL),
    "new message": LARGE,
}
_ANSWERS = {"ack": b"43", "echo": b"42"}
_PONG = b"3"
_TEXT = 0x81


def frame(payload: bytes) -> bytes:
    """Return *payload* as one masked text frame (RFC 6455, section 5.2)."""
    size, mask = len(payload), os.urandom(4)
    if size < 126:
        head = bytes([_TEXT, 0x80 | size])
    else:
        head = bytes([_TEXT, 0x80 | 126]) + size.to_bytes(2, "big")
    return head + mask + bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload))


def server_seconds(pids: list[int]) -> float:
    """Return the CPU seconds that the processes *pids* have used."""
    times = [psutil.Process(pid).cpu_times() for pid in pids]
    return sum(each.user + each.system for each in times)


class Client:
    """One connection, its next frames ready to be sent.

    Each of them has *each* events, of which the last one asks for an acknowledgement.
    """

    def __init__(self, port: int, event: str, each: int = 1, answer: str = "ack") -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=_PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._unread = b""
        self.waiting = 0
        arguments = json.dumps([event, _PAYLOADS[event]], separators=(",", ":"))
        silent = b"".join(frame(f"42{arguments}".encode()) for _ in range(each - 1))
        numbers = range(WINDOW // each)
        self._frames = [silent + frame(f"42{number}{arguments}".encode()) for number in numbers]
        self._answer = _ANSWERS[answer]

    def connect(self, auth: bytes = b"", namespace: str = "/") -> None:
        """Shake hands: websocket, Engine.IO, Socket.IO with *auth* for a payload."""
        prefix = b"" if namespace == "/" else f"{namespace},".encode()
        key = base64.b64encode(os.urandom(16)).decode()
        request = (
            "GET /socket.io/?EIO=4&transport=websocket&version=2 HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            f"Sec-WebSocket-Key: {key}\r\n\r\n"
        )
        self.socket.sendall(request.encode())
        while b"\r\n\r\n" not in self._unread:
            self._receive()
        head, _, self._unread = self._unread.partition(b"\r\n\r\n")
        if b" 101 " not in head.partition(b"\r\n")[0]:
            raise ConnectionError(f"no websocket: {head[:80]!r}")
        self._expect(b"0{")
        self.socket.sendall(frame(b"40" + prefix + auth))
        self._expect(b"40" + (prefix or b"{")[:1])

    def _expect(self, start: bytes) -> None:
        while not (kinds := self._packets()):
            self._receive()
        if not kinds[0].startswith(start):
            raise ConnectionError(f"expected {start!r}, got {kinds[0]!r}")

    def _receive(self) -> None:
        chunk = self.socket.recv(1 << 18)
        if not chunk:
            raise ConnectionError("the server closed the connection")
        self._unread += chunk

    def _packets(self) -> list[bytes]:
        """Return the first three bytes of each packet that has come in."""
        data, position, found = self._unread, 0, []
        size = len(data)
        while size - position >= 2:
            length, start = data[position + 1], position + 2
            if length >= 126:
                start += 2 if length == 126 else 8
                length = int.from_bytes(data[position + 2 : start], "big")
            if start + length > size:
                break
            if data[position] != _TEXT:
                raise ConnectionError(f"no text frame: {data[position]:#x}")
            found.append(data[start : start + min(length, 3)])
            position = start + length
        self._unread = data[position:]
        return found

    @property
    def window(self) -> int:
        """How many acknowledgements it waits for at most."""
        return len(self._frames)

    def send(self, count: int) -> None:
        """Send *count* frames, at most as many as the window has."""
        self.socket.sendall(b"".join(self._frames[:count]))
        self.waiting += count

    def count_acks(self) -> int:
        """Return how many acknowledgements have come; answer what keeps the connection alive."""
        acks = self.count()[self._answer]
        self.waiting -= acks
        return acks

    def count_events(self) -> int:
        """Return how many events have come; answer what keeps the connection alive."""
        return self.count()[b"42"]

    def count(self) -> dict[bytes, int]:
        """Return how many acknowledgements (43) and events (42) have come."""
        self._receive()
        found = {b"43": 0, b"42": 0}
        for packet in self._packets():
            if packet[:2] in found:
                found[packet[:2]] += 1
            elif packet == b"2":
                self.socket.sendall(frame(_PONG))
            else:
                raise ConnectionError(f"an unexpected packet: {packet!r}")
        return found


class Load:
    """All connections at work."""

    def __init__(self, clients: list[Client]) -> None:
        self._clients = clients
        self._selector = selectors.DefaultSelector()
        for client in clients:
            self._selector.register(client.socket, selectors.EVENT_READ, client)

    def run(self, seconds: float) -> int:
        """Keep every window full for *seconds*; return how many acknowledgements came."""
        for client in self._clients:
            client.send(client.window - client.waiting)
        total, end = 0, time.perf_counter() + seconds
        while time.perf_counter() < end:
            for client in self._waited_for():
                acks = client.count_acks()
                client.send(acks)
                total += acks
        return total

    def drain(self) -> None:
        """Wait until nothing is under way."""
        while any(client.waiting for client in self._clients):
            for client in self._waited_for():
                client.count_acks()

    def ready(self, seconds: float) -> list[Client]:
        """Return the clients to whom something has come, or comes within *seconds*."""
        return [key.data for key, _ in self._selector.select(seconds)]

    def _waited_for(self) -> list[Client]:
        found = self.ready(_PATIENCE)
        if not found:
            raise TimeoutError("the server does not answer")
        return found


def main(
    port: int, pid: int, event: str, seconds: float, each: int = 1, answer: str = "ack"
) -> dict[str, float]:
    """Return what was measured after a quarter of *seconds* to warm up."""
    clients = [Client(port, event, each, answer) for _ in range(CONNECTIONS)]
    try:
        for client in clients:
            client.connect()
        load = Load(clients)
        load.run(seconds / 4)
        before, own, start = server_seconds([pid]), time.process_time(), time.perf_counter()
        events = load.run(seconds) * each
        used, own_end, end = server_seconds([pid]), time.process_time(), time.perf_counter()
        load.drain()
    finally:
        for client in clients:
            client.socket.close()
    return {
        "events": events,
        "seconds": end - start,
        "server": used - before,
        "generator": own_end - own,
    }


if __name__ == "__main__":
    port, pid, event, seconds, *rest = sys.argv[1:]
    each, answer = rest or ("1", "ack")
    print(json.dumps(main(int(port), int(pid), event, float(seconds), int(each), answer)))
