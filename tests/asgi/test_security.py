"""What a connection may do once it is in: scopes per event, expiry, and what handlers see."""

import asyncio
import json
import logging
import time
from collections.abc import Callable
from queue import Queue
from typing import Any

import pytest
import socketio
from asgi.security_handlers import calls
from conftest import MakePeer
from peers import Peer, dialogue
from support import channel, document, message, serving

from asynction_core import (
    AsynctionMiddleware,
    AsynctionServer,
    SecurityException,
    current,
    problem_ack,
)

ACCOUNT = {
    "type": "oauth2",
    "flows": {"clientCredentials": {"tokenUrl": "", "scopes": {"read": "", "write": ""}}},
    "x-tokenInfoFunc": "asgi.security_handlers.token_info",
}


def secured(name: str, *requirements: Any, **members: Any) -> dict[str, Any]:
    """Return a 2.x operation of one message that demands these requirements."""
    return {"message": message(name, **members), "security": list(requirements)}


SPEC = document(
    {
        "/": {
            "publish": secured("write", {"account": ["write"]}),
            "subscribe": secured("news", {"account": ["read"]}),
            "x-security": [{"account": []}],
        },
        "/open": {"publish": secured("write", {"account": ["write"]})},
        "/free": channel(received=[message("ping")]),
    },
    components={"securitySchemes": {"account": ACCOUNT}},
)


class Recorder:
    def __init__(self, **options: Any) -> None:
        self.errors: list[Exception] = []
        self.writes: list[Any] = []
        self.server = AsynctionServer.from_spec(
            SPEC, default_error_handler=self._on_error, **options
        )
        self.server.on("write", self._write)
        self.server.on("write", self._write, "/open")
        self.server.on("ping", lambda sid: [current.user, current.token_info], "/free")
        self.app = AsynctionMiddleware(server=self.server)

    async def _write(self, sid: str, *arguments: Any) -> Any:
        self.writes.append((current.user, current.token_info))
        return "written"

    def _on_error(self, error: Exception) -> Any:
        self.errors.append(error)
        return problem_ack(error)


async def test_an_event_needs_its_scopes(connect: MakePeer) -> None:
    recorder = Recorder()
    with serving(recorder.app) as url:
        writer = await connect(url, auth={"token": "read write"})
        assert await writer.call("write") == "written"
        reader = await connect(url, auth={"token": "read"})
        refused = await reader.call("write")
    assert refused["error"]["type"] == "SecurityException"
    assert refused["error"]["message"] == "Not allowed without write of 'account'"
    [error] = recorder.errors
    assert isinstance(error, SecurityException)
    assert (error.namespace, error.event) == ("/", "write")
    assert recorder.writes == [("ann", {"sub": "ann", "scope": "read write"})]


HANDLERS: dict[str, tuple[Any, list[str]]] = {
    "none": (None, ["WARNING"]),
    "one of its own": (lambda error: None, ["INFO"]),
    "one that fails": (lambda error: 1 / 0, ["ERROR", "INFO"]),
    "problem_ack": (problem_ack, ["WARNING"]),
    "one that calls problem_ack": (lambda error: problem_ack(error), ["WARNING"]),
}


@pytest.mark.parametrize("handler", HANDLERS)
@pytest.mark.parametrize(
    ("auth", "reason"),
    [
        ({"token": "s3cret@1.5"}, "security scheme 'account': the credential has expired"),
        ({}, "Missing credentials: bearer token (Authorization header or auth.token)"),
    ],
)
async def test_the_log_says_once_who_was_refused_and_why_whatever_error_handler_there_is(
    caplog: pytest.LogCaptureFixture, handler: str, auth: Any, reason: str
) -> None:
    error_handler, levels = HANDLERS[handler]
    server = AsynctionServer.from_spec(SPEC, default_error_handler=error_handler)
    for namespace in ("/", "/open"):
        server.on("write", lambda sid: None, namespace)
    server.on("ping", lambda sid: None, "/free")
    with serving(AsynctionMiddleware(server=server)) as url, caplog.at_level(logging.INFO):
        await dialogue(url, [f"40{json.dumps(auth)}"])
    records = [record for record in caplog.records if "'connect'" in record.getMessage()]
    assert [record.levelname for record in records] == levels
    message = records[-1].getMessage()
    assert message.startswith("event 'connect' of /, client ")
    assert message.endswith(f": SecurityException: {reason}")
    assert "s3cret" not in caplog.text


