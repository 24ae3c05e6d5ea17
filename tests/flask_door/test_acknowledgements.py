"""What real clients acknowledge, over the Flask door: callbacks and ``call``, validated."""

import asyncio
import contextvars
from typing import Any

import pytest
import socketio
import socketio.exceptions
from conftest import MakePeer
from flask import request
from flask_socketio import call, emit, join_room
from flask_support import serving_flask, socketio_of
from support import channel, document, message

from asynction_flask import MessageAckValidationException, PayloadValidationException

SPEC = document(
    {
        "/": channel(
            received=[message("do")],
            emitted=[
                message("text", {"type": "string"}, x_ack={"args": {"type": "string"}}),
                message("count", {"type": "integer"}, x_ack={"args": {"type": "integer"}}),
            ],
        )
    }
)
"""The clients of these tests acknowledge every event with a text."""


class Recorder:
    """A server of the document whose handler does what a test gives it to do."""

    def __init__(self, **options: Any) -> None:
        self.errors: list[Exception] = []
        self.told: list[Any] = []
        self.does: Any = lambda: None
        self.app, self.socketio = socketio_of(
            SPEC, default_error_handler=self.errors.append, **options
        )
        self.socketio.on_event("do", lambda: self.does())

    async def until(self, found: list[Any]) -> None:
        async with asyncio.timeout(5):
            while not found:
                await asyncio.sleep(0.01)


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


async def test_a_callback_sees_a_valid_acknowledgement_in_the_context_of_its_client(
    connect: MakePeer, recorder: Recorder
) -> None:
    def callback(*arguments: Any) -> None:
        found: Any = request
        recorder.told.append((found.sid, found.namespace, *arguments))

    recorder.does = lambda: emit("text", "hello", callback=callback)
    with serving_flask(recorder.app) as url:
        peer = await connect(url)
        sid = peer.client.get_sid()
        await peer.emit("do")
        await recorder.until(recorder.told)
    assert recorder.told == [(sid, "/", "ack from the client")]


async def test_a_callback_does_not_see_an_invalid_acknowledgement(
    connect: MakePeer, recorder: Recorder
) -> None:
    recorder.does = lambda: emit("count", 1, callback=recorder.told.append)
    with serving_flask(recorder.app) as url:
        peer = await connect(url)
        await peer.emit("do")
        await recorder.until(recorder.errors)
    assert recorder.told == []
    assert [type(error) for error in recorder.errors] == [MessageAckValidationException]


async def test_a_callback_that_fails_reaches_the_error_handler(
    connect: MakePeer, recorder: Recorder
) -> None:
    def callback(*arguments: Any) -> None:
        raise LookupError("mine")

    recorder.does = lambda: emit("text", "hello", callback=callback)
    with serving_flask(recorder.app) as url:
        peer = await connect(url)
        await peer.emit("do")
        await recorder.until(recorder.errors)
    assert [type(error) for error in recorder.errors] == [LookupError]


async def test_a_callback_of_an_emit_outside_of_handlers(
    connect: MakePeer, recorder: Recorder
) -> None:
    with serving_flask(recorder.app) as url:
        peer = await connect(url)
        sid = peer.client.get_sid()
        recorder.socketio.emit("count", 1, to=sid, callback=recorder.told.append)
        await recorder.until(recorder.errors)
        recorder.socketio.emit("text", "hello", to=sid, callback=recorder.told.append)
        await recorder.until(recorder.told)
    assert recorder.told == ["ack from the client"]
    assert [type(error) for error in recorder.errors] == [MessageAckValidationException]


async def test_call_returns_a_valid_acknowledgement(connect: MakePeer, recorder: Recorder) -> None:
    recorder.does = lambda: call("text", "hello", timeout=5)
    with serving_flask(recorder.app) as url:
        peer = await connect(url)
        assert await peer.call("do") == "ack from the client"


@pytest.mark.parametrize(
    ("event", "data", "expected"),
    [
        ("count", 1, MessageAckValidationException),
        ("count", "one", PayloadValidationException),
        ("unknown", 1, PayloadValidationException),
    ],
)
async def test_call_raises_what_is_wrong(
    connect: MakePeer, recorder: Recorder, event: str, data: Any, expected: type[Exception]
) -> None:
    def do() -> str:
        with pytest.raises(expected):
            call(event, data, timeout=5)
        return "it raised"

    recorder.does = do
    with serving_flask(recorder.app) as url:
        peer = await connect(url)
        assert await peer.call("do") == "it raised"


async def test_call_times_out(connect: MakePeer, recorder: Recorder) -> None:
    def do() -> str:
        with pytest.raises(socketio.exceptions.TimeoutError):
            call("text", "hello", to="nobody", timeout=0.05)
        return "it timed out"

    recorder.does = do
    with serving_flask(recorder.app) as url:
        peer = await connect(url)
        assert await peer.call("do") == "it timed out"


async def test_call_does_not_broadcast(recorder: Recorder) -> None:
    with pytest.raises(ValueError, match="broadcast"):
        recorder.socketio.call("text", "hello")


async def test_call_is_refused_where_handlers_block_the_acknowledgements(
    connect: MakePeer,
) -> None:
    recorder = Recorder(async_handlers=False)
    recorder.does = lambda: call("text", "hello")
    with serving_flask(recorder.app) as url:
        peer = await connect(url)
        await peer.call("do")
    assert [type(error) for error in recorder.errors] == [RuntimeError]


async def test_call_is_refused_in_the_connect_handler(
    connect: MakePeer, recorder: Recorder
) -> None:
    def on_connect() -> None:
        with pytest.raises(RuntimeError, match="before its connect handler is done"):
            call("text", "hello", timeout=5)
        recorder.told.append("it raised")

    recorder.socketio.on_event("connect", on_connect)
    with serving_flask(recorder.app) as url:
        await connect(url)
    assert recorder.told == ["it raised"]


class DetachedManager(socketio.Manager):  # type: ignore[misc]
    """A manager that calls back outside of the client's event, as those of several processes do."""

    def trigger_callback(self, sid: str, id: int, data: list[Any]) -> None:
        contextvars.Context().run(super().trigger_callback, sid, id, data)


async def test_an_acknowledgement_from_another_process_is_checked_too(
    connect: MakePeer,
) -> None:
    recorder = Recorder(client_manager=DetachedManager())
    contexts: list[Any] = []

    def tell(error: Exception) -> None:
        found: Any = request
        contexts.append((found.sid, found.namespace))
        recorder.errors.append(error)

    recorder.socketio.on_error_default(tell)
    recorder.does = lambda: join_room("elsewhere")
    with serving_flask(recorder.app) as url:
        peer = await connect(url)
        await peer.call("do")
        recorder.socketio.emit("count", 1, to="elsewhere", callback=recorder.told.append)
        await recorder.until(recorder.errors)
    assert recorder.told == []
    assert contexts == [("elsewhere", "/")], "what it was emitted to stands for the client"
    assert [type(error) for error in recorder.errors] == [MessageAckValidationException]
