"""A server in the async mode ``ASYNC_MODE``, on the port ``PORT``, patched as applications are."""

import os

MODE = os.environ["ASYNC_MODE"]
if MODE == "gevent":
    import gevent
    from gevent import monkey

    monkey.patch_all()
elif MODE == "eventlet":
    import eventlet

    eventlet.monkey_patch()

import logging
import signal
import sys
from pathlib import Path
from typing import Any

from flask import Flask

from asynction_flask import AsynctionSocketIO

logging.basicConfig(level=logging.INFO)
app = Flask(__name__)
app.secret_key = "a secret of the tests"
socketio = AsynctionSocketIO.from_spec(
    Path(__file__).with_name("asyncapi.yml"),
    app=app,
    async_mode=MODE,
    security_timeout=float(os.environ["SECURITY_TIMEOUT"]),
)


def stop(*_signal: Any) -> None:
    """End the process in order, which takes as long as threads that are no daemons."""
    sys.exit(0)


if __name__ == "__main__":
    if MODE == "gevent":  # in a greenlet of its own: python-engineio's would log SystemExit
        gevent.signal_handler(signal.SIGTERM, stop)
    elif MODE != "eventlet":  # whose server lets every poll have its answer first
        signal.signal(signal.SIGTERM, stop)
    options: dict[str, Any] = {"port": int(os.environ["PORT"])}
    if MODE == "threading":
        options["allow_unsafe_werkzeug"] = True
    socketio.run(app, **options)
