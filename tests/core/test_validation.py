"""Arguments of events and acknowledgements: how many there are, and what each must be."""

from typing import Any

import pytest
from support import channel, document, message

from asynction_core.compiled import SchemaCompiler
from asynction_core.exceptions import (
    MessageAckValidationException,
    PayloadValidationException,
    ValidationException,
)
from asynction_core.spec import load_spec
from asynction_core.validation import MessageChecks, accept_anything, arguments_of

MISSING = object()
INTEGER: dict[str, Any] = {"type": "integer"}
STRING: dict[str, Any] = {"type": "string"}
PAIR: dict[str, Any] = {"type": "array", "prefixItems": [INTEGER, STRING]}
OLD_PAIR: dict[str, Any] = {"type": "array", "items": [INTEGER, STRING]}


def check(payload: Any, arguments: list[Any], **members: Any) -> None:
    """Raise unless *payload* allows *arguments*; MISSING is a message without a payload."""
    event = {"name": "e"} if payload is MISSING else {"name": "e", "payload": payload}
    spec = load_spec(document({"/chat": channel([event])}, **members))
    checks = MessageChecks(SchemaCompiler(spec.resources), "/chat")
    checks.payload(spec.namespaces["/chat"].received["e"])(arguments)


def check_ack(args: Any, arguments: list[Any]) -> None:
    spec = load_spec(document({"/chat": channel([message("e", x_ack={"args": args})])}))
    checks = MessageChecks(SchemaCompiler(spec.resources), "/chat")
    checks.ack(spec.namespaces["/chat"].received["e"])(arguments)


def refusal(payload: Any, arguments: list[Any], **members: Any) -> PayloadValidationException:
    with pytest.raises(PayloadValidationException) as caught:
        check(payload, arguments, **members)
    return caught.value


@pytest.mark.parametrize(
    ("payload", "arguments"),
    [
        (MISSING, []),
        (MISSING, [1, "a", None]),
        (PAIR, [1, "a"]),
        ({**PAIR, "minItems": 1}, [1]),
        ({**PAIR, "minItems": 0}, []),
        ({**PAIR, "items": False}, [1, "a"]),
        ({**PAIR, "items": {"type": "boolean"}}, [1, "a"]),
        ({**PAIR, "items": {"type": "boolean"}}, [1, "a", True, False]),
        ({**PAIR, "items": True}, [1, "a", None, 5]),
        ({**PAIR, "type": ["array"]}, [1, "a"]),
        (OLD_PAIR, [1, "a"]),
        ({**OLD_PAIR, "minItems": 1}, [1]),
        ({**OLD_PAIR, "additionalItems": False}, [1, "a"]),
        ({**OLD_PAIR, "additionalItems": {"type": "boolean"}}, [1, "a", True]),
        ({"$ref": "#/components/schemas/Pair"}, [1, "a"]),
        ({"type": "array", "items": INTEGER}, [[1, 2]]),
        ({"type": "array", "items": INTEGER}, [[]]),
        ({"type": "array"}, [[1, "a"]]),
        (INTEGER, [1]),
        ({"type": "object"}, [{}]),
        ({"type": ["integer", "null"]}, [None]),
        ({"type": ["array", "null"], "prefixItems": [INTEGER]}, [[1]]),
        ({"type": "null"}, []),
        ({"type": "null"}, [None]),
        ({"type": ["null"]}, []),
        (False, []),
        (False, [None]),
        ({"$ref": "#/components/schemas/Nothing"}, []),
        (True, [1]),
        (True, [None]),
        ({}, ["a"]),
    ],
    ids=lambda case: "absent" if case is MISSING else str(case),
)
def test_arguments_that_the_payload_allows(payload: Any, arguments: list[Any]) -> None:
    schemas = {"Pair": PAIR, "Nothing": {"type": "null"}}
    check(payload, arguments, components={"schemas": schemas})


