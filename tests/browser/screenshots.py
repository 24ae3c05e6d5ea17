"""Pictures of the documentation, its console and the chat, as a reader sees them.

``python -m browser.screenshots`` in ``tests`` makes those of the README; ``--out DIRECTORY`` puts
them elsewhere, and names make only these: ``documentation``, ``console``, ``violation``, ``chat``.
"""

import argparse
import asyncio
import base64
import shutil
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

from browser.conftest import ARGUMENTS
from browser.consoles import Console
from e2e.running import running
from peers import Peer
from playwright.async_api import Browser, Page, async_playwright, expect

IMAGES = Path(__file__).parents[2] / "docs" / "images"
OF_README = ("documentation", "console")
TO_WEBP = """async ([png, quality]) => {
  const image = new Image();
  image.src = `data:image/png;base64,${png}`;
  await image.decode();
  const canvas = new OffscreenCanvas(image.width, image.height);
  canvas.getContext("2d").drawImage(image, 0, 0);
  const blob = await canvas.convertToBlob({ type: "image/webp", quality });
  const bytes = new Uint8Array(await blob.arrayBuffer());
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}"""


async def documentation(page: Page, url: str, bob: Peer) -> None:
    """Show an event with its payload and its acknowledgement."""
    await page.goto(f"{url}/docs#operation-receive-add%20user")
    await expect(page.locator("#documentation .burger-menu")).to_have_attribute("role", "button")
    await expect(page.locator("[id='operation-receive-add user']")).to_be_in_viewport()
    await page.wait_for_load_state("networkidle")


async def console(page: Page, url: str, bob: Peer) -> None:
    """Show an acknowledged event, what arrived, and what broke the contract."""
    await page.set_viewport_size({"width": 1200, "height": 1080})
    shown = await (await Console(page).open(url)).connect("/")
    await shown.choose_event("new message")
    await shown.emit('""', button="Send anyway")
    await expect(shown.acked).to_be_visible()
    await shown.choose_event("add user")
    await shown.emit('"ann"')
    await shown.says("keeps its schema")
    await bob.call("add user", "bob")
    await bob.call("new message", "Hello, Ann!")
    await expect(shown.entry("Hello, Ann!")).to_have_count(1)
    await page.evaluate("scrollTo(0, 0)")


async def violation(page: Page, url: str, bob: Peer) -> None:
    """Show what breaks the contract before it is sent, and what the server says of it."""
    shown = await (await Console(page).open(url)).connect("/")
    await shown.choose_event("add user")
    await shown.emit('""', button="Send anyway")
    await expect(shown.acked).to_be_visible()


async def chat(page: Page, url: str, bob: Peer) -> None:
    """Show two who talk."""
    await page.set_viewport_size({"width": 760, "height": 560})
    await page.goto(url)
    await page.get_by_label("Your name").fill("ann")
    await page.get_by_role("button", name="Join").click()
    await bob.call("add user", "bob")
    await bob.call("new message", "Is every message checked?")
    text = page.get_by_label("Message", exact=True)
    await text.fill("Every one, in both directions.")
    await text.press("Enter")
    await expect(page.locator(".ours")).to_be_visible()
    await bob.call("typing")
    await expect(page.locator("#typing")).to_have_text("bob is typing…")
    await text.press("Enter")
    await expect(page.get_by_role("alert").filter(visible=True)).to_be_visible()


SHOTS: dict[str, Callable[[Page, str, Peer], Awaitable[None]]] = {
    shot.__name__: shot for shot in (documentation, console, violation, chat)
}


async def take(browser: Browser, name: str, url: str, out: Path) -> None:
    """Write the picture of this name: twice as fine as it is shown, and compressed."""
    context = await browser.new_context(
        viewport={"width": 1200, "height": 800}, device_scale_factor=2, color_scheme="light"
    )
    page, blank = await context.new_page(), await context.new_page()
    await page.bring_to_front()
    bob = await Peer().connect(url)
    await SHOTS[name](page, url, bob)
    taken = base64.b64encode(await page.screenshot(animations="disabled")).decode()
    await bob.close()
    packed = base64.b64decode(await blank.evaluate(TO_WEBP, [taken, 0.8]))
    (out / f"{name}.webp").write_bytes(packed)
    await context.close()


async def take_all(names: list[str], out: Path) -> None:
    """Write the pictures of these names, each of a chat of its own."""
    out.mkdir(parents=True, exist_ok=True)
    found = shutil.which("chromium") or shutil.which("google-chrome")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=found, args=list(ARGUMENTS))
        for name in names:
            with tempfile.TemporaryDirectory() as logs:
                options = {"UVICORN_TIMEOUT_GRACEFUL_SHUTDOWN": "2"}
                with running("chat", Path(logs, "log"), **options) as server:
                    await take(browser, name, server.url, out)
        await browser.close()


def main() -> None:
    """Make what the command line names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", choices=SHOTS)
    parser.add_argument("--out", type=Path, default=IMAGES)
    arguments = parser.parse_args()
    asyncio.run(take_all(arguments.names or list(OF_README), arguments.out))


if __name__ == "__main__":
    main()
