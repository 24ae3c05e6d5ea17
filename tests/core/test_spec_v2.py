"""AsyncAPI 2.0 to 2.6: channels, operations and messages as namespaces and events."""

from typing import Any

import pytest
from spec_support import event_of, namespace_of, refused, schema_of
from support import channel, document, message

from asynction_core.spec import load_spec
from asynction_core.spec.model import NamespaceHandlers

OPERATION = "the document, channels./chat.publish"
MESSAGE = f"{OPERATION}.message"


def test_a_channel_is_the_namespace_of_its_key() -> None:
    namespace = namespace_of(document({"/chat": {}}))

    assert namespace.name == "/chat"
    assert namespace.place == "the document, channels./chat"
    assert (namespace.servers, namespace.security, namespace.bindings) == (None, None, None)
    assert namespace.handlers == NamespaceHandlers()


def test_a_channel_without_a_slash_is_a_namespace_with_one() -> None:
    assert namespace_of(document({"chat": {}})).name == "/chat"


def test_the_server_receives_what_clients_may_publish() -> None:
    namespace = namespace_of(document({"/chat": {"publish": {"message": message("a")}}}))

    assert (list(namespace.received), list(namespace.emitted)) == (["a"], [])


def test_the_server_emits_what_clients_may_subscribe_to() -> None:
    namespace = namespace_of(document({"/chat": {"subscribe": {"message": message("a")}}}))

    assert (list(namespace.received), list(namespace.emitted)) == ([], ["a"])


def test_each_message_of_one_of_is_an_event() -> None:
    channels = {"/chat": channel([message("a"), message("b")], [message("a"), message("c")])}

    namespace = namespace_of(document(channels))

    assert list(namespace.received) == ["a", "b"]
    assert list(namespace.emitted) == ["a", "c"]
    assert namespace.received["b"].place == f"{MESSAGE}.oneOf[1]"


def test_one_of_may_stand_behind_a_reference() -> None:
    components = {"messages": {"all": {"oneOf": [message("a"), {"$ref": "#/x-b"}]}}}
    source = {"/chat": {"publish": {"message": {"$ref": "#/components/messages/all"}}}}

    namespace = namespace_of(document(source, components=components, **{"x-b": message("b")}))

    assert list(namespace.received) == ["a", "b"]


@pytest.mark.parametrize("operation", [{}, {"message": {"oneOf": []}}])
def test_an_operation_without_messages_has_no_events(operation: dict[str, Any]) -> None:
    assert not namespace_of(document({"/chat": {"publish": operation}})).received


def test_an_operation_may_be_a_reference() -> None:
    source = document({"/chat": {"publish": {"$ref": "#/x-op"}}}, **{"x-op": {"message": {}}})

    assert refused(source).place == "the document, x-op.message"


def test_a_bare_string_in_a_message_position_is_a_reference() -> None:
    components = {"messages": {"a": message("a")}}

    assert event_of("#/components/messages/a", components=components).name == "a"


def test_bare_strings_in_one_of_are_references() -> None:
    components = {"messages": {"a": message("a"), "b": {"$ref": "#/components/messages/a"}}}

    assert event_of({"oneOf": ["#/components/messages/b"]}, components=components).name == "a"


def test_a_bare_string_that_names_nothing_is_refused_with_its_place() -> None:
    error = refused(document({"/chat": {"publish": {"message": "#/components/messages/a"}}}))

    assert error.place == MESSAGE
    assert "names nothing" in error.problem


def test_text_in_a_message_position_is_refused_with_its_place() -> None:
    error = refused(document({"/chat": {"publish": {"message": "a"}}}))

    assert (error.place, error.problem) == (MESSAGE, "this must be a mapping, found a string, 'a'")


def test_a_message_without_a_name_is_refused_with_its_place() -> None:
    source = document({"/chat": channel([message("a"), {"messageId": "b", "title": "B"}])})

    error = refused(source)

    assert error.place == f"{MESSAGE}.oneOf[1]"
    assert error.problem == "the message has no name"
    assert error.fix == "Give it one: 'name: new message' is the event's name."


@pytest.mark.parametrize("name", ["connect", "disconnect", "connect_error", "*"])
def test_a_name_that_socket_io_reserves_is_refused_with_its_place(name: str) -> None:
    error = refused(document({"/chat": channel([message(name)])}))

    assert error.place == f"{MESSAGE}.oneOf[0].name"
    assert error.problem == f"Socket.IO reserves the event name {name!r}"
    assert error.fix


