"""The console of a page, as a reader uses it."""

import re
from typing import Any

from playwright.async_api import Locator, Page, expect


class Console:
    """The console that is shown on *page*."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.status = page.locator("#console .status")
        self.outcome = page.locator("#console .outcome")
        self.acked = page.get_by_label("Arguments of the ack")
        self.entries = page.locator("#console .entry")

    async def open(self, url: str, fragment: str = "#console") -> "Console":
        """Open the page at *url*, and wait for the console."""
        await self.page.goto(f"{url}/docs{fragment}")
        await expect(self.page.locator("#console .namespace")).to_be_visible()
        return self

    async def connect(self, namespace: str | None = None) -> "Console":
        """Connect, to *namespace* or the one that is shown."""
        if namespace is not None:
            await self.choose_namespace(namespace)
        await self.button("Connect").click()
        await expect(self.status).to_have_text(re.compile("^Connected over"))
        return self

    async def leave(self) -> None:
        """Disconnect everywhere: a server waits for those who vanish."""
        connected = self.page.locator("#console nav [data-state=connected]")
        while await connected.count():
            await connected.first.click()
            await self.button("Disconnect").click()
            await expect(self.status).to_have_text("Disconnected")
        if "console" in self.page.url:
            await self.page.wait_for_load_state("networkidle")

    async def refused(self) -> str:
        """Connect, which must be refused; return why."""
        await self.button("Connect").click()
        await expect(self.status).to_have_text(re.compile("^Refused"))
        return await self.status.inner_text()

    async def choose_namespace(self, name: str) -> None:
        namespaces = self.page.get_by_role("navigation", name="Namespaces")
        await namespaces.get_by_role("button", name=name, exact=True).click()

    async def choose_event(self, name: str) -> None:
        events = self.page.get_by_role("list", name="Events", exact=True)
        named = events.get_by_role("button", name=name, exact=True)
        await named.or_(events.get_by_role("button", name=f"{name} ack", exact=True)).click()

    async def emit(self, *arguments: str, button: str = "Emit") -> None:
        """Emit the event that is shown, with these texts as its arguments."""
        for index, text in enumerate(arguments):
            await self.argument(index).fill(text)
        await self.button(button).click()

    async def says(self, text: str) -> None:
        """Wait until the outcome of an emitted event has *text*."""
        await expect(self.outcome).to_contain_text(text)

    def argument(self, index: int = 0) -> Locator:
        return self.page.locator("#console .arguments textarea").nth(index)

    def problems(self, index: int = 0) -> Locator:
        """What is wrong with an argument, each in a line."""
        return self.page.locator("#console .arguments > div").nth(index).locator(".problems li")

    def button(self, name: str) -> Locator:
        return self.page.locator("#console").get_by_role("button", name=name, exact=True)

    def field(self, name: str) -> Locator:
        return self.page.locator("#console").get_by_label(re.compile(f"^{re.escape(name)}"))

    def entry(self, text: str) -> Locator:
        """The entries of the log that have *text*."""
        return self.entries.filter(has_text=text)

    async def module(self, name: str, body: str, *arguments: Any) -> Any:
        """Return what *body* makes of the front-end's module *name*, called ``module``."""
        script = await self.page.locator(
            "script[type=module][src*='console/main.js']"
        ).get_attribute("src")
        assert script is not None
        source = script.replace("main.js", name)
        return await self.page.evaluate(
            f"""async ([source, args]) => {{
                const module = await import(new URL(source, document.baseURI));
                return await ({body})(module, ...args);
            }}""",
            [source, list(arguments)],
        )
