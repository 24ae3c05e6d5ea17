"""Websockets by hand, as light as they can be: frames of text, masked with zeros."""

import asyncio
import base64
import socket
import struct
from collections.abc import Callable
from typing import cast

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10


def frame(data: str | bytes) -> bytes:
    """Return *data* as a client's frame."""
    if isinstance(data, str):
        return _frame(TEXT, data.encode())
    return _frame(BINARY, data)


def _frame(opcode: int, payload: bytes) -> bytes:
    size = len(payload)
    if size < 126:
        head = struct.pack("!BB", 0x80 | opcode, 0x80 | size)
    else:
        head = struct.pack("!BBH", 0x80 | opcode, 0x80 | 126, size)
    return head + bytes(4) + payload


class WebSocket(asyncio.Protocol):
    """A websocket that hands on the text that it receives.

    :ivar transport: the connection, to be read no more or to be aborted.
    :ivar closed: set once the connection is gone.
    """

    transport: asyncio.Transport

    def __init__(self, request: str, on_text: Callable[[str], None]) -> None:
        self._request, self._on_text = request, on_text
        self._received = bytearray()
        self.opened, self.closed = asyncio.Event(), asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the upgrade."""
        self.transport = cast("asyncio.Transport", transport)
        key = base64.b64encode(bytes(16)).decode()
        self.transport.write(
            f"GET {self._request} HTTP/1.1\r\nHost: soak\r\nConnection: Upgrade\r\n"
            f"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n"
            "".encode()
        )

    def connection_lost(self, error: Exception | None) -> None:
        """Tell those who wait."""
        self.closed.set()
        self.opened.set()

    def data_received(self, data: bytes) -> None:
        """Hand on every frame that is complete."""
        self._received += data
        if not self.opened.is_set():
            end = self._received.find(b"\r\n\r\n")
            if end < 0:
                return
            del self._received[: end + 4]
            self.opened.set()
        while self._take():
            pass

    def _take(self) -> bool:
        """Hand on a frame; tell whether there was one."""
        received = self._received
        if len(received) < 2:
            return False
        opcode, size, start = received[0] & 15, received[1], 2
        if size == 126:
            size, start = int.from_bytes(received[2:4]), 4
        elif size == 127:
            size, start = int.from_bytes(received[2:10]), 10
        if len(received) < start + size or start > len(received):
            return False
        payload = bytes(received[start : start + size])
        del received[: start + size]
        if opcode == TEXT:
            self._on_text(payload.decode())
        elif opcode == PING:
            self.transport.write(_frame(PONG, payload))
        elif opcode == CLOSE:
            self.transport.close()
        return True

    def send(self, data: str | bytes) -> None:
        """Send *data*, if the connection is still there."""
        if not self.transport.is_closing():
            self.transport.write(frame(data))

    def close(self) -> None:
        """Close the connection politely."""
        if not self.transport.is_closing():
            self.transport.write(_frame(CLOSE, struct.pack("!H", 1000)))

    def abort(self) -> None:
        """Be gone, with a reset."""
        found = self.transport.get_extra_info("socket")
        if found is not None and not self.transport.is_closing():
            found.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.transport.abort()
