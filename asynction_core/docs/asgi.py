"""The documentation for ASGI: requests as it wants them, answers as servers want them."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from asynction_core.docs.resources import Answer
from asynction_core.docs.site import Documentation

Send = Callable[[Any], Awaitable[None]]


class DocumentationRoute:
    """The documentation at a path.

    :ivar path: that of the page; the rest is below it.
    """

    def __init__(self, documentation: Documentation, path: str) -> None:
        self._documentation = documentation
        self.path = path

    async def answer(self, scope: Any, path: str) -> Answer | None:
        """Return the answer to a request for *path*; None if there is nothing.

        What has to be made first is made in a thread: the server goes on meanwhile.
        """
        if scope["type"] != "http" or not f"{path}/".startswith(f"{self.path}/"):
            return None
        headers = {
            name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]
        }
        arguments = scope["method"], path[len(self.path) :], headers
        if self._documentation.is_quick(arguments[1]):
            return self._documentation.answer(*arguments)
        return await asyncio.to_thread(self._documentation.answer, *arguments)


async def send_answer(answer: Answer, send: Send) -> None:
    """Send *answer* as the response of an ASGI application."""
    headers = [(name.lower().encode(), value.encode()) for name, value in answer.headers.items()]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})
