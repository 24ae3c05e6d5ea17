"""Bodies of long-polling POSTs, over both doors and both ways of the one for ASGI."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from itertools import chain
from typing import Any

import pytest
from conftest import MakePeer
from flask_support import serving_flask, socketio_of
from peers import PollingPeer
from support import channel, document, message, serving

from asynction_core import AsynctionMiddleware, AsynctionServer

SPEC = document(
    {
        "/": channel(
            received=[
                message("text", {"type": "string"}, x_ack={"args": {"type": "string"}}),
                message("file", {"type": "string", "format": "binary"}),
            ],
            emitted=[message("news", {"type": "string"})],
        )
    }
)

SHORT, LONG, FLASK = "ASGI, the short way", "ASGI, the long way", "Flask"
MALFORMED = [
    *(b"xyz", b"", b"9", b"7", b"4{}", b"\xff\xfe", '4"é"'.encode("latin-1"), b"x" * 1_000),
    *(b"b!!!", b"bAAA"),
]
UNEXPECTED = [b"0", b"2", b"6"]
"""Packets of kinds that only servers send."""


class Desk:
    """A server of the document, whose handlers remember what they were called with."""

    def __init__(self, door: str, **options: Any) -> None:
        self.door = door
        self.calls: list[Any] = []
        self.left: list[str] = []
        self.url = ""
        self.server: Any
        self.app: Any
        if door == FLASK:
            self.app, socketio = socketio_of(SPEC, **options)
            self.server = socketio.server
            socketio.on_event("text", self._handle)
            socketio.on_event("file", self._handle)
            socketio.on_event("disconnect", self.left.append)
        else:
            self.server = AsynctionServer.from_spec(SPEC, fast_path=door == SHORT, **options)
            self.server.on("text", lambda _sid, text: self._handle(text))
            self.server.on("file", lambda _sid, file: self._handle(file))
            self.server.on("disconnect", lambda _sid, reason: self.left.append(reason))
            self.app = AsynctionMiddleware(server=self.server)

    def _handle(self, argument: Any) -> Any:
        self.calls.append(argument)
        return argument


@contextmanager
def opened(door: str, **options: Any) -> Iterator[Desk]:
    desk = Desk(door, **options)
    with (serving_flask if door == FLASK else serving)(desk.app) as desk.url:
        yield desk


@pytest.fixture(params=[SHORT, LONG, FLASK])
def door(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
def desk(door: str) -> Iterator[Desk]:
    """A server that has handled the events of a body when it answers."""
    with opened(door, async_handlers=False) as desk:
        yield desk


Join = Callable[[Desk], Awaitable[PollingPeer]]


@pytest.fixture
async def join() -> AsyncIterator[Join]:
    """Connect a client that polls by hand; all of them are closed after the test."""
    peers: list[PollingPeer] = []

    async def make(desk: Desk) -> PollingPeer:
        peers.append(await PollingPeer.open(desk.url))
        await peers[-1].send("40")
        assert (await peers[-1].receive()).startswith('40{"sid"')
        return peers[-1]

    yield make
    for peer in peers:
        await peer.close()


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not condition():
            await asyncio.sleep(0.01)


def told(caplog: pytest.LogCaptureFixture) -> list[tuple[str, int, str]]:
    """Return what the log has of warnings, and of what is worse."""
    found = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert not [record for record in found if record.exc_info]
    return [(record.name, record.levelno, record.getMessage()) for record in found]


CUT_OFF = (
    "asynction_core",
    logging.WARNING,
    "a client is disconnected: not an Engine.IO packet",
)


@pytest.mark.parametrize("async_handlers", [True, False])
async def test_all_packets_of_a_body_are_handled(
    door: str, async_handlers: bool, join: Join
) -> None:
    texts = [str(number) for number in range(250)]
    with opened(door, async_handlers=async_handlers) as desk:
        peer = await join(desk)
        assert await peer.post("\x1e".join(f'42{text}["text","{text}"]' for text in texts)) == 200
        acks = {await peer.receive() for _ in texts}
    assert acks == {f'43{text}["{text}"]' for text in texts}
    assert sorted(desk.calls) == sorted(texts)


async def test_packets_are_handled_in_their_order(desk: Desk, join: Join) -> None:
    texts = [str(number) for number in range(250)]
    peer = await join(desk)
    await peer.send(*(f'42["text","{text}"]' for text in texts), "41")
    assert desk.calls == texts
    assert desk.left == ["client disconnect"]


async def test_attachments_are_base64_wrapped_or_not(desk: Desk, join: Join) -> None:
    peer = await join(desk)
    head = '451-["file",{"_placeholder":true,"num":0}]'
    await peer.send(head, "bAQID", head, "bAQ\nID\n")
    assert desk.calls == [b"\1\2\3"] * 2


async def test_a_body_of_jsonp_is_handled(desk: Desk, join: Join) -> None:
    peer = await join(desk)
    events = "%1E".join(f'42["text","{number}"]' for number in range(20))
    assert await peer.post(f"d={events}") == 200
    assert desk.calls == [str(number) for number in range(20)]


@pytest.mark.parametrize("body", [b"", b"3"])
async def test_a_body_without_events_is_no_mistake(
    desk: Desk, caplog: pytest.LogCaptureFixture, body: bytes, join: Join
) -> None:
    peer = await join(desk)
    assert await peer.post(body) == 200
    assert await peer.post('42["text","still in"]') == 200
    assert desk.calls == ["still in"]
    assert told(caplog) == []


@pytest.mark.parametrize("packet", [*MALFORMED, *UNEXPECTED], ids=lambda packet: repr(packet[:9]))
async def test_a_malformed_packet_disconnects_its_client_after_those_before_it(
    desk: Desk, caplog: pytest.LogCaptureFixture, packet: bytes, join: Join
) -> None:
    peer, other = await join(desk), await join(desk)
    body = b"\x1e".join([b'42["text","before"]', packet, b'42["text","after"]', packet])
    assert await peer.post(body) == 400
    assert desk.calls == ["before"]
    assert desk.left == ["transport error"]
    assert told(caplog) == [CUT_OFF]
    assert await other.post('420["text","still here"]') == 200
    assert await other.receive() == '430["still here"]'
    assert len(desk.server.eio.sockets) == 1
    assert await peer.post('42["text","too late"]') == 400
    assert desk.calls == ["before", "still here"]


@pytest.mark.parametrize("body", ["xyz", "d=", "d=xyz", "\x1e"])
async def test_a_body_of_nothing_else_disconnects_its_client(
    desk: Desk, caplog: pytest.LogCaptureFixture, body: str, join: Join
) -> None:
    peer = await join(desk)
    assert await peer.post(body) == 400
    assert desk.left == ["transport error"]
    assert told(caplog) == [CUT_OFF]


async def test_a_poll_ends_when_its_client_is_disconnected(desk: Desk, join: Join) -> None:
    peer = await join(desk)
    polling = asyncio.create_task(peer.receive())
    await until(lambda: is_polled(desk))
    assert await peer.post("xyz") == 400
    assert await polling == "1"


def is_polled(desk: Desk) -> bool:
    [socket] = desk.server.eio.sockets.values()
    if desk.door == SHORT:
        return bool(socket.queue.is_awaited())
    return bool(socket.queue._getters if desk.door == LONG else socket.queue.not_empty._waiters)


@pytest.mark.parametrize("last", ["1", "4not Socket.IO"])
async def test_nothing_is_handled_of_what_follows_the_end_of_a_session(
    desk: Desk, caplog: pytest.LogCaptureFixture, last: str, join: Join
) -> None:
    peer = await join(desk)
    assert await peer.post(f'{last}\x1e42["text","late"]\x1exyz') == 200
    assert desk.calls == []
    assert len(desk.left) == 1
    assert CUT_OFF not in told(caplog)


async def test_a_body_is_bounded_by_its_size_alone(door: str, join: Join) -> None:
    event = '42["text","a"]'
    fits = "\x1e".join([event] * 1_000)
    with opened(door, async_handlers=False, max_http_buffer_size=len(fits)) as desk:
        peer = await join(desk)
        assert await peer.post(fits) == 200
        assert len(desk.calls) == 1_000
        assert await peer.post(f"{fits}\x1e{event}") == 400
        assert desk.left == ["transport error"]
    assert len(desk.calls) == 1_000


@pytest.mark.parametrize("way", [SHORT, LONG])
async def test_others_have_their_turn_in_the_middle_of_a_body(way: str, join: Join) -> None:
    seen: list[int] = []
    with opened(way) as desk:

        async def look() -> None:
            seen.append(len(desk.calls))

        def first(_sid: str, text: str) -> None:
            desk.calls.append(text)
            if text == "look":
                desk.server.start_background_task(look)

        desk.server.on("text", first)
        peer = await join(desk)
        events = ['42["text","look"]', *['42["text","a"]'] * 1_000]
        assert await peer.post("\x1e".join(events)) == 200
        await until(lambda: len(desk.calls) == len(events))
    assert seen[0] < 200


@pytest.mark.parametrize("way", [SHORT, LONG])
async def test_an_event_begins_before_its_client_leaves(way: str, join: Join) -> None:
    with opened(way) as desk:
        desk.server.on("disconnect", lambda _sid, reason: desk.calls.append(reason))
        peer = await join(desk)
        await peer.send('42["text","bye"]', "41")
        await until(lambda: len(desk.calls) == 2)
    assert desk.calls == ["bye", "client disconnect"]


@pytest.mark.parametrize(
    ("user_agent", "sizes"),
    [("python-requests/2.34.2", [16, 16, 8]), ("node-XMLHttpRequest", [40])],
)
async def test_a_poll_is_answered_with_no_more_packets_than_its_client_takes(
    desk: Desk, user_agent: str, sizes: list[int]
) -> None:
    peer = await PollingPeer.open(desk.url, user_agent)
    await peer.send("40")
    await peer.poll()
    await peer.send(*(f'42{number}["text","{number}"]' for number in range(40)))
    answers = [await peer.poll() for _ in sizes]
    await peer.close()
    assert [len(answer) for answer in answers] == sizes
    assert list(chain(*answers)) == [f'43{number}["{number}"]' for number in range(40)]


async def test_the_client_of_python_socketio_gets_forty_answers_at_once(
    desk: Desk, connect: MakePeer
) -> None:
    peer = await connect(desk.url, transports=["polling"])
    texts = [str(number) for number in range(40)]
    assert await asyncio.gather(*(peer.call("text", text) for text in texts)) == texts
    assert peer.client.connected
