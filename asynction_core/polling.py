"""What long-polling carries: the body of a POST, packet by packet, and the answer to a poll.

python-engineio reads all packets of a body before it hands over the first, and 16 at most. The
client would be told that all is well with the others, and with a body that it cannot read. Its own
client reads an answer in the same way, and leaves at one with more.
"""

import asyncio
import re
from base64 import b64decode
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from typing import Any
from urllib.parse import parse_qs

from engineio import packet
from engineio.exceptions import UnknownPacketError

from asynction_core.websocket import is_malformed

_PYTHON = 16
"""How many packets python-engineio's client takes in an answer; no other client has a limit."""

_SEPARATOR = b"\x1e"
_SID = re.compile("(?:^|&)sid=([^&]+)")

Receive = Callable[[Any, str, int], Any]
"""Receives the packets of a body, of a session that the query string names, of a length in bytes.
Comes to what is left of the body; an asyncio server awaits that."""


def take_body(environ: MutableMapping[str, Any], limit: int, receive: Receive) -> None:
    """Have *receive* receive the body of a POST when python-engineio reads it.

    That is after its checks of the request, and where it makes errors an answer.

    :param limit: how many bytes python-engineio reads at most. It would close the session of a
        longer body, and wait until the client has taken all that is queued: for ever, perhaps.
    """
    length = environ.get("CONTENT_LENGTH", "0")
    environ["wsgi.input"] = _Body(environ, length, receive)
    try:
        if int(length) > limit:
            environ["CONTENT_LENGTH"] = "0"
    except ValueError:
        pass  # python-engineio tells of it


class _Body:
    """Stands for the body of a POST. It keeps no environment, which keeps it."""

    __slots__ = ("_body", "_length", "_query", "_receive")

    def __init__(self, environ: Mapping[str, Any], length: str, receive: Receive) -> None:
        self._body = environ["wsgi.input"]
        self._length = length
        self._query = environ.get("QUERY_STRING", "")
        self._receive = receive

    def read(self, _length: int) -> Any:
        """Return what is left of the body: nothing."""
        return self._receive(self._body, self._query, int(self._length))


def sid_of(query: str) -> str:
    """Return the session that a query string names, as python-engineio reads it."""
    if "%" in query or "+" in query:
        return parse_qs(query).get("sid", [""])[0]
    found = _SID.search(query)  # which takes a tenth of the time
    return found[1] if found else ""


def split(body: bytes) -> Iterator[bytes]:
    """Yield the encoded packets of *body* (engine.io-protocol, 'HTTP long-polling').

    :raises UnknownPacketError: it begins as a body of JSONP, and is none.
    """
    if body.startswith(b"d="):
        body = _of_jsonp(body)
    start = 0
    while (end := body.find(_SEPARATOR, start)) >= 0:
        yield body[start:end]
        start = end + 1
    if body:
        yield body[start:]


def _of_jsonp(body: bytes) -> bytes:
    try:
        return parse_qs(body.decode())["d"][0].encode()
    except (ValueError, LookupError) as error:
        raise UnknownPacketError("not a body of JSONP") from error


def read_packet(encoded: bytes) -> packet.Packet:
    """Return the packet that *encoded* is.

    :raises UnknownPacketError: it is no Engine.IO packet.
    """
    try:
        if encoded.startswith(b"b"):
            wrapped = encoded[1:].translate(None, b"\r\n")  # as Java's client wraps it
            return packet.Packet(packet.MESSAGE, b64decode(wrapped, validate=True))
        text = encoded.decode()
    except ValueError as error:
        raise UnknownPacketError("neither text nor base64") from error
    if is_malformed(text):
        raise UnknownPacketError("not an Engine.IO packet")
    return packet.Packet(encoded_packet=text)


def answer_size(environ: Mapping[str, Any]) -> int | None:
    """Return how many packets a poll of a client may be answered with; None for any number."""
    return _PYTHON if "python" in environ.get("HTTP_USER_AGENT", "").lower() else None


def queue_of_answers(queue: type[Any], empty: type[Exception]) -> type[Any]:
    """Return a class of queues like *queue* that seem empty when an answer is full.

    An instance's ``answer_size`` says when that is.

    :param queue: has ``get`` of ``queue.Queue``, which python-engineio's threads take from.
    :param empty: what that raises.
    """

    class Answers(queue):
        answer_size: int | None = None
        _taken = 0

        def get(self, block: bool = True, timeout: float | None = None) -> Any:
            """Return the next packet; one that is waited for begins an answer."""
            if not block and self._taken == self.answer_size:
                raise empty
            found = super().get(block, timeout)
            self._taken = 1 if block else self._taken + 1
            return found

    return Answers


class AsyncQueueOfAnswers(asyncio.Queue[Any]):
    """The same, for python-engineio's asyncio server."""

    answer_size: int | None = None
    _taken = 0

    async def get(self) -> Any:
        """Return the next packet, which begins an answer."""
        self._taken = 0
        return await super().get()

    def get_nowait(self) -> Any:
        """Return the next packet of the answer.

        :raises asyncio.QueueEmpty: there is none, or the answer is full.
        """
        if self._taken == self.answer_size:
            raise asyncio.QueueEmpty
        self._taken += 1
        return super().get_nowait()
