"""Messages to events: what 2.x and 3.x have in common."""

from collections.abc import Sequence

from asynction_core.exceptions import SpecException
from asynction_core.spec import fields
from asynction_core.spec.documents import Documents, Node
from asynction_core.spec.model import (
    Bindings,
    Event,
    Example,
    HandlerPath,
    NamespaceHandlers,
    Schema,
)
from asynction_core.spec.schemas import SchemaReader

RESERVED_EVENTS = frozenset(
    {"connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"}
)
"""Names that Socket.IO keeps for itself (https://socket.io/docs/v4/emit-cheatsheet/#reserved-events)."""


class Layers:
    """An object and its traits, which JSON Merge Patch would make one object.

    A member comes from the first layer that has it. Only ``x-ack`` could be merged deeper; two
    that differ are refused, since the result would stand nowhere in the document.
    """

    def __init__(self, layers: Sequence[Node]) -> None:
        self._layers = layers

    def first(self, key: str) -> Node | None:
        """Return the first member *key*, whatever the other layers say."""
        return next((node.child(key) for node in self._layers if key in node.mapping()), None)

    def get(self, key: str) -> Node | None:
        """Return the member *key*; None where no layer has it, or the first has null."""
        found = [node.child(key) for node in self._layers if key in node.mapping()]
        if not found or found[0].value is None:
            return None
        for other in found[1:]:
            if isinstance(other.value, dict) and other.value != found[0].value:
                raise other.error(f"{key} is also at {found[0].place}, and says otherwise")
        return found[0]


def layers_of(node: Node, known: frozenset[str], trait_wins: bool) -> Layers:
    """Return *node* with its traits, all of which have the *known* fields only.

    :param trait_wins: True in 2.x, False in 3.x.
    """
    listed = node.get("traits")
    traits = [_trait(trait) for trait in listed.elements()] if listed else []
    for layer in (node, *traits):
        fields.check_fields(layer, known)
    traits.reverse()
    return Layers([*traits, node] if trait_wins else [node, *traits])


def _trait(node: Node) -> Node:
    """Return the trait at *node*; 2.0 also allows a list of a trait and something else."""
    trait = node.follow()
    if isinstance(trait.value, list) and trait.value:
        trait = trait.child(0).follow()
    if "payload" in trait.mapping():
        raise trait.error("a trait cannot have a payload", "Move it to the message.")
    return trait


class MessageReader:
    """Reads what hangs on a message, whichever version it was written in."""

    def __init__(self, root: Node, schemas: SchemaReader) -> None:
        self.schemas = schemas
        components = root.get("components")
        acks = components.get("x-messageAcks") if components else None
        self._acks = acks.mapping() if acks else {}
        content_type = root.get("defaultContentType")
        self._content_type = content_type.string() if content_type else None
        self._warned: set[object] = set()

    def warn_of_headers(self, message: Layers) -> None:
        """Log that the headers of *message* mean nothing here: an event has only arguments."""
        headers = message.first("headers")
        if headers and headers.location not in self._warned:
            self._warned.add(headers.location)
            headers.warn("Socket.IO has no message headers; not checked")

    def content_type(self, message: Layers) -> str | None:
        """Return the content type of *message*, or the default of the document."""
        own = message.get("contentType")
        return own.string() if own else self._content_type

    def ack(self, message: Layers) -> tuple[Schema, ...] | None:
        """Return the schema of ``x-ack.args``, if *message* has one."""
        node = message.get("x-ack")
        if node is None:
            return None
        ack = node.follow()
        args = ack.get("args")
        if args is None:
            ack.refuse("x-ack needs 'args', the schema of its arguments")
            return None
        return (self.schemas.read(args),)


def examples_of(message: Layers) -> tuple[Example, ...]:
    """Return the payloads of the examples of *message*; those of headers alone have none."""
    listed = message.first("examples")
    if listed is None or not isinstance(listed.value, list):
        return ()
    examples = [at for at in listed.elements() if isinstance(at.value, dict)]
    payloads = [at.child("payload") for at in examples if "payload" in at.value]
    return tuple(Example(at.value, at.place) for at in payloads)


def summary_of(message: Layers) -> str:
    """Return what *message* says of itself to people, at its shortest; empty if it says nothing."""
    found = map(message.first, ("summary", "description", "title"))
    texts = (at.value for at in found if at and isinstance(at.value, str) and at.value.strip())
    return next(texts, "")


def handler_path(node: Node | None) -> HandlerPath | None:
    """Return the dotted path at *node*, if there is one."""
    return HandlerPath(node.string(), node.place) if node else None


def namespace_handlers(channel: Node) -> NamespaceHandlers:
    """Return the ``x-handlers`` of *channel*."""
    node = channel.get("x-handlers")
    if node is None:
        return NamespaceHandlers()
    handlers = node.follow()
    for name, at in handlers.items():
        if name not in ("connect", "disconnect", "error"):
            at.refuse(
                f"x-handlers has no {name!r}", "It takes 'connect', 'disconnect' and 'error'."
            )
    return NamespaceHandlers(
        connect=handler_path(handlers.get("connect")),
        disconnect=handler_path(handlers.get("disconnect")),
        error=handler_path(handlers.get("error")),
    )


def ws_bindings(channel: Node, schemas: SchemaReader) -> Bindings | None:
    """Return the WebSockets binding of *channel*, if it has one."""
    bindings = channel.get("bindings")
    if bindings:
        fields.check_fields(bindings.follow(), fields.BINDINGS)
    ws = bindings.follow().get("ws") if bindings else None
    if ws is None:
        return None
    ws = ws.follow()
    fields.check_fields(ws, fields.WS_BINDING)
    method, query, headers = ws.get("method"), ws.get("query"), ws.get("headers")
    if method and method.string().upper() not in ("GET", "POST"):
        method.refuse(f"method must be GET or POST, found {method.value!r}")
    return Bindings(
        method=method.string().upper() if method else None,
        query=schemas.read(query) if query else None,
        headers=schemas.read(headers) if headers else None,
        place=ws.place,
    )


def namespace_name(address: str) -> str:
    """Return the namespace that *address* maps to; Socket.IO's begin with a slash."""
    return address if address.startswith("/") else f"/{address}"


def check_channel(channel: Node, address: str) -> None:
    """Raise if *channel* has parameters: no namespace matches a template yet."""
    fields.check_fields(channel, fields.CHANNEL)
    parameters = channel.get("parameters")
    if (parameters and parameters.mapping()) or "{" in address:
        channel.refuse(
            f"channel parameters cannot be enforced yet (address {address!r})",
            "Write one channel for each address.",
        )


def check_name(name: Node) -> str:
    """Return the event name at *name*, unless Socket.IO reserves it."""
    text = name.string()
    if text in RESERVED_EVENTS or text == "*":
        name.refuse(
            f"Socket.IO reserves the event name {text!r}", "Choose another.", "reserved-name"
        )
    return text


def add_event(events: dict[str, Event], event: Event, documents: Documents) -> None:
    """Add *event* to *events*, which may hold the same one but no other of its name.

    :raises SpecException: there is another one.
    """
    other = events.setdefault(event.name, event)
    if other != event:
        error = SpecException(
            f"the message {event.name!r} is a second one of that name; the first is {other.place}",
            event.place,
            "An event name means one message in a namespace and direction.",
        )
        documents.problems.error(error, "duplicate-event")
