"""AsyncAPI 3.0 and 3.1: channels, operations and messages as namespaces and events."""

from typing import Any

import pytest
from spec_support import document3, namespace_of, operation3, refused

from asynction_core.spec import load_spec
from asynction_core.spec.model import Dialect


def chat(**messages: Any) -> dict[str, Any]:
    """Return the channel of the namespace ``/chat`` with these messages."""
    return {"address": "/chat", "messages": messages}


def one_event(definition: dict[str, Any], action: str = "receive", **members: Any) -> Any:
    """Return the event that the message *definition* of a 3.x channel maps to."""
    source = document3({"chat": chat(key=definition)}, {"o": operation3(action, "chat")}, **members)
    (event,) = namespace_of(source).received.values()
    return event


def test_a_channel_is_the_namespace_of_its_address() -> None:
    namespace = namespace_of(document3({"anything": {"address": "/chat"}}))

    assert namespace.place == "the document, channels.anything"
    assert (namespace.received, namespace.emitted, namespace.servers) == ({}, {}, None)


def test_an_address_without_a_slash_is_a_namespace_with_one() -> None:
    assert namespace_of(document3({"c": {"address": "chat"}})).name == "/chat"


def test_actions_are_the_servers() -> None:
    operations = {"in": operation3("receive", "c", "a"), "out": operation3("send", "c", "b")}

    namespace = namespace_of(document3({"c": chat(a={}, b={})}, operations))

    assert (list(namespace.received), list(namespace.emitted)) == (["a"], ["b"])


def test_an_operation_without_messages_has_all_of_its_channel() -> None:
    namespace = namespace_of(document3({"c": chat(a={}, b={})}, {"o": operation3("send", "c")}))

    assert list(namespace.emitted) == ["a", "b"]
    assert namespace.emitted["b"].place == "the document, channels.c.messages.b"


def test_an_operation_with_an_empty_list_has_no_messages() -> None:
    operation = {"action": "send", "channel": {"$ref": "#/channels/c"}, "messages": []}

    assert not namespace_of(document3({"c": chat(a={})}, {"o": operation})).emitted


def test_a_channel_without_messages_has_no_events() -> None:
    namespace = namespace_of(document3({"c": {"address": "/chat"}}, {"o": operation3("send", "c")}))

    assert not namespace.emitted


def test_a_message_has_its_name_else_its_key() -> None:
    source = document3(
        {"c": chat(key={"name": "name"}, other={"title": "No name"})},
        {"o": operation3("send", "c")},
    )

    assert list(namespace_of(source).emitted) == ["name", "other"]


def test_a_listed_message_has_its_key_in_the_channel() -> None:
    components = {"messages": {"inComponents": {"payload": {"type": "string"}}}}
    channel = chat(inChannel={"$ref": "#/components/messages/inComponents"})

    source = document3(
        {"c": channel}, {"o": operation3("send", "c", "inChannel")}, components=components
    )

    assert list(namespace_of(source).emitted) == ["inChannel"]


def test_a_message_may_be_listed_by_what_the_channel_refers_to() -> None:
    components: dict[str, Any] = {"messages": {"inComponents": {}}}
    channel = chat(inChannel={"$ref": "#/components/messages/inComponents"})
    operation = operation3("send", "c")
    operation["messages"] = [{"$ref": "#/components/messages/inComponents"}]

    source = document3({"c": channel}, {"o": operation}, components=components)

    assert list(namespace_of(source).emitted) == ["inChannel"]


@pytest.mark.parametrize(
    "listed", [{"$ref": "#/channels/other/messages/b"}, {"name": "b"}, "b", None]
)
def test_a_message_that_is_not_the_channels_is_refused_with_its_place(listed: object) -> None:
    channels = {"c": chat(a={}), "other": {"address": "/other", "messages": {"b": {}}}}
    operation = {**operation3("send", "c"), "messages": [listed]}

    error = refused(document3(channels, {"o": operation}))

    assert error.place == "the document, operations.o.messages[0]"
    assert error.problem == "this is not a message of the operation's channel"
    assert error.fix == "Refer to one: $ref: '#/channels/<channel>/messages/<message>'."


def test_a_listed_message_that_is_a_reference_to_itself_is_refused_with_its_place() -> None:
    operation = {**operation3("send", "c"), "messages": [{"$ref": "#/x-loop"}]}
    members = {"x-loop": {"$ref": "#/x-loop"}}

    error = refused(document3({"c": chat(a={})}, {"o": operation}, **members))

    assert error.place == "the document, operations.o.messages[0]"
    assert "refers to itself" in error.problem


