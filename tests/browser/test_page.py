"""The page of the documentation, in a real browser."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from browser.conftest import Violations
from e2e.running import EXAMPLES, run_to_its_end, running_flask
from playwright.async_api import Browser, Page, expect
from starlette.applications import Starlette
from starlette.routing import Mount
from support import channel, document, message, serving

from asynction_core import AsynctionMiddleware, AsynctionServer, load_spec
from asynction_core.registration import register

pytestmark = pytest.mark.asyncio(loop_scope="session")

DOCUMENTS = ["chat/asyncapi.yml", "chat/asyncapi-v3.yml", "secured/asyncapi.yml"]

EVIL = "<img src=x onerror=alert(1)><script>alert(2)</script></script><svg onload=alert(3)>"
LINKS = "[one](javascript:alert(4)) <a href='java&#10;script:alert(5)' onclick='alert(6)'>two</a>"
FRAMES = "<iframe srcdoc='<script>alert(7)</script>'></iframe><form action='javascript:alert(8)'>"
ALL_EVIL = f"{EVIL} {LINKS} {FRAMES}"


def middleware(spec: Any) -> AsynctionMiddleware:
    """Return the documentation of *spec*, whose handlers nobody needs."""
    registration = register(load_spec(spec), validation=False, import_handlers=False)
    return AsynctionMiddleware(server=AsynctionServer(registration))


@contextmanager
def documented(spec: Any) -> Iterator[str]:
    """Serve the documentation of *spec*; yield the URL of its page."""
    with serving(middleware(spec), lifespan="off") as url:
        yield f"{url}/docs"


async def opened(page: Page, url: str) -> Page:
    """Open *url*, and wait until the documentation has come to rest."""
    await page.goto(url)
    await expect(page.locator("#documentation .aui-root #introduction")).to_be_visible()
    await expect(page.locator("#documentation:not([aria-busy])")).to_be_visible()
    return page


async def events_of(page: Page) -> list[tuple[str, str, str]]:
    """Return what the page says of each event: who sends it, its namespace, its name."""
    found = []
    for item in await page.locator("#operations > ul > li").all():
        label, _, address = (await item.locator("h3").inner_text()).partition(" ")
        name = await item.locator(".shadow > div:first-child .text-gray-700").first.inner_text()
        found.append((label, address.strip(), name))
    return found


async def text_of(page: Page) -> str:
    return await page.locator("#documentation").inner_text()


@pytest.mark.parametrize("name", DOCUMENTS)
async def test_every_event_is_shown(page: Page, name: str) -> None:
    spec = load_spec(EXAMPLES / name)
    expected = {
        (label, namespace.name, event)
        for namespace in spec.namespaces.values()
        for label, events in (("RECEIVES", namespace.received), ("EMITS", namespace.emitted))
        for event in events
    }
    with documented(EXAMPLES / name) as url:
        found = await events_of(await opened(page, url))

    assert set(found) == expected
    assert len(found) == len(expected)


async def test_every_event_is_shown_on_flask(page: Page, tmp_path: Path) -> None:
    with running_flask(EXAMPLES / "chat_flask" / "app", tmp_path / "log") as server:
        found = await events_of(await opened(page, f"{server.url}/docs"))

    assert len(found) == 11


async def test_the_tab_has_title_and_version(page: Page) -> None:
    with documented(EXAMPLES / "chat/asyncapi.yml") as url:
        await opened(page, url)
        assert await page.title() == "Chat 1.0.0"


@pytest.mark.parametrize("name", DOCUMENTS[:2])
async def test_payloads_acks_bindings_and_servers_are_shown(page: Page, name: str) -> None:
    with documented(EXAMPLES / name) as url:
        await opened(page, url)
        event = page.locator("[id='operation-receive-add user']")
        admin = page.locator("[id='operation-send-server metric']")
        login = page.locator("[id='operation-send-login']")

        await expect(event.get_by_text("x-acknowledgement")).to_be_visible()
        await expect(event.get_by_text("[ 1 .. 40 ] characters")).to_be_visible()
        await expect(login.get_by_text("numUsers", exact=True)).to_be_visible()
        await admin.get_by_role("button", name="Expand all").first.click()
        await expect(admin.get_by_text("token", exact=True)).to_be_visible()
        await expect(page.locator("#servers")).to_contain_text("localhost:8000/socket.io")


async def test_security_is_shown(page: Page) -> None:
    with documented(EXAMPLES / "secured/asyncapi.yml") as url:
        await opened(page, url)
        await expect(page.locator("#servers")).to_contain_text("OAuth2")
        event = page.locator("[id='operation-receive-add note']")
        await expect(event).to_contain_text("Required scopes: notes:write", ignore_case=True)


@pytest.mark.parametrize("version", ["2.6.0", "3.0.0"])
async def test_traits_are_merged_as_the_version_says(page: Page, version: str) -> None:
    trait = {"summary": "of the trait", "tags": [{"name": "tagged"}]}
    greet = {**message("greet"), "summary": "its own", "traits": [trait]}
    spec = document({"/": channel([greet])})
    if version == "3.0.0":
        spec = {
            "asyncapi": version,
            "info": spec["info"],
            "channels": {"root": {"address": "/", "messages": {"greet": greet}}},
            "operations": {"o": {"action": "receive", "channel": {"$ref": "#/channels/root"}}},
        }
    with documented(spec) as url:
        text = await text_of(await opened(page, url))

    assert "tagged" in text
    assert ("of the trait" in text, "its own" in text) == (version < "3", version > "3")


async def test_what_stands_in_other_files_is_shown(page: Page) -> None:
    path = Path(__file__).parents[1] / "specs" / "siblings" / "asyncapi.yml"
    namespaces = load_spec(path).namespaces.values()
    with documented(path) as url:
        found = await events_of(await opened(page, url))

    assert {name for _, _, name in found} == {
        event for each in namespaces for event in (*each.received, *each.emitted)
    }


async def test_schemas_that_recur_are_shown(page: Page) -> None:
    node = {"type": "object", "properties": {"next": {"$ref": "#/components/schemas/Node"}}}
    reference = {"$ref": "#/components/schemas/Node"}
    greet = message("greet", reference, **{"x-ack": {"args": reference}})
    spec = document({"/": channel([greet])}, components={"schemas": {"Node": node}})
    with documented(spec) as url:
        await opened(page, url)
        event = page.locator("#operation-receive-greet")
        await expect(event.get_by_text("Object [CIRCULAR]").first).to_be_visible()


async def test_names_of_functions_are_not_shown(page: Page) -> None:
    with documented(EXAMPLES / "chat/asyncapi.yml") as url:
        text = await text_of(await opened(page, url))

    assert "x-handler" not in text
    assert "handlers." not in text


@pytest.mark.parametrize("prefix", ["/prefix", "/one/two"])
async def test_it_works_under_a_mount_prefix(page: Page, prefix: str) -> None:
    app = Starlette(routes=[Mount(prefix, app=middleware(EXAMPLES / "chat/asyncapi.yml"))])
    with serving(app) as url:
        await opened(page, f"{url}{prefix}/docs/")
        assert page.url == f"{url}{prefix}/docs"
        assert len(await events_of(page)) == 11


async def test_it_works_behind_a_proxy_that_takes_the_prefix_away(page: Page) -> None:
    inner = middleware(EXAMPLES / "chat/asyncapi.yml")

    async def proxy(scope: Any, receive: Any, send: Any) -> None:
        assert scope["path"].startswith("/public/")
        await inner({**scope, "path": scope["path"].removeprefix("/public")}, receive, send)

    with serving(proxy, lifespan="off") as url:
        await opened(page, f"{url}/public/docs")
        assert len(await events_of(page)) == 11


def evil_document() -> dict[str, Any]:
    schema = {
        "type": "object",
        "title": EVIL,
        "description": ALL_EVIL,
        "properties": {EVIL: {"type": "string", "description": ALL_EVIL, "enum": [EVIL]}},
        "examples": [{EVIL: EVIL}],
        "externalDocs": {"url": "javascript:alert(9)", "description": EVIL},
    }
    greet = {
        **message(EVIL, schema, **{"x-ack": {"args": {"description": ALL_EVIL}}}),
        "summary": EVIL,
        "description": ALL_EVIL,
        "tags": [{"name": EVIL, "externalDocs": {"url": "java\tscript:alert(10)"}}],
        "x-more": {EVIL: ALL_EVIL},
    }
    spec = document({"/": channel([greet], description=ALL_EVIL)})
    spec["info"] = {
        "title": f"</title>{EVIL}",
        "version": EVIL,
        "description": ALL_EVIL,
        "termsOfService": " javascript:alert(11)",
        "contact": {"name": EVIL, "url": "JavaScript:alert(12)", "email": EVIL},
        "license": {"name": EVIL, "url": "data:text/html,<script>alert(13)</script>"},
    }
    spec["servers"] = {"evil": {"url": "a.example", "protocol": "ws", "description": ALL_EVIL}}
    spec["components"] = {"schemas": {"Evil": schema, "__proto__": {"type": "string"}}}
    return spec


async def test_nothing_in_the_document_becomes_script_or_markup_that_acts(browser: Browser) -> None:
    context = await browser.new_context()
    page = await context.new_page()
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: dialogs.append(dialog.message))
    with documented(evil_document()) as url:
        await opened(page, url)
        await page.evaluate("""() => {
            for (const button of document.querySelectorAll("#documentation button"))
              if (button.textContent === "Expand all") button.click();
          }""")
        await page.wait_for_load_state("networkidle")
        acting = await page.evaluate("""() => [...document.querySelectorAll("body *")].filter(
            (each) =>
              ["IFRAME", "OBJECT", "EMBED"].includes(each.tagName) ||
              each.tagName === "SCRIPT" ||
              each.getAttributeNames().some((name) => name.startsWith("on")) ||
              /^\\s*(javascript|data|vbscript):/i.test(each.href ?? each.action ?? "")
          ).map((each) => each.outerHTML)""")
        for link in await page.locator("#documentation a:visible").all():
            await link.click(modifiers=["Alt"], force=True, no_wait_after=True)
        text = await text_of(page)
    await context.close()

    assert acting == []
    assert dialogs == []
    assert "<svg onload=alert(3)>" in text  # where there is no Markdown it is text


async def test_images_from_elsewhere_are_not_fetched(browser: Browser) -> None:
    context = await browser.new_context()
    page = await context.new_page()
    requests: list[str] = []
    page.on("requestfinished", lambda request: requests.append(request.url))
    spec = document({"/": channel([message("greet")])})
    spec["info"]["description"] = "![seen](http://127.0.0.1:9/pixel.png)"
    with documented(spec) as url:
        await opened(page, url)
    await context.close()

    assert requests
    assert all(each.startswith(url.removesuffix("/docs")) for each in requests)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_colours_follow_the_system(page: Page, scheme: Any) -> None:
    await page.emulate_media(color_scheme=scheme)
    with documented(EXAMPLES / "chat/asyncapi.yml") as url:
        await opened(page, url)
        for selector in ("body", ".aui-root .bg-white", ".aui-root .shadow"):
            colour = await page.locator(selector).first.evaluate(
                "(each) => getComputedStyle(each).backgroundColor"
            )
            levels = [int(level) for level in re.findall(r"\d+", colour)[:3]]
            assert (sum(levels) > 3 * 128) is (scheme == "light"), (selector, colour)


@pytest.mark.parametrize("name", DOCUMENTS)
async def test_a_phone_need_not_scroll_sideways(page: Page, name: str) -> None:
    await page.set_viewport_size({"width": 390, "height": 844})
    with documented(EXAMPLES / name) as url:
        await opened(page, url)
        assert await page.evaluate("document.documentElement.scrollWidth") <= 390


async def test_a_phone_has_a_table_of_contents(page: Page) -> None:
    await page.set_viewport_size({"width": 390, "height": 844})
    with documented(EXAMPLES / "chat/asyncapi.yml") as url:
        await opened(page, url)
        await page.get_by_role("button", name="Table of contents").press("Enter")
        await page.locator(".sidebar").get_by_text("user joined").click()
        await expect(page.locator("[id='operation-send-user joined']")).to_be_in_viewport()


async def test_it_can_be_used_with_the_keyboard(page: Page) -> None:
    with documented(EXAMPLES / "chat/asyncapi.yml") as url:
        await opened(page, url)
        await page.keyboard.press("Tab")
        await expect(page.get_by_text("Skip to the documentation")).to_be_focused()
        await page.keyboard.press("Enter")
        await expect(page.locator("#documentation")).to_be_focused()
        await page.keyboard.press("Tab")
        focused = page.locator(":focus")
        assert await focused.evaluate("(each) => getComputedStyle(each).outlineStyle") != "none"


async def test_the_address_names_an_event(page: Page) -> None:
    with documented(EXAMPLES / "chat/asyncapi.yml") as url:
        await opened(page, f"{url}#operation-send-server%20metric")
        await expect(page.locator("[id='operation-send-server metric']")).to_be_in_viewport()


async def test_the_address_tells_documentation_and_console_apart(page: Page) -> None:
    with documented(EXAMPLES / "chat/asyncapi.yml") as url:
        await opened(page, url)
        await expect(page.locator("#console")).to_be_hidden()
        await page.get_by_role("link", name="Console").click()
        await expect(page.locator("#console")).to_be_visible()
        await expect(page.locator("#documentation")).to_be_hidden()
        await page.get_by_role("link", name="Documentation", exact=True).click()
        await expect(page.locator("#documentation")).to_be_visible()


async def test_without_the_document_it_says_so(browser: Browser) -> None:
    context = await browser.new_context()
    page = await context.new_page()
    await page.route("**/asyncapi.json", lambda route: route.fulfill(status=502))
    with documented(EXAMPLES / "chat/asyncapi.yml") as url:
        await page.goto(url)
        await expect(page.get_by_role("alert")).to_contain_text(
            "cannot be shown: asyncapi.json: 502"
        )
    await context.close()


async def test_without_scripts_it_says_where_the_document_is(browser: Browser) -> None:
    context = await browser.new_context(java_script_enabled=False)
    page = await context.new_page()
    with documented(EXAMPLES / "chat/asyncapi.yml") as url:
        await page.goto(url)
        await expect(page.locator("noscript a")).to_be_visible()
    await context.close()


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


async def test_a_static_site_works_in_any_directory(page: Page, tmp_path: Path) -> None:
    spec = str(EXAMPLES / "chat" / "asyncapi.yml")
    done = run_to_its_end("-s", spec, "docs", "build", "--out", "any/directory", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(tmp_path)))
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        await opened(page, f"http://127.0.0.1:{server.server_port}/any/directory/")
        assert len(await events_of(page)) == 11
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize("name", DOCUMENTS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing_serious(
    page: Page, violations: Violations, name: str, scheme: Any
) -> None:
    await page.emulate_media(color_scheme=scheme)
    with documented(EXAMPLES / name) as url:
        await opened(page, url)
        assert await violations(page) == []
