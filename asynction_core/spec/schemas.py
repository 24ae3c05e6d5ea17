"""Finding out what a schema is before it is compiled: dialect, reach, arguments."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urldefrag, urljoin

import jsonschema_rs

from asynction_core.spec.documents import Node
from asynction_core.spec.engine import build, pointer_in
from asynction_core.spec.model import Arity, Dialect, Schema

SCHEMA_MAPS = frozenset(
    {"properties", "patternProperties", "$defs", "definitions", "dependentSchemas", "dependencies"}
)
"""Keywords whose value maps names to schemas."""

SCHEMA_LISTS = frozenset({"allOf", "anyOf", "oneOf", "prefixItems", "items"})
"""Keywords whose value is, or may be, a list of schemas."""

SUBSCHEMAS = frozenset(
    {
        *("additionalProperties", "additionalItems", "items", "contains", "propertyNames"),
        *("not", "if", "then", "else", "unevaluatedItems", "unevaluatedProperties"),
    }
)
"""Keywords whose value is, or may be, one schema."""

_ONLY_BEFORE_2020 = frozenset({"additionalItems", "dependencies"})
_ONLY_SINCE_2019 = frozenset(
    {
        *("prefixItems", "unevaluatedItems", "unevaluatedProperties", "minContains"),
        *("maxContains", "dependentRequired", "dependentSchemas", "$dynamicRef", "$recursiveRef"),
    }
)

_FORMATS = {
    "draft-04": Dialect.DRAFT4,
    "draft-06": Dialect.DRAFT6,
    "draft-07": Dialect.DRAFT7,
    "2019-09": Dialect.DRAFT201909,
    "2020-12": Dialect.DRAFT202012,
}
_JSON_SCHEMA_FORMAT = re.compile(r"application/schema\+(?:json|yaml)\s*;\s*version=(\S+)")
_ASYNCAPI_FORMAT = re.compile(r"application/vnd\.aai\.asyncapi(?:\+(?:json|yaml))?(?:;.*)?")


@dataclass(slots=True)
class _Scan:
    """What one schema says itself, without what it refers to."""

    root: Node
    old: Node | None = None
    new: Node | None = None
    binary: bool = False
    targets: list[Node] = field(default_factory=list)


class SchemaReader:
    """Reads the schemas of one document, each part of it once."""

    def __init__(self) -> None:
        self._scans: dict[tuple[str, Any], _Scan] = {}
        self._metaschemas: dict[Dialect, jsonschema_rs.Validator] = {}
        self._valid: set[tuple[Any, Dialect]] = set()

    def read(self, node: Node, schema_format: Node | None = None) -> Schema:
        """Return the schema at *node*.

        :param schema_format: the message's ``schemaFormat``.
        :raises SpecException: no dialect fits it, or a reference in it leads nowhere.
        """
        if not isinstance(node.value, (dict, bool)):
            raise node.error(f"this must be a schema, found {node.value!r:.60}")
        node = _in_its_resource(_without_aliases(node))
        reach = self._reach(node)
        dialect = _declared_dialect(node, schema_format) or _detect_dialect(node, reach)
        for scan in reach:
            self._check(scan.root, dialect)
        return Schema(
            uri=node.uri,
            pointer=node.pointer,
            contents=node.value,
            dialect=dialect,
            binary=any(scan.binary for scan in reach),
            arity=_arity(node),
            place=node.place,
        )

    def _check(self, node: Node, dialect: Dialect) -> None:
        """Raise unless the schema at *node* is valid against the meta-schema of *dialect*."""
        key = (node.location, dialect)
        if key in self._valid or isinstance(node.value, bool):
            return
        if dialect not in self._metaschemas:
            self._metaschemas[dialect] = build(dialect, {"$ref": dialect.value})
        try:
            self._metaschemas[dialect].validate(node.value)
        except jsonschema_rs.ValidationError as error:
            at = node
            for step in pointer_in(node.value, error.instance_path):
                at = at.child(step)
            problem = f"this is not valid JSON Schema ({dialect.name}): {error.message:.200}"
            at.refuse(problem, f"The rules: {dialect.value}", cause=error)
        except ValueError as error:  # no JSON: half of a surrogate pair, say
            raise node.error(f"this is not valid JSON: {error}") from error
        self._valid.add(key)

    def _reach(self, node: Node) -> list[_Scan]:
        """Return the scan of the schema and of every schema that it refers to."""
        reached: dict[Any, _Scan] = {}
        waiting = [node]
        while waiting:
            at = waiting.pop()
            if at.location not in reached:
                reached[at.location] = self._scan(at)
                waiting.extend(reached[at.location].targets)
        return list(reached.values())

    def _scan(self, root: Node) -> _Scan:
        if root.location not in self._scans:
            scan = self._scans[root.location] = _Scan(root)
            waiting = [(root, root.uri)]
            while waiting:
                node, base = waiting.pop()
                if isinstance(node.value, dict):
                    base = _rebase(node, base)
                    _note(node, base, scan)
                    waiting.extend((child, base) for child in subschemas(node))
        return self._scans[root.location]


def subschemas(node: Node) -> Iterator[Node]:
    """Yield the schemas directly inside the schema at *node*."""
    for keyword, value in node.value.items():
        if keyword in SCHEMA_MAPS and isinstance(value, dict):
            names = node.child(keyword)
            yield from (names.child(name) for name, item in value.items() if _is_schema(item))
        elif keyword in SCHEMA_LISTS and isinstance(value, list):
            elements = node.child(keyword)
            yield from (elements.child(i) for i, item in enumerate(value) if _is_schema(item))
        elif keyword in SUBSCHEMAS and _is_schema(value):
            yield node.child(keyword)


def _is_schema(value: Any) -> bool:
    return isinstance(value, dict)


def _rebase(node: Node, base: str) -> str:
    """Return the base URI inside *node*, and make its ``$id`` known if it has one."""
    identifier = node.value.get("$id")
    if not isinstance(identifier, str) or identifier.startswith("#"):
        return base
    try:
        uri = urldefrag(urljoin(base, identifier)).url
    except ValueError as error:
        raise node.error(f"$id {identifier!r} is no URI: {error}") from error
    node.documents.add_resource(uri, node.value, node)
    return uri


def _note(node: Node, base: str, scan: _Scan) -> None:
    value = node.value
    if "$schema" not in value or not node.pointer:
        if scan.old is None and (
            not _ONLY_BEFORE_2020.isdisjoint(value) or isinstance(value.get("items"), list)
        ):
            scan.old = node
        if scan.new is None and not _ONLY_SINCE_2019.isdisjoint(value):
            scan.new = node
    scan.binary = scan.binary or value.get("format") == "binary" or _overlooks_binary(value)
    reference = value.get("$ref")
    if isinstance(reference, str) and _is_pointer(reference):
        scan.targets.append(node.documents.lookup(reference, node, base))


def _overlooks_binary(schema: dict[str, Any]) -> bool:
    """Tell whether jsonschema-rs would pass over binary data as something that has no length."""
    return "type" not in schema and ("minLength" in schema or "maxLength" in schema)


def _is_pointer(reference: str) -> bool:
    """Tell whether *reference* needs no anchor to be resolved."""
    fragment = reference.partition("#")[2]
    return not fragment or fragment.startswith("/")


def _without_aliases(node: Node) -> Node:
    """Follow *node* while it is nothing but a reference, so that one schema is compiled once."""
    first, seen = node, {node.location}
    while isinstance(node.value, dict) and node.value.keys() == {"$ref"}:
        if not isinstance(node.value["$ref"], str) or not _is_pointer(node.value["$ref"]):
            break
        node = node.documents.lookup(node.value["$ref"], node)
        if node.location in seen:
            raise first.error(f"$ref {first.value['$ref']!r} refers to itself in the end")
        seen.add(node.location)
    return node


def _in_its_resource(node: Node) -> Node:
    """Return *node* as the resource that its ``$id`` makes it, where references in it resolve."""
    base = _rebase(node, node.uri) if isinstance(node.value, dict) else node.uri
    return node if base == node.uri else node.documents.lookup(base, node)


def _declared_dialect(node: Node, schema_format: Node | None) -> Dialect | None:
    identifier = node.value.get("$schema") if isinstance(node.value, dict) else None
    if identifier is not None:
        for dialect in Dialect:
            if str(identifier).rstrip("#") == dialect.value:
                return dialect
        known = ", ".join(dialect.value for dialect in Dialect)
        raise node.error(f"$schema {identifier!r} is not supported", f"Supported: {known}.")
    if schema_format is None or _ASYNCAPI_FORMAT.fullmatch(schema_format.string()):
        return None
    match = _JSON_SCHEMA_FORMAT.fullmatch(schema_format.string())
    if match:
        for name, dialect in _FORMATS.items():
            if name in match[1]:
                return dialect
    raise schema_format.error(
        f"schemaFormat {schema_format.value!r} cannot be enforced on JSON",
        "Write the payload in JSON Schema: 'application/schema+json;version=draft-07'.",
    )


def _detect_dialect(node: Node, reach: list[_Scan]) -> Dialect:
    old = next((scan.old for scan in reach if scan.old), None)
    new = next((scan.new for scan in reach if scan.new), None)
    if old and new:
        raise node.error(
            f"the schema mixes dialects: {old.place} is draft 7, {new.place} is 2020-12",
            "Say which one it is with '$schema', or write all of it in one.",
        )
    return Dialect.DRAFT7 if old else Dialect.DRAFT202012


def _arity(node: Node) -> Arity:
    """Return how many arguments the schema at *node* describes (README, "Arguments")."""
    schema = _tuple_or_leaf(node).value
    if schema is False or (isinstance(schema, dict) and schema.get("type") in ("null", ["null"])):
        return Arity(0, 1, spread=False)
    prefix = _prefix(schema)
    if prefix is None:
        return Arity(1, 1, spread=False)
    rest = schema.get("items" if "prefixItems" in schema else "additionalItems", False)
    most = len(prefix) if rest is False else None
    least = schema.get("minItems", len(prefix))
    return Arity(least if isinstance(least, int) else 0, most, spread=True)


def _tuple_or_leaf(node: Node) -> Node:
    """Follow the references of *node* until one says what it is."""
    seen = set()
    base = node.uri
    while (
        isinstance(node.value, dict)
        and "type" not in node.value
        and isinstance(node.value.get("$ref"), str)
        and _is_pointer(node.value["$ref"])
        and node.location not in seen
    ):
        seen.add(node.location)
        node = node.documents.lookup(node.value["$ref"], node, _rebase(node, base))
        base = node.uri
    return node


def _prefix(schema: Any) -> list[Any] | None:
    if not isinstance(schema, dict) or schema.get("type") not in ("array", ["array"]):
        return None
    for keyword in ("prefixItems", "items"):
        if isinstance(schema.get(keyword), list):
            prefix: list[Any] = schema[keyword]
            return prefix
    return None
