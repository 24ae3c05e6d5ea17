"""The TCP connection below a websocket, where the ASGI server lets it be reached.

ASGI has no words for it, so this works where *send* is a method of the server's protocol, as
uvicorn's is: the protocol has asyncio's transport.
"""

from typing import Any


def abort(send: Any) -> bool:
    """Cut the connection of a client that takes nothing, not even that it is closed."""
    cut = getattr(_transport(send), "abort", None)
    if cut is not None:
        cut()
    return cut is not None


def _transport(send: Any) -> Any:
    return getattr(getattr(send, "__self__", None), "transport", None)
