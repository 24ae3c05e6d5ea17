"""The TCP connection below a websocket, where the ASGI server lets it be reached.

ASGI has no words for it, so this works where *send* or *receive* is a method of the server's
protocol, as uvicorn's are: the protocol has asyncio's transport, and that the socket. Middleware
that wraps one of them mostly leaves the other.
"""

import socket
from contextlib import suppress
from typing import Any

_CORK = getattr(socket, "TCP_CORK", None)
"""The option of a socket that holds small segments back; Linux has it."""


def transport_of(*methods: Any) -> Any:
    """Return the transport of the protocol that one of *methods* is of, if it is of one."""
    for method in methods:
        found = getattr(getattr(method, "__self__", None), "transport", None)
        if found is not None:
            return found
    return None


def abort(transport: Any) -> bool:
    """Cut the connection of a client that takes nothing, not even that it is closed."""
    cut = getattr(transport, "abort", None)
    if cut is not None:
        cut()
    return cut is not None


def corkable(transport: Any) -> Any:
    """Return the socket, if it can hold back what is written."""
    find = getattr(transport, "get_extra_info", None)
    found = find("socket") if find is not None else None
    return found if hasattr(found, "setsockopt") and cork(found, False) else None


def cork(found: Any, held: bool = True) -> bool:
    """Have what is written to the socket *found* held back, or sent; return whether that worked.

    The kernel sends it by itself once a segment is full, or after 200 ms (tcp(7), ``TCP_CORK``).
    """
    with suppress(OSError, ValueError):  # no TCP, or closed
        if _CORK is not None:
            found.setsockopt(socket.IPPROTO_TCP, _CORK, held)
            return True
    return False
