"""The README's own code, run as it is printed."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from e2e.running import SOURCE, running
from e2e.valkey import valkey
from peers import Peer

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


async def test_in_front_of_fastapi(
    greeter: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (greeter / "app.py").write_text(block("python", "FastAPI()"))
    monkeypatch.chdir(greeter)
    with running(greeter, tmp_path / "log") as server:
        await drive(server.url)


async def test_handlers_in_code(
    greeter: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    code = block("python", "@server.on")
    (greeter / "app.py").write_text(
        f"{code}\nfrom asynction_core import AsynctionMiddleware\n"
        "app = AsynctionMiddleware(server=server)\n"
    )
    monkeypatch.chdir(greeter)
    with running(greeter, tmp_path / "log") as server:
        peer = await Peer().connect(server.url)
        assert await peer.call("greet", {"name": "Ann"}) == "Hello, Ann!"
        await peer.close()


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
