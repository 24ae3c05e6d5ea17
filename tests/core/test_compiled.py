"""Compiled schemas: what a refusal says, and that no value keeps them busy or brings them down."""

import datetime
import time
from typing import Any

import pytest

from asynction_core.compiled import CompiledSchema, SchemaCompiler
from asynction_core.exceptions import SpecException
from asynction_core.spec.documents import Documents
from asynction_core.spec.model import Dialect
from asynction_core.spec.schemas import SchemaReader
from asynction_core.translation import Refusal

LONG = "a" * 5_000_000 + "!"
SLOWEST = 0.3  # seconds for five megabytes, on a machine that is busy


def compile_schema(schema: Any, check_formats: bool = False, **document: Any) -> CompiledSchema:
    """Return *schema*, compiled where it stands: at ``s`` of *document*."""
    documents = Documents()
    root = documents.root({"s": schema, **document})
    compiler = SchemaCompiler(documents.contents, check_formats)
    return compiler.compile(SchemaReader().read(root.child("s")))


def refusal(schema: Any, value: Any, **document: Any) -> Refusal:
    found = compile_schema(schema, **document).refusal(value)
    assert found is not None
    return found


def nest(depth: int, value: Any = None) -> Any:
    for _ in range(depth):
        value = [value] if value is not None else []
    return value


def seconds(schema: Any, value: Any) -> tuple[float, Refusal]:
    """Return the least time of three for a verdict and its reason, and the reason."""
    compiled = compile_schema(schema)
    took = []
    for _ in range(3):
        start = time.perf_counter()
        accepted, found = compiled.is_valid(value), compiled.refusal(value)
        took.append(time.perf_counter() - start)
    assert accepted is False
    assert found is not None
    return min(took), found


def test_refusal_says_everything_that_jsonschema_says() -> None:
    schema = {"type": "object", "properties": {"tags": {"items": {"type": "string"}}}}
    assert refusal(schema, {"tags": ["a", 1]}) == Refusal(
        message='1 is not of type "string"',
        validator="type",
        validator_value="string",
        path=["tags", 1],
        schema_path=["properties", "tags", "items", "type"],
        instance=1,
        schema={"type": "string"},
        context=[],
        place="the document, s.properties.tags.items.type",
    )


def test_accepted_value_has_no_refusal() -> None:
    compiled = compile_schema({"type": "string"})
    assert compiled.is_valid("a") is True
    assert compiled.refusal("a") is None


@pytest.mark.parametrize("keyword", ["anyOf", "oneOf"])
def test_context_has_the_errors_of_each_branch(keyword: str) -> None:
    branches = [{"type": "string"}, {"type": "object", "required": ["b"]}]
    found = refusal({"properties": {"a": {keyword: branches}}}, {"a": {}})
    assert (found.path, found.schema_path) == (["a"], ["properties", "a", keyword])
    assert [(child.path, child.schema_path, child.validator) for child in found.context] == [
        ([], [0, "type"], "type"),
        ([], [1, "required"], "required"),
    ]


def test_context_has_paths_below_its_parent() -> None:
    inner = {"anyOf": [{"properties": {"c": {"type": "string"}}}]}
    found = refusal({"anyOf": [{"properties": {"a": {"items": inner}}}]}, {"a": [{"c": 1}]})
    (outer,) = found.context
    assert (outer.path, outer.schema_path) == (
        ["a", 0],
        [0, "properties", "a", "items", "anyOf"],
    )
    (child,) = outer.context
    assert (child.path, child.schema_path) == (["c"], [0, "properties", "c", "type"])
    assert (child.instance, child.schema) == (1, {"type": "string"})


def test_one_of_that_holds_twice_has_no_context() -> None:
    found = refusal({"oneOf": [{"type": "integer"}, {"minimum": 3}, {"type": "string"}]}, 4)
    assert found.context == []


def test_context_of_property_names_shows_the_name() -> None:
    names = {"anyOf": [{"maxLength": 1}, {"pattern": "^a"}]}
    found = refusal({"propertyNames": names}, {"bb": 1})
    assert found.instance == "bb"
    assert [child.instance for child in found.context] == ["bb", "bb"]


