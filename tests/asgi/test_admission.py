"""A client whose connect handler runs: it receives nothing until it is in, and may yet leave."""

import asyncio
import json
import threading
from collections.abc import Callable
from typing import Any

import msgpack
import pytest
import socketio.exceptions
from peers import PollingPeer, RawPeer
from support import channel, document, message, serving

from asynction_core import AsynctionMiddleware, AsynctionServer, disconnect
from asynction_core.refusals import FAILED, REJECTED

EMITTED = [
    message("text", {"type": "string"}),
    message("file", {"type": "string", "format": "binary"}),
]
SPEC = document(
    {
        name: channel(received=[message("ping")], emitted=EMITTED)
        for name in ("/", "/chat", "/other")
    }
)
EVERYTHING: list[str | bytes] = [
    '2["text","broadcast"]',
    '2["text","room"]',
    '2["text","sid"]',
    '21["text","callback"]',
    '51-["file",{"_placeholder":true,"num":0}]',
    b"broadcast",
    '51-2["file",{"_placeholder":true,"num":0}]',
    b"callback",
    '2["text","the end"]',
]


def in_namespace(namespace: str, packets: list[str | bytes]) -> list[str | bytes]:
    """Return what a client of *namespace* gets over its transport."""
    prefix = "" if namespace == "/" else f"{namespace},"
    return [
        packet
        if isinstance(packet, bytes)
        else f"4{packet[:3]}{prefix}{packet[3:]}"
        if packet.startswith("5")
        else f"4{packet[0]}{prefix}{packet[1:]}"
        for packet in packets
    ]


class Gate:
    """A server whose connect handler does what the test says."""

    def __init__(self, **options: Any) -> None:
        self.on_connect: Any = self.send_everything
        self.on_disconnect: Any = None
        self.disconnects: list[str] = []
        self.entered = threading.Event()
        self.leave = threading.Event()
        self.server = AsynctionServer.from_spec(SPEC, **options)
        for namespace in self.server.registration.namespaces:
            self.server.on("ping", lambda sid: "pong", namespace)
            self.server.on("connect", self._handler(namespace), namespace)
            self.server.on("disconnect", self._leaver(namespace), namespace)
        self.app = AsynctionMiddleware(server=self.server)

    def _handler(self, namespace: str) -> Any:
        async def handle(sid: str) -> Any:
            return await self.on_connect(sid, namespace)

        return handle

    def _leaver(self, namespace: str) -> Any:
        async def handle(sid: str) -> None:
            self.disconnects.append(namespace)
            if self.on_disconnect is not None:
                await self.on_disconnect(namespace)

        return handle

    async def send_everything(self, sid: str, namespace: str) -> None:
        server = self.server
        await server.enter_room(sid, "room", namespace)
        await server.emit("text", "broadcast", namespace=namespace)
        await server.emit("text", "room", to="room", namespace=namespace)
        await server.emit("text", "sid", to=sid, namespace=namespace)
        await server.emit("text", "callback", to=sid, namespace=namespace, callback=print)
        await server.emit("file", b"broadcast", namespace=namespace)
        await server.emit("file", b"callback", to=sid, namespace=namespace, callback=print)
        await server.emit("text", "the end", namespace=namespace)

    async def wait(self, *_arguments: Any) -> None:
        """Wait, in a handler, until the test sets ``leave``."""
        self.entered.set()
        while not self.leave.is_set():
            await asyncio.sleep(0.01)

    def is_empty(self) -> bool:
        """Tell whether nothing is left of any client."""
        manager, server = self.server.manager, self.server
        kept = (manager.rooms, manager.pending_connect, manager.pending_disconnect)
        return not any((*kept, manager.callbacks, server._connections, server._waiting))


Open = Callable[[str], Any]


@pytest.fixture(params=[RawPeer, PollingPeer])
def open_transport(request: pytest.FixtureRequest) -> Open:
    found: Open = request.param.open
    return found


async def entered(gate: Gate) -> None:
    assert await asyncio.to_thread(gate.entered.wait, 5)


async def emptied(gate: Gate) -> None:
    async with asyncio.timeout(5):
        while not gate.is_empty():
            await asyncio.sleep(0.01)


