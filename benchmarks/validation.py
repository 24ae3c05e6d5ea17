"""From arguments to verdict: our check, the engine alone, and ``jsonschema``."""

import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import jsonschema
import jsonschema_rs

from asynction_core.compiled import SchemaCompiler
from asynction_core.exceptions import PayloadValidationException
from asynction_core.spec import load_spec
from asynction_core.validation import Check, MessageChecks
from benchmarks.documents import LARGE, LARGE_SCHEMA, SMALL, SMALL_SCHEMA, chat_document
from benchmarks.rows import Plan, Row, Target, row

_HOSTILE_SCHEMA = {"type": "string", "pattern": "^(a+)+$"}
_Engines = dict[str, tuple[Callable[[Any], Any], Any]]


def measure(plan: Plan) -> list[Row]:
    """Return the rows of both payloads."""
    small = _rounds(plan, "small", _engines("add user", SMALL, SMALL_SCHEMA))
    large = _rounds(plan, "large", _engines("new message", LARGE, LARGE_SCHEMA))
    extra = [ours - bare for ours, bare in zip(small["ours"], small["bare"], strict=True)]
    return [
        row("validation, small: over the bare call", "µs", extra, target=Target(1.0)),
        *_comparisons("validation, small", small),
        *_comparisons("validation, large", large),
        row("a 5 MB string against ^(a+)+$, refused", "ms", _hostile(plan), target=Target(100.0)),
    ]


def _hostile(plan: Plan) -> list[float]:
    """Return the milliseconds until a check has refused what would keep a backtracker busy."""
    channel = {"publish": {"message": {"name": "word", "payload": _HOSTILE_SCHEMA}}}
    spec = load_spec({"asyncapi": "2.6.0", "channels": {"/": channel}})
    checks = MessageChecks(SchemaCompiler(spec.resources), "/")
    check = checks.payload(spec.namespaces["/"].received["word"])

    def refused(argument: str) -> None:
        with suppress(PayloadValidationException):
            check([argument])

    plan.say("validation, hostile")
    argument = "a" * 5_000_000 + "!"
    return [seconds_of(refused, argument, 1) * 1e3 for _ in range(max(plan.rounds, 5))]


def _comparisons(name: str, times: dict[str, list[float]]) -> list[Row]:
    others = {
        "bare": "bare jsonschema-rs",
        "cached": "a cached jsonschema validator",
        "validate": "jsonschema.validate",
    }
    return [
        row(f"{name}: against {other}", "µs", times["ours"], times[key])
        for key, other in others.items()
    ]


def _engines(event: str, payload: Any, schema: dict[str, Any]) -> _Engines:
    """Return what is measured, by name: a callable and its argument."""
    return {
        "ours": (_check(event), (payload,)),
        "bare": (jsonschema_rs.Draft202012Validator(schema).is_valid, payload),
        "cached": (jsonschema.Draft202012Validator(schema).validate, payload),
        "validate": (lambda instance: jsonschema.validate(instance, schema), payload),
    }


def _check(event: str) -> Check:
    """Return the check that a server runs on the arguments of *event*."""
    spec = load_spec(chat_document())
    checks = MessageChecks(SchemaCompiler(spec.resources), "/")
    return checks.payload(spec.namespaces["/"].received[event])


def _rounds(plan: Plan, name: str, engines: _Engines) -> dict[str, list[float]]:
    """Return the microseconds of one call, by engine, a figure for each round."""
    budget = 0.002 if plan.quick else 0.05
    repeats = {key: _repeats(*engine, budget) for key, engine in engines.items()}
    times: dict[str, list[float]] = {key: [] for key in engines}
    for number in range(max(plan.rounds, 5)):
        plan.say(f"validation, {name}: round {number + 1}")
        for key, (call, argument) in engines.items():
            seconds = seconds_of(call, argument, repeats[key])
            times[key].append(seconds / repeats[key] * 1e6)
    return times


def _repeats(call: Callable[[Any], Any], argument: Any, budget: float) -> int:
    """Return how many calls take about *budget* seconds."""
    seconds_of(call, argument, 3)
    return max(5, int(budget / (seconds_of(call, argument, 20) / 20)))


def seconds_of(call: Callable[[Any], Any], argument: Any, repeats: int) -> float:
    """Return the seconds that *repeats* calls take."""
    turns = range(repeats)
    start = time.perf_counter()
    for _ in turns:
        call(argument)
    return time.perf_counter() - start
