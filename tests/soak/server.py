"""The server of the soak test: says what it holds, and writes down what it has handled."""

import asyncio
import ctypes
import gc
import json
import logging
import os
import random
import socket
import struct
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import socketio.exceptions
import uvicorn
from support import channel, document, message

from asynction_core import AsynctionMiddleware, AsynctionServer
from asynction_core.fast.socket import Socket

NUMBERED = {
    "type": "object",
    "properties": {
        "id": {"type": "integer", "minimum": 0},
        "text": {"type": "string", "maxLength": 100},
    },
    "required": ["id", "text"],
    "additionalProperties": False,
}
ACK = {"args": {"type": "integer", "minimum": 0}}
SPEC = document(
    {
        "/": channel(
            received=[
                message(name, NUMBERED, x_ack=ACK) for name in ("say", "wait", "ask", "follow")
            ],
            emitted=[
                message("news", {"type": "string"}),
                message("question", {"type": "integer"}, x_ack=ACK),
            ],
        ),
        "/other": channel(received=[message("say", NUMBERED, x_ack=ACK)]),
    }
)
NEWS = "n" * 16_384
MAX_QUEUE = 10
BUFFER = 65_536
"""What the operating system keeps for a client that does not read, in bytes."""


class Trouble(logging.Handler):
    """Keeps the first errors that are logged."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.told: list[str] = []
        self.count = 0

    def emit(self, record: logging.LogRecord) -> None:
        """Keep *record*; what clients did wrong is no trouble."""
        if record.name.startswith(("asynction", "engineio")) and not record.exc_info:
            return
        self.count += 1
        if len(self.told) < 5:
            self.told.append(logging.Formatter("%(name)s %(message)s").format(record))


class Soaked:
    """An application whose handlers write down the number of each event."""

    def __init__(self, log: Path) -> None:
        self.server = AsynctionServer.from_spec(
            SPEC,
            ping_interval=2,
            ping_timeout=2,
            max_queue=MAX_QUEUE,
            max_http_buffer_size=100_000,
            default_error_handler=lambda _error: None,
        )
        for event in ("say", "wait", "ask", "follow"):
            self.server.on(event, getattr(self, f"on_{event}"))
        self.server.on("say", self.on_say, namespace="/other")
        self.server.on("disconnect", self.on_disconnect)
        self.app = AsynctionMiddleware(server=self.server)
        self.trouble = Trouble()
        self.wrong = self.left = 0
        self._log = log.open("wb")
        self._own: set[Any] = set()

    def _write_down(self, data: Any) -> int:
        """Write down the number of an event, or that it should not have come here."""
        valid = (
            type(data) is dict
            and data.keys() == {"id", "text"}
            and type(data["id"]) is int
            and type(data["text"]) is str
            and len(data["text"]) <= 100
        )
        self.wrong += not valid
        number: int = data["id"] if valid else 1
        self._log.write(struct.pack("q", number))
        return number

    async def on_say(self, _sid: str, data: Any) -> int:
        return self._write_down(data)

    async def on_wait(self, _sid: str, data: Any) -> int:
        number = self._write_down(data)
        await asyncio.sleep(random.random() / 10)
        return number

    async def on_ask(self, sid: str, data: Any) -> int:
        number = self._write_down(data)
        with suppress(socketio.exceptions.TimeoutError):
            await self.server.call("question", number, to=sid, timeout=1)
        return number

    async def on_follow(self, sid: str, data: Any) -> int:
        number = self._write_down(data)
        await self.server.enter_room(sid, "followers")
        return number

    async def on_disconnect(self, _sid: str, _reason: str) -> None:
        self.left += 1
        await asyncio.sleep(0)

    async def tell_news(self) -> None:
        """Emit more than a client that does not read can be sent."""
        while True:
            await self.server.emit("news", NEWS, room="followers")
            await asyncio.sleep(0.2)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve Socket.IO, and what the server holds at ``/state``."""
        if scope["type"] == "lifespan":
            self._own = {asyncio.create_task(self.tell_news()), *asyncio.all_tasks()}
        if scope.get("path") != "/state":
            await self.app(scope, receive, send)
            return
        body = json.dumps(self.state()).encode()
        headers = [(b"content-length", str(len(body)).encode()), (b"connection", b"close")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    def state(self) -> Mapping[str, Any]:
        """Return what the server holds, and what it has counted."""
        gc.collect()
        self._log.flush()
        server, stats = self.server, self.server.stats()
        return {
            "held": {  # the service task of python-engineio keeps the transport it saw last
                "tasks": self._tasks(),
                "transports": len(server.eio.sockets),
                "rooms": {name: len(rooms) for name, rooms in server.manager.rooms.items()},
                "callbacks": len(server.manager.callbacks),
                "pending": len(server.manager.pending_connect)
                + len(server.manager.pending_disconnect),
                "connections": len(server._connections),
                "handshakes": len(server.environ),
                "waiting": len(server._waiting) + len(server._incomplete) + len(server._leaving),
                "queued": stats.queued,
                "objects": max(0, sum(type(each) is Socket for each in gc.get_objects()) - 1),
            },
            "received": sum(stats.received.values()),
            "refused": sum(stats.refused.values()),
            "connected": sum(stats.connected.values()),
            "left": self.left,
            "overrun": stats.overrun,
            "wrong": self.wrong,
            "trouble": self.trouble.count,
            "told": self.trouble.told,
            "resident": _resident(),
        }

    def _tasks(self) -> list[str]:
        """Return the tasks that belong to clients."""
        service = getattr(self.server.eio, "service_task_handle", None)
        own = {*self._own, asyncio.current_task(), service}
        names = [repr(task)[:200] for task in asyncio.all_tasks() - own]
        return [name for name in names if "coro=<Event.wait()" not in name]  # the service task's


def _resident() -> int:
    """Return how much memory the process has, in bytes, once it has given back what it can."""
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
    resident: int = psutil.Process().memory_info().rss
    return resident


def main() -> None:
    """Serve on a free port, which is printed, until the process is ended."""
    soaked = Soaked(Path(sys.argv[1]))
    logging.getLogger().addHandler(soaked.trouble)
    logging.getLogger("asynction").setLevel(logging.ERROR)
    listener = socket.create_server(("127.0.0.1", 0), backlog=2048)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, BUFFER)
    print(listener.getsockname()[1], flush=True)  # noqa: T201
    ws: Any = os.environ.get("SOAK_WS", "websockets-sansio")
    config = uvicorn.Config(soaked, log_config=None, ws=ws, timeout_graceful_shutdown=2)
    logging.getLogger("uvicorn").setLevel(logging.ERROR)
    asyncio.run(uvicorn.Server(config).serve([listener]))


if __name__ == "__main__":
    main()
