"""What a server says that it has done: in Python, as JSON, and to Prometheus."""

import asyncio
import dataclasses
import json
from collections.abc import Iterable
from typing import Any

import pytest
import requests
import socketio
from conftest import MakePeer
from fastapi import FastAPI
from peers import Peer
from prometheus_client import CollectorRegistry, Metric
from prometheus_client.openmetrics.exposition import generate_latest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as strict_families
from prometheus_client.parser import text_string_to_metric_families as families
from support import channel, document, message, serving

from asynction_core import AsynctionMiddleware, AsynctionServer, wire
from asynction_core.stats import BOUNDS, Stats

INTEGER = {"type": "integer"}
SPEC = document(
    {
        "/": channel(
            received=[message("number", INTEGER, x_ack={"args": INTEGER}), message("later")],
            emitted=[message("news")],
        ),
        "/other": channel(received=[message("number")], emitted=[message("news")]),
        "/closed": channel(),
        "/broken": channel(),
    }
)


def make_server(**options: Any) -> AsynctionServer:
    """Return a server that acknowledges ``number`` with what its handler makes of it."""
    server = AsynctionServer.from_spec(SPEC, **options)

    def number(_sid: str, value: int) -> Any:
        return {0: 0, 1: "not an integer"}[value]

    async def later(_sid: str) -> None:
        await asyncio.sleep(0)
        raise LookupError

    def refuse(*_arguments: Any) -> None:
        raise socketio.exceptions.ConnectionRefusedError("no")

    def fail(*_arguments: Any) -> None:
        raise ZeroDivisionError

    server.on("number", number)
    server.on("number", lambda _sid, *_arguments: None, namespace="/other")
    server.on("later", later)
    server.on("connect", refuse, namespace="/closed")
    server.on("connect", fail, namespace="/broken")
    return server


async def until(condition: Any) -> None:
    async with asyncio.timeout(5):
        while not condition():
            await asyncio.sleep(0.01)


async def test_clients_and_events_are_counted_by_their_namespace(connect: MakePeer) -> None:
    server = make_server()
    with serving(AsynctionMiddleware(server=server)) as url:
        peer, other = await connect(url), await connect(url, "/other")
        await peer.call("number", 0)
        await other.call("number", 0)
        await peer.emit("unknown")
        await (await connect(url, "/other")).close()
        await until(lambda: server.stats().clients["/other"] == 1)
        await until(lambda: server.stats().received["/"] == 2)
        stats = server.stats()
    nobody = {"/closed": 0, "/broken": 0}
    assert stats.clients == {"/": 1, "/other": 1, **nobody}
    assert stats.connected == {"/": 1, "/other": 2, **nobody}
    assert stats.received == {"/": 2, "/other": 1, **nobody}


async def test_a_broadcast_is_one_event_that_is_emitted(connect: MakePeer) -> None:
    server = make_server()
    server.on("number", lambda _sid, _value: server.emit("news", 1))
    with serving(AsynctionMiddleware(server=server)) as url:
        peers = [await connect(url), await connect(url)]
        await peers[0].emit("number", 0)
        for peer in peers:
            await peer.next(1)
    assert server.stats().emitted["/"] == 1


async def test_what_is_refused_is_told_from_what_fails(connect: MakePeer) -> None:
    server = make_server()
    with serving(AsynctionMiddleware(server=server)) as url:
        peer = await connect(url)
        for event, argument in (("number", "text"), ("number", 1), ("number", 2), ("unknown", 0)):
            await peer.emit(event, argument)
        await peer.emit("later")
        for namespace in ("/nowhere", "/closed", "/broken"):
            await Peer(namespace).refused(url)
        await until(lambda: sum(server.stats().failed.values()) == 3)
        stats = server.stats()
    assert stats.refused == {
        "PayloadValidationException": 2,
        "MessageAckValidationException": 1,
        "InvalidNamespace": 1,
        "ConnectionRefusedError": 1,
    }
    assert stats.failed == {"KeyError": 1, "LookupError": 1, "ZeroDivisionError": 1}


@pytest.mark.parametrize(
    ("event", "arguments"),
    [("number", [0]), ("number", [1]), ("number", [2]), ("later", [])],
    ids=["returns", "breaks its ack's schema", "raises", "raises later"],
)
async def test_the_time_of_a_handler_is_counted_once(
    connect: MakePeer, event: str, arguments: list[Any]
) -> None:
    server = make_server(default_error_handler=lambda _error: "failed")
    with serving(AsynctionMiddleware(server=server)) as url:
        await (await connect(url)).call(event, *arguments)
    stats = server.stats()
    assert (stats.handled, stats.handled_within_seconds["10.0"]) == (1, 1)
    assert 0 < stats.handled_seconds < 5


