"""What goes out to a client: written to its websocket at once, or queued and bounded."""

import asyncio
from collections.abc import Coroutine, Generator, Sequence
from types import coroutine
from typing import TYPE_CHECKING, Any

from engineio import exceptions, packet
from engineio.async_socket import AsyncSocket

from asynction_core import refusals
from asynction_core.fast import tcp
from asynction_core.fast.outbox import Outbox
from asynction_core.fast.stepping import DONE, resumed
from asynction_core.fast.writer import Writer

if TYPE_CHECKING:
    from asynction_core.fast.engine import Engine

_DROPPED = "2356"
"""How messages begin that may be dropped: events and acknowledgements."""


_WAITS = "it did not take the %d packets (%d bytes) that wait for it"
_LEFT_BEHIND = f"client %s is disconnected: {_WAITS}"
_DROPPING = f"what is sent to client %s is dropped: {_WAITS}"

_CROWD = 64
"""How many packets may be queued for a client before those who emit give way to it."""

_GRACE = 1.0
"""How long what a client has sent is still read when nothing can be sent to it, in seconds."""


class Sender(AsyncSocket):
    """python-engineio's transport, which writes to its websocket where that takes it."""

    server: "Engine"

    def __init__(self, server: "Engine", sid: str) -> None:
        super().__init__(server, sid)
        self.queue = Outbox()
        self._send: Any = None
        self._writer: Writer | None = None
        self._flushing: asyncio.Task[None] | None = None
        self._ended: asyncio.Future[None] | None = None
        self._overrun = self._dropping = False
        self._tcp: Any = None
        self._burst: int | None = None

    async def send(self, pkt: Any) -> None:
        """Send *pkt*, a packet of Engine.IO."""
        if self.closed:
            raise exceptions.SocketIsClosedError
        self.put(pkt)

    async def poll(self) -> list[Any]:
        """Return what a poll is answered with, once there is something.

        :raises QueueEmpty: there is nothing for longer than a ping takes.
        """
        try:
            async with asyncio.timeout(self.server.ping_interval + self.server.ping_timeout):
                found = await self.queue.get()
        except (TimeoutError, asyncio.CancelledError):
            raise exceptions.QueueEmpty from None
        packets: list[Any] = []
        while found is not None:
            packets.append(found)
            if not len(self.queue):
                self._overrun = False
                return packets
            if len(packets) == self.queue.answer_size:
                return packets
            found = self.queue.get_nowait()
        if packets:
            self.queue.put_nowait(None)
        return packets

    def put(self, pkt: Any) -> None:
        """Write *pkt* to the websocket, or queue it where it cannot be written now."""
        if self._send is not None and self._flushing is None:
            self._dropping = False
            self.write(pkt.encode())
        elif not self._is_refused(pkt):
            self.queue.put_nowait(pkt)
            self.server.crowded |= len(self.queue) > _CROWD

    def deliver(self, frames: Sequence[str | bytes]) -> None:
        """Send the *frames* of one message of Socket.IO."""
        if self._send is not None and self._flushing is None and len(frames) == 1:
            frame = frames[0]
            self.write(f"4{frame}" if type(frame) is str else frame)
        else:
            for frame in frames:
                self.put(packet.Packet(packet.MESSAGE, frame))

    def _is_refused(self, pkt: Any) -> bool:
        """Tell whether *pkt* is not queued, as too much is already."""
        if pkt.packet_type != packet.MESSAGE:
            return False
        limits = self.server.limits
        if limits.policy == "drop":
            if type(pkt.data) is str:  # what is binary goes the way of the text before it
                self._dropping = pkt.data[:1] in _DROPPED and self.queue.is_full(limits)
            elif self.server.binary_packets:
                self._dropping = self.queue.is_full(limits)
            self.server.dropped += self._dropping
            if self._dropping and not self._overrun:
                self._overrun = True
                refusals.logger.warning(_DROPPING, *self._what_waits())
            return self._dropping
        if not self.queue.is_full(limits):
            return False
        if not self._overrun:
            self._overrun = True
            self.server.overrun += 1
            self.server.start(self._leave_behind())
        return True

    async def _leave_behind(self) -> None:
        """Disconnect a client that does not take what it is sent."""
        refusals.logger.warning(_LEFT_BEHIND, *self._what_waits())
        self.queue.clear()
        await self.close(wait=False, abort=True, reason=self.server.reason.SERVER_DISCONNECT)
        self.queue.put_nowait(None)  # ends a pending poll
        self._end()

    def _what_waits(self) -> tuple[str, int, int]:
        return self.server.name_of(self.sid), len(self.queue), self.queue.size

    def write(self, frame: str | bytes) -> None:
        """Write *frame* to a websocket that takes it."""
        burst = self._burst
        if burst is not None:
            if burst == 1 and self._tcp is not None:
                tcp.cork(self._tcp)
            self._burst = burst + 1
        kind = "text" if type(frame) is str else "bytes"
        message = {"type": "websocket.send", kind: frame}
        if self._writer is not None:
            self._write_in(self._writer, message)
            return
        try:
            writing = self._send(message).__await__()
            pending = next(writing, DONE)
        except Exception as error:
            self._write_no_more(error)
            return
        if pending is not DONE:
            self._flushing = asyncio.create_task(self._flush(writing, pending))

    def _write_in(self, writer: Writer, message: dict[str, Any]) -> None:
        """Write a frame as the task of *writer*; what is written meanwhile is queued."""
        self._flushing, waiting, pending = writer.task, len(self.queue), DONE
        try:
            writing = self._send(message).__await__()
            pending = writer.begin(writing)
        except Exception as error:
            self._write_no_more(error)
        finally:
            self._flushing = None
        if pending is not DONE:
            self._flushing = writer.go_on(writing, pending)
        elif not waiting and len(self.queue):  # else who empties the queue goes on
            self._write_queued()

    def _write_no_more(self, error: Exception) -> None:
        """Write nothing to a websocket that failed, which ends when what came in is read."""
        if self._send is not nowhere:
            message = "client %s is disconnected: its websocket takes nothing more (%s)"
            refusals.logger.info(message, self.server.name_of(self.sid), type(error).__name__)
            asyncio.get_running_loop().call_later(_GRACE, self._end)
        self._send = nowhere

    def write_message(self, text: str) -> None:
        """Write a message of Engine.IO that begins with its kind, or queue it."""
        if self._flushing is None:
            self.write(text)
        else:
            self.put(packet.Packet(packet.MESSAGE, text[1:]))

    @coroutine
    def in_bursts(self, going: Coroutine[Any, Any, Any]) -> Generator[Any, Any, Any]:
        """Return what *going* comes to; what it writes between two waits is one burst.

        The first frame of a burst is sent at once. The others go out together when *going* waits,
        in as few segments as they need.
        """
        try:
            self._burst = 0
            pending = going.send(None)
            while True:
                self.end_burst()
                try:
                    sent = yield pending
                except BaseException as error:
                    self._burst = 0
                    pending = going.throw(error)
                else:
                    self._burst = 0
                    pending = going.send(sent)
        except StopIteration as end:
            return end.value
        finally:
            self.end_burst()

    def end_burst(self, burst: int | None = None) -> None:
        """Send what is held back.

        :param burst: 0 begins the next burst; None holds nothing back until one begins.
        """
        if self._burst is not None and self._burst > 1 and self._tcp is not None:
            tcp.cork(self._tcp, False)
        self._burst = burst

    async def _flush(self, writing: Generator[Any, Any, Any], pending: Any) -> None:
        """Wait until the websocket takes what is written, then write what was queued meanwhile."""
        try:
            await resumed(writing, pending)
            while len(self.queue):
                pkt = self.queue.get_nowait()
                if pkt is None:
                    self._end()
                    break
                frame = pkt.encode()
                kind = "text" if type(frame) is str else "bytes"
                await self._send({"type": "websocket.send", kind: frame})
            self._overrun = False
        except Exception as error:
            self._write_no_more(error)
        finally:
            self._flushing = None

    def _write_queued(self) -> None:
        """Write what was queued before there was a websocket."""
        while len(self.queue) and self._flushing is None:
            self.put(self.queue.get_nowait())

    def _is_over(self) -> bool:
        return self._ended is None or self._ended.done()

    def _end(self) -> None:
        """Have the websocket closed, and all that is left of it."""
        if self._ended is not None and not self._ended.done():
            self._ended.set_result(None)


async def nowhere(_message: Any) -> None:
    """Send to a websocket that is gone."""
