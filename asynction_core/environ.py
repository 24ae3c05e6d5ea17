"""An ASGI request as the WSGI-like environment that python-engineio knows, and a connection keeps.

python-engineio's own makes a class for the body of each request: a tenth of what an event over
long-polling takes, and 2.5 KB for as long as the client is connected.
"""

import sys
from collections.abc import Iterable
from typing import Any

from asynction_core.polling import Receive, take_body


class _Body:
    """The body of a request, which comes in as it is read."""

    __slots__ = ("_event", "_receive")

    def __init__(self, event: Any, receive: Any) -> None:
        self._event = event
        self._receive = receive

    async def read(self, length: int) -> bytes:
        """Return the first *length* bytes, once the whole body is there."""
        event, size, parts = self._event, 0, []
        while event["type"] == "http.request":
            part = event.get("body", b"")
            if size < length:
                parts.append(part)
                size += len(part)
            if not event.get("more_body"):
                break
            event = await self._receive()
        return b"".join(parts)[:length]


class _NoBody:
    """The body of a request of which nobody reads any."""

    async def read(self, _length: int | None = None) -> bytes:
        """Return nothing."""
        return b""


_NO_BODY = _NoBody()


async def translate_request(
    limit: int, receive_body: Receive, scope: Any, receive: Any, send: Any
) -> dict[str, Any]:
    """Return the environment of a request; it is empty where the client has gone.

    :param limit: how many bytes the body of a POST may have.
    :param receive_body: receives the packets in it.
    """
    event = await receive()
    if event["type"] not in ("http.request", "websocket.connect"):
        return {}
    environ = _environ(scope)
    environ["asgi.receive"], environ["asgi.send"] = receive, send
    environ["wsgi.input"] = _NO_BODY
    if environ["REQUEST_METHOD"] == "POST":
        environ["wsgi.input"] = _Body(event, receive)
        take_body(environ, limit, receive_body)
    return environ


def _environ(scope: Any) -> dict[str, Any]:
    path, query = scope["path"], _text(scope.get("query_string") or b"") or ""
    environ = {
        "REQUEST_METHOD": scope.get("method", "GET"),
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "RAW_URI": f"{path}?{query}" if query else path,
        "SCRIPT_NAME": "",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "SERVER_SOFTWARE": "asgi",
        "SERVER_NAME": "asgi",
        "SERVER_PORT": "0",
        "REMOTE_ADDR": "127.0.0.1",
        "REMOTE_PORT": "0",
        "wsgi.version": (1, 0),
        "wsgi.errors": sys.stderr,
        "wsgi.async": True,
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        "asgi.scope": scope,
    }
    _add_headers(environ, scope["headers"])
    environ["wsgi.url_scheme"] = environ.get("HTTP_X_FORWARDED_PROTO", "http")
    return environ


def _add_headers(environ: dict[str, Any], headers: Iterable[tuple[bytes, bytes]]) -> None:
    """Add *headers* under their names in CGI; one that is no UTF-8 is left out."""
    for raw_name, raw_value in headers:
        name, value = _text(raw_name.upper()), _text(raw_value)
        if name is None or value is None:
            continue
        if name in ("CONTENT-LENGTH", "CONTENT-TYPE"):
            environ[name.replace("-", "_")] = value
            continue
        key = f"HTTP_{name.replace('-', '_')}"
        environ[key] = f"{environ[key]},{value}" if key in environ else value


def _text(data: bytes) -> str | None:
    try:
        return data.decode()
    except UnicodeDecodeError:
        return None
