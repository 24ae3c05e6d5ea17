"""What a schema is found to be when it is loaded: dialect, arity, binary, valid or not."""

import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from spec_support import PAYLOAD, event_of, refused, schema_of, schema_refused
from support import channel, document, message

from asynction_core.spec import load_spec
from asynction_core.spec.engine import VALIDATORS, build
from asynction_core.spec.model import Arity, Dialect

ONE = Arity(1, 1, spread=False)
NONE = Arity(0, 1, spread=False)


@pytest.mark.parametrize(
    "schema",
    [
        {"items": [{"type": "string"}]},
        {"items": [{"type": "string"}], "additionalItems": False},
        {"additionalItems": False},
        {"dependencies": {"a": ["b"]}},
        {"properties": {"deep": {"anyOf": [{"dependencies": {}}]}}},
    ],
)
def test_a_schema_in_forms_of_draft_7_is_draft_7(schema: dict[str, Any]) -> None:
    assert schema_of(schema).dialect is Dialect.DRAFT7


@pytest.mark.parametrize(
    "schema",
    [
        True,
        {},
        {"type": "object", "properties": {"dependencies": {"type": "string"}}},
        {"items": {"type": "string"}},
        {"prefixItems": [{"type": "string"}]},
        {"unevaluatedProperties": False},
        {"enum": [{"additionalItems": False}]},
        {"examples": [{"dependencies": {}}]},
    ],
)
def test_any_other_schema_is_2020_12(schema: Any) -> None:
    assert schema_of(schema).dialect is Dialect.DRAFT202012


@pytest.mark.parametrize("keyword", ["not", "if", "then", "else", "contains", "propertyNames"])
def test_forms_of_a_dialect_count_wherever_a_schema_stands(keyword: str) -> None:
    assert schema_of({keyword: {"dependencies": {}}}).dialect is Dialect.DRAFT7


@pytest.mark.parametrize("keyword", ["patternProperties", "definitions", "$defs", "properties"])
def test_forms_of_a_dialect_count_under_every_name(keyword: str) -> None:
    assert schema_of({keyword: {"a": {"dependencies": {}}}}).dialect is Dialect.DRAFT7


@pytest.mark.parametrize(
    ("schema", "old", "new"),
    [
        ({"items": [True], "unevaluatedItems": False}, "", ""),
        (
            {"properties": {"a": {"prefixItems": [True]}, "b": {"items": [True]}}},
            ".properties.b",
            ".properties.a",
        ),
        ({"dependencies": {}, "allOf": [{"dependentRequired": {}}]}, "", ".allOf[0]"),
    ],
)
def test_a_mixture_of_dialects_is_refused_with_both_places(
    schema: dict[str, Any], old: str, new: str
) -> None:
    error = schema_refused(schema)

    assert error.place == PAYLOAD
    assert error.problem == (
        f"the schema mixes dialects: {PAYLOAD}{old} is draft 7, {PAYLOAD}{new} is 2020-12"
    )
    assert error.fix == "Say which one it is with '$schema', or write all of it in one."


def test_a_mixture_of_dialects_through_a_reference_is_refused_with_both_places() -> None:
    schema = {"prefixItems": [{"$ref": "#/components/schemas/old"}]}

    error = schema_refused(schema, old={"not": {"items": [True]}})

    assert error.place == PAYLOAD
    assert "the document, components.schemas.old.not is draft 7" in error.problem


def test_two_schemas_of_one_document_may_be_of_different_dialects() -> None:
    source = document({"/chat": channel([message("a", {"items": [True]}), message("b", {})])})

    events = load_spec(source).namespaces["/chat"].received

    assert [event.payload.dialect for event in events.values() if event.payload] == [
        Dialect.DRAFT7,
        Dialect.DRAFT202012,
    ]


@pytest.mark.parametrize("dialect", list(Dialect))
@pytest.mark.parametrize("end", ["", "#"])
def test_a_schema_is_of_the_dialect_that_it_names(dialect: Dialect, end: str) -> None:
    assert schema_of({"$schema": f"{dialect.value}{end}"}).dialect is dialect


