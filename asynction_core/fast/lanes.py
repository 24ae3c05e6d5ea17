"""The short way of an event: what it takes is looked up once, and nothing is built in between."""

from collections.abc import Awaitable, Coroutine, Sequence
from contextvars import copy_context
from functools import partial
from inspect import isawaitable
from time import perf_counter
from types import CoroutineType
from typing import Any, NamedTuple

import orjson

from asynction_core import refusals
from asynction_core.context import Connection, running
from asynction_core.dispatch import Dispatcher
from asynction_core.drivers import drive
from asynction_core.fast.socket import Answered, Socket
from asynction_core.fast.stepping import resumed
from asynction_core.handlers import Handler
from asynction_core.identity import ANONYMOUS, Guard
from asynction_core.registration import RegisteredEvent
from asynction_core.validation import Accepts, arguments_of

_LONGEST = 15
"""How many digits the number of an event has at most, or it goes the longer way."""

_LONG = 0.0001
"""Seconds after which a handler lets go what is held back."""

_PLAIN = frozenset({type(None), bool, int, float, str, list, dict, tuple})
"""The types of results that nobody has to wait for."""


class _Lane(NamedTuple):
    """What an event of a namespace takes; what every event needs is repeated from ``registered``.

    ``handler`` takes the session id and the event's arguments.
    """

    registered: RegisteredEvent
    name: str
    guard: Guard | None
    accepts: Accepts
    accepts_ack: Accepts
    handler: Handler


class _Client(NamedTuple):
    """A client in a namespace. ``head`` begins its acknowledgements."""

    connection: Connection
    head: str
    lanes: dict[str, _Lane]


_Asked = tuple[_Lane, _Client, Socket, str]
"""An event on its way: its lane, and whose it is. The last is the number that its acknowledgement
is asked for with, or empty."""


