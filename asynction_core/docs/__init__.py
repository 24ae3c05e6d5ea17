"""The documentation of an API, as both doors serve it."""

from posixpath import dirname, join

from asynction_core.docs.resources import Answer
from asynction_core.docs.site import Documentation

__all__ = ["Answer", "Documentation", "docs_path"]


def docs_path(socketio_path: str) -> str:
    """Return the path of the documentation: ``docs``, beside the Socket.IO endpoint.

    :param socketio_path: such as ``/socket.io``, or ``/api/socket.io`` for ``/api/docs``.
    """
    return join(dirname("/" + socketio_path.strip("/")), "docs")