def test_a_named_dialect_settles_a_mixture() -> None:
    schema = {"$schema": Dialect.DRAFT202012.value, "prefixItems": [True], "dependencies": {}}

    assert schema_of(schema).dialect is Dialect.DRAFT202012


@pytest.mark.parametrize("identifier", ["http://example.com/my-schema", "", 5, None, ["a"]])
def test_an_unknown_dialect_is_refused_with_its_place(identifier: object) -> None:
    error = schema_refused({"$schema": identifier} if identifier is not None else {"$schema": []})

    assert error.place == PAYLOAD
    assert "is not supported" in error.problem
    assert (error.fix or "").startswith("Supported: http://json-schema.org/draft-04/schema,")


@pytest.mark.parametrize(
    ("schema_format", "dialect"),
    [
        ("application/schema+json;version=draft-04", Dialect.DRAFT4),
        ("application/schema+yaml;version=draft-06", Dialect.DRAFT6),
        ("application/schema+json;version=draft-07", Dialect.DRAFT7),
        ("application/schema+json; version=2019-09", Dialect.DRAFT201909),
        ("application/schema+yaml;version=2020-12", Dialect.DRAFT202012),
        ("application/vnd.aai.asyncapi;version=2.6.0", Dialect.DRAFT202012),
        ("application/vnd.aai.asyncapi+json;version=2.6.0", Dialect.DRAFT202012),
        ("application/vnd.aai.asyncapi+yaml", Dialect.DRAFT202012),
    ],
)
def test_a_schema_is_of_the_dialect_of_its_schema_format(
    schema_format: str, dialect: Dialect
) -> None:
    event = event_of(message("a", {"type": "string"}, schemaFormat=schema_format))

    assert event.payload is not None
    assert event.payload.dialect is dialect


def test_the_dialect_that_a_schema_names_goes_before_the_schema_format() -> None:
    payload = {"$schema": Dialect.DRAFT6.value}
    schema_format = "application/schema+json;version=draft-07"

    event = event_of(message("a", payload, schemaFormat=schema_format))

    assert event.payload is not None
    assert event.payload.dialect is Dialect.DRAFT6


@pytest.mark.parametrize(
    "schema_format",
    [
        "application/vnd.apache.avro;version=1.9.0",
        "application/raml+yaml;version=1.0",
        "application/schema+json;version=draft-99",
        "application/schema+json",
    ],
)
def test_a_schema_format_that_is_not_json_schema_is_refused_with_its_place(
    schema_format: str,
) -> None:
    source = message("a", {"type": "record"}, schemaFormat=schema_format)

    error = refused(document({"/chat": channel([source])}))

    assert error.place == "the document, channels./chat.publish.message.oneOf[0].schemaFormat"
    assert error.problem == f"schemaFormat {schema_format!r} cannot be enforced on JSON"
    assert "application/schema+json;version=draft-07" in (error.fix or "")


@pytest.mark.parametrize(
    ("schema", "at"),
    [
        ({"type": "text"}, ".type"),
        ({"type": "object", "required": "a"}, ".required"),
        ({"properties": {"a": {"minimum": "5"}}}, ".properties.a.minimum"),
        ({"anyOf": [True, {"multipleOf": 0}]}, ".anyOf[1].multipleOf"),
        ({"properties": ["a"]}, ".properties"),
        ({"items": [{"type": 5}]}, ".items"),
        ({"properties": {"a": 5}}, ".properties.a"),
        ({"$ref": "#/components/schemas/x", "maxLength": -1}, ".maxLength"),
    ],
)
def test_an_invalid_schema_is_refused_with_its_place(schema: dict[str, Any], at: str) -> None:
    error = schema_refused(schema, x={})

    assert error.place == f"{PAYLOAD}{at}"
    assert error.problem.startswith("this is not valid JSON Schema (DRAFT")
    assert isinstance(error.__cause__, jsonschema_rs.ValidationError)


