"""Real clients for the tests: python-socketio's, and a raw websocket for what it never sends."""

import asyncio
import base64
import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

import aiohttp
import socketio
import socketio.exceptions
from multidict import CIMultiDict


class Peer:
    """A python-socketio client that remembers what reaches it."""

    def __init__(self, namespace: str = "/") -> None:
        self.namespace = namespace
        self.received: list[tuple[Any, ...]] = []
        self.refusals: list[Any] = []
        self.disconnected = asyncio.Event()
        self._arrived = asyncio.Event()
        self._http = aiohttp.ClientSession()
        self.client = socketio.AsyncClient(reconnection=False, http_session=self._http)
        self.client.on("*", self._on_event, namespace=namespace)
        self.client.on("connect_error", self.refusals.append, namespace=namespace)
        self.client.on("disconnect", self._on_disconnect, namespace=namespace)

    async def _on_event(self, event: str, *arguments: Any) -> Any:
        self.received.append((event, *arguments))
        self._arrived.set()
        return "ack from the client"

    async def _on_disconnect(self, *_reason: Any) -> None:
        self.disconnected.set()

    async def connect(self, url: str, **options: Any) -> "Peer":
        """Connect, over a websocket unless told otherwise; raise where that is refused."""
        options.setdefault("transports", ["websocket"])
        await self.client.connect(url, namespaces=[self.namespace], **options)
        return self

    async def refused(self, url: str, **options: Any) -> Any:
        """Connect, which must be refused; return what the client was told."""
        if options.get("transports") == ["polling"]:
            await self._http.close()
            return await self._refused_over_polling(url, options.get("headers", {}))
        try:
            await self.connect(url, **options)
        except socketio.exceptions.ConnectionError:
            await self.close()
            return self.refusals[0]
        raise AssertionError("the connection was not refused")

    async def _refused_over_polling(self, url: str, headers: dict[str, str]) -> Any:
        """Poll by hand: python-socketio's client waits for its last poll to time out."""
        address, _, query = url.partition("?")
        endpoint = f"{address}/socket.io/?EIO=4&transport=polling&{query}"
        async with aiohttp.ClientSession(headers=headers) as session:
            async with session.get(endpoint) as response:
                sid = json.loads((await response.text())[1:])["sid"]
            async with session.post(f"{endpoint}&sid={sid}", data=f"40{self.namespace},") as _:
                pass
            async with session.get(f"{endpoint}&sid={sid}") as response:
                packet = await response.text()
            async with session.post(f"{endpoint}&sid={sid}", data="1") as _:
                pass
        assert packet.startswith(f"44{self.namespace},"), packet
        return json.loads(packet.partition(",")[2])

    async def emit(self, event: str, *arguments: Any) -> None:
        await self.client.emit(event, arguments, namespace=self.namespace)

    async def call(self, event: str, *arguments: Any, timeout: float = 5) -> Any:
        return await self.client.call(event, arguments, namespace=self.namespace, timeout=timeout)

    async def no_ack(self, event: str, *arguments: Any) -> bool:
        """Emit *event* and tell whether no acknowledgement comes."""
        try:
            await self.call(event, *arguments, timeout=0.3)
        except socketio.exceptions.TimeoutError:
            return True
        return False

    async def next(self, count: int = 1) -> list[tuple[Any, ...]]:
        """Return what was received, once it is *count* events."""
        async with asyncio.timeout(5):
            while len(self.received) < count:
                self._arrived.clear()
                await self._arrived.wait()
        return self.received

    async def close(self) -> None:
        await self.client.disconnect()
        eio = self.client.eio  # whose loops may go on after a disconnection by the server
        left = [task for task in (eio.read_loop_task, eio.write_loop_task) if task is not None]
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        await self._http.close()


NOBODY = "40/nobody,"
"""A packet that is refused in every document: its answer ends a dialogue."""


async def dialogue(
    url: str,
    packets: list[str],
    transport: str = "websocket",
    *,
    query: Sequence[tuple[str, str]] = (),
    headers: Sequence[tuple[str, str]] = (),
) -> list[str]:
    """Send *packets* by hand, in one go; return what the server sends until it has read them."""
    told = urlencode([("EIO", "4"), ("transport", transport), *query])
    endpoint = f"{url}/socket.io/?{told}"
    talk = _over_websocket if transport == "websocket" else _over_polling
    async with aiohttp.ClientSession(headers=CIMultiDict(headers)) as session:
        received = await talk(session, endpoint, [*packets, NOBODY])
    return received[: next(n for n, told in enumerate(received) if _ends(told))]


