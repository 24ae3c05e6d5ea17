"""When to emit next."""

import math


def next_due(due: float, now: float, interval: float) -> float:
    """Return the first time after *due*, in steps of *interval*, that is not past.

    Emits that are late leave some out, and are never made up for in a burst. All in seconds.
    """
    missed = math.ceil((now - due) / interval)
    return due + interval * max(missed, 1)
