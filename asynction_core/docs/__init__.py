"""The documentation of an API, as both doors serve it."""

from collections.abc import Mapping
from posixpath import dirname, join
from typing import TYPE_CHECKING

import orjson

from asynction_core.spec.model import Spec

if TYPE_CHECKING:
    from starlette.responses import Response


def docs_path(socketio_path: str) -> str:
    """Return the path of the documentation: ``docs``, beside the Socket.IO endpoint.

    :param socketio_path: such as ``/socket.io``, or ``/api/socket.io`` for ``/api/docs``.
    """
    return join(dirname("/" + socketio_path.strip("/")), "docs")


def asyncapi_json(spec: Spec) -> bytes:
    """Return the document, as JSON."""
    return orjson.dumps(dict(spec.document))


def docs_responses(spec: Spec, socketio_path: str) -> Mapping[str, "Response"]:
    """Return what to answer at each path of the documentation, as ASGI applications.

    :param socketio_path: the path of the Socket.IO endpoint.
    """
    from starlette.responses import RedirectResponse, Response

    path = docs_path(socketio_path)
    return {
        path: RedirectResponse("docs/asyncapi.json"),
        f"{path}/": RedirectResponse("asyncapi.json"),
        f"{path}/asyncapi.json": Response(asyncapi_json(spec), media_type="application/json"),
    }