async def test_an_event_that_is_refused_is_left_to_its_error_handler(
    connect: MakePeer, caplog: pytest.LogCaptureFixture
) -> None:
    recorder = Recorder()
    recorder.server.on_error(lambda error: "refused")
    with serving(recorder.app) as url, caplog.at_level(logging.INFO):
        reader = await connect(url, auth={"token": "read"})
        assert await reader.call("write") == "refused"
    assert [record for record in caplog.records if record.name == "asynction_core"] == []


async def test_scopes_are_checked_before_the_payload_and_unknown_events_are_not_hidden(
    connect: MakePeer,
) -> None:
    recorder = Recorder()
    with serving(recorder.app) as url:
        reader = await connect(url, auth={"token": "read"})
        refused = await reader.call("rite")
    assert refused["error"]["type"] == "PayloadValidationException"


async def test_no_function_runs_again_per_event(connect: MakePeer) -> None:
    recorder = Recorder()
    calls.clear()
    with serving(recorder.app) as url:
        writer = await connect(url, auth={"token": "write"})
        for _ in range(5):
            await writer.call("write")
    assert calls == ["write"]


async def test_an_open_namespace_lets_clients_in_without_the_credentials_of_its_operations(
    connect: MakePeer,
) -> None:
    recorder = Recorder()
    with serving(recorder.app) as url:
        anonymous = await connect(url, "/open")
        assert (await anonymous.call("write"))["error"]["type"] == "SecurityException"
        known = await connect(url, "/open", auth={"token": "write"})
        assert await known.call("write") == "written"
    assert recorder.writes == [("ann", {"sub": "ann", "scope": "write"})]


async def test_a_client_without_security_is_nobody(connect: MakePeer) -> None:
    with serving(Recorder().app) as url:
        peer = await connect(url, "/free", auth={"token": "write"})
        assert await peer.call("ping") == [None, None]


async def test_an_event_reaches_only_those_who_have_its_scopes(connect: MakePeer) -> None:
    recorder = Recorder()
    with serving(recorder.app) as url:
        reader = await connect(url, auth={"token": "read"})
        writer = await connect(url, auth={"token": "write"})
        recorder.server.on("write", lambda sid: recorder.server.emit("news", "to all"))
        await writer.call("write")
        assert await reader.next() == [("news", "to all")]
        await writer.call("write")
        assert await reader.next(2) == [("news", "to all")] * 2
        assert writer.received == []


async def test_emitting_to_a_client_without_the_scopes_raises(connect: MakePeer) -> None:
    recorder = Recorder()
    with serving(recorder.app) as url:
        writer = await connect(url, auth={"token": "write"})

        async def emit(sid: str) -> None:
            await recorder.server.emit("news", "to it", to=sid)

        async def call(sid: str) -> None:
            await recorder.server.call("news", "to it", to=sid)

        for handler in (emit, call):
            recorder.server.on("write", handler)
            assert (await writer.call("write"))["error"]["type"] == "InternalServerError"
        assert writer.received == []
    assert [type(error) for error in recorder.errors] == [SecurityException] * 2
    assert {getattr(error, "event", None) for error in recorder.errors} == {"news"}


async def test_an_event_with_a_callback_reaches_those_who_have_its_scopes(
    connect: MakePeer,
) -> None:
    recorder = Recorder()
    answers: list[Any] = []
    with serving(recorder.app) as url:
        reader = await connect(url, auth={"token": "read write"})

        async def emit(sid: str) -> None:
            await recorder.server.emit("news", "x", to=sid, callback=answers.append)

        recorder.server.on("write", emit)
        await reader.call("write")
        async with asyncio.timeout(5):
            while not answers:
                await asyncio.sleep(0.01)
    assert answers == ["ack from the client"]


