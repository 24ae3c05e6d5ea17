"""Events and acknowledgements over a real server, in both directions."""

import asyncio
import contextvars
import logging
import sys
from datetime import datetime
from typing import Any

import pytest
import socketio
import socketio.exceptions
from conftest import MakePeer
from peers import PollingPeer, dialogue
from support import channel, document, message, serving

from asynction_core import (
    AsynctionMiddleware,
    AsynctionServer,
    MessageAckValidationException,
    PayloadValidationException,
    current,
    problem_ack,
)

PAIR = {"type": "array", "prefixItems": [{"type": "integer"}, {"type": "string"}]}

SPEC = document(
    {
        "/": channel(
            received=[
                message("number", {"type": "integer"}, x_ack={"args": {"type": "integer"}}),
                message("pair", PAIR),
                message("free"),
                message("relay", {"type": "object"}),
            ],
            emitted=[
                message("text", {"type": "string"}, x_ack={"args": {"type": "string"}}),
                message("count", {"type": "integer"}, x_ack={"args": {"type": "integer"}}),
                message("message", {"type": "string"}),
                message("both", PAIR),
                message("nothing", {"type": "null"}),
            ],
        ),
        "/other": channel(received=[message("number", {"type": "integer"})]),
    }
)


class Recorder:
    """A server of the document whose handlers remember what they were called with."""

    def __init__(self, **options: Any) -> None:
        self.calls: list[tuple[Any, ...]] = []
        self.errors: list[Exception] = []
        self.result: Any = None
        self.server = AsynctionServer.from_spec(SPEC, **options)
        for namespace in self.server.registration.namespaces.values():
            for event in namespace.received:
                self.server.on(event, self._handler(event), namespace.name)
        self.app = AsynctionMiddleware(server=self.server)

    def _handler(self, event: str) -> Any:
        async def handle(sid: str, *arguments: Any) -> Any:
            self.calls.append((event, *arguments))
            result = self.result
            return await result() if callable(result) else result

        return handle

    def on_error(self, error: Exception) -> str:
        self.errors.append(error)
        return "the error handler's ack"


async def test_a_valid_event_reaches_its_handler_and_its_ack_comes_back(connect: MakePeer) -> None:
    recorder = Recorder()
    recorder.result = 2
    with serving(recorder.app) as url:
        peer = await connect(url)
        assert await peer.call("number", 1) == 2
    assert recorder.calls == [("number", 1)]


async def test_a_tuple_payload_reaches_the_handler_as_several_arguments(connect: MakePeer) -> None:
    recorder = Recorder()
    with serving(recorder.app) as url:
        peer = await connect(url)
        await peer.call("pair", 1, "foo")
    assert recorder.calls == [("pair", 1, "foo")]


async def test_a_message_without_payload_takes_any_arguments(connect: MakePeer) -> None:
    recorder = Recorder()
    recorder.result = (1, {"two": 2})
    with serving(recorder.app) as url:
        peer = await connect(url)
        assert await peer.call("free") == (1, {"two": 2})
        await peer.call("free", 1, None, [3])
    assert recorder.calls == [("free",), ("free", 1, None, [3])]


@pytest.mark.parametrize(
    ("event", "arguments"),
    [
        ("number", ("1",)),
        ("number", ()),
        ("number", (1, 2)),
        ("number", (b"1",)),
        ("pair", (1,)),
        ("pair", (1, "foo", 3)),
        ("pair", ("foo", 1)),
        ("unknown", (1,)),
        ("connect", ()),
        ("disconnect", ("because",)),
    ],
)
async def test_what_breaks_the_document_reaches_the_error_handler_and_no_other(
    connect: MakePeer, event: str, arguments: tuple[Any, ...]
) -> None:
    recorder = Recorder()
    recorder.server.on_error(recorder.on_error)
    with serving(recorder.app) as url:
        peer = await connect(url)
        assert await peer.call(event, *arguments) == "the error handler's ack"
        assert peer.client.connected
    assert recorder.calls == []
    assert [type(error) for error in recorder.errors] == [PayloadValidationException]


@pytest.mark.parametrize("waits", [False, True])
async def test_an_error_handler_may_ask_for_the_exception_that_is_being_handled(
    connect: MakePeer, waits: bool
) -> None:
    async def fail() -> None:
        if waits:
            await asyncio.sleep(0)
        raise KeyError("a handler's")

    recorder = Recorder(default_error_handler=lambda error: repr(sys.exception()))
    recorder.result = fail
    with serving(recorder.app) as url:
        peer = await connect(url)
        assert await peer.call("free") == 'KeyError("a handler\'s")'
        assert (await peer.call("number", "1")).startswith("<PayloadValidationException")


