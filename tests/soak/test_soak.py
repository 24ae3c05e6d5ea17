"""A server under fire, for SOAK_SECONDS: nothing is left over, and nothing wrong was let in.

``tox -e soak`` runs it; it is no part of the other tests.
"""

import asyncio
import os
import random
import resource
import subprocess
import sys
import time
from array import array
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from soak.clients import Books, Client

SECONDS = float(os.environ.get("SOAK_SECONDS", "180"))
CLIENTS = int(os.environ.get("SOAK_CLIENTS", "2000"))
QUIET = 30
"""How long the server may take to find that all are gone, in seconds; pings take four."""

pytestmark = pytest.mark.timeout(SECONDS + 180)


@dataclass(frozen=True)
class Outcome:
    """What the server said before and after, and what it and its clients wrote down."""

    before: Mapping[str, Any]
    after: Mapping[str, Any]
    books: Books
    handled: Counter[int]


class Soak:
    """A server process and the clients that are set on it."""

    def __init__(self, port: int, seed: int, clients: int) -> None:
        self._port, self._seed, self._clients = port, seed, clients
        self.books = Books(port)

    async def run(self) -> tuple[Any, Any]:
        """Return what the server says after a warm-up, and at the end."""
        before = await self._fire("warm-up", SECONDS / 3)
        return before, await self._fire("soak", SECONDS * 2 / 3)

    async def _fire(self, phase: str, seconds: float) -> Any:
        """Have all clients come and go; return what the server says once they are gone."""
        self.books.going_on = True
        going = [
            asyncio.create_task(Client(self.books, f"{self._seed} {phase} {number}").run())
            for number in range(self._clients)
        ]
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            await asyncio.sleep(min(5, left))
            self._report(phase, end - time.monotonic(), await self._state())
        self.books.going_on = False
        await asyncio.gather(*going)
        return await self._quiet(phase)

    async def _quiet(self, phase: str) -> Any:
        """Return what the server says once it holds nothing, or after a while."""
        end = time.monotonic() + QUIET
        while True:
            state = await self._state()
            if time.monotonic() > end or not any(state["held"].values()):
                self._report(f"{phase} over", 0, state)
                return state
            await asyncio.sleep(1)

    async def _state(self) -> Any:
        async with httpx.AsyncClient(timeout=30, trust_env=False) as client:
            return (await client.get(f"http://127.0.0.1:{self._port}/state")).json()

    def _report(self, phase: str, left: float, state: Any) -> None:
        held = state["held"]
        print(  # noqa: T201
            f"{phase}: {left:.0f} s left, {held['transports']} transports, "
            f"{len(held['tasks'])} tasks, {state['resident'] / 1e6:.1f} MB; "
            f"{state['connected']} connected, {state['overrun']} overrun, "
            f"{state['received']} events, {state['refused']} refused, "
            f"{len(self.books.acknowledged)} acknowledged",
            flush=True,
        )


def _affordable() -> int:
    """Return how many clients the limit of open files allows, once it is raised."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    return CLIENTS if most == resource.RLIM_INFINITY else min(CLIENTS, (most - 200) // 3)


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """A server after the soak."""
    seed = int(os.environ.get("SOAK_SEED", random.randrange(2**32)))
    clients, log = _affordable(), tmp_path_factory.mktemp("soak") / "handled"
    print(f"\nSOAK_SEED={seed}: {clients} clients, {SECONDS:.0f} s", flush=True)  # noqa: T201
    command = [sys.executable, str(Path(__file__).with_name("server.py")), str(log)]
    paths = os.pathsep.join([str(Path(__file__).parents[1]), os.environ.get("PYTHONPATH", "")])
    environ = {**os.environ, "PYTHONPATH": paths}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environ) as process:
        assert process.stdout is not None
        try:
            soak = Soak(int(process.stdout.readline()), seed, clients)
            before, after = asyncio.run(soak.run())
        finally:
            process.terminate()
    handled = array("q", log.read_bytes())
    print(f"what they did: {dict(soak.books.done)}", flush=True)  # noqa: T201
    return Outcome(before, after, soak.books, Counter(handled))


def test_all_that_clients_do_was_done(outcome: Outcome) -> None:
    done = outcome.books.done
    assert all(done[way] for way in ("talk", "stall", "vanish", "upgrade", "poll", "race"))
    assert outcome.after["overrun"]
    assert len(outcome.books.acknowledged) > done["valid"] / 2


def test_nothing_is_left_over(outcome: Outcome) -> None:
    left = {name: value for name, value in outcome.after["held"].items() if value}
    assert not left


def test_memory_is_back(outcome: Outcome) -> None:
    assert outcome.after["resident"] <= outcome.before["resident"] * 1.1


def test_every_acknowledged_event_was_handled_exactly_once(outcome: Outcome) -> None:
    assert outcome.books.wrong == []
    wrong = [number for number in outcome.books.acknowledged if outcome.handled[number] != 1]
    assert wrong == []
    assert [number for number, count in outcome.handled.items() if count > 1] == []


def test_no_invalid_event_reached_a_handler(outcome: Outcome) -> None:
    assert outcome.after["wrong"] == 0
    assert [number for number in outcome.handled if number % 2] == []
    assert outcome.after["refused"] > 0


def test_nothing_failed(outcome: Outcome) -> None:
    assert "\n".join(outcome.after["told"]) == ""
