"""Connecting and disconnecting over a real server: who gets in, who does not, what each sees."""

import asyncio
import builtins
import json
import logging
from typing import Any

import aiohttp
import pytest
import socketio
import socketio.exceptions
from conftest import MakePeer, MakeRawPeer
from peers import Peer, dialogue
from support import channel, document, message, serving

from asynction_core import (
    AsynctionMiddleware,
    AsynctionServer,
    BindingsValidationException,
    current,
)

TOKEN = {
    "ws": {
        "query": {
            "type": "object",
            "properties": {"token": {"type": "string"}, "limit": {"type": "integer"}},
            "required": ["token"],
        },
        "headers": {"type": "object", "properties": {"X-Level": {"type": "integer", "maximum": 3}}},
    }
}

SPEC = document(
    {
        "/": channel(received=[message("ping")], emitted=[message("pong")]),
        "/free": channel(received=[message("ping")], emitted=[message("pong")]),
        "/guarded": channel(received=[message("ping")], emitted=[message("pong")], bindings=TOKEN),
    }
)


QUICK = {"ping_interval": 0.5, "ping_timeout": 0.5}
"""Options that end a poll that nobody answers in a second."""


class Recorder:
    """A server of the document that remembers who came, who went and what failed."""

    def __init__(self, **options: Any) -> None:
        self.connects: list[tuple[Any, ...]] = []
        self.disconnects: list[tuple[Any, ...]] = []
        self.pings: list[str] = []
        self.errors: list[Exception] = []
        self.answer: Any = None
        self.server = AsynctionServer.from_spec(SPEC, **options)
        for namespace in self.server.registration.namespaces:
            self.server.on("connect", self._connect, namespace)
            self.server.on("disconnect", self._disconnect, namespace)
            self.server.on("ping", self._ping, namespace)
        self.app = AsynctionMiddleware(server=self.server)

    async def _connect(self, sid: str, environ: dict[str, Any], auth: Any) -> Any:
        self.connects.append((sid, environ["PATH_INFO"], auth))
        return await self.answer() if callable(self.answer) else self.answer

    def _disconnect(self, sid: str, reason: str) -> None:
        self.disconnects.append((sid, reason))

    async def _ping(self, sid: str) -> str:
        self.pings.append(sid)
        return "pong"

    def on_error(self, error: Exception) -> bool:
        self.errors.append(error)
        return True


@pytest.fixture(params=["websocket", "polling"])
def transport(request: pytest.FixtureRequest) -> dict[str, Any]:
    return {"transports": [request.param]}


async def test_a_client_is_let_in_and_out(connect: MakePeer, transport: dict[str, Any]) -> None:
    recorder = Recorder(**QUICK)
    with serving(recorder.app) as url:
        peer = await connect(url, auth={"token": "x"}, **transport)
        sid = peer.client.get_sid()
        await peer.close()
        while not recorder.disconnects:
            await asyncio.sleep(0.01)
    assert recorder.connects == [(sid, "/socket.io/", {"token": "x"})]
    assert recorder.disconnects[0][0] == sid


@pytest.mark.parametrize("arity", [1, 2, 3])
async def test_a_connect_handler_takes_as_many_arguments_as_it_likes(
    connect: MakePeer, arity: int
) -> None:
    handlers: dict[int, Any] = {
        1: lambda sid: calls.append((sid,)),
        2: lambda sid, environ: calls.append((sid, environ)),
        3: lambda sid, environ, auth: calls.append((sid, environ, auth)),
    }
    calls: list[tuple[Any, ...]] = []
    recorder = Recorder()
    recorder.server.on("connect", handlers[arity])
    with serving(recorder.app) as url:
        await connect(url)
    assert [len(call) for call in calls] == [arity]


async def test_a_connect_handler_gets_an_environ_whose_body_is_empty(
    connect: MakePeer, transport: dict[str, Any]
) -> None:
    bodies = []

    async def enter(_sid: str, environ: Any) -> None:
        bodies.append(await environ["wsgi.input"].read())

    recorder = Recorder(**QUICK)
    recorder.server.on("connect", enter)
    with serving(recorder.app) as url:
        await connect(url, **transport)
    assert bodies == [b""]


async def test_a_connect_handler_that_raises_type_error_runs_once(connect: MakePeer) -> None:
    recorder = Recorder(default_error_handler=lambda error: None)

    async def fail() -> None:
        raise TypeError("mine")

    recorder.answer = fail
    with serving(recorder.app) as url:
        await Peer().refused(url)
    assert len(recorder.connects) == 1


