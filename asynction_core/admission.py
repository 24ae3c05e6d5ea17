"""How clients get in: bindings, then security, then the connect handler; and how they do not."""

import asyncio
import math
from collections.abc import Mapping
from time import time
from typing import Any

import socketio.exceptions
from engineio import packet as eio_packet
from socketio import packet

from asynction_core import drivers, refusals
from asynction_core.context import Connection, running
from asynction_core.dispatch import Dispatcher
from asynction_core.handshake import Handshake
from asynction_core.registration import RegisteredNamespace, Registration
from asynction_core.waiting import Waiting


class Admission(Dispatcher):
    """Lets clients in that the document lets in."""

    def __init__(
        self, registration: Registration, *, security_timeout: float, **kwargs: Any
    ) -> None:
        super().__init__(registration, **kwargs)
        self.security_timeout = security_timeout
        self._waiting: dict[str, Waiting] = {}

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
            await self._identify(connection, handshake, registered)
        except Exception as error:
            await self._turn_away(connection, eio_sid, error)
            return
        # only now does the client get a session id, and with it what is broadcast
        if not self._is_gone(eio_sid):
            await self._enter(connection, handshake, eio_sid)

    async def _identify(
        self, connection: Connection, handshake: Handshake, registered: RegisteredNamespace
    ) -> None:
        registered.check_handshake(handshake)
        decision = registered.security.decide(handshake, time())
        connection.identity = await drivers.decide(decision, self.security_timeout)

    async def _enter(self, connection: Connection, handshake: Handshake, eio_sid: str) -> None:
        """Give the client a session id, which it keeps if its connect handler lets it in."""
        namespace = connection.namespace
        sid = await self.manager.pre_connect(eio_sid, namespace)
        if sid is None:
            await self._send_refusal(eio_sid, namespace, refusals.ALREADY_CONNECTED)
            return
        connection.sid = sid
        self._connections[namespace, sid] = connection
        waiting = self._waiting.setdefault(eio_sid, Waiting(self.packet_class))
        accepted = False
        try:
            if not self.always_connect:
                waiting.begin(namespace)
            accepted = await self._admit(connection, handshake, eio_sid)
        finally:
            if not accepted:
                self._connections.pop((namespace, sid), None)
                await self.manager.disconnect(sid, namespace, ignore_queue=True)
                await asyncio.sleep(0)  # what is under way to the client still waits, and is lost
            waiting.end(namespace)
            if not waiting:
                self._waiting.pop(eio_sid, None)

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
            if not self.always_connect and self._waiting[eio_sid].is_full(namespace):
                raise RuntimeError("more was emitted to a client than can wait until it is in")
        except Exception as error:
            await self._turn_away(connection, eio_sid, error, accepted=self.always_connect)
            return False
        finally:
            running.reset(token)
        if not self.always_connect:
            await self._accept(connection, eio_sid)
            await self._send_what_waited(eio_sid, namespace)
        if self._is_gone(eio_sid):  # gone while the handler ran
            await self._handle_disconnect(eio_sid, namespace, self.reason.TRANSPORT_CLOSE)
        elif connection.identity.expires < math.inf:
            self._expire_later(connection)
        return True

    async def _send_packet(self, eio_sid: str, pkt: Any) -> None:
        waiting = self._waiting.get(eio_sid)
        if waiting is None or not waiting.keep(pkt):
            await super()._send_packet(eio_sid, pkt)

    async def _send_eio_packet(self, eio_sid: str, eio_pkt: Any) -> None:
        waiting = self._waiting.get(eio_sid)
        if waiting is None or not waiting.keep_encoded(eio_pkt):
            await super()._send_eio_packet(eio_sid, eio_pkt)

    async def _send_what_waited(self, eio_sid: str, namespace: str) -> None:
        waiting = self._waiting[eio_sid]
        while kept := waiting.take(namespace):
            for found in kept:
                if isinstance(found, eio_packet.Packet):
                    await super()._send_eio_packet(eio_sid, found)
                else:
                    await super()._send_packet(eio_sid, found)

    async def _turn_away(
        self, connection: Connection, eio_sid: str, error: Exception, accepted: bool = False
    ) -> None:
        """Refuse a connection because of *error*, whatever the error handler does about it."""
        if not refusals.is_deliberate(error):
            await self._handle_error(error, connection, "connect")
        refusal, namespace = refusals.refusal_of(error), connection.namespace
        try:
            await self._refuse(connection, eio_sid, refusal, accepted)
        except (TypeError, ValueError, RecursionError) as second:  # it is no JSON
            refusals.log_error(second, namespace, "connect", connection.sid)
            await self._refuse(connection, eio_sid, refusals.FAILED, accepted)

    async def _refuse(
        self, connection: Connection, eio_sid: str, refusal: Mapping[str, Any], accepted: bool
    ) -> None:
        namespace = connection.namespace
        if not accepted:
            await self._send_refusal(eio_sid, namespace, refusal)
            return
        if self.manager.is_connected(connection.sid, namespace):  # else it has left by itself
            said = self.packet_class(packet.DISCONNECT, dict(refusal), namespace=namespace)
            await self._send_packet(eio_sid, said)
            self.manager.pre_disconnect(connection.sid, namespace)

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

    def _expire_later(self, connection: Connection) -> None:
        """Disconnect the client when its credentials expire."""
        seconds = max(connection.identity.expires - time(), 0)
        loop = asyncio.get_running_loop()
        connection.expiry = loop.call_later(seconds, self._expire, connection)

    def _expire(self, connection: Connection) -> None:
        if time() < connection.identity.expires:  # the system's clock was set
            self._expire_later(connection)
            return
        refusals.logger.info("client %s: its credentials have expired", connection.sid)
        self._start(self.disconnect(connection.sid, connection.namespace))
