"""Examples that the document's own schemas have judged: what is written into the code."""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random
from types import MappingProxyType
from typing import Any
from urllib.parse import quote, urlencode

from asynction_core.compiled import SchemaCompiler
from asynction_core.exceptions import (
    BindingsValidationException,
    SecurityException,
    SpecException,
    ValidationException,
)
from asynction_core.handlers import Handler
from asynction_core.handshake import Handshake
from asynction_core.identity import Identity
from asynction_core.registration import RegisteredNamespace, Registration, register
from asynction_core.schemes import load_function
from asynction_core.spec.model import Event, Example, HandlerPath, Schema, SecurityScheme, Spec

SEED = "asynction scaffold"
_TRIES = 6
"""How many samples are drawn; the shortest that is right is taken."""

_USUAL = (
    *(("host", "127.0.0.1:8000"), ("upgrade", "websocket"), ("connection", "Upgrade")),
    *(("sec-websocket-key", "x"), ("sec-websocket-version", "13"), ("user-agent", "x")),
)
"""What clients send unasked."""


@dataclass(frozen=True, slots=True)
class Opening:
    """A handshake that a namespace accepts; *identity* is that of its client, without credentials.

    ``identity`` is None where a namespace lets nobody in who has none.
    """

    query: str
    headers: Mapping[str, str]
    identity: Identity | None


class Examples:
    """Examples for one document, the same in every run.

    :raises SpecException: something is wrong with a schema, or with the security.
    :raises ModuleNotFoundError: the extra ``scaffold`` is not installed.
    """

    def __init__(self, spec: Spec, server_name: str | None = None) -> None:
        from asynction_core.fake import FakeData

        compiler = SchemaCompiler(spec.resources)
        self.registration: Registration = register(
            spec,
            server_name=server_name,
            load_handler=lambda _path: None,
            load_function=_load_nothing,
            compiler=compiler,
        )
        self._spec = spec
        self._fake = FakeData(compiler, seed=SEED)

    def payload(self, namespace: str, event: Event) -> list[Any] | None:
        """Return arguments that clients may emit; None where none were found."""
        check = self.registration.namespaces[namespace].received[event.name].check_payload
        if event.payload is None:
            return []
        about = ("event", namespace, event.name)
        return self._draw(event.payload, event.examples, about, (check,))

    def ack(self, uses: Sequence[tuple[str, Event]], schemas: Sequence[Schema]) -> list[Any] | None:
        """Return arguments that acknowledge all of *uses*; None where none were found."""
        checks = [
            self.registration.namespaces[namespace].received[event.name].check_ack
            for namespace, event in uses
        ]
        for schema in schemas:
            found = self._draw(schema, (), ("ack", uses[0][0], uses[0][1].name), checks)
            if found is not None:
                return found
        return None

    def _draw(
        self,
        schema: Schema,
        examples: Sequence[Example],
        about: tuple[str, ...],
        checks: Sequence[Callable[[list[Any]], None]],
    ) -> list[Any] | None:
        random = Random(repr((SEED, *about)))  # noqa: S311 # no secrets
        try:
            sampler = self._fake.arguments(schema, examples)
        except SpecException:
            return None
        samples = (sampler(random) for _ in range(_TRIES))
        good = [each for each in samples if _is_plain(each) and _passes(each, checks)]
        telling = [each for each in good if each != [None]] or good
        return min(telling, key=lambda each: len(repr(each)), default=None)

    def refused(self, namespace: str, event: Event) -> list[Any] | None:
        """Return arguments that clients may not emit; None where they may emit all of them."""
        check = self.registration.namespaces[namespace].received[event.name].check_payload
        example = self.payload(namespace, event) or []
        for arguments in _mistakes(example):
            if not _passes(arguments, (check,)):
                return arguments
        return None

    def opening(self, namespace: str) -> Opening | None:
        """Return a handshake that *namespace* accepts; None where none was found."""
        bindings = self._spec.namespaces[namespace].bindings
        registered = self.registration.namespaces[namespace]
        for random in map(Random, range(_TRIES)):
            try:
                query = self._strings(bindings.query if bindings else None, random)
                headers = self._strings(bindings.headers if bindings else None, random)
            except SpecException:
                return None
            if _accepts(registered, query, headers):
                stranger = _stranger(registered, _handshake(query, headers))
                return Opening(urlencode(query, quote_via=quote), dict(headers), stranger)
        return None

    def _strings(self, schema: Schema | None, random: Random) -> list[tuple[str, str]]:
        sample = self._fake.sampler(schema)(random) if schema is not None else {}
        return list(_pairs(sample)) if isinstance(sample, dict) else []


