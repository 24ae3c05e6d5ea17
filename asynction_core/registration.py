"""What a server has to register: the one reading of the model that every adapter shares."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from asynction_core.compiled import SchemaCompiler
from asynction_core.exceptions import PayloadValidationException, SpecException
from asynction_core.handlers import Handler, import_handler
from asynction_core.handshake import Handshake
from asynction_core.identity import Guard
from asynction_core.schemes import LoadFunction, Requirement, SchemeCompiler, load_function
from asynction_core.security import NamespaceSecurity
from asynction_core.spec.model import (
    Event,
    HandlerPath,
    Namespace,
    SecurityRequirement,
    Server,
    Spec,
)
from asynction_core.validation import (
    Accepts,
    Check,
    MessageChecks,
    accept_anything,
    accepts_anything,
    accepts_nothing,
    check_handshake,
)

DEFAULT_PATH = "socket.io"

LoadHandler = Callable[[HandlerPath], Handler | None]
"""Returns the handler at a path; None where it is to be registered in code."""


@dataclass(frozen=True, slots=True)
class RegisteredEvent:
    """An event with its checks, compiled.

    ``accepts`` and ``accepts_ack`` tell of a lone argument that it passes those checks.
    ``handler`` is None where the document names none. ``acknowledged`` says that the document
    describes the acknowledgement. ``counts`` are the least and the greatest
    number of arguments that a handler gets, as far as the document limits them. ``guard`` is the
    security of its operation, None where it has none.
    """

    name: str
    place: str
    check_payload: Check
    check_ack: Check
    handler: Handler | None = None
    counts: tuple[int, ...] = ()
    acknowledged: bool = False
    guard: Guard | None = None
    accepts: Accepts = accepts_nothing
    accepts_ack: Accepts = accepts_nothing

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
    security: NamespaceSecurity
    connect: Handler | None
    disconnect: Handler | None
    error: Handler | None


@dataclass(frozen=True, slots=True)
class Registration:
    """All that a server registers. ``path`` is the Socket.IO path, without slashes around it."""

    spec: Spec = field(repr=False)
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

    def guard_of(self, namespace: str, event: str) -> Guard | None:
        """Return the guard of *event*, which the server emits; None where it has none."""
        registered = self.namespaces.get(namespace)
        emitted = registered.emitted.get(event) if registered else None
        return emitted.guard if emitted else None

    def unknown_event(self, namespace: str, event: str) -> PayloadValidationException:
        """Return the exception for an event that clients may not emit."""
        registered = self.namespaces.get(namespace)
        return self._unknown(registered, namespace, event, "clients may emit")

    def _unknown(
        self, registered: RegisteredNamespace | None, namespace: str, event: str, who: str
    ) -> PayloadValidationException:
        what = "event" if registered else "namespace, so no event"
        reason = f"the document has no such {what} that {who}"
        exception = PayloadValidationException(reason)
        exception.reason = reason
        exception.namespace, exception.event = namespace, event
        exception.place = registered.place if registered else self.spec.source
        return exception


def register(
    spec: Spec,
    *,
    server_name: str | None = None,
    validation: bool = True,
    check_formats: bool = False,
    import_handlers: bool = True,
    server_security: Sequence[Mapping[str, Sequence[str]]] | None = None,
    load_handler: LoadHandler = import_handler,
    load_function: LoadFunction = load_function,
    compiler: SchemaCompiler | None = None,
) -> Registration:
    """Return what a server of *spec* registers, handlers imported and schemas compiled.

    :param server_name: the server object whose path, security and channels count.
    :param validation: whether payloads, acks and bindings are checked.
    :param check_formats: whether ``format`` is an assertion.
    :param import_handlers: False for a process that handles nothing, such as an emitter; it gets
        no security either.
    :param server_security: what the server demands, in the place of the document's.
    :param load_handler: returns the handler at a path of the document.
    :param load_function: returns the function of a security scheme.
    :param compiler: what compiles the schemas, in the place of one that knows *check_formats*.
    :raises SpecException: an unknown *server_name*, a schema that cannot be compiled, a handler or
        a security function that cannot be imported, or servers that differ in their security.
    """
    server = _server(spec, server_name)
    registrar = _Registrar(
        compiler or SchemaCompiler(spec.resources, check_formats),
        SchemeCompiler(spec.security_schemes, load_function),
        load_handler if import_handlers else None,
        validation,
    )
    registered = {
        each.name: registrar.namespace(
            each, requirements_of(spec, server, each, server_security) if import_handlers else ()
        )
        for each in offered_namespaces(spec, server_name)
    }
    return Registration(
        spec=spec,
        namespaces=MappingProxyType(registered),
        path=(server.pathname.strip("/") if server else "") or DEFAULT_PATH,
        validation=validation,
    )


def offered_namespaces(spec: Spec, server_name: str | None) -> list[Namespace]:
    """Return the namespaces that the server *server_name*, which must exist, or any offers."""
    server = _server(spec, server_name)
    return [
        namespace
        for namespace in spec.namespaces.values()
        if server is None or namespace.servers is None or server.name in namespace.servers
    ]


def _server(spec: Spec, server_name: str | None) -> Server | None:
    if server_name is None:
        return None
    if server_name not in spec.servers:
        known = ", ".join(spec.servers) or "none"
        raise SpecException(
            f"there is no server {server_name!r}", f"{spec.source}, servers", f"Servers: {known}."
        )
    return spec.servers[server_name]


def requirements_of(
    spec: Spec,
    server: Server | None,
    namespace: Namespace,
    server_security: Sequence[Mapping[str, Sequence[str]]] | None = None,
) -> Sequence[Mapping[str, Sequence[str]]]:
    """Return what *namespace* demands: its own security, else that of the server.

    :raises SpecException: no server was named, and those that offer it do not agree.
    """
    if namespace.security is not None:
        return namespace.security
    if server_security is not None:
        return server_security
    if server is not None:
        return server.security
    offering = [
        each
        for each in spec.servers.values()
        if namespace.servers is None or each.name in namespace.servers
    ]
    if any(each.security != offering[0].security for each in offering):
        raise SpecException(
            f"the servers that offer namespace {namespace.name!r} differ in their security",
            offering[0].place,
            f"Pass server_name, one of: {', '.join(each.name for each in offering)}.",
        )
    return offering[0].security if offering else ()


class _Registrar:
    def __init__(
        self,
        compiler: SchemaCompiler,
        schemes: SchemeCompiler,
        load_handler: LoadHandler | None,
        validation: bool,
    ) -> None:
        self._compiler = compiler
        self._schemes = schemes
        self._load_handler = load_handler
        self._validation = validation

    def namespace(
        self, namespace: Namespace, requirements: Sequence[Mapping[str, Sequence[str]]]
    ) -> RegisteredNamespace:
        checks = MessageChecks(self._compiler, namespace.name)
        check = check_handshake(namespace.bindings, self._compiler, namespace.name)
        guards = _Guards(self._schemes) if self._load_handler else None
        required = self._schemes.requirements(requirements)
        return RegisteredNamespace(
            name=namespace.name,
            place=namespace.place,
            received=self._events(namespace.received, checks, guards, received=True),
            emitted=self._events(namespace.emitted, checks, guards, received=False),
            check_handshake=check if self._validation else _accept_handshake,
            security=NamespaceSecurity(required, guards.compiled if guards else {}),
            connect=self._handler(namespace.handlers.connect),
            disconnect=self._handler(namespace.handlers.disconnect),
            error=self._handler(namespace.handlers.error),
        )

    def _events(
        self,
        events: Mapping[str, Event],
        checks: MessageChecks,
        guards: "_Guards | None",
        received: bool,
    ) -> Mapping[str, RegisteredEvent]:
        return MappingProxyType(
            {name: self._event(event, checks, guards, received) for name, event in events.items()}
        )

    def _event(
        self, event: Event, checks: MessageChecks, guards: "_Guards | None", received: bool
    ) -> RegisteredEvent:
        payload, ack = checks.payload(event), checks.ack(event)
        accepts = checks.accepts(None if event.payload is None else [event.payload])
        accepts_ack = checks.accepts(event.acks)
        return RegisteredEvent(
            name=event.name,
            place=event.place,
            check_payload=payload if self._validation else accept_anything,
            check_ack=ack if self._validation else accept_anything,
            accepts=accepts if self._validation else accepts_anything,
            accepts_ack=accepts_ack if self._validation else accepts_anything,
            handler=self._handler(event.handler) if received else None,
            counts=_counts(event),
            acknowledged=event.acks is not None,
            guard=guards.guard(event.security) if guards else None,
        )

    def _handler(self, path: HandlerPath | None) -> Handler | None:
        return self._load_handler(path) if path and self._load_handler else None


class _Guards:
    """The guards of a namespace: one for all operations that ask for the same."""

    def __init__(self, schemes: SchemeCompiler) -> None:
        self.compiled: dict[Guard, tuple[Requirement, ...]] = {}
        self._schemes = schemes
        self._known: dict[object, Guard] = {}

    def guard(self, security: tuple[SecurityRequirement, ...] | None) -> Guard | None:
        """Return the guard that *security* asks for; None where it names no scheme."""
        if not security or not any(security):
            return None
        key = tuple(tuple(requirement.items()) for requirement in security)
        if key not in self._known:
            guard = Guard(", or ".join(_in_words(each) for each in security if each))
            self._known[key] = guard
            self.compiled[guard] = self._schemes.requirements(security)
        return self._known[key]


def _in_words(requirement: SecurityRequirement) -> str:
    return " and ".join(
        f"{' '.join(scopes)} of {name!r}" if scopes else repr(name)
        for name, scopes in requirement.items()
    )


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
