"""Places to lines and columns, in YAML and in JSON."""

from pathlib import Path
from textwrap import dedent

import pytest
import yaml
from lint_support import unmark

from asynction_core.lint.nodes import compose, duplicate_keys
from asynction_core.lint.positions import Files


def assert_at_mark(directory: Path, text: str, steps: str, *, at_key: bool = False) -> None:
    plain, ((line, column),) = unmark(dedent(text))
    path = directory / "document"
    path.write_text(plain, encoding="utf-8")
    place = f"{path}, {steps}" if steps else str(path)
    assert Files().find(place, at_key=at_key) == (str(path), line, column)


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        ("a: {b: ⟦1}", "a.b"),
        ("a:\n  ⟦b:\n    c: 1", "a.b"),
        ("a:\n  - 1\n  - ⟦b: 2", "a[1]"),
        ("a:\n  - 1\n  - b: ⟦2", "a[1].b"),
        ("- [0, ⟦1]", "[0][1]"),
        ("⟦a: 1", ""),
        ("a.b: {c: ⟦1}\na: 0", "a.b.c"),
        ("a b: ⟦1\na: 0", "a b"),
        ("a:⟦", "a"),
        ("{ä: 'öü', b: ⟦1}", "b"),
    ],
)
def test_a_place_is_found(tmp_path: Path, text: str, steps: str) -> None:
    assert_at_mark(tmp_path, text, steps)


def test_a_place_in_a_schema_with_an_id_is_found(tmp_path: Path) -> None:
    assert_at_mark(tmp_path, "a: {$id: 'http://b', c: ⟦1}", "a ($id http://b), c")


def test_the_key_of_a_value_is_found(tmp_path: Path) -> None:
    assert_at_mark(tmp_path, "a: {⟦b: 1}", "a.b", at_key=True)


@pytest.mark.parametrize(
    "steps", ["a.b", "a.b.c", "a.b[0]", "a.b (by itself)", "a.b, by reference c"]
)
def test_what_is_not_there_is_at_what_is_around_it(tmp_path: Path, steps: str) -> None:
    assert_at_mark(tmp_path, "a: {b: ⟦1}", steps)


def test_what_is_merged_is_where_it_is_written(tmp_path: Path) -> None:
    text = """
        base: &base {b: ⟦1, c: 2}
        other: {<<: *base, c: 3}
    """
    assert_at_mark(tmp_path, text, "other.b")


def test_what_is_merged_is_under_what_is_written(tmp_path: Path) -> None:
    text = """
        base: &base {b: 1, c: 2}
        other: {<<: [*base], c: ⟦3}
    """
    assert_at_mark(tmp_path, text, "other.c")


def test_a_mapping_that_is_merged_into_itself_is_at_the_start(tmp_path: Path) -> None:
    path = tmp_path / "document"
    path.write_text("\na: &a {<<: *a, b: 1}\n")

    assert Files().find(f"{path}, a.c") == (str(path), 1, 1)


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        ('{"a": {"b": ⟦1}}', "a.b"),
        ('{\n\t"a": [\n\t\t{"b": ⟦"\\ud83d\\ude00"}\n\t]\n}', "a[0].b"),
        ('{"a": "x, ] \\" }", ⟦"b": {}, "c": []}', "b"),
        ('{"a": [[], {}, ⟦-1.5e3]}', "a[2]"),
        ('{"a": "é", "b": ⟦null}', "b"),
        ('{"a\\/b": ⟦true}', "a/b"),
        ('\r\n{"a": 1,\r\n "b": ⟦2}', "b"),
    ],
)
def test_a_place_in_json_is_found(tmp_path: Path, text: str, steps: str) -> None:
    plain, ((line, column),) = unmark(text)
    path = tmp_path / "document"
    path.write_bytes(plain.encode())

    assert Files().find(f"{path}, {steps}") == (str(path), line, column)


def test_what_yaml_says_of_itself_is_the_position(tmp_path: Path) -> None:
    path = tmp_path / "document"
    path.write_text("a: [")

    assert Files().find(f"{path}:1:5") == (str(path), 1, 5)


def test_a_place_in_no_file_is_at_the_start() -> None:
    assert Files().find("the document, channels./chat") == ("the document", 1, 1)


def test_json_and_yaml_have_the_same_positions() -> None:
    text = b'{"a": [1, {"b": "c"}],\n "d": {"e": null}}'

    def marks(node: yaml.Node | None) -> list[tuple[int, int]]:
        assert node
        children = node.value if isinstance(node.value, list) else []
        nested = [
            each for child in children for each in (child if isinstance(child, tuple) else [child])
        ]
        own = (node.start_mark.line, node.start_mark.column)
        return [own, *(mark for child in nested for mark in marks(child))]

    assert marks(compose(text)) == marks(yaml.compose(text))


def test_keys_that_stand_twice_are_found_in_every_mapping() -> None:
    root = compose(b"a: &a {b: 1, b: 2}\nc: [{d: 1, d: 1}, *a]\na: 0\n")

    found = sorted((key.value, first) for key, first in duplicate_keys(root))

    assert found == [("a", 1), ("b", 1), ("d", 2)]


@pytest.mark.parametrize("text", [b"", b"# nothing\n"])
def test_an_empty_file_has_no_root(text: bytes) -> None:
    assert compose(text) is None
