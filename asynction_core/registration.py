"""What a server has to register: the one reading of the model that every adapter shares."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from asynction_core.compiled import SchemaCompiler
from asynction_core.exceptions import PayloadValidationException, SpecException
from asynction_core.handlers import Handler, import_handler
from asynction_core.handshake import Handshake
from asynction_core.spec.model import Event, HandlerPath, Namespace, Server, Spec
from asynction_core.validation import Check, MessageChecks, accept_anything, check_handshake

DEFAULT_PATH = "socket.io"


@dataclass(frozen=True, slots=True)
class RegisteredEvent:
    """An event with its checks, compiled.

    ``handler`` is None where the document names none. ``counts`` are the least and the greatest
    number of arguments that a handler gets, as far as the document limits them.
    """

    name: str
    place: str
    check_payload: Check
    check_ack: Check
    handler: Handler | None = None
    counts: tuple[int, ...] = ()

    def for_handler(self, arguments: Sequence[object]) -> Sequence[object]:
        """Return the *arguments* that the handler gets: a lone null that says nothing is none."""
        return () if self.counts == (0,) and list(arguments) == [None] else arguments


@dataclass(frozen=True, slots=True)
class RegisteredNamespace:
    """A namespace with its handlers, imported, and its events."""

    name: str
    place: str
    received: Mapping[str, RegisteredEvent]
    emitted: Mapping[str, RegisteredEvent]
    check_handshake: Callable[[Handshake], None]
    connect: Handler | None
    disconnect: Handler | None
    error: Handler | None


@dataclass(frozen=True, slots=True)
class Registration:
    """All that a server registers. ``path`` is the Socket.IO path, without slashes around it."""

    source: str
    namespaces: Mapping[str, RegisteredNamespace]
    path: str
    validation: bool

    def check_emit(self, namespace: str, event: str, arguments: list[object]) -> Check:
        """Raise unless the server may emit *event* with *arguments*; return the check of its ack.

        :raises PayloadValidationException: the document does not have the event, or the
            arguments break its schema.
        """
        if not self.validation:
            return accept_anything
        registered = self.namespaces.get(namespace)
        emitted = registered.emitted.get(event) if registered else None
        if emitted is None:
            raise self._unknown(registered, namespace, event, "the server may emit")
        emitted.check_payload(arguments)
        return emitted.check_ack

    def unknown_event(self, namespace: str, event: str) -> PayloadValidationException:
        """Return the exception for an event that clients may not emit."""
        registered = self.namespaces.get(namespace)
        return self._unknown(registered, namespace, event, "clients may emit")

    def _unknown(
        self, registered: RegisteredNamespace | None, namespace: str, event: str, who: str
    ) -> PayloadValidationException:
        what = "event" if registered else "namespace, so no event"
        exception = PayloadValidationException(f"the document has no such {what} that {who}")
        exception.namespace, exception.event = namespace, event
        exception.place = registered.place if registered else self.source
        return exception


def register(
    spec: Spec,
    *,
    server_name: str | None = None,
    validation: bool = True,
    check_formats: bool = False,
    import_handlers: bool = True,
) -> Registration:
    """Return what a server of *spec* registers, handlers imported and schemas compiled.

    :param server_name: the server object whose path, security and channels count.
    :param validation: whether payloads, acks and bindings are checked.
    :param check_formats: whether ``format`` is an assertion.
    :param import_handlers: False for a process that handles nothing, such as an emitter.
    :raises SpecException: an unknown *server_name*, a schema that cannot be compiled, a handler
        that cannot be imported, or security, which cannot be enforced yet.
    """
    server = _server(spec, server_name)
    namespaces = [
        namespace
        for namespace in spec.namespaces.values()
        if server is None or namespace.servers is None or server.name in namespace.servers
    ]
    _refuse_security(spec, server, namespaces)
    registrar = _Registrar(spec, validation, check_formats, import_handlers)
    return Registration(
        source=spec.source,
        namespaces=MappingProxyType({each.name: registrar.namespace(each) for each in namespaces}),
        path=(server.pathname.strip("/") if server else "") or DEFAULT_PATH,
        validation=validation,
    )


def _server(spec: Spec, server_name: str | None) -> Server | None:
    if server_name is None:
        return None
    if server_name not in spec.servers:
        known = ", ".join(spec.servers) or "none"
        raise SpecException(
            f"there is no server {server_name!r}", f"{spec.source}, servers", f"Servers: {known}."
        )
    return spec.servers[server_name]


def _refuse_security(spec: Spec, server: Server | None, namespaces: list[Namespace]) -> None:
    """Raise if anything in the document demands security: nothing enforces it yet."""
    servers = [server] if server else list(spec.servers.values())
    for namespace in namespaces:
        offering = [
            each for each in servers if namespace.servers is None or each.name in namespace.servers
        ]
        guarded = [(each.place, each.security) for each in offering if namespace.security is None]
        guarded.append((namespace.place, namespace.security or ()))
        for events in (namespace.received, namespace.emitted):
            guarded.extend((event.place, event.security or ()) for event in events.values())
        for place, requirements in guarded:
            if requirements:
                raise SpecException(
                    f"the document demands security for namespace {namespace.name!r}, which this "
                    "release cannot enforce, so the server does not start",
                    place,
                    "Take the security requirement out, or wait for the release that enforces it.",
                )


class _Registrar:
    def __init__(
        self, spec: Spec, validation: bool, check_formats: bool, import_handlers: bool
    ) -> None:
        self._compiler = SchemaCompiler(spec.resources, check_formats)
        self._validation = validation
        self._import_handlers = import_handlers

    def namespace(self, namespace: Namespace) -> RegisteredNamespace:
        checks = MessageChecks(self._compiler, namespace.name)
        check = check_handshake(namespace.bindings, self._compiler, namespace.name)
        return RegisteredNamespace(
            name=namespace.name,
            place=namespace.place,
            received=self._events(namespace.received, checks, received=True),
            emitted=self._events(namespace.emitted, checks, received=False),
            check_handshake=check if self._validation else _accept_handshake,
            connect=self._handler(namespace.handlers.connect),
            disconnect=self._handler(namespace.handlers.disconnect),
            error=self._handler(namespace.handlers.error),
        )

    def _events(
        self, events: Mapping[str, Event], checks: MessageChecks, received: bool
    ) -> Mapping[str, RegisteredEvent]:
        return MappingProxyType(
            {name: self._event(event, checks, received) for name, event in events.items()}
        )

    def _event(self, event: Event, checks: MessageChecks, received: bool) -> RegisteredEvent:
        payload, ack = checks.payload(event), checks.ack(event)
        return RegisteredEvent(
            name=event.name,
            place=event.place,
            check_payload=payload if self._validation else accept_anything,
            check_ack=ack if self._validation else accept_anything,
            handler=self._handler(event.handler) if received else None,
            counts=_counts(event),
        )

    def _handler(self, path: HandlerPath | None) -> Handler | None:
        return import_handler(path) if path and self._import_handlers else None


def _counts(event: Event) -> tuple[int, ...]:
    """Return how many arguments, at least and at most, the handler of *event* gets."""
    if event.payload is None:
        return ()
    arity = event.payload.arity
    if not arity.spread:
        return (arity.least,)
    most = () if arity.most in (None, arity.least) else (arity.most,)
    return (arity.least, *most)


def _accept_handshake(_handshake: Handshake) -> None:
    """Accept: validation is switched off."""
