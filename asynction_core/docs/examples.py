"""Example arguments for the console: those of the document, else made ones, all of them valid."""

import base64
import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from importlib.util import find_spec
from random import Random
from typing import TYPE_CHECKING, Any

from asynction_core.compiled import SchemaCompiler
from asynction_core.exceptions import SpecException
from asynction_core.handshake import look_up
from asynction_core.spec.model import Example, Schema
from asynction_core.validation import explain

if TYPE_CHECKING:
    from asynction_core.fake import FakeData

_SEED = "asynction docs"
_MOST = 5
"""How many of a message's examples are shown."""

_TRIES = 6
"""How many samples are drawn; the shortest that is right is taken."""

_DEEP = 8
_LARGEST = 2**53
"""From here on, a browser's numbers lose digits."""


class Examples:
    """Examples for the schemas of one document, the same in every run.

    Without the packages of the extra ``mock`` they are as plain as can be.

    :param resources: the contents of the document's files by URI.
    """

    def __init__(self, resources: Mapping[str, Any]) -> None:
        self._compiler = SchemaCompiler(resources)
        self._fake = _fake_data(self._compiler)

    def arguments(
        self, schema: Schema, examples: Sequence[Example], *about: str
    ) -> list[list[Any]]:
        """Return lists of arguments that satisfy *schema*; an empty list if none was found.

        :param examples: of the message; where any of them is valid, it is those.
        :param about: what the arguments are of; made ones depend on nothing else.
        """
        if schema.arity.least == 0 and not schema.arity.spread:
            return [[]]
        spread = schema.arity.spread
        written = [each.payload if spread else [each.payload] for each in examples]
        good = [each for each in written if self._is_good(schema, each)][:_MOST]
        if not good:
            made = [each for each in self._make(schema, about) if self._is_good(schema, each)]
            good = [min(made, key=_length)] if made else []
        return [[_as_json(argument) for argument in each] for each in good]

    def _make(self, schema: Schema, about: Sequence[str]) -> Iterator[Any]:
        if self._fake is not None:
            with suppress(SpecException):  # nothing was found that satisfies it
                sampler = self._fake.arguments(schema)
                random = Random(repr((_SEED, *about)))  # noqa: S311 # no secrets
                yield from (sampler(random) for _ in range(_TRIES))
                return
        value = _simple(schema.contents, schema.uri, self._compiler.resources, 0)
        yield value if schema.arity.spread else [value]

    def _is_good(self, schema: Schema, arguments: Any) -> bool:
        return (
            isinstance(arguments, list)
            and _is_plain(arguments)
            and explain(schema, self._compiler.compile(schema), arguments) is None
        )


def _fake_data(compiler: SchemaCompiler) -> "FakeData | None":
    if any(find_spec(name) is None for name in ("faker", "hypothesis", "hypothesis_jsonschema")):
        return None
    from asynction_core.fake import FakeData

    return FakeData(compiler, seed=_SEED)


def _length(value: Any) -> tuple[bool, int]:
    return value == [None], len(repr(value))


def _as_json(value: Any) -> Any:
    """Return *value* with bytes as the console writes them: ``{"$binary": base64}``."""
    if isinstance(value, bytes):
        return {"$binary": base64.b64encode(value).decode()}
    if isinstance(value, dict):
        return {name: _as_json(each) for name, each in value.items()}
    return [_as_json(each) for each in value] if isinstance(value, list) else value


def _is_plain(value: Any) -> bool:
    """Tell whether *value* reaches a browser as it is."""
    if isinstance(value, dict):
        return all(_is_plain(each) for each in (*value, *value.values()))
    if isinstance(value, list):
        return all(map(_is_plain, value))
    if isinstance(value, str):
        return not any("\ud800" <= each <= "\udfff" for each in value)
    if isinstance(value, float):
        return math.isfinite(value)
    return not isinstance(value, int) or abs(value) < _LARGEST


def _simple(schema: Any, uri: str, resources: Mapping[str, Any], depth: int) -> Any:
    """Return the plainest value of the type that *schema* asks for; nobody has checked it."""
    if not isinstance(schema, dict) or depth > _DEEP:
        return None
    for keyword in ("const", "default"):
        if keyword in schema:
            return schema[keyword]
    for keyword in ("examples", "enum"):
        if schema.get(keyword):
            return schema[keyword][0]
    if isinstance(schema.get("$ref"), str):
        target, base = look_up(schema["$ref"], uri, resources)
        return _simple(target, base, resources, depth + 1)
    for keyword in ("oneOf", "anyOf", "allOf"):
        if schema.get(keyword):
            return _simple(schema[keyword][0], uri, resources, depth + 1)
    kind = schema.get("type")
    kind = kind[0] if isinstance(kind, list) and kind else kind
    if kind in ("object", "array"):
        return _container(schema, kind, uri, resources, depth + 1)
    return _scalar(schema, kind)


def _container(
    schema: Mapping[str, Any], kind: str, uri: str, resources: Mapping[str, Any], depth: int
) -> Any:
    if kind == "object":
        properties = schema.get("properties", {})
        return {
            name: _simple(properties.get(name), uri, resources, depth)
            for name in schema.get("required", ())
        }
    items = schema.get("items")
    prefix = schema.get("prefixItems", items if isinstance(items, list) else [])
    found = [_simple(each, uri, resources, depth) for each in prefix]
    missing = schema.get("minItems", 0) - len(found)
    return found + [_simple(items, uri, resources, depth) for _ in range(missing)]


def _scalar(schema: Mapping[str, Any], kind: Any) -> Any:
    if kind == "string" and schema.get("format") == "binary":
        return bytes(schema.get("minLength", 1))
    if kind == "string":
        least = schema.get("minLength", 0)
        return ("text" * (least // 4 + 1))[: max(least, min(4, schema.get("maxLength", 4)))]
    if kind in ("integer", "number"):
        above = schema.get("exclusiveMinimum")
        if isinstance(above, (int, float)) and not isinstance(above, bool):
            return math.floor(above) + 1
        return schema.get("minimum", min(0, schema.get("maximum", 0)))
    return {"boolean": True}.get(kind) if isinstance(kind, str) else None
