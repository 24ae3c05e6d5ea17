"""``MockAsynctionServer`` under a real uvicorn."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from conftest import MakePeer
from support import channel, document, message, serving

from asynction_core import AsynctionMiddleware, MockAsynctionServer

ECHO = message("echo", {"type": "string"}, x_ack={"args": {"type": "boolean"}})
TICK = message("tick", {"type": "integer"})
SCOPES = {"implicit": {"authorizationUrl": "https://example.com", "scopes": {"read": ""}}}
COMPONENTS = {
    "securitySchemes": {
        "token": {"type": "oauth2", "flows": SCOPES, "x-tokenInfoFunc": "not_written_yet.info"},
        "login": {"type": "userPassword", "x-basicInfoFunc": "not_written_yet.login"},
    }
}


@contextmanager
def mocking(spec: Any, **options: Any) -> Iterator[tuple[str, MockAsynctionServer]]:
    options.setdefault("subscription_task_interval", 0.02)
    server = MockAsynctionServer.from_spec(spec, **options)
    with serving(AsynctionMiddleware(server=server)) as url:
        yield url, server


async def next_event(peer: Any) -> tuple[Any, ...]:
    """Return the next event that reaches *peer*."""
    count = len(peer.received)
    async with asyncio.timeout(5):
        while len(peer.received) == count:
            await asyncio.sleep(0.005)
    event: tuple[Any, ...] = peer.received[count]
    return event


async def test_events_are_emitted_again_and_again(connect: MakePeer) -> None:
    with mocking(document({"/": channel(emitted=[TICK])})) as (url, _):
        peer = await connect(url)
        for _ in range(5):
            name, value = await next_event(peer)
            assert name == "tick"
            assert isinstance(value, int)


async def test_only_namespaces_with_clients_get_events(connect: MakePeer) -> None:
    spec = document({"/": channel(emitted=[TICK]), "/quiet": channel(emitted=[TICK])})
    with mocking(spec) as (url, server):
        emitted = []
        emit = server.emit

        async def spy(*args: Any, **kwargs: Any) -> None:
            emitted.append(kwargs["namespace"])
            await emit(*args, **kwargs)

        server.emit = spy  # type: ignore[method-assign]
        peer = await connect(url)
        await next_event(peer)
        assert set(emitted) == {"/"}


async def test_operation_security_filters_what_is_emitted(connect: MakePeer) -> None:
    guarded = channel(emitted=[TICK])
    guarded["subscribe"]["security"] = [{"token": ["read"]}]
    with mocking(document({"/": guarded}, components=COMPONENTS)) as (url, _):
        stranger, reader = await connect(url), await connect(url, auth={"token": "any"})
        await next_event(reader)
        await next_event(reader)
        assert stranger.received == []


async def test_users_are_who_they_say(connect: MakePeer) -> None:
    spec = document(
        {"/": channel([ECHO])},
        components=COMPONENTS,
        servers={"s": {"url": "localhost", "protocol": "ws", "security": [{"login": []}]}},
    )
    with mocking(spec) as (url, server):
        peer = await connect(url, auth={"username": "ann", "password": "x"})
        assert await peer.call("echo", "hello") in (True, False)
        assert [each.identity.user for each in server._connections.values()] == ["ann"]


async def test_the_librarys_own_error_handler_works(connect: MakePeer) -> None:
    handlers = {"error": "asynction_core.problem_ack"}
    with mocking(document({"/": channel([ECHO], x_handlers=handlers)})) as (url, _):
        peer = await connect(url)
        answer = await peer.call("echo", 5)
        assert answer["error"]["type"] == "PayloadValidationException"


async def test_shutdown_ends_the_emits(connect: MakePeer) -> None:
    with mocking(document({"/": channel(emitted=[TICK])})) as (url, server):
        peer = await connect(url)
        await next_event(peer)
        emitter = server._emitter
    assert emitter is not None
    assert emitter.cancelled()


async def test_an_emit_that_fails_leaves_the_others(
    connect: MakePeer, caplog: pytest.LogCaptureFixture
) -> None:
    with mocking(document({"/": channel(emitted=[message("a"), TICK])})) as (url, server):
        emit = server.emit

        async def fail(event: str, *args: Any, **kwargs: Any) -> None:
            if event == "a":
                raise RuntimeError
            await emit(event, *args, **kwargs)

        server.emit = fail  # type: ignore[method-assign]
        peer = await connect(url)
        assert (await next_event(peer))[0] == "tick"
    assert "event 'a' of /, client none: RuntimeError" in caplog.text


@pytest.mark.parametrize(
    "options",
    [{"subscription_task_interval": 0}, {"max_worker_number": 0}, {"security": "maybe"}],
    ids=str,
)
def test_options_that_make_no_sense_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"greater than 0|security is one of"):
        MockAsynctionServer.from_spec(document({"/": channel([ECHO])}), **options)
