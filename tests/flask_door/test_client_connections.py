"""Connections through ``socketio.test_client``: let in, or refused in every way there is."""

import builtins
from typing import Any

import flask_socketio
import pytest
import socketio.exceptions
from flask import request, session
from flask_door.api_handlers import TOKENS
from flask_support import socketio_of
from support import channel, document, message

from asynction_flask import BindingsValidationException, SecurityException

INFO_FUNCTION = "flask_door.api_handlers.token_info"
BEARER = {"type": "http", "scheme": "bearer", "x-bearerInfoFunc": INFO_FUNCTION}
BINDINGS = {
    "ws": {
        "query": {"type": "object", "required": ["room"]},
        "headers": {"type": "object", "properties": {"X-Version": {"type": "integer"}}},
    }
}

SPEC = document(
    {
        "/": channel(received=[message("ping")], emitted=[message("news", {"type": "string"})]),
        "/bound": channel(received=[message("ping")], bindings=BINDINGS),
        "/secured": channel(received=[message("ping")], x_security=[{"bearer": []}]),
    },
    components={"securitySchemes": {"bearer": BEARER}},
)


class Server:
    """A server of the document that remembers the errors of its connections."""

    def __init__(self) -> None:
        self.errors: list[Exception] = []
        self.app, self.socketio = socketio_of(SPEC, default_error_handler=self.errors.append)
        for namespace in ("/", "/bound", "/secured"):
            self.socketio.on_event("ping", lambda: "pong", namespace)

    def client(self, namespace: str = "/", **options: Any) -> Any:
        return self.socketio.test_client(self.app, namespace=namespace, **options)


@pytest.fixture
def server() -> Server:
    return Server()


def check_refused(client: Any, namespace: str = "/") -> None:
    """Check that *client* is out, as Flask-SocketIO's clients tell it."""
    assert not client.is_connected(namespace)
    for use in (client.get_received, lambda name: client.emit("ping", namespace=name)):
        with pytest.raises(RuntimeError, match="not connected"):
            use(namespace)


def test_a_client_is_let_in(server: Server) -> None:
    client = server.client()
    assert client.is_connected()
    assert client.get_received() == []
    assert client.emit("ping", callback=True) == "pong"


def test_a_namespace_that_the_document_does_not_have_is_refused(server: Server) -> None:
    check_refused(server.client("/nowhere"), "/nowhere")


@pytest.mark.parametrize(
    "handshake", [{}, {"query_string": "room=a", "headers": {"X-Version": "one"}}]
)
def test_a_handshake_that_breaks_the_bindings_is_refused(
    server: Server, handshake: dict[str, Any]
) -> None:
    check_refused(server.client("/bound", **handshake), "/bound")
    assert [type(error) for error in server.errors] == [BindingsValidationException]


def test_query_string_and_headers_are_the_handshake(server: Server) -> None:
    client = server.client("/bound", query_string="?room=a", headers={"X-Version": "1"})
    assert client.is_connected("/bound")


@pytest.mark.parametrize("auth", [None, {"token": "bad"}, {"token": 1}])
def test_a_client_without_a_good_credential_is_refused(server: Server, auth: Any) -> None:
    check_refused(server.client("/secured", auth=auth), "/secured")
    assert [type(error) for error in server.errors] == [SecurityException]


@pytest.mark.parametrize(
    "credential", [{"auth": {"token": "good"}}, {"headers": {"Authorization": "Bearer good"}}]
)
def test_a_client_with_a_good_credential_is_let_in(
    server: Server, credential: dict[str, Any]
) -> None:
    client = server.client("/secured", **credential)
    assert client.emit("ping", namespace="/secured", callback=True) == "pong"


def refuse(error: Exception) -> Any:
    raise error