@pytest.mark.parametrize(
    ("payload", "arguments", "rule", "bound", "text"),
    [
        (PAIR, [], "minItems", 2, "expected 2 arguments, got 0"),
        (PAIR, [1], "minItems", 2, "expected 2 arguments, got 1"),
        (PAIR, [1, "a", None], "maxItems", 2, "expected 2 arguments, got 3"),
        (PAIR, [[1, "a"]], "minItems", 2, "expected 2 arguments, got 1"),
        (OLD_PAIR, [1], "minItems", 2, "expected 2 arguments, got 1"),
        (OLD_PAIR, [1, "a", 2], "maxItems", 2, "expected 2 arguments, got 3"),
        ({**PAIR, "minItems": 1}, [], "minItems", 1, "expected 1 to 2 arguments, got 0"),
        ({**PAIR, "minItems": 1}, [1, "a", 2], "maxItems", 2, "expected 1 to 2 arguments, got 3"),
        ({**PAIR, "items": False}, [1, "a", 2], "maxItems", 2, "expected 2 arguments, got 3"),
        ({**PAIR, "items": {}}, [1], "minItems", 2, "expected at least 2 arguments, got 1"),
        (
            {**OLD_PAIR, "additionalItems": {}},
            [1],
            "minItems",
            2,
            "expected at least 2 arguments, got 1",
        ),
        ({"$ref": "#/components/schemas/Pair"}, [1], "minItems", 2, "expected 2 arguments, got 1"),
        ({"type": "array", "items": INTEGER}, [], "minItems", 1, "expected 1 argument, got 0"),
        ({"type": "array", "items": INTEGER}, [1, 2], "maxItems", 1, "expected 1 argument, got 2"),
        (INTEGER, [], "minItems", 1, "expected 1 argument, got 0"),
        (INTEGER, [1, 2], "maxItems", 1, "expected 1 argument, got 2"),
        ({"type": ["integer", "null"]}, [], "minItems", 1, "expected 1 argument, got 0"),
        (True, [], "minItems", 1, "expected 1 argument, got 0"),
        ({}, [1, 2], "maxItems", 1, "expected 1 argument, got 2"),
        ({"type": "null"}, [None, None], "maxItems", 1, "expected 0 to 1 arguments, got 2"),
        (False, [1, 2], "maxItems", 1, "expected 0 to 1 arguments, got 2"),
    ],
    ids=str,
)
def test_wrong_number_of_arguments(
    payload: Any, arguments: list[Any], rule: str, bound: int, text: str
) -> None:
    error = refusal(payload, arguments, components={"schemas": {"Pair": PAIR}})
    assert (error.validator, error.validator_value, error.message) == (rule, bound, text)
    assert (error.instance, [*error.path], [*error.schema_path]) == (arguments, [], [])
    assert error.place is not None


@pytest.mark.parametrize(
    ("payload", "arguments", "path", "rule"),
    [
        (PAIR, ["a", "a"], [0], "type"),
        (PAIR, [1, 2], [1], "type"),
        (OLD_PAIR, [1, 2], [1], "type"),
        ({**PAIR, "items": {"type": "boolean"}}, [1, "a", "b"], [2], "type"),
        ({**OLD_PAIR, "additionalItems": {"type": "boolean"}}, [1, "a", "b"], [2], "type"),
        ({**PAIR, "items": {}, "maxItems": 3}, [1, "a", 2, 3], [], "maxItems"),
        ({"type": "array", "items": INTEGER}, [["a"]], [0], "type"),
        ({"type": "array", "items": INTEGER}, [1], [], "type"),
        ({"type": "null"}, [1], [], "type"),
        (False, [1], [], None),
        (INTEGER, [None], [], "type"),
        (INTEGER, [True], [], "type"),
        ({"properties": {"a": {"items": STRING}}}, [{"a": ["b", 1]}], ["a", 1], "type"),
    ],
    ids=str,
)
def test_wrong_argument(
    payload: Any, arguments: list[Any], path: list[Any], rule: str | None
) -> None:
    error = refusal(payload, arguments)
    assert ([*error.path], error.validator) == (path, rule)


def test_arguments_may_be_a_tuple() -> None:
    check(PAIR, (1, "a"))  # type: ignore[arg-type] # as python-socketio may pass them


def test_every_attribute_of_a_refusal() -> None:
    error = refusal(PAIR, [1, 2])
    assert error.message == '2 is not of type "string"'
    assert (error.validator, error.validator_value) == ("type", "string")
    assert ([*error.path], [*error.schema_path]) == ([1], ["prefixItems", 1, "type"])
    assert (error.instance, error.schema, error.context) == (2, STRING, [])
    assert (error.namespace, error.event) == ("/chat", "e")
    assert error.place == (
        "the document, channels./chat.publish.message.oneOf[0].payload.prefixItems[1].type"
    )


def test_refusal_says_event_path_and_place() -> None:
    assert str(refusal({"properties": {"a": STRING}}, [{"a": 1}])) == (
        "event 'e' of /chat: 1 is not of type \"string\" (at $.a)\n"
        "The rule: the document, "
        "channels./chat.publish.message.oneOf[0].payload.properties.a.type"
    )


def test_refusal_behind_a_reference_says_where_its_rule_stands() -> None:
    schemas = {"Name": {"type": "string"}}
    payload = {"properties": {"a": {"$ref": "#/components/schemas/Name"}}}
    place = refusal(payload, [{"a": 1}], components={"schemas": schemas}).place
    assert place == (
        "the document, channels./chat.publish.message.oneOf[0].payload, "
        "by reference components.schemas.Name.type"
    )


@pytest.mark.parametrize("keyword", ["anyOf", "oneOf"])
def test_context_has_exceptions_with_paths_of_their_own(keyword: str) -> None:
    payload = {"properties": {"a": {keyword: [STRING, {"properties": {"b": STRING}}]}}}
    error = refusal(payload, [{"a": {"b": 1}}])
    first, second = list(error.context or [])
    assert isinstance(second, PayloadValidationException)
    assert ([*first.path], [*second.path]) == ([], ["b"])
    assert [*second.absolute_path] == ["a", "b"]
    assert [*second.absolute_schema_path] == [
        *("properties", "a", keyword),
        *(1, "properties", "b", "type"),
    ]
    assert second.parent is error


