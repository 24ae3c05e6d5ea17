"""Coroutines where nothing awaits: each runs in an event loop of its own, until it ends."""

import asyncio
from collections.abc import Awaitable, Callable
from contextvars import copy_context
from typing import Any

_GRACE = 1.0
"""How long what is cancelled may take to end, in seconds."""


def finish(result: Awaitable[Any], async_mode: str, timeout: float) -> Any:
    """Return what *result* comes to, and let others run meanwhile.

    Green threads share a native thread, in which only one event loop can run: there, the event
    loop gets a native thread of the pool that gevent and eventlet have.

    :param timeout: when to cancel it, in seconds.
    :raises TimeoutError: it took longer.
    """
    return _apply(async_mode)(copy_context().run, _run, result, timeout)


def _apply(async_mode: str) -> Callable[..., Any]:
    """Return what calls a function, in a native thread if this is a green one."""
    if async_mode.startswith("gevent"):
        import gevent

        pool = gevent.get_hub().threadpool
        return lambda function, *arguments: pool.apply(function, arguments)
    if async_mode == "eventlet":
        import eventlet.tpool

        execute: Callable[..., Any] = eventlet.tpool.execute
        return execute
    return lambda function, *arguments: function(*arguments)


def _run(result: Awaitable[Any], timeout: float) -> Any:
    """Do as ``asyncio.run``, which waits for ever for who ignores being cancelled."""
    loop = asyncio.new_event_loop()
    try:
        return loop.run_until_complete(_within(result, timeout))
    finally:
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.set_exception_handler(lambda *_: None)  # of what is given up there is nothing to say
        loop.close()


async def _within(result: Awaitable[Any], timeout: float) -> Any:
    try:
        task = asyncio.ensure_future(result)
        done, _ = await asyncio.wait([task], timeout=timeout)
        if not done:
            raise TimeoutError
        return task.result()
    finally:
        await _cancel_others()


async def _cancel_others() -> None:
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    if others:
        await asyncio.wait(others, timeout=_GRACE)
