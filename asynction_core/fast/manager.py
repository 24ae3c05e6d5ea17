"""The clients of a lone server: what goes to many is encoded once and written to each."""

from collections.abc import Mapping
from typing import Any

import socketio
from engineio import packet as eio_packet
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
        """Send an event to a client, a room, or a whole namespace."""
        if callback:
            await super().emit(event, data, namespace, room, skip_sid, callback, to, **kwargs)
        elif namespace in self.rooms:
            await _deliver(self, event, arguments_of(data), namespace, to or room, skip_sid)


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
            await _deliver(
                manager, message["event"], arguments, namespace, room, message.get("skip_sid")
            )

    manager._handle_emit = handle_emit


async def _deliver(
    manager: Any, event: str, arguments: list[Any], namespace: str, room: Any, skip_sid: Any
) -> None:
    """Send an event to the clients of *manager* in *room*, all but *skip_sid*."""
    server = manager.server
    found = server.packet_class(packet.EVENT, namespace=namespace, data=[event, *arguments])
    encoded = found.encode()
    frames = encoded if isinstance(encoded, list) else [encoded]
    skipped = skip_sid if isinstance(skip_sid, list) else [skip_sid]
    for sid, eio_sid in manager.get_participants(namespace, room):
        if sid not in skipped and not server.deliver(eio_sid, frames):
            for frame in frames:
                await server._send_eio_packet(eio_sid, eio_packet.Packet(eio_packet.MESSAGE, frame))
    await server.eio.give_way()
