"""When a mock emits next."""

import pytest

from asynction_core.mock.clock import next_due


@pytest.mark.parametrize(
    ("now", "due"),
    [(10.1, 11.0), (10.9, 11.0), (11.5, 11.0), (13.5, 13.0)],
    ids=["in time", "just in time", "late, made up for", "missed, left out"],
)
def test_the_next_emit(now: float, due: float) -> None:
    assert next_due(10.0, now, 1.0) == due