class Refusals:
    """Ways in which a connect handler refuses, or fails."""

    @staticmethod
    def false() -> bool:
        return False

    @staticmethod
    def refused() -> None:
        raise socketio.exceptions.ConnectionRefusedError("go away", {"code": 1})

    @staticmethod
    def failure() -> None:
        raise LookupError("mine")


@pytest.mark.parametrize("refuse", [Refusals.false, Refusals.refused, Refusals.failure])
@pytest.mark.parametrize("namespace", ["/", "/chat"])
async def test_nothing_that_is_sent_to_a_client_reaches_it_if_it_is_refused(
    open_transport: Open, refuse: Any, namespace: str
) -> None:
    gate = Gate()

    async def send_and_refuse(sid: str, namespace: str) -> Any:
        await gate.send_everything(sid, namespace)
        if namespace != "/other":
            return refuse()
        return None

    gate.on_connect = send_and_refuse
    with serving(gate.app) as url:
        raw = await open_transport(url)
        await raw.send(f"40{namespace},")
        assert (await raw.receive()).startswith("44")
        await raw.send("40/other,")
        assert (await raw.receive()).startswith("40/other,")
        await raw.send("1")
        await raw.close()
        await emptied(gate)


@pytest.mark.parametrize("namespace", ["/", "/chat"])
async def test_all_that_is_sent_to_a_client_reaches_it_in_order_once_it_is_in(
    open_transport: Open, namespace: str
) -> None:
    gate = Gate()
    with serving(gate.app) as url:
        raw = await open_transport(url)
        await raw.send(f"40{namespace},")
        assert (await raw.receive()).startswith("40")
        received = [await raw.receive() for _ in EVERYTHING]
        assert gate.server._waiting == {}
        await raw.close()
    assert received == in_namespace(namespace, EVERYTHING)


async def test_msgpack_packets_are_held_too() -> None:
    gate = Gate(serializer="msgpack")
    with serving(gate.app) as url:
        raw = await RawPeer.open(url)
        await raw.send(msgpack.dumps({"type": 0, "nsp": "/chat"}))
        received = [msgpack.loads(await raw.receive()) for _ in range(8)]
        await raw.close()
    assert [packet["type"] for packet in received] == [0, 2, 2, 2, 2, 2, 2, 2]
    assert [packet["data"][1] for packet in received[1:]] == [
        "broadcast",
        "room",
        "sid",
        "callback",
        b"broadcast",
        b"callback",
        "the end",
    ]


@pytest.mark.parametrize("data", ["text", b"binary"])
async def test_other_namespaces_of_the_transport_do_not_wait(
    open_transport: Open, data: str | bytes
) -> None:
    gate = Gate()

    async def send_elsewhere(sid: str, namespace: str) -> None:
        if namespace == "/chat":
            event = "text" if isinstance(data, str) else "file"
            await gate.server.emit(event, data, namespace="/chat")
            await gate.server.emit(event, data, namespace="/other")
            await gate.wait()

    gate.on_connect = send_elsewhere
    with serving(gate.app) as url:
        raw = await open_transport(url)
        await raw.send("40/other,")
        await raw.receive()
        connecting = asyncio.create_task(raw.send("40/chat,"))
        expected: list[str | bytes] = ['2["text","text"]']
        if isinstance(data, bytes):
            expected = [EVERYTHING[4], data]
        for packet in in_namespace("/other", expected):
            assert await raw.receive() == packet
        gate.leave.set()
        assert (await raw.receive()).startswith("40/chat,")
        for packet in in_namespace("/chat", expected):
            assert await raw.receive() == packet
        await connecting
        await raw.close()


async def test_a_client_that_asks_twice_gets_what_was_held_once() -> None:
    gate = Gate()

    async def send_and_wait(sid: str, namespace: str) -> None:
        await gate.server.emit("text", "held", to=sid)
        await gate.wait()

    gate.on_connect = send_and_wait
    with serving(gate.app) as url:
        raw = await PollingPeer.open(url)
        connecting = asyncio.create_task(raw.send("40"))
        await entered(gate)
        await raw.send("40")
        assert "Already connected" in await raw.receive()
        gate.leave.set()
        await connecting
        assert (await raw.receive()).startswith("40{")
        assert await raw.receive() == '42["text","held"]'
        await raw.close()


