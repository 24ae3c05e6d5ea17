"""What the server emits through the Flask door: to whom, and only what the document has."""

from typing import Any

import pytest
from flask_door.doing import Server, names_and_args
from flask_socketio import close_room, emit, join_room, leave_room, rooms, send

from asynction_flask import AsynctionSocketIO, PayloadValidationException


@pytest.fixture
def server() -> Server:
    return Server()


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
