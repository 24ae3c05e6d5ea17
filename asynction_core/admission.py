"""How clients get in: bindings, then security, then the connect handler; and how they do not."""

import math
from collections.abc import Callable, Mapping
from threading import Lock
from time import time
from typing import Any

import socketio.exceptions
from engineio import packet as eio_packet
from socketio import packet

from asynction_core import refusals
from asynction_core.context import Connection, running
from asynction_core.dispatch import Dispatcher
from asynction_core.drivers import Flow
from asynction_core.handshake import Handshake
from asynction_core.registration import RegisteredNamespace, Registration
from asynction_core.security import Decision
from asynction_core.waiting import Waiting


class Admission(Dispatcher):
    """Lets clients in that the document lets in. Its methods are flows."""

    def __init__(
        self, registration: Registration, *, security_timeout: float, **kwargs: Any
    ) -> None:
        super().__init__(registration, **kwargs)
        self.security_timeout = security_timeout
        self._waiting: dict[str, Waiting] = {}
        self._waiting_lock = Lock()

    def _connecting(self, eio_sid: str, namespace: str | None, data: Any) -> Flow[None]:
        namespace = namespace or "/"
        if namespace in self._undocumented:
            yield from self._connecting_undocumented(eio_sid, namespace, data)
            return
        registered = self.registration.namespaces.get(namespace)
        if registered is None:
            self._counts.refused["InvalidNamespace"] += 1
            extra = refusals.activity("refused", namespace[:100], reason="not in the document")
            message = "refused: no namespace %.100r in the document"
            refusals.logger.info(message, namespace, extra=extra)
            yield self._send_refusal(eio_sid, namespace, refusals.INVALID_NAMESPACE)
            return
        environ = self.environ[eio_sid]
        handshake = Handshake.from_environ(environ, data)  # not kept: most never need it again
        connection = Connection(self, eio_sid, namespace, environ, data)
        try:
            yield from self._identifying(connection, handshake, registered)
        except Exception as error:
            yield from self._turning_away(connection, eio_sid, error)
            return
        # only now does the client get a session id, and with it what is broadcast
        if not self._is_gone(eio_sid):
            yield from self._entering(connection, eio_sid)

    def _connecting_undocumented(self, eio_sid: str, namespace: str, data: Any) -> Flow[None]:
        """Let a client of the Admin UI in, as python-socketio does; what is emitted to it waits."""
        asked = self.manager.sid_from_eio_sid(eio_sid, namespace) is not None
        if self.always_connect or asked:
            yield super()._handle_connect(eio_sid, namespace, data)
            return
        waiting = self._begin_waiting(eio_sid, namespace)
        sid = None
        try:
            yield super()._handle_connect(eio_sid, namespace, data)
            sid = self.manager.sid_from_eio_sid(eio_sid, namespace)
            if sid is not None:
                yield from self._letting_in(sid, eio_sid, namespace, waiting)
        finally:
            if sid is None:
                waiting.refuse(namespace)
            self._forget_waiting(eio_sid, waiting)

    def _identifying(
        self, connection: Connection, handshake: Handshake, registered: RegisteredNamespace
    ) -> Flow[None]:
        registered.check_handshake(handshake)
        decision = registered.security.decide(handshake, time())
        connection.identity = yield self._decide(decision, connection)

    def _decide(self, decision: Decision, connection: Connection) -> Any:
        """Return the identity that *decision* comes to, or an awaitable of it."""
        raise NotImplementedError

    def _entering(self, connection: Connection, eio_sid: str) -> Flow[None]:
        """Give the client a session id, which it keeps if its connect handler lets it in."""
        namespace = connection.namespace
        sid = yield self.manager.pre_connect(eio_sid, namespace)
        if sid is None:
            yield self._send_refusal(eio_sid, namespace, refusals.ALREADY_CONNECTED)
            return
        connection.sid = sid
        self._connections[namespace, sid] = connection
        waiting = self._begin_waiting(eio_sid, None if self.always_connect else namespace)
        accepted = False
        try:
            accepted = yield from self._admitting(connection, eio_sid, waiting)
        finally:
            if not accepted:
                self._forget(connection)
                if not self.always_connect:
                    waiting.refuse(namespace)
                yield self.manager.disconnect(sid, namespace, ignore_queue=True)
            self._forget_waiting(eio_sid, waiting)

    def _begin_waiting(self, eio_sid: str, namespace: str | None) -> Waiting:
        """Return what waits for the client, from now on also for *namespace*."""
        with self._waiting_lock:  # another thread may forget it
            waiting = self._waiting.setdefault(eio_sid, Waiting(self.packet_class))
            if namespace is not None:
                waiting.begin(namespace)
        return waiting

    def _forget_waiting(self, eio_sid: str, waiting: Waiting) -> None:
        with self._waiting_lock:
            if waiting.is_over() or self._is_gone(eio_sid):
                self._waiting.pop(eio_sid, None)

    def _closing(self, eio_sid: str, reason: str) -> Flow[None]:
        yield from super()._closing(eio_sid, reason)
        self._waiting.pop(eio_sid, None)

    def _admitting(self, connection: Connection, eio_sid: str, waiting: Waiting) -> Flow[bool]:
        """Run the connect handler and tell the client; return whether it is in."""
        namespace, environ, auth = connection.namespace, connection.environ, connection.auth
        if self.always_connect:
            yield from self._accepting(connection, eio_sid)
        token = running.set((connection, "connect"))
        try:
            result = yield self._trigger_event("connect", namespace, connection.sid, environ, auth)
            if result is False or waiting.is_refused(namespace):
                raise socketio.exceptions.ConnectionRefusedError
            if not self.always_connect and waiting.is_full(namespace):
                raise RuntimeError("more was emitted to a client than can wait until it is in")
        except Exception as error:
            yield from self._turning_away(connection, eio_sid, error, accepted=self.always_connect)
            return False
        finally:
            running.reset(token)
        if not self.always_connect:
            yield from self._accepting(connection, eio_sid)
        yield from self._letting_in(connection.sid, eio_sid, namespace, waiting)
        if (namespace, connection.sid) in self._connections:
            self._counts.connected[namespace] += 1
            refusals.log_connection("connected", namespace, connection.sid)
            self._expire_later(connection)
        return True

    def _letting_in(self, sid: str, eio_sid: str, namespace: str, waiting: Waiting) -> Flow[None]:
        """Send what waited to a client that is in, unless it has left or was sent away."""
        yield from self._sending_what_waited(eio_sid, namespace, waiting)
        if self._is_gone(eio_sid):  # gone while the handler ran
            yield self._handle_disconnect(eio_sid, namespace, self.reason.TRANSPORT_CLOSE)
        elif waiting.is_refused(namespace):  # disconnected while it was told that it is in
            yield super().disconnect(sid, namespace)

    def _refuses(self, sid: str, namespace: str) -> bool:
        """Refuse the client *sid* if its connect handler runs; tell whether it does."""
        eio_sid = self.manager.eio_sid_from_sid(sid, namespace)
        waiting = self._waiting.get(eio_sid)
        if waiting is None or not waiting.holds(namespace):
            return False
        waiting.refuse(namespace)
        return True

    def _waits(self, eio_sid: str, found: Any) -> bool:
        """Keep *found*, a packet of Socket.IO, if its client is not in yet."""
        waiting = self._waiting.get(eio_sid)
        return waiting is not None and waiting.keep(found)

    def _waits_encoded(self, eio_sid: str, found: Any) -> bool:
        """Keep *found*, a packet of Engine.IO, if its client is not in yet."""
        waiting = self._waiting.get(eio_sid)
        return waiting is not None and waiting.keep_encoded(found)

    def _sending_what_waited(self, eio_sid: str, namespace: str, waiting: Waiting) -> Flow[None]:
        while kept := waiting.take(namespace):
            for found in kept:
                if isinstance(found, eio_packet.Packet):
                    yield super()._send_eio_packet(eio_sid, found)
                else:
                    yield super()._send_packet(eio_sid, found)

    def _turning_away(
        self, connection: Connection, eio_sid: str, error: Exception, accepted: bool = False
    ) -> Flow[None]:
        """Refuse a connection because of *error*, whatever the error handler does about it."""
        refusal, namespace = refusals.refusal_of(error), connection.namespace
        if refusals.is_deliberate(error):
            self._counts.refused[type(error).__name__] += 1
            refusals.log_connection("refused", namespace, connection.sid)
        else:
            yield from self._handling_error(error, connection, "connect")
        try:
            yield from self._refusing(connection, eio_sid, refusal, accepted)
        except (TypeError, ValueError, RecursionError) as second:  # it is no JSON
            refusals.log_error(second, namespace, "connect", connection.sid)
            yield from self._refusing(connection, eio_sid, refusals.FAILED, accepted)

    def _refusing(
        self, connection: Connection, eio_sid: str, refusal: Mapping[str, Any], accepted: bool
    ) -> Flow[None]:
        namespace = connection.namespace
        if not accepted:
            yield self._send_refusal(eio_sid, namespace, refusal)
            return
        if self.manager.is_connected(connection.sid, namespace):  # else it has left by itself
            said = self.packet_class(packet.DISCONNECT, dict(refusal), namespace=namespace)
            yield self._send_packet(eio_sid, said)
            self.manager.pre_disconnect(connection.sid, namespace)

    def _accepting(self, connection: Connection, eio_sid: str) -> Flow[None]:
        yield self._send_packet(
            eio_sid,
            self.packet_class(
                packet.CONNECT, {"sid": connection.sid}, namespace=connection.namespace
            ),
        )
        yield self.manager.connect(connection.sid, connection.namespace)

    def _send_refusal(self, eio_sid: str, namespace: str, refusal: Mapping[str, Any]) -> Any:
        return self._send_packet(
            eio_sid, self.packet_class(packet.CONNECT_ERROR, dict(refusal), namespace=namespace)
        )

    def _expire_later(self, connection: Connection) -> None:
        """Disconnect the client when its credentials expire, if they do."""
        if connection.identity.expires == math.inf:
            return
        seconds = max(connection.identity.expires - time(), 0)
        connection.expiry = self._call_later(seconds, self._expire, connection)

    def _call_later(self, seconds: float, function: Callable[..., None], *args: Any) -> Any:
        """Have *function* called; return what can be cancelled."""
        raise NotImplementedError

    def _expire(self, connection: Connection) -> None:
        if time() < connection.identity.expires:  # the system's clock was set
            self._expire_later(connection)
            return
        refusals.logger.info("client %s: its credentials have expired", connection.sid)
        self._start(self._ending(connection))

    def _ending(self, connection: Connection) -> Flow[None]:
        yield self.disconnect(connection.sid, connection.namespace)
