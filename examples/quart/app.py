"""The chat around a Quart application.

``uvicorn --app-dir examples/quart app:app``

``asgi_app`` is where Quart takes middleware; ``app`` stays the Quart application, with its
command line and its start-up functions.
"""

import sys
from pathlib import Path

from quart import Quart

from asynction_core import AsynctionMiddleware

CHAT = Path(__file__).parents[1] / "chat"
sys.path.append(str(CHAT))  # where the handlers are that the document names

app = Quart(__name__)
app.asgi_app = AsynctionMiddleware(  # type: ignore[method-assign]
    app.asgi_app, spec_path=CHAT / "asyncapi.yml"
)


@app.get("/health")
async def health() -> dict[str, str]:
    """Answer that all is well."""
    return {"status": "ok"}
