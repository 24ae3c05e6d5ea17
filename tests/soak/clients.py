"""The clients of the soak test: well-behaved, careless and hostile ones."""

import asyncio
import itertools
import json
import socket
from array import array
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from random import Random
from typing import Any

from soak.frames import WebSocket

WEIGHTS = (60, 5, 10, 10, 12, 3)
"""How often a visit is one of the ways of a client."""

MALFORMED = ('42["say"', "4", "49", "9", "42{}", "42[]", "", "4ä", "43[]")
"""What no client of Socket.IO sends."""


class Books:
    """What all clients have done. Numbers of valid events are even, of invalid ones odd.

    :ivar acknowledged: the numbers of the events that were acknowledged.
    :ivar wrong: what a server must not send.
    """

    def __init__(self, port: int) -> None:
        self.port = port
        self.acknowledged = array("q")
        self.wrong: list[str] = []
        self.done: Counter[str] = Counter()
        self.going_on = True
        self._numbers = itertools.count(1)

    def number(self, valid: bool) -> int:
        """Return the number of a new event."""
        return next(self._numbers) * 2 + (not valid)

    def note(self, number: int, values: Any) -> None:
        """Note an acknowledgement."""
        if values == [number] and not number % 2:
            self.acknowledged.append(number)
        elif not number % 2 or values != []:  # an error handler answers invalid ones with nothing
            self.wrong.append(f"{values} for {number}")


class Client:
    """A client that comes back again and again, each time in another way."""

    def __init__(self, books: Books, seed: str) -> None:
        self._books, self._random = books, Random(seed)
        self._joined = asyncio.Event()
        self._answers = True
        self._socket: WebSocket
        self._opened: list[WebSocket] = []
        self._said = ""
        ways = (self.talk, self.stall, self.vanish, self.upgrade, self.poll, self.race)
        self._ways: Sequence[Callable[[], Awaitable[None]]] = ways

    async def run(self) -> None:
        """Visit the server until the test is over."""
        await asyncio.sleep(self._random.random() * 5)
        while self._books.going_on:
            [way] = self._random.choices(self._ways, WEIGHTS)
            self._books.done[way.__name__] += 1
            self._joined.clear()
            self._answers = True
            try:
                async with asyncio.timeout(30):
                    await way()
            except (OSError, EOFError, TimeoutError, ValueError) as error:
                self._books.done[f"{way.__name__}: {type(error).__name__}"] += 1
            finally:
                for each in self._opened:
                    each.transport.abort()
                self._opened.clear()

    # the ways of a visit

    async def talk(self) -> None:
        """Emit over a websocket, and leave in one way or another."""
        await self._connect()
        await self._emit_some(self._socket.send)
        await self._leave()

    async def stall(self) -> None:
        """Follow the news and read none; half of these answer pings unseen."""
        await self._connect(receive_buffer=4096)
        self._socket.send(self._event("follow", valid=True))
        await self._pause(0.2)
        self._socket.transport.pause_reading()
        pongs = self._random.random() < 0.5
        for _ in range(60):
            if pongs:
                self._socket.send("3")
            await self._pause(0.5)
            if not self._books.going_on:
                break
        self._socket.abort()

    async def vanish(self) -> None:
        """Be silent, as behind a cable that was pulled, until the server has given up."""
        await self._connect()
        self._answers = False
        self._socket.send(self._event("ask", valid=True))
        await asyncio.wait_for(self._socket.closed.wait(), 20)

    async def upgrade(self) -> None:
        """Begin with long-polling and go on over a websocket."""
        polling = await Polling.open(self._books.port)
        try:
            await polling.post("40")
            await self._open(f"&sid={polling.sid}")
            self._socket.send("2probe")
            await self._pause(0.2)
            if self._random.random() < 0.2:  # never say that the upgrade is done
                await self._pause(2)
                self._socket.abort()
                return
            self._socket.send("5")
            await self._emit_some(self._socket.send)
        finally:
            polling.close()
        await self._leave()

    async def poll(self) -> None:
        """Emit by long-polling; most leave without a word."""
        polling = await Polling.open(self._books.port)
        sending = await Polling.join(self._books.port, polling.sid)
        getting = asyncio.create_task(self._get(polling, sending))
        try:
            await sending.post("40")
            for _ in range(self._random.randrange(5)):
                await sending.post(self._any_event())
                await self._pause(4)
            if self._random.random() < 0.3:
                await sending.post("1")
        finally:
            getting.cancel()
            await asyncio.gather(getting, return_exceptions=True)
            polling.close()
            sending.close()

    async def race(self) -> None:
        """Open two websockets for one session."""
        polling = await Polling.open(self._books.port)
        await polling.post("40")
        sockets = []
        for _ in range(2):
            await self._open(f"&sid={polling.sid}")
            sockets.append(self._socket)
        for packet in ("2probe", "5", self._any_event()):
            for each in sockets:
                each.send(packet)
            await self._pause(0.2)
        for each in sockets:
            each.abort()
        polling.close()

    # what they have in common

    async def _connect(self, receive_buffer: int | None = None) -> None:
        await self._open("", receive_buffer)
        self._socket.send("40")
        if self._random.random() < 0.2:
            self._socket.send("40/other,")
        await asyncio.wait_for(self._joined.wait(), 20)

    async def _open(self, query: str, receive_buffer: int | None = None) -> None:
        own = socket.socket()
        own.setblocking(False)
        if receive_buffer is not None:
            own.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        loop = asyncio.get_running_loop()
        try:
            await loop.sock_connect(own, ("127.0.0.1", self._books.port))
        except BaseException:
            own.close()
            raise
        request = f"/socket.io/?EIO=4&transport=websocket{query}"
        _, self._socket = await loop.create_connection(
            lambda: WebSocket(request, self._on_packet), sock=own
        )
        self._opened.append(self._socket)
        await self._socket.opened.wait()

    def _on_packet(self, packet: str) -> None:
        if packet == "2" and self._answers:
            self._socket.send("3")
        elif packet.startswith("40{"):
            self._joined.set()
        elif packet.startswith("43"):
            self._note(packet[2:])
        elif packet.startswith("42") and self._answers and '"question",' in packet:
            head, _, tail = packet.partition("[")
            asked = json.loads("[" + tail)[1]
            self._socket.send(f"43{head[2:]}[{asked}]")

    def _note(self, packet: str) -> None:
        number, _, values = packet.removeprefix("/other,").partition("[")
        self._books.note(int(number), json.loads("[" + values))

    async def _emit_some(self, send: Callable[[str], None]) -> None:
        for _ in range(self._random.randrange(12)):
            for _ in range(self._random.choice((1, 1, 1, 5))):
                send(self._any_event())
            await self._pause(5)

    def _any_event(self) -> str:
        [name] = self._random.choices(("say", "wait", "ask", "follow"), (60, 20, 18, 2))
        return self._event(name, self._random.random() < 0.7)

    def _event(self, name: str, valid: bool) -> str:
        number = self._books.number(valid)
        data: Any = {"id": number, "text": "x" * self._random.randrange(100)}
        if not valid:
            data = self._random.choice(
                ({"id": number}, {**data, "text": "x" * 101}, {**data, "more": 1}, number, None, [])
            )
        else:
            self._books.done["valid"] += 1
        return f"42{number}{json.dumps([name, data])}"

    async def _leave(self) -> None:
        way = self._random.randrange(5)
        if way == 0:
            self._socket.abort()
        elif way == 1:
            self._socket.send("1")
        elif way == 2:
            self._said = self._random.choice(MALFORMED)
            self._socket.send(self._said)
        elif way == 3:
            self._socket.send("41")
            self._socket.close()
        else:
            self._socket.close()
        try:
            await asyncio.wait_for(self._socket.closed.wait(), 20)
        except TimeoutError:
            self._books.wrong.append(f"not closed after {way} {self._said!r}")

    async def _pause(self, most: float) -> None:
        await asyncio.sleep(self._random.random() * most)

    async def _get(self, polling: "Polling", sending: "Polling") -> None:
        """Poll until nothing comes any more."""
        while True:
            for packet in (await polling.get()).split("\x1e"):
                if packet == "2":
                    await sending.post("3")
                elif packet.startswith("43"):
                    self._note(packet[2:])


