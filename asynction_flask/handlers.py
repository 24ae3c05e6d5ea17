"""Handlers with Flask-SocketIO's signatures, in a server that gives them a session id."""

import inspect
from collections.abc import Callable
from typing import Any

from asynction_core.exceptions import SpecException

Handler = Callable[..., Any]


class FlaskHandler:
    """A handler as python-socketio calls it, with the session id, and the user's behind it.

    python-socketio names the event, the namespace or both in front of the session id, where the
    handler is for all of them (``*``). The user's function gets the name of the event only.

    :param call: takes the user's function, the event, the namespace, the session id and the
        arguments, and calls the function.
    :param function: the user's, which takes the arguments only.
    :raises SpecException: *function* is a coroutine function, which nothing would await.
    """

    def __init__(self, call: Handler, function: Handler, event: str, namespace: str) -> None:
        if inspect.iscoroutinefunction(function):
            name = getattr(function, "__qualname__", repr(function))
            raise SpecException(
                f"handler {name!r} is a coroutine function, which Flask-SocketIO never awaits",
                fix="Make it a plain function, or serve the document with asynction_core.",
            )
        self.function = function
        self._call = call
        self._event = event
        self._namespace = namespace
        self.__qualname__ = getattr(function, "__qualname__", repr(function))

    def __call__(self, *arguments: Any) -> Any:
        """Call the user's function with what python-socketio gives."""
        namespace, sid, given = self._read(arguments)
        return self._call(self.function, self._event, namespace, sid, *given)

    def given(self, arguments: tuple[Any, ...]) -> tuple[Any, ...]:
        """Return what the user's function gets of *arguments*, which python-socketio gives."""
        return self._read(arguments)[2]

    def _read(self, arguments: tuple[Any, ...]) -> tuple[str, str, tuple[Any, ...]]:
        """Return the namespace, the session id, and what the user's function gets."""
        count = (self._event == "*") + (self._namespace == "*")
        names, (sid, *rest) = arguments[:count], arguments[count:]
        namespace = names[-1] if self._namespace == "*" else self._namespace
        return namespace, sid, (*(names[:1] if self._event == "*" else ()), *rest)