@pytest.mark.parametrize(
    ("schema", "value", "validator", "expected"),
    [
        ({"contains": {"type": "string"}, "minContains": 2}, ["a"], "minContains", 2),
        ({"contains": {"type": "string"}, "maxContains": 1}, ["a", "b"], "maxContains", 1),
        ({"contains": {"type": "string"}, "minContains": 2}, [1], "contains", {"type": "string"}),
        ({"contains": {"type": "string"}, "maxContains": 1}, [], "contains", {"type": "string"}),
    ],
)
def test_contains_says_which_bound_was_broken(
    schema: Any, value: Any, validator: str, expected: Any
) -> None:
    found = refusal(schema, value)
    assert (found.validator, found.validator_value) == (validator, expected)
    assert found.schema_path == ["contains"]
    assert found.place == f"the document, s.{validator}"


def test_place_behind_a_reference_is_where_the_rule_stands() -> None:
    components = {"schemas": {"Name": {"type": "string", "minLength": 2}}}
    schema = {"properties": {"name": {"$ref": "#/components/schemas/Name"}}}
    found = refusal(schema, {"name": "a"}, components=components)
    assert found.place == "the document, s, by reference components.schemas.Name.minLength"
    assert (found.schema, found.validator_value) == (components["schemas"]["Name"], 2)
    assert found.schema_path == ["properties", "name", "minLength"]


def test_place_in_a_list_has_its_index() -> None:
    assert refusal({"allOf": [{}, {"type": "string"}]}, 1).place == "the document, s.allOf[1].type"


def test_place_of_a_schema_that_is_but_a_reference_is_its_target() -> None:
    found = refusal({"$ref": "#/t"}, 1, t={"type": "string"})
    assert (found.place, found.schema_path) == ("the document, t.type", ["type"])


def test_aliases_keep_what_stands_beside_a_reference() -> None:
    """In 2020-12 a schema with ``$ref`` is more than what it refers to."""
    alias = {"$ref": "#/c", "maxLength": 2}
    found = refusal({"$ref": "#/b"}, "abc", b=alias, c={"type": "string"})
    assert (found.validator, found.validator_value) == ("maxLength", 2)


@pytest.mark.parametrize(
    "name", ["a/b", "a~b", "a b", "a%20b", "é", "$ref", "a#b", "a.b", "0", "12"]
)
def test_names_with_meanings_of_their_own_are_but_names(name: str) -> None:
    found = refusal({"properties": {name: {"type": "string"}}}, {name: 1})
    assert (found.path, found.schema_path) == ([name], ["properties", name, "type"])
    assert (found.schema, found.instance) == ({"type": "string"}, 1)


@pytest.mark.parametrize("name", ["minContains", "maxContains", "additionalProperties", "$ref"])
def test_false_property_with_the_name_of_a_keyword_is_a_property(name: str) -> None:
    found = refusal({"properties": {name: False}}, {name: 1})
    assert (found.path, found.schema_path) == ([name], ["properties", name])
    assert (found.validator, found.schema, found.instance) == (None, False, 1)


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ({"": {"a": "x"}}, ["", "a"]),
        ({"a": {"": "x"}}, ["a", ""]),
        ({"": {"": "x"}}, ["", ""]),
        ({"": {"b": 1}, "a": {"b": "x"}}, ["a", "b"]),
    ],
)
def test_empty_names_are_part_of_the_path(value: Any, path: list[str]) -> None:
    inner = {"additionalProperties": {"type": "integer"}}
    found = refusal({"additionalProperties": inner}, value)
    assert (found.path, found.instance) == (path, "x")


@pytest.mark.parametrize("name", ["0", "12", "01", "+1", "-1", "٣"])
def test_numbers_as_names_stay_names(name: str) -> None:
    found = refusal({"additionalProperties": {"type": "integer"}}, {name: "x"})
    assert (found.path, found.instance) == ([name], "x")


def test_false_says_that_nothing_is_allowed() -> None:
    found = refusal({"allOf": [False]}, 1)
    assert (found.validator, found.validator_value, found.schema) == (None, None, False)
    assert found.place == "the document, s.allOf[0]"


def test_instance_is_what_was_sent_and_no_copy() -> None:
    value = {"a": {"b": [1]}}
    found = refusal({"properties": {"a": {"maxProperties": 0}}}, value)
    assert found.instance is value["a"]


