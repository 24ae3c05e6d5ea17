"""The README's Flask application, run as it is printed, by Flask's own command."""

import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from e2e.running import SOURCE
from e2e.test_readme import block, drive


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    (tmp_path / "asyncapi.yml").write_text(block("yaml", "asyncapi: 2.6.0"))
    (tmp_path / "handlers.py").write_text(
        block("python", "def greet", "from flask_socketio import")
    )
    (tmp_path / "app.py").write_text(
        block("python", "AsynctionSocketIO.from_spec", "Flask(__name__)")
    )
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "flask", "--app", "app", "run", "--port", str(port)]
    process = subprocess.Popen(
        command,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": f"{SOURCE}{os.pathsep}{tmp_path}"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    try:
        while not re.search("Running on http", line := process.stdout.readline()):
            assert line, "flask did not start"
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.communicate(timeout=10)


async def test_the_flask_application_of_the_readme(url: str) -> None:
    await drive(url)
