"""The ways a connection can be refused, for both doors: one namespace for each."""

import asyncio
import builtins
import json
from collections.abc import Callable
from typing import Any

import socketio.exceptions
from support import channel, document, message

from asynction_core import SecurityInfo

NEEDS_A_TOKEN = {"ws": {"query": {"type": "object", "required": ["token"]}}}
BEARER = {"type": "http", "scheme": "bearer", "x-bearerInfoFunc": "refusal_ways.bearer"}

BEFORE_ITS_HANDLER: dict[str, tuple[dict[str, Any], Any]] = {
    "bindings": ({"bindings": NEEDS_A_TOKEN}, None),
    "missing": ({"x_security": [{"bearer": []}]}, None),
    "rejected": ({"x_security": [{"bearer": []}]}, {"token": "None"}),
    "junk": ({"x_security": [{"bearer": []}]}, {"token": "'junk'"}),
    "raises": ({"x_security": [{"bearer": []}]}, {"token": "1 / 0"}),
    "late": ({"x_security": [{"bearer": []}]}, {"token": "asyncio.sleep(5)"}),
    "malformed": ({"x_security": [{"bearer": []}, {}]}, {"token": 5}),
}
"""Ways to be refused before the connect handler: members of the channel, and ``auth``."""


async def bearer(token: str) -> SecurityInfo | None:
    found = eval(token)
    return await found if asyncio.iscoroutine(found) else found  # type: ignore[no-any-return]


def _raise(error: BaseException) -> Any:
    raise error


BY_ITS_HANDLER: dict[str, Callable[[], Any]] = {
    "false": lambda: False,
    "refuses": lambda: _raise(socketio.exceptions.ConnectionRefusedError("no")),
    "refuses as the builtin": lambda: _raise(builtins.ConnectionRefusedError("no", {"a": 1})),
    "crashes": lambda: _raise(RuntimeError("mine")),
    "says what is no JSON": lambda: _raise(builtins.ConnectionRefusedError("no", {1, 2})),
}
"""Ways for the connect handler to refuse."""

WAYS = [*BEFORE_ITS_HANDLER, *BY_ITS_HANDLER]
HANDLERS = ["none", "of the namespace", "default", "both", "failing"]


def namespace_of(way: str) -> str:
    return f"/{way.replace(' ', '-')}"


SPEC = document(
    {
        namespace_of(way): channel(
            received=[message("ping")],
            emitted=[message("news", x_ack={"args": {}})],
            **BEFORE_ITS_HANDLER.get(way, ({}, None))[0],
        )
        for way in WAYS
    },
    components={"securitySchemes": {"bearer": BEARER}},
)


def way_of(namespace: str) -> str:
    """Return the way to be refused in *namespace*."""
    return namespace[1:].replace("-", " ")


def refused_dialogue(way: str) -> list[str]:
    """Return the packets of a client that connects, emits and leaves."""
    namespace, auth = namespace_of(way), BEFORE_ITS_HANDLER.get(way, ({}, None))[1]
    event = f'42{namespace},1["ping"]'
    connects = f"40{namespace},{json.dumps(auth) if auth else ''}"
    return [connects, event, event, f"41{namespace},"]


def fail(error: Exception) -> bool:
    """Fail, as an error handler may."""
    raise RuntimeError("the error handler's own")
