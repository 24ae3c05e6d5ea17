"""``AsynctionSocketIO.from_spec``, its options, and applications that come later."""

import json
from pathlib import Path
from typing import Any

import pytest
import socketio as python_socketio
from flask import Flask
from flask_socketio import emit
from flask_support import flask_app, serving_flask, socketio_of
from support import channel, document, message

from asynction_flask import AsynctionSocketIO, PayloadValidationException, SpecException

ADD = message("add", {"type": "integer"}, x_handler="flask_door.api_handlers.add")
API = channel(received=[ADD], emitted=[message("news", {"type": "string"})])
SPEC = document({"/": API})
SERVERS = {
    "production": {"url": "https://example.com/api/v1/socket.io", "protocol": "wss"},
    "root": {"url": "https://example.com", "protocol": "wss"},
}
WITH_SERVERS = document({"/": API}, servers=SERVERS)


def two_of(app: Flask) -> Any:
    """Return what the server of *app* makes of 1."""
    client = app.extensions["socketio"].test_client(app)
    return client.emit("add", 1, callback=True)


@pytest.mark.parametrize("as_path", [str, Path])
def test_a_document_may_be_a_file(tmp_path: Path, as_path: Any) -> None:
    (tmp_path / "asyncapi.json").write_text(json.dumps(SPEC))
    app, _ = socketio_of(as_path(tmp_path / "asyncapi.json"))
    assert two_of(app) == 2


def test_a_document_may_be_a_mapping() -> None:
    assert two_of(socketio_of(SPEC)[0]) == 2


def test_an_application_may_come_later() -> None:
    socketio = AsynctionSocketIO.from_spec(SPEC, async_mode="threading")

    def create_app() -> Flask:
        app = flask_app()
        socketio.init_app(app)
        return app

    assert two_of(create_app()) == 2


def test_handlers_are_imported_when_there_is_an_application() -> None:
    nowhere = message("add", x_handler="no_such_module.add")
    socketio = AsynctionSocketIO.from_spec(document({"/": channel(received=[nowhere])}))
    with pytest.raises(SpecException, match="no module 'no_such_module'"):
        socketio.init_app(flask_app())


def test_options_may_come_with_the_application() -> None:
    socketio, app = AsynctionSocketIO.from_spec(SPEC), flask_app()
    socketio.init_app(app, async_mode="threading", path="later", ping_interval=3)
    assert socketio.sockio_mw.engineio_path == "/later/"
    assert socketio.server.eio.ping_interval == 3


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, "/socket.io/"),
        ({"server_name": "production"}, "/api/v1/socket.io/"),
        ({"server_name": "root"}, "/socket.io/"),
        ({"server_name": "production", "path": "/mine"}, "/mine/"),
        ({"server_name": "production", "resource": "mine"}, "/mine/"),
    ],
)
def test_the_path_is_the_given_one_else_that_of_the_server(
    options: dict[str, Any], expected: str
) -> None:
    _, socketio = socketio_of(WITH_SERVERS, **options)
    assert socketio.sockio_mw.engineio_path == expected


def test_a_client_manager_comes_before_the_options_of_a_message_queue() -> None:
    manager = python_socketio.Manager()
    app, socketio = socketio_of(SPEC, client_manager=manager, channel="mine")
    assert socketio.server.manager is manager
    assert two_of(app) == 2


@pytest.mark.parametrize(
    ("options", "path"),
    [
        ({}, "/docs/asyncapi.json"),
        ({"server_name": "production"}, "/api/v1/docs/asyncapi.json"),
        ({"path": "/mine/socket.io"}, "/mine/docs/asyncapi.json"),
    ],
)
def test_the_document_is_served_beside_the_socketio_path(
    options: dict[str, Any], path: str
) -> None:
    app, _ = socketio_of(WITH_SERVERS, **options)
    answer = app.test_client().get(path)
    assert answer.mimetype == "application/json"
    assert answer.json == WITH_SERVERS


def test_the_document_can_be_kept_from_being_served() -> None:
    app, _ = socketio_of(SPEC, docs=False)
    assert app.test_client().get("/docs/asyncapi.json").status_code == 404


def test_an_unknown_server_is_refused() -> None:
    with pytest.raises(SpecException, match="there is no server 'staging'"):
        socketio_of(WITH_SERVERS, server_name="staging")


@pytest.mark.parametrize("options", [{"colour": "red"}, {"namespaces": ["/"]}])
def test_an_option_that_there_is_not_is_refused(options: dict[str, Any]) -> None:
    with pytest.raises(TypeError):
        AsynctionSocketIO.from_spec(SPEC, **options)
    with pytest.raises(TypeError):
        AsynctionSocketIO.from_spec(SPEC).init_app(flask_app(), **options)


