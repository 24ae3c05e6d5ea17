"""The clients of the end-to-end tests, and a server in the async mode ``ASYNC_MODE``."""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path

import pytest
from e2e.conftest import connect, node, node_peer, peer, python_peer
from e2e.running import Running, running_script

__all__ = ["connect", "node", "node_peer", "peer", "python_peer", "start", "transport", "url"]

MODE = os.environ.get("ASYNC_MODE", "threading")
SECURITY_TIMEOUT = 0.6
"""In seconds."""

Start = Callable[[Path], AbstractContextManager[Running]]


@pytest.fixture(params=["websocket", "polling"])
def transport(request: pytest.FixtureRequest) -> str:
    """How the clients connect."""
    name: str = request.param
    return name


@pytest.fixture(scope="session")
def start() -> Start:
    """Start a server that writes to the log given."""
    directory, timeout = Path(__file__).parent, str(SECURITY_TIMEOUT)
    return partial(running_script, directory, ASYNC_MODE=MODE, SECURITY_TIMEOUT=timeout)


@pytest.fixture(scope="session")
def url(start: Start, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server that all tests share."""
    with start(tmp_path_factory.mktemp("modes") / "log") as server:
        yield server.url
