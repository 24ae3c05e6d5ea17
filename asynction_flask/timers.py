"""Calls that are due later, made by one background task in whichever async mode."""

import heapq
import itertools
import threading
import time
from collections.abc import Callable
from typing import Any

from asynction_core.refusals import logger

_NAP = 0.5
"""The longest that the task sleeps, in seconds: a new timer may be due before all others."""


class Timer:
    """A call that is due; ``cancel`` takes it back."""

    def __init__(self, due: float, function: Callable[..., None], arguments: tuple[Any, ...]):
        self.due = due
        self._call: tuple[Callable[..., None], tuple[Any, ...]] | None = (function, arguments)

    def cancel(self) -> None:
        """Take the call back, and let go of what it would be made with."""
        self._call = None

    def cancelled(self) -> bool:
        """Tell whether the call was taken back, or has been made."""
        return self._call is None

    def run(self) -> None:
        """Make the call, unless it was taken back."""
        call, self._call = self._call, None
        if call is not None:
            function, arguments = call
            function(*arguments)


class Timers:
    """The timers of a server. Its task runs only while there are some.

    :param server: a ``socketio.Server``, which starts background tasks and sleeps.
    """

    def __init__(self, server: Any) -> None:
        self._server = server
        self._waiting: list[tuple[float, int, Timer]] = []
        self._numbers = itertools.count()
        self._lock = threading.Lock()
        self._runs = False

    def call_later(self, seconds: float, function: Callable[..., None], *arguments: Any) -> Timer:
        """Have *function* called in so many *seconds*."""
        timer = Timer(time.monotonic() + seconds, function, arguments)
        with self._lock:
            heapq.heappush(self._waiting, (timer.due, next(self._numbers), timer))
            starts, self._runs = not self._runs, True
        if starts:
            self._start()
        return timer

    def _start(self) -> None:
        try:
            self._server.start_background_task(self._run)
        except BaseException:
            self._runs = False  # the next call tries again
            raise

    def _run(self) -> None:
        while (due := self._next_due()) is not None:
            pause = due - time.monotonic()
            if pause > 0:
                self._server.sleep(min(pause, _NAP))
            else:
                self._make(self._take())

    def _make(self, timer: Timer) -> None:
        try:
            timer.run()
        except Exception as error:  # the others are still due
            logger.error("a timer failed: %s", type(error).__name__)

    def _next_due(self) -> float | None:
        with self._lock:
            while self._waiting and self._waiting[0][2].cancelled():
                heapq.heappop(self._waiting)
            self._runs = bool(self._waiting)
            return self._waiting[0][0] if self._waiting else None

    def _take(self) -> Timer:
        with self._lock:
            return heapq.heappop(self._waiting)[2]
