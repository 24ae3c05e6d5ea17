"""What a log may show of an exception: where it was raised, never its message."""

import sys
import traceback
from collections.abc import Iterator
from types import FrameType, TracebackType

LIMIT = 20
"""How many frames of an exception are shown: recursion, which a client can cause, has many."""

_ON_THE_WAY = frozenset(
    {
        *("asynction", "asynction_core", "asynction_flask"),
        *("socketio", "engineio", "flask_socketio", "flask", "werkzeug", "gevent", "eventlet"),
        *sys.stdlib_module_names,
    }
)
"""The packages that an event goes through until it is at its handler."""


def frames_of(error: BaseException) -> str:
    """Return the types and the innermost frames of *error* and of what led to it.

    The frames on the way to a handler are left out where there are frames of the handler.
    Messages quote data: payloads, tokens, whole requests. They are left out.
    """
    return "\nfollowed by\n".join(reversed(list(_described(error))))


def _described(error: BaseException) -> Iterator[str]:
    found: BaseException | None = error
    seen: set[int] = set()
    while found is not None and id(found) not in seen:
        seen.add(id(found))
        begin = _from_the_handler(found.__traceback__)
        frames = "".join(traceback.format_tb(begin, -LIMIT)).rstrip()
        yield f"{type(found).__name__}, raised in\n{frames}" if frames else type(found).__name__
        found = found.__cause__ or (None if found.__suppress_context__ else found.__context__)


def _from_the_handler(begin: TracebackType | None) -> TracebackType | None:
    """Return the part of a traceback that begins in a handler; all of it where none does."""
    found = begin
    while found is not None and _is_on_the_way(found.tb_frame):
        found = found.tb_next
    return found or begin


def _is_on_the_way(frame: FrameType) -> bool:
    return str(frame.f_globals.get("__name__")).partition(".")[0] in _ON_THE_WAY
