"""The cases of validation that both doors must decide alike: payloads, acknowledgements, emits.

A door serves :data:`SPEC` with :func:`asynction_core.problem_ack`. Its handler of ``emit`` emits
``EMITS[index]`` to its client and answers ``EMITTED``; its handlers of all other events answer
what :func:`answer` returns. Then it runs :func:`verdict_of` for each of the :data:`CASES`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from peers import Peer
from support import channel, document, message

PAIR = {"type": "array", "prefixItems": [{"type": "integer"}, {"type": "string"}]}
BINARY = {"type": "string", "format": "binary"}

SCHEMAS: dict[str, Any] = {
    "free": None,
    "any": {},
    "integer": {"type": "integer"},
    "list": {"type": "array", "items": {"type": "integer"}},
    "pair": PAIR,
    "old": {"type": "array", "items": PAIR["prefixItems"], "additionalItems": False},
    "some": {**PAIR, "minItems": 1},
    "rest": {**PAIR, "minItems": 2, "items": {"type": "integer"}},
    "null": {"type": "null"},
    "never": False,
    "binary": BINARY,
    "file": {"type": "object", "required": ["data"], "properties": {"data": BINARY}},
    "files": {"type": "array", "prefixItems": [{"type": "string"}, BINARY]},
    "tree": {"$ref": "#/components/schemas/tree"},
    "forest": {"type": "array", "prefixItems": [{"$ref": "#/components/schemas/tree"}] * 2},
}
"""What an event carries: as a payload, as an acknowledgement, and as what the server emits."""

ACKS = {name: schema for name, schema in SCHEMAS.items() if schema is not None}

TREE = {
    "type": "object",
    "required": ["name"],
    "properties": {
        "name": {"$ref": "#/components/schemas/name"},
        "children": {"type": "array", "items": {"$ref": "#/components/schemas/tree"}},
    },
    "additionalProperties": False,
}

SPEC = document(
    {
        "/": channel(
            received=[
                *(message(f"payload {name}", schema) for name, schema in SCHEMAS.items()),
                *(message(f"ack {name}", x_ack={"args": s}) for name, s in ACKS.items()),
                message("emit", {"type": "integer"}),
            ],
            emitted=[message(name, schema) for name, schema in SCHEMAS.items()],
        )
    },
    components={"schemas": {"tree": TREE, "name": {"type": "string", "minLength": 1}}},
)

LEAF: dict[str, Any] = {"name": "leaf"}
OAK = {"name": "oak", "children": [LEAF, {"name": "branch", "children": [LEAF]}]}
ROTTEN = {"name": "oak", "children": [{"name": "branch", "children": [{"name": ""}]}]}
ROT = ["children", 0, "children", 0, "name"]

VALID: list[tuple[str, tuple[Any, ...]]] = [
    ("free", ()),
    ("free", (1, None, [3], b"4")),
    ("any", ({"a": [1, None]},)),
    ("any", (b"bytes",)),
    ("integer", (1,)),
    ("integer", (2**53,)),
    ("list", ([],)),
    ("list", ([1, 2],)),
    ("pair", (1, "two")),
    ("old", (1, "two")),
    ("some", (1,)),
    ("some", (1, "two")),
    ("rest", (1, "two")),
    ("rest", (1, "two", 3, 4)),
    ("null", ()),
    ("null", (None,)),
    ("never", ()),
    ("binary", (b"\x00\xff",)),
    ("file", ({"data": b"bytes"},)),
    ("files", ("name", b"bytes")),
    ("tree", (OAK,)),
    ("forest", (LEAF, OAK)),
]
"""Arguments that the schemas allow."""

INVALID: list[tuple[str, tuple[Any, ...], list[Any] | None]] = [
    ("any", (), None),
    ("any", (1, 2), None),
    ("integer", (), None),
    ("integer", ("1",), []),
    ("integer", (1.5,), []),
    ("integer", (True,), []),
    ("integer", (None,), []),
    ("integer", (1, 2), None),
    ("integer", (b"1",), []),
    ("list", (1,), []),
    ("list", (1, 2), None),
    ("list", ([1, "two"],), [1]),
    ("pair", ([1, "two"],), None),
    ("pair", (1,), None),
    ("pair", (1, "two", 3), None),
    ("pair", ("two", 1), [0]),
    ("pair", (1, b"two"), [1]),
    ("old", (1,), None),
    ("old", (1, 2), [1]),
    ("old", (1, "two", 3), None),
    ("some", (), None),
    ("some", (1, "two", 3), None),
    ("rest", (1,), None),
    ("rest", (1, "two", "three"), [2]),
    ("null", (1,), []),
    ("null", (None, None), None),
    ("never", (1,), []),
    ("binary", ("text",), []),
    ("binary", (None,), []),
    ("file", ({"data": "text"},), ["data"]),
    ("file", ({},), []),
    ("files", (b"bytes", "name"), [0]),
    ("tree", (ROTTEN,), ROT),
    ("tree", ({"name": "oak", "age": 3},), []),
    ("tree", ({"name": "oak", "children": {}},), ["children"]),
    ("forest", (LEAF, ROTTEN), [1, *ROT]),
    ("forest", (LEAF,), None),
]
"""Arguments that they do not, with the path to what is wrong; None where it is their number."""


@dataclass(frozen=True)
class Case:
    """One event of a client: what it sends, and what the server makes of it.

    ``problem`` is the exception's type and path (see :data:`INVALID`), None where there is none.
    ``received`` is what the client receives beside the acknowledgement.
    """

    name: str
    event: str
    arguments: tuple[Any, ...]
    answer: Any = None
    problem: tuple[str, list[Any] | None] | None = None
    received: tuple[tuple[Any, ...], ...] = ()


RAN, EMITTED = "ran", "emitted"
RESULTS: list[Any] = []
"""What the handlers of ``ack …`` return; the client sends the index."""
EMITS: list[tuple[str, Any]] = []
"""Events and data that the handler of ``emit`` emits; the client sends the index."""


def answer(event: str, arguments: tuple[Any, ...]) -> Any:
    """Return what the handler of *event* returns."""
    return RESULTS[arguments[0]] if event.startswith("ack ") else RAN


def as_data(arguments: tuple[Any, ...]) -> Any:
    """Return what python-socketio sends as these arguments."""
    return arguments if len(arguments) > 1 else next(iter(arguments), None)


def _cases() -> Iterator[Case]:
    table = [*((*each, "valid") for each in VALID), *INVALID]
    for number, (name, arguments, path) in enumerate(table):
        bad = path != "valid"
        label = f"{name} {number}"
        found: Any = ("PayloadValidationException", path) if bad else None
        yield Case(f"payload {label}", f"payload {name}", arguments, RAN, found)
        if arguments == (None,):
            continue  # as a result, and as data, None is no argument
        EMITS.append((name, as_data(arguments)))
        yield Case(
            f"emit {label}",
            "emit",
            (len(EMITS) - 1,),
            EMITTED,
            ("InternalServerError", []) if bad else None,  # of the handler, not of the client
            () if bad else ((name, *arguments),),
        )
        if name in ACKS:
            RESULTS.append(as_data(arguments))
            found = ("MessageAckValidationException", path) if bad else None
            expected = as_data(arguments)
            yield Case(f"ack {label}", f"ack {name}", (len(RESULTS) - 1,), expected, found)


CASES = [*_cases()]


async def verdict_of(case: Case, url: str) -> tuple[Any, tuple[tuple[Any, ...], ...]]:
    """Return how the server at *url* acknowledges the event of *case*, and what it emits."""
    peer = await Peer().connect(url)
    try:
        acknowledged = await peer.call(case.event, *case.arguments)
    finally:
        await peer.close()
    return acknowledged, tuple(peer.received)


def check_verdict(case: Case, verdict: tuple[Any, tuple[tuple[Any, ...], ...]]) -> None:
    """Check that the server decided as *case* says."""
    acknowledged, received = verdict
    assert received == case.received
    if case.problem is None:
        assert acknowledged == case.answer
        return
    kind, path = case.problem
    error = acknowledged["error"]
    assert error["type"] == kind
    assert error["path"] == (path or [])
