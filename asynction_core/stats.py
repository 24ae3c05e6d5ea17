"""What a server has done, counted as it goes: cheap enough to be always on."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

BOUNDS = (0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0)
"""The upper bounds of the histogram of handler times, in seconds."""


@dataclass(frozen=True)
class Stats:
    """The figures of a server, since it was made, or now where that is said.

    Where handlers run in threads, two that count at the same moment may count as one.

    :ivar connections: how many clients are in each namespace now.
    :ivar connected: how many clients each namespace has let in.
    :ivar received: how many events were received in each namespace, refused ones included.
    :ivar emitted: how many events were emitted in each namespace; a broadcast is one.
    :ivar refused: how many events and connections were refused or failed, by the type of the
        exception.
    :ivar handler_seconds: how many handlers took at most as long as the bound, for each of
        :data:`BOUNDS` and for infinity, in seconds; each count includes those before it.
    :ivar handler_seconds_sum: how long all handlers took, waiting included, in seconds.
    :ivar queued: how many packets wait for clients that do not take them, now.
    :ivar queued_bytes: how much data that is, in characters of text and bytes of binary data.
    :ivar dropped: how many packets were dropped because too much was queued.
    :ivar overrun: how many clients were disconnected because too much was queued for them.
    """

    connections: Mapping[str, int]
    connected: Mapping[str, int]
    received: Mapping[str, int]
    emitted: Mapping[str, int]
    refused: Mapping[str, int]
    handler_seconds: Mapping[float, int]
    handler_seconds_sum: float
    queued: int = 0
    queued_bytes: int = 0
    dropped: int = 0
    overrun: int = 0

    def prometheus(self) -> str:
        """Return the figures in Prometheus' text format, version 0.0.4."""
        lines = [
            *_family("connections", "gauge", "namespace", self.connections),
            *_family("connections_total", "counter", "namespace", self.connected),
            *_family("events_received_total", "counter", "namespace", self.received),
            *_family("events_emitted_total", "counter", "namespace", self.emitted),
            *_family("refusals_total", "counter", "type", self.refused),
            *self._histogram(),
            *_single("queued_packets", "gauge", self.queued),
            *_single("queued_bytes", "gauge", self.queued_bytes),
            *_single("dropped_packets_total", "counter", self.dropped),
            *_single("overrun_clients_total", "counter", self.overrun),
        ]
        return "\n".join([*lines, ""])

    def _histogram(self) -> Iterator[str]:
        name = "asynction_handler_seconds"
        yield f"# TYPE {name} histogram"
        for bound, count in self.handler_seconds.items():
            limit = "+Inf" if bound == float("inf") else f"{bound:g}"
            yield f'{name}_bucket{{le="{limit}"}} {count}'
        yield f"{name}_sum {self.handler_seconds_sum:.9g}"
        yield f"{name}_count {max(self.handler_seconds.values(), default=0)}"


def _family(name: str, kind: str, label: str, values: Mapping[str, int]) -> Iterator[str]:
    yield f"# TYPE asynction_{name} {kind}"
    for value, count in sorted(values.items()):
        yield f'asynction_{name}{{{label}="{_escaped(value)}"}} {count}'


def _single(name: str, kind: str, value: int) -> Iterator[str]:
    yield f"# TYPE asynction_{name} {kind}"
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
    buckets: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS) + 1))
    seconds: float = 0.0

    def handled(self, seconds: float) -> None:
        """Count a handler that took *seconds*."""
        self.buckets[bisect_left(BOUNDS, seconds)] += 1
        self.seconds += seconds

    def stats(self, namespaces: Iterable[str], clients: Iterable[str], **queue: int) -> Stats:
        """Return the figures.

        :param namespaces: all there are.
        :param clients: the namespace of each client.
        :param queue: what is queued now.
        """
        none = dict.fromkeys(namespaces, 0)
        counts, total = {}, 0
        for bound, count in zip((*BOUNDS, float("inf")), self.buckets, strict=True):
            total += count
            counts[bound] = total
        return Stats(
            connections={**none, **Counter(clients)},
            connected={**none, **self.connected},
            received=dict(self.received),
            emitted={**none, **self.emitted},
            refused=dict(self.refused),
            handler_seconds=counts,
            handler_seconds_sum=self.seconds,
            **queue,
        )
