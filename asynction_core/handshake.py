"""The handshake as plain values, and those values as a schema's types read them."""

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qs, urldefrag, urljoin

from asynction_core.spec.model import Schema

ENGINE_PARAMETERS = frozenset({"EIO", "transport", "sid", "t", "b64", "j"})
"""Query parameters of Engine.IO itself; a schema sees them only if it declares them."""

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,99})(\.[0-9]{1,100})?([eE][-+]?[0-9]{1,3})?")


@dataclass(frozen=True, slots=True)
class Handshake:
    """What a client said when it connected.

    ``headers`` are pairs as they came, names in lower case; ``query`` maps each name to its
    values; ``auth`` is the payload of the Socket.IO CONNECT packet; ``certificate`` is the TLS
    client certificate, in PEM, if the server verified one.
    """

    method: str
    path: str
    headers: tuple[tuple[str, str], ...] = field(repr=False)
    query: Mapping[str, tuple[str, ...]] = field(repr=False)
    auth: Any = field(default=None, repr=False)
    certificate: str | None = field(default=None, repr=False)

    @classmethod
    def from_environ(cls, environ: Mapping[str, Any], auth: Any = None) -> "Handshake":
        """Return the handshake of a WSGI environment, or of python-engineio's ASGI one."""
        query = parse_qs(environ.get("QUERY_STRING", ""), keep_blank_values=True)
        return cls(
            method=environ.get("REQUEST_METHOD", "GET"),
            path=environ.get("PATH_INFO", "/"),
            headers=tuple(_headers(environ)),
            query=MappingProxyType({name: tuple(values) for name, values in query.items()}),
            auth=auth,
            certificate=_certificate(environ),
        )

    def header(self, name: str) -> tuple[str, ...]:
        """Return the values of the header *name*, one for each time that it was sent."""
        name = name.lower()
        return tuple(value for key, value in self.headers if key == name)

    def cookie(self, name: str) -> tuple[str, ...]:
        """Return the values of the cookie *name* (RFC 6265, section 4.2)."""
        pairs = (pair.partition("=") for line in self.header("cookie") for pair in line.split(";"))
        return tuple(_unquoted(value.strip()) for key, _, value in pairs if key.strip() == name)


def _unquoted(value: str) -> str:
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] == '"' else value


def _certificate(environ: Mapping[str, Any]) -> str | None:
    """Return the client's certificate, in PEM, if it was verified.

    It is in the ``tls`` extension of ASGI ("TLS Extension", 0.2), or where Werkzeug and mod_ssl
    put it in a WSGI environment. Werkzeug asks for none that it does not verify; mod_ssl may, and
    does not always say how that ended.
    """
    scope = environ.get("asgi.scope")
    if scope is None:
        unsaid = "SUCCESS" if "werkzeug.socket" in environ else "NONE"
        verified = environ.get("SSL_CLIENT_VERIFY", unsaid) == "SUCCESS"
        return environ.get("SSL_CLIENT_CERT") or None if verified else None
    tls = (scope.get("extensions") or {}).get("tls") or {}
    chain = tls.get("client_cert_chain") or ()
    return next(iter(chain), None) if tls.get("client_cert_error") is None else None


