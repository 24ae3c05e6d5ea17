"""Threads that are kept for the next call: to start one takes longer than most handlers."""

import os
from collections.abc import Callable
from contextvars import Context
from queue import Empty, SimpleQueue
from typing import Any

_IDLE = 10.0
"""How long a thread waits for its next call, in seconds."""

_Inbox = SimpleQueue[tuple[Callable[..., object], tuple[Any, ...]]]


class Workers:
    """As many threads as there are calls at a time. A call never waits for another.

    :param start: starts a thread that calls a function with arguments.
    """

    def __init__(self, start: Callable[..., object]) -> None:
        self._start = start
        self._idle: list[_Inbox] = []  # the last one in is the first one out, so others can end
        self._process = os.getpid()

    def call(self, function: Callable[..., object], *arguments: Any) -> None:
        """Have *function* called in a thread, with no context variables set."""
        if self._process != os.getpid():  # a fork has the list, but not the threads
            self._idle, self._process = [], os.getpid()
        try:
            inbox = self._idle.pop()
        except IndexError:
            inbox = SimpleQueue()
            inbox.put((function, arguments))
            self._start(self._work, inbox)
        else:
            inbox.put((function, arguments))

    def _work(self, inbox: _Inbox) -> None:
        while True:
            try:
                function, arguments = inbox.get(timeout=_IDLE)
            except Empty:
                try:
                    self._idle.remove(inbox)
                except ValueError:
                    continue  # somebody has just taken it
                return
            Context().run(function, *arguments)
            del function, arguments
            self._idle.append(inbox)
