"""What is actually wrong, where a schema has alternatives."""

from typing import Any

import pytest

from asynction_core.lint.mistakes import find_mistakes

REFERENCE = {"type": "object", "required": ["$ref"], "properties": {"$ref": {"type": "string"}}}
CAT = {
    "type": "object",
    "required": ["kind", "name"],
    "additionalProperties": False,
    "properties": {"kind": {"const": "cat"}, "name": {"type": "string"}},
}
DOG = {
    "type": "object",
    "required": ["kind"],
    "additionalProperties": False,
    "properties": {"kind": {"enum": ["dog", "wolf"]}, "size": {"enum": ["big", "small"]}},
}
PET = {
    "oneOf": [REFERENCE, {"oneOf": [{"$ref": "#/definitions/cat"}, DOG]}],
    "definitions": {"cat": CAT},
}


def found(schema: Any, value: Any) -> list[tuple[Any, str]]:
    return [(each.pointer, each.message) for each in find_mistakes(schema, value)]


def test_what_is_right_has_no_mistakes() -> None:
    assert found(PET, {"kind": "cat", "name": "Tom"}) == []


@pytest.mark.parametrize(
    ("value", "mistakes"),
    [
        ({"$ref": 1}, [(("$ref",), "this must be a string, found 1")]),
        ({"kind": "cat"}, [((), "'name' is missing")]),
        ({"kind": "cat", "name": 1}, [(("name",), "this must be a string, found 1")]),
        ({"kind": "dog", "siz": "big"}, [(("siz",), "'siz' has no place here")]),
        ({"kind": "dog", "size": 7}, [(("size",), "this must be 'big' or 'small', found 7")]),
        ({"kind": "cow"}, [(("kind",), "this must be 'cat' or 'dog' or 'wolf', found 'cow'")]),
        ("cat", [((), "this must be a mapping, found 'cat'")]),
        (
            {"kind": "cat", "name": None, "size": "big"},
            [
                (("name",), "this must be a string, found nothing"),
                (("size",), "'size' has no place here"),
            ],
        ),
    ],
)
def test_the_alternative_that_was_meant_counts(value: Any, mistakes: list[Any]) -> None:
    assert sorted(found(PET, value)) == mistakes


def test_the_alternative_with_the_deeper_mistake_was_meant() -> None:
    many = {
        "type": "object",
        "required": ["oneOf"],
        "properties": {"oneOf": {"items": {"type": "object"}}},
    }
    one = {"type": "object", "additionalProperties": False, "properties": {"name": {}}}

    mistakes = found({"anyOf": [one, many]}, {"oneOf": [{}, 1, 2]})

    assert mistakes == [
        (("oneOf", 1), "this must be a mapping, found 1"),
        (("oneOf", 2), "this must be a mapping, found 2"),
    ]


def test_a_name_that_is_close_is_proposed() -> None:
    (mistake,) = find_mistakes(PET, {"kind": "cat", "name": "Tom", "nmae": "Tom"})

    assert mistake.unexpected == "nmae"
    assert mistake.fix == "Did you mean 'name'?"


def test_a_value_that_fits_two_alternatives_is_one_mistake() -> None:
    ((pointer, message),) = found({"oneOf": [{"type": "integer"}, {"minimum": 1}]}, 3)

    assert pointer == ()
    assert "more than one" in message


def test_any_other_keyword_says_what_it_wants() -> None:
    assert found({"items": {"minimum": 3}}, [1]) == [((0,), "1 is less than the minimum of 3")]
