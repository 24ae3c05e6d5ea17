"""``asynction mock run``."""

from functools import partial
from typing import Any

from asynction_core.cli import logs
from asynction_core.cli.options import Document, Listening, Logging
from asynction_core.cli.report import report
from asynction_core.cli.serving import Serving, listen, url_of
from asynction_core.mock import MockAsynctionServer
from asynction_core.server import AsynctionServer


def run_mock(document: Document, listening: Listening, logging: Logging, **options: Any) -> None:
    """Serve a mock of *document* until a signal ends it.

    :raises click.ClickException: the document is broken, or the port is in use.
    """
    make = partial(
        MockAsynctionServer.from_spec,
        document.path,
        document.validation,
        document.server,
        custom_formats_sample_size=document.sample_size,
        cors_allowed_origins=_origins(listening),
        **options,
    )
    logs.set_up(logging)
    with listen(listening) as listener:
        url = url_of(listener)

        def announce(server: AsynctionServer) -> None:
            as_json = logging.format == "json"
            report(server.registration, server.socketio_path, url, "Mock server", as_json)

        Serving(make, announce).run(listener, listening.reload)


def _origins(listening: Listening) -> str | list[str]:
    """Return whose web pages may connect: those of anybody, as there is nothing to be had."""
    return list(listening.origins) or "*"
