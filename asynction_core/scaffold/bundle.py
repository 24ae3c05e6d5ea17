"""The schemas of a document, as far as types can say them, in one JSON Schema.

What no type can say (lengths, patterns, formats) is left out. Schemas of objects become
definitions, by which they may recur; all others are written where they are used.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote, unquote, urldefrag, urljoin

from asynction_core.scaffold.names import Names, pascal
from asynction_core.spec.place import Pointer

_PLAIN = (str, int, bool, type(None))
_LITERALS = 20
"""How many values an ``enum`` may have to be written as a type."""

_DEFINITIONS = "#/$defs/"
_QUOTES = str.maketrans({'"': "'", "\\": "/"})
"""What ends the docstrings of some versions of datamodel-code-generator too early."""

_DESCRIBING = frozenset({"oneOf", "anyOf", "allOf"})
_GENERIC = frozenset({"payload", "args", "schema", "items", "properties", "allOf", "$defs"})


class Bundle:
    """Collects schemas under names of their own.

    :param resources: the contents of the document's files by URI.
    """

    def __init__(self, resources: Mapping[str, Any]) -> None:
        self._resources = resources
        self._names = Names()
        self._definitions: dict[str, Any] = {}
        self._named: dict[tuple[str, str], str] = {}
        self.roots: dict[str, Any] = {}

    def add(self, name: str, schema: Any, uri: str, pointer: Pointer = ()) -> str:
        """Add *schema*, which stands in the file *uri*, under a name; return that.

        :param name: what to make the name of, unless *pointer*, its place, has a better one.
        """
        if _is_model(schema) and pointer and _says_something(pointer[-1]):
            schema = {"$ref": f"{uri}#{_fragment(pointer)}"}
        reduced = self._reduce(schema, uri, ())
        key = self._names.take(name if '"properties"' in json.dumps(reduced) else "Plain")
        self.roots[key] = reduced
        return key

    def follow(self, schema: Any, uri: str) -> tuple[Any, str]:
        """Return the tuple that *schema* is, or refers to, and the URI that it stands in."""
        seen = set()
        while isinstance(schema, dict) and "type" not in schema and "$ref" in schema:
            key, schema, uri = self._look_up(schema["$ref"], uri)
            if key in seen:
                break
            seen.add(key)
        return schema if isinstance(schema, dict) else {}, uri

    def schema(self, title: str, names: Iterable[str] | None = None) -> dict[str, Any]:
        """Return one schema that asks for all that was added, each a property.

        :param names: of what to ask for, in the place of all.
        """
        roots = self.roots if names is None else {name: self.roots[name] for name in names}
        return {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": title,
            "type": "object",
            "properties": roots,
            "required": list(roots),
            "$defs": self._reached(roots),
        }

    def _reached(self, roots: Mapping[str, Any]) -> dict[str, Any]:
        """Return the definitions that *roots* refer to."""
        found: dict[str, Any] = {}
        waiting: list[Any] = [roots]
        while waiting:
            value = waiting.pop()
            if isinstance(value, dict):
                name = str(value.get("$ref", "")).removeprefix(_DEFINITIONS)
                if name in self._definitions and name not in found:
                    found[name] = self._definitions[name]
                    waiting.append(found[name])
                waiting.extend(value.values())
            elif isinstance(value, list):
                waiting.extend(value)
        return {name: found[name] for name in self._definitions if name in found}

    def _reduce(self, schema: Any, uri: str, above: tuple[tuple[str, str], ...]) -> dict[str, Any]:
        """Return what types can say of *schema*.

        :param above: the references that led here; what recurs through them alone has no type.
        """
        if not isinstance(schema, dict):
            return {}
        if isinstance(schema.get("$id"), str):
            uri = urljoin(uri, schema["$id"])
        if "$ref" in schema:
            return self._refer(schema, uri, above)
        if "const" in schema or "enum" in schema:
            return _enumerated(schema.get("enum", [schema.get("const")]))
        found: dict[str, Any] = _types(schema)
        for keyword in _DESCRIBING & schema.keys():
            found[keyword] = [self._reduce(each, uri, above) for each in _list(schema[keyword])]
        if isinstance(schema.get("items"), dict):
            found["items"] = self._reduce(schema["items"], uri, above)
        if _mapping(schema, "properties"):
            found.update(self._members(schema, uri, above))
        elif isinstance(schema.get("additionalProperties"), dict):
            values = self._reduce(schema["additionalProperties"], uri, above)
            found["additionalProperties"] = values
        return found

    def _members(
        self, schema: Mapping[str, Any], uri: str, above: tuple[tuple[str, str], ...]
    ) -> dict[str, Any]:
        properties = _mapping(schema, "properties")
        required = [name for name in _list(schema.get("required")) if name in properties]
        reduced = {str(name): self._reduce(each, uri, above) for name, each in properties.items()}
        found: dict[str, Any] = {"properties": reduced, "required": required}
        if isinstance(schema.get("description"), str):
            found["description"] = schema["description"].translate(_QUOTES)
        if "type" not in schema:
            found["type"] = "object"
        return found

    def _refer(
        self, schema: Mapping[str, Any], uri: str, above: tuple[tuple[str, str], ...]
    ) -> dict[str, Any]:
        key, target, base = self._look_up(schema["$ref"], uri)
        if not _is_model(target):
            return {} if key in above else self._reduce(target, base, (*above, key))
        if key not in self._named:
            self._named[key] = self._names.take(_name_of(key[1]))
            self._definitions[self._named[key]] = {}
            self._definitions[self._named[key]] = self._reduce(target, base, ())
        reference = {"$ref": f"{_DEFINITIONS}{self._named[key]}"}
        if not _mapping(schema, "properties"):
            return reference
        return {"allOf": [reference, self._members(schema, uri, above)]}

    def _look_up(self, reference: Any, uri: str) -> tuple[tuple[str, str], Any, str]:
        target = urljoin(uri, str(reference)) if not str(reference).startswith("#") else uri
        base = urldefrag(target).url
        fragment = unquote(urldefrag(str(reference)).fragment)
        value = self._resources.get(base)
        for step in fragment.split("/")[1:]:
            step = step.replace("~1", "/").replace("~0", "~")
            value = _step(value, step)
        anchor = fragment and not fragment.startswith("/")
        return (base, fragment), None if anchor else value, base


def _step(value: Any, step: str) -> Any:
    if isinstance(value, list):
        return value[int(step)] if step.isdecimal() and int(step) < len(value) else None
    return value.get(step) if isinstance(value, dict) else None


def _is_model(schema: Any) -> bool:
    return isinstance(schema, dict) and bool(
        _mapping(schema, "properties")
        or any(
            isinstance(each, dict) and ("$ref" in each or _mapping(each, "properties"))
            for each in _list(schema.get("allOf"))
        )
    )


def _name_of(fragment: str) -> str:
    """Return the name of the definition at *fragment*: its last step that says something."""
    steps = [step for step in fragment.split("/") if _says_something(step)]
    return pascal(steps[-1] if steps else "", "Model")


def _says_something(step: str | int) -> bool:
    return isinstance(step, str) and step not in _GENERIC and not step.isdecimal()


def _fragment(pointer: Pointer) -> str:
    steps = (str(step).replace("~", "~0").replace("/", "~1") for step in pointer)
    return "".join(f"/{quote(step, safe='')}" for step in steps)


def _types(schema: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if "type" in schema:
        found["type"] = _without_doubles(schema["type"])
    elif isinstance(schema.get("items"), dict):
        found["type"] = "array"
    if found.get("type") == "string" and schema.get("format") == "binary":
        found["format"] = "binary"
    return found


def _enumerated(values: Any) -> dict[str, Any]:
    plain = [each for each in _list(values) if isinstance(each, _PLAIN)]
    if len(plain) == len(_list(values)) <= _LITERALS and plain:
        return {"enum": plain}
    names = {bool: "boolean", int: "integer", float: "number", str: "string", list: "array"}
    kinds = {names.get(type(each), "null" if each is None else "object") for each in _list(values)}
    return {"type": _without_doubles(sorted(kinds))} if kinds else {}


def _without_doubles(types: Any) -> Any:
    """Return *types* without integers where all numbers will do."""
    double = isinstance(types, list) and "number" in types
    return [each for each in types if each != "integer"] if double else types


def _mapping(schema: Mapping[str, Any], keyword: str) -> Mapping[str, Any]:
    value = schema.get(keyword)
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
