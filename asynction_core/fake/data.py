"""Fake data for the schemas of one document."""

import secrets
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

from asynction_core.compiled import SchemaCompiler
from asynction_core.exceptions import SpecException
from asynction_core.fake.cells import Checked, one_of
from asynction_core.fake.compiler import Compiler
from asynction_core.fake.judges import Valid, judge
from asynction_core.fake.parts import Part, Unsatisfiable
from asynction_core.fake.reserves import ROOM
from asynction_core.fake.sources import Sources, reference_time
from asynction_core.spec.fields import logger
from asynction_core.spec.model import Dialect, Example, Schema
from asynction_core.spec.place import dotted

_FIX = "Correct it, or give it 'examples'."

Sampler = Callable[[Random], Any]
"""Takes a source of randomness, returns a new value that satisfies the schema."""


class FakeData:
    """Compiles samplers of the schemas of one document.

    :param validators: the compiled schemas of the document.
    :param seed: makes all values the same in every run, given the same calls.
    :param custom_formats_sample_size: how many samples of each Faker provider that a ``format``
        names; 0 turns these formats off.
    :param guess_from_names: whether the name of a property says what it is about.
    :raises ModuleNotFoundError: the extra ``mock`` is not installed.
    """

    def __init__(
        self,
        validators: SchemaCompiler,
        *,
        seed: int | str | None = None,
        custom_formats_sample_size: int = 20,
        guess_from_names: bool = True,
    ) -> None:
        self._validators = validators
        self._sources = Sources(
            secrets.token_hex(8) if seed is None else seed,
            reference_time(seed is not None),
            custom_formats_sample_size,
            guess_from_names,
        )
        self._compilers: dict[tuple[Dialect, bool], Compiler] = {}
        self._samplers: dict[Schema, Checked] = {}

    def sampler(self, schema: Schema, examples: Sequence[Example] = ()) -> Sampler:
        """Return the sampler of values of *schema*.

        :param examples: of the message; where any of them is valid, the values are those.
        :raises SpecException: nothing was found that satisfies *schema*.
        """
        valid = self._valid(schema)
        accepted = [each.payload for each in examples if _accept(each, valid)]
        if accepted:
            example = one_of(accepted)
            return lambda random: example(random, 0)
        if schema not in self._samplers:
            self._samplers[schema] = self._root(schema, valid)
        draw = self._samplers[schema].draw
        return lambda random: draw(random, ROOM)

    def arguments(
        self, schema: Schema | None, examples: Sequence[Example] = ()
    ) -> Callable[[Random], list[Any]]:
        """Return the sampler of the arguments of an event, or of an acknowledgement.

        Without a schema, and where it describes null, there are none.
        """
        if schema is None or (schema.arity.least == 0 and not schema.arity.spread):
            return lambda _random: []
        sampler = self.sampler(schema, examples)
        return sampler if schema.arity.spread else lambda random: [sampler(random)]

    def _valid(self, schema: Schema) -> Valid:
        is_valid, arity = judge(schema, self._validators), schema.arity
        if not arity.spread:
            return is_valid

        def valid(arguments: Any) -> bool:
            if not isinstance(arguments, list) or not is_valid(arguments):
                return False
            return len(arguments) >= arity.least and (
                arity.most is None or len(arguments) <= arity.most
            )

        return valid

    def _root(self, schema: Schema, valid: Valid) -> Checked:
        key = (schema.dialect, schema.binary)
        if key not in self._compilers:
            self._compilers[key] = Compiler(schema, self._validators, self._sources)
        try:
            return self._compilers[key].root(schema, valid)
        except Unsatisfiable as failure:
            raise _nothing(schema, failure) from failure
        except RecursionError as failure:
            problem = "this schema contains itself in a way that no sample gets out of"
            raise SpecException(problem, schema.place, _FIX) from failure


def compile_sampler(
    schema: Schema,
    validators: SchemaCompiler,
    *,
    seed: int | str | None = None,
    custom_formats_sample_size: int = 20,
    guess_from_names: bool = True,
    examples: Sequence[Example] = (),
) -> Sampler:
    """Return the sampler of one schema; see :class:`FakeData`, which compiles many."""
    data = FakeData(
        validators,
        seed=seed,
        custom_formats_sample_size=custom_formats_sample_size,
        guess_from_names=guess_from_names,
    )
    return data.sampler(schema, examples)


def _accept(example: Example, valid: Valid) -> bool:
    if valid(example.payload):
        return True
    logger.warning("%s: the payload's schema refuses this example; not used", example.place)
    return False


def _nothing(schema: Schema, failure: Unsatisfiable) -> SpecException:
    found = ": ".join(filter(None, (_within(schema, failure.part), failure.reason)))
    reason = f" ({found})" if found else ""
    return SpecException(
        f"nothing was found that satisfies this schema{reason}",
        schema.place,
        _FIX,
    )


def _within(schema: Schema, part: Part) -> str:
    """Return where *part* is in *schema*, as the beginning of a reason."""
    depth = len(schema.pointer)
    inside = part.uri == schema.uri and part.pointer[:depth] == schema.pointer
    at = dotted(part.pointer[depth:] if inside else part.pointer)
    return f"at {at}" if at else ""
