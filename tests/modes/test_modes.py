"""The Flask door in the async mode ``ASYNC_MODE``, with every client and transport."""

import asyncio
import re
import signal
from pathlib import Path
from typing import Any

import pytest
from e2e.conftest import Connect
from e2e.peers import WAIT, NodePeer, PythonPeer, Refused
from modes.conftest import MODE, SECURITY_TIMEOUT, Start
from peers import PollingPeer

pytestmark = pytest.mark.asyncio(loop_scope="session")

SECURED = ["/plain", "/async"]
GONE = {"BrokenPipeError", "ConnectionResetError", "OSError"}
LATE = f"sleep {SECURITY_TIMEOUT * 3:g}"


def bearer(token: str) -> dict[str, str]:
    return {"token": token}


async def test_an_event_is_acknowledged(url: str, connect: Connect) -> None:
    ann = await connect(url)
    assert await ann.call("greet", {"name": "ann", "times": 2}) == ["hello ann ann"]


@pytest.mark.parametrize(
    ("event", "argument", "kind"),
    [
        ("greet", {"name": "ann", "times": 0}, "PayloadValidationException"),
        ("nothing", None, "PayloadValidationException"),
        ("promise", None, "MessageAckValidationException"),
        ("say", ["news", 5], "InternalServerError"),
    ],
    ids=["payload", "unknown", "ack", "emitted"],
)
async def test_what_the_document_forbids_is_a_problem(
    url: str, connect: Connect, event: str, argument: Any, kind: str
) -> None:
    ann = await connect(url)
    arguments = argument if isinstance(argument, list) else [argument]
    [problem] = await ann.call(event, *arguments)
    assert problem["error"]["type"] == kind


async def test_an_event_is_broadcast(url: str, connect: Connect) -> None:
    ann, bob = await connect(url), await connect(url)
    await ann.emit("shout", "news", "it rains")
    assert await ann.next_event() == await bob.next_event() == ("news", "it rains")


async def test_call_returns_what_the_client_acknowledges(url: str, connect: Connect) -> None:
    ann = await connect(url)
    await ann.answer("name", "Ann")
    assert await ann.call("ask", "name") == ["Ann"]


async def test_call_refuses_a_bad_acknowledgement(url: str, connect: Connect) -> None:
    ann = await connect(url)
    await ann.answer("age", "Ann")
    [problem] = await ann.call("ask", "age")
    assert problem["error"]["type"] == "InternalServerError"


async def test_a_callback_gets_the_acknowledgement(url: str, connect: Connect) -> None:
    ann = await connect(url)
    await ann.answer("name", "Ann")
    await ann.emit("ask later", "name")
    assert await ann.next_event() == ("name",)
    assert await ann.next_event() == ("answer", "Ann")


async def test_a_callback_never_gets_a_bad_acknowledgement(url: str, connect: Connect) -> None:
    ann = await connect(url)
    await ann.answer("age", "Ann")
    await ann.emit("ask later", "age")
    assert await ann.next_event() == ("age",)
    assert await ann.call("say", "news", "the end") == ["said"]
    assert await ann.next_event() == ("news", "the end")


async def test_a_handler_that_waits_holds_up_nobody(url: str, connect: Connect) -> None:
    ann, bob = await connect(url), await connect(url)
    waiting = asyncio.ensure_future(ann.call("wait", 0.5))
    assert await bob.call("greet", {"name": "bob", "times": 1}) == ["hello bob"]
    assert not waiting.done()
    assert await waiting == ["waited"]


async def test_a_connect_handler_refuses(url: str, connect: Connect) -> None:
    with pytest.raises(Refused) as refused:
        await connect(url, "/closed")
    assert (refused.value.message, refused.value.data) == ("closed", {"until": "noon"})


async def test_bindings_refuse(url: str, connect: Connect) -> None:
    with pytest.raises(Refused) as refused:
        await connect(url, "/limited", query={"page": "one"})
    assert refused.value.data["type"] == "BindingsValidationException"


@pytest.mark.parametrize("namespace", SECURED)
async def test_a_security_function_lets_in(url: str, connect: Connect, namespace: str) -> None:
    ann = await connect(url, namespace, auth=bearer("ann"))
    assert await ann.call("who") == ["ann"]


