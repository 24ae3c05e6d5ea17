"""What is actually wrong with a value that a JSON Schema with many alternatives refuses."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Any

import jsonschema_rs

from asynction_core.spec.engine import pointer_in
from asynction_core.spec.place import Pointer

_Kind = jsonschema_rs.ValidationErrorKind
_CHOICES = (_Kind.AnyOf, _Kind.OneOfNotValid)


@dataclass(frozen=True, slots=True)
class Mistake:
    """Something wrong at *pointer* of the value.

    ``options`` are the only values allowed there, where the schema lists them; ``wanted`` names the
    only types. ``unexpected`` and ``missing`` are the name of a member.
    """

    pointer: Pointer
    message: str
    options: tuple[Any, ...] = ()
    wanted: tuple[str, ...] = ()
    unexpected: str | None = None
    missing: str | None = None
    known: tuple[str, ...] = ()

    @property
    def fix(self) -> str | None:
        """What was meant, perhaps."""
        close = get_close_matches(self.unexpected, self.known, 1) if self.unexpected else []
        return f"Did you mean {close[0]!r}?" if close else None


def find_mistakes(schema: Any, value: Any) -> list[Mistake]:
    """Return what is wrong with *value* by *schema*, a draft-7 schema whose references are local.

    Of alternatives, all of which refuse, the one counts that was meant most likely.
    """
    validator = jsonschema_rs.Draft7Validator(schema, offline=True)
    found = _unique(_Reader(schema).read(validator.iter_errors(value)))
    return [replace(each, pointer=pointer_in(value, each.pointer)) for each in found]


class _Reader:
    def __init__(self, schema: Any) -> None:
        self._schema = schema

    def read(self, errors: Iterable[Any]) -> Iterator[Mistake]:
        """Yield the mistakes that *errors* are about."""
        for error in errors:
            if isinstance(error.kind, _CHOICES):
                pointer = tuple(error.instance_path)
                branches = [_unique(self.read(branch)) for branch in error.kind.context]
                yield from _closest(pointer, branches)
            else:
                yield from self._read_one(error)

    def _read_one(self, error: Any) -> Iterator[Mistake]:
        kind, pointer = error.kind, tuple(error.instance_path)
        if isinstance(kind, _Kind.AdditionalProperties):
            known = self._known(error.evaluation_path)
            for name in kind.unexpected:
                message = f"{name!r} has no place here"
                yield Mistake((*pointer, name), message, unexpected=name, known=known)
        elif isinstance(kind, _Kind.Required):
            yield Mistake(pointer, f"{kind.property!r} is missing", missing=kind.property)
        elif isinstance(kind, _Kind.Enum):
            yield _one_of(pointer, tuple(kind.options), error.instance)
        elif isinstance(kind, _Kind.Constant):
            yield _one_of(pointer, (kind.expected_value,), error.instance)
        elif isinstance(kind, _Kind.Type):
            yield _of_type(pointer, tuple(kind.types), error.instance)
        else:
            yield Mistake(pointer, f"{error.message:.200}")

    def _known(self, evaluation_path: Sequence[str | int]) -> tuple[str, ...]:
        """Return the names that are expected where ``additionalProperties`` refuses others."""
        at = self._schema
        try:
            for step in evaluation_path[:-1]:
                at = self._definition(at[step]) if step == "$ref" else at[step]
        except (LookupError, TypeError, AttributeError):
            return ()  # jsonschema-rs leaves out a step now and then, in a recursive schema
        return tuple(at.get("properties", ()))

    def _definition(self, reference: str) -> Any:
        at = self._schema
        for step in reference.split("/")[1:]:
            at = at[step.replace("~1", "/").replace("~0", "~")]
        return at


def _one_of(pointer: Pointer, options: tuple[Any, ...], found: Any) -> Mistake:
    allowed = " or ".join(_shown(option) for option in options)
    return Mistake(pointer, f"this must be {allowed}, found {_shown(found)}", options=options)


_TYPES: Mapping[str, str] = {
    "object": "a mapping",
    "array": "a list",
    "string": "a string",
    "boolean": "true or false",
    "number": "a number",
    "integer": "a whole number",
    "null": "nothing",
}


def _of_type(pointer: Pointer, types: tuple[str, ...], found: Any) -> Mistake:
    allowed = " or ".join(_TYPES[name] for name in types)
    return Mistake(pointer, f"this must be {allowed}, found {_shown(found)}", wanted=types)


def _shown(value: Any) -> str:
    if isinstance(value, (dict, list)):
        return "a mapping" if isinstance(value, dict) else "a list"
    if isinstance(value, bool):
        return str(value).lower()
    return "nothing" if value is None else f"{value!r:.60}"


def _closest(pointer: Pointer, branches: list[list[Mistake]]) -> list[Mistake]:
    """Return the mistakes of the alternative at *pointer* that was meant most likely.

    An object is meant to be a reference where it has ``$ref``, and of the kind that the constant
    tells in which most alternatives differ, its type as a rule. If it is of no kind, that is it.
    """
    meant = [each for each in branches if not _is_of_another_kind(pointer, each)] or branches
    constants = Counter(
        at for each in meant for at in {one.pointer for one in _told(pointer, each)}
    )
    if len(meant) > 1 and constants:
        telling = constants.most_common(1)[0][0]
        told = [one for each in meant for one in _told(pointer, each) if one.pointer == telling]
        meant = [each for each in meant if not any(one.pointer == telling for one in each)]
        if not meant:
            return [_any_option(told)]
    return min(meant, key=lambda each: (sum(_is_at(pointer, one) for one in each), len(each)))


def _is_of_another_kind(pointer: Pointer, mistakes: list[Mistake]) -> bool:
    return any(
        each.pointer == pointer and (each.wanted or each.missing == "$ref") for each in mistakes
    )


def _told(pointer: Pointer, mistakes: list[Mistake]) -> list[Mistake]:
    """Return the mistakes about constants that may tell one alternative from others."""
    return [each for each in mistakes if each.options and len(each.pointer) <= len(pointer) + 1]


def _is_at(pointer: Pointer, mistake: Mistake) -> bool:
    """Tell whether *mistake* is about the members of the value at *pointer* itself."""
    above = mistake.pointer[:-1] if mistake.unexpected is not None else mistake.pointer
    return above == pointer


def _any_option(mistakes: list[Mistake]) -> Mistake:
    """Return one mistake: that the constant is none that any alternative has."""
    options = {_shown(option): option for each in mistakes for option in each.options}
    found = mistakes[0].message.rpartition(", found ")[2]
    message = f"this must be {' or '.join(options)}, found {found}"
    return replace(mistakes[0], message=message, options=tuple(options.values()))


def _unique(mistakes: Iterable[Mistake]) -> list[Mistake]:
    """Return *mistakes* without those of the same message and place."""
    return list({(each.pointer, each.message): each for each in mistakes}.values())
