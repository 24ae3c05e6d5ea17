"""The framework examples, started as their docstrings say, with real clients."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from e2e.conftest import Connect
from e2e.peers import WAIT, Refused
from e2e.running import running

pytestmark = pytest.mark.asyncio(loop_scope="session")

TOKEN = {"token": "12345678"}


@dataclass(frozen=True)
class Example:
    """An example: its Socket.IO path, and what its framework answers to an unknown HTTP path."""

    path: str
    not_found: str


EXAMPLES = {
    "starlette": Example("/socket.io", "Not Found"),
    "fastapi": Example("/socket.io", '{"detail":"Not Found"}'),
    "litestar": Example("/realtime/socket.io", '{"status_code":404,"detail":"Not Found"}'),
    "quart": Example("/socket.io", "<title>404 Not Found</title>"),
}


@pytest.fixture(params=["websocket", "polling"])
def transport(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture(scope="module", params=EXAMPLES)
def name(request: pytest.FixtureRequest) -> str:
    found: str = request.param
    return found


@pytest.fixture(scope="module")
def url(name: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running(name, tmp_path_factory.mktemp(name) / "log") as started:
        yield started.url


@pytest.fixture
def path(name: str) -> str:
    return EXAMPLES[name].path


def only(*names: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("name", names, indirect=True, scope="module")


@pytest_asyncio.fixture(loop_scope="session")
async def http(url: str) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=url, timeout=WAIT) as client:
        yield client


async def test_clients_talk_to_each_other(url: str, path: str, connect: Connect) -> None:
    ann, bob = await connect(url, path=path), await connect(url, path=path)
    assert await ann.call("add user", "ann") == [{"error": None}]
    await ann.emit("new message", "hello")
    about = {"username": "ann", "message": "hello"}
    while (heard := await bob.next_event())[0] != "new message":
        pass
    assert heard == ("new message", about)


async def test_a_payload_that_the_document_forbids_is_refused(
    url: str, path: str, connect: Connect
) -> None:
    ann = await connect(url, path=path)
    [problem] = await ann.call("new message", {"not": "text"})
    assert problem["error"]["type"] == "PayloadValidationException"


async def test_a_handshake_that_the_document_forbids_is_refused(
    url: str, path: str, connect: Connect
) -> None:
    with pytest.raises(Refused, match='"token" is a required property'):
        await connect(url, "/admin", path=path)


async def test_an_administrator_is_let_in(url: str, path: str, connect: Connect) -> None:
    admin = await connect(url, "/admin", path=path, query=TOKEN)
    event, metric = await admin.next_event()
    assert (event, metric["name"]) == ("server metric", "users")


async def test_the_framework_answers_its_own_route(http: httpx.AsyncClient) -> None:
    answer = await http.get("/health")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


async def test_the_framework_answers_an_unknown_path(name: str, http: httpx.AsyncClient) -> None:
    answer = await http.get("/nowhere")
    assert answer.status_code == 404
    assert EXAMPLES[name].not_found in answer.text


@only("litestar")
async def test_a_mounted_chat_is_only_under_its_prefix(http: httpx.AsyncClient) -> None:
    handshake = {"EIO": "4", "transport": "polling"}
    answer = await http.get("/socket.io/", params=handshake)
    assert answer.status_code == 404


@only("fastapi")
async def test_an_http_route_speaks_in_the_chat(
    url: str, http: httpx.AsyncClient, connect: Connect
) -> None:
    ann = await connect(url)
    answer = await http.post("/announcements", json={"message": "we close soon"})
    assert answer.status_code == 202
    about = {"username": "the house", "message": "we close soon"}
    assert await ann.next_event() == ("new message", about)


@only("fastapi")
async def test_an_http_route_cannot_say_what_the_document_forbids(
    http: httpx.AsyncClient,
) -> None:
    answer = await http.post("/announcements", json={"message": ""})
    assert answer.status_code == 422
    assert answer.json() == {"detail": '"" is shorter than 1 character'}


@only("starlette")
async def test_the_framework_runs_its_own_startup(url: str, connect: Connect) -> None:
    admin = await connect(url, "/admin", query=TOKEN)
    await admin.next_event()
    event, metric = await admin.next_event()
    assert (event, metric["name"]) == ("server metric", "uptime")


@pytest.fixture
def stopped(name: str, tmp_path: Path) -> str:
    """The log of an example that was started and stopped."""
    with running(name, tmp_path / "log") as started:
        started.stop()
    return (tmp_path / "log").read_text()


async def test_the_application_shuts_down_without_a_warning(stopped: str) -> None:
    lines = stopped.splitlines()
    assert "INFO:     Application shutdown complete." in lines
    assert [line for line in lines if not line.startswith("INFO:")] == []


@only("starlette")
async def test_the_framework_runs_its_own_shutdown(stopped: str) -> None:
    assert "No more reports." in stopped