@pytest.mark.parametrize("token", ["wrong", LATE])
@pytest.mark.parametrize("namespace", SECURED)
async def test_a_security_function_refuses(
    url: str, connect: Connect, namespace: str, token: str
) -> None:
    with pytest.raises(Refused) as refused:
        await connect(url, namespace, auth=bearer(token))
    assert refused.value.data["type"] == "SecurityException"


@pytest.mark.parametrize("namespace", SECURED)
async def test_security_functions_wait_side_by_side(
    url: str, connect: Connect, namespace: str
) -> None:
    token = f"sleep {SECURITY_TIMEOUT * 0.6}"
    connecting = [connect(url, namespace, auth=bearer(token)) for _ in range(4)]
    for client in await asyncio.gather(*connecting):
        assert await client.call("who") == [token]


async def test_a_security_function_that_never_ends_keeps_out_only_its_client(
    url: str, connect: Connect
) -> None:
    with pytest.raises(Refused):
        await connect(url, "/async", auth=bearer("stubborn"))
    ann = await connect(url, "/async", auth=bearer("ann"))
    assert await ann.call("who") == ["ann"]


@pytest.mark.parametrize("namespace", SECURED)
async def test_who_has_expired_is_disconnected(url: str, connect: Connect, namespace: str) -> None:
    ann = await connect(url, namespace, auth=bearer("brief"))
    assert await ann.call("who") == ["brief"]
    assert "server disconnect" in await ann.disconnected()


async def test_fifty_clients_at_once_get_each_its_own_verdicts(
    url: str, python_peer: PythonPeer
) -> None:
    async def one(number: int) -> None:
        client = await python_peer.connect(
            url,
            "/",
            path="/socket.io",
            transports=["websocket"] if number % 5 else ["polling"],
            query={},
            auth=None,
        )
        name = f"client {number}"
        for times in (1, 0, 2, -1):
            [ack] = await client.call("greet", {"name": name, "times": times})
            if times > 0:
                assert ack == "hello " + " ".join([name] * times)
            else:
                assert ack["error"]["path"] == ["times"]
        word = "a" * 1000 * number
        assert await client.call("word", f"{word}a") == [len(word) + 1]
        [problem] = await client.call("word", f"{word}!")
        assert problem["error"]["schema_path"] == ["pattern"]
        await client.disconnect()

    await asyncio.gather(*(one(number) for number in range(50)))


async def test_forty_events_at_once_are_all_handled(url: str, node_peer: NodePeer) -> None:
    about: dict[str, Any] = {"path": "/socket.io", "query": {}, "auth": None}
    ann = await node_peer.connect(url, "/", transports=["polling"], **about)
    names = [f"client {number}" for number in range(40)]
    acks = await ann.calls("greet", [[{"name": name, "times": 1}] for name in names])
    assert acks == [[f"hello {name}"] for name in names]
    await ann.disconnect()


@pytest.mark.parametrize("body", ["xyz", "2", "4" * 1_000_001])
async def test_a_body_that_is_refused_ends_its_session(url: str, body: str) -> None:
    peer = await PollingPeer.open(url)
    async with asyncio.timeout(WAIT):
        assert await peer.post("40") == 200
        assert await peer.post(body) == 400
        assert await peer.post('42["who"]') == 400
    await peer.close()


async def test_sigterm_ends_the_server_and_its_clients_see_it(
    start: Start, tmp_path: Path, connect: Connect
) -> None:
    with start(tmp_path / "log") as server:
        ann = await connect(server.url, "/plain", auth=bearer("ann"))
        with pytest.raises(Refused):
            await connect(server.url, "/async", auth=bearer("stubborn"))
        server.process.send_signal(signal.SIGTERM)
        assert await ann.disconnected()
        code = await asyncio.to_thread(server.process.wait, 10)
        assert code == (-signal.SIGTERM if MODE == "eventlet" else 0)
        # Werkzeug shows that a client went away while it was being answered
        errors = set(re.findall(r"^(\w+): ", server.log.read_text(), re.MULTILINE))
        assert {each for each in errors if each.endswith("Error")} <= GONE
