"""Real Socket.IO clients behind one interface: python-socketio's, and Node's in its process."""

import asyncio
import base64
import itertools
import json
from abc import ABC, abstractmethod
from asyncio.subprocess import Process
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import aiohttp
import socketio
import socketio.exceptions

WAIT = 5.0
"""How long to wait for anything, in seconds; Node's driver waits as long."""

TRANSPORTS = {
    "websocket": ["websocket"],
    "polling": ["polling"],
    "upgrade": ["polling", "websocket"],
}


class Refused(Exception):
    """The server refused the connection: what ``connect_error`` told the client."""

    def __init__(self, message: str, data: Any) -> None:
        super().__init__(message, data)
        self.message = message
        self.data = data


class Socket(ABC):
    """A client that is connected to a namespace."""

    def __init__(self) -> None:
        self.heard: asyncio.Queue[tuple[Any, ...]] = asyncio.Queue()

    async def next_event(self) -> tuple[Any, ...]:
        """Return the next event that came: its name and its arguments."""
        return await asyncio.wait_for(self.heard.get(), WAIT)

    @abstractmethod
    async def emit(self, event: str, *args: Any) -> None:
        """Emit *event*."""

    @abstractmethod
    async def call(self, event: str, *args: Any) -> list[Any]:
        """Emit *event*; return the arguments of its acknowledgement."""

    @abstractmethod
    async def answer(self, event: str, *args: Any) -> None:
        """Acknowledge every *event* that comes with *args*."""

    @abstractmethod
    async def transport(self) -> str:
        """Return the name of the transport that is in use."""

    @abstractmethod
    async def disconnected(self) -> str:
        """Wait until the server ends the connection; return what the client says of it."""

    @abstractmethod
    async def disconnect(self) -> None:
        """Leave, and wait until the transport is closed."""


class Peer(ABC):
    """Something that connects."""

    @abstractmethod
    async def connect(
        self,
        url: str,
        namespace: str,
        *,
        path: str,
        transports: list[str],
        query: Mapping[str, str],
        auth: Any,
    ) -> Socket:
        """Connect to *namespace*, or raise ``Refused``."""


class PythonPeer(Peer):
    """python-socketio's ``AsyncClient``, each with an HTTP session that is closed for certain."""

    async def connect(
        self,
        url: str,
        namespace: str,
        *,
        path: str,
        transports: list[str],
        query: Mapping[str, str],
        auth: Any,
    ) -> Socket:
        http_session = aiohttp.ClientSession()
        client = socketio.AsyncClient(reconnection=False, http_session=http_session)
        connected = PythonSocket(client, namespace, http_session)
        refusals: list[dict[str, Any]] = []
        client.on("connect_error", refusals.append, namespace=namespace)
        try:
            await client.connect(
                f"{url}?{urlencode(query)}",
                auth=auth,
                transports=transports,
                namespaces=[namespace],
                socketio_path=path,
                wait_timeout=WAIT,
            )
        except socketio.exceptions.ConnectionError as error:
            await http_session.close()
            if not refusals or not isinstance(refusals[0], dict):
                raise
            raise Refused(refusals[0]["message"], refusals[0].get("data")) from error
        return connected


class PythonSocket(Socket):
    def __init__(self, client: Any, namespace: str, http_session: aiohttp.ClientSession) -> None:
        super().__init__()
        self._client = client
        self._namespace = namespace
        self._http_session = http_session
        self._answers: dict[str, tuple[Any, ...]] = {}
        self._left: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        client.on("*", self._hear, namespace=namespace)
        client.on("disconnect", self._on_disconnect, namespace=namespace)

    async def _on_disconnect(self, reason: str) -> None:
        if not self._left.done():
            self._left.set_result(reason)

    async def _hear(self, event: str, *args: Any) -> tuple[Any, ...] | None:
        await self.heard.put((event, *args))
        return self._answers.get(event)

    async def emit(self, event: str, *args: Any) -> None:
        await self._client.emit(event, args, namespace=self._namespace)

    async def call(self, event: str, *args: Any) -> list[Any]:
        reply: asyncio.Future[list[Any]] = asyncio.get_running_loop().create_future()

        def acknowledged(*ack: Any) -> None:
            reply.set_result([*ack])

        await self._client.emit(event, args, namespace=self._namespace, callback=acknowledged)
        return await asyncio.wait_for(reply, WAIT)

    async def answer(self, event: str, *args: Any) -> None:
        self._answers[event] = args

    async def transport(self) -> str:
        name: str = self._client.transport()
        return name

    async def disconnected(self) -> str:
        return await asyncio.wait_for(self._left, WAIT)

    async def disconnect(self) -> None:
        try:
            # leaving while a POST is under way, python-engineio's client never says so
            if self._client.connected:
                await asyncio.wait_for(self._client.eio.queue.join(), WAIT)
            await asyncio.wait_for(self._client.disconnect(), WAIT)
        finally:
            await self._http_session.close()


