"""``asynction docs``: the documentation as files, and served alone."""

import asyncio
import contextlib
import hashlib
import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click
import uvicorn

from asynction_core.cli.options import Document, Listening
from asynction_core.cli.serving import PATIENCE, files_of, listen, url_of
from asynction_core.docs import Documentation, docs_path
from asynction_core.docs.asgi import DocumentationRoute, send_answer
from asynction_core.docs.resources import redirect
from asynction_core.exceptions import SpecException
from asynction_core.registration import register
from asynction_core.spec import Spec, load_spec

_MANIFEST = ".asynction-docs.json"
"""The file, in a site, that says what was written and what it hashes to."""


def build_docs(document: Document, directory: Path, server: str | None, *, force: bool) -> None:
    """Write the documentation of *document* to *directory*.

    :param server: the URL of the server that the console connects to.
    :raises click.ClickException: the document is broken, or files of somebody else are in the way.
    """
    spec, path = _loaded(document, server)
    try:
        files = Documentation(spec, path, server).static_files()
        _write(files, directory, force=force)
    except OSError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{directory / 'index.html'}, and what it loads in {directory / 'docs'}")
    if server is not None:
        click.echo(f"Its console connects to {server}, which must allow the page's origin.")


def _write(files: Mapping[str, bytes], directory: Path, *, force: bool) -> None:
    """Write *files*, and remove those of a site built before that are not among them."""
    before = _manifest(directory)
    foreign = [name for name in files if _is_foreign(directory / name, before.get(name))]
    if foreign and not force:
        raise click.ClickException(
            f"{directory / foreign[0]} was not written by this command, or has changed since. "
            "Choose another --out, or --force it."
        )
    for name, contents in files.items():
        (directory / name).parent.mkdir(parents=True, exist_ok=True)
        (directory / name).write_bytes(contents)
    for name in before.keys() - files.keys():
        if not _is_foreign(directory / name, before[name]):
            _remove(directory / name, directory)
    written = {name: _hash(contents) for name, contents in files.items()}
    (directory / _MANIFEST).write_text(json.dumps(written, indent=1) + "\n", encoding="utf-8")


def _manifest(directory: Path) -> dict[str, str]:
    try:
        found = json.loads((directory / _MANIFEST).read_bytes())
    except (OSError, ValueError):
        return {}
    names = found.items() if isinstance(found, dict) else ()
    return {name: value for name, value in names if _is_inside(Path(name))}


def _is_inside(path: Path) -> bool:
    return not path.is_absolute() and ".." not in path.parts


def _is_foreign(file: Path, written: str | None) -> bool:
    """Tell whether *file* is there, and not as it was *written*."""
    return file.exists() and (not file.is_file() or _hash(file.read_bytes()) != written)


def _remove(file: Path, directory: Path) -> None:
    """Remove *file*, and what directories it leaves empty."""
    file.unlink(missing_ok=True)
    for parent in file.relative_to(directory).parents[:-1]:
        with contextlib.suppress(OSError):
            (directory / parent).rmdir()


def _hash(contents: bytes) -> str:
    return hashlib.sha256(contents).hexdigest()


def _loaded(document: Document, server: str | None) -> tuple[Spec, str]:
    """Return the document and the Socket.IO path.

    :raises click.ClickException: the document is broken.
    """
    try:
        spec = load_spec(document.path)
        registration = register(
            spec, server_name=document.server, validation=False, import_handlers=False
        )
    except SpecException as error:
        raise click.ClickException(str(error)) from error
    return spec, urlsplit(server or "").path.strip("/") or registration.path


def serve_docs(document: Document, listening: Listening, server: str | None) -> None:
    """Serve the documentation of *document* until a signal ends it.

    :raises click.ClickException: the document is broken, or the port is in use.
    """
    shown = _Shown(lambda: _loaded(document, server), server)
    with listen(listening) as listener:
        click.echo(f"Documentation of {shown.title}")
        click.echo(f"  address         {url_of(listener)}{shown.path}")
        click.echo(f"  console         {_console(server)}")
        click.echo("Press Ctrl-C to stop.")
        sys.stdout.flush()
        config = uvicorn.Config(
            shown.serve_changing if listening.reload else shown.serve,
            interface="asgi3",
            lifespan="off",
            ws="none",
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=PATIENCE,
        )
        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(uvicorn.Server(config).serve(sockets=[listener]))


def _console(server: str | None) -> str:
    if server is None:
        return "has no API to connect to; --server URL gives it one"
    return f"connects to {server}, which must allow the page's origin"


class _Shown:
    """The documentation that is shown: an ASGI application.

    :param load: returns the document and the Socket.IO path.
    """

    def __init__(self, load: Callable[[], tuple[Spec, str]], server: str | None) -> None:
        self._load = load
        self._server = server
        self._load_anew()

    def _load_anew(self) -> None:
        spec, path = self._load()
        self.title = f"{spec.title} {spec.version}".strip()
        self.path = docs_path(path)
        self._route = DocumentationRoute(Documentation(spec, path, self._server), self.path)
        self._files = files_of(spec)
        self._changed = self._times()

    def _times(self) -> list[float]:
        return [file.stat().st_mtime if file.exists() else 0.0 for file in sorted(self._files)]

    async def serve(self, scope: Any, _receive: Any, send: Any) -> None:
        """Answer a request; every other path leads to the page."""
        answer = await self._route.answer(scope, scope["path"])
        await send_answer(answer or redirect(self.path), send)

    async def serve_changing(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer a request, from a document that may have changed since the last one."""
        if self._times() != self._changed:
            self._changed = self._times()
            try:
                await asyncio.to_thread(self._load_anew)
            except click.ClickException as error:
                click.secho("The document is broken; the last one is still shown.", fg="yellow")
                error.show(sys.stdout)
        await self.serve(scope, receive, send)