async def test_an_event_without_its_handler_takes_no_time_of_one(connect: MakePeer) -> None:
    server = make_server(default_error_handler=lambda _error: "refused")
    with serving(AsynctionMiddleware(server=server)) as url:
        assert await (await connect(url)).call("number", "text") == "refused"
    assert server.stats().handled == 0


async def test_each_bound_of_the_handler_times_counts_what_is_below_it() -> None:
    server = make_server()
    for seconds in (0.00005, 0.0002, 0.0002, 0.5, 60):
        server._counts.handled(seconds)
    stats = server.stats()
    assert list(stats.handled_within_seconds) == [str(bound) for bound in BOUNDS]
    assert list(stats.handled_within_seconds.values()) == [1, 3, 3, 3, 3, 3, 3, 4, 4, 4, 4]
    assert stats.handled == 5


@pytest.mark.parametrize("annotated", [False, True])
async def test_a_route_of_fastapi_may_return_them(connect: MakePeer, annotated: bool) -> None:
    server, api = make_server(), FastAPI()

    async def stats() -> Any:
        return server.stats()

    api.get("/stats", response_model=Stats if annotated else None)(stats)
    with serving(AsynctionMiddleware(api, server=server)) as url:
        await (await connect(url)).call("number", 0)
        answer = await asyncio.to_thread(requests.get, f"{url}/stats", timeout=5)
    assert answer.status_code == 200
    assert answer.json()["handled_within_seconds"]["10.0"] == answer.json()["handled"] == 1
    assert answer.json()["connected"]["/"] == 1


def test_json_carries_them_as_they_are() -> None:
    stats = make_server().stats()
    written = json.dumps(dataclasses.asdict(stats), allow_nan=False)
    assert Stats(**json.loads(written)) == stats


def named(found: Iterable[Metric]) -> dict[str, Metric]:
    return {family.name: family for family in found}


async def test_prometheus_is_told_the_same(connect: MakePeer) -> None:
    server = make_server()
    app = AsynctionMiddleware(server=server, metrics_path="/metrics")
    with serving(app) as url:
        peer = await connect(url)
        await peer.call("number", 0)
        await peer.no_ack("number", 2)
        await Peer("/nowhere").refused(url)
        answer = await asyncio.to_thread(requests.get, f"{url}/metrics", timeout=5)
        stats = server.stats()
    assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    found = {
        (sample.name, *sample.labels.values()): sample.value
        for family in families(answer.text)
        for sample in family.samples
    }
    assert found["asynction_clients", "/"] == found["asynction_connections_total", "/"] == 1
    assert found["asynction_events_received_total", "/"] == 2
    assert found["asynction_events_emitted_total", "/other"] == 0
    assert found["asynction_refusals_total", "InvalidNamespace"] == 1
    assert found["asynction_handler_errors_total", "KeyError"] == 1
    assert found["asynction_handler_duration_seconds_bucket", "+Inf"] == 2
    assert found["asynction_handler_duration_seconds_bucket", "10.0"] == 2
    assert found["asynction_handler_duration_seconds_count",] == 2
    assert found["asynction_handler_duration_seconds_sum",] == pytest.approx(stats.handled_seconds)
    assert found["asynction_queued_packets",] == found["asynction_dropped_packets_total",] == 0
    assert found["asynction_fast_path",] == stats.fast_path


def test_no_two_families_clash_and_each_has_a_help() -> None:
    told = list(families(make_server().stats().prometheus()))

    class Told:
        def collect(self) -> Iterable[Metric]:
            return told

    registry = CollectorRegistry()
    registry.register(Told())
    openmetrics = generate_latest(registry).decode()  # type: ignore[no-untyped-call]
    strict = named(strict_families(openmetrics))  # type: ignore[no-untyped-call]
    assert strict.keys() == named(told).keys()
    assert {family.type for family in told} == {"gauge", "counter", "histogram"}
    assert all(family.documentation for family in told)


def test_the_way_of_events_is_told(events_take: str) -> None:
    assert make_server().stats().fast_path is (events_take == "short way")
    assert make_server(fast_path=False).stats().fast_path is False


class Json:
    """A module of JSON that is not the server's own."""

    dumps, loads = staticmethod(wire.Json.dumps), staticmethod(wire.Json.loads)


@pytest.mark.parametrize("options", [{"serializer": "msgpack"}, {"json": Json}])
def test_events_that_are_written_otherwise_take_the_long_way(options: dict[str, Any]) -> None:
    assert make_server(**options).stats().fast_path is False


def test_a_server_that_the_admin_ui_watches_takes_the_long_way() -> None:
    server = make_server()
    admin_ui = server.instrument(auth=False, namespace="/ui", mode="production")
    try:
        assert server.stats().fast_path is False
    finally:
        admin_ui.uninstrument()