def test_two_messages_of_one_name_in_one_direction_are_refused_with_both_places() -> None:
    messages = [message("a", {"type": "string"}), message("a", {"type": "integer"})]

    error = refused(document({"/chat": channel(messages)}))

    assert error.place == f"{MESSAGE}.oneOf[1]"
    assert f"'a' is a second one of that name; the first is {MESSAGE}.oneOf[0]" in error.problem
    assert error.fix == "An event name means one message in a namespace and direction."


def test_one_message_that_is_listed_twice_is_one_event() -> None:
    reference = {"$ref": "#/components/messages/a"}
    components = {"messages": {"a": message("a", {"type": "string"})}}

    source = document({"/chat": channel([reference, reference])}, components=components)

    assert list(namespace_of(source).received) == ["a"]


def test_channels_that_differ_by_a_slash_are_one_namespace() -> None:
    channels = {
        "chat": channel([message("a")], x_handlers={"connect": "m.connect"}),
        "/chat": channel([message("b")], [message("c")]),
    }

    namespace = namespace_of(document(channels))

    assert (list(namespace.received), list(namespace.emitted)) == (["a", "b"], ["c"])
    assert namespace.handlers.connect is not None
    assert namespace.place == "the document, channels.chat"


def test_a_document_without_channels_is_refused() -> None:
    error = refused({"asyncapi": "2.6.0"})

    assert (error.place, error.problem) == ("the document", "a document needs 'channels'")


@pytest.mark.parametrize(
    ("address", "definition"),
    [
        ("/chat/{room}", {}),
        ("/chat", {"parameters": {"room": {"schema": {"type": "string"}}}}),
    ],
)
def test_channel_parameters_are_refused_with_their_place(
    address: str, definition: dict[str, Any]
) -> None:
    error = refused(document({address: definition}))

    assert error.place == f"the document, channels.{address}"
    assert error.problem == f"channel parameters cannot be enforced yet (address {address!r})"
    assert error.fix == "Write one channel for each address."


def test_empty_channel_parameters_are_none() -> None:
    assert namespace_of(document({"/chat": {"parameters": {}}})).name == "/chat"


def test_a_message_trait_goes_before_the_message() -> None:
    trait = {"name": "trait's", "contentType": "text/plain"}
    target = {"name": "own", "x-handler": "m.own", "traits": [trait]}

    event = event_of(target)

    assert (event.name, event.content_type) == ("trait's", "text/plain")
    assert event.handler is not None
    assert event.handler.path == "m.own"


def test_the_last_trait_goes_before_the_others() -> None:
    components = {"messageTraits": {"last": {"name": "last"}}}
    traits = [{"name": "first"}, {"$ref": "#/components/messageTraits/last"}]

    assert event_of({"name": "own", "traits": traits}, components=components).name == "last"


def test_null_in_a_trait_takes_the_member_away() -> None:
    target = message("a", x_handler="m.f", contentType="text/plain")
    target["traits"] = [{"x-handler": None, "contentType": None}]

    event = event_of(target)

    assert (event.handler, event.content_type) == (None, None)


def test_null_in_a_trait_takes_the_name_away() -> None:
    target = {"name": "a", "traits": [{"name": None}]}

    error = refused(document({"/chat": {"publish": {"message": target}}}))

    assert (error.place, error.problem) == (MESSAGE, "the message has no name")


def test_a_trait_may_have_the_acknowledgement() -> None:
    event = event_of(message("a", traits=[{"x-ack": {"args": {"type": "boolean"}}}]))

    assert event.acks is not None
    assert event.acks[0].contents == {"type": "boolean"}


def test_an_acknowledgement_that_a_trait_repeats_is_accepted() -> None:
    ack = {"args": {"type": "boolean"}}

    assert event_of(message("a", x_ack=ack, traits=[{"x-ack": ack}])).acks is not None


def test_an_acknowledgement_that_a_trait_contradicts_is_refused_with_both_places() -> None:
    trait = {"x-ack": {"args": {"type": "string"}}}
    target = message("a", x_ack={"args": {"type": "boolean"}}, traits=[trait])

    error = refused(document({"/chat": {"publish": {"message": target}}}))

    assert error.place == f"{MESSAGE}.x-ack"
    assert error.problem == f"x-ack is also at {MESSAGE}.traits[0].x-ack, and says otherwise"


