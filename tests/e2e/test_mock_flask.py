"""``MockAsynctionSocketIO.run``, as the original documents it, with every client."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from e2e.conftest import Connect
from e2e.peers import Refused
from e2e.running import Running, running_script

pytestmark = pytest.mark.asyncio(loop_scope="session")

HERE = Path(__file__).parent
SPEC = str(HERE / "mocked" / "asyncapi.yml")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    log = tmp_path_factory.mktemp("mock_flask") / "log"
    with running_script(HERE / "mocked_flask", log, SPEC=SPEC) as started:
        yield started


async def test_received_events_are_acknowledged_with_valid_data(
    server: Running, connect: Connect
) -> None:
    client = await connect(server.url)
    [sentence] = await client.call("greet", {"name": "Ann"})
    assert isinstance(sentence, str)
    flag, number = await client.call("pair", 1, "a")
    assert isinstance(flag, bool)
    assert isinstance(number, int | float)


async def test_every_event_is_emitted_with_valid_data(server: Running, connect: Connect) -> None:
    client = await connect(server.url)
    await client.answer("greeted", True)
    heard: dict[str, Any] = {}
    while len(heard) < 2:
        name, *arguments = await client.next_event()
        heard[name] = arguments
    assert heard["greeted"][0].keys() == {"name", "at"}
    assert [type(each) for each in heard["counted"]] == [int, int]


async def test_credentials_are_asked_for(server: Running, connect: Connect) -> None:
    with pytest.raises(Refused, match="Missing credentials"):
        await connect(server.url, "/private", query={"room": "1"})
    client = await connect(server.url, "/private", query={"room": "1"}, auth={"token": "any"})
    assert isinstance((await client.call("ask"))[0], str)


async def test_it_ends_at_ctrl_c(tmp_path: Path) -> None:
    with running_script(HERE / "mocked_flask", tmp_path / "log", SPEC=SPEC) as started:
        started.interrupt()
    assert "Traceback" not in started.log.read_text()
