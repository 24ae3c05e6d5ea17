"""The context helpers, inside and outside of running handlers."""

import asyncio
from contextvars import ContextVar
from typing import Any

import pytest
from conftest import MakePeer
from peers import Peer
from support import channel, document, message, serving

import asynction_core
from asynction_core import (
    AsynctionMiddleware,
    AsynctionServer,
    PayloadValidationException,
    call,
    close_room,
    current,
    disconnect,
    emit,
    enter_room,
    leave_room,
    send,
    session,
)

TEXT = {"type": "string"}
SPEC = document(
    {
        "/chat": channel(
            received=[message("do")],
            emitted=[
                message("text", TEXT, x_ack={"args": TEXT}),
                message("message", TEXT),
            ],
        ),
        "/news": channel(received=[message("do")], emitted=[message("text", TEXT)]),
    }
)


class Doer:
    """A server whose event ``do`` does what the test says."""

    def __init__(self) -> None:
        self.action: Any = None
        self.server = AsynctionServer.from_spec(SPEC)
        for namespace in ("/chat", "/news"):
            self.server.on("do", self._do, namespace)
        self.app = AsynctionMiddleware(server=self.server)

    async def _do(self, sid: str) -> Any:
        return await self.action()


async def test_emit_and_send_reach_the_running_handlers_client_only(connect: MakePeer) -> None:
    doer = Doer()

    async def action() -> None:
        await emit("text", "to you")
        await send("a message")

    doer.action = action
    with serving(doer.app) as url:
        one, two = await connect(url, "/chat"), await connect(url, "/chat")
        await one.call("do")
        assert await one.next(2) == [("text", "to you"), ("message", "a message")]
        assert two.received == []


async def test_emit_reaches_rooms_and_everybody(connect: MakePeer) -> None:
    doer = Doer()

    async def action() -> None:
        await enter_room("kitchen")
        await emit("text", "room", to="kitchen")
        await emit("text", "others", broadcast=True, include_self=False)
        await emit("text", "skipped", broadcast=True, include_self=False, skip_sid=[two_sid])
        await emit("text", "skipped", broadcast=True, include_self=False, skip_sid=two_sid)
        await leave_room("kitchen")
        await emit("text", "nobody", room="kitchen")
        await enter_room("kitchen")
        await close_room("kitchen")
        await emit("text", "nobody", room="kitchen")
        await emit("text", "everybody", broadcast=True)

    doer.action = action
    with serving(doer.app) as url:
        one, two = await connect(url, "/chat"), await connect(url, "/chat")
        two_sid = two.client.get_sid("/chat")
        await one.call("do")
        assert await one.next(2) == [("text", "room"), ("text", "everybody")]
        assert await two.next(2) == [("text", "others"), ("text", "everybody")]


async def test_call_asks_the_running_handlers_client(connect: MakePeer) -> None:
    doer = Doer()

    async def action() -> Any:
        return await call("text", "question", timeout=5)

    doer.action = action
    with serving(doer.app) as url:
        peer = await connect(url, "/chat")
        assert await peer.call("do") == "ack from the client"


async def test_disconnect_ends_the_running_handlers_connection(connect: MakePeer) -> None:
    doer = Doer()
    doer.action = disconnect
    with serving(doer.app) as url:
        peer = await connect(url, "/chat")
        await peer.emit("do")
        async with asyncio.timeout(5):
            await peer.disconnected.wait()


async def test_a_session_belongs_to_a_client(connect: MakePeer) -> None:
    doer = Doer()

    async def action() -> int:
        async with session() as data:
            data["count"] = data.get("count", 0) + 1
            return int(data["count"])

    doer.action = action
    with serving(doer.app) as url:
        one, two = await connect(url, "/chat"), await connect(url, "/chat")
        assert [await one.call("do"), await one.call("do"), await two.call("do")] == [1, 2, 1]


