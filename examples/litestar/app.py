"""The chat mounted under a prefix of a Litestar application.

``uvicorn --app-dir examples/litestar app:app``

Clients find it at ``/realtime/socket.io``. A mounted application has no lifespan, so the
application checks the handlers when it starts and shuts the server down when it stops.
"""

import sys
from pathlib import Path

from litestar import Litestar, asgi, get
from litestar.types import Receive, Scope, Send

from asynction_core import AsynctionMiddleware, AsynctionServer

CHAT = Path(__file__).parents[1] / "chat"
sys.path.append(str(CHAT))  # where the handlers are that the document names

server = AsynctionServer.from_spec(CHAT / "asyncapi.yml")
chat = AsynctionMiddleware(server=server)


@asgi("/realtime", is_mount=True, copy_scope=True)
async def realtime(scope: Scope, receive: Receive, send: Send) -> None:
    """Serve the chat."""
    await chat(scope, receive, send)


@get("/health")
async def health() -> dict[str, str]:
    """Answer that all is well."""
    return {"status": "ok"}


app = Litestar(
    route_handlers=[realtime, health],
    on_startup=[server.check_handlers],
    on_shutdown=[server.shutdown],
)
