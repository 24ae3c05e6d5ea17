"""What several tests need: documents in a line, a real uvicorn in a thread."""

import asyncio
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

import uvicorn


def message(name: str, payload: Any = None, **extensions: Any) -> dict[str, Any]:
    """Return a 2.x message object; ``x_ack`` becomes ``x-ack``."""
    found: dict[str, Any] = {"name": name}
    if payload is not None:
        found["payload"] = payload
    found.update({key.replace("_", "-"): value for key, value in extensions.items()})
    return found


def channel(
    received: list[dict[str, Any]] | None = None,
    emitted: list[dict[str, Any]] | None = None,
    **members: Any,
) -> dict[str, Any]:
    """Return a 2.x channel that receives and emits these messages; ``x_handlers`` and so on."""
    found: dict[str, Any] = {key.replace("_", "-"): value for key, value in members.items()}
    if received:
        found["publish"] = {"message": {"oneOf": received}}
    if emitted:
        found["subscribe"] = {"message": {"oneOf": emitted}}
    return found


def document(channels: Mapping[str, Any], **members: Any) -> dict[str, Any]:
    """Return a 2.x document with these channels."""
    info = {"title": "Test", "version": "1.0.0"}
    return {"asyncapi": "2.6.0", "info": info, "channels": dict(channels), **members}


@contextmanager
def serving(app: Any, **options: Any) -> Iterator[str]:
    """Serve *app* under a real uvicorn in a thread; yield its URL."""
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        app, log_level="warning", ws="websockets-sansio", timeout_graceful_shutdown=2, **options
    )
    server = uvicorn.Server(config)

    def run() -> None:
        with suppress(SystemExit):  # how uvicorn reports a start-up that failed
            asyncio.run(server.serve([listener]))

    thread = threading.Thread(target=run)
    thread.start()
    try:
        while not server.started and thread.is_alive():
            threading.Event().wait(0.01)
        if not server.started:
            raise RuntimeError("uvicorn did not start")
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)
        listener.close()