@pytest.mark.parametrize("name", ["connect", "disconnecting", "*"])
def test_a_key_that_socket_io_reserves_is_refused_with_its_place(name: str) -> None:
    error = refused(document3({"c": chat(**{name: {}})}, {"o": operation3("send", "c")}))

    assert error.place == f"the document, channels.c.messages.{name}"
    assert error.problem == f"Socket.IO reserves the event name {name!r}"


def test_a_name_that_socket_io_reserves_is_refused_with_its_place() -> None:
    source = document3({"c": chat(a={"name": "connect"})}, {"o": operation3("send", "c")})

    assert refused(source).place == "the document, channels.c.messages.a.name"


def test_channels_that_share_an_address_are_one_namespace() -> None:
    channels = {
        "one": {**chat(a={}), "x-handlers": {"connect": "m.f"}},
        "two": {**chat(b={}), "bindings": {"ws": {"method": "GET"}}},
    }
    operations = {"a": operation3("receive", "one"), "b": operation3("send", "two")}

    spec = load_spec(document3(channels, operations))
    namespace = spec.namespaces["/chat"]

    assert list(spec.namespaces) == ["/chat"]
    assert (list(namespace.received), list(namespace.emitted)) == (["a"], ["b"])
    assert namespace.handlers.connect is not None
    assert namespace.bindings is not None


def test_two_messages_of_one_name_in_channels_that_share_an_address_are_refused() -> None:
    channels = {
        "one": chat(a={"payload": {"type": "string"}}),
        "two": chat(a={"payload": {"type": "integer"}}),
    }
    operations = {"a": operation3("send", "one"), "b": operation3("send", "two")}

    error = refused(document3(channels, operations))

    assert error.place == "the document, channels.two.messages.a"
    assert "the first is the document, channels.one.messages.a" in error.problem
    assert error.fix == "An event name means one message in a namespace and direction."


def test_one_message_of_channels_that_share_an_address_is_one_event() -> None:
    reference = {"$ref": "#/components/messages/a"}
    operations = {"a": operation3("send", "one"), "b": operation3("send", "two")}

    source = document3(
        {"one": chat(a=reference), "two": chat(a=reference)},
        operations,
        components={"messages": {"a": {"payload": {"type": "string"}}}},
    )

    assert list(namespace_of(source).emitted) == ["a"]


@pytest.mark.parametrize(
    ("member", "one", "two", "name"),
    [
        ("x-handlers", {"connect": "m.f"}, {"connect": "m.g"}, "handlers"),
        ("bindings", {"ws": {"method": "GET"}}, {"ws": {"method": "POST"}}, "bindings"),
        ("x-security", [], [{"key": []}], "security"),
    ],
)
def test_channels_that_share_an_address_and_disagree_are_refused_with_both_places(
    member: str, one: object, two: object, name: str
) -> None:
    channels = {"one": {**chat(), member: one}, "two": {**chat(), member: two}}

    error = refused(document3(channels, components={"securitySchemes": {"key": {"type": "X509"}}}))

    assert error.place == "the document, channels.two"
    assert error.problem == (
        f"the {name} of namespace '/chat' are not those of the document, channels.one"
    )
    assert error.fix is not None


def test_a_channel_without_x_security_does_not_get_that_of_another_with_its_address() -> None:
    channels = {"one": {**chat(), "x-security": []}, "two": chat()}

    assert "security of namespace '/chat'" in refused(document3(channels)).problem


def test_channels_that_share_an_address_may_say_the_same() -> None:
    handlers = {"connect": "m.f"}
    channels = {name: {**chat(), "x-handlers": handlers} for name in ("one", "two")}

    connect = namespace_of(document3(channels)).handlers.connect

    assert connect is not None
    assert connect.path == "m.f"


def test_channels_that_share_an_address_are_on_the_servers_of_both() -> None:
    channels = {
        "one": {**chat(), "servers": [{"$ref": "#/servers/a"}]},
        "two": {**chat(), "servers": [{"$ref": "#/servers/b"}]},
    }
    servers = {"a": {"host": "a"}, "b": {"host": "b"}, "c": {"host": "c"}}

    assert namespace_of(document3(channels, servers=servers)).servers == frozenset({"a", "b"})


