"""The chat inside of a Starlette application, as one of its middlewares.

``uvicorn --app-dir examples/starlette app:app``

The server is made first, so whatever is wrong with the document stops the import. The
application's own lifespan runs as ever: here it reports to the administrators while it is open.
"""

import asyncio
import logging
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from asynction_core import AsynctionMiddleware, AsynctionServer

CHAT = Path(__file__).parents[1] / "chat"
sys.path.append(str(CHAT))  # where the handlers are that the document names

logger = logging.getLogger("uvicorn.error")
server = AsynctionServer.from_spec(CHAT / "asyncapi.yml")


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    """Report to the administrators from the start of the application to its end."""
    reporting = asyncio.create_task(report_uptime())
    yield
    reporting.cancel()
    logger.info("No more reports.")


async def report_uptime() -> None:
    """Emit the seconds since the start, twice a second."""
    started = time.monotonic()
    while True:
        await asyncio.sleep(0.5)
        metric = {"name": "uptime", "value": time.monotonic() - started}
        await server.emit("server metric", metric, namespace="/admin")


async def health(request: Request) -> JSONResponse:
    """Answer that all is well."""
    return JSONResponse({"status": "ok"})


app = Starlette(
    routes=[Route("/health", health)],
    middleware=[Middleware(AsynctionMiddleware, server=server)],  # type: ignore[arg-type] # mypy and **kwargs
    lifespan=lifespan,
)
