"""Events and acknowledgements through ``socketio.test_client``, as users' own suites send them."""

from typing import Any

import pytest
from flask import request, session
from flask_door.doing import Server
from flask_socketio import disconnect

from asynction_flask import MessageAckValidationException


@pytest.fixture
def server() -> Server:
    return Server()


def test_what_a_handler_returns_is_the_ack(server: Server) -> None:
    server.does = lambda number: number + 1
    assert server.client().emit("number", 1, callback=True) == 2


def test_an_event_that_asks_for_no_ack_gets_none(server: Server) -> None:
    server.does = lambda number: number + 1
    assert server.client().emit("number", 1) is None
    assert server.calls == [("number", 1)]


def test_a_tuple_payload_reaches_the_handler_as_several_arguments(server: Server) -> None:
    server.does = lambda number, text: (number, text)
    server.client().emit("pair", 1, "foo")
    assert server.calls == [("pair", 1, "foo")]


def test_a_tuple_that_a_handler_returns_is_an_ack_of_several_arguments(server: Server) -> None:
    server.does = lambda number, text: (200, "fine")
    assert server.client().emit("pair", 1, "foo", callback=True) == [200, "fine"]


@pytest.mark.parametrize("result", [("200", "fine"), (200,), (200, 1), [200, "fine"], None])
def test_a_tuple_that_breaks_the_ack_schema_is_not_sent(result: Any) -> None:
    errors: list[Exception] = []
    server = Server(default_error_handler=errors.append)
    server.does = lambda *arguments: result
    assert server.client().emit("pair", 1, "foo", callback=True) == []
    assert [type(error) for error in errors] == [MessageAckValidationException]


def test_a_result_that_breaks_the_ack_schema_is_logged_without_an_error_handler(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    server.does = lambda number: "a secret"
    assert server.client().emit("number", 1, callback=True) is None
    assert "MessageAckValidationException" in caplog.text
    assert "secret" not in caplog.text


@pytest.mark.parametrize(
    ("event", "arguments"),
    [("number", ("1",)), ("number", ()), ("number", (1, 2)), ("pair", (1,)), ("unknown", (1,))],
)
def test_what_breaks_the_document_reaches_no_handler(
    server: Server, event: str, arguments: tuple[Any, ...]
) -> None:
    client = server.client()
    assert client.emit(event, *arguments, callback=True) is None
    assert server.calls == []
    assert client.is_connected()


def test_disconnect_in_a_handler_disconnects_its_client(server: Server) -> None:
    gone: list[str] = []
    server.socketio.on_event("disconnect", gone.append)
    server.does = lambda: disconnect()
    client = server.client()
    client.emit("do")
    assert not client.is_connected()
    assert gone == ["server disconnect"]


def test_a_client_that_disconnects_runs_the_disconnect_handler_and_no_other(
    server: Server,
) -> None:
    gone: list[str] = []
    server.socketio.on_event("disconnect", gone.append)
    client, other = server.client(), server.client()
    client.disconnect()
    assert gone == ["client disconnect"]
    assert not client.is_connected()
    assert other.is_connected()


def test_the_request_of_an_event_tells_its_client_namespace_and_event(server: Server) -> None:
    told: list[Any] = []

    def do(*arguments: Any) -> None:
        found: Any = request
        told.extend([found.sid, found.namespace, found.event, found.headers["X-Test"]])

    server.does = do
    client = server.client("/other", headers={"X-Test": "yes"})
    client.emit("do", 1, namespace="/other")
    sid = server.socketio.server.manager.sid_from_eio_sid(client.eio_sid, "/other")
    assert told == [sid, "/other", {"message": "do", "args": (1,)}, "yes"]


def test_the_session_is_kept_for_a_client_and_shared_with_no_other(server: Server) -> None:
    def count() -> int:
        session["count"] = session.get("count", 0) + 1
        return int(session["count"])

    server.does = count
    one, two = server.client(), server.client()
    assert [one.emit("do", callback=True) for _ in range(2)] == [1, 2]
    assert two.emit("do", callback=True) == 1


def test_the_session_begins_with_that_of_the_flask_test_client(server: Server) -> None:
    server.does = lambda: session.get("user")
    with server.app.test_client() as flask_client:
        with flask_client.session_transaction() as opened:
            opened["user"] = "ann"
        client = server.client(flask_test_client=flask_client)
    assert client.emit("do", callback=True) == "ann"
    assert server.client().emit("do", callback=True) == []


def test_without_managed_sessions_flask_keeps_its_own() -> None:
    server = Server(manage_session=False)
    server.does = lambda: session.get("user")
    with server.app.test_client() as flask_client:
        with flask_client.session_transaction() as opened:
            opened["user"] = "ann"
        client = server.client(flask_test_client=flask_client)
    assert client.emit("do", callback=True) == "ann"
