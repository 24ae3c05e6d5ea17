"""Middleware has a hand in what is sent: it may wait, count, cancel, and emit."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Generator
from contextlib import AsyncExitStack, asynccontextmanager
from contextvars import ContextVar
from typing import Any

import aiohttp
import anyio
import pytest
from peers import Peer, PollingPeer
from support import channel, document, message, serving

from asynction_core import AsynctionMiddleware, AsynctionServer

SPEC = document(
    {"/": channel(received=[message("tell"), message("look")], emitted=[message("news")])}
)

Send = Callable[[Any], Awaitable[None]]
Wrap = Callable[[Send, Any], Awaitable[None]]
"""Sends a message, somehow."""

span: ContextVar[str] = ContextVar("span", default="none")


def make_server(**options: Any) -> AsynctionServer:
    """Return a server of ``tell``, which emits ``news``, and ``look``, which returns the span."""
    server = AsynctionServer.from_spec(SPEC, **options)

    @server.on("tell")
    async def tell(_sid: str, news: Any) -> str:
        await server.emit("news", news)
        await asyncio.sleep(0.2)
        return "told"

    @server.on("look")
    async def look(_sid: str) -> str:
        await server.emit("news", "looked")
        return span.get()

    return server


@asynccontextmanager
async def served_with(
    wrap: Wrap, server: AsynctionServer | None = None
) -> AsyncIterator[Callable[[], Awaitable[Peer]]]:
    """Serve *server*, whose websockets send by *wrap*; yield what connects a client to it."""
    inner = AsynctionMiddleware(server=server or make_server())

    async def app(scope: Any, receive: Any, send: Send) -> None:
        if scope["type"] == "websocket":
            await inner(scope, receive, lambda sent: wrap(send, sent))
        else:
            await inner(scope, receive, send)

    async with AsyncExitStack() as leaving:
        url = leaving.enter_context(serving(app))

        async def connect() -> Peer:
            peer = Peer()
            leaving.push_async_callback(peer.close)
            return await peer.connect(url)

        yield connect


def is_news(sent: Any) -> bool:
    return '"news"' in (sent.get("text") or "")


async def test_a_send_that_gives_up_cancels_nothing_but_itself() -> None:
    given_up = asyncio.Event()
    loop = asyncio.get_running_loop()

    async def wrap(send: Send, sent: Any) -> None:
        if is_news(sent):
            try:
                async with asyncio.timeout(0.05):
                    await asyncio.Event().wait()
            except TimeoutError:
                loop.call_soon_threadsafe(given_up.set)
                raise
        await send(sent)

    async with served_with(wrap) as connect:
        teller, reader = await connect(), await connect()
        telling = asyncio.create_task(teller.client.emit("tell", "anything"))
        await asyncio.wait_for(given_up.wait(), 5)
        await telling
        assert reader.received == []


async def test_the_handler_that_emits_goes_on_when_a_send_gives_up() -> None:
    async def wrap(send: Send, sent: Any) -> None:
        if is_news(sent):
            with anyio.move_on_after(0.05):
                await asyncio.Event().wait()
        else:
            await send(sent)

    async with served_with(wrap) as connect:
        teller = await connect()
        assert await teller.call("tell", "anything") == "told"
        assert await teller.call("tell", "again") == "told"


@pytest.mark.parametrize("waits", [False, True])
async def test_a_context_variable_that_a_send_sets_can_be_reset(waits: bool) -> None:
    raised: list[Exception] = []

    async def wrap(send: Send, sent: Any) -> None:
        token = span.set("sending")
        if waits:
            await asyncio.sleep(0.01)
        await send(sent)
        try:
            span.reset(token)
        except ValueError as error:
            raised.append(error)

    async with served_with(wrap) as connect:
        peer = await connect()
        assert [await peer.call("look") for _ in range(3)] == ["none"] * 3
        assert await peer.next(3) == [("news", "looked")] * 3
    assert raised == []


async def test_a_send_waits_in_one_task() -> None:
    tasks: list[set[Any]] = []

    async def wrap(send: Send, sent: Any) -> None:
        before = asyncio.current_task()
        await asyncio.sleep(0)
        await send(sent)
        tasks.append({before, asyncio.current_task()})

    async with served_with(wrap, make_server(ping_interval=0.1)) as connect:
        peer = await connect()
        await peer.call("look")
        await asyncio.sleep(0.3)  # for a ping, which no task sends
    assert [len(each) for each in tasks] == [1] * len(tasks)
    assert all(None not in each for each in tasks)


class Awaitables:
    """What some ASGI servers return: no coroutine, and no generator to await either."""

    def __init__(self, sending: Awaitable[None]) -> None:
        self._sending = asyncio.ensure_future(sending)
        self._asked = False

    def __await__(self) -> Generator[Any, Any, None]:
        return self  # type: ignore[return-value]

    def __iter__(self) -> "Awaitables":
        return self

    def __next__(self) -> Any:
        if not self._asked:
            self._asked = True
            self._sending._asyncio_future_blocking = True
            return self._sending
        raise StopIteration(self._sending.result())


async def test_what_send_returns_need_only_be_awaitable() -> None:
    def wrap(send: Send, sent: Any) -> Awaitable[None]:
        return Awaitables(send(sent))

    async with served_with(wrap) as connect:
        peer = await connect()
        assert await peer.call("tell", "anything") == "told"
        assert await peer.next() == [("news", "anything")]


async def test_what_a_send_emits_comes_after_what_it_sends() -> None:
    emit: Callable[..., Awaitable[None]]

    async def wrap(send: Send, sent: Any) -> None:
        if is_news(sent) and "first" in sent["text"]:
            await emit("news", "second")
        await send(sent)

    server = make_server()
    emit = server.emit
    async with served_with(wrap, server) as connect:
        peer = await connect()
        await peer.call("tell", "first")
        assert await peer.next(2) == [("news", "first"), ("news", "second")]


async def test_what_waits_for_an_upgrade_is_sent_however_much_it_is() -> None:
    server = make_server()
    begun = asyncio.Event()
    loop = asyncio.get_running_loop()

    @server.on("tell")
    async def tell(_sid: str, count: int) -> None:
        for number in range(count):
            await server.emit("news", number)
        loop.call_soon_threadsafe(begun.set)

    with serving(passed_on(AsynctionMiddleware(server=server))) as url:
        polling = await PollingPeer.open(url)
        await polling.send("40")
        await polling.receive()
        async with aiohttp.ClientSession() as http:
            websocket = await http.ws_connect(polling.endpoint.replace("=polling", "=websocket"))
            await websocket.send_str("2probe")
            assert (await websocket.receive()).data == "3probe"
            await polling.send('42["tell",2000]')
            await asyncio.wait_for(begun.wait(), 5)
            await websocket.send_str("5")
            received = [(await websocket.receive(5)).data for _ in range(2_001)]
        await polling.close()
    assert received == ["6", *(f'42["news",{number}]' for number in range(2_000))]


def passed_on(app: Any) -> Any:
    """Return *app* behind a middleware that does nothing."""

    async def middleware(scope: Any, receive: Any, send: Send) -> None:
        async def send_on(sent: Any) -> None:
            await send(sent)

        await app(scope, receive, send_on)

    return middleware


async def test_who_cannot_be_sent_to_is_disconnected() -> None:
    async def wrap(send: Send, sent: Any) -> None:
        if is_news(sent):
            raise RuntimeError("the bug of a middleware")
        await send(sent)

    server = make_server()
    left = asyncio.Event()
    loop = asyncio.get_running_loop()
    server.on("disconnect", lambda _sid, _reason: loop.call_soon_threadsafe(left.set))
    async with served_with(wrap, server) as connect:
        peer = await connect()
        await peer.client.emit("look")
        await asyncio.wait_for(peer.disconnected.wait(), 5)
        await asyncio.wait_for(left.wait(), 5)


@pytest.mark.parametrize("raised", [RuntimeError("the bug of a middleware"), TimeoutError()])
async def test_an_emit_does_not_fail_when_a_send_that_is_no_coroutine_does(
    raised: Exception,
) -> None:
    def wrap(send: Send, sent: Any) -> Awaitable[None]:
        if is_news(sent):
            raise raised
        return send(sent)

    server = make_server()
    emitted = asyncio.Event()
    loop = asyncio.get_running_loop()

    @server.on("tell")
    async def tell(_sid: str, news: Any) -> None:
        await server.emit("news", news)
        loop.call_soon_threadsafe(emitted.set)

    async with served_with(wrap, server) as connect:
        peer = await connect()
        await peer.client.emit("tell", "anything")
        await asyncio.wait_for(emitted.wait(), 5)
        await asyncio.wait_for(peer.disconnected.wait(), 5)


async def test_an_emit_does_not_fail_when_a_send_gives_up() -> None:
    async def wrap(send: Send, sent: Any) -> None:
        if is_news(sent):
            async with asyncio.timeout(0.05):
                await asyncio.Event().wait()
        await send(sent)

    server = make_server()
    told = asyncio.Event()
    loop = asyncio.get_running_loop()

    @server.on("tell")
    async def tell(_sid: str, count: int) -> None:
        for _ in range(2):
            for number in range(count):
                await server.emit("news", number)
            await asyncio.sleep(0.1)
        loop.call_soon_threadsafe(told.set)

    async with served_with(wrap, server) as connect:
        peer = await connect()
        await peer.client.emit("tell", 2_000)
        await asyncio.wait_for(told.wait(), 5)
        await asyncio.wait_for(peer.disconnected.wait(), 5)


async def test_a_send_that_fails_leaves_the_others_alone() -> None:
    async def wrap(send: Send, sent: Any) -> None:
        if is_news(sent):
            raise RuntimeError("the bug of a middleware")
        await send(sent)

    async with served_with(wrap) as connect:
        teller, reader = await connect(), await connect()
        await teller.client.emit("tell", "anything")
        await asyncio.sleep(0.1)
        assert reader.received == []
        other = await connect()
        assert other.client.connected
