"""Objects: the members that a schema declares, and others where it wants them."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

from asynction_core.fake.cells import Cell, Draw
from asynction_core.fake.parts import Part, Unsatisfiable
from asynction_core.fake.patterns import matching
from asynction_core.fake.shapes import Scope, Shape

Compile = Callable[[tuple[Part, ...], str | None], Cell]
"""Takes the schemas that hold together, and what the value is about."""

_LIKELY, _SELDOM = 0.9, 0.5
_ROOMY = 20
_TRIES = 60
_MOST_EXTRA = 3

_Field = tuple[str, Draw, bool, Cell]
"""A name, the draw of its values, whether it is required, and their cell."""

_Extra = tuple[Draw, Cell]
"""The draw of names, and the cell of the members that have one of them."""


@dataclass(slots=True)
class _Limits:
    least: int
    most: int | None


class Objects:
    """Compiles shapes of objects.

    :param kind_of: says what a property is about, by its name.
    :param word: the draw of names for members that the schema does not name.
    """

    def __init__(self, kind_of: Callable[[str], str | None], word: Draw) -> None:
        self._kind_of = kind_of
        self._word = word

    def build(
        self, cell: Cell, shape: Shape, compile: Compile, valid_name: Callable[[str], bool]
    ) -> Draw | None:
        """Return the draw of objects of *shape*; None where there are none.

        :param cell: what is built; its needs become known.
        :param valid_name: tells whether the schema allows a name.
        """
        fields: list[_Field] = []
        composite = 0
        for name in _names(shape):
            needed = name in shape.required
            member = self._member(shape, name, needed, compile, valid_name)
            if member is not None:
                composite += not member.scalar
                fields.append((name, member.drawing(), needed, member))
                cell.needs += [member] * needed
        limits = _Limits(shape.least_members, shape.most_members)
        if limits.most is not None and max(len(cell.needs), limits.least) > limits.most:
            return None
        extras = self._extras(shape, compile) if not fields or len(fields) < limits.least else []
        if len(cell.needs) < limits.least:
            cell.fillers += [extra for _, extra in extras] or [field[3] for field in fields]
        return _draw(fields, extras, limits, max(2, composite))

    def _member(
        self,
        shape: Shape,
        name: str,
        needed: bool,
        compile: Compile,
        valid_name: Callable[[str], bool],
    ) -> Cell | None:
        """Return the cell of the member *name*; None where it is better left out."""
        if shape.names and not valid_name(name):
            if needed:
                raise Unsatisfiable(shape.names[0], f"it forbids {name!r}, which is required")
            return None
        try:
            return compile(_parts_for(shape, name), self._kind_of(name))
        except Unsatisfiable:
            if needed:
                raise
            return None

    def _extras(self, shape: Shape, compile: Compile) -> list[_Extra]:
        """Return the draws of names and values of members that the schema does not name."""
        extras = [
            extra
            for scope in shape.scopes
            for pattern, part in scope.patterns
            for extra in self._of_pattern(shape, scope, pattern, part, compile)
        ]
        try:
            name = compile(tuple(shape.names), None).drawing() if shape.names else self._word
            value = compile(_parts_for(shape, None), None)
        except Unsatisfiable:
            return extras
        return [*extras, (name, value)]

    def _of_pattern(
        self, shape: Shape, scope: Scope, pattern: str, part: Part, compile: Compile
    ) -> Iterator[_Extra]:
        text = matching(pattern, 1)
        others = [each.additional for each in shape.scopes if each is not scope and each.additional]
        if text is not None:
            try:
                value = compile(_distinct([part, *others]), None)
            except Unsatisfiable:
                return
            yield lambda random, _room: text(random), value


def _names(shape: Shape) -> list[str]:
    """Return the names that the schemas have, in their order."""
    found: dict[str, None] = {}
    for scope in shape.scopes:
        found.update(dict.fromkeys(scope.properties))
    return list(found | shape.required)


def _parts_for(shape: Shape, name: str | None) -> tuple[Part, ...]:
    """Return the schemas of the member *name*; for None, of one that no schema names."""
    parts: list[Part] = []
    for scope in shape.scopes:
        found = [] if name is None else _declared(scope, name)
        if not found and scope.additional is not None:
            found = [scope.additional]
        parts += found
    return _distinct(parts or shape.unevaluated)


def _declared(scope: Scope, name: str) -> list[Part]:
    found = [scope.properties[name]] if name in scope.properties else []
    return found + [part for pattern, part in scope.patterns if _matches(pattern, name)]


def _matches(pattern: str, name: str) -> bool:
    try:
        return re.search(pattern, name) is not None
    except re.error:
        return False  # if it does match, the value is refused and drawn again


def _distinct(parts: list[Part]) -> tuple[Part, ...]:
    return tuple(dict.fromkeys(part for part in parts if part.contents is not True))


def _draw(fields: list[_Field], extras: list[_Extra], limits: _Limits, share: int) -> Draw:
    declared = _declared_members(fields, share)
    free = bool(extras) and not fields
    if free or limits.least or (limits.most is not None and limits.most < len(fields)):
        return _limited(declared, fields, extras, limits, share)
    return declared


def _declared_members(fields: list[_Field], share: int) -> Draw:
    """Return the draw of objects with the members that the schema names."""
    flat = [field for field in fields if field[2] or field[3].scalar]

    def draw(random: Random, room: float) -> dict[str, Any]:
        made = {}
        chance, inner = random.random, room / share if room >= 1 else 0
        likely = _LIKELY if room >= _ROOMY else _SELDOM
        for name, member, is_needed, _ in fields if room >= 1 else flat:
            if is_needed or chance() < likely:
                made[name] = member(random, inner)
        return made

    return draw


def _limited(
    declared: Draw, fields: list[_Field], extras: list[_Extra], limits: _Limits, share: int
) -> Draw:
    """Return the draw of *declared*, with fewer or more members where the limits say so."""
    needed = {name for name, _, is_needed, _ in fields if is_needed}
    free = bool(extras) and not fields

    def draw(random: Random, room: float) -> dict[str, Any]:
        made: dict[str, Any] = declared(random, room)
        if limits.most is not None:
            for name in [name for name in reversed(made) if name not in needed]:
                if len(made) > limits.most:
                    del made[name]
        wanted = _wanted(limits, free, random, room)
        if len(made) < wanted and (room >= 1 or not extras):
            _add_fields(made, random, room / share, fields, wanted)
        _add_extras(made, random, room / max(2, wanted), extras, wanted)
        return made

    return draw


def _wanted(limits: _Limits, free: bool, random: Random, room: float) -> int:
    """Return how many members an object is to have at least."""
    more = 1 + int(random.random() * _MOST_EXTRA) if free and room >= 1 else 0
    wanted = max(limits.least, more)
    return wanted if limits.most is None else min(wanted, limits.most)


def _add_fields(
    made: dict[str, Any], random: Random, room: float, fields: list[_Field], wanted: int
) -> None:
    """Add members that are not required: first those that are flat."""
    for name, member, _, _ in sorted(fields, key=lambda field: field[3].height):
        if len(made) < wanted and name not in made:
            made[name] = member(random, room)


def _add_extras(
    made: dict[str, Any], random: Random, room: float, extras: list[_Extra], wanted: int
) -> None:
    """Add members that the schema does not name."""
    if room < 1 and extras:
        extras = [min(extras, key=lambda extra: extra[1].height)]
    for _ in range(_TRIES + wanted if extras else 0):
        if len(made) >= wanted:
            return
        name_of, value = extras[int(random.random() * len(extras))]
        name = name_of(random, 0)
        if isinstance(name, str) and name not in made:
            made[name] = value.drawing()(random, room)
