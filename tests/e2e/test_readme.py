"""The README's own code, run as it is printed."""

import base64
import dataclasses
import json
import os
import re
import subprocess
import sys
import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml
from e2e.running import SOURCE, run_to_its_end, running, running_command, running_script
from e2e.valkey import valkey
from peers import Peer, dialogue

from asynction_core import AsynctionServer

README = (Path(__file__).parents[2] / "README.md").read_text()
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```", README, re.DOTALL | re.MULTILINE)


def block(language: str, *words: str) -> str:
    """Return the first block in *language* with all of these *words*."""
    found = (text for name, text in BLOCKS if name == language)
    return str(next(text for text in found if all(word in text for word in words)))


@pytest.fixture
def greeter(tmp_path: Path) -> Path:
    """The three files of the README's first example."""
    (tmp_path / "asyncapi.yml").write_text(block("yaml", "asyncapi: 2.6.0"))
    (tmp_path / "handlers.py").write_text(block("python", "async def greet"))
    return tmp_path


async def drive(url: str) -> None:
    one, two = await Peer().connect(url), await Peer().connect(url)
    assert await one.call("greet", {"name": "Ann"}) == "Hello, Ann!"
    assert await two.next() == [("greeted", "Ann")]
    expected = json.loads(block("json", "PayloadValidationException"))
    assert await one.call("greet", {"name": ""}) == expected
    await one.close()
    await two.close()


async def test_three_lines_serve_the_document(
    greeter: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (greeter / "app.py").write_text(block("python", 'AsynctionMiddleware(spec_path="asyncapi'))
    monkeypatch.chdir(greeter)
    with running(greeter, tmp_path / "log") as server:
        await drive(server.url)


async def check_mock(url: str) -> None:
    peer = await Peer().connect(url)
    assert isinstance(await peer.call("greet", {"name": "Ann"}), str)
    assert (await peer.next())[0][0] == "greeted"
    await peer.close()


async def test_the_mock_of_a_document(greeter: Path, tmp_path: Path) -> None:
    (greeter / "handlers.py").unlink()
    command = block("", "mock run\n", "--spec asyncapi.yml").split()[1:]
    with running_command(greeter, tmp_path / "log", *command) as server:
        await check_mock(server.url)
        shown = block("", "Mock server of Greeter").splitlines()[:9]
        log = server.log.read_text().replace(server.url, "http://127.0.0.1:5000")
        assert [line.rstrip() for line in log.splitlines()][4:9] == shown[4:]
        assert log.splitlines()[:4] == shown[:4]


async def test_the_mock_in_python(
    greeter: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (greeter / "handlers.py").unlink()
    (greeter / "app.py").write_text(block("python", "MockAsynctionServer"))
    monkeypatch.chdir(greeter)
    with running(greeter, tmp_path / "log") as server:
        await check_mock(server.url)


async def test_the_mock_on_flask(
    greeter: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (greeter / "handlers.py").unlink()
    code = block("python", "MockAsynctionSocketIO")
    (greeter / "app.py").write_text(
        code.replace("app=app)", 'app=app, async_mode="threading")').replace(
            "mock.run(app,", 'mock.run(app, port=int(__import__("os").environ["PORT"]),'
        )
    )
    monkeypatch.chdir(greeter)
    with running_script(greeter, tmp_path / "log") as server:
        await check_mock(server.url)


async def test_in_front_of_fastapi(
    greeter: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (greeter / "app.py").write_text(block("python", "FastAPI()"))
    monkeypatch.chdir(greeter)
    with running(greeter, tmp_path / "log") as server:
        await drive(server.url)


@asynccontextmanager
async def connected_to(
    code: str, greeter: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Peer]:
    """Serve the ``server`` that *code* makes; yield a client of it."""
    (greeter / "app.py").write_text(
        f"{code}\nfrom asynction_core import AsynctionMiddleware\n"
        "app = AsynctionMiddleware(server=server)\n"
    )
    monkeypatch.chdir(greeter)
    with running(greeter, greeter / "log") as server:
        peer = await Peer().connect(server.url)
        yield peer
        await peer.close()


async def test_handlers_in_code(greeter: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with connected_to(block("python", "@server.on"), greeter, monkeypatch) as peer:
        assert await peer.call("greet", {"name": "Ann"}) == "Hello, Ann!"


async def test_an_error_handler_in_code(greeter: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with connected_to(block("python", "@server.on_error"), greeter, monkeypatch) as peer:
        expected = {"error": '"" is shorter than 1 character'}
        assert await peer.call("greet", {"name": ""}) == expected


async def test_from_another_process(
    greeter: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with valkey(tmp_path) as queue:
        for name, word in (("app", "client_manager=socketio"), ("emitting", "AsynctionEmitter")):
            code = block("python", word).replace("redis://localhost:6379/0", queue.url)
            (greeter / f"{name}.py").write_text(code)
        monkeypatch.chdir(greeter)
        with running(greeter, tmp_path / "1") as one, running(greeter, tmp_path / "2") as two:
            peers = [await Peer().connect(one.url), await Peer().connect(two.url)]
            queue.wait_for_listeners(2)
            environ = {**os.environ, "PYTHONPATH": str(SOURCE)}
            subprocess.run([sys.executable, "emitting.py"], check=True, timeout=20, env=environ)
            for peer in peers:
                assert await peer.next() == [("greeted", "everybody")]
                await peer.close()


def test_the_code_blocks_of_handlers_compile() -> None:
    for name, text in BLOCKS:
        if name == "python":
            compile(text, "README.md", "exec")


SCHEMES: dict[str, tuple[Any, list[tuple[str, str]]]] = {
    "password": (None, [("Authorization", "Basic " + base64.b64encode(b"ann:secret").decode())]),
    "token": ({"token": "t0k3n"}, []),
    "account": (None, [("Authorization", "Bearer t0k3n")]),
    "single sign-on": ({"token": "t0k3n"}, []),
    "key": (None, [("X-API-Key", "t0k3n")]),
    "user key": ({"user": "t0k3n"}, []),
    "login": ({"username": "ann", "password": "secret"}, []),
}
"""What gets a client in, by the scheme of the README: ``auth`` and headers."""


@pytest.fixture
def secured(tmp_path: Path) -> Path:
    """An API with a namespace for every scheme of the README, and one for its scopes."""
    schemes = yaml.safe_load(block("yaml", "securitySchemes:"))
    ping = {"message": {"name": "ping", "x-handler": "handlers.ping"}}
    channels = {
        f"/{name.replace(' ', '-')}": {"publish": ping, "x-security": [{name: []}]}
        for name in [*SCHEMES, "device"]
    }
    for name in ("account", "single sign-on"):
        security = [{name: ["notes:write"]}]
        channels[f"/scopes-of-{name[:3]}"] = {"publish": ping, "x-security": security}
    document = {"asyncapi": "2.6.0", "info": {}, "channels": channels, **schemes}
    (tmp_path / "asyncapi.yml").write_text(yaml.safe_dump(document))
    (tmp_path / "security.py").write_text(block("python", "def token_info"))
    (tmp_path / "app.py").write_text(block("python", 'AsynctionMiddleware(spec_path="asyncapi'))
    (tmp_path / "handlers.py").write_text(
        "from asynction_core import current\n\ndef ping(sid, *_):\n    return current.user\n"
    )
    return tmp_path


async def test_one_scheme_of_each_type(
    secured: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(secured)
    with running(secured, tmp_path / "log") as server:
        for name, (auth, headers) in SCHEMES.items():
            namespace = f"/{name.replace(' ', '-')}"
            connect = f"40{namespace},{json.dumps(auth) if auth else ''}"
            sent = [connect, f'42{namespace},1["ping"]']
            received = await dialogue(server.url, sent, headers=headers)
            assert received[1] == f'43{namespace},1["ann"]', received
            [refused] = await dialogue(server.url, [f"40{namespace},"])
            assert refused.startswith(f'44{namespace},{{"message":"Missing credentials: ')
        [refused] = await dialogue(server.url, ["40/device,"])
        assert "Missing credentials: client certificate (TLS)" in refused
        for namespace in ("/scopes-of-acc", "/scopes-of-sin"):
            [refused] = await dialogue(server.url, [f'40{namespace},{{"token":"t0k3n"}}'])
            assert "Credentials refused" in refused


def test_the_documentation_is_built_as_the_readme_says(greeter: Path) -> None:
    command, said = re.findall(
        r"^```\n(.*?)^```", README.split("## Documentation")[1], re.MULTILINE | re.DOTALL
    )[:2]
    program, *arguments = command.split()
    done = run_to_its_end(*arguments, cwd=greeter)

    assert program == "asynction"
    assert (done.stdout, done.stderr) == (said, "")
    assert "<title>Greeter 1.0.0</title>" in (greeter / "site" / "index.html").read_text()


def test_what_the_readme_lists_is_served(greeter: Path, tmp_path: Path) -> None:
    listed = re.findall(
        r"`(docs(?:/[\w.]+)?)`", README.split("## Documentation")[1].split("`asynction")[0]
    )
    arguments = ("docs", "serve")
    with running_command(greeter, tmp_path / "log", *arguments) as server:
        for path in listed:
            with urllib.request.urlopen(f"{server.url}/{path}", timeout=5) as answer:
                assert answer.status == 200
                assert answer.url == f"{server.url}/{path}"
    assert len(set(listed)) == 4


def test_the_readme_lists_the_figures_of_a_server() -> None:
    table = README.split("| `stats()` |")[1].split("\n\n")[0]
    rows = [line.split("|") for line in table.splitlines()[2:]]
    fields = [name for row in rows for name in re.findall(r"`(\w+)`", row[1])]
    families = [name for row in rows for name in re.findall(r"`(\w+)`", row[2])]
    told = AsynctionServer.from_spec({"asyncapi": "2.6.0", "info": {}, "channels": {}}).stats()
    assert fields == [field.name for field in dataclasses.fields(told)]
    assert families == re.findall(r"# TYPE asynction_(\w+)", told.prometheus())
