"""How packets reach handlers: python-socketio's hooks, with the document's checks in between."""

import asyncio
import inspect
from collections.abc import Callable, Mapping
from functools import partial
from types import CoroutineType
from typing import Any

import socketio
import socketio.exceptions
from socketio import packet

from asynction_core import refusals, wire
from asynction_core.context import Connection, running
from asynction_core.handlers import Handler, count_arguments
from asynction_core.handshake import Handshake
from asynction_core.registration import Registration
from asynction_core.validation import Check, arguments_of

HANDSHAKE_ARGUMENTS = {"connect": 3, "disconnect": 2}
"""How many arguments the handlers of python-socketio's own events may take."""


class Dispatcher(socketio.AsyncServer):
    """Dispatches what clients send, once it has passed its checks.

    It overrides the hooks that ``socketio.AsyncServer`` calls itself with; the public methods
    are :class:`asynction_core.AsynctionServer`'s.
    """

    default_error_handler: Handler | None

    def __init__(self, registration: Registration, **kwargs: Any) -> None:
        super().__init__(namespaces=list(registration.namespaces) or ["/"], **kwargs)
        self.registration = registration
        self._error_handlers: dict[str, Handler] = {}
        self._connections: dict[tuple[str, str], Connection] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._undocumented: set[str] = set()

    async def _run_callback(
        self,
        check_ack: Check,
        event: str,
        recipient: Connection,
        callback: Callable[..., Any],
        *arguments: Any,
    ) -> None:
        """Call *callback* if the acknowledgement is what the document says.

        :param recipient: stands for the client where it is another process's.
        """
        connection, _ = running.get((recipient, event))
        token = running.set((connection, event))
        try:
            check_ack(arguments)
            await _finish(callback(*arguments))
        except Exception as error:
            await self._handle_error(error, connection, event)
        finally:
            running.reset(token)

    async def _handle_eio_message(self, eio_sid: str, data: str | bytes) -> None:
        if eio_sid not in self.environ:
            return  # closed, and the client goes on sending
        try:
            found = wire.read_packet(data, self._binary_packet, eio_sid, self.packet_class)
            self._refuse_attachments_of_strangers(eio_sid)
        except wire.MalformedPacket as error:
            refusals.logger.warning("client %s is disconnected: %s", eio_sid, error)
            await self._close_transport(eio_sid)
            return
        if found is None:
            return
        if found.packet_type in (packet.EVENT, packet.BINARY_EVENT):
            await self._handle_event(eio_sid, found.namespace, found.id, found.data)
        elif found.packet_type in (packet.ACK, packet.BINARY_ACK):
            await self._handle_ack(eio_sid, found.namespace, found.id, found.data)
        elif found.packet_type == packet.CONNECT:
            await self._handle_connect(eio_sid, found.namespace, found.data)
        else:
            await self._handle_disconnect(eio_sid, found.namespace, self.reason.CLIENT_DISCONNECT)

    def _refuse_attachments_of_strangers(self, eio_sid: str) -> None:
        """Raise if a packet waits for attachments from a client that is not in its namespace."""
        waiting = self._binary_packet.get(eio_sid)
        if waiting and not self.manager.sid_from_eio_sid(eio_sid, waiting.namespace or "/"):
            del self._binary_packet[eio_sid]
            raise wire.MalformedPacket("binary data for a namespace that the client is not in")

    async def _handle_eio_disconnect(self, eio_sid: str, reason: str) -> None:
        self._binary_packet.pop(eio_sid, None)
        await super()._handle_eio_disconnect(eio_sid, reason)
        transport = self.eio.sockets.get(eio_sid)
        if transport is not None and reason == self.reason.CLIENT_DISCONNECT:
            await transport.queue.put(None)  # or a pending poll stays until the ping timeout

    async def _close_transport(self, eio_sid: str) -> None:
        transport = self.eio.sockets.get(eio_sid)
        if transport is not None:
            await transport.close(wait=False, reason=self.reason.TRANSPORT_ERROR)
            await transport.queue.put(None)

    async def _handle_connect(self, eio_sid: str, namespace: str | None, data: Any) -> None:
        namespace = namespace or "/"
        if namespace in self._undocumented:
            await super()._handle_connect(eio_sid, namespace, data)
            return
        registered = self.registration.namespaces.get(namespace)
        if registered is None:
            refusals.logger.info("refused: no namespace %.100r in the document", namespace)
            await self._send_refusal(eio_sid, namespace, refusals.INVALID_NAMESPACE)
            return
        handshake = Handshake.from_environ(self.environ[eio_sid], data)
        connection = Connection(self, eio_sid, namespace, handshake)
        try:
            registered.check_handshake(handshake)
        except Exception as error:
            await self._turn_away(connection, eio_sid, error)
            return
        # only now does the client get a session id, and with it what is broadcast
        sid = await self.manager.pre_connect(eio_sid, namespace)
        if sid is None:
            await self._send_refusal(eio_sid, namespace, refusals.ALREADY_CONNECTED)
            return
        connection.sid = sid
        self._connections[namespace, sid] = connection
        accepted = False
        try:
            accepted = await self._admit(connection, handshake, eio_sid)
        finally:
            if not accepted:
                self._connections.pop((namespace, sid), None)
                await self.manager.disconnect(sid, namespace, ignore_queue=True)

    async def _admit(self, connection: Connection, handshake: Handshake, eio_sid: str) -> bool:
        """Run the connect handler and tell the client; return whether it is in."""
        namespace, environ = connection.namespace, self.environ[eio_sid]
        if self.always_connect:
            await self._accept(connection, eio_sid)
        token = running.set((connection, "connect"))
        try:
            result = await self._trigger_event(
                "connect", namespace, connection.sid, environ, handshake.auth
            )
            if result is False:
                raise socketio.exceptions.ConnectionRefusedError
        except Exception as error:
            await self._turn_away(connection, eio_sid, error, accepted=self.always_connect)
            return False
        finally:
            running.reset(token)
        if not self.always_connect:
            await self._accept(connection, eio_sid)
        if eio_sid not in self.environ:  # gone while the handler ran
            await self._handle_disconnect(eio_sid, namespace, self.reason.TRANSPORT_CLOSE)
        return True

    async def _turn_away(
        self, connection: Connection, eio_sid: str, error: Exception, accepted: bool = False
    ) -> None:
        """Refuse a connection because of *error*, whatever the error handler does about it."""
        if not refusals.is_deliberate(error):
            await self._handle_error(error, connection, "connect")
        refusal, namespace = refusals.refusal_of(error), connection.namespace
        if not accepted:
            await self._send_refusal(eio_sid, namespace, refusal)
            return
        self.manager.pre_disconnect(connection.sid, namespace)
        await self._send_packet(
            eio_sid, self.packet_class(packet.DISCONNECT, dict(refusal), namespace=namespace)
        )

    async def _accept(self, connection: Connection, eio_sid: str) -> None:
        await self._send_packet(
            eio_sid,
            self.packet_class(
                packet.CONNECT, {"sid": connection.sid}, namespace=connection.namespace
            ),
        )
        await self.manager.connect(connection.sid, connection.namespace)

    async def _send_refusal(self, eio_sid: str, namespace: str, refusal: Mapping[str, Any]) -> None:
        await self._send_packet(
            eio_sid, self.packet_class(packet.CONNECT_ERROR, dict(refusal), namespace=namespace)
        )

    async def _handle_event(
        self, eio_sid: str, namespace: str | None, id: int | None, data: list[Any]
    ) -> None:
        namespace = namespace or "/"
        sid = self.manager.sid_from_eio_sid(eio_sid, namespace)
        connection = self._connections.get((namespace, sid))
        if not self.manager.is_connected(sid, namespace):
            return
        if connection is None:  # the Admin UI's
            await super()._handle_event(eio_sid, namespace, id, data)
            return
        answering = self._answer(connection, eio_sid, id, data)
        if not self.async_handlers:
            await answering
            return
        task = asyncio.create_task(answering)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _answer(
        self, connection: Connection, eio_sid: str, id: int | None, data: list[Any]
    ) -> None:
        """Handle an event and acknowledge it, if it asked for that with an *id*."""
        event, namespace = data[0], connection.namespace
        try:
            if event in self.reserved_events:  # or a client could run the handler of that name
                unknown = self.registration.unknown_event(namespace, event)
                result = await self._handle_error(unknown, connection, event)
            else:
                result = await self._trigger_event(event, namespace, connection.sid, *data[1:])
            if id is not None and result is not self.not_handled:
                answer = self.packet_class(packet.ACK, arguments_of(result), namespace, id)
                await self._send_packet(eio_sid, answer)
        except Exception as error:  # the acknowledgement cannot be sent
            refusals.log_error(error, namespace, event, connection.sid)

    async def _handle_ack(
        self, eio_sid: str, namespace: str | None, id: int, data: list[Any]
    ) -> None:
        sid = self.manager.sid_from_eio_sid(eio_sid, namespace or "/")
        connection = self._connections.get((namespace or "/", sid))
        if connection is None:
            if namespace in self._undocumented:
                await super()._handle_ack(eio_sid, namespace, id, data)
            return
        token = running.set((connection, ""))
        try:
            await super()._handle_ack(eio_sid, namespace, id, data)
        finally:
            running.reset(token)

    async def _trigger_event(self, event: str, namespace: str, *args: Any) -> Any:
        connection = self._connections.get((namespace, args[0]))
        if connection is None:
            if namespace not in self._undocumented:
                return self.not_handled
            return await super()._trigger_event(event, namespace, *args)
        if event == "connect":
            return await self._run(event, namespace, args)
        token = running.set((connection, event))
        try:
            if event == "disconnect":
                self._connections.pop((namespace, args[0]))
                return await self._run(event, namespace, args)
            return await self._run_event(event, namespace, args)
        except Exception as error:
            return await self._handle_error(error, connection, event)
        finally:
            running.reset(token)

    async def _run_event(self, event: str, namespace: str, args: tuple[Any, ...]) -> Any:
        registered = self.registration.namespaces[namespace].received.get(event)
        if registered is None:
            raise self.registration.unknown_event(namespace, event)
        registered.check_payload(args[1:])
        args = (args[0], *registered.for_handler(args[1:]))
        result = await self._run(event, namespace, args)
        registered.check_ack(arguments_of(result))
        return result

    async def _run(self, event: str, namespace: str, args: tuple[Any, ...]) -> Any:
        handler, args = self._find_handler(event, namespace, args)
        if handler is None:
            return None
        return await _finish(handler(*args))

    def _find_handler(
        self, event: str, namespace: str, args: tuple[Any, ...]
    ) -> tuple[Handler | None, tuple[Any, ...]]:
        """Return the handler of *event* and its arguments, in python-socketio's order."""
        handler, found = self._get_event_handler(event, namespace, args)
        signature = handler
        if handler is None:
            instance, found = self._get_namespace_handler(namespace, args)
            signature = getattr(instance, f"on_{event}", None)
            handler = partial(instance.trigger_event, event) if signature else None
        if event in HANDSHAKE_ARGUMENTS and signature is not None:
            found = found[: count_arguments(signature, len(found))]
        return handler, found

    async def _handle_error(self, error: Exception, connection: Connection, event: str) -> Any:
        """Give *error* to the error handler; return what it says, which is the ack."""
        namespace = connection.namespace
        handler = self._error_handlers.get(namespace, self.default_error_handler)
        if handler is None:
            refusals.log_error(error, namespace, event, connection.sid)
            return self.not_handled
        token = running.set((connection, event))
        try:
            return await _finish(handler(error))
        except Exception as second:
            refusals.log_error(second, namespace, event, connection.sid)
            return self.not_handled
        finally:
            running.reset(token)


async def _finish(result: Any) -> Any:
    """Return *result*, awaited where it is awaitable: handlers may be async or plain."""
    if type(result) is CoroutineType or inspect.isawaitable(result):
        return await result
    return result
