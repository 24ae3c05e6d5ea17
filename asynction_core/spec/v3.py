"""AsyncAPI 3.0 and 3.1 (https://www.asyncapi.com/docs/reference/specification/v3.0.0)."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from asynction_core.spec import fields
from asynction_core.spec.documents import Location, Node
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
from asynction_core.spec.model import Event, Namespace, Schema
from asynction_core.spec.security import SecurityReader


def read_namespaces(
    root: Node, messages: MessageReader, security: SecurityReader
) -> Iterator[Namespace]:
    """Yield a namespace for each channel with an address of the document at *root*."""
    channels = {}
    for key, node in _members(root, "channels"):
        channel = _Channel(key, node)
        channels[channel.node.location] = channel
    for _, node in _members(root, "operations"):
        _assign(node.follow(), channels)
    reader = _OperationReader(messages, security, _keys(root, "servers"))
    for channel in channels.values():
        channel.warn_if_unused()
        if channel.address is not None:
            yield reader.namespace(channel)


def _assign(operation: Node, channels: dict[Location, "_Channel"]) -> None:
    """Give *operation* to its channel."""
    target = operation.get("channel")
    if target is None:
        raise operation.error("an operation needs a 'channel'")
    channel = channels.get(target.follow().location)
    if channel is None:
        raise target.error("an operation's channel must be one of the document's 'channels'")
    channel.require_address(operation)
    channel.operations.append(operation)
    reply = operation.get("reply")
    of_reply = reply.follow().get("channel") if reply else None
    replying = channels.get(of_reply.follow().location) if of_reply else None
    if replying is not None:
        replying.is_for_replies = True


def _members(root: Node, key: str) -> Iterator[tuple[str, Node]]:
    node = root.get(key)
    return node.items() if node else iter(())


class _Channel:
    """A channel, its address and its operations."""

    def __init__(self, key: str, node: Node) -> None:
        self.key = key
        self.node = node.follow()
        self.operations: list[Node] = []
        self.is_for_replies = False
        address = self.node.get("address")
        self.address: str | None = None
        if address is not None and address.value is not None:
            self.address = address.string()
            check_channel(self.node, self.address)

    def require_address(self, operation: Node) -> None:
        if self.address is None:
            raise operation.error(
                f"the channel {self.key!r} has no address, so the operation has no namespace",
                "Give the channel an 'address'; only the channel of a reply can do without.",
            )

    def warn_if_unused(self) -> None:
        if not self.operations and not self.is_for_replies and "messages" in self.node.value:
            self.node.warn("no operation receives or sends its messages")


class _OperationReader:
    def __init__(
        self, messages: MessageReader, security: SecurityReader, servers: dict[Location, str]
    ) -> None:
        self._messages = messages
        self._servers = servers
        self._security = security

    def namespace(self, channel: _Channel) -> Namespace:
        node = channel.node
        servers = node.get("servers")
        return Namespace(
            name=namespace_name(channel.address or ""),
            received=self._events(channel.operations, "receive"),
            emitted=self._events(channel.operations, "send"),
            handlers=namespace_handlers(node),
            bindings=ws_bindings(node, self._messages.schemas),
            security=self._security.read(node.get("x-security")),
            servers=self._server_names(servers) if servers else None,
            place=node.place,
            address=channel.address or "",
        )

    def _server_names(self, listed: Node) -> frozenset[str] | None:
        fix = "Refer to one: $ref: '#/servers/<server>'."
        names = (
            _key_of(at, self._servers, "this is not one of the document's servers", fix)
            for at in listed.elements()
        )
        return frozenset(names) or None

    def _events(self, operations: list[Node], direction: str) -> Mapping[str, Event]:
        events: dict[str, Event] = {}
        for operation in operations:
            if _action(operation) == direction:
                for event in self._operation(operation):
                    add_event(events, event, operation.documents)
        return MappingProxyType(events)

    def _operation(self, node: Node) -> Iterator[Event]:
        operation = layers_of(node, fields.OPERATION, trait_wins=False)
        requirements = self._security.read(operation.first("security"))
        acks = self._reply(operation.get("reply"))
        for key, at in _messages_of(node):
            message = layers_of(at.follow(), fields.MESSAGE, trait_wins=False)
            self._messages.warn_of_headers(message)
            name = message.get("name")
            yield Event(
                name=check_name(name) if name else _check_key(key, at),
                payload=self._payload(at.follow()),
                acks=acks or self._messages.ack(message),
                handler=handler_path(message.get("x-handler") or operation.get("x-handler")),
                security=requirements,
                content_type=self._messages.content_type(message),
                place=at.place,
                examples=examples_of(message),
                summary=summary_of(message),
            )

    def _reply(self, reply: Node | None) -> tuple[Schema, ...] | None:
        """Return the payloads of the reply's messages; None where any payload will do."""
        if reply is None:
            return None
        node = reply.follow()
        listed = node.get("messages")
        if listed is not None and "channel" not in node.value:
            messages = list(listed.elements())
        else:
            messages = [at for _, at in _messages_of(node)]
        schemas = [self._payload(at.follow()) for at in messages]
        found = tuple(schema for schema in schemas if schema)
        return found if len(found) == len(schemas) else None

    def _payload(self, message: Node) -> Schema | None:
        """Return the payload schema: a Schema Object or a Multi Format Schema Object."""
        payload = message.get("payload")
        if payload is None:
            return None
        target = payload.follow() if isinstance(payload.value, dict) else payload
        if isinstance(target.value, dict) and {"schema", "schemaFormat"} <= target.value.keys():
            schemas = self._messages.schemas
            return schemas.read(target.child("schema"), target.child("schemaFormat"))
        return self._messages.schemas.read(payload)


def _action(operation: Node) -> str:
    action = operation.get("action")
    if action is None or action.string() not in ("send", "receive"):
        raise (action or operation).error("the action of an operation is 'send' or 'receive'")
    return action.string()


def _messages_of(node: Node) -> Iterator[tuple[str, Node]]:
    """Yield key and place of the messages of an operation or a reply.

    Those that it lists, which must be the channel's, or else all of the channel's.
    """
    channel = node.get("channel")
    declared = dict(_members(channel.follow(), "messages")) if channel else {}
    listed = node.get("messages")
    if listed is None:
        yield from declared.items()
        return
    keys = _keys(channel.follow(), "messages") if channel else {}
    fix = "Refer to one: $ref: '#/channels/<channel>/messages/<message>'."
    for at in listed.elements():
        yield _key_of(at, keys, "this is not a message of the operation's channel", fix), at


def _keys(node: Node, key: str) -> dict[Location, str]:
    """Return the names of the members of *key*, by where they stand and by what they refer to."""
    members = dict(_members(node, key))
    keys = {at.follow().location: name for name, at in members.items()}
    return keys | {at.location: name for name, at in members.items()}


def _key_of(at: Node, keys: dict[Location, str], problem: str, fix: str) -> str:
    node = at
    if at.location not in keys and isinstance(at.value, dict):
        at.follow()  # a loop is refused here
    while node.location not in keys:
        if not isinstance(node.value, dict) or not isinstance(node.value.get("$ref"), str):
            raise at.error(problem, fix)
        node = node.documents.lookup(node.value["$ref"], node)
    return keys[node.location]


def _check_key(key: str, at: Node) -> str:
    return check_name(Node(key, at.uri, at.pointer, at.documents))
