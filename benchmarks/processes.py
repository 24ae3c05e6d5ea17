"""Processes that are certain to end: servers under load, and probes that print a result.

Each is a process group, so that Ctrl-C reaches this process only, which then stops them.
"""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

Start = Callable[..., AbstractContextManager[tuple[int, int]]]
"""Starts a server of a kind, with options, as :func:`serving` does."""

_PATIENCE = 120.0
"""Seconds after which a probe is given up."""


def probe(*arguments: str) -> Any:
    """Return what a fresh interpreter, run with *arguments*, prints as JSON."""
    started = subprocess.Popen(
        [sys.executable, *arguments], stdout=subprocess.PIPE, process_group=0
    )
    with stopped(started) as child:
        output, _ = child.communicate(timeout=_PATIENCE)
        if child.returncode:
            raise RuntimeError(f"{' '.join(arguments)[:80]!r} failed; its error is above")
        return json.loads(output)


@contextmanager
def serving(kind: str, *options: str) -> Iterator[tuple[int, int]]:
    """Run the server *kind* in a process of its own; yield its port and its process id."""
    with serving_with([sys.executable, "-m", "benchmarks.servers", kind, *options]) as found:
        yield found


@contextmanager
def serving_flask(
    kind: str, async_mode: str, original: Path | None = None
) -> Iterator[tuple[int, int]]:
    """Do the same with a Flask server in *async_mode*.

    :param original: the Python of an environment with another ``asynction``, which must not find
        the one of this clone.
    """
    command = [sys.executable, "-m", "benchmarks.servers.flask_door"]
    environ = dict(os.environ)
    if original is not None:
        command = [str(original), "-P", str(Path("benchmarks/servers/flask_door.py"))]
        environ.pop("PYTHONPATH", None)
    with serving_with([*command, kind, async_mode], environ) as found:
        yield found


@contextmanager
def serving_with(
    command: list[str], environ: dict[str, str] | None = None
) -> Iterator[tuple[int, int]]:
    """Run *command* with the descriptor of a socket that listens.

    The socket is made here, so clients can connect at once. The server also ends when its standard
    input does, which is when this process is gone.
    """
    with socket.create_server(("127.0.0.1", 0), backlog=512) as listener:
        port, descriptor = listener.getsockname()[1], listener.fileno()
        child = subprocess.Popen(
            [*command, str(descriptor)],
            stdin=subprocess.PIPE,
            pass_fds=[descriptor],
            process_group=0,
            env=environ,
        )
    with stopped(child):
        yield port, child.pid


@contextmanager
def stopped(child: subprocess.Popen[bytes]) -> Iterator[subprocess.Popen[bytes]]:
    """Yield *child*, and stop it whatever happens."""
    try:
        yield child
    finally:
        if child.poll() is None:
            child.terminate()
        try:
            child.wait(5)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                pipe.close()
