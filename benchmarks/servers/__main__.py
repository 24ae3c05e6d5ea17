"""Serve an application of :mod:`benchmarks.servers` on a listening socket that was inherited.

``python -m benchmarks.servers KIND [URL] DESCRIPTOR``: KIND is a key of :data:`KINDS`, and URL the
queue of a server that has other processes beside it. It ends when its standard input does.
"""

import asyncio
import socket
import sys
import threading
from collections.abc import Callable, Mapping
from typing import Any

import uvicorn

from benchmarks.servers.echo import echo
from benchmarks.servers.handlers import register

TOKEN_INFO = "benchmarks.servers.handlers.token_info"


def plain(**options: Any) -> Any:
    """Return an application of python-socketio with its defaults."""
    import socketio

    server = socketio.AsyncServer(async_mode="asgi", **options)
    register(server)
    return socketio.ASGIApp(server)


def validated(**options: Any) -> Any:
    """Return an application that enforces the document."""
    from benchmarks.documents import chat_document

    return _ours(chat_document(), options)


def secured() -> Any:
    """Return an application that also asks every client for a token."""
    from benchmarks.documents import secured_document

    return _ours(secured_document(TOKEN_INFO), {})


def bound() -> Any:
    """Return an application that asks for a token, and holds handshakes to bindings."""
    from benchmarks.documents import bound_document

    return _ours(bound_document(TOKEN_INFO), {})


def _ours(document: Mapping[str, Any], options: Mapping[str, Any]) -> Any:
    from asynction_core import AsynctionMiddleware, AsynctionServer

    server = AsynctionServer.from_spec(document, **options)
    register(server)
    return AsynctionMiddleware(server=server)


KINDS: Mapping[str, Callable[..., Any]] = {
    "plain": plain,
    "validated": validated,
    "unvalidated": lambda: validated(validation=False),
    "slow path": lambda: validated(fast_path=False),
    "secured": secured,
    "bound": bound,
    "echo": lambda: echo,
}


def main(kind: str, descriptor: str, url: str | None = None) -> None:
    """Serve until told to stop."""
    app = KINDS[kind](**_queue(url)) if url else KINDS[kind]()
    config = uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)

    def stop_with_parent() -> None:
        sys.stdin.read()
        server.should_exit = True

    threading.Thread(target=stop_with_parent, daemon=True).start()
    asyncio.run(server.serve([socket.socket(fileno=int(descriptor))]))


def _queue(url: str) -> dict[str, Any]:
    import socketio

    return {"client_manager": socketio.AsyncRedisManager(url)}


if __name__ == "__main__":
    kind, *url, descriptor = sys.argv[1:]
    main(kind, descriptor, *url)