async def test_current_tells_who_and_what_is_handled(connect: MakePeer) -> None:
    doer = Doer()
    seen: list[Any] = []

    async def action() -> None:
        seen.extend([current.sid, current.namespace, current.event, current.server])
        seen.extend([current.handshake.auth, current.handshake.query, current.token_info])
        seen.append(current.handshake is current.handshake)

    doer.action = action
    with serving(doer.app) as url:
        peer = await connect(f"{url}?a=1&a=2", "/chat", auth={"token": "x"})
        await peer.call("do")
        sid = peer.client.get_sid("/chat")
    assert seen[:4] == [sid, "/chat", "do", doer.server]
    assert seen[4] == {"token": "x"}
    assert seen[5]["a"] == ("1", "2")
    assert seen[6:] == [None, True]


async def test_what_the_document_forbids_raises_in_the_handler(connect: MakePeer) -> None:
    doer = Doer()

    async def action() -> str:
        with pytest.raises(PayloadValidationException, match="is not of type"):
            await emit("text", 1)
        return "raised"

    doer.action = action
    with serving(doer.app) as url:
        peer = await connect(url, "/chat")
        assert await peer.call("do") == "raised"
        assert peer.received == []


async def test_another_namespace_needs_a_recipient(connect: MakePeer) -> None:
    doer = Doer()

    async def action() -> str:
        with pytest.raises(ValueError, match="name 'to'"):
            await emit("text", "hello", namespace="/news")
        await emit("text", "all of you", namespace="/news", broadcast=True)
        return "raised"

    doer.action = action
    with serving(doer.app) as url:
        one, two = await connect(url, "/chat"), await connect(url, "/news")
        assert await one.call("do") == "raised"
        assert await two.next() == [("text", "all of you")]


@pytest.mark.parametrize(
    "helper",
    [
        lambda: emit("text", "x"),
        lambda: send("x"),
        lambda: call("text", "x"),
        lambda: enter_room("x"),
        lambda: leave_room("x"),
        lambda: close_room("x"),
        lambda: disconnect(),
    ],
)
async def test_outside_of_a_handler_a_helper_says_so(helper: Any) -> None:
    with pytest.raises(RuntimeError, match="no handler is running"):
        await helper()


def test_outside_of_a_handler_current_and_session_say_so() -> None:
    with pytest.raises(RuntimeError, match="no handler is running"):
        session()
    for name in ("sid", "namespace", "event", "server", "handshake", "token_info"):
        with pytest.raises(RuntimeError, match="no handler is running"):
            getattr(asynction_core.current, name)


async def test_a_context_variable_of_a_connection_is_seen_until_it_ends() -> None:
    tenant: ContextVar[str] = ContextVar("tenant", default="nobody's")
    seen: list[str] = []
    left = asyncio.Event()
    server = AsynctionServer.from_spec(SPEC)

    @server.on("connect", namespace="/chat")
    async def connect(sid: str, environ: Any, auth: Any) -> None:
        await asyncio.sleep(0)
        tenant.set(auth["tenant"])

    @server.on("do", namespace="/chat")
    async def do(sid: str) -> None:
        seen.append(tenant.get())
        tenant.set("of this event alone")
        await asyncio.sleep(0)

    @server.on("disconnect", namespace="/chat")
    async def leave(sid: str, reason: str) -> None:
        seen.append(tenant.get())
        left.set()

    server.on("do", do, namespace="/news")
    with serving(AsynctionMiddleware(server=server)) as url:
        ann, bob = Peer("/chat"), Peer("/chat")
        await ann.connect(url, auth={"tenant": "ann's"})
        await bob.connect(url, auth={"tenant": "bob's"})
        for peer in (ann, ann, bob):
            await peer.call("do")
        await ann.close()
        async with asyncio.timeout(5):
            while not left.is_set():
                await asyncio.sleep(0.01)
        await bob.close()
    assert seen[:4] == ["ann's", "ann's", "bob's", "ann's"]