async def test_bindings_let_a_good_handshake_through(
    connect: MakePeer, transport: dict[str, Any]
) -> None:
    recorder = Recorder(**QUICK)
    with serving(recorder.app) as url:
        peer = await connect(
            f"{url}?token=x&limit=5", "/guarded", headers={"x-level": "3"}, **transport
        )
        assert await peer.call("ping") == "pong"


@pytest.mark.parametrize(
    ("query", "headers", "message", "path"),
    [
        ("", {}, 'query: "token" is a required property', []),
        ("?token=x&limit=many", {}, 'query: "many" is not of type "integer"', ["limit"]),
        ("?token=x", {"X-Level": "4"}, "headers: 4 is greater than the maximum of 3", ["X-Level"]),
    ],
)
async def test_bindings_refuse_a_bad_handshake_and_say_why(
    transport: dict[str, Any], query: str, headers: dict[str, str], message: str, path: list[str]
) -> None:
    recorder = Recorder()
    recorder.server.on_error(recorder.on_error, namespace="/guarded")
    with serving(recorder.app) as url:
        told = await Peer("/guarded").refused(f"{url}{query}", headers=headers, **transport)
    assert told["message"] == message
    assert told["data"]["type"] == "BindingsValidationException"
    assert told["data"]["path"] == path
    assert recorder.connects == []
    assert [type(error) for error in recorder.errors] == [BindingsValidationException]


async def test_bindings_are_not_checked_where_validation_is_off(connect: MakePeer) -> None:
    recorder = Recorder(validation=False)
    with serving(recorder.app) as url:
        await connect(url, "/guarded")
    assert len(recorder.connects) == 1


async def test_a_refusal_by_bindings_is_logged_without_what_the_client_sent(
    caplog: pytest.LogCaptureFixture,
) -> None:
    recorder = Recorder()
    with serving(recorder.app) as url:
        await Peer("/guarded").refused(f"{url}?token=hunter2&limit=hunter3")
    records = [record for record in caplog.records if record.name == "asynction_core"]
    assert [record.levelno for record in records] == [logging.WARNING]
    assert "channels./guarded.bindings.ws.query.properties.limit.type" in caplog.text
    assert "hunter" not in caplog.text


@pytest.mark.parametrize("namespace", ["/nowhere", "/guarded/deeper"])
async def test_an_unknown_namespace_is_refused(transport: dict[str, Any], namespace: str) -> None:
    recorder = Recorder(default_error_handler=lambda error: None)
    with serving(recorder.app) as url:
        told = await Peer(namespace).refused(url, **transport)
    assert told == {"message": "Invalid namespace", "data": {"type": "InvalidNamespace"}}


async def test_the_default_namespace_is_refused_where_the_document_has_none() -> None:
    server = AsynctionServer.from_spec(document({"/only": channel()}))
    with serving(AsynctionMiddleware(server=server)) as url:
        told = await Peer("/").refused(url)
    assert told["message"] == "Invalid namespace"


async def test_a_document_without_channels_lets_nobody_in() -> None:
    server = AsynctionServer.from_spec(document({}))
    with serving(AsynctionMiddleware(server=server)) as url:
        assert (await Peer("/").refused(url))["message"] == "Invalid namespace"


class Refusals:
    """Ways in which a connect handler ends a connection, and what the client is told."""

    @staticmethod
    async def false() -> bool:
        return False

    @staticmethod
    async def refused() -> None:
        raise socketio.exceptions.ConnectionRefusedError("go away", {"code": 1})

    @staticmethod
    async def refused_without_reason() -> None:
        raise socketio.exceptions.ConnectionRefusedError

    @staticmethod
    async def refused_with_much() -> None:
        raise socketio.exceptions.ConnectionRefusedError("go away", 1, 2)

    @staticmethod
    async def builtin() -> None:
        raise builtins.ConnectionRefusedError("go away", {"code": 2})

    @staticmethod
    async def failure() -> None:
        raise LookupError("password is hunter2")

    @staticmethod
    async def invalid_emit() -> None:
        await current.server.emit("nothing the document has", "hunter2")


REJECTED = {"message": "Connection rejected by server", "data": {"type": "ConnectionRefusedError"}}
FAILED = {
    "message": "The server failed to accept the connection",
    "data": {"type": "InternalServerError"},
}


