"""Rules about namespaces, their events, and the servers that offer them."""

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from asynction_core.compiled import SchemaCompiler
from asynction_core.exceptions import SpecException
from asynction_core.lint.findings import Report
from asynction_core.spec.messages import RESERVED_EVENTS
from asynction_core.spec.model import Event, Namespace, Server
from asynction_core.spec.place import below
from asynction_core.validation import MessageChecks, check_handshake

PROTOCOLS = ("ws", "wss", "socketio")
"""What a Socket.IO server speaks."""

_RESERVED = {name.casefold() for name in RESERVED_EVENTS}


def check_namespace(namespace: Namespace, report: Report) -> None:
    """Add what is wrong with the name of *namespace* and with its events."""
    if not namespace.address.startswith("/"):
        report.add(
            "namespace-slash",
            namespace.place,
            f"{namespace.address!r} is the namespace {namespace.name!r}",
            f"Write its slash: {namespace.name!r}.",
            report.files.find(below(namespace.place, ["address"])),
        )
    for event in namespace.received.values():
        _check_received(event, report)
    _check_names(namespace.received.values(), report)
    _check_names(namespace.emitted.values(), report)


def check_schemas(namespace: Namespace, compiler: SchemaCompiler, report: Report) -> None:
    """Add each schema of *namespace* that cannot be compiled."""
    checks = MessageChecks(compiler, namespace.name)
    for event in (*namespace.received.values(), *namespace.emitted.values()):
        for compile_check in (checks.payload, checks.ack):
            with _reporting(report):
                compile_check(event)
    bindings = namespace.bindings
    with _reporting(report):
        for schema in (bindings.query, bindings.headers) if bindings else ():
            if schema is not None:
                compiler.compile(schema)  # only what compiles has properties that can be read
        check_handshake(bindings, compiler, namespace.name)


def check_server(server: Server, report: Report) -> None:
    """Add that Socket.IO does not run over the protocol of *server*."""
    if server.protocol not in PROTOCOLS:
        report.add(
            "protocol",
            below(server.place, ["protocol"]),
            f"Socket.IO does not run over {server.protocol!r}",
            f"It runs over one of: {', '.join(PROTOCOLS)}.",
        )


@contextmanager
def _reporting(report: Report) -> Iterator[None]:
    """Add that a schema cannot be compiled, unless it is told why already."""
    try:
        yield
    except SpecException as error:
        if not report.has_below(("schema", "document"), error.place or ""):
            report.add_error("document", error)


def _check_received(event: Event, report: Report) -> None:
    if event.handler is None:
        report.add(
            "unhandled-event",
            event.place,
            f"the document names no handler of {event.name!r}",
            "Name one with 'x-handler', or register one with 'server.on'.",
        )
    if event.acks is None:
        report.add(
            "ack",
            event.place,
            f"the document does not say what is acknowledged to {event.name!r}",
            "Say it with 'x-ack' or 'reply'; 'x-ack: {args: false}' acknowledges nothing.",
        )


def _check_names(events: Iterable[Event], report: Report) -> None:
    alike = Counter(event.name.strip().casefold() for event in events)
    for event in events:
        plain = event.name.strip()
        if plain != event.name:
            message = f"the event name {event.name!r} begins or ends with a space"
            report.add("event-name", event.place, message, f"Write it as {plain!r}.")
        elif plain not in RESERVED_EVENTS and plain.casefold() in _RESERVED:
            message = f"the event name {event.name!r} looks like one that Socket.IO reserves"
            report.add("event-name", event.place, message, "Choose another.")
        elif alike[plain.casefold()] > 1:
            message = f"another event name differs from {event.name!r} by its case only"
            report.add("event-name", event.place, message, "Choose names that look different.")
