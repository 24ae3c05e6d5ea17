"""The page of the chat, in a real browser, from either door."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from browser.conftest import Violations, Watch
from e2e.running import EXAMPLES, Running, running, running_flask
from peers import dialogue
from playwright.async_api import Browser, BrowserContext, Locator, Page, expect

pytestmark = pytest.mark.asyncio(loop_scope="session")

EVIL = "<img src=x onerror=alert(1)><script>alert(2)</script><b>bold</b>"


def serve(door: str, log: Path, **environ: str) -> AbstractContextManager[Running]:
    if door == "flask":
        return running_flask(EXAMPLES / "chat_flask" / "app", log, **environ)
    return running("chat", log, UVICORN_TIMEOUT_GRACEFUL_SHUTDOWN="2", **environ)


@pytest.fixture(scope="module", params=["asgi", "flask"])
def door(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture(scope="module")
def url(door: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serve(door, tmp_path_factory.mktemp(door) / "log") as server:
        yield server.url


class Chatter:
    """Somebody who has the chat open in *page*."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.log = page.get_by_role("log", name="Messages")
        self.typing = page.locator("#typing")
        self.state = page.get_by_role("status")
        self.users = page.locator("#users")
        self.name = page.get_by_label("Your name")
        self.text = page.get_by_label("Message", exact=True)

    async def join(self, name: str) -> "Chatter":
        await self.name.fill(name)
        await self.name.press("Enter")
        await expect(self.text).to_be_focused()
        return self

    async def say(self, text: str) -> None:
        await self.text.fill(text)
        await self.page.get_by_role("button", name="Send").click()

    def problem(self) -> Locator:
        return self.page.get_by_role("alert").filter(visible=True)


Visit = Callable[..., Awaitable[Chatter]]


@pytest_asyncio.fixture(loop_scope="session")
async def empty(url: str) -> str:
    """The URL of a chat that nobody is in any more."""
    metric = ""
    while '"value":0' not in metric:
        metric = "".join(await dialogue(url, ["40/admin,"], query=[("token", "12345678")]))
    return url


async def open_chat(page: Page, url: str) -> Chatter:
    """Open the chat, and wait until a server sees at once that the page is closed."""
    upgraded = asyncio.Event()

    def on_frame(payload: str | bytes) -> None:
        if payload == "5":
            upgraded.set()

    page.on("websocket", lambda socket: socket.on("framesent", on_frame))
    chatter = Chatter(page)
    await page.goto(url)
    await expect(chatter.state).to_have_text("Connected")
    async with asyncio.timeout(10):
        await upgraded.wait()
    return chatter


@pytest_asyncio.fixture(loop_scope="session")
async def visit(browser: Browser, empty: str) -> AsyncIterator[Visit]:
    """Return a function that opens the chat in a context of its own, where nothing may go wrong."""
    watches: list[Watch] = []
    contexts: list[BrowserContext] = []

    async def visit_once(**options: Any) -> Chatter:
        contexts.append(await browser.new_context(**options))
        page = await contexts[-1].new_page()
        watches.append(Watch(page))
        return await open_chat(page, empty)

    yield visit_once
    for context in contexts:
        await context.close()
    assert [fault for watch in watches for fault in watch.faults] == []


async def test_two_people_talk(visit: Visit) -> None:
    ann, bob = await (await visit()).join("ann"), await (await visit()).join("bob")
    await expect(ann.log).to_contain_text("bob joined")
    await ann.say("Grüße, 世界 🌍")
    await expect(bob.log.locator(".theirs")).to_have_text("ann Grüße, 世界 🌍")
    await bob.say("hello yourself")
    await expect(ann.log.locator(".theirs")).to_have_text("bob hello yourself")
    await expect(ann.log.locator(".ours")).to_have_text("ann Grüße, 世界 🌍")
    await expect(ann.text).to_have_value("")


async def test_everybody_sees_how_many_there_are_and_who_leaves(visit: Visit) -> None:
    ann = await (await visit()).join("ann")
    await expect(ann.users).to_have_text("1 user")
    bob = await (await visit()).join("bob")
    await expect(ann.users).to_have_text("2 users")
    await expect(bob.users).to_have_text("2 users")
    await bob.page.goto("about:blank")
    await expect(ann.log).to_contain_text("bob left")
    await expect(ann.users).to_have_text("1 user")


async def test_typing_is_shown_until_it_ends(visit: Visit) -> None:
    ann, bob = await (await visit()).join("ann"), await (await visit()).join("bob")
    await ann.text.press("h")
    await expect(bob.typing).to_have_text("ann is typing…")
    await expect(bob.typing).to_have_text("")


