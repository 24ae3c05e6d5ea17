"""Binary data: what satisfies which schema, nested, counted in bytes, and not to be forged."""

import re
from typing import Any

import pytest
from support import channel, document, message

from asynction_core import binary
from asynction_core.compiled import SchemaCompiler
from asynction_core.exceptions import PayloadValidationException
from asynction_core.spec import load_spec
from asynction_core.validation import MessageChecks

BINARY: dict[str, Any] = {"type": "string", "format": "binary"}
SCHEMAS = {
    "File": BINARY,
    "Tree": {"type": "array", "items": {"$ref": "#/components/schemas/Node"}},
}
SCHEMAS["Node"] = {"anyOf": [BINARY, {"$ref": "#/components/schemas/Tree"}]}


def check(payload: Any, value: Any, check_formats: bool = False) -> None:
    """Raise unless *payload* allows *value* as the only argument."""
    components = {"schemas": SCHEMAS}
    spec = load_spec(document({"/": channel([message("e", payload)])}, components=components))
    compiler = SchemaCompiler(spec.resources, check_formats)
    MessageChecks(compiler, "/").payload(spec.namespaces["/"].received["e"])([value])


def refusal(payload: Any, value: Any, check_formats: bool = False) -> PayloadValidationException:
    with pytest.raises(PayloadValidationException) as caught:
        check(payload, value, check_formats)
    return caught.value


@pytest.mark.parametrize("data", [b"x", bytearray(b"x"), b""], ids=repr)
@pytest.mark.parametrize(
    "schema",
    [
        BINARY,
        {},
        True,
        {"description": "anything"},
        {"type": ["string", "null"], "format": "binary"},
        {"$ref": "#/components/schemas/File"},
        {"allOf": [BINARY, {}]},
        {"anyOf": [{"type": "integer"}, BINARY]},
        {"oneOf": [{"type": "string"}, BINARY]},
        {"anyOf": [{"type": "integer"}, {}]},
    ],
    ids=str,
)
def test_bytes_satisfy(schema: Any, data: Any) -> None:
    check(schema, data)


@pytest.mark.parametrize(
    ("schema", "rule"),
    [
        ({"type": "string"}, "type"),
        ({"type": ["string", "null"]}, "type"),
        ({"type": "object"}, "type"),
        ({"type": "integer"}, "type"),
        ({"type": "null"}, "type"),
        ({"format": "binary"}, "format"),
        ({"type": "string", "format": "byte"}, "type"),
        ({"type": "object", "format": "binary"}, "type"),
        ({"enum": ["a"]}, "enum"),
        ({"const": "a"}, "const"),
        ({"minLength": 0}, "minLength"),
        ({"maxLength": 1000}, "maxLength"),
        ({"pattern": ""}, "pattern"),
        ({**BINARY, "pattern": ""}, "pattern"),
        ({**BINARY, "enum": ["x"]}, "enum"),
        ({**BINARY, "const": "x"}, "const"),
        ({"allOf": [BINARY, {"minLength": 0}]}, "minLength"),
        ({"anyOf": [{"type": "integer"}, {"type": "string"}]}, "anyOf"),
        (False, None),
    ],
    ids=str,
)
def test_bytes_are_refused_by(schema: Any, rule: str | None) -> None:
    if schema is False:
        schema = {"allOf": [False]}
    assert refusal(schema, b"x").validator == rule


@pytest.mark.parametrize(
    "schema",
    [
        BINARY,
        {"$ref": "#/components/schemas/File"},
        {"allOf": [BINARY]},
        {"type": ["string", "null"], "format": "binary"},
    ],
    ids=str,
)
@pytest.mark.parametrize("text", ["", "x", "<1 bytes>", "AAEC"])
def test_text_is_refused_where_binary_is_declared(schema: Any, text: str) -> None:
    assert refusal(schema, text).validator == "format"


@pytest.mark.parametrize("value", [1, [], {}, True])
def test_other_types_are_refused_where_binary_is_declared(value: Any) -> None:
    assert refusal(BINARY, value).validator == "type"


