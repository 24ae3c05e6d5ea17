"""What is emitted to a client before it is let in: kept in order, then sent or dropped."""

import re
from threading import Lock
from typing import Any

from socketio import packet

LIMIT = 1_000
"""How many packets are kept for a client in a namespace."""

_EVENT = re.compile(r"(?:2|5[0-9]+-)(?:(/[^,]*),)?")
_EVENTS = (packet.EVENT, packet.BINARY_EVENT)


class Waiting:
    """The packets for one transport, whose client waits to be let into some namespaces.

    Threads may emit while another lets the client in.

    :param packet_class: reads packets of a serializer that makes them binary.
    """

    def __init__(self, packet_class: Any) -> None:
        self._packet_class = packet_class
        self._kept: dict[str, list[Any]] = {}
        self._refused: set[str] = set()
        self._last: str | None = None
        self._lock = Lock()

    def begin(self, namespace: str) -> None:
        """Keep the events of *namespace* from now on."""
        with self._lock:
            self._refused.discard(namespace)
            self._kept[namespace] = []

    def take(self, namespace: str) -> list[Any]:
        """Return what has been kept since the last time; once it is nothing, keep no more."""
        with self._lock:
            kept = self._kept.pop(namespace, [])
            if kept:
                self._kept[namespace] = []
            return kept

    def refuse(self, namespace: str) -> None:
        """Drop what was kept, and what is still under way."""
        with self._lock:
            self._kept.pop(namespace, None)
            self._refused.add(namespace)

    def holds(self, namespace: str) -> bool:
        """Tell whether the client waits to be let into *namespace*, or is refused there."""
        return namespace in self._kept or namespace in self._refused

    def is_refused(self, namespace: str) -> bool:
        """Tell whether what is sent to *namespace* is dropped."""
        return namespace in self._refused

    def is_over(self) -> bool:
        """Tell whether nothing waits and nothing is dropped."""
        return not self._kept and not self._refused

    def is_full(self, namespace: str) -> bool:
        """Tell whether more was emitted than is kept."""
        return len(self._kept[namespace]) > LIMIT

    def keep(self, found: Any) -> bool:
        """Keep *found*, a packet of Socket.IO, if it is an event for a namespace that waits."""
        namespace = found.namespace or "/"
        return found.packet_type in _EVENTS and self._keep(namespace, found)

    def keep_encoded(self, found: Any) -> bool:
        """Keep *found*, a packet of Engine.IO, if it is part of such an event."""
        if isinstance(found.data, str):
            event = _EVENT.match(found.data)
            self._last = (event[1] or "/") if event else None
        elif not self._packet_class.uses_binary_events:
            read = self._packet_class(encoded_packet=found.data)
            self._last = (read.namespace or "/") if read.packet_type in _EVENTS else None
        # binary data otherwise belongs to the text before it
        return self._last is not None and self._keep(self._last, found)

    def _keep(self, namespace: str, found: Any) -> bool:
        with self._lock:
            kept = self._kept.get(namespace)
            if kept is None:
                return namespace in self._refused
            if len(kept) <= LIMIT:
                kept.append(found)
            return True
