"""AsyncAPI 2.0 to 2.6 (https://v2.asyncapi.com/docs/reference/specification/v2.6.0).

The perspective is the server's: what clients may *publish* is what the server receives.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType

from asynction_core.spec import fields
from asynction_core.spec.documents import Node
from asynction_core.spec.messages import (
    MessageReader,
    add_event,
    check_channel,
    check_name,
    examples_of,
    handler_path,
    layers_of,
    namespace_handlers,
    namespace_name,
    summary_of,
    ws_bindings,
)
from asynction_core.spec.model import Event, Namespace
from asynction_core.spec.security import SecurityReader


def read_namespaces(
    root: Node, messages: MessageReader, security: SecurityReader
) -> Iterator[Namespace]:
    """Yield a namespace for each channel of the document at *root*."""
    channels = root.get("channels")
    if channels is None:
        raise root.error("a document needs 'channels'")
    for address, node in channels.items():
        namespace = _namespace(address, node.follow(), messages, security)
        yield replace(namespace, servers=_server_names(node.follow(), root))


def _namespace(
    address: str, channel: Node, messages: MessageReader, security: SecurityReader
) -> Namespace:
    check_channel(channel, address)
    return Namespace(
        name=namespace_name(address),
        received=_events(channel.get("publish"), messages, security),
        emitted=_events(channel.get("subscribe"), messages, security),
        handlers=namespace_handlers(channel),
        bindings=ws_bindings(channel, messages.schemas),
        security=security.read(channel.get("x-security")),
        servers=None,
        place=channel.place,
        address=address,
    )


def _server_names(channel: Node, root: Node) -> frozenset[str] | None:
    """Return the names of the servers that offer *channel*; None for all of them."""
    listed, declared = channel.get("servers"), root.get("servers")
    names = frozenset(_server_name(at, declared) for at in listed.elements()) if listed else None
    return names or None


def _server_name(node: Node, declared: Node | None) -> str:
    if declared is None or node.string() not in declared.mapping():
        node.refuse(f"there is no server {node.string()!r}", "Name one of 'servers'.")
    return node.string()


def _events(
    operation: Node | None, messages: MessageReader, security: SecurityReader
) -> Mapping[str, Event]:
    events: dict[str, Event] = {}
    if operation is not None:
        layers = layers_of(operation.follow(), fields.OPERATION, trait_wins=True)
        requirements = security.read(layers.first("security"))
        message = layers.get("message")
        for node in _alternatives(message) if message else ():
            add_event(events, _event(node, messages, requirements), node.documents)
    return MappingProxyType(events)


def _alternatives(message: Node) -> Iterator[Node]:
    """Yield the messages of an operation: each of its ``oneOf``, or the only one."""
    target = _follow(message)
    options = target.get("oneOf")
    if options is None:
        yield message
    else:
        fields.check_fields(target, fields.MESSAGE)
        yield from options.elements()


def _follow(node: Node) -> Node:
    """Follow *node*, which may be a bare ``"#/components/messages/X"`` where a message belongs."""
    if isinstance(node.value, str) and "#/" in node.value:
        node = node.documents.lookup(node.value, node)
    return node.follow()


def _event(
    node: Node,
    messages: MessageReader,
    requirements: tuple[Mapping[str, tuple[str, ...]], ...] | None,
) -> Event:
    target = _follow(node)
    message = layers_of(target, fields.MESSAGE, trait_wins=True)
    messages.warn_of_headers(message)
    name = message.get("name")
    if name is None:
        raise node.error(
            "the message has no name", "Give it one: 'name: new message' is the event's name."
        )
    payload = target.get("payload")
    schema_format = message.get("schemaFormat")
    return Event(
        name=check_name(name),
        payload=messages.schemas.read(payload, schema_format) if payload else None,
        acks=messages.ack(message),
        handler=handler_path(message.get("x-handler")),
        security=requirements,
        content_type=messages.content_type(message),
        place=node.place,
        examples=examples_of(message),
        summary=summary_of(message),
    )
