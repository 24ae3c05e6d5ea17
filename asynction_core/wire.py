"""Packets on the wire: orjson where it can, and one error for whatever is malformed."""

import json
from collections.abc import Iterator, MutableMapping
from types import NoneType
from typing import Any

import engineio.json
import orjson
from socketio import packet

from asynction_core.exceptions import AsynctionException


class MalformedPacket(AsynctionException):
    """What a client sent is no Socket.IO packet."""


class Json:
    """A ``json`` module of python-socketio's kind: orjson, and the standard library's beyond it.

    Beyond orjson are lone surrogates, keys that are not strings, and writing integers over 64 bits;
    read, those are floats. ``NaN`` and nesting deeper than 1024 levels are refused.
    """

    @staticmethod
    def dumps(value: Any, **_options: Any) -> str:
        """Return *value* as JSON text."""
        try:
            return orjson.dumps(value).decode()
        except TypeError:
            return json.dumps(value, separators=(",", ":"), allow_nan=False)

    @staticmethod
    def loads(text: str, **_options: Any) -> Any:
        """Return the value of the JSON *text*; raise ``ValueError`` where it has none."""
        try:
            return orjson.loads(text)
        except orjson.JSONDecodeError as error:
            if "\\ud" not in text.lower() or "ecursion" in str(error):
                raise
            return engineio.json.loads(text, parse_constant=_refuse_constant)


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


class Packet(packet.Packet):
    """A packet that is turned into text once, which also tells whether it holds binary data."""

    json = Json

    def __init__(
        self,
        packet_type: int = packet.EVENT,
        data: Any = None,
        namespace: str | None = None,
        id: int | None = None,
        binary: bool | None = None,
        encoded_packet: str | None = None,
    ) -> None:
        self._text: str | None = None
        if data is not None and not binary:
            try:
                self._text = orjson.dumps(data).decode()
                binary = False
            except TypeError:
                pass  # binary data, or something that only the slower way knows
        super().__init__(packet_type, data, namespace, id, binary, encoded_packet)

    def encode(self) -> str | list[str | bytes]:
        """Return the packet as text, and as text and attachments where it holds binary data."""
        if self._text is None:
            encoded: str | list[str | bytes] = super().encode()
            return encoded
        namespace = f"{self.namespace}," if self.namespace not in (None, "/") else ""
        number = "" if self.id is None else self.id
        return f"{self.packet_type}{namespace}{number}{self._text}"


def why_not_json(value: Any, error: Exception) -> str:
    """Return why *value* could not be written, without what is in it.

    :param error: what writing it raised.
    """
    unsupported = [each for each in _leaves(value) if not isinstance(each, _WRITTEN)]
    if not unsupported:
        deep = isinstance(error, RecursionError)
        return f"this is not JSON: {'nested too deeply' if deep else type(error).__name__}"
    culprit = next((each for each in unsupported if not _is_written(each)), unsupported[0])
    return f"this is not JSON: Unsupported type: {type(culprit).__name__!r}"


_WRITTEN = (str, int, float, NoneType, bytes, bytearray)


def _leaves(value: Any) -> Iterator[Any]:
    """Return what *value* consists of that is no container, keys included, however deep."""
    pending, seen = [value], set()
    while pending:
        found = pending.pop()
        if not isinstance(found, dict | list | tuple):
            yield found
        elif id(found) not in seen:  # else it holds itself
            seen.add(id(found))
            yield from found if isinstance(found, dict) else ()
            pending.extend(found.values() if isinstance(found, dict) else found)


def _is_written(value: Any) -> bool:
    """Tell whether orjson writes *value*, as it does datetimes."""
    try:
        orjson.dumps(value)
    except TypeError:
        return False
    return True


def packet_class(json_module: Any) -> type[packet.Packet]:
    """Return a packet class that uses *json_module*; python-socketio would set it for all."""
    return type("Packet", (packet.Packet,), {"json": json_module})


class Skipped:
    """Stands for a packet that waits for attachments, and keeps none of them."""

    def __init__(self, waiting: packet.Packet) -> None:
        self._missing = waiting.attachment_count - len(waiting.attachments)

    def add_attachment(self, _attachment: bytes) -> bool:
        """Return whether that was the last one."""
        self._missing -= 1
        return not self._missing


def read_packet(
    data: str | bytes, waiting: MutableMapping[str, Any], eio_sid: str, kind: type[packet.Packet]
) -> Any:
    """Return the packet that *data* completes; None where it completes none, or a skipped one.

    :param waiting: the packets that wait for attachments, by Engine.IO session.
    :raises MalformedPacket: it is no packet of a kind that clients send.
    """
    try:
        return _read_packet(data, waiting, eio_sid, kind)
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
        waiting.pop(eio_sid, None)
        raise MalformedPacket(f"{type(error).__name__} in a packet") from error


def _read_packet(
    data: str | bytes, waiting: MutableMapping[str, Any], eio_sid: str, kind: type[packet.Packet]
) -> Any:
    if eio_sid in waiting:
        if not isinstance(data, bytes):
            raise ValueError("expected an attachment")
        found = waiting[eio_sid]
        if not found.add_attachment(data):
            return None
        del waiting[eio_sid]
        if isinstance(found, Skipped):
            return None
    else:
        found = kind(encoded_packet=data)
        if found.packet_type in (packet.BINARY_EVENT, packet.BINARY_ACK) and found.attachment_count:
            waiting[eio_sid] = found
            return None
    _check_shape(found)
    return found


def _check_shape(found: Any) -> None:
    kind, data = found.packet_type, found.data
    if not isinstance(found.namespace, str | None) or type(found.id) not in (int, NoneType):
        raise ValueError("a namespace is text, and an id is a number")
    if kind in (packet.EVENT, packet.BINARY_EVENT):
        if not isinstance(data, list) or not data or not isinstance(data[0], str):
            raise ValueError("an event is a list that begins with its name")
    elif kind in (packet.ACK, packet.BINARY_ACK):
        if not isinstance(data, list) or found.id is None:
            raise ValueError("an acknowledgement is a list and has a number")
    elif kind not in (packet.CONNECT, packet.DISCONNECT):
        raise ValueError("clients do not send this packet")