class Polling:
    """A connection for requests of a session over long-polling."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self.sid = ""
        self._turn = asyncio.Lock()

    @classmethod
    async def open(cls, port: int) -> "Polling":
        """Begin a session."""
        polling = await cls.join(port, "")
        opened, _, _ = (await polling.get()).partition("\x1e")
        polling.sid = json.loads(opened[1:])["sid"]
        return polling

    @classmethod
    async def join(cls, port: int, sid: str) -> "Polling":
        """Connect for a session that there is."""
        polling = cls(*await asyncio.open_connection("127.0.0.1", port))
        polling.sid = sid
        return polling

    async def get(self) -> str:
        """Return packets, once there are some."""
        return await self._request("GET", "")

    async def post(self, packet: str) -> None:
        """Send *packet*."""
        await self._request("POST", packet)

    async def _request(self, method: str, body: str) -> str:
        """Return what the server answers.

        :raises OSError: that the request was bad, as of a session that is over.
        """
        query = "EIO=4&transport=polling" + (f"&sid={self.sid}" if self.sid else "")
        self._writer.write(
            f"{method} /socket.io/?{query} HTTP/1.1\r\nHost: soak\r\n"
            f"Content-Length: {len(body)}\r\n\r\n{body}".encode()
        )
        async with self._turn:
            return await self._read_answer()

    async def _read_answer(self) -> str:
        head = await self._reader.readuntil(b"\r\n\r\n")
        body = b""
        while size := int(await self._reader.readuntil(b"\r\n"), 16):
            body += await self._reader.readexactly(size)
            await self._reader.readexactly(2)
        await self._reader.readexactly(2)
        if b" 200 " not in head.partition(b"\r\n")[0]:
            raise OSError(body.decode())
        return body.decode()

    def close(self) -> None:
        """Be gone."""
        self._writer.close()
        self._writer.transport.abort()
