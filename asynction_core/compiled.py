"""Schemas compiled once, and their refusals in the words of ``jsonschema.ValidationError``."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import quote, unquote

import jsonschema_rs

from asynction_core import binary
from asynction_core.exceptions import SpecException
from asynction_core.spec.engine import VALIDATORS, build
from asynction_core.spec.model import Dialect, Schema
from asynction_core.spec.place import Pointer, dotted
from asynction_core.spec.schemas import SCHEMA_MAPS

_LONGEST_MESSAGE = 600
_Kind = jsonschema_rs.ValidationErrorKind


@dataclass(slots=True)
class Refusal:
    """Why a value was refused: the arguments of ``jsonschema.ValidationError``."""

    message: str
    validator: str | None = None
    validator_value: Any = None
    path: list[str | int] = field(default_factory=list)
    schema_path: list[str | int] = field(default_factory=list)
    instance: Any = None
    schema: Any = None
    context: list["Refusal"] = field(default_factory=list)
    place: str | None = None


class CompiledSchema:
    """A schema that decides in a fraction of a microsecond.

    ``is_valid`` is the compiled validator's own method: True or False, or an exception
    (``ValueError``) where the value is not JSON; then :meth:`refusal` decides.
    """

    def __init__(self, schema: Schema, compiler: "SchemaCompiler") -> None:
        self._schema = schema
        self._compiler = compiler
        judge = self._guarded if schema.binary else self._unguarded
        self.is_valid: Callable[[Any], bool] = judge.is_valid

    def refusal(self, value: Any) -> Refusal | None:
        """Return why the schema refuses *value*; None where it does not."""
        shown, has_bytes = binary.replace_bytes(value)
        judge = self._guarded if has_bytes or self._schema.binary else self._unguarded
        try:
            judge.validate(shown)
        except jsonschema_rs.ValidationError as error:
            if judge is self._guarded:
                error = self._in_native_words(error, shown)
            return _Translator(self._schema, self._compiler.resources, value).refusal(error)
        except (ValueError, RecursionError) as error:
            return Refusal(f"this is not JSON: {error}", "type", instance=value)
        return None

    def _in_native_words(self, error: Any, shown: Any) -> Any:
        """Return *error* of a guarded keyword as the keyword itself reports it, if it does.

        A guard does not know through which references it was reached, so its paths are poorer.
        """
        for native in self._unguarded.iter_errors(shown):
            if (
                native.instance_path == error.instance_path
                and native.evaluation_path[-1:] == error.evaluation_path[-1:]
            ):
                return native
        return error

    @cached_property
    def _unguarded(self) -> jsonschema_rs.Validator:
        return self._compiler.validator(self._schema, guarded=False)

    @cached_property
    def _guarded(self) -> jsonschema_rs.Validator:
        return self._compiler.validator(self._schema, guarded=True)


class SchemaCompiler:
    """Compiles the schemas of one document, each once.

    :param resources: the contents of the document's files by URI.
    :param check_formats: whether ``format`` is an assertion.
    """

    def __init__(self, resources: Mapping[str, Any], check_formats: bool = False) -> None:
        self.resources = resources
        self._check_formats = check_formats
        self._registries: dict[Dialect, jsonschema_rs.Registry] = {}
        self._compiled: dict[Schema, CompiledSchema] = {}

    def compile(self, schema: Schema) -> CompiledSchema:
        """Return *schema*, compiled.

        :raises SpecException: it cannot be compiled, a regular expression in it is wrong, say.
        """
        if schema not in self._compiled:
            self._compiled[schema] = CompiledSchema(schema, self)
        return self._compiled[schema]

    def validator(self, schema: Schema, guarded: bool) -> jsonschema_rs.Validator:
        """Return a new validator of *schema*; a *guarded* one knows binary data."""
        try:
            return build(
                schema.dialect,
                {"$ref": f"{schema.uri}#{_fragment(schema.pointer)}"},
                registry=self._registry(schema.dialect),
                validate_formats=self._check_formats and not guarded,
                keywords=binary.guards(self._check_formats) if guarded else None,
            )
        except (jsonschema_rs.ValidationError, ValueError) as error:
            at = dotted(getattr(error, "instance_path", None) or ())
            problem = f"this schema cannot be compiled: {error!s:.200}"
            raise SpecException(f"{problem} (at {at})" if at else problem, schema.place) from error

    def _registry(self, dialect: Dialect) -> jsonschema_rs.Registry:
        if dialect not in self._registries:
            _, draft = VALIDATORS[dialect]
            resources = list(self.resources.items())
            self._registries[dialect] = jsonschema_rs.Registry(resources, draft=draft)
        return self._registries[dialect]


def _fragment(pointer: Pointer) -> str:
    """Return *pointer* as the fragment of a URI (RFC 6901, section 6)."""
    steps = (str(step).replace("~", "~0").replace("/", "~1") for step in pointer)
    return "".join(f"/{quote(step, safe='')}" for step in steps)


class _Translator:
    """Says in the words of jsonschema what jsonschema-rs found wrong with *value*."""

    def __init__(self, schema: Schema, resources: Mapping[str, Any], value: Any) -> None:
        self._root = schema
        self._resources = resources
        self._value = value

    def refusal(self, error: Any, above: int = 0, schema_above: int = 0) -> Refusal:
        """Return *error* as a refusal whose paths begin *above* and *schema_above* steps down."""
        message = _shorten(binary.reword(error.message))
        named = isinstance(error.kind, _Kind.PropertyNames)
        if named:
            error = error.kind.error
        path = list(error.instance_path)
        schema_path = _schema_path(self._evaluation_path(error))
        keyword, schema, place = self._rule(error)
        return Refusal(
            message=message,
            validator=keyword,
            validator_value=schema[keyword] if keyword is not None else None,
            path=path[above:],
            schema_path=schema_path[schema_above:],
            instance=error.instance if named else _at(self._value, path),
            schema=schema,
            context=self._context(error, len(path), len(schema_path)),
            place=place,
        )

    def _context(self, error: Any, above: int, schema_above: int) -> list[Refusal]:
        branches = getattr(error.kind, "context", [])
        return [self.refusal(child, above, schema_above) for branch in branches for child in branch]

    def _evaluation_path(self, error: Any) -> Sequence[str | int]:
        """Return how *error* was reached; a guarded keyword says where in its file it stands."""
        path: list[str | int] = error.evaluation_path
        depth = len(self._root.pointer)
        below = isinstance(error.kind, _Kind.Custom) and path[:depth] == [*self._root.pointer]
        return path[depth:] if below else path

    def _rule(self, error: Any) -> tuple[str | None, Any, str]:
        """Return the keyword that refused, the schema that it stands in, and their place."""
        uri, _, fragment = (error.absolute_keyword_location or "").partition("#")
        names = [_unescape(step) for step in fragment.split("/")[1:]]
        keyword = error.evaluation_path[-1]
        is_false = isinstance(error.kind, _Kind.FalseSchema) and keyword != "additionalProperties"
        while not is_false and len(names) > 1 and names[-1] != keyword:
            names.pop()
        schema, steps = self._resources.get(uri, self._root.contents), list[str | int]()
        for name in names[:-1]:
            steps.append(int(name) if isinstance(schema, list) else name)
            schema = schema[steps[-1]]
        place = self._place(uri, (*steps, *names[-1:]))
        return (None, False, place) if is_false else (keyword, schema, place)

    def _place(self, uri: str, pointer: Pointer) -> str:
        """Return where the rule stands: below the schema, or wherever a reference led."""
        depth = len(self._root.pointer)
        if uri == self._root.uri and pointer[:depth] == self._root.pointer:
            below = dotted(pointer[depth:])
            return f"{self._root.place}.{below}" if below else self._root.place
        return f"{self._root.place}, by reference {dotted(pointer)}"


def _unescape(step: str) -> str:
    return unquote(step).replace("~1", "/").replace("~0", "~")


def _at(value: Any, path: Sequence[str | int]) -> Any:
    for step in path:
        value = value[step]
    return value


def _schema_path(evaluation_path: Sequence[str | int]) -> list[str | int]:
    """Return *evaluation_path* as jsonschema writes it: without the references passed through."""
    steps: list[str | int] = []
    rest = iter(evaluation_path)
    for step in rest:
        if step != "$ref":
            steps.append(step)
        if step in SCHEMA_MAPS:
            steps.extend(name for name in (next(rest, None),) if name is not None)
    if steps and steps[-1] in ("minContains", "maxContains"):
        steps[-1] = "contains"
    return steps


def _shorten(message: str) -> str:
    """Cut the middle out of a message that quotes a large value."""
    if len(message) <= _LONGEST_MESSAGE:
        return message
    half = _LONGEST_MESSAGE // 2
    return f"{message[:half]} … {message[-half:]}"
