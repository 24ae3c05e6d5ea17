"""Fake data: where values come from, what they look like, what is refused at start-up."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import orjson
import pytest
from fake_support import compile_document, sampler_of, samples_of
from spec_support import document3, operation3
from support import document

from asynction_core.exceptions import SpecException
from asynction_core.fake import FakeData, compile_sampler
from asynction_core.spec import load_spec
from asynction_core.spec.model import Event, Example

ROOT = Path(__file__).parent.parent.parent


def property_samples(name: str, schema: Any, **options: Any) -> list[Any]:
    whole = {"type": "object", "properties": {name: schema}, "required": [name]}
    return [sample[name] for sample in samples_of(whole, **options)]


def refused(schema: Any, **document: Any) -> SpecException:
    read, compiler = compile_document(schema, **document)
    with pytest.raises(SpecException) as caught:
        compile_sampler(read, compiler, seed=1)
    return caught.value


# Sources, in their order


def test_the_examples_of_the_message_come_before_those_of_the_schema() -> None:
    read, compiler = compile_document({"type": "string", "examples": ["of the schema"]})
    examples = [Example("of the message", "a"), Example("another", "b")]
    sampler = compile_sampler(read, compiler, examples=examples)

    assert {sampler(Random(seed)) for seed in range(30)} == {"of the message", "another"}


def test_an_example_that_the_schema_refuses_is_not_used_and_its_place_is_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    read, compiler = compile_document({"type": "integer", "minimum": 5, "maximum": 7})
    sampler = compile_sampler(read, compiler, examples=[Example(99, "doc, examples[0].payload")])

    assert all(5 <= sampler(Random(seed)) <= 7 for seed in range(9))
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "doc, examples[0].payload" in caplog.text
    assert "99" not in caplog.text


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": "string", "examples": ["a", "b", 3]}, {"a", "b"}),
        ({"type": "string", "default": "usual"}, {"usual"}),
        ({"type": "string", "examples": ["a"], "default": "b"}, {"a", "b"}),
        ({"const": "fixed"}, {"fixed"}),
        ({"enum": ["x", "y"]}, {"x", "y"}),
        ({"enum": ["x", "y", 4], "type": "string"}, {"x", "y"}),
        ({"enum": ["x", "y"], "format": "email"}, {"x", "y"}),
        ({"type": "string", "format": "email", "examples": ["a@b.c"]}, {"a@b.c"}),
    ],
)
def test_what_the_schema_says_itself_comes_before_formats(schema: Any, expected: set[Any]) -> None:
    assert set(property_samples("email", schema)) == expected


def test_an_empty_default_says_nothing() -> None:
    samples = samples_of({"type": "array", "items": {"type": "integer"}, "default": []})

    assert any(samples)


def test_a_format_comes_before_the_name_of_the_property() -> None:
    samples = property_samples("email", {"type": "string", "format": "ipv4"})

    assert all(re.fullmatch(r"\d+(\.\d+){3}", sample) for sample in samples)


def test_the_name_of_the_property_comes_before_words() -> None:
    assert all("@example." in sample for sample in property_samples("email", {"type": "string"}))


def test_names_are_not_guessed_from_when_that_is_switched_off() -> None:
    samples = property_samples("email", {"type": "string"}, guess_from_names=False)

    assert not any("@" in sample for sample in samples)


def test_what_nothing_else_knows_comes_from_hypothesis() -> None:
    samples = samples_of({"type": "integer", "not": {"maximum": 100_000}})

    assert all(sample > 100_000 for sample in samples)
    assert len(set(samples)) > 5


# Formats


def is_uuid(text: str) -> bool:
    return (
        re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", text)
        is not None
    )


@pytest.mark.parametrize(
    "name",
    [
        *("date-time", "date", "time", "duration", "email", "idn-email", "hostname"),
        *("idn-hostname", "ipv4", "ipv6", "uri", "iri", "uri-reference", "iri-reference"),
        *("uri-template", "uuid", "json-pointer", "relative-json-pointer", "regex"),
    ],
)
def test_the_formats_of_json_schema_are_right_and_hardly_ever_come_twice(name: str) -> None:
    compiled, sampler = sampler_of({"type": "string", "format": name}, check_formats=True)
    random = Random(1)
    samples = [sampler(random) for _ in range(200)]

    assert all(compiled.refusal(sample) is None for sample in samples)
    assert len(set(samples)) > 60


@pytest.mark.parametrize("name", ["first_name", "city", "company", "license_plate", "iban"])
def test_a_format_may_name_a_provider_of_faker(name: str) -> None:
    samples = samples_of({"type": "string", "format": name}, 200, custom_formats_sample_size=5)

    from faker import Faker

    made = Faker()
    assert 1 < len(set(samples)) <= 5
    assert all(isinstance(sample, str) for sample in samples)
    assert type(getattr(made, name)()) is str


def test_every_provider_of_faker_that_yields_text_is_a_format() -> None:
    from faker import Faker

    made = Faker()
    properties = {
        name: {"type": "string", "format": name}
        for provider in made.factories[0].providers
        for name in dir(provider)
        if not name.startswith("_") and name != "binary"
    }
    schema = {"type": "object", "properties": properties, "required": sorted(properties)}
    assert len(properties) > 200
    sample = samples_of(schema, 1, custom_formats_sample_size=1)[0]
    assert all(isinstance(value, str) for value in sample.values())
    assert re.fullmatch(r"[A-Z]{2}\d{2}[A-Z0-9]+", sample["iban"])
    assert sample["mac_address"].count(":") == 5


def test_text_formats_of_faker_do_not_repeat_themselves() -> None:
    samples = samples_of({"type": "string", "format": "sentence"}, 1000)

    assert len(set(samples)) > 990
    assert all(re.fullmatch(r"[A-Z][a-z ]+\.", sample) for sample in samples)


def test_a_sample_size_of_0_turns_the_formats_of_faker_off() -> None:
    schema = {"type": "string", "format": "iban"}
    samples = samples_of(schema, custom_formats_sample_size=0)

    assert not any(re.search(r"\d", sample) for sample in samples)


def test_faker_and_hypothesis_are_imported_only_where_a_schema_needs_them() -> None:
    code = """
