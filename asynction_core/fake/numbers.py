"""Numbers of the size that people use, within what a schema allows."""

from fractions import Fraction
from math import ceil, floor, gcd, nextafter
from random import Random
from typing import Any

from asynction_core.fake.cells import Draw
from asynction_core.fake.shapes import Shape

Range = tuple[float, float, int]
"""The least, the greatest, and the decimal places of a number that has them."""

_USUAL: Range = (0, 1000, 2)
_FEW, _SPAN = 4, 20  # steps that are too few, and as many as are then taken
_FINEST = 17  # decimal places that a float can tell apart


def number(shape: Shape, integer: bool, usual: Range | None) -> Draw | None:
    """Return the draw of numbers that satisfy *shape*; None where there are none.

    :param usual: the range to stay in, if the schema lets it.
    """
    least, most, places = usual or _USUAL
    step = _step([*shape.steps, Fraction(1)] if integer else shape.steps)
    if step is not None:
        found = _between(shape, step, least, most)
        return None if found is None else _multiples(*found, step)
    for finer in range(places, _FINEST + 1):
        step = Fraction(1, 10**finer)
        found = _between(shape, step, least, most)
        if found is not None and (found[1] - found[0] >= 10 or _is_point(shape)):
            return _multiples(*found, step)
    return _single(shape)


def _is_point(shape: Shape) -> bool:
    return shape.least is not None and shape.most is not None and shape.least[0] == shape.most[0]


def _single(shape: Shape) -> Draw | None:
    """Return the draw of the least number: the bounds leave room for hardly another."""
    bound, exclusive = shape.least or (Fraction(0), False)
    value = float(bound)
    value = nextafter(value, float("inf")) if exclusive else value
    if shape.most is not None and (Fraction(value), True) > shape.most:
        return None
    return lambda _random, _room: value


def _step(steps: list[Fraction]) -> Fraction | None:
    """Return the least common multiple of *steps*."""
    if not steps:
        return None
    common = steps[0]
    for step in steps[1:]:
        one = common.numerator * step.denominator
        two = step.numerator * common.denominator
        common = Fraction(one * two // gcd(one, two), common.denominator * step.denominator)
    return common


def _between(shape: Shape, step: Fraction, least: float, most: float) -> tuple[int, int] | None:
    """Return the least and the greatest factor of *step*; None where there is none.

    What the schema allows is narrowed to *least* and *most* where that leaves something, and else
    to what is close to the bound.
    """
    low, high = _factors(shape, step)
    if low is not None and high is not None and low > high:
        return None
    wanted, greatest = ceil(Fraction(least) / step), floor(Fraction(most) / step)
    if greatest - wanted < _FEW:
        greatest = wanted + _SPAN
    span = max(greatest - wanted, _SPAN)
    start = wanted if low is None else max(low, wanted)
    end = greatest if high is None else min(high, greatest)
    if start <= end:
        return start, end
    if low is not None and low > greatest:
        return low, low + span if high is None else min(high, low + span)
    if high is None:
        return start, start + span
    return high - span if low is None else max(low, high - span), high


def _factors(shape: Shape, step: Fraction) -> tuple[int | None, int | None]:
    """Return the least and the greatest factor of *step* that the bounds allow."""
    low = high = None
    if shape.least is not None:
        low = ceil(shape.least[0] / step)
        low += shape.least[1] and low * step == shape.least[0]
    if shape.most is not None:
        high = floor(shape.most[0] / step)
        high -= not shape.most[1] and high * step == shape.most[0]
    return low, high


def _multiples(low: int, high: int, step: Fraction) -> Draw:
    count = high - low + 1
    numerator, denominator = step.numerator, step.denominator
    if denominator == 1 and numerator == 1:
        return lambda random, _room: low + int(random.random() * count)
    if denominator == 1:
        return lambda random, _room: (low + int(random.random() * count)) * numerator

    def draw(random: Random, _room: float) -> Any:
        return (low + int(random.random() * count)) * numerator / denominator

    return draw
