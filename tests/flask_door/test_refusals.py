"""Every way a connection can be refused, over the Flask door."""

import itertools
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from flask import request
from flask_socketio import emit, join_room
from flask_support import serving_flask, socketio_of
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


class Recorder:
    """A server that remembers which handlers ran, and emits whenever it can."""

    def __init__(self, handlers: str) -> None:
        self.ran: list[str] = []
        self.errors: list[Exception] = []
        defaults = {"default": self._on_error, "both": self._on_error, "failing": fail}
        self.app, self.socketio = socketio_of(
            SPEC, default_error_handler=defaults.get(handlers), security_timeout=0.2
        )
        for way in WAYS:
            namespace = namespace_of(way)
            self.socketio.on_event("connect", self._connect, namespace)
            self.socketio.on_event("ping", lambda: self.ran.append("ping"), namespace)
            self.socketio.on_event("disconnect", lambda: self.ran.append("disconnect"), namespace)
            if handlers in ("of the namespace", "both"):
                self.socketio.on_error(namespace)(self._on_error)

    def _connect(self) -> Any:
        way = way_of(request.namespace)  # type: ignore[attr-defined]
        if way in BEFORE_ITS_HANDLER:
            self.ran.append("connect")
        join_room("room")
        emit("news", "to it")
        emit("news", "with a callback", callback=lambda *_: self.ran.append("callback"))
        emit("news", "to its room", to="room")
        emit("news", b"binary", broadcast=True)
        return BY_ITS_HANDLER[way]()

    def _on_error(self, error: Exception) -> bool:
        self.errors.append(error)
        return True

    def broadcast(self, stop: threading.Event) -> None:
        """Emit to every namespace, again and again, until told to *stop*."""
        for way in itertools.cycle(WAYS):
            self.socketio.emit("news", "broadcast", namespace=namespace_of(way))
            if stop.wait(0.0005):
                return


@pytest.fixture(scope="module", params=HANDLERS)
def recorder(request: pytest.FixtureRequest) -> Recorder:
    return Recorder(request.param)


@pytest.fixture(scope="module")
def url(recorder: Recorder) -> Iterator[str]:
    stop = threading.Event()
    broadcasting = threading.Thread(target=recorder.broadcast, args=[stop])
    with serving_flask(recorder.app) as url:
        broadcasting.start()
        yield url
        stop.set()
        broadcasting.join()


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
    manager = recorder.socketio.server.manager
    assert not [*manager.get_participants(namespace, None)]
    assert not [*manager.get_participants(namespace, "room")]
