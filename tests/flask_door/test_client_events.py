"""Events and acknowledgements through ``socketio.test_client``, as users' own suites send them."""

from typing import Any

import pytest
from flask import request, session
from flask_socketio import close_room, disconnect, emit, join_room, leave_room, rooms, send
from flask_support import socketio_of
from support import channel, document, message

from asynction_flask import (
    AsynctionSocketIO,
    MessageAckValidationException,
    PayloadValidationException,
)

PAIR = {"type": "array", "prefixItems": [{"type": "integer"}, {"type": "string"}]}

SPEC = document(
    {
        name: channel(
            received=[
                message("number", {"type": "integer"}, x_ack={"args": {"type": "integer"}}),
                message("pair", PAIR, x_ack={"args": PAIR}),
                message("do"),
            ],
            emitted=[
                message("text", {"type": "string"}),
                message("both", PAIR),
                message("message", {"type": "string"}),
                message("json", {"type": "object"}),
                message("bytes", {"type": "string", "format": "binary"}),
            ],
        )
        for name in ("/", "/other")
    }
)


class Server:
    """A server of the document whose handlers do what a test gives them to do."""

    def __init__(self, **options: Any) -> None:
        self.calls: list[tuple[Any, ...]] = []
        self.does: Any = lambda *arguments: None
        self.app, self.socketio = socketio_of(SPEC, **options)
        for namespace in ("/", "/other"):
            for event in ("number", "pair", "do"):
                self.socketio.on_event(event, self._handler(event), namespace)

    def _handler(self, event: str) -> Any:
        def handle(*arguments: Any) -> Any:
            self.calls.append((event, *arguments))
            return self.does(*arguments)

        return handle

    def client(self, namespace: str = "/", **options: Any) -> Any:
        return self.socketio.test_client(self.app, namespace=namespace, **options)


@pytest.fixture
def server() -> Server:
    return Server()


def names_and_args(client: Any, namespace: str = "/") -> list[tuple[str, Any]]:
    """Return the events that *client* received since it was last asked."""
    return [(each["name"], each["args"]) for each in client.get_received(namespace)]


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


def test_binary_attachments_reach_the_client(server: Server) -> None:
    server.does = lambda: emit("bytes", b"\x00\xff")
    client = server.client()
    client.emit("do")
    assert names_and_args(client) == [("bytes", [b"\x00\xff"])]


def test_emit_reaches_its_own_client_only(server: Server) -> None:
    server.does = lambda: emit("text", "hello")
    one, two = server.client(), server.client()
    one.emit("do")
    assert names_and_args(one) == [("text", ["hello"])]
    assert names_and_args(two) == []


def test_broadcast_reaches_the_clients_of_the_namespace_without_the_sender(server: Server) -> None:
    server.does = lambda: emit("text", "hello", broadcast=True, include_self=False)
    one, two, other = server.client(), server.client(), server.client("/other")
    one.emit("do")
    assert names_and_args(one) == []
    assert names_and_args(two) == [("text", ["hello"])]
    assert names_and_args(other, "/other") == []


def test_emit_to_another_namespace(server: Server) -> None:
    server.does = lambda: emit("text", "hello", namespace="/other", broadcast=True)
    one, other = server.client(), server.client("/other")
    one.emit("do")
    assert names_and_args(one) == []
    assert names_and_args(other, "/other") == [("text", ["hello"])]


def test_two_arguments_are_emitted_as_a_tuple(server: Server) -> None:
    server.does = lambda: emit("both", (1, "two"))
    client = server.client()
    client.emit("do")
    assert names_and_args(client) == [("both", [1, "two"])]


def test_send_emits_message_or_json(server: Server) -> None:
    def do() -> None:
        send("text")
        send({"a": 1}, json=True)

    server.does = do
    client = server.client()
    client.emit("do")
    assert names_and_args(client) == [("message", "text"), ("json", {"a": 1})]


def test_a_room_is_reached_until_its_client_leaves(server: Server) -> None:
    client = server.client()
    server.does = lambda: join_room("room")
    client.emit("do")
    server.socketio.emit("text", "in", to="room")
    server.does = lambda: leave_room("room")
    client.emit("do")
    server.socketio.emit("text", "out", to="room")
    assert names_and_args(client) == [("text", ["in"])]


def test_a_closed_room_has_no_clients(server: Server) -> None:
    client, found = server.client(), []

    def do() -> None:
        join_room("room")
        found.append(sorted(rooms()))
        close_room("room")
        found.append(rooms())

    server.does = do
    client.emit("do")
    sid = server.socketio.server.manager.sid_from_eio_sid(client.eio_sid, "/")
    assert found == [sorted([sid, "room"]), [sid]]


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


@pytest.mark.parametrize(
    ("event", "data", "namespace"),
    [
        ("text", 1, "/"),
        ("text", None, "/"),
        ("text", ("a", "b"), "/"),
        ("both", (1,), "/"),
        ("both", [1, "two"], "/"),
        ("bytes", "text", "/"),
        ("unknown", 1, "/"),
        ("number", 1, "/"),
        ("text", "hello", "/nowhere"),
    ],
)
def test_what_the_document_forbids_raises_where_it_is_emitted(
    server: Server, event: str, data: Any, namespace: str
) -> None:
    raised: list[Exception] = []

    def do() -> None:
        for function in (emit, server.socketio.emit):
            with pytest.raises(PayloadValidationException) as caught:
                function(event, data, namespace=namespace)
            raised.append(caught.value)

    server.does = do
    client = server.client()
    client.emit("do")
    assert len(raised) == 2
    assert names_and_args(client) == []


def test_an_emit_outside_of_handlers_raises_too(server: Server) -> None:
    with pytest.raises(PayloadValidationException):
        server.socketio.emit("text", 1)


@pytest.mark.parametrize(
    "invalid", [lambda: send(1), lambda: send("text", json=True)], ids=["message", "json"]
)
def test_send_is_validated(server: Server, invalid: Any) -> None:
    raised: list[Exception] = []

    def do() -> None:
        with pytest.raises(PayloadValidationException) as caught:
            invalid()
        raised.append(caught.value)

    server.does = do
    server.client().emit("do")
    assert len(raised) == 1


def test_what_a_handler_may_not_emit_reaches_its_error_handler(server: Server) -> None:
    errors: list[Exception] = []
    server.socketio.on_error_default(errors.append)
    server.does = lambda: emit("text", 1)
    server.client().emit("do")
    assert [type(error) for error in errors] == [PayloadValidationException]


def test_an_http_route_emits_to_the_clients(server: Server) -> None:
    @server.app.post("/announce")
    def announce() -> str:
        socketio: AsynctionSocketIO = server.app.extensions["socketio"]
        socketio.emit("text", "announced")
        return "done"

    client = server.client()
    assert server.app.test_client().post("/announce").text == "done"
    assert names_and_args(client) == [("text", ["announced"])]
