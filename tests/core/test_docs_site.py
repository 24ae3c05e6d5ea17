"""The documentation as a table of paths."""

import json
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
from support import channel, document, message

from asynction_core.docs import Documentation, assets, docs_path
from asynction_core.spec import load_spec

ROOT = Path(__file__).parents[2]
GZIP = {"accept-encoding": "gzip"}
SPEC = load_spec(document({"/": channel([message("greet", {"type": "string"})])}))


def documentation(title: str = "Test", version: str = "1.0.0") -> Documentation:
    written = document({"/": channel([message("greet")])})
    written["info"] = {"title": title, "version": version}
    return Documentation(load_spec(written), "socket.io")


class Page(HTMLParser):
    """What is in a page: its title, its elements, and the URLs in them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.attributes: list[str] = []
        self.urls: list[str] = []
        self.title = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.attributes += [name for name, _ in attrs]
        self.urls += [str(value) for name, value in attrs if name in ("src", "href")]

    def handle_data(self, data: str) -> None:
        if self.elements[-1:] == ["title"] and not self.title:
            self.title = data


def page_of(found: Documentation) -> Page:
    answer = found.answer("GET", "", {})
    assert answer is not None
    return Page(answer.body.decode())


def test_the_page_has_title_and_version_in_its_tab() -> None:
    assert page_of(documentation("Chat", "2.3.4")).title == "Chat 2.3.4"


def test_a_title_injects_nothing() -> None:
    evil = "</title><script>alert(1)</script><img src=x onerror=alert(1)>\"'&"
    plain, found = page_of(documentation()), page_of(documentation(evil, ""))

    assert found.title == evil
    assert found.elements == plain.elements
    assert found.attributes == plain.attributes


def test_the_page_has_no_script_and_no_style_of_its_own() -> None:
    answer = documentation().answer("GET", "", {})

    assert answer is not None
    text = answer.body.decode()
    assert re.findall(r"<script[^>]*>(.)", text, re.DOTALL) == ["<"] * text.count("<script")
    assert "<style" not in text
    assert not {name for name in page_of(documentation()).attributes if name.startswith("on")}
    assert "style" not in page_of(documentation()).attributes


def test_the_policy_allows_nothing_inline_and_nothing_from_elsewhere() -> None:
    answer = documentation().answer("GET", "", {})

    assert answer is not None
    policy = answer.headers["Content-Security-Policy"]
    directives = dict(each.strip().split(" ", 1) for each in policy.split(";"))
    assert "unsafe" not in policy
    assert directives == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' data:",
        "connect-src": "'self'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
    }


def test_every_url_of_the_page_is_relative_and_leads_somewhere() -> None:
    found = documentation()

    for url in page_of(found).urls:
        if url.startswith("#"):
            continue
        assert url.startswith("docs/")
        if "/console/" not in url:
            answer = found.answer("GET", url.removeprefix("docs"), {})
            assert answer is not None, url
            assert answer.status == 200


def test_assets_are_immutable_and_all_else_is_revalidated() -> None:
    found = documentation()
    for name in found.files:
        answer = found.answer("GET", f"/{name}", GZIP)
        assert answer is not None
        immutable = "immutable" in answer.headers["Cache-Control"]
        assert immutable is name.startswith("assets/")
        assert answer.headers["ETag"]


@pytest.mark.parametrize(
    ("path", "media_type"),
    [
        ("", "text/html; charset=utf-8"),
        ("/asyncapi.json", "application/json"),
        ("/asyncapi.yaml", "application/yaml"),
        ("/console.json", "application/json"),
        ("/socket.io.js", "text/javascript; charset=utf-8"),
    ],
)
def test_everything_has_its_type(path: str, media_type: str) -> None:
    answer = documentation().answer("GET", path, {})

    assert answer is not None
    assert answer.headers["Content-Type"] == media_type


def test_the_document_is_served_as_json_and_yaml() -> None:
    found = Documentation(SPEC, "socket.io")
    as_json = found.answer("GET", "/asyncapi.json", {})
    as_yaml = found.answer("GET", "/asyncapi.yaml", {})

    assert as_json is not None
    assert as_yaml is not None
    assert json.loads(as_json.body) == SPEC.document
    assert b"name: greet\n" in as_yaml.body


@pytest.mark.parametrize(
    "path",
    [
        "/../middleware.py",
        "/assets/../../__init__.py",
        "/assets//etc/passwd",
        "//etc/passwd",
        "/assets/%2e%2e/site.py",
        "/asyncapi.json/",
        "/assets",
        "/\0",
        "/__init__.py",
    ],
)
def test_a_path_that_is_not_in_the_table_is_nothing(path: str) -> None:
    assert documentation().answer("GET", path, {}) is None


def test_the_page_with_a_slash_leads_to_the_one_without_by_a_relative_url() -> None:
    answer = documentation().answer("GET", "/", {})

    assert answer is not None
    assert answer.status == 307
    assert answer.headers["Location"] == "../docs"


@pytest.mark.parametrize(
    ("socketio_path", "path"),
    [("socket.io", "/docs"), ("/api/v1/socket.io/", "/api/v1/docs"), ("ws", "/docs")],
)
def test_the_docs_are_beside_the_socketio_path(socketio_path: str, path: str) -> None:
    assert docs_path(socketio_path) == path


def test_without_what_comes_from_npm_the_page_says_what_to_do_and_the_document_is_there(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(assets, "__file__", str(tmp_path / "asynction_core" / "docs" / "assets.py"))
    assets.assets.cache_clear()
    try:
        found = documentation()
        answer = found.answer("GET", "", {})
        json_answer = found.answer("GET", "/asyncapi.json", {})
    finally:
        monkeypatch.undo()
        assets.assets.cache_clear()

    assert answer is not None
    assert answer.status == 503
    assert b"pip install -e ." in answer.body
    assert json_answer is not None
    assert json_answer.status == 200


def test_the_first_load_of_the_page_is_small() -> None:
    """All that is loaded before anything is clicked, compressed, the console's modules included."""
    found = documentation()
    names = [name for name in found.files if name.startswith("assets/")]
    bodies = [found.answer("GET", f"/{name}", GZIP) for name in [*names, "asyncapi.json"]]
    page = found.answer("GET", "", GZIP)

    assert page is not None
    total = len(page.body) + sum(len(each.body) for each in bodies if each is not None)
    assert 500_000 < total <= 900_000


def test_importing_the_core_reads_no_assets() -> None:
    code = (
        "import sys, asynction_core, asynction_core.middleware\n"
        "from asynction_core.docs.assets import assets\n"
        "assert assets.cache_info().currsize == 0\n"
        "server = asynction_core.AsynctionMiddleware(spec_path='examples/chat/asyncapi.yml')\n"
        "assert assets.cache_info().currsize == 0\n"
    )
    path = [os.environ.get("PYTHONPATH", ""), str(ROOT / "examples" / "chat")]
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, path))}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environ, capture_output=True, text=True
    )

    assert done.returncode == 0, done.stderr
