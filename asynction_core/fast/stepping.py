"""Coroutines that are begun where they are made, and that go on in a task only if they wait."""

from collections.abc import Coroutine, Generator
from contextvars import Context
from types import coroutine
from typing import Any

DONE = object()
"""What ``next`` returns of what has not had to wait; without it, that would be an exception."""


@coroutine
def resumed(begun: Any, pending: Any) -> Generator[Any, Any, Any]:
    """Return what *begun* comes to, which has been begun and waits for *pending*.

    :param begun: a coroutine, or what ``__await__`` returned, which need be no generator.
    """
    while True:
        try:
            yield pending
        except BaseException as error:
            throw = getattr(begun, "throw", None)
            if throw is None:
                raise
            try:
                pending = throw(error)
            except StopIteration as end:
                return end.value
        else:
            return (yield from begun)


@coroutine
def resumed_in(
    context: Context, begun: Coroutine[Any, Any, Any], pending: Any
) -> Generator[Any, Any, Any]:
    """Do the same, with the context variables of *context*."""
    try:
        while True:
            try:
                sent = yield pending
            except BaseException as error:
                pending = context.run(begun.throw, error)
            else:
                pending = context.run(begun.send, sent)
    except StopIteration as end:
        return end.value
