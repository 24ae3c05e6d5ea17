"""A websocket that ends at the first frame that is no Engine.IO packet."""

from engineio.async_drivers import asgi

from asynction_core import refusals


class WebSocket(asgi.WebSocket):
    """python-engineio's, which would raise in the ASGI server and leave the client connected."""

    async def wait(self) -> str | bytes:
        """Return the next frame.

        :raises OSError: it is no Engine.IO packet, or the websocket is closed.
        """
        data: str | bytes = await super().wait()
        if is_malformed(data):
            refusals.logger.warning("a client is disconnected: not an Engine.IO packet")
            raise OSError("not an Engine.IO packet")
        return data


_KINDS = tuple("0123456")
_JSON = tuple("[{ \t\r\n")
"""What python-engineio would parse as JSON; no packet of Socket.IO begins so."""


def is_malformed(data: str | bytes) -> bool:
    """Tell whether python-engineio would raise on *data*."""
    return isinstance(data, str) and (data[:1] not in _KINDS or data[1:2] in _JSON)
