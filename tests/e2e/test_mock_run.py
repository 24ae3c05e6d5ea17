"""``asynction mock run``, started as its documentation says, with every client."""

import asyncio
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from e2e.conftest import Connect
from e2e.peers import PythonPeer, Refused
from e2e.running import COMMAND, SOURCE, Running, run_to_its_end, running_command

pytestmark = pytest.mark.asyncio(loop_scope="session")

DOCUMENT = Path(__file__).parent / "mocked"
TOKEN = {"token": "anything"}
ESCAPE = "\x1b["
UNSATISFIABLE = """
asyncapi: 2.6.0
channels:
  /: {subscribe: {message: {name: a, payload: {allOf: [{type: string}, {type: integer}]}}}}
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    log = tmp_path_factory.mktemp("mock") / "log"
    often = ("--subscription-task-interval", "0.1")
    with running_command(DOCUMENT, log, "-s", "asyncapi.yml", "mock", "run", *often) as started:
        yield started


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """A copy of the document, to be changed."""
    return shutil.copytree(DOCUMENT, tmp_path / "mocked")


async def call(url: str, event: str, *arguments: Any) -> list[Any]:
    """Connect, emit *event*, and return its acknowledgement."""
    client = await connected(url)
    try:
        answer: list[Any] = await client.call(event, *arguments)
        return answer
    finally:
        await client.disconnect()


async def connected(url: str, namespace: str = "/") -> Any:
    return await PythonPeer().connect(
        url, namespace, path="/socket.io", transports=["websocket"], query={}, auth=None
    )


async def test_received_events_are_acknowledged_with_valid_data(
    server: Running, connect: Connect
) -> None:
    client = await connect(server.url)
    [sentence] = await client.call("greet", {"name": "Ann"})
    assert isinstance(sentence, str)
    assert sentence.count(" ") > 1
    flag, number = await client.call("pair", 1, "a")
    assert isinstance(flag, bool)
    assert isinstance(number, int | float)


async def test_every_event_is_emitted_with_valid_data(server: Running, connect: Connect) -> None:
    client = await connect(server.url)
    heard: dict[str, tuple[Any, ...]] = {}
    while len(heard) < 2:
        name, *arguments = await client.next_event()
        heard[name] = tuple(arguments)
    [greeted] = heard["greeted"]
    assert greeted.keys() == {"name", "at"}
    assert datetime.fromisoformat(greeted["at"])
    assert greeted["name"].isprintable()
    assert [type(each) for each in heard["counted"]] == [int, int]


async def test_acknowledgements_of_clients_are_checked(server: Running, connect: Connect) -> None:
    client = await connect(server.url)
    await client.answer("greeted", "no boolean")
    while (await client.next_event())[0] != "greeted":
        pass
    while "MessageAckValidationException" not in server.log.read_text():
        await client.next_event()


async def test_invalid_events_are_refused_and_the_log_says_why(
    server: Running, connect: Connect
) -> None:
    client = await connect(server.url)
    await client.emit("note", "too long for it")
    where = "schemas.yml, Note.maxLength"
    while f"PayloadValidationException: {where}" not in server.log.read_text():
        await client.next_event()
    assert "too long for it" not in server.log.read_text()
    assert await client.call("note", "short") == []


async def test_undocumented_events_and_namespaces_are_refused(
    server: Running, connect: Connect
) -> None:
    with pytest.raises(Refused, match="Invalid namespace"):
        await connect(server.url, "/nowhere")
    client = await connect(server.url)
    await client.emit("unheard of")
    while "unheard of" not in server.log.read_text():
        await client.next_event()


async def test_handshakes_and_credentials_are_enforced(server: Running, connect: Connect) -> None:
    with pytest.raises(Refused, match="query: "):
        await connect(server.url, "/private", auth=TOKEN)
    with pytest.raises(Refused, match="Missing credentials: bearer token"):
        await connect(server.url, "/private", query={"room": "1"})
    with pytest.raises(Refused, match="Credentials refused"):
        await connect(server.url, "/private", query={"room": "1"}, auth={"token": 5})
    client = await connect(server.url, "/private", query={"room": "1"}, auth=TOKEN)
    [answer] = await client.call("ask")
    assert isinstance(answer, str)


async def test_start_prints_what_matters_without_colours(server: Running) -> None:
    log = server.log.read_text()
    assert "Mock server of Mocked 1.0.0 (asyncapi.yml)" in log
    assert f"address         {server.url}\n" in log
    assert "Socket.IO path  /socket.io\n" in log
    assert f"documentation   {server.url}/docs\n" in log
    assert re.search(r"^ / +3 +2 +2 +nothing *$", log, re.MULTILINE)
    assert re.search(r"^ /private +1 +0 +1 +token *$", log, re.MULTILINE)
    assert ESCAPE not in log


async def test_on_a_terminal_there_are_colours(tmp_path: Path) -> None:
    terminal, end = os.openpty()
    command = [*COMMAND, "mock", "run", "--port", "0"]
    process = subprocess.Popen(command, cwd=DOCUMENT, stdout=end, stderr=end, close_fds=True)
    os.close(end)
    shown = ""
    try:
        while "Ctrl-C" not in shown:
            shown += os.read(terminal, 1000).decode()
        await call(re.findall(r"http://[\d.:]+", shown)[0], "greet", {"name": "Ann"})
        while "disconnected" not in shown:
            shown += os.read(terminal, 1000).decode()
    finally:
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 0
        os.close(terminal)
    assert re.search(rf"{re.escape(ESCAPE)}\d+mreceived", shown)
    assert f"{ESCAPE}1mMock server{ESCAPE}0m" in shown


async def test_the_log_can_be_json(tmp_path: Path) -> None:
    command = ("mock", "run", "--log-format", "json")
    process = subprocess.Popen(
        [*COMMAND, *command, "--port", "0"], cwd=DOCUMENT, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    listening = json.loads(process.stdout.readline())
    await call(listening["address"], "greet", {"name": "Ann"})
    process.send_signal(signal.SIGINT)
    rest, _ = process.communicate(timeout=10)
    lines = [json.loads(line) for line in rest.splitlines()]
    assert listening["namespaces"][0] == {
        "namespace": "/",
        "receives": 3,
        "emits": 2,
        "acknowledges": 2,
        "security": "nothing",
    }
    assert [line["what"] for line in lines] == ["connected", "received", "disconnected"]
    assert lines[1].items() >= {"namespace": "/", "event": "greet", "level": "info"}.items()
    assert process.returncode == 0


async def sequence(tmp_path: Path, seed: str) -> list[Any]:
    """Return what a client sees of a run with *seed*."""
    often = ("--subscription-task-interval", "0.05", "--seed", seed)
    with running_command(DOCUMENT, tmp_path / "log", "mock", "run", *often) as started:
        client = await connected(started.url)
        said = [await client.call("greet", {"name": "Ann"}) for _ in range(5)]
        heard = [await client.next_event() for _ in range(8)]
        await client.disconnect()
    return [said, sorted(heard, key=lambda each: str(each[0]))]


async def test_runs_with_one_seed_are_identical(tmp_path: Path) -> None:
    first = await sequence(tmp_path, "a seed")
    assert await sequence(tmp_path, "a seed") == first
    assert await sequence(tmp_path, "another") != first


@pytest.mark.parametrize("transport_in_use", ["websocket", "polling"])
async def test_ctrl_c_ends_it_quietly_while_clients_are_connected(
    tmp_path: Path, transport_in_use: str
) -> None:
    with running_command(DOCUMENT, tmp_path / "log", "mock", "run") as started:
        client = await PythonPeer().connect(
            started.url,
            "/",
            path="/socket.io",
            transports=[transport_in_use],
            query={},
            auth=None,
        )
        before = time.monotonic()
        status = await asyncio.to_thread(started.interrupt)
        took = time.monotonic() - before
        await client.disconnected()
        await client.disconnect()
    assert status == 0
    assert took < 5  # less than the ping interval, for which uvicorn would wait
    assert "Traceback" not in started.log.read_text()
    assert " error " not in started.log.read_text()


async def test_a_changed_document_is_served_anew_and_a_broken_one_is_not(
    tmp_path: Path, directory: Path
) -> None:
    document = directory / "asyncapi.yml"
    text = document.read_text()
    with running_command(directory, tmp_path / "log", "mock", "run", "--reload") as started:
        client = await connected(started.url)
        document.write_text(text.replace("name: greet\n", "name: salute\n"))
        await asyncio.to_thread(started.wait_for, "served anew")
        await client.disconnected()
        await client.disconnect()
        assert await call(started.url, "salute", {"name": "Ann"})

        document.write_text(text.replace("name: greet\n", "name: 3\n"))
        log = await asyncio.to_thread(started.wait_for, "broken")
        log = await asyncio.to_thread(started.wait_for, "must be a string")
        assert "asyncapi.yml, channels./.publish.message.oneOf[0].name" in log
        assert await call(started.url, "salute", {"name": "Ann"})

        document.write_text(text.replace("name: greet\n", "name: hail\n"))
        while started.log.read_text().count("served anew") < 2:
            await asyncio.sleep(0.02)
        assert await call(started.url, "hail", {"name": "Ann"})


async def test_a_change_of_a_referenced_file_counts(tmp_path: Path, directory: Path) -> None:
    with running_command(directory, tmp_path / "log", "mock", "run", "--debugger") as started:
        (directory / "schemas.yml").write_text("Note: {type: integer}\n")
        await asyncio.to_thread(started.wait_for, "served anew")
        assert await call(started.url, "note", 5) == []
        assert "event 'note' of /: (5,)" in started.log.read_text()  # --debugger shows payloads


async def test_a_document_that_emits_nothing_is_fine(tmp_path: Path) -> None:
    (tmp_path / "asyncapi.json").write_text(
        json.dumps(
            {
                "asyncapi": "2.6.0",
                "info": {"title": "Small", "version": "1"},
                "channels": {"/": {"publish": {"message": {"name": "tell"}}}},
            }
        )
    )
    with running_command(tmp_path, tmp_path / "log", "mock", "run") as started:
        assert await call(started.url, "tell", {"anything": True}) == []
        assert started.interrupt() == 0


async def test_security_can_be_off_and_real(tmp_path: Path) -> None:
    document = ("-s", str(DOCUMENT / "asyncapi.yml"), "mock", "run", "--security")
    with running_command(tmp_path, tmp_path / "log", *document, "off") as started:
        client = await PythonPeer().connect(
            started.url,
            "/private",
            path="/socket.io",
            transports=["websocket"],
            query={"room": "1"},
            auth=None,
        )
        await client.disconnect()
    done = run_to_its_end(*document, "real", "--port", "0", cwd=tmp_path)
    assert done.returncode == 1
    assert "there is no module 'not_written_yet'" in done.stderr


async def test_a_port_in_use_is_told(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        done = run_to_its_end("mock", "run", "--port", str(port), cwd=DOCUMENT)
    assert done.returncode == 1
    assert done.stderr == (
        f"Error: cannot listen on 127.0.0.1, port {port}: Address already in use. "
        "Choose another with --host and --port.\n"
    )


async def test_a_missing_document_is_a_mistake_in_usage(tmp_path: Path) -> None:
    done = run_to_its_end("mock", "run", cwd=tmp_path)
    assert done.returncode == 2
    assert "no asyncapi.yaml, asyncapi.yml or asyncapi.json here" in done.stderr
    done = run_to_its_end("-s", "nowhere.yml", "mock", "run", cwd=tmp_path)
    assert done.returncode == 2
    assert "nowhere.yml: there is no such file" in done.stderr


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("asyncapi: 1.2.0", "asyncapi.yml, asyncapi: AsyncAPI '1.2.0' is not supported"),
        ("asyncapi: [", "asyncapi.yml:2:1: "),
        (
            UNSATISFIABLE,
            "asyncapi.yml, channels./.subscribe.message.payload: ",
        ),
    ],
    ids=["version", "syntax", "unsatisfiable"],
)
async def test_a_broken_document_is_told_with_its_place(
    tmp_path: Path, text: str, told: str
) -> None:
    (tmp_path / "asyncapi.yml").write_text(text)
    done = run_to_its_end("mock", "run", "--port", "0", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith(f"Error: {told}")
    assert "Traceback" not in done.stderr


async def test_it_runs_as_a_module_too() -> None:
    command = [sys.executable, "-m", "asynction", "--version"]
    environ = {**os.environ, "PYTHONPATH": str(SOURCE)}
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, env=environ)
    assert re.fullmatch(r"asynction \d+\.\d+\.\d+\S*\n", done.stdout)


@pytest.mark.parametrize(
    "command",
    [[], ["mock"], ["mock", "run"], ["run"]],
    ids=["asynction", "mock", "mock run", "run"],
)
@pytest.mark.parametrize("option", ["-h", "--help"])
async def test_every_command_helps(command: list[str], option: str, tmp_path: Path) -> None:
    done = run_to_its_end(*command, option, cwd=tmp_path)
    assert done.returncode == 0
    assert done.stdout.startswith("Usage: ")


async def test_options_can_come_from_the_environment(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with running_command(
        DOCUMENT, log, "mock", "run", ASYNCTION_MOCK_RUN_HOST="0.0.0.0"
    ) as started:
        assert await call(started.url, "note", "short") == []
