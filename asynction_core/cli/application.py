"""The application that ``asynction run`` serves, as each of its processes makes it."""

import os
import sys
from dataclasses import asdict, dataclass
from typing import Any, Self

import orjson
import socketio

from asynction_core.cli import logs
from asynction_core.cli.options import Logging
from asynction_core.middleware import AsynctionMiddleware
from asynction_core.server import AsynctionServer

VARIABLE = "ASYNCTION_RUN_SETTINGS"
"""The environment variable by which processes get their settings."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What a process needs to know to serve the document."""

    spec_path: str
    validation: bool
    server_name: str | None
    app_dir: str
    message_queue: str | None
    origins: tuple[str, ...]
    websocket_only: bool
    log_format: str

    def server(self) -> AsynctionServer:
        """Return the server, its handlers imported.

        :raises SpecException: something is wrong with the document, or with a handler it names.
        """
        directory = os.path.abspath(self.app_dir)
        if directory not in sys.path:
            sys.path.insert(0, directory)
        options: dict[str, Any] = {}
        if self.message_queue is not None:
            options["client_manager"] = _manager(self.message_queue)
        if self.origins:
            options["cors_allowed_origins"] = "*" if "*" in self.origins else list(self.origins)
        if self.websocket_only:
            options["transports"] = ["websocket"]
        return AsynctionServer.from_spec(
            self.spec_path, self.validation, self.server_name, **options
        )

    def hand_on(self) -> None:
        """Leave the settings to the processes that this one starts."""
        os.environ[VARIABLE] = orjson.dumps(asdict(self)).decode()

    @classmethod
    def handed_on(cls) -> Self:
        """Return the settings that the process that started this one left."""
        return cls(**orjson.loads(os.environ[VARIABLE]))


def application() -> AsynctionMiddleware:
    """Return what a process serves."""
    settings = Settings.handed_on()
    logs.set_up(Logging(settings.log_format))
    return AsynctionMiddleware(server=settings.server())


def _manager(url: str) -> Any:
    """Return the client manager for the message queue at *url*.

    :raises RuntimeError: the package that it needs is not installed.
    """
    if url.startswith("amqp"):
        return socketio.AsyncAioPikaManager(url)
    return socketio.AsyncRedisManager(url)
