"""Several processes of one server, and processes that only emit, around a real Valkey."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import redis
import socketio
import socketio.exceptions
from e2e.running import Running, running, running_script
from e2e.valkey import Valkey, valkey
from peers import Peer
from redis.backoff import NoBackoff
from redis.retry import Retry

from asynction_core import (
    AsynctionEmitter,
    PayloadValidationException,
    SyncAsynctionEmitter,
)
from asynction_flask import AsynctionSocketIO

PROCESSES = Path(__file__).parent / "processes"
SPEC = PROCESSES / "asyncapi.yml"
AT_ONCE = {"retry": Retry(NoBackoff(), 0)}  # or redis-py tries for seconds

DOORS = {"asgi": ("asgi", "asgi"), "flask": ("flask", "flask"), "both": ("asgi", "flask")}
"""What the two processes serve the document with."""

Emitter = AsynctionEmitter | SyncAsynctionEmitter
Join = Callable[..., Awaitable[Peer]]


@dataclass(frozen=True)
class Processes:
    """Two processes that serve the same document, and the queue between them."""

    queue: Valkey
    channel: str
    one: Running
    two: Running

    def listen(self) -> None:
        """Wait until both listen to the queue; python-socketio begins with a first request."""
        for server in (self.one, self.two):
            handshake = {"EIO": "4", "transport": "polling"}
            httpx.get(f"{server.url}/socket.io/", params=handshake).raise_for_status()
        self.queue.wait_for_listeners(2, self.channel)


@contextmanager
def started(doors: str, directory: Path) -> Iterator[Processes]:
    """Start ``processes/<door>/app.py`` for either door of *doors*, and a Valkey."""
    channel = "flask-socketio" if doors == "flask" else "socketio"  # the default of each library
    with ExitStack() as stack:
        queue = stack.enter_context(valkey(directory))
        environ = {"QUEUE_URL": queue.url, "QUEUE_CHANNEL": channel}
        one, two = (
            stack.enter_context(
                (running if door == "asgi" else running_script)(
                    PROCESSES / door, directory / f"{number}.log", **environ
                )
            )
            for number, door in zip(("one", "two"), DOORS[doors], strict=True)
        )
        processes = Processes(queue, channel, one, two)
        processes.listen()
        yield processes


@pytest.fixture(scope="module", params=DOORS)
def processes(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Processes]:
    with started(request.param, tmp_path_factory.mktemp("processes")) as found:
        yield found


@pytest.fixture
async def join() -> AsyncIterator[Join]:
    """Connect a client, that leaves after the test."""
    peers: list[Peer] = []

    async def connect_one(server: Running, namespace: str = "/") -> Peer:
        peers.append(Peer(namespace))
        return await peers[-1].connect(server.url)

    yield connect_one
    for peer in peers:
        await peer.close()


@pytest.fixture
async def managers(processes: Processes) -> AsyncIterator[dict[str, Any]]:
    """The client managers of a process that only emits."""
    found = managers_of(processes)
    yield found
    await close(found)


def managers_of(processes: Processes) -> dict[str, Any]:
    options = {"channel": processes.channel, "write_only": True, "redis_options": AT_ONCE}
    return {
        "async": socketio.AsyncRedisManager(processes.queue.url, **options),
        "sync": socketio.RedisManager(processes.queue.url, **options),
    }


async def close(managers: dict[str, Any]) -> None:
    if managers["async"].redis is not None:
        await managers["async"].redis.aclose()
    if managers["sync"].redis is not None:
        managers["sync"].redis.close()


@pytest.fixture(params=["async", "sync"])
def emitter_alone(request: pytest.FixtureRequest, managers: dict[str, Any]) -> Emitter:
    """An emitter of each kind; the handlers of its document are not to be found here."""
    made: Emitter = emitter_of(request.param, managers)
    return made


@pytest.fixture(params=["async", "sync", "flask", "flask, by URL"])
def emitter(
    request: pytest.FixtureRequest, processes: Processes, managers: dict[str, Any]
) -> Iterator[Any]:
    """The same, and a Flask-SocketIO without an application."""
    if request.param != "flask, by URL":
        yield emitter_of(request.param, managers)
        return
    made = AsynctionSocketIO.from_spec(
        SPEC, message_queue=processes.queue.url, channel=processes.channel
    )
    yield made
    if made.server.manager.redis is not None:
        made.server.manager.redis.close()


def emitter_of(kind: str, managers: dict[str, Any]) -> Any:
    if kind == "flask":
        options = {"message_queue": None, "client_manager": managers["sync"]}
        return AsynctionSocketIO.from_spec(SPEC, **options)
    made: Emitter = AsynctionEmitter.from_spec(SPEC, client_manager=managers[kind])
    return made


async def done(result: Any) -> None:
    """Await what an emitter for asyncio returns; another has done its work."""
    if asyncio.iscoroutine(result):
        await result
    else:
        assert result is None


async def nothing_else(emitter: Emitter, *peers: Peer, after: int = 0) -> None:
    """Check that nothing came to *peers* after so many events, by what comes next."""
    await done(emitter.emit("news", "the end"))
    for peer in peers:
        assert (await peer.next(after + 1))[after] == ("news", "the end")


async def test_an_emitter_reaches_the_clients_of_every_process(
    processes: Processes, join: Join, emitter: Emitter
) -> None:
    ann, bob = await join(processes.one), await join(processes.two)
    await done(emitter.emit("news", "it rains"))
    assert await ann.next() == await bob.next() == [("news", "it rains")]


@pytest.mark.parametrize(
    ("event", "data", "received"),
    [
        ("pair", (1, ["a", "b"]), (1, ["a", "b"])),
        ("file", {"contents": b"\x00\xff"}, ({"contents": b"\x00\xff"},)),
        ("tick", None, ()),
        ("anything", (), ()),
        ("anything", [], ([],)),
        ("anything", [1], ([1],)),
        ("anything", (b"a", [b"b"]), (b"a", [b"b"])),
        ("anything", "\ud800 and \u2028", ("\ud800 and \u2028",)),
    ],
)
async def test_arguments_arrive_as_they_were_emitted(
    processes: Processes,
    join: Join,
    emitter: Emitter,
    event: str,
    data: Any,
    received: tuple[Any, ...],
) -> None:
    ann = await join(processes.one)
    await done(emitter.emit(event, data))
    assert await ann.next() == [(event, *received)]


async def test_send_emits_a_message(processes: Processes, join: Join, emitter: Emitter) -> None:
    ann = await join(processes.one)
    await done(emitter.send("hello"))
    assert await ann.next() == [("message", "hello")]


async def test_a_room_has_members_in_every_process(
    processes: Processes, join: Join, emitter: Emitter
) -> None:
    ann, bob, eve = [await join(each) for each in (processes.one, processes.two, processes.two)]
    await ann.call("join", "kitchen")
    await bob.call("join", "kitchen")
    await done(emitter.emit("news", "tea", to="kitchen"))
    await done(emitter.emit("news", "coffee", room=["kitchen", "hall"]))
    for peer in (ann, bob):
        assert await peer.next(2) == [("news", "tea"), ("news", "coffee")]
    await nothing_else(emitter, eve)


async def test_a_client_can_be_skipped(processes: Processes, join: Join, emitter: Emitter) -> None:
    ann, bob = await join(processes.one), await join(processes.two)
    await done(emitter.emit("news", "not for ann", skip_sid=ann.client.get_sid()))
    assert await bob.next() == [("news", "not for ann")]
    await nothing_else(emitter, ann)


async def test_a_namespace_is_the_same_in_every_process(
    processes: Processes, join: Join, emitter: Emitter
) -> None:
    ann = await join(processes.one)
    others = [await join(processes.one, "/other"), await join(processes.two, "/other")]
    await done(emitter.emit("news", "for the others", namespace="/other"))
    for other in others:
        assert await other.next() == [("news", "for the others")]
    await nothing_else(emitter, ann)


async def test_an_emitter_moves_clients_in_and_out_of_rooms(
    processes: Processes, join: Join, emitter_alone: Emitter
) -> None:
    ann, bob = await join(processes.one), await join(processes.two)
    for peer in (ann, bob):
        await done(emitter_alone.enter_room(peer.client.get_sid(), "attic"))
    await done(emitter_alone.emit("news", "both", to="attic"))
    await done(emitter_alone.leave_room(ann.client.get_sid(), "attic"))
    await done(emitter_alone.emit("news", "bob", to="attic"))
    await done(emitter_alone.close_room("attic"))
    await done(emitter_alone.emit("news", "nobody", to="attic"))
    await nothing_else(emitter_alone, ann, after=1)
    await nothing_else(emitter_alone, bob, after=2)


async def test_an_emitter_disconnects_a_client(
    processes: Processes, join: Join, emitter_alone: Emitter
) -> None:
    ann = await join(processes.two)
    await done(emitter_alone.disconnect(ann.client.get_sid()))
    async with asyncio.timeout(5):
        await ann.disconnected.wait()


@contextmanager
def published(processes: Processes) -> Iterator[Callable[[], list[Any]]]:
    """Return a function that returns what was published since."""
    with redis.Redis.from_url(processes.queue.url) as client, client.pubsub() as pubsub:
        pubsub.subscribe(processes.channel)
        while (found := pubsub.get_message(timeout=5)) and found["type"] != "subscribe":
            pass

        def collect() -> list[Any]:
            client.publish(processes.channel, "{}")  # the end of what was published before
            found = []
            while (message := pubsub.get_message(timeout=5)) and message["data"] != b"{}":
                found.append(json.loads(message["data"]))
            return found

        yield collect


@pytest.mark.parametrize(
    ("event", "data", "namespace"),
    [
        ("news", 5, "/"),
        ("nws", "it rains", "/"),
        ("tick", None, "/nowhere"),
        ("join", "kitchen", "/"),
        ("file", {"contents": "text"}, "/"),
    ],
)
async def test_what_the_document_forbids_is_not_published(
    processes: Processes, emitter: Emitter, event: str, data: Any, namespace: str
) -> None:
    with published(processes) as collect:
        with pytest.raises(PayloadValidationException):
            await done(emitter.emit(event, data, namespace=namespace))
        assert collect() == []


async def test_what_is_allowed_is_published(processes: Processes, emitter: Emitter) -> None:
    with published(processes) as collect:
        await done(emitter.emit("news", "it rains"))
        assert [message["data"] for message in collect()] == [["it rains"]]


async def test_what_the_queue_cannot_carry_raises(processes: Processes, emitter: Emitter) -> None:
    with published(processes) as collect:
        with pytest.raises(TypeError, match="not JSON serializable"):
            await done(emitter.emit("anything", object()))
        assert collect() == []


async def test_an_emitter_that_does_not_validate_is_held_to_the_document_by_the_servers(
    processes: Processes, join: Join, managers: dict[str, Any], emitter: Emitter
) -> None:
    ann = await join(processes.one)
    careless = AsynctionEmitter.from_spec(SPEC, managers["async"], validation=False)
    await careless.emit("news", 5)
    await nothing_else(emitter, ann)


@pytest.mark.parametrize(
    ("event", "data", "namespace"),
    [
        ("news", "secret " * 4, None),
        ("news", {"secret": "word"}, "/"),
        ("nws", "secret", "/"),
        ("pair", (1, ["a", 5]), "/"),
        ("pair", [1, ["a"]], "/"),
        ("file", {"contents": "secret"}, "/"),
        ("news", b"secret", "/"),
        ("news", None, "/"),
    ],
)
async def test_what_a_plain_emitter_may_not_say_reaches_no_client(
    processes: Processes,
    join: Join,
    managers: dict[str, Any],
    event: str,
    data: Any,
    namespace: str | None,
) -> None:
    peers = [await join(processes.one), await join(processes.two)]
    plain = managers["sync"]
    plain.emit(event, data, namespace=namespace)
    plain.emit("news", "the end")
    for peer in peers:
        assert await peer.next() == [("news", "the end")]


async def test_what_is_dropped_is_logged_without_its_payload(
    processes: Processes, join: Join, managers: dict[str, Any]
) -> None:
    ann = await join(processes.one)
    managers["sync"].emit("news", "a password, perhaps, and more")
    managers["sync"].emit("news", "the end")
    await ann.next()
    log = processes.one.log.read_text()
    rule = f"{SPEC}, channels./.subscribe.message.oneOf[0].payload.maxLength"
    assert (
        "dropped what another process published: event 'news' of '/': "
        f"PayloadValidationException: {rule} (maxLength)\n"
    ) in log
    assert "password" not in log


@pytest.mark.parametrize(
    "message",
    [
        "5",
        '["method"]',
        "not JSON",
        b"\xff",
        '{"method": "emit"}',
        '{"method": "emit", "event": {}, "namespace": [], "data": ["x"]}',
        '{"method": "emit", "event": "news", "namespace": {}, "data": ["x"]}',
        '{"method": "emit", "event": "file", "namespace": "/", "binary": true, "data": "x"}',
        '{"method": "emit", "event": "file", "namespace": "/", "binary": true, "data": [[{}], 5]}',
        '{"method": "callback", "host_id": "x", "sid": {}, "id": [], "args": 5}',
        '{"method": ["emit"]}',
        "[" * 100_000,
    ],
)
async def test_a_message_of_another_shape_stops_nothing(
    processes: Processes, join: Join, managers: dict[str, Any], message: str | bytes
) -> None:
    ann = await join(processes.one)
    with redis.Redis.from_url(processes.queue.url) as client:
        client.publish(processes.channel, message)
    managers["sync"].emit("news", "the end")  # at once: nobody subscribes anew
    assert await ann.next() == [("news", "the end")]


@pytest.mark.parametrize("data", ["as it was", 5])
async def test_data_that_is_no_list_is_one_argument(
    processes: Processes, join: Join, managers: dict[str, Any], data: Any
) -> None:
    ann = await join(processes.one)
    message = {"method": "emit", "event": "news", "namespace": "/", "data": data}
    with redis.Redis.from_url(processes.queue.url) as client:
        client.publish(processes.channel, json.dumps(message))
    managers["sync"].emit("news", "the end")
    expected = [("news", "as it was"), ("news", "the end")]
    assert await ann.next(1 if data == 5 else 2) == (expected[1:] if data == 5 else expected)


async def test_call_reaches_a_client_of_another_process(processes: Processes, join: Join) -> None:
    ann, bob = await join(processes.one), await join(processes.two)
    sid = await bob.call("join", "hall")
    assert await ann.call("ask", "name", sid) == "ack from the client"


async def test_call_refuses_a_bad_acknowledgement_from_another_process(
    processes: Processes, join: Join
) -> None:
    ann, bob = await join(processes.one), await join(processes.two)
    sid = await bob.call("join", "hall")
    await ann.call("ask", "age", sid)
    assert await ann.next() == [("refused", "MessageAckValidationException")]


async def test_a_callback_gets_the_acknowledgement_from_another_process(
    processes: Processes, join: Join
) -> None:
    ann, bob = await join(processes.one), await join(processes.two)
    sid = await bob.call("join", "hall")
    await ann.emit("ask later", "name", sid)
    assert await ann.next() == [("answer", "ack from the client")]


async def test_a_callback_never_gets_a_bad_acknowledgement_from_another_process(
    processes: Processes, join: Join, managers: dict[str, Any]
) -> None:
    ann, bob = await join(processes.one), await join(processes.two)
    sid = await bob.call("join", "hall")
    await ann.emit("ask later", "age", sid)
    assert await bob.next(2) == [("age",), ("refused", "MessageAckValidationException")]
    managers["sync"].emit("news", "the end")
    assert await ann.next() == [("news", "the end")]


@pytest.mark.parametrize("kind", ["async", "sync", "flask"])
@pytest.mark.parametrize("doors", DOORS)
async def test_traffic_resumes_after_valkey_was_killed(
    join: Join, tmp_path: Path, doors: str, kind: str
) -> None:
    with started(doors, tmp_path) as processes:
        managers = managers_of(processes)
        emitter = emitter_of(kind, managers)
        ann, bob = await join(processes.one), await join(processes.two)
        await done(emitter.emit("news", "before"))
        assert await ann.next() == await bob.next() == [("news", "before")]
        processes.queue.kill()
        with pytest.raises(ConnectionError, match="nothing was published"):
            await done(emitter.emit("news", "lost"))
        processes.queue.start()
        await emitted_until_heard(emitter, "after", ann, bob)
        for peer in (ann, bob):
            assert {*peer.received[1:]} == {("news", "after")}
        sid = await bob.call("join", "hall")
        assert await asked(ann, "name", sid) == "ack from the client"
        await close(managers)


async def emitted_until_heard(emitter: Any, news: str, *peers: Peer) -> None:
    """Emit until each of *peers* has heard it: what is published meanwhile may be lost."""
    async with asyncio.timeout(20):
        while not all(("news", news) in peer.received for peer in peers):
            await done(emitter.emit("news", news))
            await asyncio.sleep(0.1)


async def asked(peer: Peer, what: str, whom: str) -> Any:
    """Return what *whom* answers, at the first try that is not lost.

    With its first publication after a loss, python-socketio's manager for threads opens a new
    client and lets go of the old one, which closes the connection that it listens to.
    """
    async with asyncio.timeout(20):
        while True:
            with suppress(socketio.exceptions.TimeoutError):
                return await peer.call("ask", what, whom, timeout=1)