@pytest.mark.parametrize(
    "connect",
    [
        lambda: False,
        lambda: refuse(flask_socketio.ConnectionRefusedError()),
        lambda: refuse(flask_socketio.ConnectionRefusedError("no", {"code": 1})),
        lambda: refuse(socketio.exceptions.ConnectionRefusedError("no", 1, 2)),
        lambda: refuse(builtins.ConnectionRefusedError("no", {"code": 1})),
        lambda: flask_socketio.disconnect(),
    ],
)
def test_a_connect_handler_refuses(server: Server, connect: Any) -> None:
    server.socketio.on_event("connect", connect)
    check_refused(server.client())
    assert server.errors == []


def test_a_connect_handler_that_fails_refuses_and_reaches_the_error_handler(
    server: Server,
) -> None:
    server.socketio.on_event("connect", lambda: refuse(LookupError("mine")))
    check_refused(server.client())
    assert [type(error) for error in server.errors] == [LookupError]


def test_a_connect_handler_that_fails_refuses_without_an_error_handler(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    server.socketio.default_exception_handler = None
    server.socketio.on_event("connect", lambda: refuse(LookupError("mine")))
    check_refused(server.client())
    assert "LookupError" in caplog.text


def test_a_refused_client_leaves_no_trace(server: Server) -> None:
    server.socketio.on_event("connect", lambda: False)
    client = server.client()
    manager = server.socketio.server.manager
    assert manager.sid_from_eio_sid(client.eio_sid, "/") is None
    assert not [*manager.get_participants("/", None)]


def test_a_refused_client_may_try_again(server: Server) -> None:
    client = server.client("/secured", auth={"token": "bad"})
    client.connect("/secured", auth={"token": "good"})
    assert client.emit("ping", namespace="/secured", callback=True) == "pong"


def test_one_client_may_be_in_several_namespaces(server: Server) -> None:
    client = server.client()
    client.connect("/secured", auth={"token": "good"})
    client.disconnect()
    assert not client.is_connected()
    assert client.is_connected("/secured")


def test_what_a_connect_handler_emits_is_received(server: Server) -> None:
    server.socketio.on_event("connect", lambda: flask_socketio.emit("news", "welcome"))
    client = server.client()
    assert client.get_received() == [{"name": "news", "args": ["welcome"], "namespace": "/"}]


AUTH = {"token": "good"}


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (lambda keep: lambda: keep(), ()),
        (lambda keep: lambda auth: keep(auth), (AUTH,)),
        (lambda keep: lambda auth=None: keep(auth), (AUTH,)),
        (lambda keep: lambda *args: keep(*args), (AUTH,)),
        (lambda keep: lambda user: keep(user), ("ann",)),
        (lambda keep: lambda auth, user: keep(auth, user), (AUTH, "ann")),
        (lambda keep: lambda *, token_info: keep(token_info), (TOKENS["good"],)),
    ],
)
def test_a_connect_handler_gets_what_its_signature_takes(
    server: Server, make: Any, expected: Any
) -> None:
    given: list[Any] = []
    server.socketio.on_event("connect", make(lambda *told: given.append(told)), "/secured")
    assert server.client("/secured", auth=AUTH).is_connected("/secured")
    assert given == [expected]


@pytest.mark.parametrize("takes_reason", [True, False])
def test_a_disconnect_handler_may_take_the_reason(server: Server, takes_reason: bool) -> None:
    told: list[Any] = []
    handlers: dict[bool, Any] = {True: told.append, False: lambda: told.append("no argument")}
    server.socketio.on_event("disconnect", handlers[takes_reason])
    server.client().disconnect()
    assert told == ["client disconnect" if takes_reason else "no argument"]


def test_a_disconnect_handler_that_fails_reaches_the_error_handler(server: Server) -> None:
    server.socketio.on_event("disconnect", lambda: refuse(LookupError("mine")))
    server.client().disconnect()
    assert [type(error) for error in server.errors] == [LookupError]


def test_the_session_and_the_session_id_of_a_client_are_those_of_its_connect_handler(
    server: Server,
) -> None:
    def connect() -> None:
        session["sid"] = request.sid  # type: ignore[attr-defined]

    server.socketio.on_event("connect", connect)
    server.socketio.on_event("ping", lambda: session["sid"] == request.sid)  # type: ignore[attr-defined]
    assert server.client().emit("ping", callback=True) is True
