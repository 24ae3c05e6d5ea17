"""The chat under bare uvicorn: ``uvicorn --app-dir examples/chat app:app``.

Its page is at ``/``, its documentation at ``/docs``. ``CHAT_SPEC=asyncapi-v3.yml`` serves the same
API from its AsyncAPI 3 document.
"""

import os
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from asynction_core import AsynctionMiddleware

here = Path(__file__).parent
page = here / "page"
policy = "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


async def index(request: Request) -> FileResponse:
    """Answer with the page, which may load nothing from elsewhere."""
    return FileResponse(page / "index.html", headers={"Content-Security-Policy": policy})


site = Starlette(routes=[Route("/", index), Mount("/page", StaticFiles(directory=page))])
app = AsynctionMiddleware(site, spec_path=here / os.environ.get("CHAT_SPEC", "asyncapi.yml"))
