"""What a caller sees of a server of either kind: handlers, their checks, who may emit what."""

import inspect
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, Protocol, TypeVar, overload

from asynction_core import wire
from asynction_core.admission import Admission
from asynction_core.context import Connection
from asynction_core.dispatch import HANDSHAKE_ARGUMENTS, overrides_dispatch
from asynction_core.egress import check_recipient, permitted
from asynction_core.exceptions import SpecException
from asynction_core.handlers import Handler, why_not
from asynction_core.message_queue import check_published, is_async
from asynction_core.options import check_options, check_values
from asynction_core.refusals import logger
from asynction_core.registration import RegisteredEvent, RegisteredNamespace, Registration
from asynction_core.stats import Stats
from asynction_core.validation import Check, arguments_of

_Handler = TypeVar("_Handler", bound=Handler)


class _Decorator(Protocol):
    def __call__(self, handler: _Handler, /) -> _Handler: ...


class Endpoint(Admission):
    """A server that enforces a document, but for the way it calls and waits.

    :ivar registration: what the document made the server register.
    """

    _on, _beside = "server.on", " beside the sid"
    """How a handler is registered in code, and what it takes before the event's arguments."""

    _elsewhere: Mapping[str, str] = {}
    """Options that belong elsewhere, and where."""

    def __init__(
        self,
        registration: Registration,
        *,
        default_error_handler: Handler | None = None,
        security_timeout: float = 10.0,
        **kwargs: Any,
    ) -> None:
        check_options(kwargs, type(self), elsewhere=self._elsewhere)
        check_values(default_error_handler=default_error_handler, security_timeout=security_timeout)
        if kwargs.get("serializer", "default") == "default":
            json_module = kwargs.pop("json", None)
            kwargs["serializer"] = wire.packet_class(json_module) if json_module else wire.Packet
        super().__init__(registration, security_timeout=security_timeout, **kwargs)
        check_published(self.manager, self._check_emit, self._permitted)
        self.default_error_handler = default_error_handler
        self._started = False
        for namespace in registration.namespaces.values():
            self._register(namespace)

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
    def on_error(self, handler: str | None = None, namespace: str | None = None) -> _Decorator: ...

    @overload
    def on_error(self, handler: _Handler, namespace: str | None = None) -> _Handler: ...

    def on_error(self, handler: Any = None, namespace: str | None = None) -> Any:
        """Register the error handler of *namespace*, as a decorator or with *handler*.

        ``@server.on_error("/chat")``, as in Flask-SocketIO, is the decorator for a namespace.

        It gets the exception; what it returns becomes the acknowledgement. A refused connection
        stays refused whatever it returns.

        :raises TypeError: *handler* is no function.
        :raises SpecException: the document has no such namespace, so it could never run.
        """
        if isinstance(handler, str) and namespace is None:
            handler, namespace = None, handler
        if handler is not None and not callable(handler):
            raise TypeError(f"an error handler must be a function, not {handler!r}")
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
                self.registration.spec.source,
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
                f"{self._on}(event, namespace=...). It takes the arguments of the "
                f"event{self._beside}.",
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
            reason = self._why_not(handler, arguments) if handler else None
            if reason:
                name = getattr(handler, "__qualname__", repr(handler))
                takes = f"cannot take {count}{self._beside}: {reason}"
                yield f"{where}: its handler {name!r} {takes}"

    def _why_not(self, handler: Handler, arguments: tuple[Any, ...]) -> str | None:
        """Return why *handler* cannot be called with the *arguments* that it would get."""
        return why_not(handler, arguments)

    def register_namespace(self, namespace_handler: Any) -> None:
        """Register a class-based namespace, as in ``socketio.AsyncServer``.

        What it has for events that clients may not emit is never called, which is logged.

        :raises SpecException: the document has no such namespace, so it could never run.
        """
        namespace = getattr(namespace_handler, "namespace", "*")
        self._check_known("*", namespace)
        super().register_namespace(namespace_handler)
        if namespace in self.registration.namespaces and not overrides_dispatch(namespace_handler):
            self._report_uncalled(namespace_handler, self.registration.namespaces[namespace])

    def _report_uncalled(self, handler: Any, namespace: RegisteredNamespace) -> None:
        known = (*HANDSHAKE_ARGUMENTS, *namespace.received)
        kind = type(handler).__name__
        for name in dir(type(handler)):
            if name.startswith("on_") and name[3:] not in known:
                message = "%s.%s is never called: clients may not emit %r in %s, by %s"
                logger.warning(message, kind, name, name[3:], namespace.name, namespace.place)

    def disconnect(self, sid: str, namespace: str | None = None, ignore_queue: bool = False) -> Any:
        """Disconnect a client, as python-socketio does.

        One whose connect handler runs is refused when the handler is done.
        """
        if self._refuses(sid, namespace or "/"):
            return None
        return super().disconnect(sid, namespace, ignore_queue)

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

    def stats(self) -> Stats:
        """Return what the server has done so far: connections, events, refusals, handler times."""
        clients = [namespace for namespace, _ in list(self._connections)]
        return self._counts.stats(self.registration.namespaces, clients, **self._transports())

    def _transports(self) -> dict[str, Any]:
        """Return what the transports have to say in :class:`Stats`."""
        return {}

    def _emitting(
        self,
        event: str,
        data: Any,
        to: Any,
        skip_sid: Any,
        namespace: str | None,
        callback: Callable[..., Any] | None,
        ignore_queue: bool,
    ) -> Any:
        namespace = namespace or "/"
        check_ack = self._check_emit(namespace, event, data)
        self._counts.emitted[namespace] += 1
        guard = self.registration.guard_of(namespace, event)
        if guard is not None:
            check_recipient(self._connections, guard, namespace, event, to)
            if ignore_queue or is_async(self.manager) is None:  # else the queue's check sees it
                to = self._permitted(namespace, event, to)
                if to == []:
                    return None
        if callback is not None and check_ack is not None:
            recipient = Connection(self, str(to), namespace)
            callback = partial(self._run_callback, check_ack, event, recipient, callback)
        return super().emit(event, data, to, None, skip_sid, namespace, callback, ignore_queue)

    def _check_call(self, event: str, data: Any, to: Any, namespace: str) -> Check | None:
        """Return the check of the acknowledgement of a call to the client *to*."""
        if to is None:
            raise ValueError("Cannot use call() to broadcast.")
        if not self.async_handlers:
            raise RuntimeError("Cannot use call() when async_handlers is False.")
        check_ack = self._check_emit(namespace, event, data)
        self._counts.emitted[namespace] += 1
        if self.manager.is_pre_connected(to, namespace):
            raise RuntimeError("the client cannot answer before its connect handler is done")
        guard = self.registration.guard_of(namespace, event)
        if guard is not None:
            check_recipient(self._connections, guard, namespace, event, to)
        return check_ack

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