def _ends(packet: str | bytes) -> bool:
    return isinstance(packet, str) and packet.startswith("44/nobody,")


async def _over_websocket(
    session: aiohttp.ClientSession, endpoint: str, packets: list[str]
) -> list[str]:
    async with session.ws_connect(endpoint) as socket:
        await socket.receive()
        for packet in packets:
            await socket.send_str(packet)
        received: list[str] = []
        while not any(map(_ends, received)):
            received.append((await socket.receive(10)).data)
    return received


async def _over_polling(
    session: aiohttp.ClientSession, endpoint: str, packets: list[str]
) -> list[str]:
    async with session.get(endpoint) as response:
        sid = json.loads((await response.text())[1:])["sid"]
    endpoint = f"{endpoint}&sid={sid}"
    async with session.post(endpoint, data="\x1e".join(packets)) as response:
        assert response.status == 200
    received: list[str] = []
    while not any(map(_ends, received)):
        async with session.get(endpoint) as response:
            received.extend((await response.text()).split("\x1e"))
    async with session.post(endpoint, data="1"):
        pass
    return received


class RawPeer:
    """A websocket that speaks Engine.IO by hand."""

    def __init__(self, session: aiohttp.ClientSession, socket: Any) -> None:
        self._session = session
        self._socket = socket

    @classmethod
    async def open(cls, url: str) -> "RawPeer":
        """Open a transport, and join no namespace."""
        session = aiohttp.ClientSession()
        socket = await session.ws_connect(
            f"{url}/socket.io/?EIO=4&transport=websocket", max_msg_size=0
        )
        peer = cls(session, socket)
        await peer.receive()
        return peer

    @classmethod
    async def connect(cls, url: str, namespace: str = "/") -> "RawPeer":
        peer = await cls.open(url)
        await peer.send("40" if namespace == "/" else f"40{namespace},")
        await peer.receive()
        return peer

    async def send(self, packet: str | bytes) -> None:
        if isinstance(packet, bytes):
            await self._socket.send_bytes(packet)
        else:
            await self._socket.send_str(packet)

    async def receive(self) -> Any:
        """Return the next packet; None once the server has closed the connection."""
        async with asyncio.timeout(5):
            message = await self._socket.receive()
        packets = (aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY)
        return message.data if message.type in packets else None

    async def receive_all(self) -> list[Any]:
        """Return every packet until the server closes the connection."""
        packets = []
        while (packet := await self.receive()) is not None:
            packets.append(packet)
        return packets

    async def close(self) -> None:
        await self._socket.close()
        await self._session.close()


class PollingPeer:
    """A long-polling client that speaks Engine.IO by hand."""

    def __init__(self, session: aiohttp.ClientSession, endpoint: str) -> None:
        self._session = session
        self.endpoint = endpoint
        self._packets: list[str | bytes] = []

    @classmethod
    async def open(cls, url: str, user_agent: str = "tests") -> "PollingPeer":
        """Open a transport, and join no namespace."""
        session = aiohttp.ClientSession(headers={"User-Agent": user_agent})
        endpoint = f"{url}/socket.io/?EIO=4&transport=polling"
        async with session.get(endpoint) as response:
            sid = json.loads((await response.text())[1:])["sid"]
        return cls(session, f"{endpoint}&sid={sid}")

    async def send(self, *packets: str) -> None:
        """Send *packets* in one request, which ends when the server has handled them."""
        await self.post("\x1e".join(packets))

    async def post(self, body: str | bytes) -> int:
        """Send *body* in one request; return the status of the answer."""
        async with self._session.post(self.endpoint, data=body) as response:
            await response.read()
        return response.status

    async def receive(self) -> Any:
        """Return the next packet."""
        while not self._packets:
            self._packets = await self.poll()
        return self._packets.pop(0)

    async def poll(self) -> list[str | bytes]:
        """Return what a poll is answered with."""
        async with self._session.get(self.endpoint) as response:
            texts = (await response.text()).split("\x1e")
        return [base64.b64decode(text[1:]) if text.startswith("b") else text for text in texts]

    async def close(self) -> None:
        await self._session.close()
