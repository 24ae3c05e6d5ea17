"""The chat in front of a FastAPI application, which can speak in it.

``uvicorn --app-dir examples/fastapi app:app``

``POST /announcements`` with ``{"message": "..."}`` reaches everybody in the chat. What the
document does not allow to be said is not said: the answer is 422.
"""

import sys
from pathlib import Path
from typing import Annotated

from fastapi import Body, FastAPI, HTTPException

from asynction_core import AsynctionMiddleware, PayloadValidationException

CHAT = Path(__file__).parents[1] / "chat"
sys.path.append(str(CHAT))  # where the handlers are that the document names

api = FastAPI()


@api.get("/health")
async def health() -> dict[str, str]:
    """Answer that all is well."""
    return {"status": "ok"}


@api.post("/announcements", status_code=202)
async def announce(message: Annotated[str, Body(embed=True)]) -> None:
    """Say *message* to everybody in the chat."""
    try:
        await app.server.emit("new message", {"username": "the house", "message": message})
    except PayloadValidationException as error:
        raise HTTPException(422, error.message) from error


app = AsynctionMiddleware(api, spec_path=CHAT / "asyncapi.yml")
