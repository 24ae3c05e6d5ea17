"""A real Chromium, and pages that fail a test for what they should not do."""

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
import pytest_asyncio
from e2e.conftest import find_node, install
from playwright.async_api import Browser, ConsoleMessage, Page, Request, async_playwright

WEB = Path(__file__).parents[1] / "web"
ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Chromium, which the machine must have."""
    found = shutil.which("chromium") or shutil.which("google-chrome")
    if found is None:
        pytest.fail("Chromium is missing: apt-get install chromium", pytrace=False)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=found, args=list(ARGUMENTS))
        yield browser
        await browser.close()


class Watch:
    """What a page did that it should not: errors, and requests to other origins."""

    def __init__(self, page: Page) -> None:
        self.faults: list[str] = []
        self._origins: set[str] = set()
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self.faults.append(f"error: {error}"))
        page.on("request", self._on_request)
        page.on("dialog", lambda dialog: self.faults.append(f"dialog: {dialog.message}"))

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.faults.append(f"console: {message.text}")

    def _on_request(self, request: Request) -> None:
        scheme, _, rest = request.url.partition("://")
        if scheme in ("http", "https", "ws", "wss"):
            self._origins.add(rest.split("/", 1)[0])
        if len(self._origins) > 1:
            self.faults.append(f"request to another origin: {request.url}")


@pytest_asyncio.fixture(loop_scope="session")
async def page(browser: Browser) -> AsyncIterator[Page]:
    """A page that is closed after the test, which fails if anything went wrong in it."""
    context = await browser.new_context(accept_downloads=True)
    page = await context.new_page()
    page.set_default_timeout(10_000)
    watch = Watch(page)
    yield page
    await context.close()
    assert watch.faults == []


Violations = Callable[[Page], Awaitable[list[str]]]


@pytest.fixture(scope="session")
def axe() -> str:
    """The source of axe-core, as ``tests/web`` pins it."""
    _, npm = find_node()
    install(npm, WEB)
    return (WEB / "node_modules" / "axe-core" / "axe.min.js").read_text()


@pytest.fixture
def violations(axe: str) -> Violations:
    """Return a function that tells what is seriously inaccessible in a page."""

    async def find(page: Page) -> list[str]:
        await page.evaluate(axe)
        found = await page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
        return [
            f"{each['id']}: {node['html']} {node['failureSummary']}"
            for each in found["violations"]
            if each["impact"] in ("serious", "critical")
            for node in each["nodes"]
        ]

    return find
