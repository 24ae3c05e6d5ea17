"""The commands, and the options that they share. What they do is in modules of their own."""

import re
from collections.abc import Callable
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar

import click

from asynction_core.cli.options import Document, Extras, Listening, Logging

_Command = TypeVar("_Command", bound=Callable[..., Any])

_QUEUES = ("redis://", "rediss://", "valkey://", "valkeys://", "unix://", "amqp://", "amqps://")

_SERVER_URL = r"https?://[a-zA-Z0-9_.:[\]-]+(/[a-zA-Z0-9_./~%-]*)?"

CONTEXT = {"help_option_names": ["-h", "--help"], "show_default": True}


@click.group(context_settings=CONTEXT)
@click.option(
    "--spec",
    "-s",
    type=click.Path(path_type=Path),
    metavar="FILE",
    show_default="asyncapi.yaml, .yml or .json",
    help="The AsyncAPI document.",
)
@click.option(
    "--server", metavar="NAME", help="The server of the document that is served: its path counts."
)
@click.option(
    "--without-validation", is_flag=True, help="Check neither payloads nor acks nor handshakes."
)
@click.version_option(version("asynction"), prog_name="asynction", message="%(prog)s %(version)s")
@click.pass_context
def cli(
    context: click.Context, spec: Path | None, server: str | None, without_validation: bool
) -> None:
    """Serve, mock and check Socket.IO APIs that are written down as AsyncAPI documents."""
    context.obj = Document(spec, server, validation=not without_validation)


def _address(command: _Command) -> _Command:
    host = click.option("--host", default="127.0.0.1", help="The address to listen on.")
    port = click.option(
        "--port", "-p", type=click.IntRange(0, 65535), default=5000, help="0 for any free one."
    )
    return host(port(command))


def _listening(command: _Command, origins: str) -> _Command:
    options = [
        click.option(
            "--cors-allowed-origin",
            "origins",
            multiple=True,
            metavar="ORIGIN",
            show_default=origins,
            help="Whose web pages may connect, '*' for all. May be repeated.",
        ),
        click.option(
            "--reload", is_flag=True, help="Begin anew when the document changes, or a file of it."
        ),
    ]
    for option in reversed(options):
        command = option(command)
    return _address(command)


def _logging(command: _Command) -> _Command:
    return click.option(
        "--log-format",
        type=click.Choice(["text", "json"]),
        default="text",
        help="A line for each thing that happens, for people or for programs.",
    )(command)


_sample_size = partial(
    click.option,
    "--custom-formats-sample-size",
    type=click.IntRange(0),
    metavar="N",
    help="Samples of each of Faker's providers that the document names as a format; 0 for none.",
)


_app_dir = click.option(
    "--app-dir",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=Path(),
    show_default="the current directory",
    help="Where the modules of the handlers are.",
)


@cli.group(context_settings=CONTEXT)
@_sample_size(default=20)
@click.pass_obj
def mock(document: Document, custom_formats_sample_size: int) -> None:
    """Mock an API: a document, and nothing else, behaves as the API will."""
    document.sample_size = custom_formats_sample_size


@mock.command("run", context_settings=CONTEXT)
@partial(_listening, origins="all")
@click.option(
    "--subscription-task-interval",
    type=click.FloatRange(0, min_open=True),
    default=1.0,
    metavar="SECONDS",
    help="Between two emits of an event.",
)
@click.option(
    "--max-workers",
    type=click.IntRange(1),
    default=8,
    metavar="N",
    help="How many emits may run at a time.",
)
@_sample_size(default=None, show_default="20")
@click.option("--seed", metavar="TEXT", help="Makes the fake data the same in every run.")
@click.option(
    "--security",
    type=click.Choice(["mock", "off", "real"]),
    default="mock",
    help="mock: any credential that is well formed is accepted, with all scopes. off: none is "
    "asked for. real: the functions of the document decide.",
)
@_logging
@click.option(
    "--debugger", "-d", is_flag=True, help="Log payloads and tracebacks, too, and --reload."
)
@click.pass_obj
def mock_run(
    document: Document,
    /,
    *,
    subscription_task_interval: float,
    max_workers: int,
    custom_formats_sample_size: int | None,
    seed: str | None,
    security: str,
    debugger: bool,
    log_format: str,
    reload: bool,
    **listening: Any,
) -> None:
    """Run a mock server.

    It accepts the events of the document, acknowledges them with fake data, emits fake events to
    the clients that are connected, and refuses what the document forbids. No handler is imported.
    """
    from asynction_core.cli.mock import run_mock

    if custom_formats_sample_size is not None:
        document.sample_size = custom_formats_sample_size
    run_mock(
        document,
        Listening(**listening, reload=reload or debugger),
        Logging(log_format, debug=debugger),
        subscription_task_interval=subscription_task_interval,
        max_worker_number=max_workers,
        seed=seed,
        security=security,
    )


