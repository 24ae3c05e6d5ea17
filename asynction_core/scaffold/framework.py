"""What differs between the two kinds of application."""

from dataclasses import dataclass
from typing import Literal

Framework = Literal["asgi", "flask"]


@dataclass(frozen=True, slots=True)
class Dialect:
    """How handlers are written for a framework.

    ``define`` begins an event handler, ``first`` are the parameters that come before the arguments
    of its event. ``here`` tells, inside of a handler, which event it is for. ``door`` is the object
    that handlers are registered with.
    """

    framework: Framework
    define: str
    first: tuple[str, ...]
    connect: tuple[str, ...]
    who: str
    here: tuple[str, str]
    here_import: str
    door: str


ASGI = Dialect(
    framework="asgi",
    define="async def",
    first=("sid: str",),
    connect=("sid: str", "environ: dict[str, Any]", "auth: Any"),
    who="sid",
    here=("current.namespace", "current.event"),
    here_import="from asynction_core import current",
    door="server",
)
FLASK = Dialect(
    framework="flask",
    define="def",
    first=(),
    connect=("auth: Any = None",),
    who="request.sid",
    here=("request.namespace", 'request.event["message"]'),
    here_import="from flask import request",
    door="socketio",
)


def dialect(framework: Framework) -> Dialect:
    """Return how handlers are written for *framework*."""
    return FLASK if framework == "flask" else ASGI
