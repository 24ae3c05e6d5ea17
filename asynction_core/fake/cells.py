"""Draws, which make values, and cells, which hold them while schemas refer to each other."""

from collections.abc import Callable
from dataclasses import dataclass, field
from math import inf
from random import Random
from typing import Any

from asynction_core.fake.parts import Part, Unsatisfiable

Draw = Callable[[Random, float], Any]
"""Takes a source of randomness and the room that is left, returns a new value.

Room is how many objects and lists the value may have, about. Where there is less than one, it has
only what it must have.
"""

_TRIES = 40
_ROOM_OF_A_TRY = 5  # tries within tries are fewer, or there would be too many
_SOME, _MANY = 2, 60  # values drawn to see whether they are accepted
_ENOUGH = 6  # accepted ones of many: then so many tries hardly ever fail


@dataclass(eq=False, slots=True)
class Cell:
    """What a schema is compiled to.

    ``needs`` are the cells without which there is no value, ``options`` those of which one is
    enough, and ``fillers`` those of which it takes one besides its needs. ``height`` is how deep
    its flattest value is nested; until that is known, without end.
    """

    part: Part | None = None
    draw: Draw | None = None
    needs: list["Cell"] = field(default_factory=list)
    options: list["Cell"] = field(default_factory=list)
    fillers: list["Cell"] = field(default_factory=list)
    height: float = inf
    scalar: bool = False
    null: bool = False
    checked: "Checked | None" = None
    failure: Unsatisfiable | None = None
    awaited: bool = False
    loose: bool = False

    def drawing(self) -> Draw:
        """Return the draw, or what calls it later: a schema may contain itself."""
        if self.draw is not None:
            return self.draw
        self.awaited = True
        return self._later

    def _later(self, random: Random, room: float) -> Any:
        if self.draw is None:
            raise RuntimeError("a cell was drawn from before it was compiled")
        return self.draw(random, room)

    def measure(self) -> bool:
        """Find the height, as far as it is known; tell whether that changed."""
        if self.options:
            height = min(option.height for option in self.options)
        else:
            height = 1 + max((each.height for each in self.needs), default=-1)
            if self.fillers:
                height = max(height, 1 + min(each.height for each in self.fillers))
        changed, self.height = height < self.height, min(height, self.height)
        return changed


class Checked:
    """Draws until the schemas accept the value; if they never do, takes one of the reserve."""

    __slots__ = ("_draw", "_valid", "reserve", "tries")

    def __init__(self, draw: Draw, valid: Callable[[Any], bool]) -> None:
        self._draw = draw
        self._valid = valid
        self.tries = _TRIES
        self.reserve: list[Any] = []

    def draw(self, random: Random, room: float) -> Any:
        """Return a value that was accepted."""
        value = None
        if self.tries:
            value = self._draw(random, room)
            if self._valid(value):
                return value
        tries = min(self.tries - 1, 2 + int(room / _ROOM_OF_A_TRY)) if self.reserve else 0
        for _ in range(tries):
            value = self._draw(random, room)
            if self._valid(value):
                return value
        if self.reserve:
            return copied(self.reserve[int(random.random() * len(self.reserve))])
        return value  # the reserve is being filled: whoever asks will check

    def fill(self, random: Random, room: float) -> bool:
        """Fill the reserve with its own values; return False if too few of them are accepted."""
        self._attempt(random, room, _SOME)
        if len(self.reserve) == _SOME:
            return True
        self._attempt(random, room, _MANY)
        return len(self.reserve) >= _ENOUGH

    def fill_from(self, values: list[Any]) -> bool:
        """Use *values*, as far as they are accepted; return False if the reserve stays empty."""
        found = [value for value in values if self._valid(value)]
        if found:
            self.tries = 0
        self.reserve += found
        return bool(self.reserve)

    def _attempt(self, random: Random, room: float, count: int) -> None:
        for _ in range(count):
            value = self._draw(random, room)
            if self._valid(value):
                self.reserve.append(value)


def copied(value: Any) -> Any:
    """Return a copy of *value* that may be changed."""
    if isinstance(value, dict):
        return {key: copied(item) for key, item in value.items()}
    if isinstance(value, list):
        return [copied(item) for item in value]
    return value


def one_of(values: list[Any]) -> Draw:
    """Return the draw of *values*, each as likely as the others."""
    count = len(values)
    if any(isinstance(value, (dict, list)) for value in values):
        return lambda random, _room: copied(values[int(random.random() * count)])
    if count == 1:
        only = values[0]
        return lambda _random, _room: only
    return lambda random, _room: values[int(random.random() * count)]


def one_of_cells(cells: list[Cell]) -> Draw:
    """Return the draw of *cells*: null seldom, and where there is no room the flattest."""
    weights = [1 if cell.null else 7 for cell in cells]
    if all(cell.null for cell in cells) or not any(cell.null for cell in cells):
        weights = [1] * len(cells)
    draws = [
        cell.drawing() for cell, weight in zip(cells, weights, strict=True) for _ in range(weight)
    ]
    count = len(draws)

    def draw(random: Random, room: float) -> Any:
        if room < 1:
            flattest = min(cells, key=height_of)
            return flattest.drawing()(random, room)
        return draws[int(random.random() * count)](random, room)

    return draw


def height_of(cell: Cell) -> float:
    """Return how deep the flattest value of *cell* is nested."""
    return cell.height