@pytest.mark.parametrize("error_handlers", ["none", "default", "namespace"])
@pytest.mark.parametrize(
    ("answer", "told", "is_error"),
    [
        (Refusals.false, REJECTED, False),
        (Refusals.refused, {"message": "go away", "data": {"code": 1}}, False),
        (Refusals.refused_without_reason, REJECTED, False),
        (Refusals.refused_with_much, {"message": "go away", "data": [1, 2]}, False),
        (Refusals.builtin, {"message": "go away", "data": {"code": 2}}, False),
        (Refusals.failure, FAILED, True),
        (Refusals.invalid_emit, FAILED, True),
    ],
)
async def test_whatever_error_handlers_do_a_refused_client_stays_out(
    connect_raw: MakeRawPeer, error_handlers: str, answer: Any, told: Any, is_error: bool
) -> None:
    recorder = Recorder()
    if error_handlers == "default":
        recorder.server.default_error_handler = recorder.on_error
    elif error_handlers == "namespace":
        recorder.server.on_error(recorder.on_error)
    recorder.answer = answer
    with serving(recorder.app) as url:
        assert await Peer().refused(url) == told
        raw = await connect_raw(url)
        await raw.send('420["ping"]')
        await recorder.server.emit("pong")
        await raw.send("40/nowhere,")
        assert (await raw.receive()).startswith("44/nowhere,")
    assert recorder.pings == []
    assert recorder.disconnects == []
    assert len(recorder.connects) == 2
    expected = 2 if is_error and error_handlers != "none" else 0
    assert len(recorder.errors) == expected
    assert recorder.server._connections == {}


async def test_always_connect_accepts_before_the_handler_but_after_the_bindings(
    connect: MakePeer,
) -> None:
    recorder = Recorder(always_connect=True)
    with serving(recorder.app) as url:
        told = await Peer("/guarded").refused(url)
        assert told["message"] == 'query: "token" is a required property'
        recorder.answer = Refusals.false
        peer = await connect(url)
        async with asyncio.timeout(5):
            await peer.disconnected.wait()
    assert recorder.server._connections == {}


async def test_always_connect_lets_a_good_client_in(connect: MakePeer) -> None:
    recorder = Recorder(always_connect=True)
    with serving(recorder.app) as url:
        peer = await connect(url)
        assert await peer.call("ping") == "pong"


async def test_a_second_connect_to_one_namespace_is_refused(connect_raw: MakeRawPeer) -> None:
    recorder = Recorder()
    with serving(recorder.app) as url:
        raw = await connect_raw(url)
        await raw.send("40")
        answer = await raw.receive()
        await raw.send('420["ping"]')
        assert await raw.receive() == '430["pong"]'
    assert answer.startswith("44")
    assert "Already connected" in answer


async def test_a_client_that_leaves_while_its_connect_handler_runs_is_let_go() -> None:
    recorder = Recorder()
    entered, leave = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    async def wait() -> None:
        loop.call_soon_threadsafe(entered.set)
        while not leave.is_set():
            await asyncio.sleep(0.01)

    recorder.answer = wait
    with serving(recorder.app) as url:
        connecting = asyncio.create_task(connect_over_polling(url))
        async with asyncio.timeout(5):
            await entered.wait()
            await recorder_closes(recorder)
            leave.set()
            await connecting
            while recorder.server._connections or not recorder.disconnects:
                await asyncio.sleep(0.01)
    assert len(recorder.disconnects) == 1


async def connect_over_polling(url: str) -> None:
    """Ask to connect, as a long-polling client does."""
    endpoint = f"{url}/socket.io/?EIO=4&transport=polling"
    async with aiohttp.ClientSession() as session:
        async with session.get(endpoint) as response:
            sid = json.loads((await response.text())[1:])["sid"]
        async with session.post(f"{endpoint}&sid={sid}", data="40"):
            pass


async def recorder_closes(recorder: Recorder) -> None:
    """End every Engine.IO session of the server, as a lost transport does."""
    eio = recorder.server.eio
    for transport in list(eio.sockets.values()):
        await transport.close(wait=False, abort=True)


