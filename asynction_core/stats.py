"""What a server has done, counted as it goes: cheap enough to be always on."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any

BOUNDS = (0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0)
"""The upper bounds of the histogram of handler times, in seconds."""


@dataclass(frozen=True)
class Stats:
    """The figures of a server, since it was made, or now where that is said; JSON can carry them.

    Where handlers run in threads, two that count at the same moment may count as one.

    :ivar clients: how many clients are in each namespace now.
    :ivar connected: how many clients each namespace has let in.
    :ivar received: how many events were received in each namespace, refused ones included.
    :ivar emitted: how many events were emitted in each namespace; a broadcast is one.
    :ivar refused: how many events, acknowledgements and connections were refused: by the
        document, its security or a connect handler. By the type of the exception.
    :ivar failed: how many failed in a handler or a callback, by the type of what was raised.
    :ivar handled: how many events handlers have dealt with, those included that they raised at.
    :ivar handled_seconds: how long all of that took, waiting included, in seconds.
    :ivar handled_within_seconds: for how many of them it took at most so many seconds as the key
        says; each count includes those before it.
    :ivar queued: how many packets wait for clients that do not take them, now.
    :ivar queued_bytes: how much data that is, in characters of text and bytes of binary data.
    :ivar dropped: how many packets were dropped because too much was queued.
    :ivar overrun: how many clients were disconnected because too much was queued for them.
    :ivar fast_path: whether the events of new websockets take the short way.
    """

    clients: Mapping[str, int]
    connected: Mapping[str, int]
    received: Mapping[str, int]
    emitted: Mapping[str, int]
    refused: Mapping[str, int]
    failed: Mapping[str, int]
    handled: int
    handled_seconds: float
    handled_within_seconds: Mapping[str, int]
    queued: int = 0
    queued_bytes: int = 0
    dropped: int = 0
    overrun: int = 0
    fast_path: bool = False

    def prometheus(self) -> str:
        """Return the figures in Prometheus' text format, version 0.0.4."""
        lines = [
            *_family("clients", "gauge", "namespace", self.clients),
            *_family("connections_total", "counter", "namespace", self.connected),
            *_family("events_received_total", "counter", "namespace", self.received),
            *_family("events_emitted_total", "counter", "namespace", self.emitted),
            *_family("refusals_total", "counter", "type", self.refused),
            *_family("handler_errors_total", "counter", "type", self.failed),
            *self._histogram(),
            *_single("queued_packets", "gauge", self.queued),
            *_single("queued_bytes", "gauge", self.queued_bytes),
            *_single("dropped_packets_total", "counter", self.dropped),
            *_single("overrun_clients_total", "counter", self.overrun),
            *_single("fast_path", "gauge", int(self.fast_path)),
        ]
        return "\n".join([*lines, ""])

    def _histogram(self) -> Iterator[str]:
        name = "handler_duration_seconds"
        yield from _head(name, "histogram")
        for bound, count in {**self.handled_within_seconds, "+Inf": self.handled}.items():
            yield f'asynction_{name}_bucket{{le="{bound}"}} {count}'
        yield f"asynction_{name}_sum {self.handled_seconds:.9g}"
        yield f"asynction_{name}_count {self.handled}"


_HELP = {
    "clients": "Clients that are in a namespace now.",
    "connections_total": "Clients that a namespace has let in.",
    "events_received_total": "Events from clients, refused ones included.",
    "events_emitted_total": "Events to clients; a broadcast is one.",
    "refusals_total": "Events, acknowledgements and connections that were refused.",
    "handler_errors_total": "What handlers and callbacks raised that is no refusal.",
    "handler_duration_seconds": "How long the handlers of events took, waiting included.",
    "queued_packets": "Packets that wait for clients that do not take them.",
    "queued_bytes": "Data that waits for clients that do not take it.",
    "dropped_packets_total": "Packets that were dropped because too much was queued.",
    "overrun_clients_total": "Clients disconnected because too much was queued for them.",
    "fast_path": "1 where the events of websockets take the short way, else 0.",
}


def _head(name: str, kind: str) -> Iterator[str]:
    yield f"# HELP asynction_{name} {_HELP[name]}"
    yield f"# TYPE asynction_{name} {kind}"


def _family(name: str, kind: str, label: str, values: Mapping[str, int]) -> Iterator[str]:
    yield from _head(name, kind)
    for value, count in sorted(values.items()):
        yield f'asynction_{name}{{{label}="{_escaped(value)}"}} {count}'


def _single(name: str, kind: str, value: int) -> Iterator[str]:
    yield from _head(name, kind)
    yield f"asynction_{name} {value}"


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


@dataclass(slots=True)
class Counts:
    """What :class:`Stats` are made of. ``received`` has every namespace, and is no slow Counter."""

    received: dict[str, int]
    connected: Counter[str] = field(default_factory=Counter)
    emitted: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)
    buckets: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS) + 1))
    seconds: float = 0.0

    def handled(self, seconds: float) -> None:
        """Count a handler that took *seconds*."""
        self.buckets[bisect_left(BOUNDS, seconds)] += 1
        self.seconds += seconds

    def stats(self, namespaces: Iterable[str], clients: Iterable[str], **transports: Any) -> Stats:
        """Return the figures.

        :param namespaces: all there are.
        :param clients: the namespace of each client.
        :param transports: the other figures, which transports have.
        """
        none = dict.fromkeys(namespaces, 0)
        *within, handled = accumulate(self.buckets)
        return Stats(
            clients={**none, **Counter(clients)},
            connected={**none, **self.connected},
            received=dict(self.received),
            emitted={**none, **self.emitted},
            refused=dict(self.refused),
            failed=dict(self.failed),
            handled=handled,
            handled_seconds=self.seconds,
            handled_within_seconds=dict(zip(map(str, BOUNDS), within, strict=True)),
            **transports,
        )