def test_a_mistaken_option_is_told_with_what_was_meant() -> None:
    with pytest.raises(TypeError, match="'chanel'; did you mean 'channel'"):
        AsynctionSocketIO.from_spec(SPEC, chanel="mine")
    with pytest.raises(TypeError, match="'validation' is an option of from_spec"):
        AsynctionSocketIO.from_spec(SPEC).init_app(flask_app(), validation=False)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"security_timeout": -1}, "security_timeout must be a number of seconds greater than 0"),
        ({"security_timeout": "x"}, "security_timeout must be .*, not 'x'"),
        ({"ping_interval": "x"}, "ping_interval must be a number of seconds .*, not 'x'"),
        ({"default_error_handler": "x"}, "default_error_handler must be a function, not 'x'"),
        ({"validation": "no"}, "validation must be True or False, not 'no'"),
        ({"docs": "no"}, "docs must be True or False, not 'no'"),
    ],
)
def test_a_value_that_an_option_cannot_have_is_refused(options: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        AsynctionSocketIO.from_spec(SPEC, **options)


def test_a_value_that_comes_with_the_application_is_refused_too() -> None:
    with pytest.raises(ValueError, match=r"ping_interval must be .*, not 'x'"):
        AsynctionSocketIO.from_spec(SPEC).init_app(flask_app(), ping_interval="x")


def test_options_of_all_three_libraries_are_taken() -> None:
    _, socketio = socketio_of(
        SPEC, manage_session=False, always_connect=True, max_http_buffer_size=5, channel="mine"
    )
    assert socketio.manage_session is False
    assert socketio.server.always_connect is True
    assert socketio.server.eio.max_http_buffer_size == 5


def test_validation_can_be_switched_off_and_nothing_else_with_it() -> None:
    app, socketio = socketio_of(SPEC, validation=False)
    socketio.on_event("add", lambda *arguments: [*arguments])
    client = socketio.test_client(app)
    assert client.emit("add", "one", "two", callback=True) == ["one", "two"]
    assert client.emit("unknown", callback=True) is None
    socketio.emit("undeclared", 1)
    assert [each["name"] for each in client.get_received()] == ["undeclared"]
    assert not socketio.test_client(app, namespace="/nowhere").is_connected("/nowhere")


def test_formats_are_checked_where_that_is_asked_for() -> None:
    date = message("on", {"type": "string", "format": "date"})
    spec = document({"/": channel(received=[date])})
    acks = []
    for check_formats in (False, True):
        app, socketio = socketio_of(spec, check_formats=check_formats)
        socketio.on_event("on", lambda day: "taken")
        acks.append(socketio.test_client(app).emit("on", "no day", callback=True))
    assert acks == ["taken", None]


def test_remote_references_are_loaded_by_the_function_given() -> None:
    remote = message("add", {"$ref": "https://example.com/number.json"})
    spec = document({"/": channel(received=[remote])})
    app, socketio = socketio_of(spec, retrieve=lambda uri: {"type": "integer"})
    socketio.on_event("add", lambda number: number + 1)
    client = socketio.test_client(app)
    assert client.emit("add", 1, callback=True) == 2
    assert client.emit("add", "one", callback=True) is None


def test_run_is_refused_where_an_event_has_no_handler() -> None:
    app, socketio = socketio_of(document({"/": channel(received=[message("ping")])}))
    with pytest.raises(SpecException, match="'ping' of / has no handler"):
        socketio.run(app)


def test_run_serves_the_application(monkeypatch: pytest.MonkeyPatch) -> None:
    app, socketio = socketio_of(SPEC)
    ran: list[Any] = []
    monkeypatch.setattr(
        app, "run", lambda **options: ran.append((options["host"], options["port"]))
    )
    socketio.run(app, "127.0.0.1", 1234, allow_unsafe_werkzeug=True)
    assert ran == [("127.0.0.1", 1234)]


def test_a_request_is_refused_where_an_event_has_no_handler() -> None:
    app, _ = socketio_of(document({"/": channel(received=[message("ping")])}))
    with pytest.raises(SpecException, match="'ping' of / has no handler"):
        app.test_client().get("/socket.io/?EIO=4&transport=polling")


async def test_the_applications_of_a_server_are_served_under_its_path() -> None:
    app, _ = socketio_of(WITH_SERVERS, server_name="production")
    with serving_flask(app) as url:
        client = python_socketio.AsyncClient()
        await client.connect(url, socketio_path="/api/v1/socket.io", transports=["websocket"])
        assert await client.call("add", 1) == 2
        await client.disconnect()


NOWHERE = message("add", {"type": "integer"}, x_handler="no_such_module.add")
BEARER = {"type": "http", "scheme": "bearer", "x-bearerInfoFunc": "no_such_module.token_info"}
ELSEWHERE = document(
    {
        "/": channel(
            received=[NOWHERE],
            emitted=[message("news", {"type": "string"})],
            x_handlers={"connect": "no_such_module.connect", "error": "no_such_module.error"},
            x_security=[{"bearer": []}],
        )
    },
    components={"securitySchemes": {"bearer": BEARER}},
)


def test_a_process_that_only_emits_imports_no_handler_and_is_validated(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    socketio = AsynctionSocketIO.from_spec(ELSEWHERE, message_queue="redis://localhost:1/0")
    published: list[Any] = []
    monkeypatch.setattr(socketio.server.manager, "_publish", published.append)
    socketio.emit("news", "hello")
    assert [each["data"] for each in published] == [["hello"]]
    for event, data in (("news", 1), ("add", 1)):
        with pytest.raises(PayloadValidationException):
            socketio.emit(event, data)
    assert len(published) == 1


def test_the_handler_of_a_server_may_emit_with_its_own_object() -> None:
    app, socketio = socketio_of(SPEC)
    socketio.on_event("add", lambda number: emit("news", str(number)))
    client = socketio.test_client(app)
    client.emit("add", 1)
    assert [each["args"] for each in client.get_received()] == [["1"]]
