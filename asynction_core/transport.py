"""What comes over the transport: packets are read, and who sends anything else is cut off."""

from typing import Any

from engineio.exceptions import ContentTooLongError, EngineIOError, UnknownPacketError
from socketio import packet
from socketio.base_server import BaseServer

from asynction_core import polling, refusals, wire
from asynction_core.drivers import Flow
from asynction_core.registration import Registration


class Transport(BaseServer):
    """Reads packets and hands them on. Its methods are flows, for servers of either kind."""

    def __init__(self, registration: Registration, **kwargs: Any) -> None:
        super().__init__(namespaces=list(registration.namespaces) or ["/"], **kwargs)
        self.registration = registration
        # not python-socketio's dict: it forgets a packet when the client leaves any namespace,
        # and takes the attachments that follow for packets
        self._incomplete: dict[str, Any] = {}
        self._leaving: set[str] = set()

    def _name_of(self, eio_sid: str) -> str:
        """Return what the log calls a transport: the session ids of its client, if it has any."""
        sids = (
            self.manager.sid_from_eio_sid(eio_sid, each) for each in self.registration.namespaces
        )
        return ", ".join(filter(None, sids)) or eio_sid

    def _bound_answers(self, eio_sid: str, environ: Any) -> None:
        """Have no poll of a new client be answered with more than it can take."""
        socket = self.eio.sockets.get(eio_sid)
        if socket is not None:  # a test client of Flask-SocketIO has none
            socket.queue.answer_size = polling.answer_size(environ)

    def _receiving_body(self, body: Any, query: str, length: int) -> Flow[bytes]:
        """Receive the packets of a long-polling POST, and leave none of them to python-engineio.

        :raises EngineIOError: the body is too long, or a packet is malformed or of a kind that only
            servers send. Those before it are received, and the client is disconnected.
        """
        eio_sid = polling.sid_of(query)
        socket = self.eio.sockets.get(eio_sid)
        if socket is None:
            return b""  # another thread has closed it
        try:
            if length > self.eio.max_http_buffer_size:
                raise ContentTooLongError
            yield from self._receiving_packets(socket, (yield body.read(length)))
        except EngineIOError as error:
            if isinstance(error, UnknownPacketError):
                refusals.logger.warning("a client is disconnected: not an Engine.IO packet")
            yield from self._cutting_off(eio_sid)
            # python-engineio's asyncio server has an answer for sessions only that it knows
            self.eio.sockets.setdefault(eio_sid, socket)
            raise
        return b""

    def _receiving_packets(self, socket: Any, body: bytes) -> Flow[None]:
        for number, encoded in enumerate(polling.split(body)):
            if number:  # what the last one began begins before this one, and others have a turn
                yield self.eio.sleep(0)
            if socket.closing:
                return
            yield socket.receive(polling.read_packet(encoded))

    def _is_gone(self, eio_sid: str) -> bool:
        return eio_sid not in self.environ or eio_sid in self._leaving

    def _reading(self, eio_sid: str, data: str | bytes) -> Flow[None]:
        if self._is_gone(eio_sid):
            return  # closed, and the client goes on sending
        try:
            found = wire.read_packet(data, self._incomplete, eio_sid, self.packet_class)
        except wire.MalformedPacket as error:
            told = "client %s is disconnected: %s"
            refusals.logger.warning(told, self._name_of(eio_sid), error)
            yield from self._cutting_off(eio_sid)
            return
        if found is None:
            self._keep_nothing_of_strangers(eio_sid)
        elif found.packet_type in (packet.EVENT, packet.BINARY_EVENT):
            yield from self._receiving(eio_sid, found.namespace, found.id, found.data)
        elif found.packet_type in (packet.ACK, packet.BINARY_ACK):
            yield from self._receiving_ack(eio_sid, found.namespace, found.id, found.data)
        elif found.packet_type == packet.CONNECT:
            yield from self._connecting(eio_sid, found.namespace, found.data)
        else:
            yield self._handle_disconnect(eio_sid, found.namespace, self.reason.CLIENT_DISCONNECT)

    def _keep_nothing_of_strangers(self, eio_sid: str) -> None:
        """Skip the attachments of a client that is not in: its event will not be handled."""
        waiting = self._incomplete.get(eio_sid)
        if waiting is None or isinstance(waiting, wire.Skipped):
            return
        namespace = waiting.namespace or "/"
        sid = self.manager.sid_from_eio_sid(eio_sid, namespace)
        if not self.manager.is_connected(sid, namespace):
            self._incomplete[eio_sid] = wire.Skipped(waiting)

    def _closing(self, eio_sid: str, reason: str) -> Flow[None]:
        self._leaving.add(eio_sid)  # nobody gets in while the disconnect handlers run
        try:
            yield super()._handle_eio_disconnect(eio_sid, reason)
        finally:
            self._leaving.discard(eio_sid)
            self._incomplete.pop(eio_sid, None)
        if reason == self.reason.CLIENT_DISCONNECT:
            yield from self._releasing(self.eio.sockets.get(eio_sid))

    def _releasing(self, transport: Any) -> Flow[None]:
        """End a pending poll, which python-engineio's asyncio server forgets until it times out."""
        if transport is not None and self.is_asyncio_based():
            release = getattr(transport, "release", None)
            yield release() if release else transport.queue.put(None)

    def _cutting_off(self, eio_sid: str) -> Flow[None]:
        transport = self.eio.sockets.get(eio_sid)
        if transport is not None:
            yield transport.close(wait=False, reason=self.reason.TRANSPORT_ERROR)
            yield from self._releasing(transport)