def test_a_channel_for_all_servers_makes_its_namespace_one_for_all() -> None:
    channels = {"one": {**chat(), "servers": [{"$ref": "#/servers/a"}]}, "two": chat()}

    assert namespace_of(document3(channels, servers={"a": {"host": "a"}})).servers is None


@pytest.mark.parametrize("channel", [{}, {"address": None}])
def test_a_channel_without_an_address_is_no_namespace(channel: dict[str, Any]) -> None:
    assert not load_spec(document3({"c": channel})).namespaces


@pytest.mark.parametrize("channel", [{}, {"address": None}])
def test_an_operation_on_a_channel_without_an_address_is_refused(channel: dict[str, Any]) -> None:
    error = refused(document3({"c": channel}, {"o": operation3("send", "c")}))

    assert error.place == "the document, operations.o"
    assert error.problem.startswith("the channel 'c' has no address")
    assert error.fix


@pytest.mark.parametrize("address", ["", 5, ["/chat"]])
def test_an_address_that_is_no_text_is_refused_with_its_place(address: object) -> None:
    assert refused(document3({"c": {"address": address}})).place == (
        "the document, channels.c.address"
    )


def test_channel_parameters_are_refused_with_their_place() -> None:
    channel = {"address": "/chat/{room}", "parameters": {"room": {}}}

    error = refused(document3({"c": channel}))

    assert error.place == "the document, channels.c"
    assert "channel parameters cannot be enforced yet (address '/chat/{room}')" in error.problem


def test_a_channel_may_be_a_reference() -> None:
    channels = {"c": {"$ref": "#/components/channels/c"}}

    source = document3(
        channels, {"o": operation3("send", "c")}, components={"channels": {"c": chat(a={})}}
    )

    assert list(namespace_of(source).emitted) == ["a"]


def test_an_operation_may_be_a_reference() -> None:
    components = {"operations": {"o": operation3("send", "c")}}
    operations = {"o": {"$ref": "#/components/operations/o"}}

    source = document3({"c": chat(a={})}, operations, components=components)

    assert list(namespace_of(source).emitted) == ["a"]


def test_a_message_may_be_a_reference_to_a_reference() -> None:
    messages = {"a": {"$ref": "#/components/messages/b"}, "b": {"name": "bee"}}

    event = one_event({"$ref": "#/components/messages/a"}, components={"messages": messages})

    assert event.name == "bee"


def test_an_operation_without_a_channel_is_refused_with_its_place() -> None:
    error = refused(document3({}, {"o": {"action": "send"}}))

    assert error.place == "the document, operations.o"
    assert error.problem == "an operation needs a 'channel'"


@pytest.mark.parametrize("target", [{"$ref": "#/components/channels/c"}, {}, "#/channels/c"])
def test_an_operation_on_something_else_than_a_channel_is_refused(target: object) -> None:
    components = {"channels": {"c": chat()}}

    error = refused(
        document3({}, {"o": {"action": "send", "channel": target}}, components=components)
    )

    assert error.place == "the document, operations.o.channel"
    assert error.problem == "an operation's channel must be one of the document's 'channels'"


@pytest.mark.parametrize(
    ("operation", "place"),
    [
        ({"channel": {"$ref": "#/channels/c"}}, "the document, operations.o"),
        (operation3("publish", "c"), "the document, operations.o.action"),
    ],
)
def test_an_action_other_than_send_or_receive_is_refused_with_its_place(
    operation: dict[str, Any], place: str
) -> None:
    error = refused(document3({"c": chat()}, {"o": operation}))

    assert error.place == place
    assert error.problem == "the action of an operation is 'send' or 'receive'"


def test_a_document_may_have_neither_channels_nor_operations() -> None:
    assert not load_spec({"asyncapi": "3.0.0", "info": {}}).namespaces


def test_a_message_goes_before_its_traits() -> None:
    trait = {"name": "trait's", "contentType": "text/plain", "x-handler": "m.f"}

    event = one_event({"name": "own", "traits": [trait]})

    assert (event.name, event.content_type) == ("own", "text/plain")
    assert event.handler.path == "m.f"


def test_the_last_trait_goes_before_the_others() -> None:
    assert one_event({"traits": [{"name": "first"}, {"name": "last"}]}).name == "last"


