"""The documentation of a Flask application, under a real server."""

import gzip
import json
from http.client import HTTPConnection, HTTPResponse
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask_support import flask_app, serving_flask, socketio_of
from support import channel, document, message
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.middleware.proxy_fix import ProxyFix

from asynction_core.docs.assets import assets

SPEC = document({"/": channel(emitted=[message("ping", {"type": "integer"})])})
COMPONENT = f"/docs/{assets().folder}/vendor/asyncapi-component.js"


def request(
    url: str, method: str = "GET", headers: dict[str, str] | None = None
) -> tuple[HTTPResponse, bytes]:
    parts = urlsplit(url)
    connection = HTTPConnection(parts.netloc, timeout=5)
    connection.request(method, parts.path, headers=headers or {})
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer, body


@pytest.mark.parametrize("path", ["/docs", "/docs/asyncapi.json", "/docs/asyncapi.yaml", COMPONENT])
@pytest.mark.parametrize("encoding", ["identity", "gzip"])
def test_the_body_is_as_it_says(path: str, encoding: str) -> None:
    app, _ = socketio_of(SPEC)
    with serving_flask(app) as url:
        answer, body = request(url + path, headers={"Accept-Encoding": encoding})

    assert answer.status == 200
    assert answer.headers.get("Content-Encoding", "identity") == encoding
    assert answer.headers["Content-Length"] == str(len(body))
    text = gzip.decompress(body) if encoding == "gzip" else body
    if path == "/docs/asyncapi.json":
        assert json.loads(text) == SPEC


def test_the_page_has_its_policy() -> None:
    app, _ = socketio_of(SPEC)
    answer = app.test_client().get("/docs")

    assert "<title>Test 1.0.0</title>" in answer.text
    assert "script-src 'self';" in answer.headers["Content-Security-Policy"]


def test_the_head_has_the_length_of_the_body() -> None:
    app, _ = socketio_of(SPEC)
    with serving_flask(app) as url:
        answer, body = request(f"{url}/docs", "HEAD")

    assert (answer.status, body) == (200, b"")
    assert int(answer.headers["Content-Length"]) > 0


def test_the_document_is_not_sent_to_those_who_have_it() -> None:
    app, _ = socketio_of(SPEC)
    with serving_flask(app) as url:
        etag = request(f"{url}/docs/asyncapi.json")[0].headers["ETag"]
        answer, body = request(f"{url}/docs/asyncapi.json", headers={"If-None-Match": etag})

    assert (answer.status, body) == (304, b"")


@pytest.mark.parametrize("prefix", ["", "/behind/a/proxy"])
def test_a_slash_at_the_end_leads_to_the_page_by_a_relative_url(prefix: str) -> None:
    app, _ = socketio_of(SPEC)
    app.wsgi_app = ProxyFix(app.wsgi_app, x_prefix=1)  # type: ignore[method-assign]
    answer = app.test_client().get("/docs/", headers={"X-Forwarded-Prefix": prefix})

    assert answer.status_code == 307
    assert answer.headers["Location"] == "../docs"


def test_under_a_prefix() -> None:
    app, _ = socketio_of(SPEC)
    outer: Flask = flask_app()
    mounted = DispatcherMiddleware(outer.wsgi_app, {"/prefix": app.wsgi_app})
    with serving_flask(mounted) as url:
        assert request(f"{url}/prefix/docs")[0].status == 200
        assert request(f"{url}/prefix{COMPONENT}")[0].status == 200
        assert request(f"{url}/docs")[0].status == 404


@pytest.mark.parametrize("path", ["/docs/other", "/docs/../app.py", "/docs/etc/passwd"])
def test_what_is_not_there_is_not_found(path: str) -> None:
    app, _ = socketio_of(SPEC)
    with serving_flask(app) as url:
        assert request(url + path)[0].status == 404


@pytest.mark.parametrize("path", ["/docs", "/docs/", "/docs/asyncapi.json", COMPONENT])
def test_docs_false_removes_all_of_it(path: str) -> None:
    app, _ = socketio_of(SPEC, docs=False)

    assert app.test_client().get(path).status_code == 404