async def test_call_says_that_a_client_that_is_not_in_cannot_answer(open_transport: Open) -> None:
    gate = Gate()
    raised: list[Exception] = []

    async def call(sid: str, namespace: str) -> None:
        with pytest.raises(RuntimeError, match="before its connect handler is done") as caught:
            await gate.server.call("text", "question", to=sid)
        raised.append(caught.value)

    gate.on_connect = call
    with serving(gate.app) as url:
        raw = await open_transport(url)
        await raw.send("40")
        assert (await raw.receive()).startswith("40{")
        await raw.close()
    assert len(raised) == 1


@pytest.mark.parametrize("whose", ["context", "server"])
async def test_a_connect_handler_that_disconnects_its_client_refuses_it(
    open_transport: Open, whose: str
) -> None:
    gate = Gate()

    async def send_away(sid: str, namespace: str) -> None:
        await gate.send_everything(sid, namespace)
        if whose == "context":
            await disconnect()
        else:
            await gate.server.disconnect(sid, namespace)
        await gate.send_everything(sid, namespace)

    gate.on_connect = send_away
    with serving(gate.app) as url:
        raw = await open_transport(url)
        await raw.send("40")
        assert await raw.receive() == f"44{json.dumps(REJECTED, separators=(',', ':'))}"
        await raw.send("1")
        await raw.close()
        await emptied(gate)
    assert gate.disconnects == []


async def test_a_client_that_was_refused_may_come_back(open_transport: Open) -> None:
    gate = Gate()

    async def send_away(sid: str, namespace: str) -> None:
        await gate.server.disconnect(sid)

    gate.on_connect = send_away
    with serving(gate.app) as url:
        raw = await open_transport(url)
        await raw.send("40")
        assert (await raw.receive()).startswith("44")
        gate.on_connect = gate.send_everything
        await raw.send("40")
        assert (await raw.receive()).startswith("40{")
        assert [await raw.receive() for _ in EVERYTHING] == in_namespace("/", EVERYTHING)
        await raw.close()


async def test_a_client_that_is_disconnected_while_it_is_told_that_it_is_in_leaves() -> None:
    gate = Gate()
    send = gate.server.eio.send_packet

    async def disconnect_then_send(eio_sid: str, packet: Any) -> None:
        if str(packet.data).startswith("0{"):
            [sid] = [sid for _, sid in gate.server._connections]
            await gate.server.disconnect(sid)
        await send(eio_sid, packet)

    gate.server.eio.send_packet = disconnect_then_send
    with serving(gate.app) as url:
        raw = await RawPeer.open(url)
        await raw.send("40")
        assert (await raw.receive()).startswith("40{")
        assert await raw.receive() == "41"
        await raw.close()
        await emptied(gate)
    assert gate.disconnects == ["/"]


async def test_always_connect_sends_what_is_emitted_to_who_comes_back_after_a_refusal() -> None:
    gate = Gate(always_connect=True)

    async def refuse(sid: str, namespace: str) -> bool:
        return False

    gate.on_connect = refuse
    with serving(gate.app) as url:
        raw = await RawPeer.open(url)
        await raw.send("40")
        assert [(await raw.receive())[:3] for _ in range(2)] == ["40{", "41{"]
        gate.on_connect = gate.send_everything
        await raw.send("40")
        assert (await raw.receive()).startswith("40{")
        assert await raw.receive() == '42["text","broadcast"]'
        await raw.close()


@pytest.mark.parametrize("always_connect", [False, True])
async def test_a_refusal_that_cannot_be_sent_is_a_failure_of_the_server(
    open_transport: Open, caplog: pytest.LogCaptureFixture, always_connect: bool
) -> None:
    gate = Gate(always_connect=always_connect)

    async def refuse(sid: str, namespace: str) -> None:
        raise socketio.exceptions.ConnectionRefusedError("no", {1, 2})

    gate.on_connect = refuse
    with serving(gate.app) as url:
        raw = await open_transport(url)
        await raw.send("40")
        if always_connect:
            assert (await raw.receive()).startswith("40{")
        packet = await raw.receive()
        await raw.send("1")
        await raw.close()
        await emptied(gate)
    assert packet[:2] == ("41" if always_connect else "44")
    assert json.loads(packet[2:]) == FAILED
    assert [record.name for record in caplog.records] == ["asynction_core"]
    assert "TypeError" in caplog.text


