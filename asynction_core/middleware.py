"""The ASGI door: Socket.IO in front of any ASGI application, or on its own."""

import inspect
import os
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any

from asynction_core.docs import Documentation, docs_path
from asynction_core.docs.asgi import DocumentationRoute, send_answer
from asynction_core.exceptions import SpecException
from asynction_core.options import misplaced, options_of
from asynction_core.server import AsynctionServer

if TYPE_CHECKING:
    from starlette.types import Message, Receive, Scope, Send


class AsynctionMiddleware:
    """ASGI middleware that serves Socket.IO and the document, and hands everything else to *app*.

    Give it a document (*spec_path* and the options of :meth:`AsynctionServer.from_spec`) or a
    *server* made before. Without an *app* it answers 404 to what is not Socket.IO.

    Under a mount prefix the Socket.IO path is relative to the prefix.

    :param app: the application behind it.
    :param spec_path: the path of the document, or the document as a mapping.
    :param server: the server, in the place of a document.
    :param socketio_path: the Socket.IO path; by default that of the document's server that
        ``server_name`` names, else ``/socket.io``.
    :param metrics_path: where the server's :meth:`~AsynctionServer.stats` are served to whoever
        asks, in Prometheus' text format, with a slash behind it or without; by default nowhere.
    :param from_spec_kwargs: options of :meth:`AsynctionServer.from_spec`.
    :raises SpecException: something is wrong with the document or with a handler it names.
    :raises TypeError: an option that there is not, or *metrics_path* is no text.
    :raises ValueError: nothing could be served at *metrics_path*.
    """

    def __init__(
        self,
        app: Callable[[Any, Any, Any], Awaitable[None]] | None = None,
        *,
        spec_path: str | os.PathLike[str] | Mapping[str, Any] | None = None,
        server: AsynctionServer | None = None,
        socketio_path: str | None = None,
        metrics_path: str | None = None,
        **from_spec_kwargs: Any,
    ) -> None:
        if spec_path is not None and server is None:
            server = AsynctionServer.from_spec(spec_path, **from_spec_kwargs)
        elif server is None or spec_path is not None:
            raise TypeError("AsynctionMiddleware takes either spec_path or server")
        elif from_spec_kwargs:
            raise _mistaken(server, from_spec_kwargs)
        self.app = app
        self.server = server
        path = server.socketio_path if socketio_path is None else socketio_path.strip("/")
        self._path = f"/{path}/" if path else "/"
        self._docs: DocumentationRoute | None = None
        if server.docs:
            documentation = Documentation(server.registration.spec, path)
            self._docs = DocumentationRoute(documentation, docs_path(path))
        self._metrics = None if metrics_path is None else self._own_path(metrics_path)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve one connection, as ASGI has it."""
        if scope["type"] == "lifespan":
            await self._lifespan(scope, receive, send)
        elif f"{_path_of(scope)}/".startswith(self._path):
            await self.server.handle_request(scope, receive, send)
        elif self._docs and (answer := await self._docs.answer(scope, _path_of(scope))):
            await send_answer(answer, send)
        elif self._asks_for_metrics(scope):
            await _metrics(self.server)(scope, receive, send)
        elif self.app is not None:
            await self.app(scope, receive, send)
        else:
            await _not_found(scope, receive, send)

    def _own_path(self, metrics_path: str) -> str:
        """Return *metrics_path* as requests have it, if they can get there."""
        if not isinstance(metrics_path, str):
            raise TypeError(f"metrics_path is a path like '/metrics', not {metrics_path!r}")
        path = f"/{metrics_path.strip('/')}"
        if path == "/" or any(each in "?#%" or each.isspace() for each in path):
            raise ValueError(f"metrics_path: {metrics_path!r} is no path; give one like '/metrics'")
        taken = {"Socket.IO": self._path}
        if self._docs:
            taken["the documentation (docs=False removes it)"] = f"{self._docs.path}/"
        for what, theirs in taken.items():
            if f"{path}/".startswith(theirs):
                raise ValueError(
                    f"metrics_path: {metrics_path!r} is where {what} is served, at {theirs!r}; "
                    "give one of the two another path"
                )
        return path

    def _asks_for_metrics(self, scope: "Scope") -> bool:
        if self._metrics is None or scope.get("method") not in ("GET", "HEAD"):
            return False
        return _path_of(scope).removesuffix("/") == self._metrics

    async def _lifespan(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Check the handlers at start-up and stop the server at shutdown, around the app's own."""
        startup = await receive()
        try:
            self.server.check_handlers()
        except SpecException as error:
            await send({"type": "lifespan.startup.failed", "message": str(error)})
            return
        replayed = [startup]

        async def replaying_receive() -> "Message":
            return replayed.pop() if replayed else await receive()

        async def closing_send(message: "Message") -> None:
            if message["type"].startswith("lifespan.shutdown."):
                await self.server.shutdown()
            await send(message)

        await (self.app or _no_lifespan)(scope, replaying_receive, closing_send)


def _mistaken(server: AsynctionServer, options: Mapping[str, Any]) -> TypeError:
    """Return the exception for *options* that come with a server, which is made already."""
    of_servers = options_of(type(server))
    if of_servers.issuperset(options):
        names = ", ".join(sorted(options))
        return TypeError(f"the server is made already; give {names} to from_spec")
    ours = inspect.signature(AsynctionMiddleware).parameters
    owners = {**dict.fromkeys(of_servers, "from_spec"), **dict.fromkeys(ours, "")}
    return misplaced(options.keys() - of_servers, owners)


def _metrics(server: AsynctionServer) -> Any:
    from starlette.responses import Response

    media_type = "text/plain; version=0.0.4"
    return Response(server.stats().prometheus(), media_type=media_type)


def _path_of(scope: "Scope") -> str:
    """Return the path of the request, without the prefix that the application is mounted at."""
    path: str = scope["path"]
    prefix = scope.get("root_path", "").rstrip("/")
    if prefix and path.startswith(f"{prefix}/"):
        return f"/{path[len(prefix) :].lstrip('/')}"
    return path


async def _no_lifespan(_scope: "Scope", receive: "Receive", send: "Send") -> None:
    """Answer what the server asks of an application that has nothing to start or stop."""
    await receive()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})


async def _not_found(scope: "Scope", receive: "Receive", send: "Send") -> None:
    from starlette.responses import PlainTextResponse
    from starlette.websockets import WebSocketClose

    answer: Any = PlainTextResponse("Not Found", 404)
    if scope["type"] == "websocket":
        answer = WebSocketClose()
    await answer(scope, receive, send)
