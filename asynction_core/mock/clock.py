"""When to emit next."""


def next_due(due: float, now: float, interval: float) -> float:
    """Return the time after *due*, in steps of *interval*, at which to emit next.

    It may be past already, by less than *interval*: what is late is made up for, but steps that
    were missed altogether are left out. All in seconds.
    """
    return due + interval * max((now - due) // interval, 1)
