"""Coroutines that are begun where they are made, and that go on in a task only if they wait."""

from collections.abc import Coroutine, Generator
from contextvars import Context
from types import coroutine
from typing import Any

Begun = Generator[Any, Any, Any] | Coroutine[Any, Any, Any]


@coroutine
def resumed(begun: Begun, pending: Any) -> Generator[Any, Any, Any]:
    """Return what *begun* comes to, which has been begun and waits for *pending*."""
    try:
        while True:
            try:
                sent = yield pending
            except BaseException as error:
                pending = begun.throw(error)
            else:
                pending = begun.send(sent)
    except StopIteration as end:
        return end.value


@coroutine
def resumed_in(context: Context, begun: Begun, pending: Any) -> Generator[Any, Any, Any]:
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
