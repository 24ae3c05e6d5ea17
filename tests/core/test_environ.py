"""The environment of an ASGI request: python-engineio's, but for the body."""

import asyncio
from typing import Any

import pytest
from engineio.async_drivers import asgi
from hypothesis import given
from hypothesis import strategies as st

from asynction_core.environ import translate_request

NAMES = [
    *(b"host", b"content-length", b"content-type", b"content_length", b"x-a", b"x_a", b"x-\xff"),
    *(b"x-forwarded-proto", b"connection", "x-ß".encode()),
]
VALUES = [b"", b"1", b"a, b", b"\xff", "é".encode()]
HEADERS = st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(VALUES)))
SCOPES = st.fixed_dictionaries(
    {"path": st.sampled_from(["/socket.io/", "/é", ""]), "headers": HEADERS},
    optional={
        "method": st.sampled_from(["GET", "POST", "OPTIONS"]),
        "query_string": st.sampled_from([b"", b"EIO=4&sid=a", "é=1".encode(), b"\xff", None]),
    },
)
LIMIT = 10


class Request:
    """A request whose events come in turn."""

    def __init__(self, *events: dict[str, Any], **scope: Any) -> None:
        self.events = [*events]
        self.scope = {"path": "/socket.io/", "headers": [], **scope}
        self.read: list[bytes] = []

    async def receive(self) -> dict[str, Any]:
        return self.events.pop(0)

    async def send(self, message: Any) -> None:
        raise AssertionError("nothing is sent")

    async def receive_body(self, body: Any, _query: str, length: int) -> bytes:
        self.read.append(await body.read(length))
        return b""

    def environ(self) -> Any:
        return asyncio.run(
            translate_request(LIMIT, self.receive_body, self.scope, self.receive, self.send)
        )


def part(body: bytes | None, more: bool = False) -> dict[str, Any]:
    about = {} if body is None else {"body": body}
    return {"type": "http.request", "more_body": more, **about}


@pytest.mark.parametrize("kind", ["http.request", "websocket.connect"])
@given(scope=SCOPES)
def test_it_is_the_one_that_python_engineio_makes(kind: str, scope: dict[str, Any]) -> None:
    event = {"type": kind}
    request = Request(event, event, **scope)
    theirs = asyncio.run(asgi.translate_request(request.scope, request.receive, request.send))
    ours = request.environ()
    for each in (ours, theirs):
        del each["wsgi.input"]
    assert ours == theirs


def test_a_client_that_has_gone_has_none() -> None:
    assert Request({"type": "http.disconnect"}).environ() == {}


@pytest.mark.parametrize(
    ("length", "parts", "read"),
    [
        ("5", [b"whole"], b"whole"),
        ("5", [b"wh", None, b"ol", b"e"], b"whole"),
        ("3", [b"wh", b"ol", b"e"], b"who"),
        ("0", [b"wh", b"ole"], b""),
        ("9", [b"whole"], b"whole"),
    ],
)
def test_the_body_of_a_post_is_as_long_as_it_is_told(
    length: str, parts: list[bytes | None], read: bytes
) -> None:
    events = [part(each, more=True) for each in parts[:-1]] + [part(parts[-1])]
    request = Request(*events, method="POST", headers=[(b"content-length", length.encode())])
    asyncio.run(request.environ()["wsgi.input"].read(int(length)))
    assert request.read == [read]
    assert not request.events, "all of it was taken"


def test_a_body_ends_when_the_client_has_gone() -> None:
    events = [part(b"wh", more=True), {"type": "http.disconnect"}]
    request = Request(*events, method="POST", headers=[(b"content-length", b"5")])
    asyncio.run(request.environ()["wsgi.input"].read(5))
    assert request.read == [b"wh"]


@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_other_requests_have_an_empty_body(method: str) -> None:
    body = Request(part(b"body"), method=method).environ()["wsgi.input"]
    assert asyncio.run(body.read()) == b""
