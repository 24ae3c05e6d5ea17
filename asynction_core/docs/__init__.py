"""The documentation of an API, as both doors serve it."""

from posixpath import dirname, join

import orjson

from asynction_core.spec.model import Spec


def docs_path(socketio_path: str) -> str:
    """Return the path of the documentation: ``docs``, beside the Socket.IO endpoint.

    :param socketio_path: such as ``/socket.io``, or ``/api/socket.io`` for ``/api/docs``.
    """
    return join(dirname("/" + socketio_path.strip("/")), "docs")


def asyncapi_json(spec: Spec) -> bytes:
    """Return the document, as JSON."""
    return orjson.dumps(dict(spec.document))
