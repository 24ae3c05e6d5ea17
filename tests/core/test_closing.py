"""The usual case of a schema: it never decides otherwise, whatever the schema and the value."""

from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from asynction_core.closing import with_usual_case

NAMES = st.sampled_from(["a", "b", "c", "d"])
LEAVES: st.SearchStrategy[Any] = st.sampled_from(
    [
        *({}, {"type": "integer"}, {"type": "string", "minLength": 1}, {"const": 1}),
        {"type": ["null", "integer"]},
        {"enum": ["x", {"a": 1}]},
    ]
)
FURTHER: st.SearchStrategy[Any] = st.sampled_from(
    [
        *({}, {}, {}, {"title": "one"}, {"x-handler": "any"}, {"description": "d", "default": {}}),
        *({"additionalProperties": True}, {"additionalProperties": False}, {"maxProperties": 2}),
        *({"minProperties": 1}, {"patternProperties": {"^d": {"type": "null"}}}),
        *({"not": {"required": ["d"]}}, {"propertyNames": {"maxLength": 1}}),
        *({"anyOf": [{"required": ["a"]}, {"required": ["d"]}]}, {"unevaluatedProperties": False}),
        *({"dependentRequired": {"a": ["d"]}}, {"if": {"required": ["a"]}, "then": False}),
    ]
)


def _objects(schemas: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    @st.composite
    def draw(draw: st.DrawFn) -> dict[str, Any]:
        properties = draw(st.dictionaries(NAMES, schemas, max_size=3))
        everything = st.just(sorted(properties))
        required = draw(everything | st.lists(NAMES, unique=True, max_size=3))
        kind = draw(st.sampled_from(["object", "object", "object", ["object", "null"]]))
        return {"type": kind, "properties": properties, "required": required, **draw(FURTHER)}

    return draw()


def _arrays(schemas: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.builds(
        lambda items, further: {"type": "array", "items": items, **further},
        schemas,
        st.sampled_from([{}, {"maxItems": 2}, {"prefixItems": [{"type": "integer"}]}]),
    )


SCHEMAS = st.recursive(LEAVES, lambda each: _objects(each) | _arrays(each), max_leaves=8)
VALUES = st.recursive(
    st.sampled_from([None, 1, 2, "", "x", True]),
    lambda each: st.lists(each, max_size=3) | st.dictionaries(NAMES, each, max_size=4),
    max_leaves=8,
)


def fitting(schema: Any) -> st.SearchStrategy[Any]:
    """Return values that *schema* may accept: random ones hardly ever do."""
    if schema.get("type") == "array":
        return st.lists(fitting(schema["items"]), max_size=2) | VALUES
    if schema.get("type") == "object":
        known = {name: fitting(each) for name, each in schema["properties"].items()}
        further = st.fixed_dictionaries(known, optional={"e": VALUES})
        return st.fixed_dictionaries(known) | further | VALUES
    return VALUES


@given(st.data())
def test_the_usual_case_decides_as_the_schema_does(data: st.DataObject) -> None:
    schema = data.draw(SCHEMAS)
    value = data.draw(fitting(schema))
    decides = jsonschema_rs.Draft202012Validator(schema).is_valid
    usual = jsonschema_rs.Draft202012Validator(with_usual_case(schema)).is_valid
    assert usual(value) is decides(value)


PERSON: dict[str, Any] = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "age": {"type": "integer"}},
    "required": ["age", "name"],
    "description": "All of it.",
}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"name": "ann", "age": 1}, True),
        ({"name": "ann", "age": 1, "more": 2}, True),
        ({"name": "ann", "age": "1"}, False),
        ({"name": "ann"}, False),
        ({"name": "ann", "more": 2}, False),
        ({}, False),
        ([], False),
    ],
    ids=str,
)
@pytest.mark.parametrize("draft", ["Draft4", "Draft6", "Draft7", "Draft201909", "Draft202012"])
def test_properties_that_are_all_required_are_counted(
    draft: str, value: Any, expected: bool
) -> None:
    schema = with_usual_case({"type": "array", "items": PERSON})
    closed = schema["anyOf"][0]["items"]
    assert "required" not in closed
    assert (closed["minProperties"], closed["additionalProperties"]) == (2, False)
    assert schema["anyOf"][1]["items"] is PERSON
    assert getattr(jsonschema_rs, f"{draft}Validator")(schema).is_valid([value]) is expected


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "string"},
        {**PERSON, "required": ["name"]},
        {**PERSON, "required": ["name", "age", "age"]},
        {**PERSON, "required": ["name", "other"]},
        {**PERSON, "required": "name"},
        {**PERSON, "type": ["object", "null"]},
        {**PERSON, "additionalProperties": {"type": "integer"}},
        {**PERSON, "propertyNames": {"minLength": 1}},
        {"properties": PERSON["properties"], "required": PERSON["required"]},
        {"properties": [], "required": []},
    ],
    ids=str,
)
def test_what_says_anything_else_of_objects_stays_as_it_is(schema: dict[str, Any]) -> None:
    assert with_usual_case(schema) is schema


def test_a_schema_that_contains_itself_ends() -> None:
    schema: dict[str, Any] = {**PERSON, "properties": dict(PERSON["properties"])}
    schema["properties"]["name"] = schema
    assert with_usual_case(schema)["anyOf"][1] is schema


def test_what_stands_in_many_places_is_closed_once() -> None:
    schema: dict[str, Any] = PERSON
    for _ in range(60):  # 2 to the power of 60 places
        schema = {"properties": {"left": schema, "right": schema}}
    closed = with_usual_case(schema)["anyOf"][0]
    assert closed["properties"]["left"] is closed["properties"]["right"]