import sys
import asynction_core
assert not {"faker", "hypothesis", "asynction_core.fake"} & sys.modules.keys()
from fake_support import samples_of
samples_of({"type": "object", "properties": {"n": {"type": "integer"}}})
assert not {"faker", "hypothesis"} & sys.modules.keys()
samples_of({"type": "string", "format": "city"})
assert "faker" in sys.modules and "hypothesis" not in sys.modules
"""
    assert run(code) == ""


def test_without_the_extra_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "hypothesis_jsonschema", None)
    _, compiler = compile_document({})
    with pytest.raises(ModuleNotFoundError, match=r"pip install 'asynction\[mock\]'"):
        FakeData(compiler)


@pytest.mark.parametrize(("least", "most"), [(0, 5), (3, 3), (200, 210), (0, 0), (12, None)])
def test_text_has_the_length_that_the_schema_wants(least: int, most: int | None) -> None:
    limits = {"minLength": least} | ({} if most is None else {"maxLength": most})
    for name in ("whatever", "text", "email", "city"):
        for sample in property_samples(name, {"type": "string", **limits}):
            assert least <= len(sample) <= (least + 300 if most is None else most)


@pytest.mark.parametrize(
    "pattern",
    [
        *("^[A-Z]{3}-\\d{4}$", "^(red|green)-[^a-z]+$", "^\\p{Lu}\\w+$", "^(?<year>\\d{4})$", "b"),
        *(
            "^(?=.*\\d)[a-z\\d]{8,}$",
            "^#[0-9a-fA-F]{6}$",
            "^\\S+@\\S+\\.\\w{2,3}$",
            "^[\\s\\S]{9}$",
        ),
        *("^(a|b)\\1$", "^[^\\W_]+\\.$"),
    ],
)
def test_text_matches_the_pattern_in_characters_that_people_type(pattern: str) -> None:
    samples = samples_of({"type": "string", "pattern": pattern})

    assert all(sample.isascii() and sample.isprintable() for sample in samples)


def test_bytes_appear_where_the_schema_says_binary_and_nowhere_else() -> None:
    schema = {
        "type": "object",
        "properties": {
            "file": {"type": "string", "format": "binary", "minLength": 3, "maxLength": 9},
            "name": {"type": "string", "maxLength": 9},
        },
        "required": ["file", "name"],
    }
    for sample in samples_of(schema):
        assert isinstance(sample["file"], bytes)
        assert 3 <= len(sample["file"]) <= 9
        assert isinstance(sample["name"], str)


# What values look like


@pytest.mark.parametrize(
    ("name", "schema", "looks_right"),
    [
        ("name", "string", lambda value: re.fullmatch(r"[A-Z]\w+ [A-Z]\w+", value)),
        ("firstName", "string", str.istitle),
        ("userId", "string", is_uuid),
        ("user_id", "integer", lambda value: 1 <= value <= 100_000),
        ("createdAt", "string", lambda value: datetime.fromisoformat(value).year > 2024),
        ("created_at", "integer", lambda value: value > 1_700_000_000),
        ("homepage-url", "string", lambda value: value.startswith("https://")),
        ("phone", "string", lambda value: value.startswith("+")),
        ("message", "string", lambda value: value.endswith(".")),
        ("age", "integer", lambda value: 18 <= value <= 90),
        ("totalPrice", "number", lambda value: 1 <= value <= 500 and round(value, 2) == value),
        ("latitude", "number", lambda value: -90 <= value <= 90),
        ("country", "string", lambda value: value[0].isupper()),
        ("currency", "string", lambda value: re.fullmatch("[A-Z]{3}", value)),
        ("something", "integer", lambda value: 0 <= value <= 1000),
        ("something", "number", lambda value: 0 <= value <= 1000 and round(value, 2) == value),
        ("something", "string", lambda value: re.fullmatch("[a-z]+( [a-z]+){0,2}", value)),
    ],
)
def test_values_look_like_what_people_send(
    name: str, schema: str, looks_right: Callable[[Any], Any]
) -> None:
    samples = property_samples(name, {"type": schema})

    assert all(looks_right(sample) for sample in samples), samples


def test_a_name_says_nothing_where_the_schema_says_otherwise() -> None:
    assert all(
        3 <= sample <= 5
        for sample in property_samples("age", {"type": "integer", "minimum": 3, "maximum": 5})
    )
    assert all(
        len(sample) == 4
        for sample in property_samples("email", {"type": "string", "minLength": 4, "maxLength": 4})
    )


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": "integer", "minimum": 7, "maximum": 9}, {7, 8, 9}),
        ({"type": "integer", "exclusiveMinimum": 6, "exclusiveMaximum": 9}, {7, 8}),
        ({"type": "integer", "minimum": -3, "maximum": -2}, {-3, -2}),
        ({"type": "integer", "multipleOf": 4, "minimum": 5, "maximum": 9}, {8}),
        (
            {"type": "integer", "allOf": [{"multipleOf": 4}, {"multipleOf": 6}], "maximum": 20},
            {0, 12},
        ),
        ({"type": "number", "multipleOf": 0.5, "minimum": 1, "maximum": 2}, {1, 1.5, 2}),
        ({"type": "number", "minimum": 0.3, "maximum": 0.3}, {0.3}),
        ({"type": "integer", "minimum": 2**53, "maximum": 2**53 + 1}, {2**53, 2**53 + 1}),
    ],
)
def test_numbers_are_within_their_bounds(schema: Any, expected: set[Any]) -> None:
    assert set(samples_of(schema, 60)) == expected


def test_numbers_without_bounds_can_be_sent() -> None:
    for schema in (
        {"type": "number"},
        {"type": "integer"},
        {},
        {"type": "integer", "minimum": 2**60},
    ):
        assert orjson.dumps(samples_of(schema))


def test_optional_members_are_mostly_there() -> None:
    samples = samples_of({"type": "object", "properties": {"a": {"type": "integer"}}}, 200)

    assert 150 < sum("a" in sample for sample in samples) < 200


def test_a_member_that_is_forbidden_is_left_out() -> None:
    schema = {"type": "object", "properties": {"a": {}, "b": {}}, "not": {"required": ["a"]}}

    assert {tuple(sample) for sample in samples_of(schema)} == {(), ("b",)}


def test_null_is_seldom_where_something_else_may_be() -> None:
    samples = samples_of({"type": ["string", "null"]}, 400)

    assert 10 < samples.count(None) < 100


def test_times_are_near_now_unless_a_seed_fixes_them() -> None:
    read, compiler = compile_document({"type": "string", "format": "date-time"})
    sample = datetime.fromisoformat(compile_sampler(read, compiler)(Random(1)))

    assert timedelta(0) <= datetime.now(UTC) - sample < timedelta(days=31)


def test_a_sample_may_be_changed_without_changing_the_next() -> None:
    _, sampler = sampler_of({"type": "object", "examples": [{"list": [1]}]})
    sampler(Random(1))["list"].append(2)

    assert sampler(Random(1)) == {"list": [1]}


# Recursion


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "object", "properties": {"next": {"$ref": "#/s"}, "n": {"type": "integer"}}},
        {"type": "array", "items": {"$ref": "#/s"}},
        {"type": "object", "additionalProperties": {"$ref": "#/s"}, "minProperties": 0},
        {"anyOf": [{"type": "array", "items": {"$ref": "#/s"}, "minItems": 2}, {"type": "null"}]},
        {"type": ["object", "null"], "properties": {"n": {"$ref": "#/s"}}, "required": ["n"]},
        {"$ref": "https://json-schema.org/draft/2020-12/schema"},
    ],
)
def test_schemas_that_contain_themselves_end(schema: Any) -> None:
    samples = samples_of(schema, 100)

    assert max(len(json.dumps(sample)) for sample in samples) < 100_000
    assert len({json.dumps(sample) for sample in samples}) > 5


def test_hundreds_of_schemas_may_refer_to_each_other() -> None:
    schemas = {
        f"S{number}": {
            "type": "object",
            "properties": {
                "next": {"$ref": f"#/s/$defs/S{(number + 1) % 400}"},
                "many": {"type": "array", "items": {"$ref": f"#/s/$defs/S{number * 7 % 400}"}},
                "number": {"const": number},
            },
        }
        for number in range(400)
    }
    samples = samples_of(
        {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "$ref": "#/s/$defs/S0",
            "$defs": schemas,
        }
    )

    assert any("next" in sample for sample in samples)


def test_an_impossible_schema_is_found_however_deep_it_is() -> None:
    inner: Any = {"type": "integer", "minimum": 2, "maximum": 1}
    for _ in range(60):
        inner = {"type": "object", "properties": {"a": inner}, "required": ["a"]}

    assert "no integer satisfies it" in refused(inner).problem


def test_references_lead_through_files(tmp_path: Path) -> None:
    types = {
        "Price": {"$ref": "#/Even", "type": "integer", "minimum": 5, "maximum": 7},
        "Even": {"multipleOf": 2},
    }
    (tmp_path / "types.json").write_text(json.dumps(types))
    payload = {"type": "array", "items": {"$ref": "types.json#/Price"}}
    message = {"name": "order", "payload": payload}
    path = tmp_path / "asyncapi.json"
    path.write_text(json.dumps(document({"/": {"publish": {"message": message}}})))
    spec = load_spec(path)
    schema = spec.namespaces["/"].received["order"].payload
    assert schema is not None

    from asynction_core.compiled import SchemaCompiler

    sampler = compile_sampler(schema, SchemaCompiler(spec.resources))
    assert set(sampler(Random(1))) == {6}


def test_references_in_a_schema_with_an_id_lead_into_it() -> None:
    schema = {"$id": "http://x.test/node", "$ref": "#/$defs/a", "$defs": {"a": {"const": "of it"}}}

    assert samples_of(schema, 3) == ["of it"] * 3


# What nothing satisfies


@pytest.mark.parametrize(
    "schema",
    [
        False,
        {"type": "integer", "minimum": 3, "maximum": 2},
        {"type": "string", "minLength": 3, "maxLength": 2},
        {"type": "integer", "not": {"type": "integer"}},
        {"type": "string", "enum": [1, 2]},
        {"allOf": [{"type": "string"}, {"type": "integer"}]},
        {"type": "object", "properties": {"a": False}, "required": ["a"]},
        {"type": "object", "properties": {"next": {"$ref": "#/s"}}, "required": ["next"]},
        {"type": "object", "required": ["a", "b"], "maxProperties": 1},
        {"type": "array", "items": False, "minItems": 1},
        {"type": "array", "items": {"enum": [1, 2]}, "minItems": 3, "uniqueItems": True},
        {"oneOf": [{"type": "integer"}, {"type": "integer"}]},
        {"type": "object", "required": ["a"], "propertyNames": {"minLength": 2}},
    ],
)
def test_a_schema_that_nothing_satisfies_is_refused_when_it_is_compiled(schema: Any) -> None:
    error = refused(schema)

    assert error.place == "the document, s"
    assert "nothing was found that satisfies this schema" in error.problem
    assert error.fix


def test_the_error_says_which_part_is_impossible() -> None:
    impossible = {"type": "integer", "minimum": 3, "maximum": 2}
    inner = {"type": "object", "properties": {"n": impossible}, "required": ["n"]}
    error = refused({"type": "object", "properties": {"a": inner}, "required": ["a"]})

    assert "at properties.a.properties.n: no integer satisfies it" in error.problem


def test_an_impossible_member_that_is_optional_is_left_out() -> None:
    schema = {"type": "object", "properties": {"a": False, "b": {"const": 1}}, "required": ["b"]}

    assert samples_of(schema, 5) == [{"b": 1}] * 5


def test_objects_that_differ_in_optional_members_only_are_told_apart() -> None:
    one = {"type": "object", "properties": {"key": {"type": "string"}}}
    two = {"type": "object", "properties": {"key2": {"type": "string"}}}

    assert all("key" in sample or "key2" in sample for sample in samples_of({"oneOf": [one, two]}))


def test_an_impossible_alternative_is_left_out() -> None:
    endless = {"type": "object", "properties": {"n": {"$ref": "#/s/anyOf/0"}}, "required": ["n"]}

    assert set(samples_of({"anyOf": [endless, False, {"const": 4}]})) == {4}


# Arguments


def arguments_of(schema: Any, examples: list[Example] | None = None) -> list[list[Any]]:
    read, compiler = compile_document(schema)
    arguments = FakeData(compiler, seed=1).arguments(read, examples or [])
    return [arguments(Random(seed)) for seed in range(20)]


def test_an_event_without_a_schema_has_no_arguments() -> None:
    _, compiler = compile_document({})

    assert FakeData(compiler).arguments(None)(Random(1)) == []


@pytest.mark.parametrize("schema", [{"type": "null"}, False])
def test_null_is_no_argument(schema: Any) -> None:
    assert arguments_of(schema) == [[]] * 20


def test_anything_but_a_tuple_is_one_argument() -> None:
    assert all(
        len(made) == 1 and isinstance(made[0], int) for made in arguments_of({"type": "integer"})
    )
    assert all(isinstance(made[0], list) for made in arguments_of({"type": "array", "items": {}}))


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "array", "prefixItems": [{"type": "integer"}, {"type": "string"}]},
        {"type": "array", "items": [{"type": "integer"}, {"type": "string"}]},
        {"type": "array", "prefixItems": [{"type": "integer"}, {"type": "string"}], "maxItems": 9},
    ],
)
def test_a_tuple_is_as_many_arguments_as_it_has_elements(schema: Any) -> None:
    assert all([type(argument) for argument in made] == [int, str] for made in arguments_of(schema))


def test_examples_of_a_tuple_have_its_number_of_arguments() -> None:
    schema = {"type": "array", "prefixItems": [{"type": "integer"}, {"type": "string"}]}
    examples = [Example([1], "short"), Example([1, "a"], "right"), Example([1, "a", 2], "long")]

    assert arguments_of(schema, examples) == [[1, "a"]] * 20


# Examples of messages in documents


def only_event(source: Any) -> Event:
    (event,) = load_spec(source).namespaces["/chat"].received.values()
    return event


EXAMPLES = [{"name": "short", "payload": "hi"}, {"headers": {}}, {"payload": None}]


def test_the_examples_of_a_2_x_message_are_read_with_their_places() -> None:
    message = {"name": "say", "payload": {"type": "string"}, "examples": EXAMPLES}
    event = only_event(document({"/chat": {"publish": {"message": message}}}))

    place = "the document, channels./chat.publish.message.examples"
    assert event.examples == (
        Example("hi", f"{place}[0].payload"),
        Example(None, f"{place}[2].payload"),
    )


def test_the_examples_of_a_3_x_message_are_read_from_its_traits_too() -> None:
    message = {"payload": {"type": "string"}, "traits": [{"examples": EXAMPLES}]}
    channels = {"chat": {"address": "/chat", "messages": {"say": message}}}
    event = only_event(document3(channels, {"talk": operation3("receive", "chat")}))

    assert [example.payload for example in event.examples] == ["hi", None]


# Seeds

REPRODUCED = """
import json, sys
from random import Random
from fake_support import compile_document
from asynction_core.fake import FakeData
schema = json.loads(sys.stdin.read())
read, compiler = compile_document(schema)
sampler = FakeData(compiler, seed="the same").sampler(read)
random = Random(7)
print(json.dumps([sampler(random) for _ in range(50)]))
"""

EVERY_SOURCE = {
    "type": "object",
    "properties": {
        "city": {"type": "string"},
        "company": {"type": "string", "format": "company"},
        "when": {"type": "string", "format": "date-time"},
        "text": {"type": "string"},
        "code": {"type": "string", "pattern": "^[A-Z]{3}-\\d+$"},
        "either": {"anyOf": [{"type": "integer"}, {"type": ["null", "boolean", "object"]}]},
        "odd": {"type": "integer", "not": {"maximum": 100_000}},
        "kids": {"type": "array", "items": {"$ref": "#/s"}, "uniqueItems": True},
    },
}


def run(code: str, hash_seed: str = "0", given: str = "") -> str:
    environment = dict(os.environ, PYTHONHASHSEED=hash_seed)
    environment["PYTHONPATH"] = os.pathsep.join([str(ROOT), str(ROOT / "tests")])
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, input=given, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_seed_makes_every_process_say_the_same() -> None:
    given = json.dumps(EVERY_SOURCE)
    first, second = run(REPRODUCED, "1", given), run(REPRODUCED, "2", given)

    assert first == second
    assert len({json.dumps(sample) for sample in json.loads(first)}) > 45


def test_another_seed_makes_other_samples_of_faker() -> None:
    schema = {"type": "string", "format": "company"}

    assert samples_of(schema, seed=1) != samples_of(schema, seed=2)


def test_one_sampler_is_compiled_for_a_schema_that_many_events_share() -> None:
    read, compiler = compile_document({"type": "string", "format": "company"})
    data = FakeData(compiler)

    first, second = data.sampler(read), data.sampler(read)
    assert [first(Random(n)) for n in range(9)] == [second(Random(n)) for n in range(9)]
