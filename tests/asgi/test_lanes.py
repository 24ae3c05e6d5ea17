"""The short way reads the head of an event as python-socketio does, or leaves it to that."""

from collections.abc import Coroutine
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st
from support import channel, document, message

from asynction_core import AsynctionServer, wire
from asynction_core.context import Connection
from asynction_core.fast.lanes import _Client
from asynction_core.fast.socket import Socket

SPEC = document({name: channel(received=[message("e")]) for name in ("/", "/a")})


class Reader(AsynctionServer):
    """Keeps what it would handle: its namespace, its number and its arguments."""

    read: tuple[str, str, list[Any]] | None = None

    def _handle(self, asked: Any, arguments: list[Any]) -> Coroutine[Any, Any, None] | None:
        _, client, _, number = asked
        self.read = client.connection.namespace, number, arguments
        return None


def reader() -> tuple[Reader, Socket]:
    server = Reader.from_spec(SPEC)
    socket = Socket(server.eio, "transport")
    for name in server.registration.namespaces:
        server.on("e", lambda sid, *arguments: None, namespace=name)
        lanes = server._lanes.setdefault(name, {})
        socket.clients[name] = _Client(Connection(server, "client", name), "43", lanes)
    return server, socket


SERVER, SOCKET = reader()


@given(st.text('0123456789٣²/a,-[]"?{} ', max_size=20))
@example("")
@example("0")
@example("/a,")
@example("/a,12")
@example("/a")
@example("/a?b=1,")
@example("9" * 15)
@example("9" * 16)
@example("٣")
@example("1-")
@example("/a,1-")
@example("/,7")
def test_a_head_means_what_it_means_to_python_socketio(head: str) -> None:
    SERVER.read = None
    text = f'42{head}["e",1]'
    if not SERVER._answer(SOCKET, text):
        assert SERVER.read is None
        return
    found: Any = wire.read_packet(text[1:], {}, "transport", SERVER.packet_class)
    assert SERVER.read is not None
    namespace, number, arguments = SERVER.read
    assert (found.namespace or "/", found.data) == (namespace, ["e", *arguments])
    assert found.id == (int(number) if number else None)


def test_usual_heads_take_the_short_way() -> None:
    for head, expected in {
        "": ("/", "", [1]),
        "7": ("/", "7", [1]),
        "/a,": ("/a", "", [1]),
        "/a,007": ("/a", "007", [1]),
    }.items():
        SERVER.read = None
        assert SERVER._answer(SOCKET, f'42{head}["e",1]') is True
        assert SERVER.read == expected
