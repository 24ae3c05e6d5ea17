"""Whether values satisfy schemas, as the compiled validators see it."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

from asynction_core.compiled import SchemaCompiler
from asynction_core.fake.parts import Part
from asynction_core.spec.model import Arity, Schema

Valid = Callable[[Any], bool]


class Judges:
    """The validators of parts.

    :param like: a schema of their dialect; whether it is binary counts for all.
    """

    def __init__(self, validators: SchemaCompiler, like: Schema) -> None:
        self._validators = validators
        self._like = replace(like, arity=Arity(1, 1, spread=False))

    def valid(self, together: tuple[Part, ...]) -> Valid:
        """Return the judgement of all of the schemas; they are compiled when it is first asked."""
        judges: list[Valid] = []

        def valid(value: Any) -> bool:
            if not judges:
                judges[:] = [self._judge(part) for part in together if part.uri]
            return all(accepts(value) for accepts in judges)

        return valid

    def _judge(self, part: Part) -> Valid:
        schema = replace(self._like, uri=part.uri, pointer=part.pointer, contents=part.contents)
        return judge(schema, self._validators)


def judge(schema: Schema, validators: SchemaCompiler) -> Valid:
    """Return what tells whether a value satisfies *schema*, whatever the value."""
    compiled = validators.compile(schema)
    is_valid = compiled.is_valid
    if not schema.binary:
        return is_valid

    def valid(value: Any) -> bool:
        with suppress(ValueError, RecursionError):  # of bytes, which are not JSON
            if is_valid(value):
                return True
        return compiled.refusal(value) is None

    return valid