@pytest.mark.parametrize("refuse", [Refusals.false, Refusals.refused])
async def test_a_client_that_has_left_is_refused_in_silence(
    caplog: pytest.LogCaptureFixture, refuse: Any
) -> None:
    gate = Gate(always_connect=True)

    async def wait_and_refuse(sid: str, namespace: str) -> Any:
        await gate.wait()
        return refuse()

    gate.on_connect = wait_and_refuse
    with serving(gate.app) as url:
        raw = await PollingPeer.open(url)
        connecting = asyncio.create_task(raw.send("40"))
        await entered(gate)
        await raw.send("41")
        gate.leave.set()
        await connecting
        await raw.send("1")
        await raw.close()
        await emptied(gate)
    assert gate.disconnects == ["/"]
    assert caplog.records == []


async def test_with_always_connect_nothing_is_held(open_transport: Open) -> None:
    gate = Gate(always_connect=True)

    async def send_and_refuse(sid: str, namespace: str) -> bool:
        await gate.server.emit("text", "sent", to=sid)
        return False

    gate.on_connect = send_and_refuse
    with serving(gate.app) as url:
        raw = await open_transport(url)
        await raw.send("40")
        assert [(await raw.receive())[:3] for _ in range(3)] == ["40{", "42[", "41{"]
        await raw.close()


async def test_nobody_gets_in_over_a_transport_that_is_closing() -> None:
    gate = Gate()
    gate.on_disconnect = gate.wait
    with serving(gate.app) as url:
        raw = await PollingPeer.open(url)
        await raw.send("40/other,")
        closing = asyncio.create_task(raw.send("1"))
        await entered(gate)
        await raw.send("40")
        await raw.send('451-/other,["ping",{"_placeholder":true,"num":0}]')
        gate.leave.set()
        await closing
        await raw.close()
        await emptied(gate)
    assert gate.disconnects == ["/other"]
    assert gate.server._incomplete == {}


async def test_a_client_whose_transport_closes_while_its_connect_handler_runs_is_let_go() -> None:
    gate = Gate()
    closing_began, closing_may_end = threading.Event(), threading.Event()

    async def wait(sid: str, namespace: str) -> None:
        if namespace == "/":
            await gate.wait()

    async def wait_elsewhere(namespace: str) -> None:
        closing_began.set()
        while namespace == "/other" and not closing_may_end.is_set():
            await asyncio.sleep(0.01)

    with serving(gate.app) as url:
        first = await RawPeer.connect(url)  # so that "/" is the first namespace that is left
        gate.on_connect, gate.on_disconnect = wait, wait_elsewhere
        raw = await PollingPeer.open(url)
        await raw.send("40/other,")
        connecting = asyncio.create_task(raw.send("40"))
        await entered(gate)
        closing = asyncio.create_task(raw.send("1"))
        assert await asyncio.to_thread(closing_began.wait, 5)
        gate.leave.set()
        await connecting  # while the transport is closing
        closing_may_end.set()
        await closing
        await raw.close()
        assert gate.disconnects == ["/other", "/"]
        await first.close()
        await emptied(gate)


async def test_the_admin_ui_sends_nothing_to_who_fails_its_authentication() -> None:
    gate = Gate()

    async def authenticate(auth: Any) -> bool:
        await gate.server.emit("text", "for administrators", namespace="/ui")
        return bool(auth)

    admin_ui = gate.server.instrument(auth=authenticate, namespace="/ui", mode="production")
    try:
        with serving(gate.app) as url:
            raw = await RawPeer.open(url)
            await raw.send("40/ui,")
            assert (await raw.receive()).startswith("44/ui,")
            await raw.send('40/ui,{"password":"x"}')
            assert (await raw.receive()).startswith("40/ui,")
            assert await raw.receive() == '42/ui,["text","for administrators"]'
            await raw.close()
    finally:
        admin_ui.uninstrument()
