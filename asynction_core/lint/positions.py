"""Places, as errors write them, to files, lines and columns."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import yaml

from asynction_core.lint.nodes import compose, members

_MARKED = re.compile(r"(.+):(\d+):(\d+)")
_IDENTIFIED = re.compile(r" \(\$id [^)]*\)(?:, |$)")
"""How places in a schema with an ``$id`` begin, after the place of the schema."""

_AFTER_A_STEP = ("", ".", "[", ",", " ")
"""What follows a step: the next one, or words such as ``, by reference``."""


class Position(NamedTuple):
    """Where something stands; lines and columns are counted from 1."""

    file: str
    line: int
    column: int


class Files:
    """The files of a document, each read once, for the positions of what is in them."""

    def __init__(self) -> None:
        self._roots: dict[str, yaml.Node | None] = {}

    def root(self, file: str) -> yaml.Node | None:
        """Return the root node of *file*; None where it cannot be read."""
        if file not in self._roots:
            try:
                self._roots[file] = compose(Path(file).read_bytes())
            except (OSError, ValueError, yaml.YAMLError, RecursionError):
                self._roots[file] = None
        return self._roots[file]

    def find(self, place: str, *, at_key: bool = False) -> Position:
        """Return where *place* is: at a plain value, or at the key of a mapping or a list.

        Where nothing is at the place, the position is that of what is around it.

        :param place: as exceptions have it: ``asyncapi.yml, channels./chat.publish``, or
            ``asyncapi.yml:3:7``.
        :param at_key: whether the key of a plain value is meant, too.
        """
        marked = self.marked(place)
        if marked:
            return marked
        place = _IDENTIFIED.sub(".", place)
        for file, steps in _splits(place):
            if Path(file).is_file():
                return self._find(file, steps, at_key)
        return Position(place.partition(", ")[0], 1, 1)

    def marked(self, place: str) -> Position | None:
        """Return what *place* says itself, where it is a mistake in YAML: ``asyncapi.yml:3:7``."""
        match = _MARKED.fullmatch(place)
        if match is None or not Path(match[1]).is_file():
            return None
        return Position(match[1], int(match[2]), int(match[3]))

    def _find(self, file: str, steps: str, at_key: bool) -> Position:
        root = self.root(file)
        try:
            found = _walk(root, root, steps, at_key)[1] if root else None
        except RecursionError:  # something is merged into itself
            found = None
        return position_of(found, file) if found else Position(file, 1, 1)


def position_of(node: yaml.Node, file: str) -> Position:
    """Return where *node* of *file* stands."""
    return Position(file, node.start_mark.line + 1, node.start_mark.column + 1)


def _splits(place: str) -> Iterator[tuple[str, str]]:
    """Yield what may be the file of *place*, and the steps in it: both may contain a comma."""
    end = place.find(", ")
    while end >= 0:
        steps = place[end + 2 :]
        yield place[:end], steps if steps.startswith("[") else f".{steps}"
        end = place.find(", ", end + 1)
    yield place, ""


def _walk(node: yaml.Node, key: yaml.Node, steps: str, at_key: bool) -> tuple[int, yaml.Node]:
    """Follow *steps* from *node*; return how many characters of them led how far."""
    is_plain = isinstance(node, yaml.ScalarNode)
    reached = (0, node if is_plain and not at_key else key)
    for step, at, value in members(node):
        written = f"[{step}]" if isinstance(step, int) else f".{step}"
        rest = steps.removeprefix(written)
        if rest != steps and rest[:1] in _AFTER_A_STEP:
            length, found = _walk(value, at, rest, at_key)
            reached = max(reached, (length + len(written), found), key=lambda item: item[0])
    return reached
