"""Every way a connection can be refused: nothing of its namespace runs, and nothing reaches it."""

import asyncio
import itertools
from collections.abc import Iterator
from typing import Any

import pytest
from peers import dialogue
from refusal_ways import (
    BEFORE_ITS_HANDLER,
    BY_ITS_HANDLER,
    HANDLERS,
    SPEC,
    WAYS,
    fail,
    namespace_of,
    refused_dialogue,
    way_of,
)
from support import serving

from asynction_core import AsynctionMiddleware, AsynctionServer, current, emit


class Recorder:
    """A server that remembers which handlers ran, and emits whenever it can."""

    def __init__(self, handlers: str, **options: Any) -> None:
        self.ran: list[str] = []
        self.errors: list[Exception] = []
        defaults = {"default": self._on_error, "both": self._on_error, "failing": fail}
        self.server = AsynctionServer.from_spec(
            SPEC, default_error_handler=defaults.get(handlers), security_timeout=0.2, **options
        )
        for way in WAYS:
            namespace = namespace_of(way)
            self.server.on("connect", self._connect, namespace)
            self.server.on("ping", lambda sid: self.ran.append("ping"), namespace)
            self.server.on("disconnect", lambda sid: self.ran.append("disconnect"), namespace)
            if handlers in ("of the namespace", "both"):
                self.server.on_error(self._on_error, namespace)
        self.app = AsynctionMiddleware(server=self.server)

    async def _connect(self, sid: str) -> Any:
        way = way_of(current.namespace)
        if way in BEFORE_ITS_HANDLER:
            self.ran.append("connect")
        await self.server.enter_room(sid, "room", current.namespace)
        await emit("news", "to it")
        await emit("news", "with a callback", callback=lambda *_: self.ran.append("callback"))
        await emit("news", "to its room", room="room")
        await emit("news", b"binary", broadcast=True)
        return BY_ITS_HANDLER[way]()

    def _on_error(self, error: Exception) -> bool:
        self.errors.append(error)
        return True

    async def broadcast(self) -> None:
        """Emit to every namespace, again and again."""
        for way in itertools.cycle(WAYS):
            await self.server.emit("news", "broadcast", namespace=namespace_of(way))
            await asyncio.sleep(0)


@pytest.fixture(scope="module", params=HANDLERS)
def recorder(request: pytest.FixtureRequest) -> Recorder:
    return Recorder(request.param)


@pytest.fixture(scope="module")
def url(recorder: Recorder) -> Iterator[str]:
    with serving(_while_broadcasting(recorder)) as url:
        yield url


def _while_broadcasting(recorder: Recorder) -> Any:
    """Return the app of *recorder*, which broadcasts from its first request on."""
    tasks: list[asyncio.Task[None]] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "lifespan" and not tasks:
            tasks.append(asyncio.create_task(recorder.broadcast()))
        await recorder.app(scope, receive, send)

    return app


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("transport", ["websocket", "polling"])
async def test_nothing_runs_for_a_refused_client_and_nothing_reaches_it(
    recorder: Recorder, url: str, way: str, transport: str
) -> None:
    recorder.ran.clear()
    namespace = namespace_of(way)
    received = await dialogue(url, refused_dialogue(way), transport)
    assert [packet.partition(",")[0] for packet in received] == [f"44{namespace}"]
    assert recorder.ran == []
    server = recorder.server
    assert not [*server.manager.get_participants(namespace, None)]
    assert not [*server.manager.get_participants(namespace, "room")]
