"""Text of a document to plain JSON values: YAML 1.2 or JSON, and nothing that JSON has not."""

import json
import math
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import yaml

from asynction_core.exceptions import SpecException
from asynction_core.spec.place import describe

_SafeLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class DocumentLoader(_SafeLoader):
    """Libyaml's loader with YAML 1.2's core schema: keys are strings, ``on`` and dates are text.

    Parsing stays libyaml's; what differs is how a scalar is read (https://yaml.org/spec/1.2.2/,
    section 10.3.2) and that a key which stands twice in one mapping is an error.
    """

    yaml_implicit_resolvers: ClassVar[dict[str, list[tuple[str, re.Pattern[str]]]]] = {}

    def __init__(self, stream: Any) -> None:
        super().__init__(stream)
        self._flattened: set[Any] = set()

    def flatten_mapping(self, node: Any) -> None:
        """Put what is merged into *node* in front of its own keys, which are unique."""
        if node not in self._flattened:
            self._flattened.add(node)
            _refuse_duplicate_keys(node)
            super().flatten_mapping(node)

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[str, Any]:
        """Return the mapping at *node*, keys as they are written."""
        self.flatten_mapping(node)
        return {key.value: self.construct_object(value, deep) for key, value in node.value}

    def _construct_int(self, node: Any) -> int:
        text = node.value
        base = {"0x": 16, "0o": 8}.get(text[:2], 10)
        return int(text, base)

    def _construct_float(self, node: Any) -> float:
        return float(node.value)


def _add_core_schema() -> None:
    tag = "tag:yaml.org,2002:"
    for name, pattern, first in (
        ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
        ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
        ("int", r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", list("-+0123456789")),
        (
            "float",
            r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?",
            list("-+.0123456789"),
        ),
        ("merge", r"<<", ["<"]),
    ):
        DocumentLoader.add_implicit_resolver(tag + name, re.compile(f"(?:{pattern})$"), first)
    DocumentLoader.add_constructor(tag + "int", DocumentLoader._construct_int)
    DocumentLoader.add_constructor(tag + "float", DocumentLoader._construct_float)


_add_core_schema()


def _refuse_duplicate_keys(node: Any) -> None:
    seen: dict[str, Any] = {}
    for key, _ in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise yaml.constructor.ConstructorError(
                None, None, "a key must be a plain name", key.start_mark
            )
        if key.value in seen:
            first = seen[key.value].start_mark.line + 1
            problem = f"duplicate key {key.value!r}; it is already on line {first}"
            raise yaml.constructor.ConstructorError(None, None, problem, key.start_mark)
        seen[key.value] = key


_TAGGED = (ValueError, TypeError, LookupError, AttributeError)
"""What PyYAML raises where an explicit tag does not fit: ``!!bool maybe``."""


def load_file(path: Path, name: str) -> Any:
    """Return the contents of a YAML or JSON file as plain JSON values.

    :param path: the file.
    :param name: what errors call it.
    :raises SpecException: the file cannot be read or parsed.
    """
    try:
        text = path.read_bytes()
    except (OSError, ValueError) as error:  # ValueError: a null character in the path
        reason = getattr(error, "strerror", None) or str(error)
        fix = "Give the path of a YAML or JSON file."
        raise SpecException(f"cannot read the file: {reason}", name, fix) from error
    return plain(parse_text(text, name), name)


def parse_text(text: bytes, name: str) -> Any:
    """Return what YAML or JSON *text* says; *name* is what errors call it."""
    if text.lstrip()[:1] in (b"{", b"["):
        try:
            return json.loads(text, object_pairs_hook=_unique)
        except RecursionError as error:
            raise SpecException("this is nested too deeply", name) from error
        except ValueError:
            pass  # YAML reads JSON too, and knows the line of a mistake
    try:
        return yaml.load(text, DocumentLoader)  # noqa: S506 - a SafeLoader
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line = f"{name}:{mark.line + 1}:{mark.column + 1}" if mark else name
        fix = "Correct it there; often a bracket, a quote or an indent before it is wrong."
        raise SpecException(error.problem or "this is not YAML", line, fix) from error
    except (yaml.YAMLError, *_TAGGED, RecursionError) as error:
        raise SpecException(f"this is neither YAML nor JSON: {error}", name) from error


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("duplicate key")
    return found


def plain(value: Any, name: str) -> Any:
    """Return a copy of *value* in dicts, lists, strings, numbers, booleans and None.

    :raises SpecException: *value* holds anything else, or holds itself.
    """
    try:
        return _plain(value, name, (), set())
    except RecursionError as error:
        raise SpecException("this is nested too deeply", name) from error


def _plain(value: Any, name: str, path: tuple[str | int, ...], above: set[int]) -> Any:
    kind = type(value)
    if kind in (str, int, bool) or value is None:
        return value
    if isinstance(value, (str, int, float)):
        return _scalar(value, name, path)
    if not isinstance(value, (Mapping, Sequence)) or isinstance(value, (bytes, bytearray)):
        problem = f"{kind.__name__} has no place in JSON"
        raise SpecException(problem, describe(name, path))
    if id(value) in above:
        raise SpecException("this value contains itself", describe(name, path))
    above.add(id(value))
    copy = _plain_members(value, name, path, above)
    above.remove(id(value))
    return copy


def _scalar(value: str | float, name: str, path: tuple[str | int, ...]) -> Any:
    """Return *value*, of a subclass perhaps, as the plain string or number that it is."""
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, int):
        return int.__int__(value)
    if not math.isfinite(value):
        raise SpecException(f"{value} has no place in JSON", describe(name, path))
    return float.__float__(value)


def _plain_members(
    value: Mapping[Any, Any] | Sequence[Any],
    name: str,
    path: tuple[str | int, ...],
    above: set[int],
) -> Any:
    if isinstance(value, Mapping):
        for key in value:
            if not isinstance(key, str):
                problem = f"the key {key!r} is not a string"
                raise SpecException(problem, describe(name, path), f"Write it as {str(key)!r}.")
        return {
            str.__str__(key): _plain(item, name, (*path, key), above) for key, item in value.items()
        }
    return [_plain(item, name, (*path, index), above) for index, item in enumerate(value)]
