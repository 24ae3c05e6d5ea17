"""An ASGI request as python-engineio's WSGI-like environment, which a connection keeps."""

from typing import Any

from engineio.async_drivers import asgi

from asynction_core.polling import Receive, take_body


class _NoBody:
    """The body of a request that has none, in the place of python-engineio's.

    It makes a class for each, of 2.5 KB, which would stay as long as the client is connected.
    """

    async def read(self, _length: int | None = None) -> bytes:
        """Return nothing."""
        return b""


_NO_BODY = _NoBody()


async def translate_request(
    limit: int, receive_body: Receive, scope: Any, receive: Any, send: Any
) -> dict[str, Any]:
    """Return the environment of a request.

    :param limit: how many bytes the body of a POST may have.
    :param receive_body: receives the packets in it.
    """
    environ: dict[str, Any] = await asgi.translate_request(scope, receive, send)
    method = environ.get("REQUEST_METHOD")
    if method == "GET":
        environ["wsgi.input"] = _NO_BODY
    elif method == "POST":
        take_body(environ, limit, receive_body)
    return environ
