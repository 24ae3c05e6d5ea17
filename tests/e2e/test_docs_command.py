"""``asynction docs``, run as its documentation says."""

import hashlib
import json
import urllib.request
from pathlib import Path

import pytest
from e2e.running import EXAMPLES, run_to_its_end, running_command

CHAT = EXAMPLES / "chat" / "asyncapi.yml"
SMALL = "asyncapi: 2.6.0\ninfo: {title: %s, version: '1'}\nchannels: {}\n"


def build(directory: Path, *options: str, spec: Path = CHAT) -> tuple[int, str]:
    done = run_to_its_end(
        "-s", str(spec), "docs", "build", "--out", "site", *options, cwd=directory
    )
    return done.returncode, done.stdout + done.stderr


def files(directory: Path) -> dict[str, bytes]:
    found = (path for path in directory.rglob("*") if path.is_file())
    return {path.relative_to(directory).as_posix(): path.read_bytes() for path in found}


def get(url: str) -> str:
    with urllib.request.urlopen(url, timeout=5) as answer:
        return str(answer.read().decode())


def test_a_site_has_the_page_the_document_and_what_the_page_loads(tmp_path: Path) -> None:
    status, said = build(tmp_path)
    found = files(tmp_path / "site")
    [component] = [name for name in found if name.endswith("/asyncapi-component.js")]

    assert (status, said.split()[0]) == (0, "site/index.html,")
    assert {"index.html", "docs/asyncapi.json", "docs/asyncapi.yaml"} <= found.keys()
    assert f'src="{component}"' in found["index.html"].decode()
    assert json.loads(found["docs/asyncapi.json"])["info"]["title"] == "Chat"


def test_its_policy_lets_the_console_reach_the_server_only(tmp_path: Path) -> None:
    _, said = build(tmp_path, "--server", "https://api.example.com:8443/live/socket.io")
    html = (tmp_path / "site" / "index.html").read_text()
    model = json.loads((tmp_path / "site" / "docs" / "console.json").read_text())

    assert "must allow the page's origin" in said
    assert (
        "connect-src &#x27;self&#x27; https://api.example.com:8443 wss://api.example.com:8443;"
    ) in html
    assert model["server"] == "https://api.example.com:8443/live/socket.io"
    assert model["path"].strip("/") == "live/socket.io"


@pytest.mark.parametrize("url", ["ftp://example.com", "example.com", "https://a b", "https://a;x"])
def test_what_is_no_url_of_a_server_is_refused(url: str, tmp_path: Path) -> None:
    status, said = build(tmp_path, "--server", url)

    assert status == 2
    assert "is no URL of a server" in said


def test_building_again_takes_the_place_of_the_last_site(tmp_path: Path) -> None:
    spec = tmp_path / "api.yml"
    spec.write_text(SMALL % "One")
    build(tmp_path, spec=spec)
    spec.write_text(SMALL % "Two")

    assert build(tmp_path, spec=spec)[0] == 0
    assert "<title>Two 1</title>" in (tmp_path / "site" / "index.html").read_text()


def test_what_is_no_longer_of_the_site_is_removed(tmp_path: Path) -> None:
    build(tmp_path)
    site = tmp_path / "site"
    manifest = json.loads((site / ".asynction-docs.json").read_text())
    old = site / "docs" / "assets" / "old" / "page.js"
    old.parent.mkdir()
    old.write_text("old")
    manifest["docs/assets/old/page.js"] = hashlib.sha256(b"old").hexdigest()
    (site / ".asynction-docs.json").write_text(json.dumps(manifest))

    assert build(tmp_path)[0] == 0
    assert not old.parent.exists()


def test_a_file_of_somebody_else_is_never_written_over(tmp_path: Path) -> None:
    site = tmp_path / "site"
    site.mkdir()
    (site / "index.html").write_text("mine")
    before = files(site)
    status, said = build(tmp_path)

    assert status == 1
    assert "site/index.html was not written by this command" in said
    assert files(site) == before


def test_a_file_that_was_edited_is_somebody_elses(tmp_path: Path) -> None:
    build(tmp_path)
    (tmp_path / "site" / "index.html").write_text("mine")

    assert build(tmp_path)[0] == 1
    assert (tmp_path / "site" / "index.html").read_text() == "mine"


def test_force_writes_over_it(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "index.html").write_text("mine")

    assert build(tmp_path, "--force")[0] == 0
    assert "<title>Chat 1.0.0</title>" in (tmp_path / "site" / "index.html").read_text()


def test_other_files_in_the_directory_stay(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "CNAME").write_text("example.com")

    assert build(tmp_path)[0] == 0
    assert (tmp_path / "site" / "CNAME").read_text() == "example.com"


def test_a_broken_document_is_told(tmp_path: Path) -> None:
    spec = tmp_path / "api.yml"
    spec.write_text("asyncapi: 1.0.0")
    status, said = build(tmp_path, spec=spec)

    assert status == 1
    assert "AsyncAPI '1.0.0' is not supported" in said
    assert not (tmp_path / "site").exists()


def test_the_page_is_served_without_handlers(tmp_path: Path) -> None:
    arguments = ("-s", str(CHAT), "docs", "serve")
    with running_command(tmp_path, tmp_path / "log", *arguments) as server:
        assert "<title>Chat 1.0.0</title>" in get(f"{server.url}/docs")
        assert json.loads(get(f"{server.url}/docs/asyncapi.json"))["info"]["title"] == "Chat"
        assert "<title>Chat 1.0.0</title>" in get(f"{server.url}/")
        assert server.interrupt() == 0
    said = (tmp_path / "log").read_text()
    assert f"address         {server.url}/docs" in said
    assert "console         has no API to connect to; --server URL gives it one" in said


def test_the_page_that_is_served_says_what_its_console_connects_to(tmp_path: Path) -> None:
    arguments = ("-s", str(CHAT), "docs", "serve", "--server", "http://127.0.0.1:1/live")
    with running_command(tmp_path, tmp_path / "log", *arguments) as server:
        assert "<title>Chat 1.0.0</title>" in get(f"{server.url}/")
    said = (tmp_path / "log").read_text()
    assert "console         connects to http://127.0.0.1:1/live, which must allow" in said


def test_a_changed_document_is_shown_anew(tmp_path: Path) -> None:
    spec = tmp_path / "api.yml"
    spec.write_text(SMALL % "One")
    arguments = ("-s", str(spec), "docs", "serve", "--reload")
    with running_command(tmp_path, tmp_path / "log", *arguments) as server:
        assert "<title>One 1</title>" in get(f"{server.url}/docs")
        spec.write_text(SMALL % "Another")
        assert "<title>Another 1</title>" in get(f"{server.url}/docs")
        spec.write_text("asyncapi: 1.0.0")
        assert "<title>Another 1</title>" in get(f"{server.url}/docs")
        server.wait_for("AsyncAPI '1.0.0' is not supported")


def test_options_come_from_the_environment_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASYNCTION_DOCS_BUILD_OUT", "elsewhere")
    monkeypatch.setenv("ASYNCTION_SPEC", str(CHAT))

    assert run_to_its_end("docs", "build", cwd=tmp_path).returncode == 0
    assert (tmp_path / "elsewhere" / "index.html").exists()