def test_a_trait_with_a_payload_is_refused_with_its_place() -> None:
    target = message("a", traits=[{}, {"payload": {"type": "string"}}])

    error = refused(document({"/chat": {"publish": {"message": target}}}))

    assert error.place == f"{MESSAGE}.traits[1]"
    assert error.problem == "a trait cannot have a payload"
    assert error.fix == "Move it to the message."


def test_a_trait_may_stand_in_a_list_as_2_0_wrote_it() -> None:
    assert event_of(message("a", traits=[[{"name": "b"}, {"x": 1}]])).name == "b"


@pytest.mark.parametrize("trait", [None, 5, "#/components/messageTraits/t", []])
def test_a_trait_that_is_no_mapping_is_refused_with_its_place(trait: object) -> None:
    source = document({"/chat": {"publish": {"message": message("a", traits=[trait])}}})

    assert refused(source).place == f"{MESSAGE}.traits[0]"


def test_an_operation_trait_goes_before_the_operation() -> None:
    components = {
        "securitySchemes": {"a": {"type": "X509"}, "b": {"type": "X509"}},
        "operationTraits": {"t": {"security": [{"b": []}]}},
    }
    operation = {
        "message": message("m"),
        "security": [{"a": []}],
        "traits": [{"$ref": "#/components/operationTraits/t"}],
    }

    source = document({"/chat": {"publish": operation}}, components=components)

    assert namespace_of(source).received["m"].security == ({"b": ()},)


def test_a_message_has_the_default_content_type_unless_it_has_its_own() -> None:
    messages = [message("a"), message("b", contentType="text/plain")]
    source = document({"/chat": channel(messages)}, defaultContentType="application/json")

    received = namespace_of(source).received

    assert received["a"].content_type == "application/json"
    assert received["b"].content_type == "text/plain"


def test_a_message_has_no_content_type_where_none_is_given() -> None:
    assert event_of(message("a")).content_type is None


def test_a_default_content_type_that_is_no_string_is_refused_with_its_place() -> None:
    assert refused(document({}, defaultContentType=5)).place == "the document, defaultContentType"


def test_x_handler_is_the_dotted_path_with_its_place() -> None:
    handler = event_of(message("a", x_handler="api.handlers.a")).handler

    assert handler is not None
    assert (handler.path, handler.place) == ("api.handlers.a", f"{MESSAGE}.x-handler")


@pytest.mark.parametrize("path", ["", 5, ["a"], {}])
def test_an_x_handler_that_is_no_text_is_refused_with_its_place(path: object) -> None:
    error = refused(document({"/chat": {"publish": {"message": message("a", x_handler=path)}}}))

    assert error.place == f"{MESSAGE}.x-handler"


def test_x_handlers_are_the_handlers_of_the_namespace() -> None:
    handlers = {"connect": "m.connect", "disconnect": "m.disconnect", "error": "m.error"}

    found = namespace_of(document({"/chat": {"x-handlers": handlers}})).handlers

    assert found.connect is not None
    assert found.disconnect is not None
    assert found.error is not None
    assert (found.connect.path, found.disconnect.path, found.error.path) == (
        "m.connect",
        "m.disconnect",
        "m.error",
    )
    assert found.error.place == "the document, channels./chat.x-handlers.error"


def test_x_handlers_may_be_a_reference() -> None:
    source = document({"/chat": {"x-handlers": {"$ref": "#/x-h"}}}, **{"x-h": {"error": "m.e"}})

    error = namespace_of(source).handlers.error

    assert error is not None
    assert error.place == "the document, x-h.error"


def test_an_unknown_member_of_x_handlers_is_refused_with_its_place() -> None:
    error = refused(document({"/chat": {"x-handlers": {"conect": "m.f"}}}))

    assert error.place == "the document, channels./chat.x-handlers.conect"
    assert error.fix == "It takes 'connect', 'disconnect' and 'error'."


def test_x_ack_may_be_written_inline() -> None:
    event = event_of(message("a", x_ack={"args": {"type": "string"}}))

    assert event.acks is not None
    assert [schema.place for schema in event.acks] == [f"{MESSAGE}.x-ack.args"]


