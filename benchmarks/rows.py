"""The rows of the table: a figure, what it is compared with, and what it ought to be."""

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class Plan:
    """How much to measure.

    :ivar rounds: how often each thing is measured; the median counts.
    :ivar quick: True for a run of seconds, whose figures mean little.
    :ivar say: takes a line about the progress.
    :ivar original: True to compare with ``asynction`` 0.8.3, in an environment that is made for it.
    """

    rounds: int
    quick: bool
    say: Callable[[str], None]
    original: bool = False


@dataclass(frozen=True, slots=True)
class Target:
    """A limit of a figure, or of its ratio to the baseline."""

    limit: float
    of: str = "value"
    at_least: bool = False

    def text(self, unit: str) -> str:
        """Return the target as the table has it."""
        sign = ">=" if self.at_least else "<="
        return f"{sign} {self.limit:g}{'x' if self.of == 'ratio' else f' {unit}'}"

    def met(self, value: float, ratio: float | None) -> bool:
        """Tell whether the figure is within the limit."""
        measured = value if self.of == "value" else ratio
        if measured is None:
            raise ValueError("a target of a ratio needs a baseline")
        return measured >= self.limit if self.at_least else measured <= self.limit


@dataclass(frozen=True, slots=True)
class Row:
    """One line. ``ratio`` is the value divided by the baseline, both medians."""

    name: str
    value: float
    unit: str
    baseline: float | None = None
    ratio: float | None = None
    target: str | None = None
    met: bool | None = None


def row(
    name: str,
    unit: str,
    values: list[float],
    baselines: list[float] | None = None,
    target: Target | None = None,
) -> Row:
    """Return the row of the medians of *values* and *baselines*, one of each a round."""
    value = median(values)
    baseline = median(baselines) if baselines else None
    ratio = value / baseline if baseline else None
    return Row(
        name=name,
        value=value,
        unit=unit,
        baseline=baseline,
        ratio=ratio,
        target=target.text(unit) if target else None,
        met=target.met(value, ratio) if target else None,
    )
