"""What is measured once in a fresh process: ``python -m benchmarks.probes WHAT SUBJECT``.

Prints the seconds that it took and the megabytes that the process grew by at its peak.
"""

import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import yaml

from asynction_core import AsynctionServer, load_spec
from asynction_core.compiled import SchemaCompiler
from benchmarks.documents import large_document


def _mapping(channels: str) -> Callable[[], Any]:
    document = large_document(int(channels))
    return lambda: AsynctionServer.from_spec(document)


def _server(path: str) -> Callable[[], Any]:
    return lambda: AsynctionServer.from_spec(path)


def _spec(path: str) -> Callable[[], Any]:
    return lambda: load_spec(path)


def _libyaml(path: str) -> Callable[[], Any]:
    text = Path(path).read_bytes()
    return lambda: yaml.load(text, yaml.CSafeLoader)


def _samplers(channels: str) -> Callable[[], Any]:
    spec = load_spec(large_document(int(channels)))

    def run() -> Any:
        from asynction_core.fake import FakeData

        data = FakeData(SchemaCompiler(spec.resources), seed=1)
        return [
            data.arguments(event.payload, event.examples)
            for namespace in spec.namespaces.values()
            for event in (*namespace.received.values(), *namespace.emitted.values())
        ]

    return run


_PROBES = {
    "mapping": _mapping,
    "server": _server,
    "spec": _spec,
    "libyaml": _libyaml,
    "samplers": _samplers,
}


def _peak() -> int:
    """Return the most bytes that this process has held.

    Linux counts a parent's memory into ``ru_maxrss`` of its child, but not into ``VmHWM``.
    """
    status = Path("/proc/self/status")
    if status.exists():
        fields = dict(line.split(":", 1) for line in status.read_text().splitlines())
        return int(fields["VmHWM"].split()[0]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def main(what: str, subject: str) -> dict[str, float]:
    """Return what the probe *what* of *subject* takes."""
    run = _PROBES[what](subject)
    before, start = psutil.Process().memory_info().rss, time.perf_counter()
    kept = run()
    seconds = time.perf_counter() - start
    grown = _peak() - before
    del kept
    return {"seconds": seconds, "megabytes": grown / 1e6}


if __name__ == "__main__":
    print(json.dumps(main(*sys.argv[1:])))
