"""The chat under other ASGI servers, with every client: each has its own *send* and *receive*."""

import asyncio
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from e2e.conftest import Connect
from e2e.peers import WAIT, Refused, Socket
from e2e.running import EXAMPLES, Running, running_server

pytestmark = pytest.mark.asyncio(loop_scope="session")

COMMANDS: dict[str, Callable[[int], list[str]]] = {
    "granian": lambda port: ["--interface", "asgi", "--port", str(port)],
    "hypercorn": lambda port: ["--bind", f"127.0.0.1:{port}"],
}


@pytest.fixture(scope="module", params=COMMANDS)
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Running]:
    def command(port: int) -> list[str]:
        name: str = request.param
        return [sys.executable, "-m", name, *COMMANDS[name](port), "app:app"]

    log: Path = tmp_path_factory.mktemp(request.param) / "log"
    with running_server(command, EXAMPLES / "chat", log) as started:
        yield started


async def join(server: Running, connect: Connect, name: str) -> Socket:
    """Connect a client; return it when it is in the chat."""
    socket = await connect(server.url)
    async with asyncio.timeout(WAIT):  # for who had the name in another test to be gone
        while await socket.call("add user", name) != [{"error": None}]:
            await asyncio.sleep(0.01)
    return socket


async def hear(socket: Socket, event: str, **about: str) -> None:
    """Wait for an event; others, of who comes and goes, are not asked for."""
    async with asyncio.timeout(WAIT):
        while True:
            name, told = await socket.next_event()
            if name == event and about.items() <= told.items():
                return


async def test_a_client_uses_the_transport_that_it_asks_for(
    server: Running, connect: Connect, transport: str
) -> None:
    ann = await connect(server.url)
    async with asyncio.timeout(WAIT):
        while await ann.transport() != ("polling" if transport == "polling" else "websocket"):
            await asyncio.sleep(0.01)


async def test_events_are_checked_acknowledged_and_sent_to_others(
    server: Running, connect: Connect
) -> None:
    ann, bob = await join(server, connect, "ann"), await join(server, connect, "bob")
    [problem] = await ann.call("new message", "")
    assert problem["error"]["message"] == '"" is shorter than 1 character'
    texts = [f"message {number}" for number in range(12)]
    for text in texts:
        await ann.emit("new message", text)
    for text in texts:
        await hear(bob, "new message", username="ann", message=text)


async def test_who_brings_no_token_is_refused(server: Running, connect: Connect) -> None:
    with pytest.raises(Refused) as refused:
        await connect(server.url, "/admin")
    assert refused.value.message == 'query: "token" is a required property'


async def test_who_leaves_is_gone(server: Running, connect: Connect) -> None:
    cem, dan = await join(server, connect, "cem"), await join(server, connect, "dan")
    await hear(cem, "user joined", username="dan")
    await dan.disconnect()
    await hear(cem, "user left", username="dan")
