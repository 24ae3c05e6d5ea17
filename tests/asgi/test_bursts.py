"""Frames between two waits are held back from the second on, and let go at the next wait."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from support import channel, document, message

from asynction_core import AsynctionMiddleware, AsynctionServer
from asynction_core.fast import tcp

SPEC = document(
    {
        "/": channel(
            received=[message(name) for name in ("quick", "slow", "tell")],
            emitted=[message("news")],
        )
    }
)
HANDSHAKE = [
    (b"host", b"localhost"),
    (b"connection", b"Upgrade"),
    (b"upgrade", b"websocket"),
]


class Protocol:
    """The protocol of an ASGI server, which is its own transport, and that one's socket."""

    def __init__(self, refuse: Callable[[bool], None] = lambda held: None) -> None:
        self.seen: list[str] = []
        self.incoming: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.transport = self
        self._refuse = refuse

    def get_extra_info(self, name: str) -> Any:
        assert name == "socket"
        return self

    def setsockopt(self, _level: int, option: int, held: bool) -> None:
        assert option == tcp._CORK
        self._refuse(held)
        self.seen.append("hold" if held else "let go")

    async def receive(self) -> dict[str, Any]:
        return await self.incoming.get()

    async def send(self, sent: dict[str, Any]) -> None:
        self.seen.append(sent.get("text", sent["type"]))

    def say(self, *texts: str) -> None:
        for text in texts:
            self.incoming.put_nowait({"type": "websocket.receive", "text": text})

    async def until(self, last: str) -> list[str]:
        """Return what was seen since the last time, once *last* was."""
        async with asyncio.timeout(5):
            while self.seen[-1:] != [last]:
                await asyncio.sleep(0.01)
        seen, self.seen = self.seen, []
        return seen


@pytest.fixture(autouse=True)
def _corkable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tcp, "_CORK", 3)  # as on Linux, wherever this runs


@asynccontextmanager
async def connected(protocol: Protocol) -> AsyncIterator[AsynctionServer]:
    server = AsynctionServer.from_spec(SPEC)
    go_on = asyncio.Event()

    async def tell(_sid: str, *news: Any) -> None:
        for each in news:
            await server.emit("news", each)
        await go_on.wait()

    server.on("quick", lambda sid, *arguments: list(arguments))
    server.on("slow", lambda sid, *arguments: time.sleep(0.001))
    server.on("tell", tell)
    scope = {
        "type": "websocket",
        "path": "/socket.io/",
        "query_string": b"transport=websocket&EIO=4",
        "headers": HANDSHAKE,
    }
    serving = asyncio.create_task(
        AsynctionMiddleware(server=server)(scope, protocol.receive, protocol.send)
    )
    protocol.incoming.put_nowait({"type": "websocket.connect"})
    protocol.say("40")
    while not any(each.startswith("40") for each in protocol.seen):
        await asyncio.sleep(0.01)
    await server.emit("news", "what was queued for the handshake is taken")
    protocol.seen.clear()
    try:
        yield server
    finally:
        go_on.set()
        protocol.incoming.put_nowait({"type": "websocket.disconnect"})
        await serving


async def test_of_several_answers_all_but_the_first_are_held_back_until_the_last() -> None:
    protocol = Protocol()
    async with connected(protocol):
        protocol.say('420["quick"]', '421["quick",1]', '422["quick"]')
        assert await protocol.until("let go") == [
            *("430[[]]", "hold", "431[[1]]", "432[[]]", "let go")
        ]


@pytest.mark.parametrize("message", ['42["quick"]', '420["quick"]', "3", "41/elsewhere"])
async def test_a_client_that_says_much_at_once_lets_others_have_their_turn(message: str) -> None:
    protocol, turns = Protocol(), 0
    async with connected(protocol):
        protocol.say(*[message] * 350)
        while not protocol.incoming.empty():
            turns += 1
            await asyncio.sleep(0)
    assert turns >= 3


async def test_an_answer_on_its_own_is_not_held_back() -> None:
    protocol = Protocol()
    async with connected(protocol):
        protocol.say('420["quick"]')
        assert await protocol.until("430[[]]") == ["430[[]]"]
        protocol.say('421["quick"]')
        assert await protocol.until("431[[]]") == ["431[[]]"]


async def test_what_is_held_back_waits_for_no_slow_handler_but_one() -> None:
    protocol = Protocol()
    async with connected(protocol):
        protocol.say('420["quick"]', '421["quick"]', '422["slow"]', '423["quick"]')
        assert await protocol.until("433[[]]") == [
            *("430[[]]", "hold", "431[[]]", "432[]", "let go", "433[[]]")
        ]


async def test_what_a_handler_emits_waits_until_the_handler_does() -> None:
    protocol = Protocol()
    async with connected(protocol):
        protocol.say('42["tell",1,2]')
        assert await protocol.until("let go") == [
            *('42["news",1]', "hold", '42["news",2]', "let go")
        ]


async def test_what_others_emit_is_not_held_back() -> None:
    protocol = Protocol()
    async with connected(protocol) as server:
        await server.emit("news", 1)
        await server.emit("news", 2)
        assert protocol.seen == ['42["news",1]', '42["news",2]']


async def test_a_socket_that_holds_nothing_back_is_left_alone() -> None:
    def refuse(_held: bool) -> None:
        raise OSError(95, "Operation not supported")

    protocol = Protocol(refuse)
    async with connected(protocol):
        protocol.say('420["quick"]', '421["quick"]')
        assert await protocol.until("431[[]]") == ["430[[]]", "431[[]]"]


async def test_a_connection_that_is_lost_meanwhile_is_no_error() -> None:
    def refuse(held: bool) -> None:
        if held:
            raise ValueError("negative file descriptor")

    protocol = Protocol(refuse)
    async with connected(protocol):
        protocol.say('420["quick"]', '421["quick"]')
        assert await protocol.until("let go") == ["430[[]]", "431[[]]", "let go"]
