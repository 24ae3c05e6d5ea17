"""Emitters that have nothing to publish to: what they are made of, and what they refuse."""

import sys
from typing import Any, assert_type

import pytest
import socketio
from support import channel, document, message

from asynction_core import (
    AsynctionEmitter,
    AsynctionServer,
    SpecException,
    SyncAsynctionEmitter,
)
from asynction_core.emitter import AsyncClientManager, ClientManager

SPEC = document(
    {
        "/chat": channel(
            [message("greet", x_handler="a_module_that_is_not_there.greet")],
            [message("greeted", {"type": "string"})],
            x_handlers={"connect": "a_module_that_is_not_there.connect"},
        )
    },
    servers={"one": {"url": "localhost", "protocol": "ws"}},
)


def manager(kind: str = "async") -> Any:
    made = socketio.AsyncRedisManager if kind == "async" else socketio.RedisManager
    return made("redis://127.0.0.1:1/0", write_only=True)


def emitter() -> SyncAsynctionEmitter:
    made: SyncAsynctionEmitter = AsynctionEmitter.from_spec(SPEC, client_manager=manager("sync"))
    return made


def test_a_manager_for_asyncio_makes_an_emitter_for_asyncio() -> None:
    assert type(AsynctionEmitter.from_spec(SPEC, manager())) is AsynctionEmitter


def test_another_manager_makes_an_emitter_that_is_not_awaited() -> None:
    assert type(AsynctionEmitter.from_spec(SPEC, manager("sync"))) is SyncAsynctionEmitter


async def types_follow_the_manager(one: AsyncClientManager, other: ClientManager) -> None:
    """Mypy checks this; it never runs."""
    asynchronous = AsynctionEmitter.from_spec(SPEC, client_manager=one)
    assert_type(asynchronous, AsynctionEmitter)
    assert_type(await asynchronous.emit("greeted", "hi"), None)
    synchronous = AsynctionEmitter.from_spec(SPEC, client_manager=other)
    assert_type(synchronous, SyncAsynctionEmitter)
    synchronous.emit("greeted", "hi")


def test_handlers_are_not_imported() -> None:
    emitter()
    assert "a_module_that_is_not_there" not in sys.modules


@pytest.mark.parametrize("wrong", [socketio.AsyncManager(), socketio.Manager(), None, "redis://"])
def test_a_manager_that_publishes_nothing_is_refused(wrong: Any) -> None:
    with pytest.raises(TypeError, match=r"pass socketio.AsyncRedisManager\(url, write_only=True"):
        AsynctionEmitter.from_spec(SPEC, client_manager=wrong)


def test_the_manager_of_a_server_is_refused() -> None:
    servers = manager()
    socketio.AsyncServer(async_mode="asgi", client_manager=servers)
    with pytest.raises(TypeError, match="use the server's emit"):
        AsynctionEmitter.from_spec(SPEC, client_manager=servers)


def test_a_callback_is_refused() -> None:
    with pytest.raises(RuntimeError, match="acknowledgements reach servers only"):
        emitter().emit("greeted", "hi", namespace="/chat", callback=print)  # type: ignore[arg-type]


@pytest.mark.parametrize("method", ["enter_room", "leave_room", "close_room", "disconnect"])
def test_an_unknown_namespace_is_refused(method: str) -> None:
    arguments = ("one",) if method in ("close_room", "disconnect") else ("one", "other")
    with pytest.raises(ValueError, match="no namespace '/'; it has: /chat"):
        getattr(emitter(), method)(*arguments)


def test_the_options_are_those_of_the_server() -> None:
    with pytest.raises(SpecException, match="there is no server 'two'"):
        AsynctionEmitter.from_spec(SPEC, manager(), "two")
    unchecked = AsynctionEmitter.from_spec(SPEC, manager(), "one", validation=False)
    assert unchecked.registration.validation is False


def test_json_is_written_as_the_servers_write_it() -> None:
    used, server = manager(), AsynctionServer.from_spec(document({}))
    AsynctionEmitter.from_spec(SPEC, client_manager=used)
    assert used.json is server.packet_class.json


def test_the_json_module_of_the_user_is_kept() -> None:
    class Json:
        """A json module."""

    used = socketio.RedisManager(write_only=True, json=Json)
    AsynctionEmitter.from_spec(SPEC, client_manager=used)
    assert used.json is Json
