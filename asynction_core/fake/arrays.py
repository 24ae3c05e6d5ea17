"""Arrays: the items that a schema declares, and as many as it wants."""

import json
from random import Random
from typing import Any

from asynction_core.fake.cells import Cell, Draw
from asynction_core.fake.names import singular
from asynction_core.fake.objects import Compile
from asynction_core.fake.parts import Part, Unsatisfiable
from asynction_core.fake.shapes import Shape

_FEW = 4  # more items than there must be
_TRIES = 60
_ROOMY, _ROOM_OF_ONE = 40, 8


def build_array(cell: Cell, shape: Shape, compile: Compile, kind: str | None) -> Draw | None:
    """Return the draw of arrays of *shape*; None where there are none.

    :param cell: what is built; its needs become known.
    """
    kind = singular(kind) if kind else None
    declared = max((len(prefix) for prefix in shape.prefixes), default=0)
    most = shape.most_items
    prefix, complete = _prefix(shape, declared, compile)
    rest = _rest(shape, declared, compile, kind, ()) if complete else None
    if rest is None:
        most = len(prefix) if most is None else min(most, len(prefix))
    wanted = _contained(shape, declared, compile, kind) if rest else []
    least = max(shape.least_items, len(prefix) + len(wanted))
    if most is not None:
        least = min(least, most)
    if least < shape.least_items:
        return None
    cell.needs += prefix[:least]
    if rest and least > len(prefix):
        cell.needs.append(rest)
    cell.needs += wanted
    items = _Items(prefix, rest, wanted, (least, _greatest(least, most, bool(prefix))))
    return items.draw_distinct if shape.unique else items.draw


def _greatest(least: int, most: int | None, is_tuple: bool) -> int:
    greatest = least if is_tuple else least + _FEW
    return greatest if most is None else min(greatest, most)


def _prefix(shape: Shape, declared: int, compile: Compile) -> tuple[list[Cell], bool]:
    """Return the cells of the items with schemas of their own, and whether that are all."""
    cells: list[Cell] = []
    for index in range(declared):
        parts = [prefix[index] for prefix in shape.prefixes if index < len(prefix)]
        parts += [part for start, part in shape.rests if index >= start]
        try:
            cells.append(compile(_distinct(parts), None))
        except Unsatisfiable:
            if index < shape.least_items:
                raise
            return cells, False
    return cells, True


def _rest(
    shape: Shape, declared: int, compile: Compile, kind: str | None, more: tuple[Part, ...]
) -> Cell | None:
    """Return the cell of the items after those; None where there can be none."""
    if declared and not shape.rests and not more:
        return None  # nothing is said of them, so nobody sends them
    parts = [part for _, part in shape.rests]
    try:
        return compile(_distinct([*parts, *more]), kind)
    except Unsatisfiable:
        if shape.least_items > declared:
            raise
        return None


def _contained(shape: Shape, declared: int, compile: Compile, kind: str | None) -> list[Cell]:
    cells: list[Cell] = []
    for each in shape.contains:
        cell = _rest(shape, declared, compile, kind, (each.part,)) if each.least else None
        cells += [cell] * each.least if cell else []
    return cells


def _distinct(parts: list[Part]) -> tuple[Part, ...]:
    return tuple(dict.fromkeys(part for part in parts if part.contents is not True))


class _Items:
    """Draws arrays.

    :param counts: the least and the greatest number of items.
    """

    def __init__(
        self, prefix: list[Cell], rest: Cell | None, wanted: list[Cell], counts: tuple[int, int]
    ) -> None:
        self._first = [cell.drawing() for cell in prefix]
        self._last = [cell.drawing() for cell in wanted]
        self._item = rest.drawing() if rest else None
        self._least, self._most = counts
        self._flat = all(cell.scalar for cell in [*prefix, *wanted, *([rest] if rest else ())])

    def draw(self, random: Random, room: float) -> list[Any]:
        """Return a new array."""
        draws = self._draws(random, room)
        inner = room / max(2, len(draws))
        return [draw(random, inner) for draw in draws]

    def draw_distinct(self, random: Random, room: float) -> list[Any]:
        """Return a new array whose items are unequal."""
        draws = self._draws(random, room)
        inner, made = room / max(2, len(draws)), dict[Any, Any]()
        for draw in draws:
            for _ in range(_TRIES):
                value = draw(random, inner)
                key = _key(value)
                if key not in made:
                    made[key] = value
                    break
        return list(made.values())

    def _draws(self, random: Random, room: float) -> list[Draw]:
        """Return the draws of the items of one array; where room is scarce, few."""
        low, high = self._least or min(1, self._most), self._most
        if not self._flat and room < 1:
            low = high = self._least
        elif not self._flat and room < _ROOMY:
            high = max(low, min(high, int(room / _ROOM_OF_ONE)))
        count = low + int(random.random() * (high - low + 1))
        middle = count - len(self._first) - len(self._last)
        return [*self._first[:count], *([self._item] * middle if self._item else ()), *self._last]


def _key(value: Any) -> Any:
    """Return what equal values, and no others, have in common."""
    if isinstance(value, (str, bytes)):
        return value
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return (json.dumps(value, sort_keys=True, default=repr),)