async def disconnected(peer: Peer) -> None:
    async with asyncio.timeout(5):
        await peer.disconnected.wait()


@pytest.mark.parametrize("transport", ["websocket", "polling"])
async def test_a_client_is_disconnected_when_its_credentials_expire(
    connect: MakePeer, transport: str
) -> None:
    recorder = Recorder(ping_interval=0.5, ping_timeout=0.5)
    left: Queue[str] = Queue()
    recorder.server.on("disconnect", lambda sid, reason: left.put(reason))
    with serving(recorder.app) as url:
        token = {"token": f"write@{time.time() + 0.6}"}
        peer = await connect(url, auth=token, transports=[transport])
        assert await peer.call("write") == "written"
        await disconnected(peer)
        assert await asyncio.to_thread(left.get, timeout=5) == "server disconnect"
        await peer.close()
        assert await Peer().refused(url, auth=token) == {
            "message": "Credentials refused",
            "data": {"type": "SecurityException"},
        }
    assert not recorder.server._connections


async def test_events_are_refused_once_the_credentials_have_expired(
    connect: MakePeer, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder = Recorder()
    with serving(recorder.app) as url:
        peer = await connect(url, auth={"token": f"write@{time.time() + 60}"})
        assert await peer.call("write") == "written"
        monkeypatch.setattr("asynction_core.dispatch.time", lambda: time.time() + 61)
        for event in ("write", "rite"):
            refused = await peer.call(event)
            assert refused["error"]["message"] == "The credentials have expired"
    assert len(recorder.writes) == 1


async def test_a_clock_that_is_set_back_postpones_the_end(
    connect: MakePeer, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder = Recorder()
    with serving(recorder.app) as url:
        peer = await connect(url, auth={"token": f"write@{time.time() + 0.3}"})
        behind: Callable[[], float] = lambda: time.time() - 0.5  # noqa: E731
        for module in ("admission", "dispatch"):
            monkeypatch.setattr(f"asynction_core.{module}.time", behind)
        await asyncio.sleep(0.5)
        assert await peer.call("write") == "written"
        await disconnected(peer)


async def test_a_client_that_leaves_takes_its_expiry_with_it(connect: MakePeer) -> None:
    recorder = Recorder()
    with serving(recorder.app) as url:
        peer = await connect(url, auth={"token": f"write@{time.time() + 60}"})
        [connection] = recorder.server._connections.values()
        await peer.close()
        async with asyncio.timeout(5):
            while recorder.server._connections:
                await asyncio.sleep(0.01)
    assert connection.expiry.cancelled()


async def test_validation_switched_off_leaves_security_on(connect: MakePeer) -> None:
    recorder = Recorder(validation=False)
    with serving(recorder.app) as url:
        assert (await Peer().refused(url))["message"].startswith("Missing credentials")
        reader = await connect(url, auth={"token": "read"})
        assert (await reader.call("write"))["error"]["type"] == "SecurityException"


async def test_always_connect_lets_nobody_in_before_security(connect: MakePeer) -> None:
    recorder = Recorder(always_connect=True)
    with serving(recorder.app) as url:
        assert (await Peer().refused(url))["message"].startswith("Missing credentials")
        peer = await connect(url, auth={"token": "write"})
        assert await peer.call("write") == "written"


class Notes(socketio.AsyncNamespace):  # type: ignore[misc]
    seen: list[Any] = []  # noqa: RUF012

    async def on_connect(self, sid: str, environ: Any, token_info: Any) -> None:
        self.seen.append(token_info)

    async def on_write(self, sid: str) -> str:
        return "written by a class"


async def test_a_class_namespace_gets_what_its_connect_handler_takes(connect: MakePeer) -> None:
    server = AsynctionServer.from_spec(SPEC)
    Notes.seen.clear()
    server.register_namespace(Notes("/"))
    server.on("write", lambda sid: None, "/open")
    server.on("ping", lambda sid: None, "/free")
    with serving(AsynctionMiddleware(server=server)) as url:
        peer = await connect(url, auth={"token": "write"})
        assert await peer.call("write") == "written by a class"
    assert Notes.seen == [{"sub": "ann", "scope": "write"}]