async def test_a_client_that_is_being_disconnected_is_not_heard_any_more(
    connect_raw: MakeRawPeer,
) -> None:
    """It is still in one namespace while the disconnect handler of another one waits."""
    recorder = Recorder()
    server, heard, leaving = recorder.server, [""], []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        async def hear() -> Any:
            heard.append("waiting for more")
            told = await receive()
            heard.append(told.get("text"))
            return told

        await recorder.app(scope, hear, send)

    def disconnect(sid: str) -> None:
        transport = server.manager.eio_sid_from_sid(sid, "/")
        server.start_background_task(server.eio.disconnect, transport)

    async def wait(_sid: str, reason: str) -> None:
        leaving.append(reason)
        async with asyncio.timeout(5):
            while heard[-2:] != ['42/free,["ping"]', "waiting for more"]:
                await asyncio.sleep(0.01)

    server.on("ping", disconnect)
    server.on("disconnect", wait)
    with serving(app) as url:
        raw = await connect_raw(url)
        await raw.send("40/free,")
        await raw.receive()
        await raw.send('42["ping"]')
        async with asyncio.timeout(5):
            while not leaving:
                await asyncio.sleep(0.01)
        await raw.send('42/free,["ping"]')
        assert await raw.receive() == "1"
    assert recorder.pings == []


async def test_a_disconnect_handler_may_fail(
    connect: MakePeer, caplog: pytest.LogCaptureFixture
) -> None:
    recorder = Recorder()

    def fail(sid: str) -> None:
        raise LookupError("cannot say goodbye")

    recorder.server.on("disconnect", fail)
    with serving(recorder.app) as url:
        peer = await connect(url)
        await peer.close()
        async with asyncio.timeout(5):
            while recorder.server.manager.rooms:
                await asyncio.sleep(0.01)
        assert await (await connect(url)).call("ping") == "pong"
    assert "cannot say goodbye" in caplog.text


async def test_a_namespace_without_handlers_of_its_own_lets_clients_in(connect: MakePeer) -> None:
    server = AsynctionServer.from_spec(document({"/": channel(emitted=[message("news")])}))
    with serving(AsynctionMiddleware(server=server)) as url:
        peer = await connect(url)
        await peer.close()


async def test_a_client_whose_handshake_is_refused_gets_no_broadcast(
    connect_raw: MakeRawPeer, connect: MakePeer
) -> None:
    recorder = Recorder()

    async def announce(error: Exception) -> None:
        await recorder.server.emit("pong", "a secret", namespace="/guarded")

    recorder.server.on_error(announce, namespace="/guarded")
    with serving(recorder.app) as url:
        inside = await connect(f"{url}?token=x", "/guarded")
        raw = await connect_raw(url)
        await raw.send("40/guarded,")
        assert (await raw.receive()).startswith("44/guarded,")
        assert await inside.next() == [("pong", "a secret")]
        await raw.send('420["ping"]')
        assert await raw.receive() == '430["pong"]'


async def test_a_client_that_leaves_before_always_connect_refuses_it_is_no_error(
    connect_raw: MakeRawPeer, caplog: pytest.LogCaptureFixture
) -> None:
    recorder = Recorder(always_connect=True)

    async def refuse() -> bool:
        [sid] = [sid for _, sid in recorder.server._connections]
        await recorder.server.disconnect(sid)
        return False

    recorder.answer = refuse
    with serving(recorder.app) as url:
        raw = await connect_raw(url)
        assert await raw.receive() == "41"
        await raw.send("40/nowhere,")
        assert (await raw.receive()).startswith("44/nowhere,")
    assert recorder.server._connections == {}
    assert "ERROR" not in caplog.text


async def test_with_msgpack_too_nothing_reaches_a_refused_client() -> None:
    recorder = Recorder(serializer="msgpack")
    server = recorder.server

    async def refuse() -> bool:
        [sid] = [sid for _, sid in server._connections]
        await server.emit("pong", 1, to=sid)
        await server.emit("pong", 2)
        return False

    recorder.answer = refuse
    with serving(recorder.app) as url:
        http_session = aiohttp.ClientSession()
        client = socketio.AsyncClient(
            serializer="msgpack", reconnection=False, http_session=http_session
        )
        received: list[Any] = []
        client.on("*", lambda *event: received.append(event))
        with pytest.raises(socketio.exceptions.ConnectionError):
            await client.connect(url, transports=["websocket"])
        assert received == []
        recorder.answer = lambda: server.emit("pong", 3)
        await client.connect(url, transports=["websocket"])
        async with asyncio.timeout(5):
            while not received:
                await asyncio.sleep(0.01)
        assert received == [("pong", 3)]
        await client.disconnect()
        await http_session.close()


async def test_a_client_for_whom_too_much_waits_is_refused() -> None:
    recorder = Recorder()

    async def flood() -> bool:
        for number in range(1_002):
            await recorder.server.emit("pong", number)
        return True

    recorder.answer = flood
    with serving(recorder.app) as url:
        [refused] = await dialogue(url, ["40"])
    assert refused.startswith("44{")
