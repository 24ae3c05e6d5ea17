"""``asynction mock run``: how soon it serves, and how steadily it emits to many clients."""

import json
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from benchmarks.documents import chat_document, large_document
from benchmarks.load import Client
from benchmarks.processes import probe
from benchmarks.rows import Plan, Row, Target, row

_PATIENCE = 60.0
_INTERVAL = 0.1
_EVENTS = 6
"""How many events the audience's document emits at each interval."""


def measure(plan: Plan) -> list[Row]:
    """Return the rows of starting, and of emitting to an audience."""
    channels = 100 if plan.quick else 1000
    with tempfile.TemporaryDirectory() as directory:
        small, large = Path(directory, "chat.json"), Path(directory, "large.json")
        small.write_text(json.dumps(chat_document()))
        large.write_text(json.dumps(large_document(channels)))
        rows = [
            _start(plan, "the chat", small, "/", 1.5),
            _start(plan, f"{channels:,} channels of 10 messages", large, "/channel/0", 5.0),
        ]
        audience = Path(directory, "audience.json")
        audience.write_text(json.dumps(_audience_document()))
        return rows + _audience(plan, audience)


def _start(plan: Plan, about: str, document: Path, namespace: str, limit: float) -> Row:
    seconds = []
    for number in range(min(plan.rounds, 3)):
        plan.say(f"mock: start {number + 1} of {about}")
        begun = time.perf_counter()
        with _mock(document) as (port, _):
            _connect(port, namespace)
            seconds.append(time.perf_counter() - begun)
    return row(f"mock, from start to the first client: {about}", "s", seconds, target=Target(limit))


def _audience(plan: Plan, document: Path) -> list[Row]:
    clients, seconds = (20, 2.0) if plan.quick else (500, 60.0)
    plan.say(f"mock: {clients} clients, {seconds:.0f} s")
    with _mock(document, "--subscription-task-interval", str(_INTERVAL)) as (port, pid):
        _connect(port, "/")
        arguments = (port, pid, clients, _EVENTS, seconds)
        seen = probe("-m", "benchmarks.audience", *map(str, arguments))
    about = f"mock, {_EVENTS} events each {_INTERVAL} s to {clients} clients"
    interval = Target(1.1, of="ratio")
    memory = Target(1.02, of="ratio")
    megabytes = [seen["grown"] / 1e6], [seen["memory"] / 1e6]
    return [
        row(f"{about}: interval", "s", [seen["interval"]], [_INTERVAL], interval),
        row(f"{about}: memory, at the end and at the start", "MB", *megabytes, memory),
        row(f"{about}: CPU", "of one core", [seen["cpu"]]),
    ]


def _audience_document() -> dict[str, object]:
    """Return a chat that emits six events."""
    payload = {
        "type": "object",
        "properties": {
            "username": {"type": "string", "format": "first_name"},
            "message": {"type": "string", "format": "sentence"},
        },
        "required": ["username", "message"],
    }
    messages = [{"name": f"event {number}", "payload": payload} for number in range(_EVENTS)]
    return {
        "asyncapi": "2.6.0",
        "info": {"title": "Audience", "version": "1.0.0"},
        "channels": {"/": {"subscribe": {"message": {"oneOf": messages}}}},
    }


@contextmanager
def _mock(document: Path, *options: str) -> Iterator[tuple[int, int]]:
    """Run a mock of *document*; yield its port and its process id."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    command = [sys.executable, "-m", "asynction", "--spec", str(document), "mock", "run"]
    child = subprocess.Popen(
        [*command, "--port", str(port), *options], stdout=subprocess.DEVNULL, process_group=0
    )
    try:
        yield port, child.pid
    finally:
        child.terminate()
        child.wait(_PATIENCE)


def _connect(port: int, namespace: str) -> None:
    """Be a client of *namespace*, as soon as that can be."""
    end = time.perf_counter() + _PATIENCE
    while time.perf_counter() < end:
        with suppress(ConnectionRefusedError):
            client = Client(port, "add user")
            try:
                client.connect(namespace=namespace)
            finally:
                client.socket.close()
            return
        time.sleep(0.005)
    raise TimeoutError("the mock does not serve")