def test_an_invalid_schema_behind_a_reference_is_refused_with_its_own_place() -> None:
    error = schema_refused({"items": {"$ref": "#/components/schemas/x"}}, x={"type": "text"})

    assert error.place == "the document, components.schemas.x.type"


def test_a_schema_of_a_sibling_file_is_refused_with_the_place_in_that_file(tmp_path: Path) -> None:
    (tmp_path / "s.json").write_text(json.dumps({"a": {"type": "text"}}), encoding="utf-8")
    path = tmp_path / "api.json"
    source = document({"/chat": channel([message("m", {"items": {"$ref": "s.json#/a"}})])})
    path.write_text(json.dumps(source), encoding="utf-8")

    assert refused(path).place == f"{tmp_path / 's.json'}, a.type"


def test_a_schema_is_judged_by_the_meta_schema_of_its_own_dialect() -> None:
    schema = {"$schema": Dialect.DRAFT4.value, "minimum": 1, "exclusiveMinimum": True}

    assert schema_of(schema).dialect is Dialect.DRAFT4
    assert schema_refused({"minimum": 1, "exclusiveMinimum": True}).place == (
        f"{PAYLOAD}.exclusiveMinimum"
    )


@pytest.mark.parametrize("schema", [None, 5, "text", [{}]])
def test_a_payload_that_is_no_schema_is_refused_with_its_place(schema: object) -> None:
    error = refused(document({"/chat": channel([{"name": "m", "payload": schema}])}))

    assert error.place == PAYLOAD
    assert error.problem == f"this must be a schema, found {schema!r}"


def test_text_that_no_unicode_encoding_can_write_is_refused_with_its_place() -> None:
    assert (schema_refused({"properties": {"\ud800": True}}).place or "").startswith(PAYLOAD)


def test_a_dangling_reference_in_a_schema_is_refused_with_its_place() -> None:
    error = schema_refused({"properties": {"a": {"$ref": "#/components/schemas/gone"}}})

    assert error.place == f"{PAYLOAD}.properties.a"
    assert "names nothing" in error.problem


def test_a_reference_among_examples_is_no_reference() -> None:
    assert schema_of({"examples": [{"$ref": "#/nowhere"}], "const": {"$ref": 5}}).arity == ONE


def test_a_property_named_ref_is_no_reference() -> None:
    assert schema_of({"properties": {"$ref": {"type": "string"}}}).arity == ONE


def test_a_recursive_schema_is_ordinary() -> None:
    tree = {"type": "object", "additionalProperties": {"$ref": "#/components/schemas/tree"}}

    schema = schema_of({"$ref": "#/components/schemas/tree"}, tree=tree)

    assert schema.pointer == ("components", "schemas", "tree")
    assert schema.contents == tree


def test_mutually_recursive_schemas_are_ordinary() -> None:
    a = {"properties": {"b": {"$ref": "#/components/schemas/b"}}}
    b = {"properties": {"a": {"$ref": "#/components/schemas/a"}}, "format": "binary"}

    assert schema_of({"items": {"$ref": "#/components/schemas/a"}}, a=a, b=b).binary is True


def test_a_schema_may_recur_through_two_files(tmp_path: Path) -> None:
    tree = {"properties": {"up": {"$ref": "../api.json#/x-node"}}}
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "tree.json").write_text(json.dumps(tree), encoding="utf-8")
    node = {"properties": {"down": {"$ref": "sub/tree.json"}}}
    source = document({"/chat": channel([message("m", {"$ref": "#/x-node"})])}, **{"x-node": node})
    path = tmp_path / "api.json"
    path.write_text(json.dumps(source), encoding="utf-8")

    spec = load_spec(path)

    payload = spec.namespaces["/chat"].received["m"].payload
    assert payload is not None
    assert payload.pointer == ("x-node",)
    assert len(spec.resources) == 2