class Lanes(Dispatcher):
    """Handles the events of websockets by the rules of the :class:`Dispatcher`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._lanes: dict[str, dict[str, _Lane]] = {}
        super().__init__(*args, **kwargs)

    def on(self, *args: Any, **kwargs: Any) -> Any:
        """Register a handler."""
        self._forget_lanes()
        return super().on(*args, **kwargs)

    def register_namespace(self, namespace_handler: Any) -> None:
        """Register a class-based namespace."""
        self._forget_lanes()
        super().register_namespace(namespace_handler)

    def _forget_lanes(self) -> None:
        for lanes in self._lanes.values():
            lanes.clear()

    def _answer(self, socket: Socket, text: str) -> Answered:
        """Handle the event in *text*, as far as that goes without waiting.

        Its head (socket.io-protocol, 'Packet encoding') is ``42``, its namespace and a comma
        where that is not the default one, and a number where it asks for an acknowledgement.
        """
        start = text.find("[", 2)
        namespace, number = "/", text[2:start]
        if number and not (number.isascii() and number.isdecimal()):
            namespace, number = _split(number)
        client = socket.clients.get(namespace)
        if client is None or client.connection.gone:
            client = self._find_client(socket, namespace)
        if client is None or start < 0 or len(number) > _LONGEST:
            return False
        unusual = self._incomplete or self._leaving or self.manager.pending_disconnect
        if unusual and self._is_held(client, socket):
            return False
        try:
            data = orjson.loads(text[start:])
        except ValueError:
            return False
        event = data.pop(0) if data else None
        if type(event) is not str:
            return False
        lane = client.lanes.get(event) or self._find_lane(namespace, event)
        if lane is None:
            return False
        context = copy_context()
        rest = context.run(self._handle, (lane, client, socket, number), data)
        if rest is None:
            return True
        try:
            return context, rest, context.run(rest.send, None)
        except StopIteration:
            return True

    def _find_client(self, socket: Socket, namespace: str) -> _Client | None:
        sid = self.manager.sid_from_eio_sid(socket.sid, namespace)
        connection = self._connections.get((namespace, sid))
        if connection is None or not self.manager.is_connected(sid, namespace):
            return None
        head = "43" if namespace == "/" else f"43{namespace},"
        lanes = self._lanes.setdefault(namespace, {})
        client = socket.clients[namespace] = _Client(connection, head, lanes)
        return client

    def _is_held(self, client: _Client, socket: Socket) -> bool:
        """Tell whether attachments of a client are under way, or whether it is about to go."""
        connection = client.connection
        is_in = self.manager.is_connected(connection.sid, connection.namespace)
        return socket.sid in self._incomplete or socket.sid in self._leaving or not is_in

    def _find_lane(self, namespace: str, event: str) -> _Lane | None:
        """Return what *event* takes, and remember it; None where it has no handler of its own."""
        registered = self.registration.namespaces[namespace].received.get(event)
        if registered is None or event in self.reserved_events:
            return None
        handler, arguments = self._find_handler(event, namespace, (None,))
        if handler is None:
            return None
        lane = self._lanes[namespace][event] = _Lane(
            registered=registered,
            name=registered.name,
            guard=registered.guard,
            accepts=registered.accepts,
            accepts_ack=registered.accepts_ack,
            handler=partial(handler, *arguments[:-1]) if len(arguments) > 1 else handler,
        )
        return lane

    def _handle(self, asked: _Asked, arguments: list[Any]) -> Coroutine[Any, Any, None] | None:
        """Handle an event as far as that goes without waiting; return what is left to be done."""
        lane, client, _, _ = asked
        connection = client.connection
        running.set((connection, lane.name))
        self._counts.received[connection.namespace] += 1
        try:
            if lane.guard is not None or connection.identity is not ANONYMOUS:
                self._permit(connection, lane.guard, lane.name)
            given: Sequence[Any] = arguments
            if not _is_accepted(lane.accepts, arguments):
                lane.registered.check_payload(arguments)
                given = lane.registered.for_handler(arguments)
            begun = perf_counter()
            try:
                result = lane.handler(connection.sid, *given)
                if type(result) is CoroutineType:
                    try:
                        pending = result.send(None)
                    except StopIteration as end:
                        result = end.value
                    else:
                        return self._wait(asked, resumed(result, pending), begun)
                elif type(result) not in _PLAIN and isawaitable(result):
                    return self._wait(asked, result, begun)
            except BaseException:
                self._counts.handled(perf_counter() - begun)
                raise
            return self._conclude(asked, result, perf_counter() - begun)
        except Exception as error:
            return self._fail(asked, error)

    async def _wait(self, asked: _Asked, waiting: Awaitable[Any], begun: float) -> None:
        """Wait for what a handler waits for; then go on as if it had not."""
        try:
            try:
                result = await waiting
            except BaseException:  # its cancellation, too
                self._counts.handled(perf_counter() - begun)
                raise
            rest = self._conclude(asked, result, perf_counter() - begun)
        except Exception as error:
            rest = self._fail(asked, error)
        if rest is not None:
            await rest

    def _conclude(
        self, asked: _Asked, result: Any, seconds: float
    ) -> Coroutine[Any, Any, None] | None:
        """Acknowledge an event whose handler took *seconds*; return what is left to be done."""
        self._counts.handled(seconds)
        lane, client, socket, number = asked
        answer = [result] if type(result) is dict else arguments_of(result)
        if not _is_accepted(lane.accepts_ack, answer):
            lane.registered.check_ack(answer)
        if number and result is not self.not_handled and not client.connection.gone:
            try:
                text = orjson.dumps(answer).decode()
            except TypeError:  # binary data, or what only the slower way can write
                return self._acknowledge_otherwise(asked, result)
            socket.write_message(f"{client.head}{number}{text}")
        if seconds > _LONG:
            socket.end_burst(0)
        return None

    async def _fail(self, asked: _Asked, error: Exception) -> None:
        lane, client, _, _ = asked
        try:
            raise error  # an error handler may ask for the exception that is being handled
        except Exception as error:
            result = await drive(self._handling_error(error, client.connection, lane.name))
        await self._acknowledge_otherwise(asked, result)

    async def _acknowledge_otherwise(self, asked: _Asked, result: Any) -> None:
        lane, client, socket, number = asked
        connection, ack = client.connection, int(number) if number else None
        try:
            await drive(self._acknowledging(connection, socket.sid, ack, lane.name, result))
        except Exception as error:  # what the error handler says cannot be sent either
            refusals.log_error(error, connection.namespace, lane.name, connection.sid)


def _split(head: str) -> tuple[str, str]:
    """Return the namespace and the number in *head*; the namespace is empty where it is neither."""
    namespace, comma, number = head.partition(",")
    if not comma or (number and not (number.isascii() and number.isdecimal())):
        return "", ""
    return namespace, number


def _is_accepted(accepts: Accepts, arguments: list[Any]) -> bool:
    """Tell that *arguments* pass a check of which *accepts* knows the usual case.

    That is one argument, and not null, for which a handler may have no parameter.
    """
    try:
        return len(arguments) == 1 and arguments[0] is not None and accepts(arguments[0])
    except (ValueError, RecursionError):  # not JSON: binary data, perhaps
        return False
