"""Servers in processes of their own: the examples, started as their docstrings say."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

import asynction_core

EXAMPLES = Path(__file__).parents[2] / "examples"
UVICORN = Path(sys.executable).with_name("uvicorn")
SOURCE = Path(asynction_core.__file__).parents[1]
READY_WITHIN = 20.0  # seconds
_READY = re.compile(r"(?:running on |address\W+)(http://[\d.:]+)")
COMMAND = [str(Path(sys.executable).with_name("asynction"))]


@dataclass(frozen=True)
class Running:
    """An example that serves at *url* and writes to *log*."""

    url: str
    log: Path
    process: subprocess.Popen[bytes]

    def stop(self) -> None:
        """Have it shut down, as an operator would."""
        self.process.terminate()
        self.process.wait(10)

    def interrupt(self) -> int:
        """Have it end as Ctrl-C does; return its status."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(10)

    def wait_for(self, text: str) -> str:
        """Wait until the log has *text*; return the log."""
        end = time.monotonic() + READY_WITHIN
        while text not in self.log.read_text():
            if time.monotonic() > end or self.process.poll() is not None:
                raise AssertionError(f"{text!r} is not in the log:\n{self.log.read_text()}")
            time.sleep(0.02)
        return self.log.read_text()


@contextmanager
def running(example: str | Path, log: Path, **environ: str) -> Iterator[Running]:
    """Run ``uvicorn --app-dir examples/<example> app:app`` on ``PORT`` or a free one, to the end.

    An absolute path is another directory with an ``app.py``.
    """
    app = ["--app-dir", str(EXAMPLES / example), "app:app"]
    command = [str(UVICORN), *app, "--port", environ.get("PORT", "0")]
    with _started(command, log, {"PYTHONPATH": str(SOURCE), **environ}) as process:
        yield Running(_wait_until_ready(process, log), log, process)


@contextmanager
def running_flask(app: str | Path, log: Path, **environ: str) -> Iterator[Running]:
    """Run ``flask --app <app> run`` on ``PORT`` or a free one, until the end."""
    with socket.create_server(("127.0.0.1", int(environ.get("PORT", "0")))) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "flask", "--app", str(app), "run", "--port", str(port)]
    with _started(command, log, {"PYTHONPATH": str(SOURCE), **environ}) as process:
        _wait_until_answered(process, port, log)
        yield Running(f"http://127.0.0.1:{port}", log, process)


@contextmanager
def running_script(directory: Path, log: Path, **environ: str) -> Iterator[Running]:
    """Run ``app.py`` of *directory*, which serves at the ``PORT`` that it is given."""
    command = [sys.executable, str(directory / "app.py")]
    with running_server(lambda _port: command, directory, log, **environ) as started:
        yield started


@contextmanager
def running_server(
    command: Callable[[int], list[str]], directory: Path, log: Path, **environ: str
) -> Iterator[Running]:
    """Run what *command* returns for a free port, which is ``PORT``, too, until the end."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    path = os.pathsep.join([str(directory), str(SOURCE)])
    env = {"PYTHONPATH": path, "PORT": str(port), **environ}
    with _started(command(port), log, env) as process:
        _wait_until_answered(process, port, log)
        yield Running(f"http://127.0.0.1:{port}", log, process)


@contextmanager
def running_command(
    directory: Path, log: Path, *arguments: str, **environ: str
) -> Iterator[Running]:
    """Run ``asynction <arguments> --port 0`` in *directory*, until the end."""
    command = [*COMMAND, *arguments, "--port", "0"]
    with _started(command, log, {"PYTHONPATH": str(SOURCE), **environ}, directory) as process:
        yield Running(_wait_until_ready(process, log), log, process)


def run_to_its_end(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run ``asynction <arguments>`` in *cwd*; return how it ended."""
    return subprocess.run(
        [*COMMAND, *arguments], cwd=cwd, capture_output=True, text=True, timeout=30
    )


@contextmanager
def _started(
    command: list[str], log: Path, environ: Mapping[str, str], directory: Path | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    env = {**os.environ, "PYTHONWARNINGS": "always", **environ}
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, env=env, cwd=directory)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)
            raise


def _wait_until_ready(process: subprocess.Popen[bytes], log: Path) -> str:
    """Return the URL that the log tells of."""
    end = time.monotonic() + READY_WITHIN
    while time.monotonic() < end and process.poll() is None:
        found = _READY.search(log.read_text())
        if found:
            return found[1]
        time.sleep(0.02)
    raise RuntimeError(f"the server is not ready:\n{log.read_text()}")


def _wait_until_answered(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    """Wait for an answer of any status: a port that is open may belong to a server half made."""
    end = time.monotonic() + READY_WITHIN
    while time.monotonic() < end and process.poll() is None:
        asked = HTTPConnection("127.0.0.1", port, timeout=READY_WITHIN)
        with suppress(ConnectionRefusedError), closing(asked):
            asked.request("GET", "/")
            asked.getresponse().read()
            return
        time.sleep(0.02)
    raise RuntimeError(f"the server is not ready:\n{log.read_text()}")
