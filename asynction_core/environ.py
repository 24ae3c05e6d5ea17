"""An ASGI request as python-engineio's WSGI-like environment, which a connection keeps."""

from typing import Any

from engineio.async_drivers import asgi


class _NoBody:
    """The body of a request that has none, in the place of python-engineio's.

    It makes a class for each, of 2.5 KB, which would stay as long as the client is connected.
    """

    async def read(self, _length: int | None = None) -> bytes:
        """Return nothing."""
        return b""


_NO_BODY = _NoBody()


async def translate_request(scope: Any, receive: Any, send: Any) -> dict[str, Any]:
    """Return the environment of a request."""
    environ: dict[str, Any] = await asgi.translate_request(scope, receive, send)
    if environ.get("REQUEST_METHOD") == "GET":
        environ["wsgi.input"] = _NO_BODY
    return environ
