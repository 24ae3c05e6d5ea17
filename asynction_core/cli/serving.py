"""Serving under uvicorn, with an end that is quiet, and a new server when the document changes."""

import asyncio
import contextlib
import os
import socket
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import click
import uvicorn

from asynction_core.cli.options import Listening
from asynction_core.exceptions import SpecException
from asynction_core.middleware import AsynctionMiddleware
from asynction_core.server import AsynctionServer
from asynction_core.spec import Spec

PATIENCE = 3
"""How long clients may take to leave when the server ends, in seconds."""

WEBSOCKETS: dict[str, Any] = {"ws_ping_interval": None, "ws_per_message_deflate": False}
"""Engine.IO sends pings of its own, and compressing small packets one by one does not pay."""

Make = Callable[[], AsynctionServer]


def listen(listening: Listening) -> socket.socket:
    """Return a socket that listens where the options say.

    :raises click.ClickException: it cannot; the port is in use, say.
    """
    family = socket.AF_INET6 if ":" in listening.host else socket.AF_INET
    try:
        return socket.create_server((listening.host, listening.port), family=family, backlog=2048)
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
        raise click.ClickException(
            f"cannot listen on {listening.host}, port {listening.port}: {reason}. "
            "Choose another with --host and --port."
        ) from error


def url_of(listener: socket.socket) -> str:
    """Return the address of *listener* as a URL that a browser opens."""
    host, port = listener.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 # any address
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def made(make: Make) -> AsynctionServer:
    """Return the server that *make* makes.

    :raises click.ClickException: something is wrong with its document, or a package is missing.
    """
    try:
        server = make()
        server.check_handlers()
    except (SpecException, ModuleNotFoundError, RuntimeError) as error:
        raise click.ClickException(str(error)) from error
    return server


class Serving:
    """Serves on a socket, until a signal ends it.

    :param make: makes the server, and another when the document has changed.
    :param announce: called when a server is ready.
    """

    def __init__(self, make: Make, announce: Callable[[AsynctionServer], None]) -> None:
        self._make = make
        self._announce = announce
        self._server = made(make)
        self._app = AsynctionMiddleware(server=self._server)

    def run(self, listener: socket.socket, reload: bool) -> None:
        """Serve on *listener*.

        :param reload: whether to serve the document anew when a file of it changes.
        """
        config = uvicorn.Config(
            self._serve,
            interface="asgi3",
            lifespan="off",
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=PATIENCE,
            **WEBSOCKETS,
        )
        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(self._run(_Server(config, self._close), listener, reload))

    async def _run(self, server: uvicorn.Server, listener: socket.socket, reload: bool) -> None:
        watching = asyncio.create_task(self._watch()) if reload else None
        await asyncio.sleep(0)  # from now on it watches
        self._announce(self._server)
        try:
            await server.serve(sockets=[listener])
        finally:
            if watching is not None:
                watching.cancel()
                await asyncio.wait([watching])

    async def _serve(self, scope: Any, receive: Any, send: Any) -> None:
        await self._app(scope, receive, send)

    async def _close(self) -> None:
        await close(self._server)

    async def _watch(self) -> None:
        """Serve the document anew whenever a file of it changes and is right."""
        from watchfiles import awatch

        files = files_of(self._server.registration.spec)
        while True:
            watched = {file.parent for file in files}

            def concerns(_change: object, path: str, files: frozenset[Path] = files) -> bool:
                return Path(path).resolve() in files

            async for _ in awatch(*watched, watch_filter=concerns, recursive=False):
                files |= await self._begin_anew()
                if {file.parent for file in files} != watched:
                    break

    async def _begin_anew(self) -> frozenset[Path]:
        try:
            server = await asyncio.to_thread(made, self._make)
        except click.ClickException as error:
            click.secho("The document is broken; the last one is still served.", fg="yellow")
            error.show(sys.stdout)
            return frozenset()
        old, self._server = self._server, server
        self._app = AsynctionMiddleware(server=server)
        click.secho("The document has changed, and is served anew.", fg="green")
        self._announce(server)
        await close(old)
        return files_of(server.registration.spec)


class _Server(uvicorn.Server):
    """A uvicorn that sends its clients away before it waits for them."""

    def __init__(self, config: uvicorn.Config, close: Callable[[], Any]) -> None:
        super().__init__(config)
        self._close = close

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop serving."""
        await self._close()
        await super().shutdown(sockets)


async def close(server: AsynctionServer) -> None:
    """Send the clients of *server* away, and stop it."""
    leaving = [asyncio.ensure_future(server.eio.disconnect(sid)) for sid in [*server.eio.sockets]]
    if leaving:
        await asyncio.wait(leaving, timeout=PATIENCE)
    await server.shutdown()


def files_of(spec: Spec) -> frozenset[Path]:
    """Return the files that the document consists of."""
    return frozenset(_files(spec.resources))


def _files(uris: Iterable[str]) -> Iterable[Path]:
    for uri in uris:
        parts = urlsplit(uri)
        if parts.scheme == "file":
            yield Path(unquote(parts.path)).resolve()