async def test_the_default_error_handler_serves_namespaces_without_their_own(
    connect: MakePeer,
) -> None:
    recorder = Recorder(default_error_handler=lambda error: f"default: {type(error).__name__}")
    recorder.server.on_error(recorder.on_error, namespace="/other")
    with serving(recorder.app) as url:
        one, two = await connect(url), await connect(url, "/other")
        assert await one.call("number", "x") == "default: PayloadValidationException"
        assert await two.call("number", "x") == "the error handler's ack"


@pytest.mark.parametrize("options", [{"namespace": "/other"}, {"handler": "/other"}])
async def test_an_error_handler_is_registered_with_a_decorator_that_has_the_namespace(
    connect: MakePeer, options: dict[str, Any]
) -> None:
    recorder = Recorder()
    assert recorder.server.on_error(**options)(recorder.on_error) == recorder.on_error
    with serving(recorder.app) as url:
        two = await connect(url, "/other")
        assert await two.call("number", "x") == "the error handler's ack"


@pytest.mark.parametrize("mistake", [(5, None), ("/other", "/")])
def test_an_error_handler_that_is_no_function_is_refused(mistake: Any) -> None:
    with pytest.raises(TypeError, match=f"an error handler must be a function, not {mistake[0]!r}"):
        Recorder().server.on_error(*mistake)


async def test_without_error_handler_there_is_no_ack_and_one_record_without_payload(
    connect: MakePeer, caplog: pytest.LogCaptureFixture
) -> None:
    recorder = Recorder()
    caplog.set_level(logging.INFO)
    with serving(recorder.app) as url:
        peer = await connect(url)
        assert await peer.no_ack("number", "a secret")
        sid = peer.client.get_sid()
    records = [record for record in caplog.records if record.name == "asynction_core"]
    assert len(records) == 1
    text = records[0].getMessage()
    assert "'number'" in text
    assert f"/, client {sid}" in text
    assert "publish.message.oneOf[0].payload.type" in text
    assert "secret" not in caplog.text


async def test_a_failing_handler_is_logged_once_with_its_frames_and_no_message(
    connect: MakePeer, caplog: pytest.LogCaptureFixture
) -> None:
    recorder, secret = Recorder(), "".join(["the token ", "1234"])

    async def fail() -> None:
        try:
            int(secret)
        except ValueError as error:
            raise LookupError(secret) from error

    recorder.result = fail
    with serving(recorder.app) as url, caplog.at_level(logging.INFO):
        peer = await connect(url)
        assert await peer.no_ack("number", 1)
        recorder.result = 3
        assert await peer.call("number", 1) == 3
    [failure] = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
    assert "ValueError, raised in" in failure
    assert "followed by\nLookupError, raised in" in failure
    assert failure.count("in fail") == 2
    assert "asynction_core" not in failure, "how the event came to its handler"
    assert secret not in caplog.text


async def test_an_unknown_event_is_logged_as_what_it_is(
    connect: MakePeer, caplog: pytest.LogCaptureFixture
) -> None:
    with serving(Recorder().app) as url:
        peer = await connect(url)
        assert await peer.no_ack("no such event")
    assert (
        "PayloadValidationException: the document, channels./: "
        "the document has no such event that clients may emit"
    ) in caplog.text
    assert "unset" not in caplog.text


@pytest.mark.parametrize("transport", ["websocket", "polling"])
async def test_an_event_that_is_sent_just_before_leaving_is_handled(transport: str) -> None:
    recorder = Recorder()
    with serving(recorder.app) as url:
        await dialogue(url, ["40", '42["number",1]', "41"], transport)
        async with asyncio.timeout(5):
            while not recorder.calls:
                await asyncio.sleep(0.01)
    assert recorder.calls == [("number", 1)]


async def test_a_client_that_has_left_gets_no_ack_and_may_come_back() -> None:
    recorder = Recorder()
    left = asyncio.Event()
    recorder.result = left.wait
    recorder.server.on("disconnect", lambda _sid: left.set())
    with serving(recorder.app) as url:
        raw = await PollingPeer.open(url)
        await raw.send("40")
        await raw.send('420["free",1]', "41", "40")
        await raw.send('421["free"]')
        answers = [await raw.receive() for _ in range(3)]
        await raw.close()
    assert recorder.calls == [("free", 1), ("free",)]
    assert [answer[:3] for answer in answers] == ["40{", "40{", "431"], "who left gets no ack"