def test_x_ack_may_refer_to_the_acknowledgements_of_the_components() -> None:
    components = {
        "x-messageAcks": {"ok": {"args": {"$ref": "#/components/schemas/ok"}}},
        "schemas": {"ok": {"type": "boolean"}},
    }
    reference = {"$ref": "#/components/x-messageAcks/ok"}

    event = event_of(message("a", x_ack=reference), components=components)

    assert event.acks is not None
    assert event.acks[0].contents == {"type": "boolean"}


def test_a_message_without_x_ack_has_no_ack_schema() -> None:
    assert event_of(message("a")).acks is None


def test_x_ack_without_args_is_refused_with_its_place() -> None:
    error = refused(document({"/chat": {"publish": {"message": message("a", x_ack={})}}}))

    assert error.place == f"{MESSAGE}.x-ack"
    assert error.problem == "x-ack needs 'args', the schema of its arguments"


def test_acknowledgements_of_the_components_must_be_a_mapping() -> None:
    error = refused(document({}, components={"x-messageAcks": []}))

    assert error.place == "the document, components.x-messageAcks"


def test_bindings_ws_are_the_rules_of_the_handshake() -> None:
    query, headers = {"type": "object"}, {"properties": {"x": {"type": "integer"}}}
    ws = {"method": "post", "query": query, "headers": headers}

    bindings = namespace_of(document({"/chat": {"bindings": {"ws": ws}}})).bindings

    assert bindings is not None
    assert bindings.method == "POST"
    assert bindings.query is not None
    assert bindings.headers is not None
    assert (bindings.query.contents, bindings.headers.contents) == (query, headers)
    assert bindings.place == "the document, channels./chat.bindings.ws"


@pytest.mark.parametrize(
    "bindings",
    [
        {"$ref": "#/components/channelBindings/b"},
        {"ws": {"$ref": "#/components/channelBindings/b/ws"}},
        {"ws": {"query": {"$ref": "#/components/schemas/q"}}},
    ],
)
def test_bindings_may_be_references(bindings: dict[str, Any]) -> None:
    components = {
        "schemas": {"q": {"type": "object"}},
        "channelBindings": {"b": {"ws": {"query": {"type": "object"}}}},
    }

    found = namespace_of(document({"/chat": {"bindings": bindings}}, components=components))

    assert found.bindings is not None
    assert (found.bindings.method, found.bindings.headers) == (None, None)
    assert found.bindings.query is not None
    assert found.bindings.query.contents == {"type": "object"}


def test_bindings_of_other_protocols_are_no_rules() -> None:
    assert namespace_of(document({"/chat": {"bindings": {"kafka": {}}}})).bindings is None


@pytest.mark.parametrize("method", ["PUT", "", 5])
def test_a_method_that_no_handshake_has_is_refused_with_its_place(method: object) -> None:
    error = refused(document({"/chat": {"bindings": {"ws": {"method": method}}}}))

    assert error.place == "the document, channels./chat.bindings.ws.method"


def test_the_schema_of_a_query_must_be_a_schema() -> None:
    error = refused(document({"/chat": {"bindings": {"ws": {"query": "token"}}}}))

    assert error.place == "the document, channels./chat.bindings.ws.query"


def test_a_payload_may_be_a_boolean_schema() -> None:
    assert schema_of(False).contents is False


@pytest.mark.parametrize(
    ("channel", "field", "place"),
    [
        ({"pubish": {}}, "pubish", "channels./"),
        ({"publish": {"mesage": {}}}, "mesage", "channels./.publish"),
        ({"publish": {"message": {"name": "a", "paylod": {}}}}, "paylod", "publish.message"),
        ({"bindings": {"websocket": {}}}, "websocket", "channels./.bindings"),
        ({"bindings": {"ws": {"querry": {}}}}, "querry", "channels./.bindings.ws"),
    ],
)
def test_a_field_that_asyncapi_does_not_have_is_logged(
    caplog: pytest.LogCaptureFixture, channel: dict[str, object], field: str, place: str
) -> None:
    load_spec({"asyncapi": "2.6.0", "channels": {"/": channel}})

    assert f"{place}: AsyncAPI has no field {field!r} here; ignored" in caplog.text


def test_extensions_are_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    load_spec({"asyncapi": "2.6.0", "channels": {"/": {"x-mine": 1, "publish": {"x-mine": 1}}}})

    assert caplog.text == ""
