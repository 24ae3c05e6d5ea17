"""Fake data: whatever the schema, every sample validates, or nothing ever would."""

from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any

import pytest
from fake_support import sampler_of, spec_events
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from asynction_core.compiled import SchemaCompiler
from asynction_core.exceptions import SpecException
from asynction_core.fake import FakeData
from asynction_core.spec import load_spec
from asynction_core.spec.model import Dialect
from asynction_core.validation import explain

ROOT = Path(__file__).parent.parent.parent
NAMES = st.sampled_from(["id", "name", "email", "created_at", "price", "a", "b", "items", "text"])
FORMATS = st.sampled_from(
    ["date-time", "date", "time", "email", "uuid", "uri", "ipv4", "ipv6", "hostname", "city", "odd"]
)
PATTERNS = st.sampled_from(
    ["^[a-z]+$", "^[A-Z]{3}-\\d{4}$", "x", "^(ab|cd)*$", "^\\w{2,9}$", "[^a-z]", "^(?=.*\\d).{4,}$"]
)
SMALL = st.integers(0, 4)
VALUES = st.one_of(st.none(), st.booleans(), st.integers(-9, 9), st.text("ab", max_size=3))


def some(**keywords: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=keywords)


def typed(name: str, **keywords: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return some(**keywords).map(lambda schema: {"type": name, **schema})


def spans(least: str, most: str, bounds: tuple[int, int], width: int) -> Any:
    """Draw the keywords *least* and *most* with room between them, or one of them, or none."""
    return st.tuples(
        st.integers(*bounds), st.integers(width, 30), st.sampled_from([3, 2, 1, 0])
    ).map(
        lambda drawn: {
            **({least: drawn[0]} if drawn[2] & 1 else {}),
            **({most: drawn[0] + drawn[1]} if drawn[2] & 2 else {}),
        }
    )


def joined(*strategies: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    return st.tuples(*strategies).map(
        lambda drawn: {k: v for each in drawn for k, v in each.items()}
    )


NUMBERS = joined(
    st.sampled_from([{"type": "integer"}, {"type": "number"}]),
    spans("minimum", "maximum", (-100, 100), 10),
    some(multipleOf=st.sampled_from([1, 2, 5, 0.5, 0.01])),
)
STRINGS = st.one_of(
    joined(st.just({"type": "string"}), spans("minLength", "maxLength", (0, 40), 0)),
    typed("string", format=FORMATS),
    typed("string", pattern=PATTERNS),
)
LEAVES = st.one_of(
    NUMBERS,
    STRINGS,
    st.just({"type": "boolean"}),
    st.just({"type": ["string", "null"]}),
    st.just({}),
    VALUES.map(lambda value: {"const": value}),
    st.lists(VALUES, min_size=1, max_size=4).map(lambda values: {"enum": values}),
)


def containers(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Draw schemas that some value satisfies if some value satisfies each of *inner*."""
    objects = st.dictionaries(NAMES, inner, max_size=4).flatmap(
        lambda properties: joined(
            st.just({"type": "object", "properties": properties}),
            some(
                required=st.sets(st.sampled_from([*properties, "extra"])).map(sorted),
                patternProperties=st.just({"^x-": {"type": "integer"}}),
                minProperties=SMALL,
                propertyNames=st.just({"maxLength": 20}),
                dependentRequired=st.just({"a": ["b"], "id": ["zip"]}),
                additionalProperties=inner,
            ),
        )
    )
    maps = inner.map(lambda schema: {"type": "object", "additionalProperties": schema})
    arrays = joined(
        inner.map(lambda schema: {"type": "array", "items": schema}),
        spans("minItems", "maxItems", (0, 3), 0),
    )
    tuples = st.lists(inner, min_size=1, max_size=3).map(
        lambda schemas: {"type": "array", "prefixItems": schemas, "items": False}
    )
    choices = st.lists(inner, min_size=1, max_size=3).map(lambda schemas: {"anyOf": schemas})
    both = inner.map(lambda schema: {"allOf": [schema, {"description": "the same"}]})
    return st.one_of(objects, maps, arrays, tuples, choices, both)


SATISFIABLE = st.recursive(LEAVES, containers, max_leaves=8)


def anything_goes(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Draw schemas that may well contradict themselves."""
    inner = st.one_of(inner, st.booleans(), st.just({"$ref": "#/s"}))
    lists = st.lists(inner, min_size=1, max_size=3)
    return some(
        type=st.sampled_from(["object", "array", "string", "integer", ["object", "null"]]),
        properties=st.dictionaries(NAMES, inner, max_size=3),
        required=st.lists(NAMES, max_size=2, unique=True),
        additionalProperties=inner,
        patternProperties=st.dictionaries(st.sampled_from(["^a", "e$", "^x-"]), inner, max_size=1),
        propertyNames=st.one_of(st.booleans(), PATTERNS.map(lambda text: {"pattern": text})),
        minProperties=SMALL,
        maxProperties=SMALL,
        items=inner,
        minItems=SMALL,
        maxItems=SMALL,
        uniqueItems=st.booleans(),
        contains=inner,
        minLength=SMALL,
        maxLength=SMALL,
        minimum=SMALL,
        exclusiveMaximum=SMALL,
        multipleOf=st.integers(1, 4),
        enum=st.lists(VALUES, min_size=1, max_size=3),
        examples=st.lists(VALUES, max_size=2),
        default=VALUES,
        allOf=lists,
        anyOf=lists,
        oneOf=lists,
        **{"not": inner, "if": inner, "then": inner, "else": inner},
    )


DRAFT7_ONLY = st.one_of(
    st.lists(LEAVES, min_size=1, max_size=3).map(
        lambda items: {"type": "array", "items": items, "additionalItems": False}
    ),
    LEAVES.map(lambda schema: {"items": [schema], "additionalItems": schema, "minItems": 3}),
    LEAVES.map(
        lambda schema: {
            "type": "object",
            "required": ["a"],
            "dependencies": {"a": ["b"], "b": {"properties": {"c": schema}, "required": ["c"]}},
        }
    ),
)
ONLY_SINCE_2019 = st.one_of(
    LEAVES.map(
        lambda schema: {
            "type": "object",
            "allOf": [{"properties": {"a": schema}}],
            "properties": {"b": schema},
            "unevaluatedProperties": False,
        }
    ),
    LEAVES.map(
        lambda schema: {
            "type": "array",
            "prefixItems": [schema],
            "contains": {"const": 1},
            "minContains": 2,
            "maxContains": 3,
            "items": {"type": "integer", "maximum": 5},
            "unevaluatedItems": False,
        }
    ),
    LEAVES.map(
        lambda schema: {
            "type": "object",
            "required": ["a"],
            "dependentSchemas": {"a": {"properties": {"c": schema}, "required": ["c"]}},
        }
    ),
)
WILD = st.recursive(st.one_of(LEAVES, st.just({"$ref": "#/s"})), anything_goes, max_leaves=6)

nested = settings(
    max_examples=150, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)


def assert_samples_are_valid(schema: Any, **options: Any) -> None:
    compiled, sampler = sampler_of(schema, **options)
    for seed in range(12):
        value = sampler(Random(seed))
        assert compiled.refusal(value) is None, (schema, value)


@given(SATISFIABLE)
@nested
def test_a_schema_that_can_be_satisfied_is_satisfied_formats_included(schema: Any) -> None:
    assert_samples_are_valid(schema, check_formats=True)


@given(st.one_of(DRAFT7_ONLY, ONLY_SINCE_2019))
@nested
def test_a_schema_of_either_dialect_is_satisfied(schema: Any) -> None:
    assert_samples_are_valid(schema)


@given(SATISFIABLE, st.sampled_from([Dialect.DRAFT6, Dialect.DRAFT7, Dialect.DRAFT201909]))
@nested
def test_what_a_declared_dialect_does_not_know_is_ignored(schema: Any, dialect: Dialect) -> None:
    assert_samples_are_valid({"$schema": dialect.value, **schema})


@given(WILD)
@nested
def test_a_schema_that_contradicts_itself_is_refused_and_no_sample_ever_breaks_one(
    schema: Any,
) -> None:
    with suppress(SpecException):
        assert_samples_are_valid(schema)


# Documents


def documents() -> list[Path]:
    """Return the documents of the tests and the examples that load."""
    found = [
        path for where in ("tests/specs", "examples") for path in (ROOT / where).rglob("*.yml")
    ]
    loaded = []
    for path in sorted(found):
        with suppress(SpecException):
            load_spec(path)
            loaded.append(path)
    return loaded


@pytest.mark.parametrize("path", documents(), ids=lambda path: str(path.relative_to(ROOT)))
def test_every_schema_of_a_document_has_valid_samples(path: Path) -> None:
    spec = load_spec(path)
    compiler = SchemaCompiler(spec.resources, check_formats=True)
    data = FakeData(compiler, seed=1)
    for event in spec_events(spec):
        for schema in [event.payload, *(event.acks or ())]:
            if schema is not None:
                arguments = data.arguments(
                    schema, event.examples if schema is event.payload else ()
                )
                for seed in range(20):
                    assert (
                        explain(schema, compiler.compile(schema), arguments(Random(seed))) is None
                    )


def test_there_are_documents_to_sample() -> None:
    assert len(documents()) > 7
