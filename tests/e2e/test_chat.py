"""The chat examples, under uvicorn and Flask as their docstrings start them, with every client."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from e2e.conftest import Connect
from e2e.peers import WAIT, NodePeer, PythonPeer, Refused, Socket
from e2e.running import EXAMPLES, Running, running, running_flask

pytestmark = pytest.mark.asyncio(loop_scope="session")

TOKEN = {"token": "12345678"}

Join = Callable[[str], Awaitable[Socket]]


@pytest.fixture(scope="module", params=["asyncapi.yml", "asyncapi-v3.yml", "the long way", "Flask"])
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Running]:
    log = tmp_path_factory.mktemp("chat") / "log"
    if request.param == "Flask":
        serving = running_flask(EXAMPLES / "chat_flask" / "app", log)
    elif request.param == "the long way":
        serving = running("chat", log, ASYNCTION_FAST_PATH="0")
    else:
        serving = running("chat", log, CHAT_SPEC=request.param)
    with serving as started:
        yield started


@pytest_asyncio.fixture(loop_scope="session")
async def chat(server: Running, python_peer: PythonPeer) -> str:
    """The URL of a chat that nobody is in."""
    async with asyncio.timeout(WAIT):
        while await count_users(server.url, python_peer):
            await asyncio.sleep(0.01)
    return server.url


async def count_users(url: str, python_peer: PythonPeer) -> int:
    admin = await python_peer.connect(
        url, "/admin", path="/socket.io", transports=["websocket"], query=TOKEN, auth=None
    )
    _, metric = await admin.next_event()
    await admin.disconnect()
    users: int = metric["value"]
    return users


@pytest_asyncio.fixture(loop_scope="session")
async def join(chat: str, connect: Connect) -> AsyncIterator[Join]:
    """Connect a client, which is in the chat under a name when it returns."""
    joined: list[Socket] = []

    async def join_as(username: str) -> Socket:
        socket = await connect(chat)
        assert await socket.call("add user", username) == [{"error": None}]
        joined.append(socket)
        about = {"numUsers": len(joined)}
        assert await socket.next_event() == ("login", about)
        for other in joined[:-1]:
            joins = ("user joined", {"username": username, **about})
            assert await other.next_event() == joins
        return socket

    yield join_as


async def test_a_client_uses_the_transport_that_it_asks_for(
    chat: str, connect: Connect, transport: str
) -> None:
    socket = await connect(chat)
    expected = "polling" if transport == "polling" else "websocket"
    async with asyncio.timeout(WAIT):
        while await socket.transport() != expected:
            await asyncio.sleep(0.01)
    assert await socket.call("add user", "ann") == [{"error": None}]


async def test_adding_a_user_is_acknowledged(chat: str, connect: Connect) -> None:
    socket = await connect(chat)
    assert await socket.call("add user", "ann") == [{"error": None}]


async def test_a_new_user_is_told_how_many_there_are(chat: str, connect: Connect) -> None:
    socket = await connect(chat)
    await socket.emit("add user", "ann")
    assert await socket.next_event() == ("login", {"numUsers": 1})


async def test_others_are_told_who_joined(join: Join, chat: str, connect: Connect) -> None:
    ann = await join("ann")
    bob = await connect(chat)
    await bob.emit("add user", "bob")
    assert await ann.next_event() == ("user joined", {"username": "bob", "numUsers": 2})


async def test_a_name_is_taken_once(join: Join, chat: str, connect: Connect) -> None:
    await join("ann")
    other = await connect(chat)
    assert await other.call("add user", "ann") == [{"error": "that name is taken"}]


async def test_a_client_takes_one_name(join: Join) -> None:
    ann = await join("ann")
    assert await ann.call("add user", "anna") == [{"error": "you have a name already"}]


async def test_others_get_a_message_with_its_author(join: Join) -> None:
    ann, bob = await join("ann"), await join("bob")
    await ann.emit("new message", "Grüße, 世界 🌍")
    about = {"username": "ann", "message": "Grüße, 世界 🌍"}
    assert await bob.next_event() == ("new message", about)


async def test_the_author_does_not_get_the_message(join: Join) -> None:
    ann, bob = await join("ann"), await join("bob")
    await ann.emit("new message", "hello")
    await bob.next_event()
    await bob.emit("new message", "hello yourself")
    answer = ("new message", {"username": "bob", "message": "hello yourself"})
    assert await ann.next_event() == answer


@pytest.mark.parametrize("event", ["typing", "stop typing"])
async def test_others_are_told_who_is_typing(join: Join, event: str) -> None:
    ann, bob = await join("ann"), await join("bob")
    await ann.emit(event)
    assert await bob.next_event() == (event, {"username": "ann"})


async def test_forty_events_at_once_are_all_handled_over_polling(
    chat: str, node_peer: NodePeer, python_peer: PythonPeer
) -> None:
    about: dict[str, Any] = {"path": "/socket.io", "query": {}, "auth": None}
    bob = await python_peer.connect(chat, "/", transports=["websocket"], **about)
    ann = await node_peer.connect(chat, "/", transports=["polling"], **about)
    assert await ann.call("add user", "ann") == [{"error": None}]
    texts = [f"message {number}" for number in range(40)]
    assert await ann.calls("new message", [[text] for text in texts]) == [[]] * 40
    assert await bob.next_event() == ("user joined", {"username": "ann", "numUsers": 1})
    heard = [await bob.next_event() for _ in texts]
    assert {about["message"] for _, about in heard} == {*texts}
    await ann.disconnect()
    await bob.disconnect()


async def test_others_are_told_who_left(join: Join) -> None:
    ann, bob = await join("ann"), await join("bob")
    await bob.disconnect()
    assert await ann.next_event() == ("user left", {"username": "bob", "numUsers": 1})


@pytest.mark.parametrize(
    ("event", "arguments", "message", "schema_path"),
    [
        ("new message", [5], '5 is not of type "string"', ["type"]),
        ("new message", [""], '"" is shorter than 1 character', ["minLength"]),
        ("new message", [], "expected 1 argument, got 0", []),
        ("new message", ["one", "two"], "expected 1 argument, got 2", []),
        ("typing", ["fast"], 'False schema does not allow "fast"', []),
        ("user left", ["bob"], "the document has no such event that clients may emit", []),
    ],
    ids=["type", "length", "too few", "too many", "none wanted", "unknown"],
)
async def test_what_the_document_forbids_is_acknowledged_with_the_problem(
    join: Join, event: str, arguments: list[Any], message: str, schema_path: list[Any]
) -> None:
    ann = await join("ann")
    [problem] = await ann.call(event, *arguments)
    assert problem == {
        "error": {
            "type": "PayloadValidationException",
            "message": message,
            "event": event,
            "path": [],
            "schema_path": schema_path,
        }
    }


async def test_what_the_document_forbids_reaches_nobody(join: Join) -> None:
    ann, bob = await join("ann"), await join("bob")
    await ann.call("new message", "x" * 2001)
    await ann.emit("new message", "x" * 2000)
    _, about = await bob.next_event()
    assert about["message"] == "x" * 2000


async def test_an_administrator_needs_a_token(chat: str, connect: Connect) -> None:
    with pytest.raises(Refused) as refused:
        await connect(chat, "/admin")
    assert refused.value.message == 'query: "token" is a required property'
    assert refused.value.data == {
        "type": "BindingsValidationException",
        "path": [],
        "schema_path": ["required"],
    }


async def test_an_administrator_needs_a_long_token(chat: str, connect: Connect) -> None:
    with pytest.raises(Refused) as refused:
        await connect(chat, "/admin", query={"token": "1234567"})
    assert refused.value.message == 'query: "1234567" is shorter than 8 characters'
    assert refused.value.data == {
        "type": "BindingsValidationException",
        "path": ["token"],
        "schema_path": ["properties", "token", "minLength"],
    }


async def test_an_administrator_gets_the_metric(join: Join, chat: str, connect: Connect) -> None:
    await join("ann")
    admin = await connect(chat, "/admin", query=TOKEN)
    assert await admin.next_event() == ("server metric", {"name": "users", "value": 1})


async def test_an_unknown_namespace_is_refused(chat: str, connect: Connect) -> None:
    with pytest.raises(Refused) as refused:
        await connect(chat, "/nowhere")
    assert refused.value.message == "Invalid namespace"
    assert refused.value.data == {"type": "InvalidNamespace"}


async def test_the_next_client_is_served_after_refusals(
    chat: str, connect: Connect, join: Join
) -> None:
    for namespace in ("/admin", "/nowhere"):
        with pytest.raises(Refused):
            await connect(chat, namespace)
    bad = await connect(chat)
    await bad.call("add user", {"not": "a name"})
    await bad.call("nonsense")
    ann, bob = await join("ann"), await join("bob")
    await ann.emit("new message", "still here")
    about = {"username": "ann", "message": "still here"}
    assert await bob.next_event() == ("new message", about)


async def test_a_session_leaves_no_warning_in_the_log(tmp_path: Path, connect: Connect) -> None:
    with running("chat", tmp_path / "log") as server:
        ann, bob = await connect(server.url), await connect(server.url)
        await ann.call("add user", "ann")
        await bob.call("add user", "bob")
        await ann.call("typing")
        await ann.disconnect()
        await bob.disconnect()
        server.stop()
    lines = (tmp_path / "log").read_text().splitlines()
    assert [line for line in lines if not line.startswith("INFO:")] == []
