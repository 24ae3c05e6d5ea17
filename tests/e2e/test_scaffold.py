"""``asynction scaffold``: what it writes runs, and passes its own tests, on both frameworks."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from e2e.peers import PythonPeer, Refused, Socket
from e2e.running import EXAMPLES, SOURCE, run_to_its_end, running, running_flask

HERE = Path(__file__).parent
DOCUMENTS = {
    "chat": EXAMPLES / "chat" / "asyncapi.yml",
    "secured": EXAMPLES / "secured" / "asyncapi.yml",
    "mocked": HERE / "mocked" / "asyncapi.yml",
    "names that Python has not": HERE / "scaffolded" / "asyncapi.yml",
}

pytestmark = pytest.mark.asyncio(loop_scope="session")

frameworks = pytest.mark.parametrize("framework", ["asgi", "flask"])


def scaffolded(document: Path, directory: Path, *options: str) -> str:
    """Scaffold in *directory*; return what the command says."""
    done = run_to_its_end("--spec", str(document), "scaffold", *options, cwd=directory)
    assert done.returncode == 0, done.stderr
    return done.stdout


def run_tests(directory: Path, *options: str) -> str:
    """Run the tests in *directory*, warnings being errors; return what pytest says."""
    command = [sys.executable, "-W", "error", "-m", "pytest", "-q", "-p", "no:asyncio", *options]
    env = {**os.environ, "PYTHONPATH": str(SOURCE)}
    done = subprocess.run(command, cwd=directory, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


async def connected(url: str, namespace: str, auth: dict[str, str] | None = None) -> Socket:
    """Connect to *namespace*."""
    return await PythonPeer().connect(
        url, namespace, path="/socket.io", transports=["websocket"], query={}, auth=auth
    )


@frameworks
@pytest.mark.parametrize("document", DOCUMENTS.values(), ids=DOCUMENTS)
async def test_the_tests_that_it_writes_pass(
    document: Path, framework: str, tmp_path: Path
) -> None:
    scaffolded(document, tmp_path, "--framework", framework)
    passed = re.search(r"(\d+) passed", run_tests(tmp_path))
    written = (tmp_path / "tests" / "test_api.py").read_text("utf-8").count("\ndef test_")
    assert passed
    assert int(passed[1]) == written > 0


@frameworks
async def test_a_document_without_events_becomes_an_application(
    framework: str, tmp_path: Path
) -> None:
    document = tmp_path / "asyncapi.yml"
    document.write_text("asyncapi: 2.6.0\ninfo: {title: '', version: '1'}\nchannels: {/: {}}\n")
    scaffolded(document, tmp_path, "--framework", framework)
    assert "1 passed" in run_tests(tmp_path)


@frameworks
async def test_what_it_writes_is_served(framework: str, tmp_path: Path) -> None:
    scaffolded(DOCUMENTS["chat"], tmp_path, "--framework", framework)
    log = tmp_path / "log"
    serving = (
        running(tmp_path, log) if framework == "asgi" else running_flask(tmp_path / "app", log)
    )
    with serving as started:
        client = await connected(started.url, "/")
        [answer] = await client.call("add user", "ann")
        assert answer.keys() == {"error"}
        [refused] = await client.call("add user", "")
        assert refused["error"]["type"] == "PayloadValidationException"
        await client.disconnect()


@frameworks
async def test_its_security_functions_refuse_everybody(framework: str, tmp_path: Path) -> None:
    scaffolded(DOCUMENTS["secured"], tmp_path, "--framework", framework)
    log = tmp_path / "log"
    serving = (
        running(tmp_path, log) if framework == "asgi" else running_flask(tmp_path / "app", log)
    )
    with serving as started, pytest.raises(Refused, match="Credentials refused"):
        await connected(started.url, "/notes", {"token": "any"})


@frameworks
async def test_a_handler_that_answers_wrongly_fails_a_test(framework: str, tmp_path: Path) -> None:
    scaffolded(DOCUMENTS["mocked"], tmp_path, "--framework", framework)
    handlers = tmp_path / "not_written_yet.py"
    handlers.write_text(re.sub(r"return \(True,", "return ('no',", handlers.read_text()))
    with pytest.raises(AssertionError, match="test_pair_is_accepted"):
        run_tests(tmp_path)


@frameworks
async def test_it_adds_what_a_changed_document_asks_for(framework: str, tmp_path: Path) -> None:
    document = tmp_path / "asyncapi.yml"
    shutil.copy(DOCUMENTS["chat"], document)
    scaffolded(document, tmp_path, "--framework", framework)
    handlers = tmp_path / "handlers.py"
    handlers.write_text(f"{handlers.read_text()}\n\nMINE = 1\n")
    text = document.read_text()
    text = text.replace(
        '          - $ref: "#/components/messages/StopTyping"\n',
        '          - $ref: "#/components/messages/StopTyping"\n'
        "          - {name: wave, x-handler: handlers.wave, payload: {type: object, properties: "
        "{at: {type: string}}}}\n"
        "          - {name: nod, x-ack: {args: {type: integer}}}\n",
        1,
    )
    document.write_text(text)
    said = scaffolded(document, tmp_path, "--framework", framework)
    assert "added       handlers.py (1 handler: wave)" in said
    assert "added       models.py (1 type: WavePayload)" in said
    assert "added       app.py (1 import: " in said
    assert "created     event_handlers.py" in said
    assert "MINE = 1" in handlers.read_text()
    assert "passed" in run_tests(tmp_path, "-k", "wave or nod or add_user")


async def test_nothing_is_written_in_a_dry_run(tmp_path: Path) -> None:
    said = scaffolded(DOCUMENTS["chat"], tmp_path, "--dry-run")
    assert "created     handlers.py" in said
    assert not list(tmp_path.iterdir())


async def test_a_broken_document_is_told(tmp_path: Path) -> None:
    (tmp_path / "asyncapi.yml").write_text("asyncapi: 9.0.0\n")
    done = run_to_its_end("scaffold", cwd=tmp_path)
    assert done.returncode == 1
    assert "AsyncAPI '9.0.0' is not supported" in done.stderr


@pytest.mark.parametrize("missing", ["black", "datamodel_code_generator", "faker"])
async def test_it_says_how_to_install_what_it_needs(missing: str, tmp_path: Path) -> None:
    code = (
        f"import sys; sys.modules[{missing!r}] = None; sys.argv = ['asynction', '--spec', "
        f"{str(DOCUMENTS['mocked'])!r}, 'scaffold']; from asynction_core.cli import main; main()"
    )
    env = {**os.environ, "PYTHONPATH": str(SOURCE)}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True)
    assert done.returncode == 1
    assert f"further packages ({missing}): pip install 'asynction[scaffold]'" in done.stderr
