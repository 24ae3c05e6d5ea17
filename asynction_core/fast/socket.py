"""A client's transport, which writes to its websocket at once and reads it in one loop."""

import asyncio
import time
from collections.abc import Coroutine
from contextlib import suppress
from contextvars import Context, copy_context
from typing import TYPE_CHECKING, Any

from engineio import exceptions, packet

from asynction_core import refusals
from asynction_core.fast import tcp
from asynction_core.fast.sending import Sender, nowhere
from asynction_core.fast.stepping import resumed_in
from asynction_core.fast.writer import Writer
from asynction_core.websocket import is_malformed

if TYPE_CHECKING:
    from asynction_core.fast.engine import Engine

_EVENT = "42"
"""How a message with an event begins: Engine.IO's MESSAGE, then Socket.IO's EVENT."""

_NO_EVENT = frozenset({"3", "40", "41", "43"})
"""How messages begin that are handled when they are received: PONG, CONNECT, DISCONNECT, ACK."""

_TURN = range(100)
"""The messages after which other clients have their turn, if nothing has waited before."""

Answered = bool | tuple[Context, Coroutine[Any, Any, None], Any]
"""Whether an event is handled, or what is left of that: it runs in a context, and waits for the
last. False where it is no plain event."""


class Socket(Sender):
    """python-engineio's, but for the messages of a websocket, and for its timers.

    :ivar clients: what :class:`~asynction_core.fast.lanes.Lanes` knows of the client, by namespace.
    """

    connected: bool
    upgrading: bool
    last_ping: float | None

    def __init__(self, server: "Engine", sid: str) -> None:
        super().__init__(server, sid)
        self.clients: dict[str, Any] = {}
        self._receive: Any = None
        self._reading: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._context: Context | None = None  # of the loop that reads, and of its end

    # what comes in

    async def _websocket_handler(self, ws: Any) -> None:
        if self.connected and not await self._upgrade(ws):
            return
        self.connected = self.upgraded = True
        self._receive, self._send = ws.asgi_receive, ws.asgi_send
        if tcp.transport_of(ws.asgi_send) is None:  # middleware may have a hand in it
            self._writer = Writer(self._flush)
        transport = tcp.transport_of(ws.asgi_send, ws.asgi_receive)
        self._tcp = tcp.corkable(transport)
        self._ended = asyncio.get_running_loop().create_future()
        self._context = copy_context()
        self._begin_reading()
        self._write_queued()
        with suppress(asyncio.CancelledError):  # of the ASGI server, when it shuts down
            await self._ended
        stalled = self._flushing is not None
        self._stop()
        closing = self.close(wait=False, abort=True, reason=self.server.reason.TRANSPORT_CLOSE)
        await self.server.start(closing, self._context)
        if not (stalled and tcp.abort(transport)):
            with suppress(TimeoutError):  # it is not known what to abort
                async with asyncio.timeout(self.server.ping_timeout):
                    await ws.close()

    async def _upgrade(self, ws: Any) -> bool:
        """Take the connection over from long-polling, as Engine.IO does; tell whether it worked."""
        if self.upgrading or self.upgraded:  # by another websocket
            return False
        self.upgrading = True  # nothing more is written to a poll
        try:
            async with asyncio.timeout(self.server.ping_timeout):
                self.upgraded = await self._is_upgrade(ws) and not self.closed
        except OSError:  # a timeout, too
            return False
        finally:
            self.upgrading = False
        return self.upgraded

    async def _is_upgrade(self, ws: Any) -> bool:
        probe = packet.Packet(encoded_packet=await self._next(ws))
        if (probe.packet_type, probe.data) != (packet.PING, "probe"):
            return False
        await ws.send(packet.Packet(packet.PONG, data="probe").encode())
        self.queue.put_nowait(packet.Packet(packet.NOOP))  # ends a pending poll
        found = packet.Packet(encoded_packet=await self._next(ws))
        return bool(found.packet_type == packet.UPGRADE)

    async def _next(self, ws: Any) -> Any:
        data = await ws.wait()
        if len(data) > self.server.max_http_buffer_size:
            raise OSError("packet is too large")
        return data

    def _begin_reading(self) -> None:
        self._reading = self.server.start(self._read(), self._context)

    async def _read(self) -> None:
        """Read until the websocket ends, or until an event has to wait: another task reads on."""
        task = self._reading
        try:
            if await self.in_bursts(self._handle_messages()):
                return
        except Exception:
            self.server.logger.exception("A websocket cannot be read")
        except BaseException:  # a handler raised it, or its task was cancelled when it was over
            if self._reading is task and not self._is_over():
                self._begin_reading()
            raise
        self._end()

    async def _aside(self, handling: Any) -> Any:
        """Return what *handling* comes to, which goes on when the websocket ends."""
        reading, self._reading = self._reading, None
        try:
            return await handling
        finally:
            self._reading = reading

    async def _handle_messages(self) -> bool:
        """Handle what comes in until nothing does; tell whether another task reads on."""
        receive, limit = self._receive, self.server.max_http_buffer_size
        answer, concurrent = self.server.answer, self.server.concurrent
        while True:
            for _ in _TURN:
                message = await receive()
                data = message.get("text")
                if data is None:
                    data = message.get("bytes")
                if data is None or len(data) > limit:
                    return False
                answered = data[:2] == _EVENT and answer(self, data)
                if answered is True:
                    continue
                if answered is False:
                    if not await self._aside(self._receive_other(data)) or self._is_over():
                        return False
                    continue
                if concurrent:
                    self._begin_reading()
                    await resumed_in(*answered)
                    return True
                await self._aside(resumed_in(*answered))
                if self._is_over():
                    return False
            await asyncio.sleep(0)  # what came in at once may be thousands of messages

    async def _receive_other(self, data: str | bytes) -> bool:
        """Handle what is no event in text; tell whether the transport goes on."""
        if is_malformed(data):
            refusals.logger.warning("a client is disconnected: not an Engine.IO packet")
            return False
        try:
            await self.receive(packet.Packet(encoded_packet=data))
        except exceptions.UnknownPacketError:
            pass
        except exceptions.SocketIsClosedError:
            return False
        except Exception:
            self.server.logger.exception("Unknown receive error")
        if data[:2] not in _NO_EVENT:
            await asyncio.sleep(0)  # an event in a task of its own begins before the next one does
        return True

    # how it ends

    async def release(self) -> None:
        """End a pending poll, or the websocket once everything is written."""
        if self._ended is None or self._flushing is not None:
            self.queue.put_nowait(None)
        else:
            self._end()

    def _stop(self) -> None:
        self._end()
        self._rest()
        if self._reading is not None:
            self._reading.cancel()
        if self._flushing is not None:
            self._flushing.cancel()
        if self._writer is not None:
            self._writer.task.cancel()
            self._writer = None
        self._send = nowhere
        self.queue.clear()

    def schedule_ping(self) -> None:
        """Ask the client for a sign of life, once the interval is over."""
        if self.last_ping:
            self.last_ping = None
            self._due(self.server.ping_interval, self._ping)

    def _rest(self) -> None:
        """Expect nothing of the client any more."""
        if self._timer is not None:
            self._timer.cancel()

    def _due(self, seconds: float, call: Any) -> None:
        self._rest()
        self._timer = asyncio.get_running_loop().call_later(seconds, call)

    def _ping(self) -> None:
        if not self.closing and not self.closed:
            self.last_ping = time.time()
            self.put(packet.Packet(packet.PING))
            self._due(self.server.ping_timeout, self._miss)

    def _miss(self) -> None:
        if self.last_ping:
            self.server.start(self._give_up())

    async def _give_up(self) -> None:
        await self.close(wait=False, abort=False, reason=self.server.reason.PING_TIMEOUT)
        self._end()

    async def close(self, wait: bool = True, abort: bool = False, reason: Any = None) -> None:
        """Close the transport, as python-engineio does; a websocket is given time to say so."""
        closes = not (self.closing or self.closed)
        taken = self._ended is not None or self.queue.is_awaited()
        await super().close(wait=False, abort=abort, reason=reason)
        if self._is_over():
            self._rest()
        else:
            self._due(self.server.ping_timeout, self._end)
        if self.closed:
            self.server.sockets.pop(self.sid, None)
        if wait and closes and taken:  # no other poll is answered
            await self.queue.join()
