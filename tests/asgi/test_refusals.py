"""Every way a connection can be refused: nothing of its namespace runs, and nothing reaches it."""

import asyncio
import builtins
import itertools
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import socketio.exceptions
from peers import dialogue
from support import channel, document, message, serving

from asynction_core import AsynctionMiddleware, AsynctionServer, SecurityInfo, current, emit

NEEDS_A_TOKEN = {"ws": {"query": {"type": "object", "required": ["token"]}}}
BEARER = {"type": "http", "scheme": "bearer", "x-bearerInfoFunc": "asgi.test_refusals.bearer"}

BEFORE_ITS_HANDLER: dict[str, tuple[dict[str, Any], Any]] = {
    "bindings": ({"bindings": NEEDS_A_TOKEN}, None),
    "missing": ({"x_security": [{"bearer": []}]}, None),
    "rejected": ({"x_security": [{"bearer": []}]}, {"token": "None"}),
    "junk": ({"x_security": [{"bearer": []}]}, {"token": "'junk'"}),
    "raises": ({"x_security": [{"bearer": []}]}, {"token": "1 / 0"}),
    "late": ({"x_security": [{"bearer": []}]}, {"token": "asyncio.sleep(5)"}),
    "malformed": ({"x_security": [{"bearer": []}, {}]}, {"token": 5}),
}
"""Ways to be refused before the connect handler: members of the channel, and ``auth``."""


async def bearer(token: str) -> SecurityInfo | None:
    found = eval(token)
    return await found if asyncio.iscoroutine(found) else found  # type: ignore[no-any-return]


def _raise(error: BaseException) -> Any:
    raise error


BY_ITS_HANDLER: dict[str, Callable[[], Any]] = {
    "false": lambda: False,
    "refuses": lambda: _raise(socketio.exceptions.ConnectionRefusedError("no")),
    "refuses as the builtin": lambda: _raise(builtins.ConnectionRefusedError("no", {"a": 1})),
    "crashes": lambda: _raise(RuntimeError("mine")),
    "says what is no JSON": lambda: _raise(builtins.ConnectionRefusedError("no", {1, 2})),
}
"""Ways for the connect handler to refuse."""

WAYS = [*BEFORE_ITS_HANDLER, *BY_ITS_HANDLER]
HANDLERS = ["none", "of the namespace", "default", "both", "failing"]


def _namespace(way: str) -> str:
    return f"/{way.replace(' ', '-')}"


SPEC = document(
    {
        _namespace(way): channel(
            received=[message("ping")],
            emitted=[message("news", x_ack={"args": {}})],
            **BEFORE_ITS_HANDLER.get(way, ({}, None))[0],
        )
        for way in WAYS
    },
    components={"securitySchemes": {"bearer": BEARER}},
)


def _fail(error: Exception) -> bool:
    raise RuntimeError("the error handler's own")


class Recorder:
    """A server that remembers which handlers ran, and emits whenever it can."""

    def __init__(self, handlers: str, **options: Any) -> None:
        self.ran: list[str] = []
        self.errors: list[Exception] = []
        defaults = {"default": self._on_error, "both": self._on_error, "failing": _fail}
        self.server = AsynctionServer.from_spec(
            SPEC, default_error_handler=defaults.get(handlers), security_timeout=0.2, **options
        )
        for way in WAYS:
            namespace = _namespace(way)
            self.server.on("connect", self._connect, namespace)
            self.server.on("ping", lambda sid: self.ran.append("ping"), namespace)
            self.server.on("disconnect", lambda sid: self.ran.append("disconnect"), namespace)
            if handlers in ("of the namespace", "both"):
                self.server.on_error(self._on_error, namespace)
        self.app = AsynctionMiddleware(server=self.server)

    async def _connect(self, sid: str) -> Any:
        way = current.namespace[1:].replace("-", " ")
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
            await self.server.emit("news", "broadcast", namespace=_namespace(way))
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
    namespace, auth = _namespace(way), BEFORE_ITS_HANDLER.get(way, ({}, None))[1]
    connects = f"40{namespace},{json.dumps(auth) if auth else ''}"
    event = f'42{namespace},1["ping"]'
    received = await dialogue(url, [connects, event, event, f"41{namespace},"], transport)
    assert [packet.partition(",")[0] for packet in received] == [f"44{namespace}"]
    assert recorder.ran == []
    server = recorder.server
    assert not [*server.manager.get_participants(namespace, None)]
    assert not [*server.manager.get_participants(namespace, "room")]
