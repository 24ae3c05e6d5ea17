"""Schemas compiled once, asked often."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any
from urllib.parse import quote

import jsonschema_rs

from asynction_core import binary
from asynction_core.closing import with_usual_case
from asynction_core.exceptions import SpecException
from asynction_core.spec.engine import VALIDATORS, build
from asynction_core.spec.model import Dialect, Schema
from asynction_core.spec.place import Pointer, dotted
from asynction_core.translation import Refusal, Translator, shorten


class CompiledSchema:
    """A schema that decides in a fraction of a microsecond.

    ``is_valid`` is the compiled validator's own method: True or False, or an exception
    (``ValueError``) where the value is not JSON; then :meth:`refusal` decides.
    """

    def __init__(self, schema: Schema, compiler: "SchemaCompiler") -> None:
        self._schema = schema
        self._compiler = compiler
        judge = None if schema.binary else compiler.alone(schema)
        judge = judge or (self._guarded if schema.binary else self._unguarded)
        self.is_valid: Callable[[Any], bool] = judge.is_valid

    def refusal(self, value: Any) -> Refusal | None:
        """Return why the schema refuses *value*; None where it does not."""
        try:
            shown, has_bytes = binary.replace_bytes(value)
            judge = self._guarded if has_bytes or self._schema.binary else self._unguarded
            judge.validate(shown)
        except jsonschema_rs.ValidationError as error:
            native = self._in_native_words(error, shown) if judge is self._guarded else error
            found = Translator(self._schema, self._compiler, value, shown).refusal(native)
            if isinstance(error.kind, jsonschema_rs.ValidationErrorKind.Custom):
                found.message = shorten(binary.reword(error.message))
            return found
        except (ValueError, RecursionError) as error:
            return Refusal(
                shorten(f"this is not JSON: {error}"),
                "type",
                instance=value,
                schema=self._schema.contents,
                place=self._schema.place,
            )
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
        self._parts: dict[tuple[str, Pointer, Dialect], jsonschema_rs.Validator] = {}

    def compile(self, schema: Schema) -> CompiledSchema:
        """Return *schema*, compiled.

        :raises SpecException: it cannot be compiled, a regular expression in it is wrong, say.
        """
        if schema not in self._compiled:
            self._compiled[schema] = CompiledSchema(schema, self)
        return self._compiled[schema]

    def alone(self, schema: Schema) -> jsonschema_rs.Validator | None:
        """Return a validator of *schema* that looks nothing up; None where there is none.

        It gives the same answers as :meth:`validator`'s, sooner, but knows no paths from there.
        """
        if not isinstance(schema.contents, dict) or _refers(schema.contents):
            return None
        contents = with_usual_case(schema.contents)
        try:
            return build(schema.dialect, contents, validate_formats=self._check_formats)
        except (jsonschema_rs.ValidationError, ValueError):
            return None  # the other one says what is wrong

    def validator(self, schema: Schema, guarded: bool) -> jsonschema_rs.Validator:
        """Return a new validator of *schema*; a *guarded* one knows binary data."""
        try:
            return build(
                schema.dialect,
                {"$ref": f"{schema.uri}#{_fragment(schema.pointer)}"},
                registry=self._registry(schema.dialect),
                validate_formats=self._check_formats and not guarded,
                keywords=binary.guards(schema.dialect, self._check_formats) if guarded else None,
            )
        except (jsonschema_rs.ValidationError, ValueError) as error:
            at = dotted(getattr(error, "instance_path", None) or ())
            reason = getattr(error, "message", str(error))
            problem = f"this schema cannot be compiled: {reason:.200}"
            raise SpecException(f"{problem} (at {at})" if at else problem, schema.place) from error

    def part(self, schema: Schema, uri: str, pointer: Pointer) -> jsonschema_rs.Validator:
        """Return the validator of what stands at *pointer* of *uri*, inside of *schema*."""
        key = (uri, pointer, schema.dialect)
        if key not in self._parts:
            part = replace(schema, uri=uri, pointer=pointer)
            self._parts[key] = self.validator(part, guarded=True)
        return self._parts[key]

    def _registry(self, dialect: Dialect) -> jsonschema_rs.Registry:
        if dialect not in self._registries:
            _, draft = VALIDATORS[dialect]
            resources = list(self.resources.items())
            self._registries[dialect] = jsonschema_rs.Registry(resources, draft=draft)
        return self._registries[dialect]


_KEYWORDS = frozenset({"$anchor", "$dynamicRef", "$id", "$recursiveRef", "$ref", "$schema", "id"})
"""What makes it matter where a schema stands, with a string for a value, or leads out of it."""


def _refers(contents: Any) -> bool:
    """Tell whether there may be a reference in *contents*, or one to it."""
    waiting, seen = [contents], set()
    while waiting:
        found = waiting.pop()
        if id(found) in seen:
            continue
        seen.add(id(found))
        if isinstance(found, dict):
            if any(isinstance(found.get(keyword), str) for keyword in _KEYWORDS):
                return True
            waiting.extend(found.values())
        elif isinstance(found, list):
            waiting.extend(found)
    return False


def _fragment(pointer: Pointer) -> str:
    """Return *pointer* as the fragment of a URI (RFC 6901, section 6)."""
    steps = (str(step).replace("~", "~0").replace("/", "~1") for step in pointer)
    return "".join(f"/{quote(step, safe='')}" for step in steps)
