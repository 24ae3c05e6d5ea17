"""``asynction run``: documents and their handlers, served by the command, with every client."""

import asyncio
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import socketio.exceptions
from e2e.conftest import Connect
from e2e.peers import PythonPeer, Socket
from e2e.running import EXAMPLES, READY_WITHIN, Running, run_to_its_end, running_command
from e2e.valkey import valkey

pytestmark = pytest.mark.asyncio(loop_scope="session")

CHAT = EXAMPLES / "chat"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    log = tmp_path_factory.mktemp("run") / "log"
    elsewhere = log.parent
    document = ("-s", str(CHAT / "asyncapi.yml"))
    with running_command(
        elsewhere, log, *document, "run", "--app-dir", str(CHAT), PYTHONPATH=""
    ) as started:
        yield started


async def test_the_handlers_of_the_document_are_served(server: Running, connect: Connect) -> None:
    client = await connect(server.url)
    assert await client.call("add user", "ann") == [{"error": None}]
    assert await client.next_event() == ("login", {"numUsers": 1})
    await client.disconnect()
    assert "Server of Chat 1.0.0" in server.log.read_text()


@pytest.mark.parametrize("option", [[], ["--reload"]], ids=["once", "reload"])
async def test_a_handler_that_is_not_there_is_told(tmp_path: Path, option: list[str]) -> None:
    document = ("-s", str(CHAT / "asyncapi.yml"))
    done = run_to_its_end(*document, "run", *option, "--port", "0", cwd=tmp_path)
    assert done.returncode == 1
    assert "there is no module 'handlers' on sys.path" in done.stderr


async def connected(url: str) -> Socket:
    """Connect as soon as a process serves *url*."""
    async with asyncio.timeout(READY_WITHIN):
        while True:
            try:
                return await PythonPeer().connect(
                    url, "/", path="/socket.io", transports=["websocket"], query={}, auth=None
                )
            except socketio.exceptions.ConnectionError:
                await asyncio.sleep(0.05)


async def join(url: str, name: str) -> Socket:
    """Join the chat at *url* as soon as a process serves it."""
    client = await connected(url)
    assert await client.call("add user", name) == [{"error": None}]
    return client


async def test_a_changed_handler_is_served_anew(tmp_path: Path) -> None:
    chat = shutil.copytree(CHAT, tmp_path / "chat")
    handlers = chat / "handlers.py"
    with running_command(chat, tmp_path / "log", "run", "--reload") as started:
        client = await join(started.url, "ann")
        handlers.write_text(handlers.read_text().replace('"login"', '"log in"'))
        await client.disconnected()
        await client.disconnect()
        async with asyncio.timeout(READY_WITHIN):
            while "PayloadValidationException for event 'log in'" not in started.log.read_text():
                again = await connected(started.url)
                with suppress(socketio.exceptions.SocketIOError):  # it may just have ended
                    await again.emit("add user", "ben")
                await asyncio.sleep(0.1)
                await again.disconnect()
        assert started.interrupt() == 0


async def test_several_processes_need_a_message_queue() -> None:
    done = run_to_its_end("run", "--workers", "2", cwd=CHAT)
    assert done.returncode == 2
    assert "several --workers need a --message-queue" in done.stderr


async def test_a_queue_of_another_kind_is_refused() -> None:
    done = run_to_its_end("run", "--message-queue", "http://localhost", cwd=CHAT)
    assert done.returncode == 2
    assert "--message-queue http://localhost: a URL begins with redis://" in done.stderr


async def test_a_queue_whose_package_is_not_installed_is_told() -> None:
    done = run_to_its_end("run", "--message-queue", "amqp://localhost", cwd=CHAT)
    assert done.returncode == 1
    assert done.stderr.startswith("Error: aio_pika package is not installed")


async def test_several_processes_serve_one_chat(tmp_path: Path) -> None:
    with valkey(tmp_path) as queue:
        options = ("--workers", "2", "--message-queue", queue.url, "--log-format", "json")
        with running_command(CHAT, tmp_path / "log", "run", *options) as started:
            users = [await join(started.url, f"user {number}") for number in range(8)]
            async with asyncio.timeout(READY_WITHIN):  # the other process may begin later
                while await asyncio.to_thread(queue.count_listeners) < 2:
                    users.append(await join(started.url, f"user {len(users)}"))
            await users[0].emit("new message", "hello")
            for user in users[1:]:
                while (await user.next_event())[0] != "new message":
                    pass
            for user in users:
                await user.disconnect()
            assert started.interrupt() == 0