async def test_typing_is_not_shown_once_the_message_is_there(visit: Visit) -> None:
    ann, bob = await (await visit()).join("ann"), await (await visit()).join("bob")
    await ann.text.press("h")
    await expect(bob.typing).to_have_text("ann is typing…")
    await ann.text.press("Enter")
    await expect(bob.log.locator(".theirs")).to_have_text("ann h")
    assert await bob.typing.inner_text() == ""


async def test_a_taken_name_is_told_where_it_is_asked_for(visit: Visit) -> None:
    await (await visit()).join("ann")
    other = await visit()
    await other.name.fill("ann")
    await other.name.press("Enter")
    await expect(other.problem()).to_have_text("that name is taken")
    await expect(other.name).to_have_attribute("aria-invalid", "true")
    await other.join("anna")
    await expect(other.problem()).to_have_count(0)


async def test_a_name_that_the_document_forbids_is_told_with_its_reason(visit: Visit) -> None:
    ann = await visit()
    await ann.name.press("Enter")
    await expect(ann.problem()).to_have_text('"" is shorter than 1 character')
    await ann.join("ann")


async def test_a_message_that_the_document_forbids_stays_to_be_mended(visit: Visit) -> None:
    ann = await (await visit()).join("ann")
    await ann.say("x" * 2001)
    await expect(ann.problem()).to_have_text(
        re.compile('^"x+ … x+" is longer than 2000 characters$')
    )
    assert len(await ann.problem().inner_text()) < 200
    await expect(ann.text).to_have_value("x" * 2001)
    await expect(ann.log.locator(".ours")).to_have_count(0)
    await ann.say("short")
    await expect(ann.problem()).to_have_count(0)
    await expect(ann.log.locator(".ours")).to_have_text("ann short")


async def test_names_and_messages_are_text(visit: Visit) -> None:
    evil, bob = await visit(), await (await visit()).join("bob")
    await evil.join("<i>ann</i>")
    await expect(bob.log).to_contain_text("<i>ann</i> joined")
    await evil.text.press("h")
    await expect(bob.typing).to_have_text("<i>ann</i> is typing…")
    await evil.say(EVIL)
    await expect(bob.log.locator(".theirs")).to_have_text(f"<i>ann</i> {EVIL}")
    for each in (evil, bob):
        assert await each.page.locator("img, i, main script, .words b").count() == 0


async def test_the_page_leads_to_the_documentation_and_its_console(visit: Visit) -> None:
    page = (await visit()).page
    await page.get_by_role("link", name="Documentation").click()
    await expect(page.locator("#documentation #introduction")).to_be_visible()
    await page.go_back()
    await page.get_by_role("link", name="Console").click()
    await expect(page.locator("#console .namespace")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing_serious(visit: Visit, violations: Violations, scheme: str) -> None:
    ann = await visit(color_scheme=scheme)
    assert await violations(ann.page) == []
    await ann.join("ann")
    await ann.say("hello")
    await ann.say("")
    await expect(ann.problem()).to_have_count(1)
    assert await violations(ann.page) == []
    background = await ann.page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (sum(map(int, re.findall(r"\d+", background))) > 3 * 128) is (scheme == "light")


async def test_a_phone_need_not_scroll_sideways(visit: Visit) -> None:
    ann = await visit(viewport={"width": 360, "height": 640})
    await ann.join("n" * 40)
    await ann.say("x" * 2000)
    await expect(ann.log.locator(".ours")).to_be_visible()
    await ann.say("y" * 2001)
    await expect(ann.problem()).to_have_count(1)
    assert await ann.page.evaluate("document.documentElement.scrollWidth") <= 360
    await expect(ann.text).to_be_in_viewport()


async def test_a_user_is_back_when_the_server_is(
    browser: Browser, door: str, tmp_path: Path
) -> None:
    context = await browser.new_context()
    page = await context.new_page()
    errors: list[Exception] = []
    page.on("pageerror", lambda error: errors.append(error))
    with serve(door, tmp_path / "first") as server:
        ann = await (await open_chat(page, server.url)).join("ann")
        await ann.say("before")
        await expect(ann.log.locator(".ours")).to_have_count(1)
        server.process.kill()
        server.process.wait()
        await expect(ann.state).to_contain_text("Trying again")
        await ann.say("while away")
        await expect(ann.problem()).to_have_text("Not connected. Try again in a moment.")
    with serve(door, tmp_path / "second", PORT=server.url.rpartition(":")[2]):
        await expect(ann.state).to_have_text("Connected", timeout=20_000)
        await expect(ann.users).to_have_text("1 user")
        await page.get_by_role("button", name="Send").click()
        await expect(ann.log.locator(".ours")).to_have_text(["ann before", "ann while away"])
        await context.close()

    assert errors == []
