"""The short way of an event: what it takes is looked up once, and nothing is built in between."""

import re
from collections.abc import Coroutine, Sequence
from inspect import isawaitable
from time import perf_counter
from types import CoroutineType
from typing import Any, NamedTuple

import orjson

from asynction_core import refusals
from asynction_core.context import Connection, running
from asynction_core.dispatch import Dispatcher
from asynction_core.drivers import drive
from asynction_core.fast.socket import Socket
from asynction_core.handlers import Handler
from asynction_core.registration import RegisteredEvent
from asynction_core.validation import arguments_of

_HEAD = re.compile(r"42(?:(/[^,?\[]*),)?([0-9]{1,15})?(?=\[)")
"""The namespace and the number of an event in text (socket.io-protocol, 'Packet encoding')."""


class _Lane(NamedTuple):
    """What an event of a namespace takes. ``before`` are arguments before the session id."""

    registered: RegisteredEvent
    handler: Handler
    before: tuple[Any, ...]


class _Client(NamedTuple):
    """A client in a namespace. ``head`` begins its acknowledgements."""

    connection: Connection
    key: tuple[str, str]
    head: str


class Lanes(Dispatcher):
    """Handles the events of websockets by the rules of the :class:`Dispatcher`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._lanes: dict[tuple[str, str], _Lane] = {}
        super().__init__(*args, **kwargs)

    def on(self, *args: Any, **kwargs: Any) -> Any:
        """Register a handler."""
        self._lanes.clear()
        return super().on(*args, **kwargs)

    def register_namespace(self, namespace_handler: Any) -> None:
        """Register a class-based namespace."""
        self._lanes.clear()
        super().register_namespace(namespace_handler)

    def _answering_message(self, socket: Socket, text: str) -> Coroutine[Any, Any, None] | None:
        """Return what handles the event in *text*; None where that needs more than the usual."""
        head = _HEAD.match(text)
        if head is None or socket.sid in self._incomplete or "_trigger_event" in vars(self):
            return None
        namespace = head[1] or "/"
        client = socket.clients.get(namespace)
        if client is None or self._connections.get(client.key) is not client.connection:
            client = self._find_client(socket, namespace)
        if client is None or (self.manager.pending_disconnect and not self._is_in(client)):
            return None
        try:
            data = orjson.loads(text[head.end() :])
        except ValueError:
            return None
        event = data[0] if data else None
        if type(event) is not str:
            return None
        lane = self._lanes.get((namespace, event)) or self._find_lane(namespace, event)
        return None if lane is None else self._answer(lane, client, socket, head[2], data)

    def _find_client(self, socket: Socket, namespace: str) -> _Client | None:
        sid = self.manager.sid_from_eio_sid(socket.sid, namespace)
        connection = self._connections.get((namespace, sid))
        if connection is None or not self.manager.is_connected(sid, namespace):
            return None
        head = "43" if namespace == "/" else f"43{namespace},"
        client = socket.clients[namespace] = _Client(connection, (namespace, sid), head)
        return client

    def _is_in(self, client: _Client) -> bool:
        namespace, sid = client.key
        return bool(self.manager.is_connected(sid, namespace))

    def _find_lane(self, namespace: str, event: str) -> _Lane | None:
        """Return what *event* takes, and remember it; None where it has no handler of its own."""
        registered = self.registration.namespaces[namespace].received.get(event)
        if registered is None or event in self.reserved_events:
            return None
        handler, arguments = self._find_handler(event, namespace, (None,))
        if handler is None:
            return None
        lane = self._lanes[namespace, event] = _Lane(registered, handler, arguments[:-1])
        return lane

    async def _answer(
        self, lane: _Lane, client: _Client, socket: Socket, number: str | None, data: list[Any]
    ) -> None:
        """Handle an event and acknowledge it, in a context of its own."""
        connection, registered = client.connection, lane.registered
        running.set((connection, registered.name))
        self._counts.received[connection.namespace] += 1
        arguments: Sequence[Any] = data[1:]
        try:
            self._permit(connection, registered.guard, registered.name)
            registered.check_payload(arguments)
            arguments = registered.for_handler(arguments)
            begun = perf_counter()
            result = lane.handler(*lane.before, connection.sid, *arguments)
            if type(result) is CoroutineType or isawaitable(result):
                result = await result
            self._counts.handled(perf_counter() - begun)
            answer = arguments_of(result)
            registered.check_ack(answer)
        except Exception as error:
            name = registered.name
            result = await drive(self._handling_error(error, connection, name))
            await self._acknowledge_otherwise(client, socket, number, name, result)
            return
        if number is None or result is self.not_handled or client.key not in self._connections:
            return
        try:
            text = orjson.dumps(answer).decode()
        except TypeError:  # binary data, or what only the slower way can write
            await self._acknowledge_otherwise(client, socket, number, registered.name, result)
        else:
            socket.write_message(f"{client.head}{number}{text}")

    async def _acknowledge_otherwise(
        self, client: _Client, socket: Socket, number: str | None, event: str, result: Any
    ) -> None:
        connection, ack = client.connection, None if number is None else int(number)
        try:
            await drive(self._acknowledging(connection, socket.sid, ack, event, result))
        except Exception as error:  # what the error handler says cannot be sent either
            refusals.log_error(error, connection.namespace, event, connection.sid)
