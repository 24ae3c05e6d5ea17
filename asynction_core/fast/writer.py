"""A task for what a middleware does with the frames of one websocket.

The ASGI server's own *send* may be begun wherever a frame is written. One that a middleware wrapped
may hold on to the task and to the context it runs in: ``asyncio.timeout`` and anyio's scopes cancel
that task, and what is set in a context can be reset in no other. They get one task and one context
for all that they do, though a frame is begun, and mostly written, while another task runs.
"""

import asyncio
from asyncio.tasks import _enter_task, _leave_task, current_task
from collections.abc import Awaitable, Callable, Generator
from contextvars import copy_context
from typing import Any

from asynction_core.fast.stepping import DONE

GoOn = Callable[[Generator[Any, Any, Any], Any], Awaitable[None]]
"""Goes on with a frame that was begun, and waits for the second."""


class Writer:
    """The task that frames are begun in, and that goes on with those that have to wait."""

    def __init__(self, go_on: GoOn) -> None:
        loop = self._loop = asyncio.get_running_loop()
        self._context = copy_context()
        self._handed: asyncio.Future[tuple[Generator[Any, Any, Any], Any]] = loop.create_future()
        self.task = asyncio.Task(self._run(go_on), loop=loop, context=self._context)

    def begin(self, writing: Generator[Any, Any, Any]) -> Any:
        """Write a frame as far as that goes without waiting; return what it waits for, or ``DONE``.

        This is how a loop steps a task ("Extending", in the documentation of asyncio).
        """
        loop = self._loop
        running = current_task(loop)
        if running is not None:
            _leave_task(loop, running)
        _enter_task(loop, self.task)
        try:
            return self._context.run(next, writing, DONE)
        finally:
            _leave_task(loop, self.task)
            if running is not None:
                _enter_task(loop, running)

    def go_on(self, writing: Generator[Any, Any, Any], pending: Any) -> "asyncio.Task[None]":
        """Have the task go on with a frame that waits for *pending*; return the task."""
        self._handed.set_result((writing, pending))
        return self.task

    async def _run(self, go_on: GoOn) -> None:
        while True:
            writing, pending = await self._handed
            self._handed = self._loop.create_future()
            await go_on(writing, pending)