def test_two_messages_that_alias_one_schema_have_the_same_schema() -> None:
    schemas = {"a": {"$ref": "#/components/schemas/b"}, "b": {"type": "string"}}
    one, two = {"$ref": "#/components/schemas/a"}, {"$ref": "#/components/schemas/b"}
    source = document(
        {"/chat": channel([message("one", one), message("two", two)])},
        components={"schemas": schemas},
    )

    events = load_spec(source).namespaces["/chat"].received

    assert events["one"].payload == events["two"].payload


def test_a_schema_that_is_nothing_but_itself_is_refused_with_its_place() -> None:
    error = schema_refused({"$ref": "#/components/schemas/a"}, a={"$ref": "#/components/schemas/a"})

    assert error.place == PAYLOAD
    assert "refers to itself" in error.problem


def test_references_inside_of_a_schema_with_an_id_are_relative_to_it() -> None:
    schema = {
        "$id": "https://example.com/tree",
        "type": "object",
        "properties": {"left": {"$ref": "#"}, "size": {"$ref": "#/$defs/size"}},
        "$defs": {"size": {"type": "string", "format": "binary"}},
    }

    assert schema_of(schema).binary is True


def test_a_tuple_that_a_schema_with_an_id_refers_to_is_found() -> None:
    schema = {
        "$id": "https://example.com/pair",
        "$ref": "#/$defs/pair",
        "$defs": {"pair": {"type": "array", "prefixItems": [True, True]}},
    }

    assert schema_of(schema).arity == Arity(2, 2, spread=True)


def test_an_id_that_is_an_anchor_leaves_references_where_they_were() -> None:
    schema = {
        "$schema": Dialect.DRAFT7.value,
        "properties": {"a": {"$id": "#a", "allOf": [{"$ref": "#/components/schemas/b"}]}},
    }

    assert schema_of(schema, b={"format": "binary"}).binary is True


@pytest.mark.parametrize("identifier", ["http://[", "//[x"])
def test_an_id_that_is_no_uri_is_refused_with_its_place(identifier: str) -> None:
    assert (schema_refused({"not": {"$id": identifier}}).place or "").startswith(f"{PAYLOAD}.not")


def test_a_reference_to_an_anchor_is_left_to_the_compiler() -> None:
    schema = {"$ref": "#name", "$defs": {"a": {"$anchor": "name", "type": "null"}}}

    assert schema_of(schema).arity == ONE


def test_a_nested_schema_that_names_its_own_dialect_does_not_decide_for_the_outer_one() -> None:
    nested = {"$schema": Dialect.DRAFT7.value, "dependencies": {}}

    assert schema_of({"prefixItems": [nested]}).dialect is Dialect.DRAFT202012


@pytest.mark.parametrize(
    ("schema", "binary"),
    [
        ({"type": "string", "format": "binary"}, True),
        ({"properties": {"a": {"format": "binary"}}}, True),
        ({"$ref": "#/components/schemas/b"}, True),
        ({"items": {"$ref": "#/components/schemas/b"}}, True),
        ({"type": "string", "format": "byte"}, False),
        ({"enum": [{"format": "binary"}]}, False),
        (True, False),
    ],
)
def test_a_schema_knows_whether_it_declares_binary_data(schema: Any, binary: bool) -> None:
    assert schema_of(schema, b={"type": "string", "format": "binary"}).binary is binary


@pytest.mark.parametrize(
    "schema",
    [
        True,
        {},
        {"type": "string"},
        {"type": "array"},
        {"type": "array", "items": {"type": "string"}},
        {"type": "array", "items": True},
        {"type": ["array", "null"], "prefixItems": [True]},
        {"prefixItems": [True]},
        {"items": [True]},
        {"type": ["null", "string"]},
        {"oneOf": [{"type": "null"}]},
        {"allOf": [{"type": "array", "prefixItems": [True, True]}]},
    ],
)
def test_anything_but_a_tuple_is_one_argument(schema: Any) -> None:
    assert schema_of(schema).arity == ONE