@pytest.mark.parametrize("result", ["text", None, (1, 2), {1, 2}])
async def test_a_result_that_breaks_the_ack_schema_is_an_error_and_is_not_sent(
    connect: MakePeer, result: Any
) -> None:
    recorder = Recorder()
    recorder.server.on_error(recorder.on_error)
    recorder.result = result
    with serving(recorder.app) as url:
        peer = await connect(url)
        assert await peer.call("number", 1) == "the error handler's ack"
    assert [type(error) for error in recorder.errors] == [MessageAckValidationException]


HOLDS_ITSELF: list[Any] = []
HOLDS_ITSELF.append(HOLDS_ITSELF)


@pytest.mark.parametrize(
    ("result", "why"),
    [
        (object(), "Unsupported type: 'object'"),
        ({"of": [{1, 2}]}, "Unsupported type: 'set'"),
        ([b"binary", datetime(2026, 1, 1), {1}], "Unsupported type: 'set'"),
        ({"at": datetime(2026, 1, 1), "of": {1, 2}}, "Unsupported type: 'set'"),
        ({(1, 2): "key"}, "Unsupported type: 'tuple'"),
        (HOLDS_ITSELF, "nested too deeply"),
    ],
)
async def test_a_result_that_is_no_json_is_logged_in_a_line_with_its_handler_and_type(
    connect: MakePeer, caplog: pytest.LogCaptureFixture, result: Any, why: str
) -> None:
    recorder = Recorder()
    recorder.result = result
    with serving(recorder.app) as url:
        peer = await connect(url)
        assert await peer.no_ack("free")
        sid = peer.client.get_sid()
    [record] = caplog.records
    assert record.getMessage() == (
        f"event 'free' of /, client {sid}: MessageAckValidationException: the document, "
        f"channels./.publish.message.oneOf[2]: this is not JSON: {why} "
        "(handler 'Recorder._handler.<locals>.handle')"
    )


async def test_a_result_that_is_no_json_reaches_the_error_handler(connect: MakePeer) -> None:
    recorder = Recorder()
    recorder.server.on_error(recorder.on_error)
    recorder.result = object()
    with serving(recorder.app) as url:
        peer = await connect(url)
        assert await peer.call("free") == "the error handler's ack"
    [error] = recorder.errors
    assert isinstance(error, MessageAckValidationException)
    assert (error.namespace, error.event) == ("/", "free")
    assert error.message == "this is not JSON: Unsupported type: 'object'"
    assert error.instance is recorder.result
    assert error.__suppress_context__, "the frames of a JSON library say nothing more"


async def test_what_an_error_handler_returns_that_is_no_json_is_logged_and_not_sent(
    connect: MakePeer, caplog: pytest.LogCaptureFixture
) -> None:
    recorder = Recorder(default_error_handler=lambda error: {1, 2})
    with serving(recorder.app) as url:
        peer = await connect(url)
        assert await peer.no_ack("number", "x")
    [record] = caplog.records
    assert "this is not JSON: Unsupported type: 'set'" in record.getMessage()