def test_null_beside_binary_is_still_null() -> None:
    check({"type": ["string", "null"], "format": "binary"}, None)


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"properties": {"file": BINARY}}, {"file": b"x"}),
        ({"type": "object", "properties": {"name": {"type": "string"}}}, {"name": "a", "b": b"x"}),
        ({"additionalProperties": BINARY}, {"a": b"x", "b": bytearray(b"y")}),
        ({"patternProperties": {"^f": BINARY}}, {"f": b"x", "g": "text"}),
        ({"type": "array", "items": BINARY}, [b"x", b"y"]),
        ({"properties": {"a": {"items": {"properties": {"b": BINARY}}}}}, {"a": [{"b": b"x"}]}),
        ({"items": {"anyOf": [BINARY, {"type": "string"}]}}, [b"x", "text"]),
        ({"contains": BINARY}, ["text", b"x"]),
        ({"$ref": "#/components/schemas/Tree"}, [b"x", [b"y", [b"z"]]]),
        ({"items": {"$ref": "#/components/schemas/File"}}, [b"x"]),
    ],
    ids=str,
)
def test_bytes_satisfy_inside_of(schema: Any, value: Any) -> None:
    check(schema, value)


@pytest.mark.parametrize(
    ("schema", "value", "path"),
    [
        ({"properties": {"file": {"type": "string"}}}, {"file": b"x"}, ["file"]),
        ({"additionalProperties": {"type": "string"}}, {"a": b"x"}, ["a"]),
        ({"type": "array", "items": {"type": "string"}}, ["a", b"x"], [1]),
        ({"properties": {"file": BINARY}}, {"file": "text"}, ["file"]),
        ({"properties": {"a": {"items": BINARY}}}, {"a": [b"x", "text"]}, ["a", 1]),
        ({"$ref": "#/components/schemas/Tree"}, [b"x", ["text"]], [1]),
    ],
    ids=str,
)
def test_binary_and_text_are_told_apart_inside_of(schema: Any, value: Any, path: list[Any]) -> None:
    assert [*refusal(schema, value).path] == path


def test_bytes_as_a_name_are_refused() -> None:
    assert refusal({"properties": {"file": BINARY}}, {b"file": b"x"}).validator == "type"


@pytest.mark.parametrize("data", [b"ab", "é".encode(), bytes(2)])
def test_length_counts_bytes(data: bytes) -> None:
    check({**BINARY, "minLength": 2, "maxLength": 2}, data)


@pytest.mark.parametrize(
    ("data", "rule", "message"),
    [
        (b"a", "minLength", "1 bytes are fewer than 2"),
        (b"abcd", "maxLength", "4 bytes are more than 3"),
    ],
)
def test_length_of_bytes_is_limited(data: bytes, rule: str, message: str) -> None:
    error = refusal({**BINARY, "minLength": 2, "maxLength": 3}, data)
    assert (error.validator, error.message, error.instance) == (rule, message, data)


@pytest.mark.parametrize(
    ("schema", "rule"),
    [
        ({"minLength": 3}, "minLength"),
        ({"maxLength": 1}, "maxLength"),
        ({"pattern": "^b"}, "pattern"),
        ({"enum": ["x"]}, "enum"),
        ({"const": "x"}, "const"),
        ({"type": "integer"}, "type"),
    ],
    ids=str,
)
def test_text_beside_binary_is_judged_as_ever(schema: Any, rule: str) -> None:
    both = {"properties": {"file": BINARY, "name": schema}}
    error = refusal(both, {"file": b"x", "name": "aa"})
    assert (error.validator, [*error.path]) == (rule, ["name"])


def test_text_beside_binary_that_fits_is_accepted() -> None:
    name = {"type": "string", "minLength": 2, "maxLength": 2, "pattern": "^a", "enum": ["aa"]}
    check({"properties": {"file": BINARY, "name": name}}, {"file": b"x", "name": "aa"})


def test_refusal_of_text_beside_binary_is_one_line() -> None:
    both = {"properties": {"file": BINARY, "name": {"type": "string"}}}
    assert refusal(both, {"name": 5}).message == '5 is not of type "string"'


@pytest.mark.parametrize("value", [[b"ab", b"cd"], [b"ab", "ab"], [b"a", b"ab"]])
def test_different_bytes_are_unique_items(value: Any) -> None:
    check({"type": "array", "uniqueItems": True}, value)


def test_equal_bytes_are_no_unique_items() -> None:
    assert (
        refusal({"type": "array", "uniqueItems": True}, [b"ab", b"ab"]).validator == "uniqueItems"
    )


DATED = {"properties": {"file": BINARY, "at": {"type": "string", "format": "date-time"}}}


