"""The example with tokens, under uvicorn as its docstring starts it, with every client."""

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest
from e2e.conftest import Connect
from e2e.peers import Refused
from e2e.running import EXAMPLES, SOURCE, Running, running

pytestmark = pytest.mark.asyncio(loop_scope="session")

SECRET = "a secret of the tests, at least 32 bytes long"
NEEDED = "Missing credentials: bearer token (Authorization header or auth.token)"


@pytest.fixture(scope="module", params=["1", "0"], ids=["the short way", "the long way"])
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Running]:
    log = tmp_path_factory.mktemp("secured") / "log"
    with running("secured", log, NOTES_SECRET=SECRET, ASYNCTION_FAST_PATH=request.param) as started:
        yield started


def token(user: str, *scopes: str, seconds: float = 60.0, secret: str = SECRET) -> dict[str, str]:
    """Return the ``auth`` payload with a token that the example's own command prints."""
    command = [sys.executable, str(EXAMPLES / "secured" / "tokens.py"), user, *scopes]
    environ = {**os.environ, "NOTES_SECRET": secret, "PYTHONPATH": str(SOURCE)}
    done = subprocess.run(
        [*command, "--seconds", str(seconds)],
        env=environ,
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    )
    return {"token": done.stdout.strip()}


async def test_what_a_client_may_do_is_in_its_token(server: Running, connect: Connect) -> None:
    ann = await connect(server.url, "/notes", auth=token("ann", "notes:read", "notes:write"))
    bob = await connect(server.url, "/notes", auth=token("bob", "notes:read"))
    eve = await connect(server.url, "/notes", auth=token("eve"))

    assert await ann.call("add note", "hello") == []
    note = {"author": "ann", "text": "hello"}
    assert await bob.next_event() == ("note added", note)
    [notes] = await bob.call("list notes")
    assert note in notes

    [refused] = await bob.call("add note", "no")
    assert refused["error"]["type"] == "SecurityException"
    assert refused["error"]["message"] == "Not allowed without notes:write of 'writer'"
    [refused] = await eve.call("list notes")
    assert refused["error"]["message"] == "Not allowed without notes:read of 'reader'"
    assert eve.heard.empty()


@pytest.mark.parametrize(
    ("auth", "message"),
    [
        (None, NEEDED),
        ({}, NEEDED),
        ({"token": "not one"}, "Credentials refused"),
        ({"token": ["not one"]}, "Credentials refused"),
    ],
)
async def test_a_client_without_a_token_is_refused(
    server: Running, connect: Connect, auth: object, message: str
) -> None:
    with pytest.raises(Refused) as refusal:
        await connect(server.url, "/notes", auth=auth)
    assert (refusal.value.message, refusal.value.data) == (message, {"type": "SecurityException"})


async def test_a_token_of_somebody_else_is_refused(server: Running, connect: Connect) -> None:
    forged = token("ann", "notes:read", secret="another secret that is also 32 bytes long")
    for auth in (forged, token("ann", "notes:read", seconds=-1)):
        with pytest.raises(Refused, match="Credentials refused"):
            await connect(server.url, "/notes", auth=auth)
    log = server.log.read_text()
    assert "security scheme 'account': the credential is not accepted" in log
    assert forged["token"] not in log


async def test_a_client_is_disconnected_when_its_token_expires(
    server: Running, connect: Connect
) -> None:
    ann = await connect(server.url, "/notes", auth=token("ann", "notes:read", seconds=2.5))
    assert len(await ann.call("list notes")) == 1
    assert await ann.disconnected() in ("io server disconnect", "server disconnect")