def _load_nothing(scheme: SecurityScheme, path: HandlerPath | None) -> Handler:
    """Return what stands for the function at *path*, which need not be written yet."""
    if path is None:
        return load_function(scheme, path)
    return lambda *_credential: None


def _is_plain(value: Any) -> bool:
    """Tell whether *value* can be written down in Python, and travel as JSON."""
    if isinstance(value, dict):
        return all(_is_plain(each) for each in (*value, *value.values()))
    if isinstance(value, list):
        return all(map(_is_plain, value))
    if isinstance(value, str):
        return not any("\ud800" <= each <= "\udfff" or each == "\0" for each in value)
    if isinstance(value, float):
        return math.isfinite(value)
    return not isinstance(value, int) or abs(value) < 2**53


def _passes(arguments: list[Any], checks: Iterable[Callable[[list[Any]], None]]) -> bool:
    try:
        for check in checks:
            check(arguments)
    except ValidationException:
        return False
    return True


def _mistakes(example: list[Any]) -> Iterator[list[Any]]:
    """Yield arguments that are likely to be wrong, the most telling ones first."""
    if len(example) == 1 and isinstance(example[0], dict):
        yield [{}]
        for name in example[0]:
            yield [{key: value for key, value in example[0].items() if key != name}]
            yield [{**example[0], name: None}]
            yield [{**example[0], name: []}]
    others: tuple[Any, ...] = ("", 1, None, "wrong", True, -1.5, [], {}, "x" * 5000)
    for wrong in others:
        yield [wrong, *example[1:]]
    yield [*example, "too much"]
    yield [None, None, None]


def _pairs(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in values.items():
        for each in value if isinstance(value, list) else [value]:
            text = {True: "true", False: "false", None: ""}.get(each) if _is_word(each) else each
            yield name, str(text)


def _is_word(value: Any) -> bool:
    return value is None or isinstance(value, bool)


def _accepts(
    namespace: RegisteredNamespace,
    query: Sequence[tuple[str, str]],
    headers: Sequence[tuple[str, str]],
) -> bool:
    if not all(each.isascii() and each.isprintable() for pair in headers for each in pair):
        return False
    if len({name.lower() for name, _ in headers}) < len(headers):
        return False
    bare = _handshake(query, headers)
    try:
        for handshake in (bare, replace(bare, headers=(*_USUAL, *bare.headers))):
            namespace.check_handshake(handshake)
    except BindingsValidationException:
        return False
    return True


def _handshake(query: Sequence[tuple[str, str]], headers: Sequence[tuple[str, str]]) -> Handshake:
    values: dict[str, tuple[str, ...]] = {"transport": ("websocket",), "EIO": ("4",)}
    for name, value in query:
        values[name] = (*values.get(name, ()), value)
    own = tuple((name.lower(), value) for name, value in headers)
    return Handshake("GET", "/", own, MappingProxyType(values))


def _stranger(namespace: RegisteredNamespace, handshake: Handshake) -> Identity | None:
    """Return who a client is that no function knows; None where *namespace* refuses it."""
    deciding = namespace.security.decide(handshake, 0)
    try:
        next(deciding)
        while True:
            deciding.send(None)
    except SecurityException:
        return None
    except StopIteration as done:
        found: Identity = done.value
        return found
