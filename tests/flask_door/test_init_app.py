"""One server object for several applications, as application factories make them."""

from typing import Any

from flask_socketio import Namespace
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


def test_every_application_gets_what_was_registered_before() -> None:
    class Api(Namespace):  # type: ignore[misc]
        def on_connect(self) -> None:
            if refuses:
                raise LookupError

        def error(self, error: Exception) -> Any:
            return f"the class's: {type(error).__name__}"

    refuses: list[bool] = []
    socketio = AsynctionSocketIO.from_spec(SPEC, async_mode="threading")
    socketio.on("add")(lambda number: number + 1)
    socketio.on_namespace(Api("/"))
    for app in (flask_app(), flask_app()):
        socketio.init_app(app)
        refuses.clear()
        client = socketio.test_client(app)
        assert client.emit("add", 1, callback=True) == 2
        assert client.emit("add", "1", callback=True) == "the class's: PayloadValidationException"
        refuses.append(True)
        assert not socketio.test_client(app).is_connected()
