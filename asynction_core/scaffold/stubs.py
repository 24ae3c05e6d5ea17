"""Stubs of handlers: right by signature, acknowledged with an example, closed by default."""

import keyword
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from asynction_core.scaffold.code import Definition, docstring, function, literal
from asynction_core.scaffold.examples import Examples
from asynction_core.scaffold.framework import Dialect
from asynction_core.scaffold.inventory import Use
from asynction_core.scaffold.models import ANY, Annotation, Models
from asynction_core.spec.model import Event, Schema

LOGGER = Definition("logger", "logger = logging.getLogger(__name__)", imports=("import logging",))

_EXAMPLE = "# An example that the document allows: put the true answer in its place."
_IMPORT_ANY = "from typing import Any"
_COUNTED = ("first", "second", "third", "fourth", "fifth")
_CREDENTIALS = {
    "basic": ("username", "password"),
    "userPassword": ("username", "password"),
    "bearer": ("token",),
    "oauth2": ("token",),
    "openIdConnect": ("token",),
    "X509": ("certificate",),
}

_DOING = {
    "connect": "Let a client into",
    "disconnect": "Take note that a client has left",
    "error": "Answer what went wrong in",
}


@dataclass(frozen=True, slots=True)
class _Stub:
    """A function without its name and its docstring."""

    define: str
    parameters: tuple[str, ...]
    result: str
    body: tuple[str, ...]
    imports: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StubWriter:
    """Writes the stubs for one document.

    :param models_module: the module that has the types.
    """

    dialect: Dialect
    models: Models
    examples: Examples
    models_module: str

    def write(self, name: str, uses: Sequence[Use]) -> Definition:
        """Return the callable *name*, dotted inside of a class, for *uses*."""
        owner, _, last = name.rpartition(".")
        own = f"{last}_" if keyword.iskeyword(last) else last
        stub = self._stub(uses)
        source = _source(own, stub, uses, ["@staticmethod"] if owner else [])
        if own != last:
            source += f"\n\nvars()[{literal(last)}] = {own}  # a keyword"
        return Definition(f"{owner}.{own}" if owner else own, source, stub.imports)

    def write_registered(self, name: str, use: Use, module: str) -> Definition:
        """Return the function *name*, which registers itself with the server in *module*."""
        namespace, event = use.key
        stub = self._stub([use])
        place = "" if namespace == "/" else f", namespace={literal(namespace)}"
        decorator = f"@{self.dialect.door}.on({literal(event)}{place})"
        imports = (*stub.imports, f"from {module} import {self.dialect.door}")
        return Definition(
            name, _source(name, stub, [use], [decorator]), imports, (namespace, event)
        )

    def _stub(self, uses: Sequence[Use]) -> _Stub:
        roles = {use.role for use in uses}
        if roles == {"event"}:
            return self._event(uses)
        if roles <= {"info", "scopes"}:
            return self._security(uses)
        if roles == {"error"}:
            return _error()
        if roles == {"connect"}:
            return self._told(self.dialect.connect, "connected", (_IMPORT_ANY,))
        if roles == {"disconnect"}:
            return self._told((*self.dialect.first, "reason: str"), "disconnected", ())
        body = ("# The document names this for what is of several kinds.", "return None")
        return _Stub(self.dialect.define, ("*arguments: Any",), "Any", body, (_IMPORT_ANY,))

    def _told(self, parameters: tuple[str, ...], what: str, imports: tuple[str, ...]) -> _Stub:
        body = (f'logger.info("%s {what}", {self.dialect.who})',)
        return _Stub(self.dialect.define, parameters, "None", body, (*imports, *self._who))

    @property
    def _who(self) -> tuple[str, ...]:
        return ("from flask import request",) if self.dialect.who.startswith("request.") else ()

    def _event(self, uses: Sequence[Use]) -> _Stub:
        events = [use.event for use in uses if use.event]
        signatures = {self._arguments(event) for event in events}
        arguments = signatures.pop() if len(signatures) == 1 else (("*arguments", ANY, False),)
        results = {self._result(event) for event in events}
        result = results.pop() if len(results) == 1 else ANY
        names = {event.name for event in events}
        said = f"{names.pop() if len(names) == 1 else 'event'} from %s".replace("\n", " ")
        said = said[: -len(" from %s")].replace("%", "%%") + " from %s"
        answer, imports = self._answer(
            uses, [each for event in events for each in event.acks or ()]
        )
        types = [result, *(annotation for _, annotation, _ in arguments)]
        needed = [line for each in types for line in each.imports(self.models_module)]
        return _Stub(
            self.dialect.define,
            (*self.dialect.first, *(_parameter(*each) for each in arguments)),
            result.text,
            (f"logger.info({literal(said)}, {self.dialect.who})", *answer),
            (*needed, *self._who, *imports),
        )

    def _arguments(self, event: Event) -> tuple[tuple[str, Annotation, bool], ...]:
        """Return the name of each argument of *event*, its type, and whether it may be absent."""
        if event.payload is None:
            return (("*arguments", ANY, False),)
        arity = event.payload.arity
        types = self.models.arguments[event.payload]
        if not arity.spread:
            return tuple(("payload", annotation, False) for annotation in types)
        found: list[tuple[str, Annotation, bool]] = [
            (_counted(number), annotation, number >= arity.least)
            for number, annotation in enumerate(types)
        ]
        found.extend((_counted(at), ANY, False) for at in range(len(types), arity.least))
        return (*found, ("*others", ANY, False)) if arity.most is None else tuple(found)

    def _result(self, event: Event) -> Annotation:
        found = [self._returned(schema) for schema in event.acks or ()]
        if not found:
            return Annotation("None")
        texts = dict.fromkeys(each.text for each in found)
        return Annotation(
            "Any" if "Any" in texts else " | ".join(texts),
            frozenset(name for each in found for name in each.models),
        )

    def _returned(self, schema: Schema) -> Annotation:
        types, arity = self.models.arguments[schema], schema.arity
        if not arity.spread:
            return types[0] if types else Annotation("None")
        if arity.most != arity.least or len(types) != arity.most:
            return Annotation("tuple[Any, ...]")
        models = frozenset(name for each in types for name in each.models)
        return Annotation(f"tuple[{', '.join(each.text for each in types) or '()'}]", models)

    def _answer(
        self, uses: Sequence[Use], schemas: Sequence[Schema]
    ) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the statements that acknowledge, and the imports that they need."""
        if not schemas:
            return (), ()
        pairs = [(use.key[0], use.event) for use in uses if use.event]
        found = self.examples.ack(pairs, schemas)
        if found is not None:
            answer = _as_data(found)
            return ((_EXAMPLE, f"return {literal(answer)}") if answer is not None else ()), ()
        answers = {
            (namespace, event.name): self.examples.ack([(namespace, event)], event.acks)
            if event.acks
            else []
            for namespace, event in pairs
        }
        if len(pairs) == 1 or None in answers.values():
            return ('raise NotImplementedError("no example of an answer was found")',), ()
        listed = ", ".join(
            f"{literal(key)}: {literal(_as_data(each or []))}" for key, each in answers.items()
        )
        here = ", ".join(self.dialect.here)
        lines = (
            _EXAMPLE.replace("An example", "Examples"),
            f"answers: dict[Any, Any] = {{{listed}}}",
        )
        return (*lines, f"return answers[{here}]"), (self.dialect.here_import, _IMPORT_ANY)

    def _security(self, uses: Sequence[Use]) -> _Stub:
        if all(use.role == "scopes" for use in uses):
            parameters: tuple[str, ...] = ("required_scopes: list[str]", "token_scopes: list[str]")
            closed = (
                "# Refuse everybody until it is known which scopes are enough.",
                "return False",
            )
            return _Stub("def", parameters, "bool", closed)
        signatures = {
            _CREDENTIALS.get(use.scheme.type, ("api_key",)) if use.scheme else () for use in uses
        }
        lengths = {len(each) for each in signatures}
        if len(signatures) == 1 and {use.role for use in uses} == {"info"}:
            parameters = tuple(f"{name}: str" for name in signatures.pop())
        else:
            parameters = ("credential: str",) if lengths == {1} else ("*credential: str",)
        body = (
            "# Refuse everybody until credentials are checked. For a good one, return who it is",
            '# and what it may do: SecurityInfo(sub="ann", scopes=["read"]).',
            "return None",
        )
        imports = ("from asynction_core import SecurityInfo",)
        return _Stub(self.dialect.define, parameters, "SecurityInfo | None", body, imports)


def _error() -> _Stub:
    body = ("# What this returns is the acknowledgement.", "return problem_ack(exception)")
    imports = (_IMPORT_ANY, "from asynction_core import problem_ack")
    return _Stub("def", ("exception: Exception",), "dict[str, Any]", body, imports)


def _source(name: str, stub: _Stub, uses: Sequence[Use], decorators: Iterable[str]) -> str:
    head = f"{stub.define} {name}({', '.join(stub.parameters)}) -> {stub.result}"
    summaries = [use.event.summary for use in uses if use.event and use.event.summary]
    places = list(dict.fromkeys(map(_place, uses)))
    about = docstring(*summaries[:1], *places)
    return function(head, about, stub.body, decorators)


def _place(use: Use) -> str:
    """Return what *use* is, and where in the document."""
    if use.scheme:
        what = "Check the scopes" if use.role == "scopes" else "Check a credential"
        return f"{what} of security scheme {use.scheme.name!r}"
    namespace, event = use.key
    if use.event:
        return f"Handle {event!r} of namespace {namespace!r}"
    return f"{_DOING[use.role]} namespace {namespace!r}"


def _counted(number: int) -> str:
    return _COUNTED[number] if number < len(_COUNTED) else f"argument_{number + 1}"


def _parameter(name: str, annotation: Annotation, optional: bool) -> str:
    if not optional:
        return f"{name}: {annotation.text}"
    text = (
        annotation.text
        if "None" in annotation.text or annotation == ANY
        else f"{annotation.text} | None"
    )
    return f"{name}: {text} = None"


def _as_data(arguments: Sequence[Any]) -> Any:
    """Return *arguments* as a handler returns them: several in a tuple."""
    if not arguments:
        return None
    return arguments[0] if len(arguments) == 1 and arguments[0] is not None else tuple(arguments)