def test_null_in_a_message_hides_what_its_trait_says() -> None:
    trait = {"x-handler": "m.f", "x-ack": {"args": {"type": "string"}}}

    event = one_event({"x-handler": None, "x-ack": None, "traits": [trait]})

    assert (event.handler, event.acks) == (None, None)


def test_an_operation_goes_before_its_traits() -> None:
    schemes = {"a": {"type": "X509"}, "b": {"type": "X509"}}
    own, other = ({"$ref": f"#/components/securitySchemes/{name}"} for name in "ab")
    operation = operation3(
        "send", "c", security=[own], traits=[{"security": [other], "x-handler": "m.f"}]
    )

    source = document3({"c": chat(a={})}, {"o": operation}, components={"securitySchemes": schemes})

    event = namespace_of(source).emitted["a"]
    assert event.security == ({"a": ()},)
    assert event.handler is not None


def test_the_x_handler_of_an_operation_handles_each_of_its_messages() -> None:
    operation = operation3("receive", "c", x_handler="m.f")

    received = namespace_of(document3({"c": chat(a={}, b={})}, {"o": operation})).received

    assert [event.handler.path for event in received.values() if event.handler] == ["m.f", "m.f"]


def test_the_x_handler_of_a_message_goes_before_that_of_the_operation() -> None:
    operation = operation3("receive", "c", x_handler="m.operation")

    source = document3({"c": chat(a={"x-handler": "m.message"})}, {"o": operation})

    handler = namespace_of(source).received["a"].handler
    assert handler is not None
    assert handler.path == "m.message"
    assert handler.place == "the document, channels.c.messages.a.x-handler"


def test_the_payloads_of_the_reply_are_the_acknowledgement() -> None:
    replies = {
        "address": None,
        "messages": {
            "ok": {"payload": {"type": "boolean"}},
            "no": {"payload": {"type": "string"}},
        },
    }
    operation = operation3("receive", "c", reply={"channel": {"$ref": "#/channels/replies"}})

    source = document3({"c": chat(a={}), "replies": replies}, {"o": operation})

    acks = namespace_of(source).received["a"].acks
    assert acks is not None
    assert [schema.contents for schema in acks] == [{"type": "boolean"}, {"type": "string"}]


def test_a_reply_may_list_the_messages_of_its_channel() -> None:
    replies = {
        "messages": {
            "ok": {"payload": {"type": "boolean"}},
            "no": {"payload": {"type": "string"}},
        }
    }
    reply = {
        "channel": {"$ref": "#/channels/replies"},
        "messages": [{"$ref": "#/channels/replies/messages/no"}],
    }
    operation = operation3("receive", "c", reply={"$ref": "#/components/replies/r"})

    source = document3(
        {"c": chat(a={}), "replies": replies},
        {"o": operation},
        components={"replies": {"r": reply}},
    )

    acks = namespace_of(source).received["a"].acks
    assert acks is not None
    assert [schema.contents for schema in acks] == [{"type": "string"}]


def test_a_reply_goes_before_x_ack() -> None:
    target = {"x-ack": {"args": {"type": "string"}}}
    replies = {"messages": {"ok": {"payload": {"type": "boolean"}}}}
    operation = operation3("receive", "c", reply={"channel": {"$ref": "#/channels/replies"}})

    source = document3({"c": chat(a=target), "replies": replies}, {"o": operation})

    acks = namespace_of(source).received["a"].acks
    assert acks is not None
    assert [schema.contents for schema in acks] == [{"type": "boolean"}]


@pytest.mark.parametrize("replies", [{}, {"messages": {"ok": {}}}])
def test_a_reply_without_payloads_leaves_x_ack(replies: dict[str, Any]) -> None:
    target = {"x-ack": {"args": {"type": "string"}}}
    operation = operation3("receive", "c", reply={"channel": {"$ref": "#/channels/replies"}})

    source = document3({"c": chat(a=target), "replies": replies}, {"o": operation})

    acks = namespace_of(source).received["a"].acks
    assert acks is not None
    assert [schema.contents for schema in acks] == [{"type": "string"}]


def test_a_reply_one_message_of_which_may_carry_anything_is_not_checked() -> None:
    replies = {"messages": {"ok": {}, "no": {"payload": {"type": "string"}}}}
    operation = operation3("receive", "c", reply={"channel": {"$ref": "#/channels/replies"}})

    source = document3({"c": chat(a={}), "replies": replies}, {"o": operation})

    assert namespace_of(source).received["a"].acks is None


