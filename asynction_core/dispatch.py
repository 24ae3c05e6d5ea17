"""How events and acknowledgements reach handlers, with the document's checks in between."""

from collections.abc import Callable, Sequence
from functools import partial
from time import perf_counter, time
from typing import Any

import socketio
from socketio import packet

from asynction_core import refusals, wire
from asynction_core.context import Connection, running
from asynction_core.drivers import Flow
from asynction_core.exceptions import AsynctionException, MessageAckValidationException
from asynction_core.handlers import Handler, by_name, count_arguments
from asynction_core.identity import ANONYMOUS, Guard
from asynction_core.registration import Registration
from asynction_core.stats import Counts
from asynction_core.transport import Transport
from asynction_core.validation import Check, arguments_of

HANDSHAKE_ARGUMENTS = {"connect": 3, "disconnect": 2}
"""How many arguments the handlers of python-socketio's own events may take."""


class Dispatcher(Transport):
    """Dispatches what clients send, once it has passed its checks. Its methods are flows."""

    default_error_handler: Handler | None

    def __init__(self, registration: Registration, **kwargs: Any) -> None:
        super().__init__(registration, **kwargs)
        self._error_handlers: dict[str, Handler] = {}
        self._connections: dict[tuple[str, str], Connection] = {}
        self._undocumented: set[str] = set()
        self._counts = Counts(dict.fromkeys(registration.namespaces, 0))

    def _calling_back(
        self,
        check_ack: Check,
        event: str,
        recipient: Connection,
        callback: Callable[..., Any],
        *arguments: Any,
    ) -> Flow[None]:
        """Call *callback* if the acknowledgement is what the document says.

        :param recipient: stands for the client where it is another process's.
        """
        connection, _ = running.get((recipient, event))
        token = running.set((connection, event))
        try:
            check_ack(arguments)
            yield callback(*arguments)
        except Exception as error:
            yield from self._handling_error(error, connection, event)
        finally:
            running.reset(token)

    def _receiving(
        self, eio_sid: str, namespace: str | None, id: int | None, data: list[Any]
    ) -> Flow[None]:
        namespace = namespace or "/"
        sid = self.manager.sid_from_eio_sid(eio_sid, namespace)
        connection = self._connections.get((namespace, sid))
        if not self.manager.is_connected(sid, namespace):
            return
        if connection is None:  # the Admin UI's
            yield super()._handle_event(eio_sid, namespace, id, data)
            return
        answering = self._answering(connection, eio_sid, id, data)
        if self.async_handlers:
            self._start(answering)
        else:
            yield from answering

    def _start(self, flow: Flow[None]) -> None:
        """Have *flow* driven in the background."""
        raise NotImplementedError

    def _answering(
        self, connection: Connection, eio_sid: str, id: int | None, data: list[Any]
    ) -> Flow[None]:
        """Handle an event and acknowledge it, if it asked for that with an *id*."""
        event, namespace = data[0], connection.namespace
        token = running.set((connection, event))
        try:
            if event in self.reserved_events:  # or a client could run the handler of that name
                unknown = self.registration.unknown_event(namespace, event)
                result = yield from self._handling_error(unknown, connection, event)
            elif "_trigger_event" in vars(self):  # the Admin UI's, which looks on
                result = yield self._trigger_event(event, namespace, connection.sid, *data[1:])
            else:
                result = yield from self._handling(event, connection, data[1:])
            yield from self._acknowledging(connection, eio_sid, id, event, result)
        except Exception as error:  # what the error handler says cannot be sent either
            refusals.log_error(error, namespace, event, connection.sid)
        finally:
            running.reset(token)

    def _acknowledging(
        self, connection: Connection, eio_sid: str, id: int | None, event: str, result: Any
    ) -> Flow[None]:
        if id is None:
            return
        try:
            yield from self._sending_ack(connection, eio_sid, id, event, result)
        except Exception as error:  # the result cannot be sent
            result = yield from self._handling_error(error, connection, event)
            yield from self._sending_ack(connection, eio_sid, id, event, result)

    def _sending_ack(
        self, connection: Connection, eio_sid: str, id: int, event: str, result: Any
    ) -> Flow[None]:
        """Acknowledge an event with *result*; raise for the error handler where it is no JSON."""
        try:
            yield self._acknowledge(connection, eio_sid, id, result)
        except (TypeError, ValueError, RecursionError) as error:
            if self._is_written(result):  # then it is something else
                raise
            raise self._not_json(connection, event, result, error) from None

    def _is_written(self, result: Any) -> bool:
        try:
            self.packet_class(packet.ACK, arguments_of(result), "/", 0).encode()
        except (TypeError, ValueError, RecursionError):
            return False
        return True

    def _not_json(
        self, connection: Connection, event: str, result: Any, error: Exception
    ) -> MessageAckValidationException:
        """Return the exception for a *result* that cannot be written, which raised *error*."""
        namespace = connection.namespace
        reason = wire.why_not_json(result, error)
        exception = MessageAckValidationException(reason, instance=result)
        exception.namespace, exception.event = namespace, event
        registered = self.registration.namespaces[namespace].received.get(event)
        exception.place = registered.place if registered else None
        handler = self._find_handler(event, namespace, (connection.sid,))[0]
        name = getattr(handler, "__qualname__", type(handler).__name__)
        exception.reason = f"{reason} (handler {name!r})"
        return exception

    def _acknowledge(self, connection: Connection, eio_sid: str, id: int, result: Any) -> Any:
        """Send *result*, unless there is none or the client has left the namespace."""
        namespace = connection.namespace
        if result is self.not_handled or (namespace, connection.sid) not in self._connections:
            return None
        answer = self.packet_class(packet.ACK, arguments_of(result), namespace, id)
        return self._send_packet(eio_sid, answer)

    def _receiving_ack(
        self, eio_sid: str, namespace: str | None, id: int, data: list[Any]
    ) -> Flow[None]:
        if id == 0:
            return  # where python-socketio keeps its counter, which would be lost
        sid = self.manager.sid_from_eio_sid(eio_sid, namespace or "/")
        connection = self._connections.get((namespace or "/", sid))
        if connection is None:
            if namespace in self._undocumented:
                yield super()._handle_ack(eio_sid, namespace, id, data)
            return
        token = running.set((connection, ""))
        try:
            yield super()._handle_ack(eio_sid, namespace, id, data)
        finally:
            running.reset(token)

    def _triggering(self, event: str, namespace: str, *args: Any) -> Flow[Any]:
        connection = self._connections.get((namespace, args[0]))
        connection = connection or _departed(event, namespace, args[0])
        if connection is None:
            if namespace not in self._undocumented:
                return self.not_handled
            return (yield from self._triggering_undocumented(event, namespace, *args))
        if event == "connect":
            return (yield self._call_handler(event, namespace, args))
        if event == "disconnect":
            return (yield from self._departing(connection, args))
        return (yield from self._handling(event, connection, args[1:]))

    def _triggering_undocumented(self, event: str, namespace: str, *args: Any) -> Flow[Any]:
        """Run a handler of the Admin UI, which may emit what the document forbids."""
        try:
            return (yield super()._trigger_event(event, namespace, *args))
        except Exception as error:
            if event == "connect":  # a refusal
                raise
            refusals.log_error(error, namespace, event, args[0])
            return self.not_handled

    def _forget(self, connection: Connection) -> None:
        connection.gone = True
        self._connections.pop((connection.namespace, connection.sid), None)

    def _departing(self, connection: Connection, args: tuple[Any, ...]) -> Flow[Any]:
        namespace = connection.namespace
        self._forget(connection)
        if connection.expiry is not None:
            connection.expiry.cancel()
        refusals.log_connection("disconnected", namespace, connection.sid)
        token = running.set((connection, "disconnect"))
        try:
            return (yield self._call_handler("disconnect", namespace, args))
        except Exception as error:
            return (yield from self._handling_error(error, connection, "disconnect"))
        finally:
            running.reset(token)

    def _handling(self, event: str, connection: Connection, arguments: Sequence[Any]) -> Flow[Any]:
        """Return what the handler of *event* does, or the error handler where that fails."""
        namespace = connection.namespace
        self._counts.received[namespace] += 1
        try:
            registered = self.registration.namespaces[namespace].received.get(event)
            self._permit(connection, registered.guard if registered else None, event)
            if registered is None:
                raise self.registration.unknown_event(namespace, event)
            registered.check_payload(arguments)
            args = (connection.sid, *registered.for_handler(arguments))
            begun = perf_counter()
            try:
                result = yield self._call_handler(event, namespace, args)
            finally:
                self._counts.handled(perf_counter() - begun)
            registered.check_ack(arguments_of(result))
        except Exception as error:
            return (yield from self._handling_error(error, connection, event))
        return result

    def _permit(self, connection: Connection, guard: Guard | None, event: str) -> None:
        """Raise if the client may not emit *event*, which *guard* protects."""
        identity = connection.identity
        if (guard or identity is not ANONYMOUS) and not identity.may(guard, time()):
            raise identity.refusal(guard, time(), connection.namespace, event)

    def _call_handler(self, event: str, namespace: str, args: tuple[Any, ...]) -> Any:
        handler, args = self._find_handler(event, namespace, args)
        return None if handler is None else handler(*args)

    def _find_handler(
        self, event: str, namespace: str, args: tuple[Any, ...]
    ) -> tuple[Handler | None, tuple[Any, ...]]:
        """Return the handler of *event* and its arguments, in python-socketio's order."""
        handler, found = self._get_event_handler(event, namespace, args)
        signature = handler
        if handler is None:
            instance, found = self._get_namespace_handler(namespace, args)
            handler = signature = getattr(instance, f"on_{event}", None)
            if overrides_dispatch(instance):
                handler = partial(instance.trigger_event, event)
                signature = signature or handler
        if event in HANDSHAKE_ARGUMENTS and signature is not None:
            found = found[: count_arguments(signature, len(found), ("user", "token_info"))]
        if event == "connect" and signature is not None:
            identity = running.get()[0].identity
            about = {"user": identity.user, "token_info": identity.token_info}
            named = by_name(signature, about)
            handler = partial(signature, **named) if named else handler
        return handler, found

    def _handling_error(self, error: Exception, connection: Connection, event: str) -> Flow[Any]:
        """Give *error* to the error handler; return what it says, which is the ack."""
        namespace = connection.namespace
        counts = self._counts
        count = counts.refused if isinstance(error, AsynctionException) else counts.failed
        count[type(error).__name__] += 1
        handler = self._find_error_handler(connection, event)
        if handler is None:
            refusals.log_error(error, namespace, event, connection.sid)
            return self.not_handled
        token = running.set((connection, event))
        try:
            return (yield handler(error))
        except Exception as second:
            refusals.log_error(second, namespace, event, connection.sid)
            return self.not_handled
        finally:
            running.reset(token)
            refusals.log_refused(error, namespace, event, connection.sid)

    def _find_error_handler(self, connection: Connection, event: str) -> Handler | None:
        return self._error_handlers.get(connection.namespace, self.default_error_handler)


def _departed(event: str, namespace: str, sid: str) -> Connection | None:
    """Return the connection of a client that left after it sent *event*."""
    connection, handled = running.get((None, ""))
    if connection is None or event in HANDSHAKE_ARGUMENTS:
        return None
    same = (connection.namespace, connection.sid, handled) == (namespace, sid, event)
    return connection if same else None


def overrides_dispatch(instance: Any) -> bool:
    """Tell whether a class-based namespace finds its handlers itself."""
    found = getattr(type(instance), "trigger_event", None)
    known = (socketio.AsyncNamespace.trigger_event, socketio.Namespace.trigger_event)
    return found is not None and found not in known
