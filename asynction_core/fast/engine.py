"""The Engine.IO server, whose websockets take the short way."""

import asyncio
from collections.abc import Callable, Coroutine
from contextvars import Context
from typing import Any

import engineio
from engineio import packet

from asynction_core.fast.outbox import Limits
from asynction_core.fast.socket import Answered, Socket
from asynction_core.polling import AsyncQueueOfAnswers

Answer = Callable[[Socket, str], Answered]
"""Handles a message of a transport that begins as an event does."""


class Engine(engineio.AsyncServer):
    """python-engineio's server, with a :class:`Socket` for each client.

    :ivar answer: what handles the events of websockets.
    :ivar concurrent: whether an event may be handled while another one of its client waits.
    :ivar fast: whether new clients get a :class:`Socket`.
    :ivar limits: how much may be queued for each client.
    :ivar binary_packets: whether every packet of Socket.IO is binary, text and attachments alike.
    :ivar crowded: whether much was queued for a client, since the last :meth:`give_way`.
    :ivar name_of: returns the session ids of a transport, as the log has them.
    :ivar dropped: how many packets were dropped because of the limits.
    :ivar overrun: how many clients were disconnected because of them.
    """

    start_service_task: bool

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.answer: Answer = answer_nothing
        self.name_of: Callable[[str], str] = str
        self.concurrent = True
        self.fast = False
        self.limits = Limits()
        self.binary_packets = self.crowded = False
        self.dropped = self.overrun = 0
        self._running: set[asyncio.Task[Any]] = set()

    def create_queue(self, *_args: Any, **_kwargs: Any) -> AsyncQueueOfAnswers:
        """Return a queue for a client that takes the long way."""
        return AsyncQueueOfAnswers()

    async def give_way(self) -> None:
        """Let the transports take what is queued, so that a burst is not more than they can."""
        if self.crowded:
            self.crowded = False
            await asyncio.sleep(0)

    def start(
        self, going: Coroutine[Any, Any, Any], context: Context | None = None
    ) -> "asyncio.Task[Any]":
        """Have *going* run in the background, and keep it until it is over.

        :param context: its context variables; without it, a copy of the current ones.
        """
        # no factory's: an eager one would begin a reader in the middle of another
        task = asyncio.Task(going, loop=asyncio.get_running_loop(), context=context)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task

    async def _handle_connect(
        self, environ: Any, transport: str, jsonp_index: int | None = None
    ) -> Any:
        """Answer the first request of a client: with a session, over either transport."""
        if not self.fast:
            return await super()._handle_connect(environ, transport, jsonp_index)
        if self.start_service_task:
            self.start_service_task = False
            self.service_task_handle = self.start_background_task(self._service_task)
        socket = Socket(self, self.generate_id())
        self.sockets[socket.sid] = socket
        socket.put(packet.Packet(packet.OPEN, self._greeting(socket.sid, transport)))
        refused = await self._trigger_event("connect", socket.sid, environ, run_async=False)
        if refused is not None and refused is not True:
            del self.sockets[socket.sid]
            return self._unauthorized(refused or None)
        socket.schedule_ping()
        if transport == "websocket":
            return await self._serve_websocket(socket, environ)
        socket.connected = True
        headers = self._cookies(socket.sid)
        return self._ok(await socket.poll(), headers=headers, jsonp_index=jsonp_index)

    async def _serve_websocket(self, socket: Socket, environ: Any) -> Any:
        try:
            return await socket.handle_get_request(environ)
        finally:
            if socket.closed:
                self.sockets.pop(socket.sid, None)

    def _cookies(self, sid: str) -> list[tuple[str, str]] | None:
        if not self.cookie:
            return None
        cookie = self.cookie
        if not isinstance(cookie, dict):
            cookie = {"name": cookie, "path": "/", "SameSite": "Lax"}
        return [("Set-Cookie", self._generate_sid_cookie(sid, cookie))]

    def _greeting(self, sid: str, transport: str) -> dict[str, Any]:
        """Return what the OPEN packet says, with times in milliseconds."""
        interval = int(self.ping_interval + self.ping_interval_grace_period)
        return {
            "sid": sid,
            "upgrades": self._upgrades(sid, transport),
            "pingTimeout": int(self.ping_timeout * 1000),
            "pingInterval": interval * 1000,
            "maxPayload": self.max_http_buffer_size,
        }


def answer_nothing(_socket: Socket, _message: str) -> bool:
    """Leave every message to python-socketio."""
    return False
