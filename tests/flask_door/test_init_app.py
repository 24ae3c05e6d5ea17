"""One server object for several applications, as application factories make them."""

from flask_support import flask_app
from support import channel, document, message

from asynction_flask import AsynctionSocketIO

SPEC = document({"/": channel(received=[message("add", {"type": "integer"})])})


def test_every_application_gets_the_path_that_was_given_once() -> None:
    socketio = AsynctionSocketIO.from_spec(SPEC, path="/api/socket.io", async_mode="threading")
    socketio.on_event("add", lambda number: number + 1)
    for app in (flask_app(), flask_app()):
        socketio.init_app(app)
        assert socketio.sockio_mw.engineio_path == "/api/socket.io/"
        assert app.test_client().get("/api/docs/asyncapi.json").status_code == 200
        client = socketio.test_client(app)
        assert client.emit("add", 1, callback=True) == 2
