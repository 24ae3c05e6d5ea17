"""What no client should send: refused, and the server serves the next client all the same."""

import asyncio
import json
import logging
import threading
import time
from functools import reduce
from typing import Any

import pytest
from conftest import MakePeer, MakeRawPeer
from peers import RawPeer
from support import channel, document, message, serving

from asynction_core import AsynctionMiddleware, AsynctionServer, problem_ack

SPEC = document(
    {
        "/": channel(
            received=[
                message("text", {"type": "string"}),
                message("word", {"type": "string", "pattern": "^(a+)+$"}),
                message("tree", {"$ref": "#/components/schemas/Tree"}),
                message("file", {"type": "string", "format": "binary"}),
                message("anything", {}),
            ],
            emitted=[message("text", {"type": "string"}, x_ack={"args": {"type": "string"}})],
        ),
        "/other": channel(),
    },
    components={
        "schemas": {"Tree": {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}}}
    },
)


class Echo:
    """A server whose events are answered with the type of their argument."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.server = AsynctionServer.from_spec(
            SPEC, default_error_handler=problem_ack, max_http_buffer_size=20_000_000
        )
        for event in self.server.registration.namespaces["/"].received:
            self.server.on(event, self._handle)
        self.app = AsynctionMiddleware(server=self.server)

    async def _handle(self, sid: str, argument: Any) -> str:
        self.calls.append(type(argument).__name__)
        return type(argument).__name__


async def check_next_client(connect: MakePeer, url: str) -> None:
    peer = await connect(url)
    assert await peer.call("text", "hello") == "str"


@pytest.mark.parametrize(
    "packet",
    [
        '2{"a":1}',
        "2[]",
        "2[1]",
        '2[{"text":1}]',
        "2null",
        "2",
        "2[",
        '2["text",NaN]',
        '2["text","\\ud800"',
        "3[]",
        '31{"a":1}',
        '30"text"',
        "4",
        '4{"message":"no"}',
        "7",
        "9[]",
        "x",
        "2" + "1" * 200 + '["text"]',
        '51-["file",{"_placeholder":true,"num":7}]',
        '599999999999-["file"]',
        "6-[]",
        "2[" * 10_000,
        '2["tree",' + "[" * 10_000 + "]" * 10_000 + "]",
    ],
    ids=lambda packet: packet[:24],
)
async def test_a_malformed_packet_ends_its_connection_only(
    connect: MakePeer, connect_raw: MakeRawPeer, caplog: pytest.LogCaptureFixture, packet: str
) -> None:
    echo = Echo()
    with serving(echo.app) as url:
        other = await connect(url)
        raw = await connect_raw(url)
        await raw.send(f"4{packet}")
        if packet.startswith("5"):
            await raw.send(b"attachment")
        await raw.send('420["text","too late"]')
        answers = await raw.receive_all()
        assert not [answer for answer in answers if answer.startswith("43")]
        assert await other.call("text", "still here") == "str"
        await check_next_client(connect, url)
    assert echo.calls == ["str", "str"]
    records = [record for record in caplog.records if record.name == "asynction_core"]
    assert [record.levelno for record in records] == [logging.WARNING]


async def test_text_where_an_attachment_belongs_ends_the_connection(
    connect: MakePeer, connect_raw: MakeRawPeer
) -> None:
    echo = Echo()
    with serving(echo.app) as url:
        raw = await connect_raw(url)
        await raw.send('451-["file",{"_placeholder":true,"num":0}]')
        await raw.send("4text")
        await raw.receive_all()
        await check_next_client(connect, url)
    assert echo.calls == ["str"]


async def test_a_payload_nested_deeper_than_json_allows_is_refused(
    connect: MakePeer, connect_raw: MakeRawPeer
) -> None:
    echo = Echo()
    with serving(echo.app) as url:
        raw = await connect_raw(url)
        await raw.send('420["tree",' + "[" * 900 + "]" * 900 + "]")
        assert await raw.receive() == '430["list"]'
        await raw.send('421["tree",' + "[" * 10_000 + "]" * 10_000 + "]")
        assert await raw.receive_all() == ["1"]
        await check_next_client(connect, url)


async def test_a_hostile_string_against_a_hostile_pattern_is_answered_at_once(
    connect: MakePeer, connect_raw: MakeRawPeer
) -> None:
    echo = Echo()
    packet = '420["word","' + "a" * 5_000_000 + '!"]'
    with serving(echo.app) as url:
        raw = await connect_raw(url)
        await raw.send('420["word","b"]')
        await raw.receive()
        started = time.perf_counter()
        await raw.send(packet)
        answer = await raw.receive()
        taken = time.perf_counter() - started
        await check_next_client(connect, url)
    assert answer.startswith('430[{"error":{"type":"PayloadValidationException"')
    assert len(answer) < 2_000
    assert taken < 2, "not exponential"
    assert echo.calls == ["str"]


async def test_binary_where_text_is_declared_is_refused_and_the_reverse(
    connect: MakePeer,
) -> None:
    echo = Echo()
    with serving(echo.app) as url:
        peer = await connect(url)
        assert "error" in await peer.call("text", b"binary")
        assert "error" in await peer.call("file", "text")
        assert await peer.call("file", b"binary") == "bytes"
        assert await peer.call("anything", b"binary") == "bytes"
    assert echo.calls == ["bytes", "bytes"]


async def test_half_a_surrogate_pair_is_refused_and_keeps_the_connection(
    connect_raw: MakeRawPeer,
) -> None:
    echo = Echo()
    with serving(echo.app) as url:
        raw = await connect_raw(url)
        await raw.send('420["text","\\ud83d"]')
        assert '"PayloadValidationException"' in await raw.receive()
        await raw.send('421["text","whole"]')
        assert await raw.receive() == '431["str"]'


async def test_an_ack_that_nobody_asked_for_is_ignored(
    connect_raw: MakeRawPeer, connect: MakePeer
) -> None:
    echo = Echo()
    with serving(echo.app) as url:
        raw = await connect_raw(url)
        await raw.send('43999["hello"]')
        await raw.send('430["hello"]')
        await raw.send('43/nowhere,0["hello"]')
        await raw.send('420["text","still here"]')
        assert await raw.receive() == '430["str"]'


async def test_an_event_before_the_namespace_is_joined_is_ignored(
    connect: MakePeer, connect_raw: MakeRawPeer
) -> None:
    echo = Echo()
    with serving(echo.app) as url:
        raw = await connect_raw(url, "/nowhere")
        await raw.send('420["text","not in"]')
        await raw.send('42/nowhere,0["text","not in"]')
        await raw.send("41")
        await raw.send("40")
        assert (await raw.receive()).startswith('40{"sid"')
        await raw.send('420["text","in"]')
        assert await raw.receive() == '430["str"]'
    assert echo.calls == ["str"]


async def waiting(echo: Echo) -> Any:
    """Return what waits for attachments, once something does."""
    async with asyncio.timeout(5):
        while not echo.server._incomplete:
            await asyncio.sleep(0.01)
    return next(iter(echo.server._incomplete.values()))


async def test_attachments_of_a_client_that_is_not_in_the_namespace_are_not_kept(
    connect_raw: MakeRawPeer,
) -> None:
    echo = Echo()
    with serving(echo.app) as url:
        raw = await connect_raw(url)
        await raw.send('453-/other,["file",{"_placeholder":true,"num":2}]')
        await raw.send(b"one")
        skipped = await waiting(echo)
        await raw.send(b"two")
        await raw.send(b"three")
        await raw.send('420["anything",1]')
        assert await raw.receive() == '430["int"]', "the packet is complete, the client still in"
    assert vars(skipped) == {"_missing": 0}, "a number, and no attachments"
    assert echo.server._incomplete == {}


@pytest.mark.parametrize(("namespace", "answer"), [("/", "40"), ("/other", '430["bytes"]')])
async def test_a_client_may_be_sent_away_while_a_packet_waits_for_attachments(
    connect: MakePeer, connect_raw: MakeRawPeer, namespace: str, answer: str
) -> None:
    echo = Echo()
    with serving(echo.app) as url:
        raw = await RawPeer.open(url)
        sids = {}
        for name in ("/", "/other"):
            await raw.send(f"40{name},")
            sids[name] = json.loads("{" + (await raw.receive()).partition("{")[2])["sid"]
        echo.server.on("text", lambda _, text: echo.server.disconnect(sids[namespace], namespace))
        await raw.send('451-0["file",{"_placeholder":true,"num":0}]')
        await waiting(echo)
        await (await connect(url)).emit("text", "send it away")
        assert (await raw.receive()).startswith("41")
        await raw.send(b"attachment")
        await raw.send("40")
        assert (await raw.receive()).startswith(answer)
        await raw.close()


@pytest.mark.parametrize(
    "packet",
    ["x", "", "9", "b!!!", "8[]", "4" + "[" * 20_000, "2{" + "[" * 20_000, "4 1"],
    ids=repr,
)
async def test_what_is_not_even_engine_io_ends_its_connection_only(
    connect: MakePeer, connect_raw: MakeRawPeer, caplog: pytest.LogCaptureFixture, packet: str
) -> None:
    echo = Echo()
    gone = threading.Event()
    echo.server.on("disconnect", lambda sid: gone.set())
    with serving(echo.app) as url:
        raw = await connect_raw(url)
        await raw.send(packet)
        assert await raw.receive_all() == []
        assert await asyncio.to_thread(gone.wait, 5)
        await check_next_client(connect, url)
    assert echo.calls == ["str"]
    assert [record.name for record in caplog.records] == ["asynction_core"]


def _around(tree: list[Any], _: int) -> list[Any]:
    return [tree]


async def test_an_ack_nested_too_deep_to_be_sent_reaches_the_error_handler(
    connect_raw: MakeRawPeer,
) -> None:
    echo = Echo()
    echo.server.on("anything", lambda _sid, depth: reduce(_around, range(depth), []))
    with serving(echo.app) as url:
        raw = await connect_raw(url)
        await raw.send('420["anything",100000]')
        assert '"this is not JSON: nested too deeply"' in await raw.receive()
        await raw.send('421["text","still here"]')
        assert await raw.receive() == '431["str"]'


async def test_an_ack_that_was_not_asked_for_leaves_the_others_alone(
    connect_raw: MakeRawPeer,
) -> None:
    echo = Echo()
    answers: list[Any] = []

    async def ask(sid: str, argument: str) -> str:
        await echo.server.emit("text", argument, to=sid, callback=answers.append)
        return "asked"

    echo.server.on("text", ask)
    with serving(echo.app) as url:
        raw = await connect_raw(url)
        for number in (1, 2):
            await raw.send(f'42{number}["text","a"]')
            assert await raw.receive() == f'42{number}["text","a"]'
            await raw.send('430["the counter of python-socketio"]')
            await raw.send(f'43{number}["answer {number}"]')
            assert await raw.receive() == f'43{number}["asked"]'
        await raw.send('423["text","a"]')
        await raw.receive()
    assert answers == ["answer 1", "answer 2"]


async def test_a_packet_whose_attachments_never_come_is_forgotten(
    connect: MakePeer, connect_raw: MakeRawPeer
) -> None:
    echo = Echo()
    with serving(echo.app) as url:
        raw = await connect_raw(url)
        await raw.send('451-["file",{"_placeholder":true,"num":0}]')
        await raw.close()
        await check_next_client(connect, url)
    assert echo.server._incomplete == {}
