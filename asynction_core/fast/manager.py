"""The clients of a lone server: what goes to many is encoded once and written to each."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

import socketio
from engineio import packet as eio_packet
from engineio.exceptions import SocketIsClosedError
from socketio import packet

from asynction_core.validation import arguments_of


class Manager(socketio.AsyncManager):
    """python-socketio's, without a task for each recipient."""

    async def emit(
        self,
        event: str,
        data: Any,
        namespace: str,
        room: Any = None,
        skip_sid: Any = None,
        callback: Any = None,
        to: Any = None,
        **kwargs: Any,
    ) -> None:
        """Send an event to a client, a room, or a whole namespace.

        :param callback: called with the arguments of each recipient's acknowledgement.
        """
        if namespace in self.rooms:
            found = _Broadcast(self, event, arguments_of(data), namespace, to or room, skip_sid)
            await (_ask(found, callback) if callback else _deliver(found))


def deliver_at_once(manager: Any) -> None:
    """Have *manager*, which is one of several processes, do the same.

    Its class is the user's choice, so the one instance gets a method of its own.
    """
    handle = manager._handle_emit

    async def handle_emit(message: Mapping[str, Any]) -> None:
        if message.get("callback") or message.get("binary"):
            await handle(message)
            return
        data = message["data"]
        if data == [None]:  # what python-socketio publishes where there is no argument
            data = []
        arguments = data if isinstance(data, list) else [data]
        namespace, room = message["namespace"], message.get("room")
        if namespace in manager.rooms:
            skip_sid = message.get("skip_sid")
            await _deliver(
                _Broadcast(manager, message["event"], arguments, namespace, room, skip_sid)
            )

    manager._handle_emit = handle_emit


class _Broadcast:
    """An event, and the clients of *manager* in *room* that it is for: all but *skip_sid*."""

    def __init__(
        self, manager: Any, event: str, arguments: list[Any], namespace: str, room: Any, skip: Any
    ) -> None:
        self.manager, self.server = manager, manager.server
        self.namespace = namespace
        self._data = [event, *arguments]
        self._room = room
        self._skipped = skip if isinstance(skip, list) else [skip]

    def recipients(self) -> Iterator[tuple[str, str]]:
        """Return their session ids, here and in Engine.IO."""
        for sid, eio_sid in self.manager.get_participants(self.namespace, self._room):
            if sid not in self._skipped:
                yield sid, eio_sid

    def packet(self, number: int | None = None) -> Any:
        """Return the event as a packet, that asks for an acknowledgement if it has a *number*."""
        made = self.server.packet_class
        return made(packet.EVENT, namespace=self.namespace, data=self._data, id=number)


async def _deliver(found: _Broadcast) -> None:
    server, frames = found.server, _frames(found.packet())
    for _, eio_sid in found.recipients():
        if not server.deliver(eio_sid, frames):
            with suppress(SocketIsClosedError):
                for frame in frames:
                    sent = eio_packet.Packet(eio_packet.MESSAGE, frame)
                    await server._send_eio_packet(eio_sid, sent)
    await server.eio.give_way()


async def _ask(found: _Broadcast, callback: Any) -> None:
    server = found.server
    for sid, eio_sid in found.recipients():
        asking = found.packet(found.manager._generate_ack_id(sid, callback))
        if not server.deliver(eio_sid, _frames(asking)):
            with suppress(SocketIsClosedError):
                await server._send_packet(eio_sid, asking)
    await server.eio.give_way()


def _frames(found: Any) -> list[Any]:
    encoded = found.encode()
    return encoded if isinstance(encoded, list) else [encoded]
