"""Binary data between the server and Node's client, in every direction."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from e2e.conftest import Connect
from e2e.peers import NodePeer
from support import channel, document, message, serving

from asynction_core import (
    AsynctionMiddleware,
    AsynctionServer,
    PayloadValidationException,
    ValidationException,
    call,
    emit,
    problem_ack,
)

pytestmark = pytest.mark.asyncio(loop_scope="session")

BINARY = {"type": "string", "format": "binary"}
TEXT = {"type": "string"}
FILE = {
    "type": "object",
    "properties": {"name": TEXT, "pages": {"type": "array", "items": BINARY}},
    "required": ["name", "pages"],
    "additionalProperties": False,
}
EVERY_BYTE = bytes(range(256))

DOCUMENT = document(
    {
        "/": channel(
            received=[
                message("reverse", BINARY, x_ack={"args": BINARY}),
                message("pair", {"type": "array", "prefixItems": [BINARY, TEXT]}),
                message("file", FILE, x_ack={"args": FILE}),
                message("describe", TEXT, x_ack={"args": TEXT}),
                message("anything", x_ack={"args": {"type": "boolean"}}),
                message("publish", FILE),
                message("publish wrongly", {"type": "null"}, x_ack={"args": TEXT}),
                message("ask", {"type": "null"}, x_ack={"args": TEXT}),
            ],
            emitted=[
                message("published", FILE),
                message("page", BINARY),
                message("which page", {"type": "null"}, x_ack={"args": BINARY}),
            ],
        )
    }
)


async def reverse(sid: str, data: bytes) -> bytes:
    return data[::-1]


async def return_both(sid: str, data: bytes, name: str) -> tuple[bytes, str]:
    return data, name


async def return_it(sid: str, data: Any) -> Any:
    return data


async def is_binary(sid: str, data: Any) -> bool:
    return isinstance(data, bytes)


async def publish(sid: str, about: dict[str, Any]) -> None:
    await emit("published", about)


async def publish_wrongly(sid: str) -> str:
    with pytest.raises(PayloadValidationException) as refused:
        await emit("page", "text")
    await emit("page", b"binary")
    return refused.value.message


async def ask(sid: str) -> str:
    try:
        page: bytes = await call("which page", timeout=5)
    except ValidationException as error:
        return type(error).__name__
    return page.hex()


HANDLERS: dict[str, Callable[..., Any]] = {
    "reverse": reverse,
    "pair": return_both,
    "file": return_it,
    "describe": return_it,
    "anything": is_binary,
    "publish": publish,
    "publish wrongly": publish_wrongly,
    "ask": ask,
}


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    server = AsynctionServer.from_spec(DOCUMENT, default_error_handler=problem_ack)
    for event, handler in HANDLERS.items():
        server.on(event, handler)
    with serving(AsynctionMiddleware(server=server)) as served:
        yield served


@pytest.fixture
def peer(node_peer: NodePeer) -> NodePeer:
    return node_peer


@pytest.mark.parametrize("data", [EVERY_BYTE, b"", b"\x00" * 100_000], ids=len)
async def test_a_buffer_is_acknowledged_with_a_buffer(
    url: str, connect: Connect, data: bytes
) -> None:
    socket = await connect(url)
    assert await socket.call("reverse", data) == [data[::-1]]


async def test_a_buffer_is_one_of_several_arguments(url: str, connect: Connect) -> None:
    socket = await connect(url)
    assert await socket.call("pair", EVERY_BYTE, "every byte") == [EVERY_BYTE, "every byte"]


async def test_buffers_stand_inside_of_an_object(url: str, connect: Connect) -> None:
    socket = await connect(url)
    about = {"name": "two pages", "pages": [b"one", b"two"]}
    assert await socket.call("file", about) == [about]


async def test_a_buffer_is_anything_where_nothing_is_declared(url: str, connect: Connect) -> None:
    socket = await connect(url)
    assert await socket.call("anything", b"bytes") == [True]


async def test_the_server_emits_buffers(url: str, connect: Connect) -> None:
    socket = await connect(url)
    about = {"name": "two pages", "pages": [b"one", EVERY_BYTE]}
    await socket.emit("publish", about)
    assert await socket.next_event() == ("published", about)


async def test_the_client_acknowledges_with_a_buffer(url: str, connect: Connect) -> None:
    socket = await connect(url)
    await socket.answer("which page", b"\x01\xff")
    assert await socket.call("ask") == ["01ff"]


async def test_the_client_may_not_acknowledge_with_text_where_binary_is_declared(
    url: str, connect: Connect
) -> None:
    socket = await connect(url)
    await socket.answer("which page", "01ff")
    assert await socket.call("ask") == ["MessageAckValidationException"]


async def test_the_server_cannot_emit_text_where_binary_is_declared(
    url: str, connect: Connect
) -> None:
    socket = await connect(url)
    expected = "'text' is text where the schema declares binary"
    assert await socket.call("publish wrongly") == [expected]
    assert await socket.next_event() == ("page", b"binary")


@pytest.mark.parametrize(
    ("event", "data", "problem", "path", "schema_path"),
    [
        (
            "describe",
            b"text",
            "<4 bytes> is binary where the schema does not declare it",
            [],
            ["type"],
        ),
        ("reverse", "text", "'text' is text where the schema declares binary", [], ["format"]),
        (
            "file",
            {"name": b"name", "pages": []},
            "<4 bytes> is binary where the schema does not declare it",
            ["name"],
            ["properties", "name", "type"],
        ),
        (
            "file",
            {"name": "name", "pages": [b"one", "two"]},
            "'two' is text where the schema declares binary",
            ["pages", 1],
            ["properties", "pages", "items", "format"],
        ),
        ("file", b"file", "<4 bytes> is binary where the schema does not declare it", [], ["type"]),
    ],
    ids=["binary for text", "text for binary", "binary inside", "text inside", "binary for object"],
)
async def test_binary_and_text_do_not_stand_for_each_other(
    url: str,
    connect: Connect,
    event: str,
    data: Any,
    problem: str,
    path: list[Any],
    schema_path: list[Any],
) -> None:
    socket = await connect(url)
    [answer] = await socket.call(event, data)
    assert answer["error"] == {
        "type": "PayloadValidationException",
        "message": problem,
        "event": event,
        "path": path,
        "schema_path": schema_path,
    }


async def test_the_next_buffer_is_served_after_a_refusal(url: str, connect: Connect) -> None:
    socket = await connect(url)
    await socket.call("describe", b"text")
    assert await socket.call("reverse", b"ab") == [b"ba"]