def _headers(environ: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    scope = environ.get("asgi.scope")
    if scope is not None:
        for name, value in scope["headers"]:
            yield name.decode("latin-1").lower(), value.decode("latin-1")
        return
    for key, value in environ.items():
        if key.startswith("HTTP_"):
            yield key[5:].replace("_", "-").lower(), value
        elif key in ("CONTENT_TYPE", "CONTENT_LENGTH") and value:
            yield key.replace("_", "-").lower(), value


HandshakeValues = Callable[[Handshake], dict[str, Any]]
"""Takes a handshake, returns what its schema is to judge."""


def compile_values(part: str, schema: Schema, resources: Mapping[str, Any]) -> HandshakeValues:
    """Return a function that reads the *part* (``query`` or ``headers``) of a handshake.

    Values are strings; each becomes the type that the schema of its name asks for, if it can.
    """
    names = _Properties(schema, resources)
    return names.query if part == "query" else names.headers


@dataclass(frozen=True, slots=True)
class DeclaredValues:
    """What a schema says of query parameters or headers.

    ``names`` maps each name that it declares to the JSON types that its value is read as, and to
    those that the items of a list are; ``others`` are the types of all other names.
    """

    names: Mapping[str, tuple[frozenset[str], frozenset[str]]]
    others: frozenset[str]
    required: frozenset[str]


def declared_values(schema: Schema, resources: Mapping[str, Any]) -> DeclaredValues:
    """Return what *schema* says of the names of a query, or of headers."""
    return _Properties(schema, resources).declared()


class _Properties:
    """The properties that an object schema declares, and the JSON types of each."""

    def __init__(self, schema: Schema, resources: Mapping[str, Any]) -> None:
        self._types: dict[str, frozenset[str]] = {}
        self._items: dict[str, frozenset[str]] = {}
        self._others: frozenset[str] = frozenset()
        self._required: set[str] = set()
        for part, uri in _parts(schema.contents, schema.uri, resources):
            for name in part.get("required", ()):
                self._types.setdefault(name, frozenset())
                self._required.add(name)
            for name, value in part.get("properties", {}).items():
                self._declare(name, value, uri, resources)
            self._others |= _types(part.get("additionalProperties"), uri, resources)
        self._spelling = {name.lower(): name for name in self._types}

    def _declare(self, name: str, value: Any, uri: str, resources: Mapping[str, Any]) -> None:
        self._types[name] = self._types.get(name, frozenset()) | _types(value, uri, resources)
        for part, base in _parts(value, uri, resources):
            self._items[name] = _types(part.get("items"), base, resources)

    def declared(self) -> DeclaredValues:
        names = {
            name: (self._types[name], self._items.get(name, frozenset())) for name in self._types
        }
        return DeclaredValues(names, self._others, frozenset(self._required))

    def query(self, handshake: Handshake) -> dict[str, Any]:
        return {
            name: self._value(name, values)
            for name, values in handshake.query.items()
            if name in self._types or name not in ENGINE_PARAMETERS
        }

    def headers(self, handshake: Handshake) -> dict[str, Any]:
        found: dict[str, list[str]] = {}
        for name, value in handshake.headers:
            found.setdefault(self._spelling.get(name, name), []).append(value)
        return {name: self._value(name, (", ".join(values),)) for name, values in found.items()}

    def _value(self, name: str, values: tuple[str, ...]) -> Any:
        types = self._types.get(name, self._others)
        if "array" in types:
            item_types = self._items.get(name, frozenset())
            return [_coerce(value, item_types) for value in values]
        return _coerce(values[0], types) if len(values) == 1 else list(values)


def _coerce(value: str, types: frozenset[str]) -> Any:
    """Return *value* as the JSON type that *types* ask for; itself where none fits."""
    if "string" in types:
        return value
    match = _NUMBER.fullmatch(value)
    if match and types & {"integer", "number"}:
        number = float(value) if match[1] or match[2] else int(value)
        return value if number in (math.inf, -math.inf) else number
    if "boolean" in types and value in ("true", "false"):
        return value == "true"
    return None if "null" in types and value in ("", "null") else value


_JSON_TYPES = {bool: "boolean", int: "integer", float: "number", str: "string", list: "array"}


def _types(schema: Any, uri: str, resources: Mapping[str, Any]) -> frozenset[str]:
    """Return the JSON types that *schema* names, or that its ``enum`` and ``const`` are of."""
    types: set[str] = set()
    for part, _ in _parts(schema, uri, resources):
        named = part.get("type", ())
        types.update([named] if isinstance(named, str) else named)
        values = [*part.get("enum", ()), *([part["const"]] if "const" in part else [])]
        types.update(_JSON_TYPES.get(type(value), "null") for value in values)
    return frozenset(types)


def _parts(schema: Any, uri: str, resources: Mapping[str, Any]) -> Iterator[tuple[Any, str]]:
    """Yield *schema* and what it is put together from, each with the URI that it stands in."""
    waiting, seen = [(schema, uri)], set()
    while waiting:
        part, base = waiting.pop()
        if not isinstance(part, dict) or id(part) in seen:
            continue
        seen.add(id(part))
        yield part, base
        for keyword in ("allOf", "anyOf", "oneOf"):
            waiting.extend((option, base) for option in part.get(keyword, ()))
        if "$ref" in part:
            waiting.append(look_up(part["$ref"], base, resources))


def look_up(reference: str, base: str, resources: Mapping[str, Any]) -> tuple[Any, str]:
    """Return what *reference*, which leads somewhere, names, and the URI that it stands in."""
    local = reference.startswith("#")
    uri, fragment = urldefrag(base + reference if local else urljoin(base, reference))
    value = resources.get(uri)
    for step in fragment.split("/")[1:]:
        step = step.replace("~1", "/").replace("~0", "~")
        value = value[int(step)] if isinstance(value, list) else (value or {}).get(step)
    return value, uri
