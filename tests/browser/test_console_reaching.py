"""The console reaches its server wherever that is mounted, with whatever credential it asks for."""

import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from browser.consoles import Console
from browser.information import SECRET
from playwright.async_api import Browser, Page, expect
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from support import channel, document, message, serving

from asynction_core import AsynctionMiddleware, AsynctionServer, load_spec
from asynction_core.docs import Documentation
from asynction_core.docs.asgi import DocumentationRoute, send_answer
from asynction_core.docs.resources import redirect

pytestmark = pytest.mark.asyncio(loop_scope="session")

INFO = "browser.information"
SCHEMES: dict[str, dict[str, Any]] = {
    "bearer": {"type": "http", "scheme": "bearer", "x-bearerInfoFunc": f"{INFO}.token"},
    "basic": {"type": "http", "scheme": "basic", "x-basicInfoFunc": f"{INFO}.password"},
    "login": {"type": "userPassword", "x-basicInfoFunc": f"{INFO}.password"},
    "user": {"type": "apiKey", "in": "user", "x-apiKeyInfoFunc": f"{INFO}.key"},
    "query": {
        "type": "httpApiKey",
        "in": "query",
        "name": "k",
        "x-apiKeyInfoFunc": f"{INFO}.key",
    },
    "header": {
        "type": "httpApiKey",
        "in": "header",
        "name": "X-Key",
        "x-apiKeyInfoFunc": f"{INFO}.key",
    },
    "cookie": {
        "type": "httpApiKey",
        "in": "cookie",
        "name": "k",
        "x-apiKeyInfoFunc": f"{INFO}.key",
    },
}
PLACES = [
    ("bearer", "auth.token"),
    ("bearer", "header Authorization: Bearer"),
    ("basic", "header Authorization: Basic"),
    ("login", "auth.username, auth.password"),
    ("login", "header Authorization: Basic"),
    ("user", "auth.user"),
    ("query", "auth.k"),
    ("query", "query parameter k"),
    ("header", "auth.X-Key"),
    ("header", "header X-Key"),
    ("cookie", "auth.k"),
    ("cookie", "cookie k"),
]
HEADERS = {
    "type": "object",
    "properties": {"X-Room": {"type": "integer"}},
    "required": ["X-Room"],
}


def application() -> AsynctionMiddleware:
    channels: dict[str, Any] = {f"/{name}": {"x-security": [{name: []}]} for name in SCHEMES}
    channels["/open"] = channel([message("event")], bindings={"ws": {"headers": HEADERS}})
    contents = document(channels, components={"securitySchemes": SCHEMES})
    server = AsynctionServer.from_spec(contents)

    async def event(sid: str, *arguments: Any) -> str:
        return "reached"

    server.on("event", event, namespace="/open")
    return AsynctionMiddleware(server=server)


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with serving(application()) as url:
        yield url


@pytest_asyncio.fixture(loop_scope="session")
async def console(page: Page) -> AsyncIterator[Console]:
    console = Console(page)
    yield console
    await console.leave()


@pytest.mark.parametrize(("scheme", "place"), PLACES)
async def test_a_credential_is_carried_where_the_reader_wants_it(
    console: Console, url: str, scheme: str, place: str
) -> None:
    await console.open(url)
    await console.choose_namespace(f"/{scheme}")
    for label, value in (("User name", "änn"), ("Password", SECRET)):
        if scheme in ("basic", "login"):
            await console.field(label).fill(value)
    if scheme not in ("basic", "login"):
        await console.page.get_by_label("Token" if scheme == "bearer" else "Key").fill(SECRET)
    await console.field("Sent in").select_option(label=place)

    await console.connect()


@pytest.mark.parametrize("scheme", SCHEMES)
async def test_without_its_credential_it_is_refused(
    console: Console, url: str, scheme: str
) -> None:
    await console.open(url)
    await console.choose_namespace(f"/{scheme}")

    assert "Missing credentials" in await console.refused()


async def test_a_cookie_is_gone_when_the_connection_ends(console: Console, url: str) -> None:
    await console.open(url)
    await console.choose_namespace("/cookie")
    await console.page.get_by_label("Key").fill(SECRET)
    await console.field("Sent in").select_option(label="cookie k")
    await console.connect()
    assert [each["name"] for each in await console.page.context.cookies(f"{url}/socket.io")] == [
        "k"
    ]

    await console.button("Disconnect").click()

    await expect(console.status).to_have_text("Disconnected")
    assert await console.page.context.cookies(f"{url}/socket.io") == []


async def test_what_is_typed_as_auth_is_sent(console: Console, url: str) -> None:
    await console.open(url)
    await console.choose_namespace("/bearer")
    await console.page.get_by_text("Auth payload").click()
    await console.page.get_by_label("auth JSON").fill(f'{{"token": "{SECRET}"}}')

    await console.connect()


async def test_declared_headers_are_sent(console: Console, url: str) -> None:
    await console.open(url)
    await console.choose_namespace("/open")
    assert "X-Room" in await console.refused()
    await console.field("X-Room").fill("7")

    await console.connect()


async def test_it_reaches_a_server_under_a_mount_prefix(console: Console) -> None:
    with serving(Starlette(routes=[Mount("/a/b", application())])) as url:
        await console.open(f"{url}/a/b")
        await console.choose_namespace("/open")
        await console.field("X-Room").fill("7")
        await console.connect()

        await console.emit("[]")

        await expect(console.acked).to_have_text('"reached"')
        await console.leave()


async def test_it_reaches_a_server_behind_a_proxy_that_cuts_the_prefix_off(
    console: Console,
) -> None:
    inner = application()

    async def proxy(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "lifespan":
            scope = {**scope, "path": scope["path"].removeprefix("/proxied"), "raw_path": b""}
        await inner(scope, receive, send)

    with serving(proxy) as url:
        await console.open(f"{url}/proxied")
        await console.choose_namespace("/open")
        await console.field("X-Room").fill("7")

        await console.connect()
        await console.leave()


async def test_in_a_static_site_it_reaches_the_server_that_it_was_built_for(
    browser: Browser, tmp_path: Path
) -> None:
    contents = document({"/": channel([message("event")])})
    server = AsynctionServer.from_spec(contents, cors_allowed_origins="*")

    async def event(sid: str, *arguments: Any) -> str:
        return "reached"

    server.on("event", event)
    with serving(AsynctionMiddleware(server=server)) as url:
        site = Documentation(server.registration.spec, "socket.io", url).static_files()
        for name, data in site.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_bytes(data)
        with serving(StaticFiles(directory=tmp_path, html=True)) as static:
            page = await browser.new_page()
            console = Console(page)
            await page.goto(f"{static}/#console")
            await console.connect()
            await console.emit("[]")
            await expect(console.acked).to_have_text('"reached"')
            await console.leave()
            await page.close()


async def test_where_no_api_runs_it_says_where_it_looked_for_one(browser: Browser) -> None:
    contents = document({"/": channel([message("event")])})
    alone = DocumentationRoute(Documentation(load_spec(contents), "socket.io"), "/docs")

    async def serve(scope: Any, _receive: Any, send: Any) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close"})
            return
        answer = await alone.answer(scope, scope["path"])
        await send_answer(answer or redirect("/docs"), send)

    with serving(serve) as url:
        page = await browser.new_page()  # its browser says, too, that nobody is there
        console = await Console(page).open(url)
        await console.button("Connect").click()
        await expect(console.status).to_have_text(
            re.compile(
                rf"^Failed: .+: no Socket\.IO at {url}/socket\.io/?\. Does the API run there"
            )
        )
        await page.close()