async def test_another_exception_of_sending_an_ack_is_told_as_it_is(
    connect: MakePeer, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder = Recorder()
    recorder.result = b"binary, which takes the longer way"
    with serving(recorder.app) as url:
        peer = await connect(url)

        async def fail(*_packet: Any) -> None:
            raise ValueError("no JSON's")

        monkeypatch.setattr(recorder.server, "_send_packet", fail)
        assert await peer.no_ack("free")
    assert "ValueError, raised in" in caplog.text
    assert "MessageAckValidationException" not in caplog.text


async def test_an_error_handler_that_fails_is_logged_and_sends_no_ack(
    connect: MakePeer, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(error: Exception) -> None:
        raise RuntimeError("the error handler is broken")

    recorder = Recorder(default_error_handler=fail)
    with serving(recorder.app) as url:
        peer = await connect(url)
        assert await peer.no_ack("number", "x")
    assert "the error handler is broken" in caplog.text


async def test_problem_ack_tells_the_client_what_was_wrong(connect: MakePeer) -> None:
    recorder = Recorder(default_error_handler=problem_ack)
    with serving(recorder.app) as url:
        peer = await connect(url)
        answer = await peer.call("pair", 1, 2)
    assert answer == {
        "error": {
            "type": "PayloadValidationException",
            "message": '2 is not of type "string"',
            "event": "pair",
            "path": [1],
            "schema_path": ["prefixItems", 1, "type"],
        }
    }


async def test_problem_ack_has_what_it_tells_the_client_in_the_log_without_the_payload(
    connect: MakePeer, caplog: pytest.LogCaptureFixture
) -> None:
    recorder = Recorder(default_error_handler=problem_ack)
    recorder.result = "a wrong result"
    with serving(recorder.app) as url:
        peer = await connect(url)
        assert (await peer.call("number", "x"))["error"]["type"] == "PayloadValidationException"
        assert (await peer.call("number", 1))["error"]["type"] == "MessageAckValidationException"
    told = [each.getMessage() for each in caplog.records if each.name == "asynction_core"]
    assert [each.split(": ", 2)[1] for each in told] == [
        "PayloadValidationException",
        "MessageAckValidationException",
    ]
    assert "a wrong result" not in "".join(told)


async def test_problem_ack_keeps_the_secrets_of_a_failing_handler(
    connect: MakePeer, caplog: pytest.LogCaptureFixture
) -> None:
    recorder = Recorder(default_error_handler=problem_ack)

    async def fail() -> None:
        raise RuntimeError("password is hunter2")

    recorder.result = fail
    with serving(recorder.app) as url:
        peer = await connect(url)
        answer = await peer.call("number", 1)
    assert answer["error"]["type"] == "InternalServerError"
    assert "hunter2" not in str(answer)
    assert "hunter2" in caplog.text


async def test_plain_functions_are_handlers_too(connect: MakePeer) -> None:
    server = Recorder().server
    server.on("number", lambda sid, number: number + 1)
    with serving(AsynctionMiddleware(server=server)) as url:
        peer = await connect(url)
        assert await peer.call("number", 1) == 2


async def test_the_server_emits_what_the_document_has(connect: MakePeer) -> None:
    recorder = Recorder()

    async def emit() -> None:
        server = recorder.server
        await server.emit("text", "hello")
        await server.emit("both", (1, "two"), to=current.sid)
        await server.emit("nothing")
        await server.send("a message", room=current.sid)

    recorder.result = emit
    with serving(recorder.app) as url:
        peer = await connect(url)
        await peer.emit("free")
        received = await peer.next(4)
    assert received == [
        ("text", "hello"),
        ("both", 1, "two"),
        ("nothing",),
        ("message", "a message"),
    ]


@pytest.mark.parametrize(
    ("event", "data", "namespace"),
    [
        ("text", 1, "/"),
        ("text", None, "/"),
        ("text", ("a", "b"), "/"),
        ("both", (1,), "/"),
        ("both", [1, "two"], "/"),
        ("unknown", 1, "/"),
        ("number", 1, "/"),
        ("text", "hello", "/nowhere"),
        ("text", b"binary", "/"),
    ],
)
async def test_the_server_emits_nothing_else(
    connect: MakePeer, event: str, data: Any, namespace: str
) -> None:
    recorder = Recorder()
    failures: list[Exception] = []

    async def emit() -> None:
        with pytest.raises(PayloadValidationException) as caught:
            await recorder.server.emit(event, data, namespace=namespace)
        failures.append(caught.value)
        with pytest.raises(PayloadValidationException):
            await recorder.server.call(event, data, to=current.sid, namespace=namespace)
        await recorder.server.emit("text", "the end")

    recorder.result = emit
    with serving(recorder.app) as url:
        peer = await connect(url)
        await peer.emit("free")
        assert await peer.next() == [("text", "the end")]
    assert event in str(failures[0])
    assert namespace in str(failures[0])


async def test_call_returns_a_valid_ack_of_the_client(connect: MakePeer) -> None:
    recorder = Recorder()

    async def call() -> Any:
        return await recorder.server.call("text", "hello", to=current.sid, timeout=5)

    recorder.result = call
    with serving(recorder.app) as url:
        peer = await connect(url)
        assert await peer.call("free") == "ack from the client"


async def test_call_raises_what_is_wrong_with_the_ack_of_the_client(connect: MakePeer) -> None:
    recorder = Recorder()

    async def call() -> str:
        with pytest.raises(MessageAckValidationException) as caught:
            await recorder.server.call("count", 1, to=current.sid, timeout=5)
        return caught.value.message

    recorder.result = call
    with serving(recorder.app) as url:
        peer = await connect(url)
        assert await peer.call("free") == '"ack from the client" is not of type "integer"'


async def test_call_times_out_and_does_not_broadcast(connect: MakePeer) -> None:
    recorder = Recorder()

    async def call() -> str:
        with pytest.raises(ValueError, match="broadcast"):
            await recorder.server.call("text", "hello")
        with pytest.raises(socketio.exceptions.TimeoutError):
            await recorder.server.call("text", "hello", to="nobody", timeout=0.05)
        return "done"

    recorder.result = call
    with serving(recorder.app) as url:
        peer = await connect(url)
        assert await peer.call("free") == "done"


async def test_call_is_refused_where_handlers_block_the_acknowledgements(connect: MakePeer) -> None:
    recorder = Recorder(async_handlers=False)

    async def call() -> str:
        with pytest.raises(RuntimeError, match="async_handlers"):
            await recorder.server.call("text", "hello", to=current.sid)
        return "done"

    recorder.result = call
    with serving(recorder.app) as url:
        peer = await connect(url)
        assert await peer.call("free") == "done"


async def test_a_callback_sees_valid_acks_and_no_others(connect: MakePeer) -> None:
    recorder = Recorder()
    recorder.server.on_error(recorder.on_error)
    seen: list[tuple[Any, ...]] = []
    done = asyncio.Event()

    async def callback(*arguments: Any) -> None:
        seen.append((current.sid, *arguments))

    async def emit() -> None:
        server = recorder.server
        await server.emit("count", 1, to=current.sid, callback=callback)
        await server.emit("text", "hello", to=current.sid, callback=callback)

    recorder.result = emit
    with serving(recorder.app) as url:
        peer = await connect(url)
        await peer.emit("free")
        await peer.next(2)
        recorder.result = None
        await peer.call("free")
        sid = peer.client.get_sid()
    assert seen == [(sid, "ack from the client")]
    assert [type(error) for error in recorder.errors] == [MessageAckValidationException]
    assert not done.is_set()


async def test_a_callback_that_fails_reaches_the_error_handler(connect: MakePeer) -> None:
    recorder = Recorder()
    recorder.server.on_error(recorder.on_error)

    def callback(*arguments: Any) -> None:
        raise LookupError("callback")

    async def emit() -> None:
        await recorder.server.emit("text", "hello", to=current.sid, callback=callback)

    recorder.result = emit
    with serving(recorder.app) as url:
        peer = await connect(url)
        await peer.emit("free")
        await peer.next()
        recorder.result = None
        await peer.call("free")
    assert [type(error) for error in recorder.errors] == [LookupError]


async def test_validation_can_be_switched_off_and_nothing_else_with_it(connect: MakePeer) -> None:
    recorder = Recorder(validation=False)
    recorder.server.on_error(recorder.on_error)
    recorder.result = "not an integer"
    with serving(recorder.app) as url:
        peer = await connect(url)
        assert await peer.call("number", "text", "more") == "not an integer"
        assert await peer.call("unknown") == "the error handler's ack"
        await recorder_emit(recorder, peer)
    assert recorder.calls[0] == ("number", "text", "more")


async def recorder_emit(recorder: Recorder, peer: Any) -> None:
    """Emit, from a handler, what the document forbids; it arrives."""

    async def emit() -> None:
        await recorder.server.emit("undeclared", 1)

    recorder.result = emit
    await peer.emit("free")
    assert await peer.next() == [("undeclared", 1)]


@pytest.mark.parametrize("async_handlers", [True, False])
async def test_events_of_one_client_keep_their_order(
    connect: MakePeer, async_handlers: bool
) -> None:
    recorder = Recorder(async_handlers=async_handlers)
    with serving(recorder.app) as url:
        peer = await connect(url)
        for number in range(50):
            await peer.emit("number", number)
        await peer.no_ack("free")
    assert recorder.calls[:50] == [("number", number) for number in range(50)]


class DetachedManager(socketio.AsyncManager):  # type: ignore[misc]
    """A manager that calls back outside of the client's task, as those of several processes do."""

    async def trigger_callback(self, sid: str, id: int, data: list[Any]) -> None:
        detached = super().trigger_callback(sid, id, data)
        await asyncio.create_task(detached, context=contextvars.Context())


async def test_an_ack_from_another_process_is_checked_too(connect: MakePeer) -> None:
    recorder = Recorder(client_manager=DetachedManager())
    recorder.server.on_error(recorder.on_error)
    seen: list[Any] = []

    def callback(*arguments: Any) -> None:
        seen.extend([current.sid, current.namespace, current.event, *arguments])
        with pytest.raises(RuntimeError, match="another process"):
            _ = current.handshake

    async def emit() -> None:
        await recorder.server.emit("text", "hello", to=current.sid, callback=callback)
        await recorder.server.emit("count", 1, to=current.sid, callback=callback)

    recorder.result = emit
    with serving(recorder.app) as url:
        peer = await connect(url)
        sid = peer.client.get_sid()
        await peer.emit("free")
        await peer.next(2)
        recorder.result = None
        await peer.call("free")
    assert seen == [sid, "/", "text", "ack from the client"]
    assert [type(error) for error in recorder.errors] == [MessageAckValidationException]
