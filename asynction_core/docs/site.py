"""The documentation of an API as a table of paths, for either door and for files."""

from collections.abc import Mapping
from functools import cached_property

from asynction_core.docs.assets import MISSING, assets
from asynction_core.docs.bundle import Bundle, bundle
from asynction_core.docs.html import page, policy
from asynction_core.docs.model import console_model
from asynction_core.docs.resources import Answer, Headers, Resource, redirect
from asynction_core.docs.text import as_json, as_yaml
from asynction_core.spec.model import Spec

_CLIENT = "vendor/socket.io.min.js"


class Documentation:
    """Answers requests for the documentation of an API.

    Everything is made when it is first asked for, and kept.

    :param socketio_path: the path of the Socket.IO endpoint.
    :param server: the URL of the server that the console speaks to; by default the page's own.
    """

    def __init__(self, spec: Spec, socketio_path: str, server: str | None = None) -> None:
        self._spec = spec
        self._path = socketio_path
        self._server = server

    def answer(self, method: str, path: str, headers: Headers) -> Answer | None:
        """Return the answer to a request; None where there is nothing at *path*.

        :param path: what comes after ``docs``: nothing, or ``/asyncapi.json``.
        :param headers: those of the request, names in lower case.
        """
        if path == "/":
            return redirect("../docs")
        resource = self.page if path == "" else self.files.get(path[1:])
        return resource.answer(method, headers) if resource else None

    def static_files(self) -> dict[str, bytes]:
        """Return the contents of all files of a static site, by their paths.

        :raises FileNotFoundError: what comes from npm packages is missing.
        """
        found = assets()
        if not found.complete:
            raise FileNotFoundError(MISSING)
        html = page(self._spec, found.folder, policy(self._server))
        files = {f"docs/{name}": resource.body for name, resource in self.files.items()}
        return {"index.html": html.encode(), **files}

    def is_quick(self, path: str) -> bool:
        """Tell whether the answer at *path* is made already, or takes no time."""
        resource = self.page if path == "" else self.files.get(path[1:])
        return resource is None or resource.is_made

    @cached_property
    def page(self) -> Resource:
        """The page itself, which is at ``docs``."""
        found = assets()
        if not found.complete:
            return Resource("text/plain; charset=utf-8", MISSING.encode, status=503)
        headers = {"Content-Security-Policy": f"{policy(self._server)}; frame-ancestors 'none'"}
        text = page(self._spec, found.folder)
        return Resource("text/html; charset=utf-8", text.encode, headers=headers)

    @cached_property
    def files(self) -> Mapping[str, Resource]:
        """Everything below ``docs/``, by its path."""
        found = assets()
        files = {f"{found.folder}/{name}": each for name, each in found.files.items()}
        if _CLIENT in found.files:
            files["socket.io.js"] = found.files[_CLIENT].revalidated()
        json, yaml = "application/json", "application/yaml"
        return {
            **files,
            "asyncapi.json": Resource(json, lambda: as_json(self._bundle.document)),
            "asyncapi.yaml": Resource(yaml, lambda: as_yaml(self._bundle.document)),
            "console.json": Resource(json, self._console),
        }

    @cached_property
    def _bundle(self) -> Bundle:
        return bundle(self._spec)

    def _console(self) -> bytes:
        return as_json(console_model(self._spec, self._path, self._server))
