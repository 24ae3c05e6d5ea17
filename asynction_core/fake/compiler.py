"""Schemas compiled to cells, each once, until every one of them is known to have values."""

from contextlib import suppress
from math import inf, prod
from typing import Any

from asynction_core.compiled import SchemaCompiler
from asynction_core.fake.arrays import build_array
from asynction_core.fake.cells import Cell, Checked, Draw, one_of, one_of_cells
from asynction_core.fake.judges import Judges, Valid
from asynction_core.fake.numbers import number
from asynction_core.fake.objects import Objects
from asynction_core.fake.parts import Part, Parts, Unsatisfiable
from asynction_core.fake.pools import Pools
from asynction_core.fake.reading import Reader
from asynction_core.fake.reserves import Pending, Reserves
from asynction_core.fake.shapes import EVERY_TYPE, Location, Shape
from asynction_core.fake.sources import Sources
from asynction_core.spec.model import Schema

_MOST_ALTERNATIVES = 64
_DEEP = 20  # schemas that are compiled inside of each other, before the rest has to wait
_TYPE = "type:"  # stands for the choice among types that a schema allows
_ANYTHING = frozenset({"string", "integer", "boolean"})

_BOUND = frozenset({"$ref", "$dynamicRef", "$recursiveRef", "$id", "const", "default"})
"""What means another thing elsewhere, or is not the same although it is equal: 1 and True."""

_Key = tuple[tuple[Part, ...], str | None, frozenset[Location]]


