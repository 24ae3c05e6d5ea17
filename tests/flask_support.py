"""A Flask application under a real Werkzeug server in a thread."""

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from werkzeug.serving import make_server

from asynction_flask import AsynctionSocketIO


def flask_app() -> Flask:
    """Return an application with a key for its sessions."""
    app = Flask(__name__)
    app.secret_key = "a secret of the tests"
    return app


@contextmanager
def serving_flask(app: Any, tls: ssl.SSLContext | None = None) -> Iterator[str]:
    """Serve *app* in threads; yield its URL."""
    server = make_server("127.0.0.1", 0, app, threaded=True, ssl_context=tls)
    thread = threading.Thread(target=server.serve_forever, args=[0.02])  # how soon it stops
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()


def socketio_of(spec: Any, **options: Any) -> tuple[Flask, AsynctionSocketIO]:
    """Return an application and its server of the document *spec*, in threads."""
    app = flask_app()
    options.setdefault("async_mode", "threading")
    return app, AsynctionSocketIO.from_spec(spec, app=app, **options)
