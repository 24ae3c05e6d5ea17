"""The text of documents: YAML 1.2 or JSON, and plain JSON values only."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from spec_support import refused
from support import document

from asynction_core.exceptions import SpecException
from asynction_core.spec import load_spec
from asynction_core.spec.source import load_file, parse_text, plain


def problem_of(text: bytes) -> SpecException:
    with pytest.raises(SpecException) as caught:
        plain(parse_text(text, "api.yml"), "api.yml")
    return caught.value


@pytest.mark.parametrize("word", ["on", "off", "yes", "no", "y", "n", "On", "YES"])
def test_words_that_yaml_1_1_takes_for_booleans_are_text(word: str) -> None:
    assert parse_text(f"a: {word}".encode(), "f") == {"a": word}


@pytest.mark.parametrize(
    "text", ["2024-01-31", "2024-01-31T10:00:00Z", "12:30:45", "1_000", "=", "."]
)
def test_dates_and_other_extras_of_yaml_1_1_are_text(text: str) -> None:
    assert parse_text(f"a: {text}".encode(), "f") == {"a": text}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("17", 17),
        ("-1", -1),
        ("+1", 1),
        ("017", 17),
        ("0o17", 15),
        ("0x1F", 31),
        ("1.5", 1.5),
        ("-.5", -0.5),
        ("1.", 1.0),
        ("1e3", 1000.0),
        ("1.5E-3", 0.0015),
        ("'1'", "1"),
        ("'true'", "true"),
    ],
)
def test_a_scalar_is_read_by_the_core_schema_of_yaml_1_2(text: str, value: object) -> None:
    found = parse_text(f"a: {text}".encode(), "f")["a"]

    assert found == value
    assert type(found) is type(value)


def test_keys_are_strings_as_they_are_written() -> None:
    text = b"200: a\ntrue: b\non: c\nnull: d\n0x1F: e\n"

    assert parse_text(text, "f") == {"200": "a", "true": "b", "on": "c", "null": "d", "0x1F": "e"}


def test_an_alias_stands_for_what_its_anchor_marks() -> None:
    assert parse_text(b"a: &x {b: 1}\nc: *x\n", "f") == {"a": {"b": 1}, "c": {"b": 1}}


def test_a_merge_key_adds_what_the_mapping_has_not() -> None:
    text = b"base: &base {a: 1, b: 2}\nmore:\n  <<: *base\n  b: 3\n"

    assert parse_text(text, "f")["more"] == {"a": 1, "b": 3}


def test_a_merge_key_takes_a_list_whose_first_mapping_wins() -> None:
    assert parse_text(b"<<: [{a: 1}, {a: 2, b: 3}]", "f") == {"a": 1, "b": 3}


def test_a_mapping_that_was_merged_into_another_has_no_duplicate_keys() -> None:
    text = b"z: &z {k: 0}\na:\n  inner: &b {<<: *z, k: 1}\nd: {<<: *b}\n"

    assert parse_text(text, "f") == {"z": {"k": 0}, "a": {"inner": {"k": 1}}, "d": {"k": 1}}


def test_json_is_read() -> None:
    text = rb'{"a": [1, 2.5, true, null, "\u00e9\ud83d\ude00", {"b/c": {}}]}'

    assert parse_text(text, "f") == {"a": [1, 2.5, True, None, "é😀", {"b/c": {}}]}


def test_yaml_in_braces_is_yaml() -> None:
    assert parse_text(b"{a: on, b: [1]}", "f") == {"a": "on", "b": [1]}


def test_a_missing_file_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "nowhere.yml"

    error = refused(path)

    assert error.place == str(path)
    assert "cannot read the file: No such file or directory" in str(error)
    assert isinstance(error.__cause__, FileNotFoundError)
    assert error.fix


def test_a_directory_is_refused_by_name(tmp_path: Path) -> None:
    assert refused(tmp_path).place == str(tmp_path)


def test_a_path_that_no_file_can_have_is_refused() -> None:
    assert refused("api\0.yml").place == "api\0.yml"


def test_a_yaml_syntax_error_is_refused_with_its_line_and_column(tmp_path: Path) -> None:
    path = tmp_path / "api.yml"
    path.write_text("asyncapi: 2.6.0\nchannels: [\n", encoding="utf-8")

    error = refused(path)

    assert error.place == f"{path}:3:1"
    assert "did not find expected node content" in error.problem
    assert error.fix


def test_a_yaml_syntax_error_in_a_sibling_file_names_that_file(tmp_path: Path) -> None:
    (tmp_path / "m.yml").write_text("a: 1\n b: 2\n", encoding="utf-8")
    path = tmp_path / "api.yml"
    path.write_text("asyncapi: 2.6.0\nchannels: {/: {$ref: m.yml}}\n", encoding="utf-8")

    assert refused(path).place == f"{tmp_path / 'm.yml'}:2:3"


def test_a_json_syntax_error_is_refused_with_its_line_and_column() -> None:
    assert problem_of(b'{\n "a": 1\n "b": 2\n}').place == "api.yml:3:5"


def test_a_duplicate_key_in_yaml_is_refused_with_both_lines(tmp_path: Path) -> None:
    path = tmp_path / "api.yml"
    path.write_text("asyncapi: 2.6.0\nchannels:\n  /a: {}\n  /b: {}\n  /a: {}\n", encoding="utf-8")

    error = refused(path)

    assert error.place == f"{path}:5:3"
    assert error.problem == "duplicate key '/a'; it is already on line 3"


def test_a_duplicate_key_in_json_is_refused_with_both_lines(tmp_path: Path) -> None:
    path = tmp_path / "api.json"
    path.write_text('{"asyncapi": "2.6.0",\n "channels": {},\n\t"channels": {}}', encoding="utf-8")

    error = refused(path)

    assert error.place == f"{path}:3:2"
    assert error.problem == "duplicate key 'channels'; it is already on line 2"


def test_a_key_in_quotes_is_the_same_key() -> None:
    assert problem_of(b"'1': a\n1: b").problem == "duplicate key '1'; it is already on line 1"


def test_a_key_that_is_no_scalar_is_refused_with_its_line() -> None:
    error = problem_of(b"a: 1\n? [b]\n: 2\n")

    assert (error.problem, error.place) == ("a key must be a plain name", "api.yml:2:3")


def test_a_second_yaml_document_is_refused_with_its_line() -> None:
    assert problem_of(b"--- a\n--- b").place == "api.yml:2:1"


def test_an_alias_inside_of_its_own_anchor_is_refused_with_its_place() -> None:
    error = problem_of(b"a: {b: &x [1, *x]}")

    assert (error.problem, error.place) == ("this value contains itself", "api.yml, a.b[1]")


@pytest.mark.parametrize("text", [b"a: \x07", b"\x00", b"a: \xff\xfe"])
def test_what_is_no_text_is_refused(text: bytes) -> None:
    error = problem_of(text)

    assert error.place == "api.yml"
    assert "neither YAML nor JSON" in error.problem


@pytest.mark.parametrize(
    "text",
    [
        b"a: !!bool maybe",
        b"a: !!int one",
        b"a: !!int [1]",
        b"a: !!float {b: 1}",
        b"a: !!timestamp soon",
        b"a: !!timestamp 2024-01-31",
        b"a: !!map [b]",
        b"a: !!map b",
        b"a: !!set {b, c}",
        b"a: !!binary aGk=",
        b"a: !!python/object:builtins.object {}",
        b"a: !vault secret",
    ],
)
def test_a_yaml_tag_that_makes_no_json_value_is_refused(text: bytes) -> None:
    assert (problem_of(text).place or "").startswith("api.yml")


@pytest.mark.parametrize("text", [b'{"a": NaN}', b'{"a": -Infinity}', b'{"a": 1e999}', b"a: 1e999"])
def test_a_number_that_json_has_not_is_refused(text: bytes) -> None:
    assert (problem_of(text).place or "").startswith("api.yml")


@pytest.mark.parametrize("digits", [b"[%s]", b"a: %s"])
def test_a_number_of_five_thousand_digits_is_refused(digits: bytes) -> None:
    assert "neither YAML nor JSON" in problem_of(digits % (b"9" * 5000)).problem


@pytest.mark.parametrize(
    "text",
    [b"[" * 2_000 + b"]" * 2_000, b"a: " + b"[" * 2_000 + b"]" * 2_000, b"- " * 2_000 + b"a"],
    ids=["json", "flow", "block"],
)
def test_a_file_nested_two_thousand_levels_is_refused(text: bytes, tmp_path: Path) -> None:
    path = tmp_path / "api.yml"
    path.write_bytes(text)

    with pytest.raises(SpecException) as caught:
        load_file(path, "api.yml")

    assert (caught.value.place or "").startswith("api.yml")


def test_a_mapping_nested_two_thousand_levels_is_refused() -> None:
    value: dict[str, Any] = {}
    for _ in range(2_000):
        value = {"a": value}

    assert (refused(value).place or "").startswith("the document")


def test_a_mapping_with_a_key_that_is_no_string_is_refused_with_its_place() -> None:
    error = refused({"asyncapi": "2.6.0", "channels": {200: {}}})

    assert (error.problem, error.place) == (
        "the key 200 is not a string",
        "the document, channels",
    )
    assert error.fix == "Write it as '200'."


@pytest.mark.parametrize("value", [date(2024, 1, 31), b"x", bytearray(b"x"), {1}, object(), 1j])
def test_a_value_that_json_has_not_is_refused_with_its_place(value: object) -> None:
    error = refused({"asyncapi": "2.6.0", "info": {"x": [0, value]}})

    assert error.problem == f"{type(value).__name__} has no place in JSON"
    assert error.place == "the document, info.x[1]"


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_mapping_with_a_number_that_json_has_not_is_refused(value: float) -> None:
    assert refused({"asyncapi": "2.6.0", "info": {"x": value}}).place == "the document, info.x"


def test_a_mapping_that_contains_itself_is_refused_with_its_place() -> None:
    source: dict[str, Any] = document({})
    source["info"]["x-self"] = source

    error = refused(source)

    assert error.problem == "this value contains itself"
    assert error.place == "the document, info.x-self"


def test_a_value_that_a_mapping_holds_twice_is_read_twice() -> None:
    shared = {"type": "string"}

    assert plain({"a": shared, "b": (shared,)}, "f") == {"a": shared, "b": [shared]}


def test_a_mapping_is_copied() -> None:
    source = document({"/chat": {}})
    spec = load_spec(source)
    source["channels"]["/chat"]["publish"] = 5

    assert next(iter(spec.resources.values()))["channels"] == {"/chat": {}}


def test_subclasses_of_strings_and_numbers_become_plain() -> None:
    class Text(str):
        __slots__ = ()

    class Number(int):
        pass

    class Ratio(float):
        pass

    found = plain({"a": Text("x"), "b": Number(1), "c": Ratio(0.5)}, "f")

    assert found == {"a": "x", "b": 1, "c": 0.5}
    assert [type(value) for value in found.values()] == [str, int, float]