@pytest.mark.parametrize("schema", [False, {"type": "null"}, {"type": ["null"]}])
def test_null_and_false_are_no_argument_or_one_null(schema: Any) -> None:
    assert schema_of(schema).arity == NONE


def test_a_message_without_a_payload_has_no_schema() -> None:
    assert event_of(message("a")).payload is None


@pytest.mark.parametrize("kind", ["array", ["array"]])
@pytest.mark.parametrize("keyword", ["prefixItems", "items"])
@pytest.mark.parametrize(
    ("members", "least", "most"),
    [
        ({}, 2, 2),
        ({"minItems": 1}, 1, 2),
        ({"minItems": 0}, 0, 2),
        ({"maxItems": 2}, 2, 2),
    ],
)
def test_a_tuple_has_as_many_arguments_as_elements(
    kind: Any, keyword: str, members: dict[str, Any], least: int, most: int
) -> None:
    schema = {"type": kind, keyword: [{"type": "string"}, {"type": "integer"}], **members}

    assert schema_of(schema).arity == Arity(least, most, spread=True)


@pytest.mark.parametrize("rest", [True, {}, {"type": "string"}])
def test_a_tuple_that_describes_further_elements_has_no_upper_limit(rest: Any) -> None:
    new = schema_of({"type": "array", "prefixItems": [True], "items": rest})
    old = schema_of({"type": "array", "items": [True], "additionalItems": rest})

    assert new.arity == old.arity == Arity(1, None, spread=True)


def test_a_tuple_that_forbids_further_elements_has_an_upper_limit() -> None:
    new = schema_of({"type": "array", "prefixItems": [True], "items": False, "minItems": 0})
    old = schema_of({"type": "array", "items": [True], "additionalItems": False})

    assert new.arity == Arity(0, 1, spread=True)
    assert old.arity == Arity(1, 1, spread=True)


def test_a_lower_limit_that_is_written_as_a_fraction_is_left_to_the_schema() -> None:
    schema = {"type": "array", "prefixItems": [True, True], "minItems": 1.0}

    assert schema_of(schema).arity == Arity(0, 2, spread=True)


def test_the_arity_of_a_reference_is_that_of_what_it_names() -> None:
    schemas = {
        "a": {"$ref": "#/components/schemas/b", "description": "a pair"},
        "b": {"type": "array", "prefixItems": [True, True]},
    }

    assert schema_of({"$ref": "#/components/schemas/a"}, **schemas).arity == Arity(
        2, 2, spread=True
    )


def test_a_type_beside_a_reference_decides_the_arity() -> None:
    pair = {"type": "array", "prefixItems": [True, True]}

    assert schema_of({"$ref": "#/components/schemas/b", "type": "array"}, b=pair).arity == ONE


def test_references_with_neighbours_that_lead_in_a_circle_are_one_argument() -> None:
    schemas = {
        "a": {"$ref": "#/components/schemas/b", "title": "a"},
        "b": {"$ref": "#/components/schemas/a", "title": "b"},
    }

    assert schema_of({"$ref": "#/components/schemas/a", "title": "c"}, **schemas).arity == ONE


def test_acknowledgements_have_the_same_rule() -> None:
    args = {"type": "array", "prefixItems": [True, True]}

    event = event_of(message("a", x_ack={"args": args}))

    assert event.acks is not None
    assert event.acks[0].arity == Arity(2, 2, spread=True)


@pytest.mark.parametrize("dialect", list(Dialect))
def test_a_pattern_with_look_around_is_compiled_too(dialect: Dialect) -> None:
    validator = build(dialect, {"pattern": "^(?!no)"})

    assert isinstance(validator, VALIDATORS[dialect][0])
    assert (validator.is_valid("yes"), validator.is_valid("no")) == (True, False)


def test_what_cannot_be_compiled_is_refused_by_the_engine() -> None:
    with pytest.raises(jsonschema_rs.ValidationError):
        build(Dialect.DRAFT202012, {"pattern": "("})