class NodePeer(Peer):
    """Node's ``socket.io-client``, driven by ``client/driver.mjs`` in the process given."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._replies: dict[int, asyncio.Future[Any]] = {}
        self._sockets: dict[str, NodeSocket] = {}
        self._numbers = itertools.count(1)
        self._reading = asyncio.ensure_future(self._read())

    async def connect(
        self,
        url: str,
        namespace: str,
        *,
        path: str,
        transports: list[str],
        query: Mapping[str, str],
        auth: Any,
    ) -> "NodeSocket":
        name = f"socket {next(self._numbers)}"
        socket = self._sockets[name] = NodeSocket(self, name)
        options = {"path": path, "transports": transports, "query": {**query}, "auth": auth}
        await self.tell("connect", name, url=f"{url}{namespace}", options=options)
        return socket

    async def tell(self, action: str, socket: str, **about: Any) -> Any:
        """Have the driver do *action*; return its result, raise what the client raised."""
        number = next(self._numbers)
        reply = self._replies[number] = asyncio.get_running_loop().create_future()
        told = {"id": number, "do": action, "socket": socket, **about}
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(told, default=_to_json).encode() + b"\n")
        await self._process.stdin.drain()
        return await asyncio.wait_for(reply, WAIT + 1)

    async def close(self) -> None:
        """End the driver; it ends with its standard input."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        await asyncio.wait_for(self._process.wait(), WAIT)
        await self._reading

    async def _read(self) -> None:
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            told = json.loads(line, object_hook=_from_json)
            if "id" not in told:
                await self._sockets[told["socket"]].heard.put((told["event"], *told["args"]))
                continue
            reply = self._replies.pop(told["id"])
            if reply.done():  # nobody waits for it any more
                continue
            if "error" in told:
                reply.set_exception(Refused(**told["error"]))
            else:
                reply.set_result(told["result"])


class NodeSocket(Socket):
    def __init__(self, peer: NodePeer, name: str) -> None:
        super().__init__()
        self._peer = peer
        self._name = name

    async def emit(self, event: str, *args: Any) -> None:
        await self._peer.tell("emit", self._name, event=event, args=args)

    async def call(self, event: str, *args: Any) -> list[Any]:
        ack: list[Any] = await self._peer.tell("call", self._name, event=event, args=args)
        return ack

    async def calls(self, event: str, args: list[list[Any]]) -> list[list[Any]]:
        """Emit *event* with each of *args*, before any is sent; return the acknowledgements."""
        acks: list[list[Any]] = await self._peer.tell("calls", self._name, event=event, args=args)
        return acks

    async def answer(self, event: str, *args: Any) -> None:
        await self._peer.tell("answer", self._name, event=event, args=args)

    async def transport(self) -> str:
        name: str = await self._peer.tell("transport", self._name)
        return name

    async def disconnected(self) -> str:
        reason: str = await self._peer.tell("disconnected", self._name)
        return reason

    async def disconnect(self) -> None:
        await self._peer.tell("disconnect", self._name)


def _to_json(value: Any) -> Any:
    if isinstance(value, bytes):
        return {"$binary": base64.b64encode(value).decode()}
    raise TypeError(f"{type(value).__name__} is not JSON")


def _from_json(value: dict[str, Any]) -> Any:
    return base64.b64decode(value["$binary"]) if "$binary" in value else value