@pytest.mark.parametrize(
    "value",
    [{1}, object(), {1: 2}, "\ud800", float("nan")],
    ids=["set", "object", "number as a key", "half a surrogate pair", "NaN"],
)
def test_argument_that_is_no_json_breaks_the_schema(value: Any) -> None:
    error = refusal({"type": "boolean"}, [value])
    assert (error.validator, error.namespace, error.event) == ("type", "/chat", "e")


@pytest.mark.parametrize("value", [{1}, {1: 2}, b"x"], ids=str)
def test_argument_of_a_tuple_that_is_no_json_breaks_the_schema(value: Any) -> None:
    with pytest.raises(ValidationException):
        check(PAIR, [1, value])


def test_deep_argument_breaks_the_schema_and_nothing_else() -> None:
    value: Any = []
    for _ in range(1000):
        value = [value]
    for payload in ({"type": "string"}, {"type": "string", "format": "binary"}):
        assert refusal(payload, [value]).validator == "type"


@pytest.mark.parametrize(
    ("args", "arguments"),
    [
        (STRING, ["a"]),
        (PAIR, [1, "a"]),
        ({"type": "null"}, []),
        (False, []),
        ({"type": "array", "items": INTEGER}, [[1]]),
    ],
    ids=str,
)
def test_acknowledgement_follows_the_same_rule(args: Any, arguments: list[Any]) -> None:
    check_ack(args, arguments)


@pytest.mark.parametrize(
    ("args", "arguments", "rule"),
    [
        (STRING, [1], "type"),
        (STRING, [], "minItems"),
        (PAIR, [1], "minItems"),
        (PAIR, [1, "a", 2], "maxItems"),
        ({"type": "null"}, [1], "type"),
    ],
    ids=str,
)
def test_acknowledgement_that_breaks_its_schema(args: Any, arguments: list[Any], rule: str) -> None:
    with pytest.raises(MessageAckValidationException) as caught:
        check_ack(args, arguments)
    assert (caught.value.validator, caught.value.namespace) == (rule, "/chat")
    assert caught.value.event == "e"


def test_acknowledgement_is_free_where_the_document_does_not_say() -> None:
    spec = load_spec(document({"/chat": channel([message("e")])}))
    checks = MessageChecks(SchemaCompiler(spec.resources), "/chat")
    assert checks.ack(spec.namespaces["/chat"].received["e"]) is accept_anything
    accept_anything([object()])


def reply_check() -> Any:
    """Return the check of an acknowledgement that is a string, or an integer and a string."""
    request = {"messages": [{"$ref": "#/channels/c/messages/e"}]}
    answers = {name: {"$ref": f"#/channels/c/messages/{name}"} for name in ("text", "pair")}
    spec = load_spec(
        {
            "asyncapi": "3.0.0",
            "info": {"title": "Test", "version": "1"},
            "channels": {
                "c": {
                    "address": "/chat",
                    "messages": {"e": {}, "text": {"payload": STRING}, "pair": {"payload": PAIR}},
                }
            },
            "operations": {
                "receive": {
                    "action": "receive",
                    "channel": {"$ref": "#/channels/c"},
                    **request,
                    "reply": {
                        "channel": {"$ref": "#/channels/c"},
                        "messages": [*answers.values()],
                    },
                }
            },
        }
    )
    checks = MessageChecks(SchemaCompiler(spec.resources), "/chat")
    return checks.ack(spec.namespaces["/chat"].received["e"])


@pytest.mark.parametrize("arguments", [["a"], [1, "a"]])
def test_reply_may_be_any_of_its_messages(arguments: list[Any]) -> None:
    reply_check()(arguments)


@pytest.mark.parametrize("arguments", [[], [1], ["a", "b"], [1, "a", 2]])
def test_reply_that_is_none_of_its_messages_is_refused(arguments: list[Any]) -> None:
    with pytest.raises(MessageAckValidationException) as caught:
        reply_check()(arguments)
    error = caught.value
    assert error.message == "none of the 2 replies that the document allows"
    assert (error.validator, error.instance) == ("anyOf", arguments)
    assert (error.namespace, error.event) == ("/chat", "e")
    assert error.place is not None
    assert [type(child) for child in error.context or ()] == [MessageAckValidationException] * 2


@pytest.mark.parametrize(
    ("data", "arguments"),
    [
        (None, []),
        ((), []),
        ((1, "a"), [1, "a"]),
        ((None,), [None]),
        ([1, "a"], [[1, "a"]]),
        ("a", ["a"]),
        (0, [0]),
        (False, [False]),
        ({}, [{}]),
    ],
)
def test_data_stands_for_arguments(data: Any, arguments: list[Any]) -> None:
    assert arguments_of(data) == arguments
