"""The server: python-socketio's ``AsyncServer``, held to the document."""

import asyncio
import os
from collections.abc import Callable, Coroutine, Mapping, Sequence
from functools import partial
from typing import Any, Self

import socketio
import socketio.exceptions
from engineio.async_drivers import asgi

from asynction_core import drivers, refusals, wire
from asynction_core.context import Connection
from asynction_core.drivers import Flow, drive
from asynction_core.endpoint import Endpoint
from asynction_core.environ import translate_request
from asynction_core.exceptions import ValidationException
from asynction_core.fast import guard
from asynction_core.fast.engine import Engine, answer_nothing
from asynction_core.fast.lanes import Lanes
from asynction_core.fast.manager import Manager, deliver_at_once
from asynction_core.fast.outbox import Limits, Policy
from asynction_core.fast.socket import Socket
from asynction_core.handlers import Handler
from asynction_core.message_queue import is_async
from asynction_core.options import check_values, collector_paused
from asynction_core.registration import Registration, register
from asynction_core.security import Decision
from asynction_core.spec import Retrieve, load_spec
from asynction_core.validation import Check
from asynction_core.websocket import WebSocket


class AsynctionServer(Endpoint, Lanes, socketio.AsyncServer):
    """A ``socketio.AsyncServer`` that serves an AsyncAPI document and enforces it.

    Make one with :meth:`from_spec`. Everything that ``socketio.AsyncServer`` does works as it
    does there; what the document forbids raises, or reaches the error handler.

    :ivar registration: what the document made the server register.
    :ivar socketio_path: the path that the Socket.IO endpoint is meant to have.
    :ivar docs: whether the middleware serves the document, too.
    """

    _elsewhere = dict.fromkeys(("app", "metrics_path"), "AsynctionMiddleware")

    def __init__(
        self,
        registration: Registration,
        *,
        docs: bool = True,
        socketio_path: str | None = None,
        fast_path: bool = True,
        max_queue: int = Limits.packets,
        max_queue_bytes: int = Limits.size,
        queue_policy: Policy = Limits.policy,
        **kwargs: Any,
    ) -> None:
        check_values(docs=docs, fast_path=fast_path)
        limits = Limits(max_queue, max_queue_bytes, queue_policy)
        kwargs.setdefault("async_mode", "asgi")
        fast_path = fast_path and kwargs["async_mode"] == "asgi" and guard.is_possible()
        if fast_path:
            kwargs["client_manager"] = _at_once(kwargs.get("client_manager"))
        super().__init__(registration, **kwargs)
        if fast_path:
            self._take_fast_path(limits)
        elif limits != Limits():
            unbounded = "max_queue, max_queue_bytes and queue_policy do nothing on the long way"
            refusals.logger.warning(unbounded)
        if self.eio._async["websocket"] is asgi.WebSocket:  # this server's, not the library's
            limit = self.eio.max_http_buffer_size
            translate = partial(translate_request, limit, self._receive_body)
            ours = {"websocket": WebSocket, "translate_request": translate}
            self.eio._async = {**self.eio._async, **ours}
        path = registration.path if socketio_path is None else socketio_path
        self.socketio_path = path.strip("/")
        self.docs = docs
        self._tasks: set[asyncio.Task[None]] = set()
        self._stopped = False

    @classmethod
    def from_spec(
        cls,
        spec_path: str | os.PathLike[str] | Mapping[str, Any],
        validation: bool = True,
        server_name: str | None = None,
        docs: bool = True,
        default_error_handler: Handler | None = None,
        *,
        check_formats: bool = False,
        retrieve: Retrieve | None = None,
        **kwargs: Any,
    ) -> Self:
        """Return a server of the AsyncAPI document at *spec_path*, its handlers registered.

        :param spec_path: the path of a YAML or JSON file, or the document as a mapping.
        :param validation: False switches off the checks of payloads, acknowledgements and
            channel bindings, and nothing else.
        :param server_name: the document's server whose path is the Socket.IO path.
        :param docs: whether the document is served, at ``docs`` beside the Socket.IO path.
        :param default_error_handler: called with the exception where a namespace has no error
            handler of its own; what it returns is the acknowledgement.
        :param check_formats: whether ``format`` is an assertion; by default it is not.
        :param retrieve: takes the URI of a remote ``$ref``, returns the parsed document.
        :param kwargs: ``socketio_path``, which overrides the path of the document's server;
            ``security_timeout``, how long a security function may take, in seconds (10);
            ``max_queue`` (10,000 packets), ``max_queue_bytes`` (16 MiB) and ``queue_policy``
            (``"disconnect"``, or ``"drop"``), what may wait for a client that does not take it, and
            what happens beyond; ``fast_path=False``, to have websockets served as python-socketio
            does, without these limits; and the options of ``socketio.AsyncServer`` and
            ``engineio.AsyncServer``.
        :raises SpecException: something is wrong with the document or with a handler it names.
        :raises TypeError: an option that there is not.
        :raises ValueError: an option that cannot have its value.
        """
        check_values(validation=validation, check_formats=check_formats)
        with collector_paused():
            registration = register(
                load_spec(spec_path, retrieve),
                server_name=server_name,
                validation=validation,
                check_formats=check_formats,
            )
        return cls(registration, default_error_handler=default_error_handler, docs=docs, **kwargs)

    async def emit(
        self,
        event: str,
        data: Any = None,
        to: Any = None,
        room: Any = None,
        skip_sid: Any = None,
        namespace: str | None = None,
        callback: Callable[..., Any] | None = None,
        ignore_queue: bool = False,
    ) -> None:
        """Emit an event, as in ``socketio.AsyncServer``, if the document allows it.

        Where its operation asks for security, only clients that meet it get the event.

        :raises PayloadValidationException: it does not; nothing is sent.
        :raises SecurityException: *to* is a client that may not have the event.
        """
        emitting = self._emitting(
            event, data, to or room, skip_sid, namespace, callback, ignore_queue
        )
        if emitting is not None:
            await emitting

    async def call(
        self,
        event: str,
        data: Any = None,
        to: str | None = None,
        sid: str | None = None,
        namespace: str | None = None,
        timeout: float = 60,
        ignore_queue: bool = False,
    ) -> Any:
        """Emit an event and return its acknowledgement: its argument, or a tuple of several.

        :param timeout: how long to wait, in seconds.
        :raises PayloadValidationException: the document does not allow the event.
        :raises MessageAckValidationException: the document does not allow the acknowledgement.
        :raises socketio.exceptions.TimeoutError: there was none in time.
        """
        namespace = namespace or "/"
        check_ack = self._check_call(event, data, to or sid, namespace)
        reply: asyncio.Future[tuple[Any, ...]] = asyncio.get_running_loop().create_future()
        await super().emit(
            event,
            data,
            to=to or sid,
            namespace=namespace,
            callback=partial(_resolve, reply, check_ack),
            ignore_queue=ignore_queue,
        )
        try:
            arguments = await asyncio.wait_for(reply, timeout)
        except asyncio.TimeoutError:
            raise socketio.exceptions.TimeoutError from None
        return arguments if len(arguments) > 1 else next(iter(arguments), None)

    async def disconnect(
        self, sid: str, namespace: str | None = None, ignore_queue: bool = False
    ) -> None:
        """Disconnect a client, as in ``socketio.AsyncServer``.

        One whose connect handler runs is refused when the handler is done.
        """
        leaving = super().disconnect(sid, namespace, ignore_queue)
        if leaving is not None:
            await leaving

    async def shutdown(self) -> None:
        """Stop the background tasks; again is no mistake."""
        if not self._stopped:
            self._stopped = True
            await super().shutdown()

    def handle_request(self, *args: Any, **kwargs: Any) -> Coroutine[Any, Any, Any]:
        """Handle a request to the Socket.IO endpoint; the first one checks the handlers.

        :raises SpecException: a handler is missing, or cannot take its event's arguments.
        """
        if not self._started:
            self.check_handlers()
        handling: Coroutine[Any, Any, Any] = super().handle_request(*args, **kwargs)
        return handling

    def _take_fast_path(self, limits: Limits) -> None:
        """Let websockets take the short way."""
        self.eio.limits = limits
        self.eio.name_of = self._name_of
        self.eio.concurrent = self.async_handlers
        self.eio.binary_packets = not self.packet_class.uses_binary_events
        if self.packet_class is wire.Packet:
            self.eio.answer = self._answer
        self.eio.fast = True

    def instrument(self, *args: Any, **kwargs: Any) -> Any:
        """Instrument the server for the Socket.IO Admin UI, which looks at every packet."""
        instrumented = super().instrument(*args, **kwargs)
        self.eio.fast = False
        self.eio.answer = answer_nothing
        return instrumented

    def _transports(self) -> dict[str, Any]:
        queues = [socket.queue for socket in self.eio.sockets.values() if type(socket) is Socket]
        return {
            "queued": sum(map(len, queues)),
            "queued_bytes": sum(queue.size for queue in queues),
            "dropped": self.eio.dropped,
            "overrun": self.eio.overrun,
            "fast_path": self.eio.answer is not answer_nothing,
        }

    # the hooks that socketio.AsyncServer calls itself with

    def _engineio_server_class(self) -> type[Engine]:
        return Engine

    def deliver(self, eio_sid: str, frames: Sequence[str | bytes]) -> bool:
        """Send the *frames* of one message to a transport, if that can be done at once."""
        socket = self.eio.sockets.get(eio_sid)
        if type(socket) is not Socket or eio_sid in self._waiting or socket.closed:
            return False
        socket.deliver(frames)
        return True

    def _receive_body(self, *request: Any) -> Coroutine[Any, Any, bytes]:
        return drive(self._receiving_body(*request))

    async def _handle_eio_connect(self, eio_sid: str, environ: Any) -> None:
        self._bound_answers(eio_sid, environ)
        await super()._handle_eio_connect(eio_sid, environ)

    async def _handle_eio_message(self, eio_sid: str, data: str | bytes) -> None:
        await drive(self._reading(eio_sid, data))

    async def _handle_eio_disconnect(self, eio_sid: str, reason: str) -> None:
        await drive(self._closing(eio_sid, reason))

    async def _trigger_event(self, event: str, namespace: str, *args: Any) -> Any:
        return await drive(self._triggering(event, namespace, *args))

    async def _send_packet(self, eio_sid: str, pkt: Any) -> None:
        if not self._waits(eio_sid, pkt):
            await super()._send_packet(eio_sid, pkt)

    async def _send_eio_packet(self, eio_sid: str, eio_pkt: Any) -> None:
        if not self._waits_encoded(eio_sid, eio_pkt):
            await super()._send_eio_packet(eio_sid, eio_pkt)

    async def _run_callback(self, *args: Any) -> None:
        await drive(self._calling_back(*args))

    def _start(self, flow: Flow[None]) -> None:
        task = asyncio.create_task(drive(flow))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _decide(self, decision: Decision, connection: Connection) -> Any:
        return drivers.decide(decision, self.security_timeout)

    def _call_later(self, seconds: float, function: Callable[..., None], *args: Any) -> Any:
        return asyncio.get_running_loop().call_later(seconds, function, *args)


def _at_once(manager: Any) -> Any:
    """Return *manager*, or one for a lone server, which delivers without a task each."""
    if manager is None:
        return Manager()
    if is_async(manager):
        deliver_at_once(manager)
    return manager


def _resolve(
    reply: "asyncio.Future[tuple[Any, ...]]", check_ack: Check | None, *arguments: Any
) -> None:
    if reply.done():
        return
    try:
        if check_ack is not None:
            check_ack(arguments)
    except ValidationException as error:
        reply.set_exception(error)
    else:
        reply.set_result(arguments)
