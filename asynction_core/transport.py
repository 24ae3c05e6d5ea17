"""What comes over the transport: packets are read, and who sends anything else is cut off."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import socketio
from engineio.async_drivers import asgi
from socketio import packet

from asynction_core import refusals, wire
from asynction_core.registration import Registration


class _WebSocket(asgi.WebSocket):
    """A websocket that ends at the first frame that python-engineio would raise on."""

    async def wait(self) -> str | bytes:
        data: str | bytes = await super().wait()
        if isinstance(data, str) and (data[:1] not in _KINDS or data[1:2] in _JSON):
            refusals.logger.warning("a client is disconnected: not an Engine.IO packet")
            raise OSError("not an Engine.IO packet")
        return data


_KINDS = tuple("0123456")
_JSON = tuple("[{ \t\r\n")
"""What python-engineio would parse as JSON; no packet of Socket.IO begins so."""


class Transport(socketio.AsyncServer):
    """Reads packets and hands them to the hooks of ``socketio.AsyncServer``."""

    def __init__(self, registration: Registration, **kwargs: Any) -> None:
        super().__init__(namespaces=list(registration.namespaces) or ["/"], **kwargs)
        self.registration = registration
        self._leaving: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        if self.eio._async["websocket"] is asgi.WebSocket:  # this server's, not the library's
            self.eio._async = {**self.eio._async, "websocket": _WebSocket}

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _is_gone(self, eio_sid: str) -> bool:
        return eio_sid not in self.environ or eio_sid in self._leaving

    async def _handle_eio_message(self, eio_sid: str, data: str | bytes) -> None:
        if self._is_gone(eio_sid):
            return  # closed, and the client goes on sending
        try:
            found = wire.read_packet(data, self._binary_packet, eio_sid, self.packet_class)
        except wire.MalformedPacket as error:
            refusals.logger.warning("client %s is disconnected: %s", eio_sid, error)
            await self._close_transport(eio_sid)
            return
        if found is None:
            self._keep_no_attachments_of_strangers(eio_sid)
        elif found.packet_type in (packet.EVENT, packet.BINARY_EVENT):
            await self._handle_event(eio_sid, found.namespace, found.id, found.data)
        elif found.packet_type in (packet.ACK, packet.BINARY_ACK):
            await self._handle_ack(eio_sid, found.namespace, found.id, found.data)
        elif found.packet_type == packet.CONNECT:
            await self._handle_connect(eio_sid, found.namespace, found.data)
        else:
            await self._handle_disconnect(eio_sid, found.namespace, self.reason.CLIENT_DISCONNECT)

    def _keep_no_attachments_of_strangers(self, eio_sid: str) -> None:
        """Forget the binary data of a client that is not in: its event will not be handled."""
        waiting = self._binary_packet[eio_sid]
        namespace = waiting.namespace or "/"
        sid = self.manager.sid_from_eio_sid(eio_sid, namespace)
        if not self.manager.is_connected(sid, namespace):
            waiting.attachments = [b""] * len(waiting.attachments)

    async def _handle_eio_disconnect(self, eio_sid: str, reason: str) -> None:
        self._leaving.add(eio_sid)  # nobody gets in while the disconnect handlers run
        try:
            await super()._handle_eio_disconnect(eio_sid, reason)
        finally:
            self._leaving.discard(eio_sid)
            self._binary_packet.pop(eio_sid, None)
        transport = self.eio.sockets.get(eio_sid)
        if transport is not None and reason == self.reason.CLIENT_DISCONNECT:
            await transport.queue.put(None)  # or a pending poll stays until the ping timeout

    async def _close_transport(self, eio_sid: str) -> None:
        transport = self.eio.sockets.get(eio_sid)
        if transport is not None:
            await transport.close(wait=False, reason=self.reason.TRANSPORT_ERROR)
            await transport.queue.put(None)
