"""What a client manager delivers of what other processes publish: both kinds of manager."""

import json
import logging
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
import socketio
from socketio.async_pubsub_manager import AsyncPubSubManager
from support import channel, document, message

from asynction_core.message_queue import check_published
from asynction_core.registration import register
from asynction_core.spec import load_spec
from asynction_core.validation import arguments_of

TEXT = {"type": "string", "maxLength": 5}
REGISTRATION = register(
    load_spec(document({"/": channel(emitted=[message("text", TEXT), message("free")])}))
)


def check(namespace: str, event: str, data: Any) -> None:
    REGISTRATION.check_emit(namespace, event, arguments_of(data))


class Replay(socketio.PubSubManager):  # type: ignore[misc] # it is not typed
    """A manager whose queue has these messages and no more; it remembers what it delivers."""

    def __init__(self, queue: list[Any]) -> None:
        super().__init__()
        self.queue = queue
        self.delivered: list[Any] = []
        self.rooms: list[Any] = []
        socketio.Server(async_mode="threading", client_manager=self)

    def _listen(self) -> Iterator[Any]:
        yield from self.queue

    def _publish(self, data: Any) -> None:
        """Nobody listens."""

    def _handle_emit(self, message: Any) -> None:
        self.delivered.append(message["data"])
        self.rooms.append(message["room"])


class AsyncReplay(AsyncPubSubManager):  # type: ignore[misc]
    """The same for asyncio."""

    def __init__(self, queue: list[Any]) -> None:
        super().__init__()
        self.queue = queue
        self.delivered: list[Any] = []
        self.rooms: list[Any] = []
        socketio.AsyncServer(async_mode="asgi", client_manager=self)

    async def _listen(self) -> AsyncIterator[Any]:
        for each in self.queue:
            yield each

    async def _publish(self, data: Any) -> None:
        """Nobody listens."""

    async def _handle_emit(self, message: Any) -> None:
        self.delivered.append(message["data"])
        self.rooms.append(message["room"])


def permit(namespace: str, event: str, room: Any) -> Any:
    """Let only Ann of the room ``guarded`` have anything, and nobody of ``secret``."""
    return {"guarded": ["ann"], "secret": []}.get(room, room)


@pytest.fixture(params=[Replay, AsyncReplay])
def kind(request: pytest.FixtureRequest) -> Any:
    return request.param


async def delivered(kind: Any, *messages: Any) -> list[Any]:
    """Return what a checked manager of this *kind* delivers of *messages*."""
    manager = kind(list(messages))
    check_published(manager, check, permit)
    running = manager._thread()
    if running is not None:
        await running
    found: list[Any] = manager.delivered
    return found


def emitted(event: Any, data: Any, **members: Any) -> dict[str, Any]:
    about = {"method": "emit", "event": event, "data": data, "namespace": "/"}
    return {**about, "host_id": "another", **members}


async def test_what_the_document_allows_is_delivered(kind: Any) -> None:
    as_text = json.dumps(emitted("text", ["a"]))
    messages = (emitted("text", ["b"]), as_text, as_text.encode())
    assert await delivered(kind, *messages) == [["b"], ["a"], ["a"]]


async def test_what_it_forbids_is_not_and_the_next_is(kind: Any) -> None:
    messages = (emitted("text", ["too long"]), emitted("txt", ["a"]), emitted("text", ["good"]))
    assert await delivered(kind, *messages) == [["good"]]


async def test_binary_data_is_delivered_as_it_was_checked(kind: Any) -> None:
    data = [[{"_placeholder": True, "num": 0}, 1], "AP8="]
    assert await delivered(kind, emitted("free", data, binary=True)) == [[b"\x00\xff", 1]]


@pytest.mark.parametrize(
    ("data", "arguments"), [([None], []), ([], []), ([[1]], [[1]]), ([1, 2], [1, 2]), ("a", ["a"])]
)
async def test_data_are_arguments(kind: Any, data: Any, arguments: list[Any]) -> None:
    assert await delivered(kind, emitted("free", data)) == [arguments]


@pytest.mark.parametrize(
    "wrong",
    [
        *(5, None, [], ["method"], "5", "not JSON", b"\xff", "[" * 100_000, {}),
        {"method": "emit", "event": "text", "namespace": "/"},
        emitted("text", ["a"], namespace=["/"]),
        emitted("text", ["a"], namespace=None),
        emitted("free", [[{"_placeholder": True, "num": 3}], "AP8="], binary=True),
        emitted("free", [["a"], "not base64"], binary=True),
        emitted("free", 5, binary=True),
    ],
)
async def test_what_is_no_message_is_dropped_and_logged(
    kind: Any, wrong: Any, caplog: pytest.LogCaptureFixture
) -> None:
    assert await delivered(kind, wrong, emitted("text", ["good"])) == [["good"]]
    [record] = [each for each in caplog.records if each.name == "asynction_core"]
    assert record.levelname == "ERROR"
    assert record.getMessage().startswith("dropped what another process published: ")


async def test_the_log_names_event_namespace_and_rule_but_not_the_payload(
    kind: Any, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        await delivered(kind, emitted("text", ["a password"]))
    [record] = [each for each in caplog.records if each.name == "asynction_core"]
    assert record.getMessage() == (
        "dropped what another process published: event 'text' of '/': "
        "PayloadValidationException: the document, channels./.subscribe.message.oneOf[0].payload"
        ".maxLength (maxLength)"
    )


async def test_a_name_that_is_none_is_not_in_the_log(
    kind: Any, caplog: pytest.LogCaptureFixture
) -> None:
    await delivered(kind, emitted({"pass": "word"}, ["a"], namespace="/\nERROR"))
    assert "event dict of '/\\nERROR': " in caplog.text


async def test_it_is_delivered_to_those_who_may_have_it(kind: Any) -> None:
    manager = kind([])
    rooms: list[Any] = manager.rooms
    manager.queue = [emitted("text", ["a"], room=room) for room in ("room", "guarded", "secret")]
    check_published(manager, check, permit)
    for step in (manager._thread(), manager.emit("text", "b", "/", room="guarded")):
        if step is not None:
            await step
    assert rooms == ["room", ["ann"], ["ann"]]


async def test_what_its_own_process_emits_is_not_checked_again(kind: Any) -> None:
    manager = kind([])
    check_published(manager, check, permit)
    emitting = manager.emit("text", "too long, but checked before")
    if emitting is not None:
        await emitting
    assert manager.delivered == [["too long, but checked before"]]


def test_the_manager_of_a_lone_server_is_left_as_it_is() -> None:
    for manager in (socketio.Manager(), socketio.AsyncManager()):
        before = dict(vars(manager))
        check_published(manager, check, permit)
        assert vars(manager) == before
