"""The server: python-socketio's ``AsyncServer``, held to the document."""

import asyncio
import inspect
import os
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, Protocol, Self, TypeVar, overload

import socketio.exceptions

from asynction_core import wire
from asynction_core.admission import Admission
from asynction_core.context import Connection
from asynction_core.dispatch import HANDSHAKE_ARGUMENTS
from asynction_core.egress import check_recipient, permitted
from asynction_core.exceptions import SpecException, ValidationException
from asynction_core.handlers import Handler, why_not
from asynction_core.message_queue import check_published, is_async
from asynction_core.options import check_options, collector_paused
from asynction_core.registration import RegisteredEvent, RegisteredNamespace, Registration, register
from asynction_core.spec import Retrieve, load_spec
from asynction_core.validation import Check, arguments_of

_Handler = TypeVar("_Handler", bound=Handler)


class _Decorator(Protocol):
    def __call__(self, handler: _Handler, /) -> _Handler: ...


class AsynctionServer(Admission):
    """A ``socketio.AsyncServer`` that serves an AsyncAPI document and enforces it.

    Make one with :meth:`from_spec`. Everything that ``socketio.AsyncServer`` does works as it
    does there; what the document forbids raises, or reaches the error handler.

    :ivar registration: what the document made the server register.
    :ivar socketio_path: the path that the Socket.IO endpoint is meant to have.
    :ivar docs: whether documentation is wanted; nothing serves it yet.
    """

    def __init__(
        self,
        registration: Registration,
        *,
        default_error_handler: Handler | None = None,
        docs: bool = True,
        socketio_path: str | None = None,
        security_timeout: float = 10.0,
        **kwargs: Any,
    ) -> None:
        check_options(kwargs)
        kwargs.setdefault("async_mode", "asgi")
        if kwargs.get("serializer", "default") == "default":
            json_module = kwargs.pop("json", None)
            kwargs["serializer"] = wire.packet_class(json_module) if json_module else wire.Packet
        super().__init__(registration, security_timeout=security_timeout, **kwargs)
        check_published(self.manager, self._check_emit, self._permitted)
        path = registration.path if socketio_path is None else socketio_path
        self.socketio_path = path.strip("/")
        self.docs = docs
        self.default_error_handler = default_error_handler
        self._started = False
        self._stopped = False
        for namespace in registration.namespaces.values():
            self._register(namespace)

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
        :param docs: reserved for the documentation page, which nothing serves yet.
        :param default_error_handler: called with the exception where a namespace has no error
            handler of its own; what it returns is the acknowledgement.
        :param check_formats: whether ``format`` is an assertion; by default it is not.
        :param retrieve: takes the URI of a remote ``$ref``, returns the parsed document.
        :param kwargs: ``socketio_path``, which overrides the path of the document's server;
            ``security_timeout``, how long a security function may take, in seconds (10); and the
            options of ``socketio.AsyncServer`` and ``engineio.AsyncServer``.
        :raises SpecException: something is wrong with the document or with a handler it names.
        :raises TypeError: an option that there is not.
        """
        with collector_paused():
            registration = register(
                load_spec(spec_path, retrieve),
                server_name=server_name,
                validation=validation,
                check_formats=check_formats,
            )
        return cls(registration, default_error_handler=default_error_handler, docs=docs, **kwargs)

    def _register(self, namespace: RegisteredNamespace) -> None:
        for event in namespace.received.values():
            if event.handler is not None:
                super().on(event.name, event.handler, namespace.name)
        if namespace.connect is not None:
            super().on("connect", namespace.connect, namespace.name)
        if namespace.disconnect is not None:
            super().on("disconnect", namespace.disconnect, namespace.name)
        if namespace.error is not None:
            self._error_handlers[namespace.name] = namespace.error

    @overload
    def on(self, event: str, handler: None = None, namespace: str | None = None) -> _Decorator: ...

    @overload
    def on(self, event: str, handler: Handler, namespace: str | None = None) -> None: ...

    def on(self, event: str, handler: Handler | None = None, namespace: str | None = None) -> Any:
        """Register a handler in code, as a decorator or with *handler*.

        It takes the place of a handler that the document names. ``*`` is a catch-all for the
        events, or the namespaces, of the document.

        :raises SpecException: the document has no such event, so it could never run.
        """
        self._check_known(event, namespace or "/")
        return super().on(event, handler, namespace)

    @overload
    def on_error(self, handler: None = None, namespace: str | None = None) -> _Decorator: ...

    @overload
    def on_error(self, handler: _Handler, namespace: str | None = None) -> _Handler: ...

    def on_error(self, handler: Handler | None = None, namespace: str | None = None) -> Any:
        """Register the error handler of *namespace*, as a decorator or with *handler*.

        It gets the exception; what it returns becomes the acknowledgement. A refused connection
        stays refused whatever it returns.
        """
        self._check_known("*", namespace or "/")

        def set_handler(handler: Handler) -> Handler:
            self._error_handlers[namespace or "/"] = handler
            return handler

        return set_handler if handler is None else set_handler(handler)

    def _check_known(self, event: str, namespace: str) -> None:
        if namespace == "*" or namespace in self._undocumented:
            return
        registered = self.registration.namespaces.get(namespace)
        if registered is None:
            known = ", ".join(self.registration.namespaces) or "none"
            raise SpecException(
                f"the document has no namespace {namespace!r}, so a handler in it never runs",
                self.registration.source,
                f"Namespaces: {known}.",
            )
        if event not in (*HANDSHAKE_ARGUMENTS, "*", *registered.received):
            known = ", ".join(registered.received) or "none"
            raise SpecException(
                f"clients may not emit {event!r} in {namespace!r}, so its handler never runs",
                registered.place,
                f"Events that they may emit: {known}.",
            )

    def check_handlers(self) -> None:
        """Raise ``SpecException`` if an event that clients may emit has no handler for it.

        Nor may the handler be one that cannot take the event's arguments. All are named.

        The server does it itself, before it serves its first request.
        """
        problems = [
            problem
            for namespace in self.registration.namespaces.values()
            for event in namespace.received.values()
            for problem in self._problems(event, namespace.name)
        ]
        if problems:
            raise SpecException(
                "\n".join(problems),
                fix="Name a handler ('x-handler: package.module.function') or register it with "
                "server.on(event, namespace=...). It takes the client's sid and the event's "
                "arguments.",
            )
        self._started = True

    def _problems(self, event: RegisteredEvent, namespace: str) -> Iterator[str]:
        where = f"{event.place}: event {event.name!r} of {namespace}"
        if self._find_handler(event.name, namespace, ("sid",))[0] is None:
            yield f"{where} has no handler"
            return
        for count in event.counts:
            arguments = ("sid", *(object() for _ in range(count)))
            handler, arguments = self._find_handler(event.name, namespace, arguments)
            reason = why_not(handler, arguments) if handler else None
            if reason:
                name = getattr(handler, "__qualname__", repr(handler))
                yield f"{where}: its handler {name!r} cannot take {count} beside the sid: {reason}"

    def register_namespace(self, namespace_handler: Any) -> None:
        """Register a class-based namespace, as in ``socketio.AsyncServer``.

        :raises SpecException: the document has no such namespace, so it could never run.
        """
        self._check_known("*", getattr(namespace_handler, "namespace", "*"))
        super().register_namespace(namespace_handler)

    async def shutdown(self) -> None:
        """Stop the background tasks; again is no mistake."""
        if not self._stopped:
            self._stopped = True
            await super().shutdown()

    async def handle_request(self, *args: Any, **kwargs: Any) -> Any:
        """Handle a request to the Socket.IO endpoint; the first one checks the handlers."""
        if not self._started:
            self.check_handlers()
        return await super().handle_request(*args, **kwargs)

    def instrument(self, *args: Any, **kwargs: Any) -> Any:
        """Instrument the server for the Socket.IO Admin UI, as in ``socketio.AsyncServer``.

        :raises ValueError: the document has the namespace that the Admin UI would use.
        """
        asked = inspect.signature(super().instrument).bind(*args, **kwargs)
        asked.apply_defaults()
        namespace = asked.arguments["namespace"]
        if namespace in self.registration.namespaces:
            raise ValueError(f"the document has {namespace!r}; pass another 'namespace'")
        self._undocumented.add(namespace)
        return super().instrument(*args, **kwargs)

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
        namespace = namespace or "/"
        check_ack = self._check_emit(namespace, event, data)
        guard = self.registration.guard_of(namespace, event)
        if guard is not None:
            check_recipient(self._connections, guard, namespace, event, to or room)
            if ignore_queue or is_async(self.manager) is None:  # else the queue's check sees it
                to = self._permitted(namespace, event, to or room)
                if to == []:
                    return
        if callback is not None and check_ack is not None:
            recipient = Connection(self, str(to or room), namespace)
            callback = partial(self._run_callback, check_ack, event, recipient, callback)
        await super().emit(event, data, to, room, skip_sid, namespace, callback, ignore_queue)

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
        if to is None and sid is None:
            raise ValueError("Cannot use call() to broadcast.")
        if not self.async_handlers:
            raise RuntimeError("Cannot use call() when async_handlers is False.")
        namespace = namespace or "/"
        check_ack = self._check_emit(namespace, event, data)
        if self.manager.is_pre_connected(to or sid, namespace):
            raise RuntimeError("the client cannot answer before its connect handler is done")
        guard = self.registration.guard_of(namespace, event)
        if guard is not None:
            check_recipient(self._connections, guard, namespace, event, to or sid)
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

    def _permitted(self, namespace: str, event: str, room: Any) -> Any:
        """Return *room*, or its clients of this process that may have *event*."""
        guard = self.registration.guard_of(namespace, event)
        if guard is None:
            return room
        return permitted(self._connections, guard, self.manager, namespace, room)

    def _check_emit(self, namespace: str, event: str, data: Any) -> Check | None:
        if namespace in self._undocumented:
            return None
        return self.registration.check_emit(namespace, event, arguments_of(data))


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