@cli.command(context_settings=CONTEXT)
@partial(_listening, origins="that of the server")
@_app_dir
@click.option(
    "--workers",
    type=click.IntRange(1),
    default=1,
    metavar="N",
    help="How many processes serve. More than one need --message-queue.",
)
@click.option(
    "--message-queue",
    metavar="URL",
    help="What processes tell each other through: redis://, valkey:// or amqp://.",
)
@_logging
@click.pass_obj
def run(
    document: Document,
    /,
    *,
    app_dir: Path,
    workers: int,
    message_queue: str | None,
    log_format: str,
    **listening: Any,
) -> None:
    """Serve the document with the handlers that it names, without any code around them."""
    from asynction_core.cli.run import run_server

    if message_queue is not None and not message_queue.startswith(_QUEUES):
        known = ", ".join(_QUEUES)
        raise click.UsageError(f"--message-queue {message_queue}: a URL begins with {known}")
    if workers > 1 and message_queue is None:
        raise click.UsageError("several --workers need a --message-queue, or rooms fall apart")
    extras = Extras(app_dir, workers, message_queue)
    run_server(document, Listening(**listening), Logging(log_format), extras)


@cli.command(context_settings=CONTEXT)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "github", "sarif"]),
    default="text",
    help="For people, for programs, for GitHub Actions, or for tools that read SARIF.",
)
@_app_dir
@click.option("--no-import", is_flag=True, help="Do not import the handlers of the document.")
@click.option(
    "--ignore", "ignored", multiple=True, metavar="RULE", help="Leave a rule out. May be repeated."
)
@click.option("--errors-only", is_flag=True, help="Leave the warnings out.")
@click.pass_context
def validate(
    context: click.Context,
    /,
    *,
    form: str,
    app_dir: Path,
    no_import: bool,
    ignored: tuple[str, ...],
    errors_only: bool,
) -> None:
    """Check the document: AsyncAPI's schema, and all that Socket.IO and the handlers ask for.

    Each finding has its file, line and column. The status is 0 if there are none, else 1.
    """
    from asynction_core.cli.validate import validate_document

    found = validate_document(
        context.obj,
        form=form,
        app_dir=app_dir,
        import_handlers=not no_import,
        ignored=ignored,
        errors_only=errors_only,
    )
    context.exit(1 if found else 0)


@cli.command(context_settings=CONTEXT)
@click.option(
    "--framework",
    type=click.Choice(["asgi", "flask"]),
    default="asgi",
    help="asgi: AsynctionMiddleware, for uvicorn. flask: AsynctionSocketIO.",
)
@click.option(
    "--out",
    "directory",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(),
    metavar="DIR",
    show_default="the current directory",
    help="Where the application is, or is to be.",
)
@click.option("--force", is_flag=True, help="Write over files that differ.")
@click.option("--dry-run", is_flag=True, help="Only say what would be written.")
@click.pass_obj
def scaffold(
    document: Document, framework: Any, directory: Path, force: bool, dry_run: bool
) -> None:
    """Write an application for the document: handlers to fill in, types, tests.

    Where there is one already, only what it lacks is added: handlers, types and tests of what is
    new in the document. It says what it left.
    """
    from asynction_core.cli.scaffold import run_scaffold

    run_scaffold(document, framework, directory, force=force, dry_run=dry_run)


def _url_of_a_server(
    _context: click.Context, _parameter: click.Parameter, value: str | None
) -> str | None:
    """Return *value*, if it is nothing but the URL of a server: a policy will name it."""
    if value is not None and not re.fullmatch(_SERVER_URL, value):
        raise click.BadParameter(f"{value!r} is no URL of a server: https://api.example.com")
    return value


_server_url = partial(
    click.option,
    "--server",
    callback=_url_of_a_server,
    metavar="URL",
    show_default="that of the page",
    help="Where the console connects to. Its path, if it has one, is the Socket.IO path.",
)


@cli.group(context_settings=CONTEXT)
def docs() -> None:
    """Documentation of the document: a page with a console."""


@docs.command("build", context_settings=CONTEXT)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    metavar="DIR",
    help="Where to put the site.",
)
@_server_url()
@click.option("--force", is_flag=True, help="Write over files that are not of a site built before.")
@click.pass_obj
def docs_build(document: Document, out: Path, server: str | None, force: bool) -> None:
    """Write the documentation as a static site, for any directory of any web server."""
    from asynction_core.cli.docs import build_docs

    build_docs(document, out, server, force=force)


@docs.command("serve", context_settings=CONTEXT)
@_address
@_server_url()
@click.option(
    "--reload", is_flag=True, help="Show the document anew when it changes, or a file of it."
)
@click.pass_obj
def docs_serve(
    document: Document, /, *, server: str | None, reload: bool, **listening: Any
) -> None:
    """Serve the documentation alone, without an API. `mock run` serves both."""
    from asynction_core.cli.docs import serve_docs

    serve_docs(document, Listening(**listening, reload=reload), server)