@pytest.mark.parametrize(
    "value",
    [
        {1, 2},
        datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC),
        object(),
        {1: "a"},
        {None: "a"},
        {b"a": 1},
        "\ud800",
        {"a": "\ud800"},
        ["\udfff"],
    ],
    ids=lambda value: type(value).__name__,
)
@pytest.mark.parametrize(
    "schema", [{"type": "integer"}, {"type": "string", "format": "binary"}], ids=["text", "binary"]
)
def test_what_is_no_json_is_refused(schema: Any, value: Any) -> None:
    found = refusal(schema, value)
    assert found.validator == "type"
    assert found.instance is value


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")], ids=str)
@pytest.mark.parametrize("type_", ["number", "integer", "string"])
def test_number_that_is_no_json_is_no_number(type_: str, value: float) -> None:
    assert refusal({"type": type_}, value).instance is value


def test_unknown_object_is_said_to_be_no_json() -> None:
    assert refusal({"type": "integer"}, {1}).message.startswith("this is not JSON: ")


def test_tuples_are_lists() -> None:
    assert compile_schema({"items": {"type": "integer"}}).refusal((1, 2)) is None


@pytest.mark.parametrize(
    "schema",
    [
        {"pattern": "^(a+)+$"},
        {"pattern": "^(?=(a+)+$)"},
        {"properties": {"file": {"type": "string", "format": "binary"}}, "pattern": "^(a+)+$"},
        {"anyOf": [{"pattern": "^(a+)+$"}, {"type": "integer"}]},
        {"maxLength": 10},
        {"enum": ["a"]},
    ],
    ids=str,
)
def test_five_megabytes_are_refused_at_once(schema: Any) -> None:
    took, found = seconds(schema, LONG)
    assert took < SLOWEST
    assert len(found.message) < 1000


def test_five_megabytes_as_a_name_are_refused_at_once() -> None:
    schema = {"patternProperties": {"^(a+)+$": {}}, "additionalProperties": False}
    took, found = seconds(schema, {LONG: 1})
    assert took < SLOWEST
    assert len(found.message) < 1000


def test_long_message_keeps_both_ends() -> None:
    message = refusal({"pattern": "^b"}, "a" * 5000 + "z").message
    assert message.startswith('"aaa')
    assert " … " in message
    assert message.endswith('z" does not match "^b"')


BACK_REFERENCE = r"^(a)\1*$"


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"pattern": BACK_REFERENCE}, LONG),
        ({"properties": {"a": {"pattern": BACK_REFERENCE}}}, {"a": LONG}),
        ({"anyOf": [{"pattern": BACK_REFERENCE}, {"type": "integer"}]}, LONG),
        ({"patternProperties": {BACK_REFERENCE: {"type": "string"}}}, {LONG: 1}),
        ({"propertyNames": {"pattern": BACK_REFERENCE}}, {LONG: 1}),
        ({"pattern": "^(?!x)(a*)*b"}, "a" * 10_000),
        ({"pattern": "(?<!x)(a|aa)+$"}, "a" * 10_000 + "!"),
    ],
    ids=lambda case: str(case)[:50],
)
def test_search_that_is_given_up_refuses(schema: Any, value: Any) -> None:
    took, found = seconds(schema, value)
    assert took < 1
    assert len(found.message) < 1000
    assert found.place is not None


def test_look_around_is_understood() -> None:
    compiled = compile_schema({"pattern": "^(?=.*[0-9]).{3,}$"})
    assert (compiled.is_valid("ab1"), compiled.is_valid("abc")) == (True, False)


TREE = {"type": "array", "items": {"$ref": "#/tree"}}


@pytest.mark.parametrize("depth", [10, 1000])
def test_deep_value_satisfies_a_recursive_schema(depth: int) -> None:
    assert compile_schema({"$ref": "#/tree"}, tree=TREE).is_valid(nest(depth)) is True


@pytest.mark.parametrize("depth", [10, 300, 1000])
@pytest.mark.parametrize(
    "schema", [{"$ref": "#/tree"}, {"type": "string"}, {"type": "string", "format": "binary"}]
)
def test_deep_value_that_breaks_the_schema_is_refused(schema: Any, depth: int) -> None:
    compiled = compile_schema(schema, tree=TREE)
    found = compiled.refusal(nest(depth, "leaf"))
    assert found is not None
    assert len(found.message) < 1000


