"""The short way of an event: as python-socketio's in all that a user can see, and bounded."""

import asyncio
import contextvars
import json
import logging
import time
from typing import Any

import aiohttp
import pytest
import socketio
from conftest import MakePeer, MakeRawPeer
from peers import Peer, PollingPeer, RawPeer
from socketio.async_pubsub_manager import AsyncPubSubManager
from support import channel, document, message, serving

from asynction_core import AsynctionMiddleware, AsynctionServer
from asynction_core.fast import guard
from asynction_core.fast.engine import Engine
from asynction_core.fast.outbox import Limits
from asynction_core.fast.socket import Socket

SPEC = document(
    {
        "/": channel(
            received=[message(name) for name in ("now", "later", "cancel", "file", "who")],
            emitted=[message("news"), message("bytes")],
        ),
        "/other": channel(received=[message("now")], emitted=[message("news")]),
    }
)
BIG = "x" * 100_000
COUNT = 200
"""Together more than the operating system keeps for a client that does not read."""


class Desk:
    """A server whose handler of ``later`` waits until it is told to go on."""

    def __init__(self, **options: Any) -> None:
        self.begun: list[str] = []
        self.left: list[str] = []
        self.go_on = asyncio.Event()
        self.loop: Any = None
        self.websockets = 0
        self.server = AsynctionServer.from_spec(SPEC, **options)
        for event in ("now", "later", "cancel", "file", "who"):
            self.server.on(event, getattr(self, f"on_{event}"))
        self.server.on("now", self.on_now, namespace="/other")
        self.server.on("disconnect", lambda sid, reason: self.left.append(reason))
        self.app = AsynctionMiddleware(server=self.server)

    async def on_now(self, _sid: str, *arguments: Any) -> Any:
        self.begun.append("now")
        return list(arguments)

    async def on_later(self, _sid: str) -> str:
        self.begun.append("later")
        await self.go_on.wait()
        return "later"

    async def on_file(self, _sid: str, *_arguments: Any) -> None:
        self.begun.append("file")

    async def on_cancel(self, _sid: str) -> None:
        task = asyncio.current_task()
        assert task is not None
        task.cancel()

    async def on_who(self, _sid: str, *_arguments: Any) -> str:
        return type(self.server.eio.sockets[next(iter(self.server.eio.sockets))]).__name__

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve the application, and count the websockets that are served."""
        self.websockets += scope["type"] == "websocket"
        try:
            await self.app(scope, receive, send)
        finally:
            self.websockets -= scope["type"] == "websocket"


async def until(condition: Any) -> None:
    async with asyncio.timeout(5):
        while not condition():
            await asyncio.sleep(0.01)


@pytest.fixture(autouse=True)
def _untold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(guard.SWITCH, raising=False)
    monkeypatch.setattr(guard, "_told", [])


async def test_an_event_that_waits_holds_up_no_other(connect: MakePeer) -> None:
    desk = Desk()
    with serving(desk.app) as url:
        peer = await connect(url)
        waiting = asyncio.create_task(peer.call("later"))
        await until(lambda: desk.begun == ["later"])
        assert await peer.call("now", 1) == [1]
        desk.server.eio._running.copy().pop().get_loop().call_soon_threadsafe(desk.go_on.set)
        assert await waiting == "later"


async def test_without_async_handlers_an_event_waits_for_the_one_before(
    connect: MakePeer,
) -> None:
    desk = Desk(async_handlers=False)
    with serving(desk.app) as url:
        peer = await connect(url)
        waiting = asyncio.create_task(peer.call("later"))
        await until(lambda: desk.begun == ["later"])
        assert await peer.no_ack("now", 1)
        desk.server.eio._running.copy().pop().get_loop().call_soon_threadsafe(desk.go_on.set)
        assert await waiting == "later"
        await until(lambda: desk.begun == ["later", "now"])


async def test_events_begin_in_their_order_attachments_or_not(connect_raw: MakeRawPeer) -> None:
    desk = Desk()
    with serving(desk.app) as url:
        raw = await connect_raw(url)
        for _ in range(20):
            await raw.send('451-["file",{"_placeholder":true,"num":0}]')
            await raw.send(b"attachment")
            await raw.send('42["now"]')
        await until(lambda: len(desk.begun) == 40)
    assert desk.begun == ["file", "now"] * 20


async def test_context_variables_of_a_handler_stay_in_it(connect: MakePeer) -> None:
    seen: contextvars.ContextVar[str] = contextvars.ContextVar("seen", default="nothing")
    found: list[str] = []
    desk = Desk()

    async def handler(_sid: str, wait: bool) -> str:
        found.append(seen.get())
        seen.set("something")
        if wait:
            await asyncio.sleep(0.01)
        return seen.get()

    desk.server.on("now", handler)
    with serving(desk.app) as url:
        peer = await connect(url)
        answers = [await peer.call("now", wait) for wait in (False, True, False, True)]
    assert answers == ["something"] * 4
    assert found == ["nothing"] * 4


@pytest.mark.parametrize("seconds", [0.01, 10])
async def test_a_timeout_in_a_handler_ends_what_it_should(
    connect: MakePeer, seconds: float
) -> None:
    desk = Desk()

    async def handler(_sid: str) -> str:
        try:
            async with asyncio.timeout(seconds):
                await asyncio.sleep(0.1)
        except TimeoutError:
            return "too late"
        return "in time"

    desk.server.on("now", handler)
    with serving(desk.app) as url:
        peer = await connect(url)
        assert await peer.call("now") == ("too late" if seconds < 0.1 else "in time")
        assert await peer.call("file") is None


async def test_a_handler_that_cancels_its_task_costs_no_connection(connect: MakePeer) -> None:
    desk = Desk()
    with serving(desk.app) as url:
        peer = await connect(url)
        for _ in range(3):
            await peer.emit("cancel")
            assert await peer.call("now", 1) == [1]


async def test_a_task_that_is_cancelled_when_its_handler_is_over_costs_no_connection(
    connect: MakePeer,
) -> None:
    desk = Desk()
    tasks: list[asyncio.Task[Any]] = []

    async def remember(_sid: str) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.append(task)

    async def cancel(_sid: str) -> None:
        await asyncio.sleep(0)
        tasks[0].cancel()

    desk.server.on("file", remember)
    desk.server.on("later", cancel)
    with serving(desk.app) as url:
        peer = await connect(url)
        await peer.call("file")
        await peer.call("later")
        assert await peer.call("now", 1) == [1]


@pytest.mark.parametrize("waits", [False, True])
async def test_an_exception_that_is_no_error_costs_no_connection(
    connect: MakePeer, waits: bool
) -> None:
    class Stop(BaseException):
        pass

    async def stop(_sid: str) -> None:
        if waits:
            await asyncio.sleep(0)
        raise Stop

    desk = Desk()
    desk.server.on("file", stop)
    with serving(desk.app) as url:
        peer = await connect(url)
        await peer.emit("file")
        assert await peer.call("now", 1) == [1]


@pytest.mark.parametrize("event", ["connect", "later"])
async def test_a_handler_goes_on_when_its_client_is_gone(
    connect_raw: MakeRawPeer, event: str
) -> None:
    desk = Desk(ping_interval=0.1, ping_timeout=0.1, async_handlers=False)
    ended: list[str] = []

    async def wait(*_arguments: Any) -> None:
        try:
            await asyncio.sleep(0.5)
            ended.append("by itself")
        except asyncio.CancelledError:
            ended.append("cancelled")
            raise

    desk.server.on(event, wait)
    with serving(desk) as url:
        raw = await RawPeer.open(url) if event == "connect" else await connect_raw(url)
        await raw.send("40" if event == "connect" else '42["later"]')
        await until(lambda: ended)
        await until(lambda: desk.websockets == 0)
        await raw.close()
    assert ended == ["by itself"]
    assert not desk.server._connections
    assert not desk.server.environ


@pytest.mark.parametrize("transports", [["websocket"], ["polling", "websocket"]])
async def test_a_websocket_takes_the_short_way_upgraded_or_not(
    connect: MakePeer, transports: list[str]
) -> None:
    desk = Desk()
    with serving(desk.app) as url:
        peer = await connect(url, transports=transports)
        assert await peer.call("who") == "Socket"
        [socket] = desk.server.eio.sockets.values()
        assert isinstance(socket, Socket)
        assert set(socket.clients) == {"/"}, "its events did not go by the long way"


async def test_what_was_emitted_during_an_upgrade_is_not_lost(connect: MakePeer) -> None:
    desk = Desk()

    async def talk(sid: str, _environ: Any, _auth: Any) -> None:
        desk.server.start_background_task(say, sid)

    async def say(sid: str) -> None:
        for number in range(200):
            await desk.server.emit("news", number, to=sid)
            await asyncio.sleep(0.001)

    desk.server.on("connect", talk)
    with serving(desk.app) as url:
        peer = await connect(url, transports=["polling", "websocket"])
        await peer.next(200)
    assert peer.received == [("news", number) for number in range(200)]


async def test_of_two_websockets_for_a_session_one_takes_it_over() -> None:
    desk = Desk()
    with serving(desk) as url:
        async with aiohttp.ClientSession() as http:
            endpoint = await session_of(http, url)
            first, second = [await http.ws_connect(endpoint) for _ in range(2)]
            await first.send_str("2probe")
            assert (await first.receive()).data == "3probe"
            assert (await second.receive()).type is aiohttp.WSMsgType.CLOSED
            await first.send_str("5")
            await first.send_str("40")
            assert (await first.receive()).data == "6"
            assert (await first.receive()).data.startswith("40{")
            late = await http.ws_connect(f"{url}/socket.io/?EIO=4&transport=websocket")
            assert desk.websockets == 2
            await late.close()
        await until(lambda: desk.websockets == 0)
    assert not desk.server.eio.sockets


@pytest.mark.parametrize("packets", [[], ["2probe"]])
async def test_an_upgrade_that_goes_nowhere_is_given_up(packets: list[str]) -> None:
    desk = Desk(ping_interval=10, ping_timeout=0.2)
    with serving(desk) as url:
        async with aiohttp.ClientSession() as http:
            websocket = await http.ws_connect(await session_of(http, url))
            for packet in packets:
                await websocket.send_str(packet)
            await until(lambda: desk.websockets == 0)
        [socket] = desk.server.eio.sockets.values()
        assert (socket.upgrading, socket.upgraded) == (False, False)


async def test_a_session_that_is_over_is_not_upgraded() -> None:
    desk = Desk(ping_interval=0.1, ping_timeout=1)
    with serving(desk) as url:
        async with aiohttp.ClientSession() as http:
            endpoint = await session_of(http, url)
            websocket = await http.ws_connect(endpoint)
            await websocket.send_str("2probe")
            async with http.post(endpoint.replace("=websocket", "=polling"), data="1"):
                pass
            await websocket.send_str("5")
            async with asyncio.timeout(5):
                assert (await websocket.receive()).data == "3probe"
                assert (await websocket.receive()).type is aiohttp.WSMsgType.CLOSED
        await until(lambda: desk.websockets == 0)


async def session_of(http: aiohttp.ClientSession, url: str) -> str:
    """Begin with long-polling; return where a websocket may take over."""
    async with http.get(f"{url}/socket.io/?EIO=4&transport=polling") as response:
        sid = json.loads((await response.text())[1:])["sid"]
    return f"{url}/socket.io/?EIO=4&transport=websocket&sid={sid}"


async def test_who_does_not_answer_a_ping_is_disconnected(connect_raw: MakeRawPeer) -> None:
    desk = Desk(ping_interval=0.1, ping_timeout=0.2)
    with serving(desk.app) as url:
        raw = await connect_raw(url)
        begun = time.monotonic()
        assert await raw.receive() == "2"
        await raw.receive_all()
        assert time.monotonic() - begun < 2
        await until(lambda: desk.left == ["ping timeout"])
    assert not desk.server.eio.sockets


async def test_who_answers_every_ping_stays(connect: MakePeer) -> None:
    desk = Desk(ping_interval=0.05, ping_timeout=1)
    with serving(desk.app) as url:
        peer = await connect(url)
        await asyncio.sleep(0.5)
        assert await peer.call("now", 1) == [1]
    assert desk.left == ["transport close"]


async def test_too_large_a_message_ends_its_connection(connect_raw: MakeRawPeer) -> None:
    desk = Desk(max_http_buffer_size=1000)
    with serving(desk.app) as url:
        raw = await connect_raw(url)
        await raw.send(f'420["now","{"x" * 1000}"]')
        assert await raw.receive_all() == []
        await until(lambda: desk.left == ["transport close"])
    assert desk.begun == []


async def test_a_broadcast_reaches_all_but_who_is_skipped(connect: MakePeer) -> None:
    desk = Desk()
    with serving(desk.app) as url:
        peers = [await connect(url, transports=[kind]) for kind in ("websocket", "polling") * 2]
        poller = await PollingPeer.open(url)
        await poller.send("40")
        await poller.receive()
        skipped = [peers[0].client.get_sid()]

        async def say(_sid: str) -> None:
            await desk.server.emit("news", ("a", 1), skip_sid=skipped)
            await desk.server.emit("bytes", {"data": b"binary"})

        desk.server.on("now", say)
        await peers[0].call("now")
        for peer in peers[1:]:
            assert (await peer.next(2)) == [("news", "a", 1), ("bytes", {"data": b"binary"})]
        assert (await peers[0].next(1)) == [("bytes", {"data": b"binary"})]
        expected = ['42["news","a",1]', '451-["bytes",{"data":{"_placeholder":true,"num":0}}]']
        assert [await poller.receive() for _ in range(3)] == [*expected, b"binary"]
        await poller.close()


async def test_each_recipient_of_an_event_with_a_callback_is_asked(connect: MakePeer) -> None:
    desk = Desk()
    answers: list[str] = []
    with serving(desk.app) as url:
        peers = [await connect(url, transports=[kind]) for kind in ("websocket", "polling") * 2]

        async def ask(sid: str) -> None:
            await desk.server.emit("news", "who?", skip_sid=sid, callback=answers.append)
            await desk.server.emit("bytes", b"who?", skip_sid=sid, callback=answers.append)

        desk.server.on("now", ask)
        await peers[0].call("now")
        for peer in peers[1:]:
            assert await peer.next(2) == [("news", "who?"), ("bytes", b"who?")]
        await until(lambda: answers == ["ack from the client"] * 6)
        assert not any(
            pending for pending in desk.server.manager.callbacks.values() if len(pending) > 1
        )


async def test_a_client_that_reads_again_gets_all_that_waited(connect: MakePeer) -> None:
    desk = Desk()

    async def flood(_sid: str) -> None:
        for number in range(100):
            await desk.server.emit("news", (number, BIG))

    desk.server.on("now", flood)
    with serving(desk.app) as url:
        peer = await connect(url)
        await peer.call("now")
        await peer.next(100)
    assert [number for _, number, _ in peer.received] == list(range(100))


async def test_a_burst_is_not_too_much_for_a_client_that_polls_on() -> None:
    desk = Desk()
    burst = Limits.packets + 2_000

    async def flood(_sid: str) -> None:
        for number in range(burst):
            await desk.server.emit("news", number)

    desk.server.on("now", flood)
    with serving(desk.app) as url:
        poller = await PollingPeer.open(url)
        await poller.send("40")
        await poller.receive()
        await poller.send('42["now"]')
        async with asyncio.timeout(20):
            received = [await poller.receive() for _ in range(burst)]
        await poller.close()
    assert received == [f'42["news",{number}]' for number in range(burst)]


async def test_events_whose_handlers_emit_are_acknowledged_in_their_order(
    connect_raw: MakeRawPeer,
) -> None:
    desk = Desk()

    async def tell(_sid: str, *arguments: Any) -> list[Any]:
        await desk.server.emit("news")
        return list(arguments)

    desk.server.on("now", tell)
    with serving(desk.app) as url:
        raw = await connect_raw(url)
        for number in range(50):
            await raw.send(f'42{number}["now",{number}]')
        received = [await raw.receive() for _ in range(100)]
    acks = [packet for packet in received if packet.startswith("43")]
    assert acks == [f"43{number}[[{number}]]" for number in range(50)]


async def test_an_emit_without_data_has_no_argument_over_a_message_queue_either(
    connect: MakePeer,
) -> None:
    desk = Desk(client_manager=Lone())
    desk.server.on("now", lambda _sid: desk.server.emit("news"))
    with serving(desk.app) as url:
        peer = await connect(url)
        await peer.call("now")
        assert await peer.next() == [("news",)]


class Lone(AsyncPubSubManager):  # type: ignore[misc] # it is not typed
    """A message queue that no other process reads."""

    async def _publish(self, data: Any) -> None:
        pass

    async def _listen(self) -> Any:
        await asyncio.Event().wait()
        yield


async def stalled(desk: Desk, url: str, connect_raw: MakeRawPeer, peer: Peer) -> Any:
    """Have the server emit more than a client that does not read can be sent; return it."""
    raw = await connect_raw(url)
    raw._socket._response.connection.transport.pause_reading()

    async def flood(_sid: str) -> None:
        for number in range(COUNT):
            await desk.server.emit("news", (number, BIG))
            async with asyncio.timeout(5):
                while len(peer.received) < number:  # as fast as the other client reads
                    await asyncio.sleep(0.001)

    desk.server.on("now", flood)
    await peer.call("now", timeout=30)
    await peer.next(COUNT)
    return raw


async def test_who_does_not_read_is_disconnected_and_holds_up_nobody(
    connect: MakePeer, connect_raw: MakeRawPeer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "asynction_core")
    desk = Desk(max_queue=50)
    with serving(desk.app) as url:
        peer = await connect(url)
        await stalled(desk, url, connect_raw, peer)
        await until(lambda: desk.left == ["server disconnect"])
        await until(lambda: len(desk.server.eio.sockets) == 1)
        stats = desk.server.stats()
        assert (stats.overrun, stats.queued, stats.dropped) == (1, 0, 0)
        assert len(peer.received) == COUNT
    [left] = [each for each in caplog.records if ": disconnected, /" in each.getMessage()][:1]
    [record] = [each for each in caplog.records if "did not take" in each.getMessage()]
    assert record.levelno == logging.WARNING
    assert record.getMessage().split()[1] == left.getMessage().split()[1].rstrip(":")


async def test_who_does_not_read_is_let_go_behind_a_middleware_too(
    connect: MakePeer, connect_raw: MakeRawPeer
) -> None:
    desk = Desk(max_queue=50, ping_timeout=0.5)

    async def middleware(scope: Any, receive: Any, send: Any) -> None:
        await desk(scope, receive, lambda sent: send(sent))

    with serving(middleware) as url:
        peer = await connect(url)
        raw = await stalled(desk, url, connect_raw, peer)
        await until(lambda: desk.websockets == 1)
        raw._socket._response.connection.transport.resume_reading()
        assert await raw.receive_all()  # until the connection is closed
    assert desk.server.stats().overrun == 1


async def test_what_cannot_be_queued_can_be_dropped_instead(
    connect: MakePeer, connect_raw: MakeRawPeer
) -> None:
    desk = Desk(max_queue_bytes=1_000_000, queue_policy="drop")
    with serving(desk.app) as url:
        peer = await connect(url)
        raw = await stalled(desk, url, connect_raw, peer)
        stats = desk.server.stats()
        assert stats.dropped > 20
        assert 900_000 < stats.queued_bytes < 1_200_000
        assert stats.overrun == 0
        raw._socket._response.connection.transport.resume_reading()
        async with asyncio.timeout(10):
            while desk.server.stats().queued:
                await raw.receive()
        assert desk.left == []


async def test_no_attachment_is_dropped_of_an_event_that_is_sent(
    connect: MakePeer, connect_raw: MakeRawPeer
) -> None:
    desk = Desk(max_queue_bytes=1_000_000, queue_policy="drop")
    with serving(desk.app) as url:
        peer = await connect(url)
        raw = await stalled(desk, url, connect_raw, peer)
        socket, sid = slowest(desk), [*desk.server._connections][1][1]
        transport = raw._socket._response.connection.transport
        transport.resume_reading()
        draining = asyncio.create_task(raw.receive_all())
        await until(lambda: socket._flushing is None)
        draining.cancel()
        await asyncio.wait([draining])
        transport.pause_reading()

        async def files(_sid: str) -> None:
            while socket._flushing is None:  # until the text of one has to wait
                await desk.server.emit("bytes", BIG.encode(), to=sid)
            await desk.server.emit("news", "the end", to=sid)

        desk.server.on("file", files)
        await peer.call("file")
        transport.resume_reading()
        kinds = []
        async with asyncio.timeout(10):
            while (packet := await raw.receive()) != '42["news","the end"]':
                kinds.append(packet[:4])
    assert kinds.count("451-") == kinds.count(b"xxxx") > 0


async def test_a_session_that_is_over_is_unknown_at_once(caplog: pytest.LogCaptureFixture) -> None:
    desk = Desk()
    with serving(desk.app) as url:
        poller = await PollingPeer.open(url)
        await poller.send("40", "1")
        async with poller._session.post(poller.endpoint, data='42["now"]') as response:
            assert response.status == 400
        assert not desk.server.eio.sockets
        await poller.close()
    assert not [record for record in caplog.records if record.exc_info]


async def test_a_poll_is_bounded_too(connect: MakePeer) -> None:
    desk = Desk(max_queue=10)

    async def flood(_sid: str) -> None:
        for number in range(50):
            await desk.server.emit("news", number)

    desk.server.on("now", flood)
    with serving(desk.app) as url:
        poller = await PollingPeer.open(url)
        await poller.send("40")
        await poller.receive()
        peer = await connect(url)
        await peer.call("now")
        await until(lambda: desk.left == ["server disconnect"])
        assert await peer.call("file") is None
        await poller.close()


async def test_who_does_not_read_can_be_disconnected(
    connect: MakePeer, connect_raw: MakeRawPeer
) -> None:
    desk = Desk(ping_interval=30, ping_timeout=0.2)
    with serving(desk) as url:
        peer = await connect(url)
        raw = await stalled(desk, url, connect_raw, peer)
        desk.server.on("now", lambda _sid: desk.server.eio.disconnect(slowest(desk).sid))
        assert await peer.call("now") is None
        await until(lambda: desk.websockets == 1)
        assert desk.left == ["server disconnect"]
        raw._socket._response.connection.transport.abort()


def slowest(desk: Desk) -> Socket:
    """Return the transport for which most is queued."""
    found: Socket = max(desk.server.eio.sockets.values(), key=lambda each: len(each.queue))
    return found


async def test_all_can_be_disconnected_whether_they_poll_or_not(connect: MakePeer) -> None:
    desk = Desk()
    done = asyncio.Event()

    async def disconnect_all(_sid: str) -> None:
        await desk.server.eio.disconnect()
        done.set()

    desk.server.on("now", disconnect_all)
    with serving(desk.app) as url:
        idle, polls = [await PollingPeer.open(url) for _ in range(2)]
        for each in (idle, polls):
            await each.send("40")
            await each.receive()
        polling = asyncio.create_task(polls.receive())
        peer = await connect(url)
        await peer.emit("now")
        assert await polling == "1"
        await until(done.is_set)
        await idle.close()
        await polls.close()
    assert desk.left == ["server disconnect"] * 3


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"max_queue": 0}, "max_queue must be a whole number greater than 0, not 0"),
        ({"max_queue": True}, "max_queue must be a whole number greater than 0, not True"),
        ({"max_queue_bytes": 1.5}, "max_queue_bytes must be a whole number greater than 0"),
        ({"queue_policy": "ignore"}, "queue_policy is 'disconnect' or 'drop', not 'ignore'"),
    ],
)
def test_a_limit_that_is_none_is_refused(options: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        AsynctionServer.from_spec(SPEC, **options)


@pytest.mark.parametrize("change", ["signature", "state", "version"])
async def test_where_a_library_has_changed_events_take_its_own_way_and_it_is_told_once(
    connect: MakePeer,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    change: str,
) -> None:
    if change == "signature":
        changed = {**guard.EXPECTED, (socketio.AsyncManager, "emit"): "(self)"}
        monkeypatch.setattr(guard, "EXPECTED", changed)
    elif change == "state":
        monkeypatch.setattr(guard, "_STATE", {"no such attribute"})
    else:
        monkeypatch.setitem(guard.RANGES, "python-engineio", ((99, 0), (100, 0)))
    desks = [Desk(), Desk()]
    [record] = [each for each in caplog.records if "the long way" in each.getMessage()]
    assert record.levelno == logging.WARNING
    with serving(desks[0].app) as url:
        assert await (await connect(url)).call("who") == "AsyncSocket"


async def test_the_short_way_can_be_switched_off(
    connect: MakePeer, monkeypatch: pytest.MonkeyPatch
) -> None:
    desks = [Desk(fast_path=False)]
    monkeypatch.setenv(guard.SWITCH, "0")
    desks.append(Desk())
    for desk in desks:
        assert isinstance(desk.server.eio, Engine)
        with serving(desk.app) as url:
            assert await (await connect(url)).call("who") == "AsyncSocket"


@pytest.mark.parametrize("value", ["0", "off", "OFF", "False", "no", " no "])
def test_the_switch_may_be_off_in_any_words(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, value: str
) -> None:
    monkeypatch.setenv(guard.SWITCH, value)
    assert not Desk().server.eio.fast
    assert caplog.records == []


@pytest.mark.parametrize("value", ["", "1", "on", "True", "YES"])
def test_the_switch_may_be_on_in_any_words(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, value: str
) -> None:
    monkeypatch.setenv(guard.SWITCH, value)
    assert Desk().server.eio.fast
    assert caplog.records == []


def test_a_switch_that_is_neither_on_nor_off_is_told_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv(guard.SWITCH, "offf")
    assert [Desk().server.eio.fast for _ in range(2)] == [True, True]
    [record] = caplog.records
    assert record.levelno == logging.WARNING
    assert record.getMessage() == (
        "ASYNCTION_FAST_PATH is one of 0, off, false, no (off) or 1, on, true, yes (on), "
        "not 'offf', which leaves it on"
    )


async def test_an_instrumented_server_takes_the_way_that_is_looked_at(connect: MakePeer) -> None:
    desk = Desk()
    admin_ui = desk.server.instrument(auth=False, mode="production", namespace="/admin")
    try:
        with serving(desk.app) as url:
            assert await (await connect(url)).call("who") == "AsyncSocket"
    finally:
        admin_ui.uninstrument()  # it has changed python-engineio for all servers


async def test_a_handler_that_is_replaced_is_not_called_again(connect: MakePeer) -> None:
    desk = Desk()
    with serving(desk.app) as url:
        peer = await connect(url)
        assert await peer.call("now", 1) == [1]
        desk.server.on("now", lambda _sid, *arguments: "another")
        assert await peer.call("now", 1) == "another"


async def test_who_leaves_a_namespace_and_comes_back_is_somebody_else(
    connect_raw: MakeRawPeer,
) -> None:
    desk = Desk()
    with serving(desk.app) as url:
        raw = await connect_raw(url)
        await raw.send('420["now"]')
        assert await raw.receive() == "430[[]]"
        await raw.send("41")
        await raw.send('421["now"]')
        await raw.send("40")
        assert (await raw.receive()).startswith("40{")
        await raw.send('422["now"]')
        assert await raw.receive() == "432[[]]"
    assert desk.begun == ["now", "now"]


async def test_a_server_that_stops_lets_no_handler_hang(connect: MakePeer) -> None:
    desk = Desk()
    with serving(desk.app) as url:
        peer = await connect(url)
        await peer.emit("later")
        await until(lambda: desk.begun == ["later"])
    await until(lambda: desk.left == ["transport close"])