def test_a_reply_with_a_message_of_another_channel_is_refused_with_its_place() -> None:
    reply = {
        "channel": {"$ref": "#/channels/replies"},
        "messages": [{"$ref": "#/channels/c/messages/a"}],
    }

    error = refused(
        document3({"c": chat(a={}), "replies": {}}, {"o": operation3("send", "c", reply=reply)})
    )

    assert error.place == "the document, operations.o.reply.messages[0]"


def test_x_ack_of_a_message_is_its_acknowledgement() -> None:
    event = one_event(
        {"x-ack": {"$ref": "#/components/x-messageAcks/ok"}},
        components={"x-messageAcks": {"ok": {"args": {"type": "boolean"}}}},
    )

    assert [schema.contents for schema in event.acks] == [{"type": "boolean"}]


def test_a_payload_may_be_a_schema() -> None:
    payload = one_event({"payload": {"type": "string"}}).payload

    assert payload.place == "the document, channels.chat.messages.key.payload"
    assert payload.dialect is Dialect.DRAFT202012


def test_a_payload_may_be_a_boolean_schema() -> None:
    assert one_event({"payload": True}).payload.contents is True


@pytest.mark.parametrize(
    ("schema_format", "dialect"),
    [
        ("application/schema+json;version=draft-07", Dialect.DRAFT7),
        ("application/vnd.aai.asyncapi;version=3.0.0", Dialect.DRAFT202012),
    ],
)
def test_a_payload_may_be_a_multi_format_schema(schema_format: str, dialect: Dialect) -> None:
    multi = {"schemaFormat": schema_format, "schema": {"type": "string"}}

    payload = one_event({"payload": multi}).payload

    assert payload.contents == {"type": "string"}
    assert payload.dialect is dialect
    assert payload.place == "the document, channels.chat.messages.key.payload.schema"


def test_a_multi_format_schema_may_stand_behind_a_reference() -> None:
    multi = {"schemaFormat": "application/schema+json;version=draft-07", "schema": {"const": 1}}
    components = {"schemas": {"s": multi}}

    event = one_event({"payload": {"$ref": "#/components/schemas/s"}}, components=components)

    assert event.payload.contents == {"const": 1}


def test_a_multi_format_schema_in_avro_is_refused_with_its_place() -> None:
    multi = {"schemaFormat": "application/vnd.apache.avro;version=1.9.0", "schema": {}}
    source = document3({"c": chat(a={"payload": multi})}, {"o": operation3("send", "c")})

    error = refused(source)

    assert error.place == "the document, channels.c.messages.a.payload.schemaFormat"
    assert "cannot be enforced on JSON" in error.problem


def test_the_default_content_type_counts_here_too() -> None:
    assert one_event({}, defaultContentType="text/plain").content_type == "text/plain"


def test_channel_servers_are_names_of_servers() -> None:
    channel = {**chat(), "servers": [{"$ref": "#/servers/a"}]}

    assert namespace_of(
        document3({"c": channel}, servers={"a": {"host": "a"}})
    ).servers == frozenset({"a"})


def test_channel_servers_keep_the_names_of_servers_that_are_references() -> None:
    channel = {**chat(), "servers": [{"$ref": "#/servers/production"}]}
    source = document3(
        {"c": channel},
        servers={"production": {"$ref": "#/components/servers/eu"}},
        components={"servers": {"eu": {"host": "eu", "protocol": "wss"}}},
    )

    assert namespace_of(source).servers == frozenset({"production"})


def test_empty_channel_servers_are_all_servers() -> None:
    assert namespace_of(document3({"c": {**chat(), "servers": []}})).servers is None


@pytest.mark.parametrize("server", ["a", None, {}, {"$ref": "#/info"}])
def test_a_channel_server_that_is_none_of_the_documents_is_refused(server: object) -> None:
    channel = {**chat(), "servers": [server]}

    error = refused(document3({"c": channel}, servers={"a": {"host": "a"}}))

    assert error.place == "the document, channels.c.servers[0]"


def test_bindings_handlers_and_security_are_read_as_in_2_x() -> None:
    channel = {
        **chat(),
        "bindings": {"ws": {"method": "GET"}},
        "x-handlers": {"error": "m.e"},
        "x-security": [],
    }

    namespace = namespace_of(document3({"c": channel}))

    assert namespace.bindings is not None
    assert namespace.bindings.method == "GET"
    assert namespace.handlers.error is not None
    assert namespace.security == ()
