"""Handlers with Flask-SocketIO's signatures, in a server that gives them a session id."""

import inspect
from collections.abc import Callable
from typing import Any

from asynction_core.exceptions import SpecException

Handler = Callable[..., Any]


class FlaskHandler:
    """A handler as python-socketio calls it, with the session id, and the user's behind it.

    :param target: takes the session id and the arguments.
    :param function: the user's, which takes the arguments only.
    :raises SpecException: *function* is a coroutine function, which nothing would await.
    """

    def __init__(self, target: Handler, function: Handler) -> None:
        if inspect.iscoroutinefunction(function):
            name = getattr(function, "__qualname__", repr(function))
            raise SpecException(
                f"handler {name!r} is a coroutine function, which Flask-SocketIO never awaits",
                fix="Make it a plain function, or serve the document with asynction_core.",
            )
        self.target = target
        self.function = function
        self.__qualname__ = getattr(function, "__qualname__", repr(function))

    def __call__(self, *arguments: Any) -> Any:
        """Call the handler with the session id and the *arguments* of the event."""
        return self.target(*arguments)