class Compiler:
    """Compiles the schemas of one document that have a dialect in common.

    :param like: a schema of that dialect; whether it is binary counts for all.
    """

    def __init__(self, like: Schema, validators: SchemaCompiler, sources: Sources) -> None:
        self._judges = Judges(validators, like)
        self._sources = sources
        self._parts = Parts(validators.resources)
        self._pools = Pools(self._parts, like.dialect, sources.seed)
        self._reserves = Reserves(self._pools, sources.seed)
        self._reader = Reader(self._parts, like.dialect)
        self._objects = Objects(sources.kind_of, lambda random, _room: sources.words.word(random))
        self._cells: dict[_Key, Cell] = {}
        self._simple: dict[tuple[Any, ...], Part] = {}
        self._fresh: list[tuple[_Key, Cell]] = []
        self._later: list[tuple[_Key, Cell]] = []
        self._depth = 0
        self._impossible: dict[_Key, Unsatisfiable] = {}

    def root(self, schema: Schema, valid: Valid) -> Checked:
        """Return what draws values of *schema*, with a reserve of its own.

        :param valid: the judgement of *schema*, and whatever else its values must pass.
        :raises Unsatisfiable: no value was found.
        """
        part = self._parts.at(schema.uri, schema.pointer, schema.contents)
        together = () if part.contents is True else (part,)
        cell = self._settled(together)
        checked = Checked(cell.drawing(), valid)
        if self._reserves.fill([Pending(checked, together)]):
            raise Unsatisfiable(part, "")
        return checked

    def _settled(self, together: tuple[Part, ...]) -> Cell:
        """Return the cell of the schemas *together*, all of whose cells have values."""
        while True:
            self._fresh = []
            try:
                cell = self.compile(together)
                while self._later:
                    key, deep = self._later.pop()
                    self._fill_in(deep, key)
                failures = self._settle()
            except Unsatisfiable:
                self._forget()
                raise
            if not failures:
                return cell
            self._impossible |= failures
            self._forget()

    def _forget(self) -> None:
        self._later = []
        for key, _ in self._fresh:
            del self._cells[key]

    def compile(
        self,
        together: tuple[Part, ...],
        kind: str | None = None,
        decided: frozenset[Location] = frozenset(),
    ) -> Cell:
        """Return the cell of the schemas *together*.

        :param kind: what the name of the property says.
        :param decided: the choices of which an option is among them.
        :raises Unsatisfiable: no value satisfies them.
        """
        together = tuple(dict.fromkeys(map(self._parts.follow, together)))
        if len(together) == 1:
            together = (self._same(together[0]),)
        key = (together, kind, decided)
        if key in self._impossible:
            raise self._impossible[key]
        if key not in self._cells:
            self._add(key)
        cell = self._cells[key]
        if cell.failure is not None:
            raise cell.failure
        return cell

    def _add(self, key: _Key) -> None:
        """Make the cell of *key*, at once unless that is too deep inside of others."""
        cell = self._cells[key] = Cell(key[0][0] if key[0] else None)
        self._fresh.append((key, cell))
        if self._depth < _DEEP:
            self._fill_in(cell, key)
        else:
            self._later.append((key, cell))

    def _fill_in(self, cell: Cell, key: _Key) -> None:
        """Build *cell*, which others may refer to meanwhile."""
        together, _, decided = key
        try:
            self._depth += 1
            self._build(cell, *key)
        except Unsatisfiable as failure:
            if decided or not self._rescue(cell, together):
                cell.failure = failure
        finally:
            self._depth -= 1

    def _same(self, part: Part) -> Part:
        """Return the first part that says the same, so that what is simple is compiled once."""
        if not isinstance(part.contents, dict) or not _BOUND.isdisjoint(part.contents):
            return part
        try:
            return self._simple.setdefault(tuple(part.contents.items()), part)
        except TypeError:  # there are lists or mappings in it
            return part

    def _settle(self) -> dict[_Key, Unsatisfiable]:
        """Return which of the fresh cells have no values after all."""
        alive = [(key, cell) for key, cell in reversed(self._fresh) if cell.failure is None]
        while sum(cell.measure() for _, cell in alive):
            pass
        failed = {key: cell.failure for key, cell in self._fresh if cell.failure and cell.awaited}
        failed = failed or {
            key: Unsatisfiable(cell.part, "its values would have no end")
            for key, cell in alive
            if cell.height == inf and cell.part
        }
        pending = [
            Pending(cell.checked, key[0], bool(key[2]), cell.scalar, key)
            for key, cell in alive
            if cell.checked
        ]
        return failed or {
            each.key: Unsatisfiable(each.together[0], "") for each in self._reserves.fill(pending)
        }

    def _rescue(self, cell: Cell, together: tuple[Part, ...]) -> bool:
        """Let Hypothesis find values of what is beyond this package; return False if it cannot."""
        valid = self._judges.valid(together)
        values = self._pools.values(together) if cell.loose else []
        found = [value for value in values if valid(value)]
        if found:
            cell.draw, cell.needs, cell.options = one_of(found), [], []
        return bool(found)

    def _build(
        self, cell: Cell, together: tuple[Part, ...], kind: str | None, decided: frozenset[Location]
    ) -> None:
        shape = self._reader.read(together, decided)
        cell.loose = shape.loose or bool(shape.choices)
        if shape.impossible:
            raise Unsatisfiable(together[0], "it is false, or has a part that is")
        draw = self._known(shape, together)
        if draw is not None:
            cell.draw, cell.scalar = draw, True
            return
        if shape.choices:
            draw = self._choice(cell, shape, together, kind, decided)
        else:
            types = _decided_type(decided) or _likely_types(shape)
            if len(types) == len(types[0]) == 1:
                draw = self._of_type(cell, types[0][0], shape, together, kind)
            else:
                draw = self._of_types(cell, types, together, kind, decided)
        if shape.loose:
            cell.checked = Checked(draw, self._judges.valid(together))
            draw = cell.checked.draw
        cell.draw = draw

    def _known(self, shape: Shape, together: tuple[Part, ...]) -> Draw | None:
        """Return the draw of the values that the schemas name, if they name any."""
        for values in (shape.examples, shape.values):
            found = list(filter(self._judges.valid(together), values)) if values else []
            if found:
                return one_of(found)
        if shape.values is not None:
            raise Unsatisfiable(together[0], "it refuses each value that it lists")
        return None

    def _choice(
        self,
        cell: Cell,
        shape: Shape,
        together: tuple[Part, ...],
        kind: str | None,
        decided: frozenset[Location],
    ) -> Draw:
        choice = shape.choices[0]
        now = decided | {choice.location}
        others = prod(len(each.options) for each in shape.choices[1:])
        most = max(1, _MOST_ALTERNATIVES // others)
        for options in (choice.options, choice.others):
            for option in options:
                if len(cell.options) < most:
                    with suppress(Unsatisfiable):
                        cell.options.append(self.compile((*together, *option), kind, now))
            if cell.options:
                return one_of_cells(cell.options)
        raise Unsatisfiable(together[0], "each of its alternatives is impossible")

    def _of_types(
        self,
        cell: Cell,
        types: list[list[str]],
        together: tuple[Part, ...],
        kind: str | None,
        decided: frozenset[Location],
    ) -> Draw:
        """Return the draw of the first *types* of which any is possible."""
        for each in types:
            for name in each:
                with suppress(Unsatisfiable):
                    now = decided | {(_TYPE, (name,))}
                    cell.options.append(self.compile(together, kind, now))
            if cell.options:
                return one_of_cells(cell.options)
        raise Unsatisfiable(together[0], "it allows no type")

    def _of_type(
        self, cell: Cell, name: str, shape: Shape, together: tuple[Part, ...], kind: str | None
    ) -> Draw:
        cell.scalar, cell.null = name not in ("object", "array"), name == "null"
        draw: Draw | None
        if name == "object":
            draw = self._objects.build(cell, shape, self.compile, self._valid_name(shape))
        elif name == "array":
            draw = build_array(cell, shape, self.compile, kind)
        elif name == "string":
            draw = self._sources.strings.draw(shape, kind, self._judges.valid(together))
        elif name in ("integer", "number"):
            draw = number(shape, name == "integer", self._sources.range(kind))
        else:
            draw = one_of([None] if name == "null" else [False, True])
        if draw is None:
            raise Unsatisfiable(together[0], f"no {name} satisfies it")
        return draw

    def _valid_name(self, shape: Shape) -> Valid:
        return self._judges.valid(tuple(shape.names)) if shape.names else lambda _name: True


def _decided_type(decided: frozenset[Location]) -> list[list[str]]:
    """Return the one type that was decided on, if that was a choice."""
    return [[str(pointer[0])] for uri, pointer in decided if uri == _TYPE]


def _likely_types(shape: Shape) -> list[list[str]]:
    """Return the types that values of *shape* are to have; if these are impossible, others."""
    if shape.types != EVERY_TYPE:
        types = shape.types - {"integer"} if "number" in shape.types else shape.types
        return [sorted(types)]
    return [sorted(types) for types in (shape.implied, _ANYTHING) if types]