def test_other_formats_beside_binary_are_asserted_when_asked_for() -> None:
    error = refusal(DATED, {"file": b"x", "at": "yesterday"}, check_formats=True)
    assert (error.validator, [*error.path]) == ("format", ["at"])


def test_other_formats_beside_binary_are_annotations_unless_asked_for() -> None:
    check(DATED, {"file": b"x", "at": "yesterday"})


def test_other_formats_beside_binary_accept_what_fits() -> None:
    check(DATED, {"file": b"x", "at": "2026-01-01T00:00:00Z"}, check_formats=True)


def test_binary_is_told_from_text_when_formats_are_asserted() -> None:
    assert refusal(DATED, {"file": "text"}, check_formats=True).validator == "format"
    assert refusal({"type": "string", "format": "date"}, b"x", check_formats=True).validator in (
        "type",
        "format",
    )


def test_refusal_shows_the_bytes_themselves() -> None:
    error = refusal({"properties": {"name": {"type": "string"}}}, {"name": b"secret"})
    assert error.instance == b"secret"


def test_message_says_how_many_bytes_and_nothing_of_the_placeholder() -> None:
    error = refusal({"items": {"type": "string"}}, [b"secret"])
    assert error.message == "<6 bytes> is binary where the schema does not declare it"


def test_context_shows_the_bytes_themselves() -> None:
    error = refusal({"items": {"anyOf": [{"type": "string"}, {"type": "null"}]}}, [b"ab"])
    assert [child.instance for child in error.context] == [b"ab", b"ab"]
    assert all(re.search("[0-9a-f]{32}", child.message) is None for child in error.context)


def test_placeholder_cannot_be_guessed() -> None:
    forged = ["<1 bytes>", "<1 bytes >", "<1 bytes 00000000000000000000000000000000>"]
    for text in forged:
        assert refusal(BINARY, text).validator == "format"
        check({"type": "string"}, text)


def test_placeholder_is_not_told_to_clients_who_could_send_it_back() -> None:
    shown, _ = binary.replace_bytes(b"x")
    errors = [
        refusal({"type": "string"}, b"x"),
        refusal({"enum": ["a"]}, b"x"),
        refusal({"not": {}}, b"x"),
        refusal({"uniqueItems": True}, [b"x", b"x"]),
        refusal({"maxItems": 0}, [b"x"]),
        refusal({**BINARY, "maxLength": 0}, b"x"),
    ]
    secret = re.findall("[0-9a-f]{32}", shown)
    assert len(secret) == 1
    assert not [error for error in errors if secret[0] in f"{error} {error.instance!r}"]


@pytest.mark.parametrize(
    ("value", "has_bytes"),
    [
        (b"x", True),
        ({"a": [1, {"b": b"x"}]}, True),
        ((b"x",), True),
        ([], False),
        ({}, False),
        ({"a": ["x", 1, None]}, False),
    ],
)
def test_bytes_are_found_wherever_they_are(value: Any, has_bytes: bool) -> None:
    assert binary.replace_bytes(value)[1] is has_bytes


def test_value_without_bytes_stays_as_it_is() -> None:
    assert binary.replace_bytes({"a": ["x", 1, None]})[0] == {"a": ["x", 1, None]}


@pytest.mark.parametrize(
    "schema",
    [
        {"minimum": 3},
        {"multipleOf": 2},
        {"required": ["a"]},
        {"maxItems": 3},
        {"maxProperties": 3},
        {"uniqueItems": True},
        {"minLength": 1},
        {"maxLength": 100},
        {"anyOf": [{"required": ["a"]}, {"minLength": 1}]},
    ],
    ids=str,
)
def test_bytes_are_refused_by_a_schema_without_type_that_speaks_of_the_value(schema: Any) -> None:
    refusal(schema, b"x")
    refusal({"type": "object", "properties": {"a": schema}}, {"a": b"x"})


def test_draft_4_knows_binary_too() -> None:
    schema = {
        "$schema": "http://json-schema.org/draft-04/schema#",
        "type": "object",
        "properties": {"a": BINARY, "b": {"minimum": 1, "exclusiveMinimum": True}},
    }
    check(schema, {"a": b"x", "b": 2})
    assert list(refusal(schema, {"a": b"x", "b": 1}).path) == ["b"]
    assert list(refusal(schema, {"a": "x", "b": 2}).path) == ["a"]
