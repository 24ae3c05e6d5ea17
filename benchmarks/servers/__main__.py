"""Serve ``validated``, ``secured`` or ``plain`` on a listening socket that was inherited.

``python -m benchmarks.servers KIND DESCRIPTOR``; it ends when its standard input does.
"""

import asyncio
import socket
import sys
import threading
from typing import Any

import uvicorn

from benchmarks.servers.handlers import register


def plain() -> Any:
    """Return an application of python-socketio with its defaults."""
    import socketio

    server = socketio.AsyncServer(async_mode="asgi")
    register(server)
    return socketio.ASGIApp(server)


def validated() -> Any:
    """Return an application that enforces the document."""
    from asynction_core import AsynctionMiddleware, AsynctionServer
    from benchmarks.documents import chat_document

    server = AsynctionServer.from_spec(chat_document())
    register(server)
    return AsynctionMiddleware(server=server)


def secured() -> Any:
    """Return an application that also asks every client for a token."""
    from asynction_core import AsynctionMiddleware, AsynctionServer
    from benchmarks.documents import secured_document

    server = AsynctionServer.from_spec(secured_document("benchmarks.servers.handlers.token_info"))
    register(server)
    return AsynctionMiddleware(server=server)


def main(kind: str, descriptor: str) -> None:
    """Serve until told to stop."""
    app = {"plain": plain, "validated": validated, "secured": secured}[kind]()
    config = uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)

    def stop_with_parent() -> None:
        sys.stdin.read()
        server.should_exit = True

    threading.Thread(target=stop_with_parent, daemon=True).start()
    asyncio.run(server.serve([socket.socket(fileno=int(descriptor))]))


if __name__ == "__main__":
    main(*sys.argv[1:])
