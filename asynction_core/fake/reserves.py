"""Reserves of values that were accepted, for the schemas whose draws have to be checked."""

from dataclasses import dataclass
from random import Random
from typing import Any

from asynction_core.fake.cells import Checked
from asynction_core.fake.parts import Part
from asynction_core.fake.pools import Pools
from asynction_core.spec.place import dotted

ROOM = 200.0
"""How many objects and lists a value may have, about."""


@dataclass(eq=False, slots=True)
class Pending:
    """A reserve to fill, and what it is for.

    ``is_option`` says that the values are of one alternative only, which Hypothesis cannot know.
    """

    checked: Checked
    together: tuple[Part, ...]
    is_option: bool = False
    scalar: bool = False
    key: Any = None


class Reserves:
    """Fills reserves: with what the draws make, or else with what Hypothesis finds."""

    def __init__(self, pools: Pools, seed: object) -> None:
        self._pools = pools
        self._seed = seed

    def fill(self, pending: list[Pending]) -> list[Pending]:
        """Fill the reserves of *pending*; return one that cannot be filled, if there is any.

        Draws draw from each other, so that one may have to wait until another is filled.
        Hypothesis is asked only when none can go on without.
        """
        while pending:
            left = [each for each in pending if not self._drawn(each)]
            if len(left) == len(pending):
                left.sort(key=lambda each: (not each.scalar, each.is_option))
                found = next(filter(self._found, left), None)
                if found is None:
                    return [max(left, key=lambda each: each.is_option)]
                left.remove(found)
            pending = left
        return []

    def _drawn(self, pending: Pending) -> bool:
        place = dotted(pending.together[0].pointer) if pending.together else ""
        random = Random(f"{self._seed}/{place}")  # noqa: S311
        return pending.checked.fill(random, ROOM)

    def _found(self, pending: Pending) -> bool:
        values = [] if pending.is_option else self._pools.values(pending.together)
        return pending.checked.fill_from(values)
