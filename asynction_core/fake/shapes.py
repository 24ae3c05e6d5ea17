"""What schemas that hold together ask for, keyword by keyword."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from asynction_core.fake.parts import Part

Location = tuple[str, tuple[str | int, ...]]

EVERY_TYPE = frozenset({"null", "boolean", "object", "array", "string", "integer", "number"})


@dataclass(slots=True)
class Scope:
    """What one schema says about the members of an object."""

    properties: dict[str, Part] = field(default_factory=dict)
    patterns: list[tuple[str, Part]] = field(default_factory=list)
    additional: Part | None = None


@dataclass(slots=True)
class Choice:
    """Alternatives, each of them schemas that hold together; ``location`` is the keyword's.

    ``others`` are alternatives for when none of the ``options`` is possible.
    """

    location: Location
    options: list[tuple[Part, ...]]
    others: list[tuple[Part, ...]] = field(default_factory=list)


@dataclass(slots=True)
class Contains:
    """What an array has to contain, and how often."""

    part: Part
    least: int
    most: int | None


@dataclass(slots=True)
class Shape:
    """What several schemas ask for together.

    ``values`` are those of the first ``enum`` or ``const``. ``loose`` says that a value made of
    this shape may still break the schemas: it has to be checked.
    """

    types: frozenset[str] = EVERY_TYPE
    implied: set[str] = field(default_factory=set)
    values: list[Any] | None = None
    examples: list[Any] = field(default_factory=list)
    formats: list[str] = field(default_factory=list)
    least_length: int = 0
    most_length: int | None = None
    patterns: list[str] = field(default_factory=list)
    least: tuple[Fraction, bool] | None = None
    most: tuple[Fraction, bool] | None = None
    steps: list[Fraction] = field(default_factory=list)
    scopes: list[Scope] = field(default_factory=list)
    required: dict[str, None] = field(default_factory=dict)
    unevaluated: list[Part] = field(default_factory=list)
    names: list[Part] = field(default_factory=list)
    least_members: int = 0
    most_members: int | None = None
    prefixes: list[list[Part]] = field(default_factory=list)
    rests: list[tuple[int, Part]] = field(default_factory=list)
    contains: list[Contains] = field(default_factory=list)
    least_items: int = 0
    most_items: int | None = None
    unique: bool = False
    choices: list[Choice] = field(default_factory=list)
    loose: bool = False
    impossible: bool = False


def need(shape: Shape, names: Iterable[str]) -> None:
    """Make the members *names* required."""
    shape.required.update(dict.fromkeys(names))


def _type(shape: Shape, value: Any) -> None:
    listed = {value} if isinstance(value, str) else set(value)
    shape.types &= listed | {"integer"} if "number" in listed else listed


def _values(shape: Shape, values: list[Any]) -> None:
    if shape.values is None:
        shape.values = values
    else:
        shape.loose = True


def _example(shape: Shape, value: Any) -> None:
    """Add a default; an empty one says nothing about what people send."""
    if value not in (None, "", [], {}):
        shape.examples.append(value)


def _minimum(shape: Shape, value: Any, exclusive: bool = False) -> None:
    bound = (Fraction(value), exclusive)
    shape.least = bound if shape.least is None else max(shape.least, bound)


def _maximum(shape: Shape, value: Any, exclusive: bool = False) -> None:
    bound = (Fraction(value), not exclusive)
    shape.most = bound if shape.most is None else min(shape.most, bound)


def _exclusive(bound: Callable[[Shape, Any, bool], None], shape: Shape, value: Any) -> None:
    if isinstance(value, bool):
        shape.loose = shape.loose or value  # of draft 4: it belongs to the bound next to it
    else:
        bound(shape, value, True)


def _raise_least(name: str) -> Callable[[Shape, Any], None]:
    return lambda shape, value: setattr(shape, name, max(getattr(shape, name), int(value)))


def _lower_most(name: str) -> Callable[[Shape, Any], None]:
    def lower(shape: Shape, value: Any) -> None:
        now = getattr(shape, name)
        setattr(shape, name, int(value) if now is None else min(now, int(value)))

    return lower


def _step(shape: Shape, value: Any) -> None:
    step = Fraction(str(value))
    shape.steps.append(step)
    shape.loose = shape.loose or step.denominator > 1


def _unique(shape: Shape, value: bool) -> None:
    shape.unique = shape.unique or value
    shape.loose = shape.loose or value


def _pattern(shape: Shape, value: str) -> None:
    shape.patterns.append(value)
    shape.loose = True


def _dependent_required(shape: Shape, value: dict[str, list[str]]) -> None:
    for names in value.values():
        need(shape, names)


KEYWORDS: dict[str, Callable[[Shape, Any], None]] = {
    "type": _type,
    "enum": lambda shape, value: _values(shape, value),
    "const": lambda shape, value: _values(shape, [value]),
    "examples": lambda shape, value: shape.examples.extend(value),
    "default": _example,
    "format": lambda shape, value: shape.formats.append(value),
    "minLength": _raise_least("least_length"),
    "maxLength": _lower_most("most_length"),
    "pattern": _pattern,
    "minimum": _minimum,
    "maximum": _maximum,
    "exclusiveMinimum": lambda shape, value: _exclusive(_minimum, shape, value),
    "exclusiveMaximum": lambda shape, value: _exclusive(_maximum, shape, value),
    "multipleOf": _step,
    "required": need,
    "dependentRequired": _dependent_required,
    "minProperties": _raise_least("least_members"),
    "maxProperties": _lower_most("most_members"),
    "minItems": _raise_least("least_items"),
    "maxItems": _lower_most("most_items"),
    "uniqueItems": _unique,
}
"""What each keyword without schemas in it does to a shape."""
