"""Serve a Flask application on a listening socket that was inherited.

``python -m benchmarks.servers.flask_door KIND MODE DESCRIPTOR``; KIND is ``validated``,
``plain`` or ``original``, MODE ``threading`` or ``gevent``. It ends when its standard input does.

It also runs with the packages of ``asynction`` 0.8.3 and imports nothing that they lack.
"""

import sys
from pathlib import Path

if __name__ == "__main__" and "gevent" in sys.argv:
    from gevent import monkey

    monkey.patch_all()

sys.path.append(str(Path(__file__).parents[2]))  # last: the installed asynction comes first

import logging
import os
import threading
from importlib import import_module
from typing import Any

from flask import Flask

from benchmarks.servers import flask_handlers

HANDLERS = {
    "add user": flask_handlers.acknowledge,
    "new message": flask_handlers.acknowledge,
    "join": flask_handlers.join,
    "announce": flask_handlers.announce,
}


def plain(app: Flask, async_mode: str) -> None:
    """Add Flask-SocketIO with its defaults to *app*."""
    from flask_socketio import SocketIO

    socketio = SocketIO(app, async_mode=async_mode)
    for event, handler in HANDLERS.items():
        socketio.on_event(event, handler)


def validated(app: Flask, async_mode: str) -> Any:
    """Add a server to *app* that enforces the document; return it."""
    from asynction import AsynctionSocketIO
    from benchmarks.documents import flask_document

    paths = {event: f"{each.__module__}.{each.__name__}" for event, each in HANDLERS.items()}
    return AsynctionSocketIO.from_spec(flask_document(paths), app=app, async_mode=async_mode)


def original(app: Flask, async_mode: str) -> None:
    """Do the same with ``asynction`` 0.8.3.

    It fails on a number where it looks for references, of which the document has none.
    """
    vars(import_module("asynction.server"))["resolve_references"] = lambda document: document
    validated(app, async_mode)


def main(kind: str, async_mode: str, descriptor: str) -> None:
    """Serve until told to stop."""
    app = Flask(__name__)
    app.secret_key = "a secret of the benchmarks"
    {"plain": plain, "validated": validated, "original": original}[kind](app, async_mode)
    # the Werkzeug of then reports the end of every websocket as an error
    quiet = logging.CRITICAL if kind == "original" else logging.ERROR
    logging.getLogger("werkzeug").setLevel(quiet)
    if async_mode == "gevent":
        _serve_gevent(app, int(descriptor))
    else:
        threading.Thread(target=_end_with_parent, daemon=True).start()
        _serve_threads(app, int(descriptor))


def _end_with_parent() -> None:
    sys.stdin.read()
    os._exit(0)


def _serve_threads(app: Flask, descriptor: int) -> None:
    from werkzeug.serving import make_server

    make_server("127.0.0.1", 0, app, threaded=True, fd=descriptor).serve_forever()


def _serve_gevent(app: Flask, descriptor: int) -> None:
    import gevent
    from gevent import pywsgi, socket

    gevent.get_hub().threadpool.spawn(_end_with_parent)
    pywsgi.WSGIServer(socket.socket(fileno=descriptor), app, log=None).serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
