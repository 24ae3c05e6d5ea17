"""From a schema to fake data: how fast, how varied, and how long until the mock is ready."""

from collections.abc import Callable
from random import Random
from typing import Any

from asynction_core.compiled import SchemaCompiler
from asynction_core.fake import FakeData
from asynction_core.spec import load_spec
from benchmarks.documents import CHAT_SCHEMA, ORDER_SCHEMA
from benchmarks.processes import probe
from benchmarks.rows import Plan, Row, Target, row
from benchmarks.validation import seconds_of

_SEED = 1


def measure(plan: Plan) -> list[Row]:
    """Return the rows of both payloads, of their variety, and of the start."""
    count, channels = (1000, 20) if plan.quick else (100_000, 1000)
    plan.say("sampling")
    order, rounds = _sampler(ORDER_SCHEMA), range(max(plan.rounds, 5))
    start = ("-m", "benchmarks.probes", "samplers", str(channels))
    of_order = [_each(order, max(20, count // 200)) * 1e6 for _ in rounds]
    of_start = [probe(*start)["seconds"] for _ in range(plan.rounds)]
    return [
        *_chat_rows(count, rounds),
        row("sampling, an order of 50 items", "µs", of_order, target=Target(1000.0)),
        row(f"compile the samplers of {channels} channels", "s", of_start, target=Target(3.0)),
    ]


def _chat_rows(count: int, rounds: range) -> list[Row]:
    name, sampler = f"sampling, {count} chat payloads", _sampler(CHAT_SCHEMA)
    each, once = [_each(sampler, count) * 1e6 for _ in rounds], [_once(sampler, count) * 100]
    at_least = Target(99.0, at_least=True)
    return [
        row(f"{name}: each", "µs", each, target=Target(30.0)),
        row(f"{name}: messages that come once", "%", once, target=at_least),
    ]


def _sampler(schema: dict[str, Any]) -> Callable[[Random], Any]:
    """Return the sampler of what a message with that payload carries."""
    channel = {"subscribe": {"message": {"name": "event", "payload": schema}}}
    spec = load_spec({"asyncapi": "2.6.0", "channels": {"/": channel}})
    data = FakeData(SchemaCompiler(spec.resources), seed=_SEED)
    return data.arguments(spec.namespaces["/"].emitted["event"].payload)


def _each(sampler: Callable[[Random], Any], count: int) -> float:
    """Return the seconds that one of *count* samples takes."""
    return seconds_of(sampler, Random(_SEED), count) / count


def _once(sampler: Callable[[Random], Any], count: int) -> float:
    """Return the share of *count* payloads whose message none of the others has."""
    random = Random(_SEED)
    return len({sampler(random)[0]["message"] for _ in range(count)}) / count
