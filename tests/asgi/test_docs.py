"""The documentation under a real uvicorn."""

import concurrent.futures
import gzip
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route
from support import channel, document, message, serving

from asynction_core import AsynctionMiddleware, AsynctionServer
from asynction_core.docs.assets import assets

SPEC = document({"/": channel([message("ping", {"type": "integer"})])})
COMPONENT = f"docs/{assets().folder}/vendor/asyncapi-component.js"


def middleware(app: Any = None, **options: Any) -> AsynctionMiddleware:
    server = AsynctionServer.from_spec(SPEC, **options)
    server.on("ping", lambda sid, number: number)
    return AsynctionMiddleware(app, server=server)


class Response:
    """An answer, as it came over the wire."""

    def __init__(self, url: str, method: str = "GET", headers: Mapping[str, str] | None = None):
        parts = urlsplit(url)
        connection = HTTPConnection(parts.netloc, timeout=5)
        connection.request(method, parts.path, headers=dict(headers or {}))
        answer = connection.getresponse()
        self.status, self.headers, self.body = answer.status, answer.headers, answer.read()
        connection.close()


@contextmanager
def documented(app: Any = None, **options: Any) -> Iterator[str]:
    with serving(middleware(app, **options)) as url:
        yield f"{url}/"


async def hello(request: Any) -> PlainTextResponse:
    return PlainTextResponse("hello")


@pytest.mark.parametrize("path", ["docs", "docs/asyncapi.json", "docs/asyncapi.yaml", COMPONENT])
@pytest.mark.parametrize("encoding", ["identity", "gzip"])
def test_the_body_is_as_it_says(path: str, encoding: str) -> None:
    with documented() as url:
        found = Response(url + path, headers={"Accept-Encoding": encoding})

    assert found.status == 200
    assert found.headers.get("Content-Encoding", "identity") == encoding
    assert found.headers["Content-Length"] == str(len(found.body))
    text = gzip.decompress(found.body) if encoding == "gzip" else found.body
    if path == "docs/asyncapi.json":
        assert json.loads(text) == SPEC


def test_the_head_has_no_body() -> None:
    with documented() as url:
        found = Response(f"{url}docs", "HEAD")

    assert (found.status, found.body) == (200, b"")
    assert int(found.headers["Content-Length"]) > 0


def test_the_document_is_not_sent_to_those_who_have_it() -> None:
    with documented() as url:
        etag = Response(f"{url}docs/asyncapi.json").headers["ETag"]
        found = Response(f"{url}docs/asyncapi.json", headers={"If-None-Match": etag})

    assert (found.status, found.body) == (304, b"")


def test_a_slash_at_the_end_leads_to_the_page() -> None:
    with documented() as url:
        found = Response(f"{url}docs/")
        assert urljoin(f"{url}docs/", found.headers["Location"]) == f"{url}docs"

    assert found.status == 307


def test_it_is_read_only() -> None:
    with documented() as url:
        assert Response(f"{url}docs", "POST").status == 405


@pytest.mark.parametrize("path", ["docs/../docs", "docs/..%2fsite.py", "docs/other", "docsy"])
def test_what_is_not_there_is_the_applications(path: str) -> None:
    app = Starlette(routes=[Route("/{path:path}", hello)])
    with documented(app) as url:
        assert Response(url + path).body == b"hello"


@pytest.mark.parametrize("path", ["docs", "docs/", "docs/asyncapi.json", COMPONENT])
def test_docs_false_removes_all_of_it(path: str) -> None:
    with documented(docs=False) as url:
        assert Response(url + path).status == 404


@pytest.mark.parametrize("path", ["docs", "docs/asyncapi.json", COMPONENT])
def test_under_a_mount_prefix(path: str) -> None:
    with serving(Starlette(routes=[Mount("/prefix", app=middleware())])) as url:
        assert Response(f"{url}/prefix/{path}").status == 200
        assert Response(f"{url}/{path}").status == 404


def test_under_a_root_path() -> None:
    with serving(middleware(), root_path="/prefix") as url:
        assert Response(f"{url}/docs").status == 200


def test_many_at_once_get_the_same() -> None:
    with documented() as url, concurrent.futures.ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: Response(f"{url}docs/asyncapi.json").body, range(16)))

    assert len(set(found)) == 1
