"""What a connection may do once it is in, over the Flask door: scopes per event, and expiry."""

import asyncio
import logging
import time
from typing import Any

import pytest
from conftest import MakePeer
from flask import request
from flask_socketio import call, emit
from flask_support import serving_flask, socketio_of
from peers import Peer, dialogue
from support import document, message

from asynction_core import current, problem_ack
from asynction_flask import SecurityException

ACCOUNT = {
    "type": "oauth2",
    "flows": {"clientCredentials": {"tokenUrl": "", "scopes": {"read": "", "write": ""}}},
    "x-tokenInfoFunc": "flask_door.api_handlers.account_info",
}


def secured(name: str, scope: str) -> dict[str, Any]:
    """Return a 2.x operation of one message that demands *scope*."""
    return {"message": message(name), "security": [{"account": [scope]}]}


SPEC = document(
    {
        "/": {
            "publish": secured("write", "write"),
            "subscribe": secured("news", "read"),
            "x-security": [{"account": []}],
        },
        "/open": {"publish": secured("write", "write")},
    },
    components={"securitySchemes": {"account": ACCOUNT}},
)


class Recorder:
    """A server of the document whose handlers do what a test gives them to do."""

    def __init__(self, **options: Any) -> None:
        self.errors: list[Exception] = []
        self.left: list[str] = []
        self.writes: Any = lambda: [current.user, current.token_info]
        self.app, self.socketio = socketio_of(SPEC, default_error_handler=self._on_error, **options)
        for namespace in ("/", "/open"):
            self.socketio.on_event("write", lambda: self.writes(), namespace)
        self.socketio.on_event("disconnect", self.left.append)

    def _on_error(self, error: Exception) -> Any:
        self.errors.append(error)
        return problem_ack(error)


async def test_an_event_needs_its_scopes(connect: MakePeer) -> None:
    recorder = Recorder()
    with serving_flask(recorder.app) as url:
        writer = await connect(url, auth={"token": "write"})
        assert await writer.call("write") == ["ann", {"sub": "ann", "scope": "write"}]
        reader = await connect(url, auth={"token": "read"})
        refused = await reader.call("write")
    assert refused["error"]["message"] == "Not allowed without write of 'account'"
    assert [type(error) for error in recorder.errors] == [SecurityException]


async def test_the_log_says_who_was_refused_and_why_where_there_is_an_error_handler(
    caplog: pytest.LogCaptureFixture,
) -> None:
    recorder = Recorder()
    recorder.socketio.on_error_default(recorder.errors.append)
    with serving_flask(recorder.app) as url, caplog.at_level(logging.INFO):
        await dialogue(url, ['40{"token":"s3cret@1.5"}'])
    [record] = [each for each in caplog.records if "'connect'" in each.getMessage()]
    reason = "SecurityException: security scheme 'account': the credential has expired"
    assert record.getMessage().startswith("event 'connect' of /, client ")
    assert record.getMessage().endswith(reason)
    assert "s3cret" not in record.getMessage()


async def test_an_anonymous_client_of_an_open_namespace_may_not_have_secured_events(
    connect: MakePeer,
) -> None:
    with serving_flask(Recorder().app) as url:
        anonymous = await connect(url, "/open")
        assert (await anonymous.call("write"))["error"]["type"] == "SecurityException"


async def test_an_event_reaches_only_those_who_have_its_scopes(connect: MakePeer) -> None:
    recorder = Recorder()
    recorder.writes = lambda: emit("news", "to all", broadcast=True)
    with serving_flask(recorder.app) as url:
        reader = await connect(url, auth={"token": "read"})
        writer = await connect(url, auth={"token": "write"})
        await writer.call("write")
        assert await reader.next() == [("news", "to all")]
        recorder.writes = lambda: None
        await writer.call("write")
    assert writer.received == []


@pytest.mark.parametrize("function", [emit, call])
async def test_emitting_to_a_client_without_the_scopes_raises(
    connect: MakePeer, function: Any
) -> None:
    recorder = Recorder()
    recorder.writes = lambda: function("news", "to it")
    with serving_flask(recorder.app) as url:
        writer = await connect(url, auth={"token": "write"})
        await writer.call("write")
    assert [type(error) for error in recorder.errors] == [SecurityException]
    assert writer.received == []


@pytest.mark.parametrize("transport", ["websocket", "polling"])
async def test_a_client_is_disconnected_when_its_credentials_expire(
    connect: MakePeer, transport: str
) -> None:
    recorder = Recorder(ping_interval=0.5, ping_timeout=0.5)
    with serving_flask(recorder.app) as url:
        token = {"token": f"write@{time.time() + 1}"}
        peer = await connect(url, auth=token, transports=[transport])
        assert (await peer.call("write"))[0] == "ann"
        async with asyncio.timeout(5):
            await peer.disconnected.wait()
        await peer.close()
        refused = await Peer().refused(url, auth=token)
    assert recorder.left == ["server disconnect"]
    assert refused["message"] == "Credentials refused"


async def test_events_are_refused_once_the_credentials_have_expired(
    connect: MakePeer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving_flask(Recorder().app) as url:
        peer = await connect(url, auth={"token": f"write@{time.time() + 60}"})
        monkeypatch.setattr("asynction_core.dispatch.time", lambda: time.time() + 61)
        refused = await peer.call("write")
    assert refused["error"]["message"] == "The credentials have expired"


async def test_a_security_function_runs_in_the_context_of_the_request(
    connect: MakePeer, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[Any] = []

    def info(token: str) -> Any:
        found: Any = request
        told.append((found.headers["X-Test"], found.namespace))
        return {"sub": "ann", "scopes": ["write"]}

    monkeypatch.setattr("flask_door.api_handlers.account_info", info)
    with serving_flask(Recorder().app) as url:
        await connect(url, auth={"token": "any"}, headers={"X-Test": "yes"})
    assert told == [("yes", "/")]
