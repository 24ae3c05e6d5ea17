"""Drives flows and decisions, which are generators, in an event loop or without one.

A flow yields what a call returned and takes what it came to: where the call is a coroutine it is
awaited, where it is not it is the result already. So the way of an event or of a connection is
written once, for both kinds of server.
"""

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Generator
from types import CoroutineType
from typing import Any, TypeVar

from asynction_core.handlers import Call
from asynction_core.identity import Identity
from asynction_core.security import Decision

_T = TypeVar("_T")
Flow = Generator[Any, Any, _T]
"""Yields the results of calls, or awaitables of them; takes the results."""


async def drive(flow: Flow[_T]) -> _T:
    """Return what *flow* comes to, and await what it yields."""
    try:
        step = next(flow)
        while True:
            if type(step) is CoroutineType or inspect.isawaitable(step):
                try:
                    step = await step
                except BaseException as error:
                    step = flow.throw(error)
                    continue
            step = flow.send(step)
    except StopIteration as end:
        result: _T = end.value
        return result


def run(flow: Flow[_T]) -> _T:
    """Return what *flow* comes to where nothing needs to be awaited."""
    try:
        step = next(flow)
        while True:
            step = flow.send(step)
    except StopIteration as end:
        result: _T = end.value
        return result


async def decide(decision: Decision, timeout: float) -> Identity:
    """Return what *decision* comes to.

    A plain function runs in a thread, so that it can neither block the event loop nor outlast the
    timeout; the thread itself cannot be stopped.

    :param timeout: how long each call may take, in seconds.
    :raises SecurityException: the client may not connect.
    """
    try:
        call = next(decision)
        while True:
            try:
                result = await _within(_run(call), timeout)
            except Exception as error:
                call = decision.throw(error)
            else:
                call = decision.send(result)
    except StopIteration as end:
        identity: Identity = end.value
        return identity
    finally:
        decision.close()


def decide_now(decision: Decision, make: Callable[[Call], Any]) -> Identity:
    """Return what *decision* comes to where nothing needs to be awaited.

    :param make: makes a call, and returns its result or raises.
    :raises SecurityException: the client may not connect.
    """
    try:
        call = next(decision)
        while True:
            try:
                result = make(call)
            except Exception as error:
                call = decision.throw(error)
            else:
                call = decision.send(result)
    except StopIteration as end:
        identity: Identity = end.value
        return identity
    finally:
        decision.close()


async def _run(call: Call) -> Any:
    if inspect.iscoroutinefunction(call.function):
        return await call.function(*call.arguments, **call.keywords)
    result, error = await asyncio.to_thread(_outcome, call)
    if error is not None:
        raise error
    return await result if inspect.isawaitable(result) else result


def _outcome(call: Call) -> tuple[Any, Exception | None]:
    """Return what *call* returns and what it raises: no future can hold a ``StopIteration``."""
    try:
        return call.function(*call.arguments, **call.keywords), None
    except Exception as error:
        return None, error


async def _within(call: Awaitable[Any], timeout: float) -> Any:
    """Return the result of *call*; do not wait for one that ignores its cancellation.

    :raises TimeoutError: it took longer than *timeout* seconds.
    """
    task = asyncio.ensure_future(call)
    task.add_done_callback(_retrieve)
    try:
        done, _ = await asyncio.wait([task], timeout=timeout)
    finally:
        if not task.done():
            task.cancel()
    if not done:
        raise TimeoutError
    if task.cancelled():
        raise RuntimeError("the function cancelled itself")
    return task.result()


def _retrieve(task: "asyncio.Future[Any]") -> None:
    """Keep the event loop from logging an exception that nobody waited for, with its message."""
    if not task.cancelled():
        task.exception()
