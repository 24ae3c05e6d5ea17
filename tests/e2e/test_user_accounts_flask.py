"""The example of the original's documentation, started as its docstring says, with every client."""

import asyncio
import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from e2e.conftest import Connect
from e2e.peers import WAIT, Refused
from e2e.running import EXAMPLES, running_flask

pytestmark = pytest.mark.asyncio(loop_scope="session")

PATH = "/ws"
TOKEN = {"token": "let me in"}


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("user_accounts") / "log"


@pytest.fixture(scope="module")
def url(log: Path) -> Iterator[str]:
    with running_flask(EXAMPLES / "user_accounts_flask" / "app", log) as started:
        yield started.url


async def test_administrators_hear_of_users_and_their_answers_are_heard(
    url: str, log: Path, connect: Connect
) -> None:
    heard = log.read_text().count("Metric received: noted")
    admin = await connect(url, "/admin", path=PATH, query=TOKEN)
    await admin.answer("metrics", "noted")
    user = await connect(url, "/user", path=PATH)

    assert await user.call("log in", {"name": "ann"}) == [True]
    assert await admin.next_event() == ("metrics", "login")
    assert await user.call("sign up", {"name": "bob"}) == []
    assert await admin.next_event() == ("metrics", "signup")
    async with asyncio.timeout(WAIT):
        while log.read_text().count("Metric received: noted") < heard + 2:
            await asyncio.sleep(0.01)


async def test_what_the_document_forbids_does_not_reach_the_handlers(
    url: str, log: Path, connect: Connect
) -> None:
    user = await connect(url, "/user", path=PATH)
    await user.emit("log in", "no object")
    assert await user.call("sign up", {}) == []
    async with asyncio.timeout(WAIT):  # the two events run in threads of their own
        while "Error: PayloadValidationException" not in log.read_text():
            await asyncio.sleep(0.02)


@pytest.mark.parametrize(
    ("query", "message"),
    [({}, 'query: "token" is a required property'), ({"token": "?"}, "That is not the token.")],
)
async def test_nobody_is_an_administrator_without_the_token(
    url: str, connect: Connect, query: dict[str, str], message: str
) -> None:
    with pytest.raises(Refused) as refusal:
        await connect(url, "/admin", path=PATH, query=query)
    assert refusal.value.message == message


async def test_the_document_is_served(url: str) -> None:
    with urllib.request.urlopen(f"{url}/docs/asyncapi.json", timeout=WAIT) as answer:
        assert json.load(answer)["info"]["title"] == "User Account Service"
