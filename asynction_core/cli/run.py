"""``asynction run``: the document's own handlers, served without any code around them."""

from functools import partial
from pathlib import Path
from typing import Any

import uvicorn

from asynction_core.cli import application, logs
from asynction_core.cli.options import Document, Extras, Listening, Logging
from asynction_core.cli.report import report
from asynction_core.cli.serving import PATIENCE, WEBSOCKETS, Serving, listen, made, url_of
from asynction_core.server import AsynctionServer


def run_server(document: Document, listening: Listening, logging: Logging, extras: Extras) -> None:
    """Serve *document* with its handlers until a signal ends it.

    :raises click.ClickException: the document is broken, a handler cannot be imported, or the port
        is in use.
    """
    settings = application.Settings(
        spec_path=str(document.path),
        validation=document.validation,
        server_name=document.server,
        app_dir=str(extras.app_dir),
        message_queue=extras.message_queue,
        origins=listening.origins,
        websocket_only=extras.workers > 1,
        log_format=logging.format,
    )
    logs.set_up(logging)
    with listen(listening) as listener:
        announce = partial(_announce, url_of(listener), logging.format == "json")
        if extras.workers == 1 and not listening.reload:
            Serving(settings.server, announce).run(listener, reload=False)
            return
        announce(made(settings.server))
        port: int = listener.getsockname()[1]
    _supervise(settings, listening, port, extras.workers)


def _announce(url: str, as_json: bool, server: AsynctionServer) -> None:
    report(server.registration, server.socketio_path, url, "Server", as_json)


def _supervise(
    settings: application.Settings, listening: Listening, port: int, workers: int
) -> None:
    """Have processes serve, started anew when a file changes if that is asked for."""
    settings.hand_on()
    watched: dict[str, Any] = {}
    if listening.reload:
        directories = {settings.app_dir, str(Path(settings.spec_path).resolve().parent)}
        watched["reload_dirs"] = sorted(directories)
        watched["reload_includes"] = ["*.py", "*.yml", "*.yaml", "*.json"]
    uvicorn.run(
        "asynction_core.cli.application:application",
        factory=True,
        host=listening.host,
        port=port,
        log_config=None,
        access_log=False,
        workers=workers,
        reload=listening.reload,
        timeout_graceful_shutdown=PATIENCE,
        **WEBSOCKETS,
        **watched,
    )