def test_deep_value_with_bytes_is_refused_and_does_not_fail() -> None:
    assert compile_schema({"type": "string"}).refusal(nest(1000, b"leaf")) is not None


def test_format_is_an_annotation() -> None:
    assert compile_schema({"format": "date"}).refusal("tomorrow") is None


def test_format_is_asserted_when_asked_for() -> None:
    found = compile_schema({"format": "date"}, check_formats=True).refusal("tomorrow")
    assert found is not None
    assert (found.validator, found.validator_value) == ("format", "date")


@pytest.mark.parametrize(
    ("schema", "dialect"),
    [
        ({"$schema": "http://json-schema.org/draft-04/schema#", "minimum": 1}, Dialect.DRAFT4),
        ({"$schema": "http://json-schema.org/draft-06/schema#", "minimum": 1}, Dialect.DRAFT6),
        ({"items": [{"type": "string"}], "minimum": 1}, Dialect.DRAFT7),
        (
            {"$schema": "https://json-schema.org/draft/2019-09/schema", "minimum": 1},
            Dialect.DRAFT201909,
        ),
        ({"prefixItems": [{"type": "string"}], "minimum": 1}, Dialect.DRAFT202012),
    ],
    ids=lambda case: case.name if isinstance(case, Dialect) else "",
)
def test_every_dialect_is_compiled(schema: Any, dialect: Dialect) -> None:
    documents = Documents()
    read = SchemaReader().read(documents.root({"s": schema}).child("s"))
    assert read.dialect is dialect
    found = SchemaCompiler(documents.contents).compile(read).refusal(0)
    assert found is not None
    assert found.validator == "minimum"


def test_dialects_differ_in_what_they_mean() -> None:
    old = {"$schema": "http://json-schema.org/draft-04/schema#"}
    new = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    assert compile_schema({**old, "minimum": 1, "exclusiveMinimum": True}).is_valid(1) is False
    assert compile_schema({**old, "const": 1}).is_valid(2) is True
    assert compile_schema({**new, "const": 1}).is_valid(2) is False


def test_schema_is_compiled_once() -> None:
    documents = Documents()
    root = documents.root({"s": {"type": "string"}})
    compiler, reader = SchemaCompiler(documents.contents), SchemaReader()
    first = compiler.compile(reader.read(root.child("s")))
    assert compiler.compile(reader.read(root.child("s"))) is first


@pytest.mark.parametrize("pattern", ["(", "[a", "(?P<a", "*"])
def test_wrong_pattern_is_refused_when_it_is_loaded(pattern: str) -> None:
    with pytest.raises(SpecException) as caught:
        compile_schema({"properties": {"a": {"pattern": pattern}}})
    assert caught.value.place is not None
    assert caught.value.place.startswith("the document, s")


def test_anchor_that_is_nowhere_is_refused_when_it_is_loaded() -> None:
    with pytest.raises(SpecException, match="cannot be compiled"):
        compile_schema({"properties": {"a": {"$ref": "#nowhere"}}})


def test_identified_schema_is_found_by_its_identifier() -> None:
    schema = {
        "properties": {"a": {"$ref": "https://example.org/name"}},
        "$defs": {"name": {"$id": "https://example.org/name", "type": "string"}},
    }
    found = refusal(schema, {"a": 1})
    assert (found.path, found.validator, found.schema) == (
        ["a"],
        "type",
        {"$id": "https://example.org/name", "type": "string"},
    )


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": "object", "properties": {"id": {"type": "string"}}}, True),
        ({"items": {"$ref": "#/tree"}}, False),
        ({"$id": "https://example.com/s", "type": "string"}, False),
        ({"$schema": "http://json-schema.org/draft-04/schema#", "minimum": 1}, False),
        ({"const": {"$ref": "no reference, but it might be"}}, False),
        (True, False),
    ],
    ids=str,
)
def test_a_schema_without_references_is_compiled_on_its_own(schema: Any, expected: bool) -> None:
    compiled = compile_schema(schema, tree=TREE)
    assert (compiled._compiler.alone(compiled._schema) is not None) is expected


def test_a_broken_schema_on_its_own_is_told_with_its_place() -> None:
    with pytest.raises(SpecException, match=r"the document, s: this schema cannot be compiled"):
        compile_schema({"type": "string", "pattern": "("})
