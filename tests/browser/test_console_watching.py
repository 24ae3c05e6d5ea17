"""The console against servers of the tests' own: what arrives, the log, and what is hostile."""

import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from browser.conftest import Violations
from browser.consoles import Console
from playwright.async_api import Page, expect
from support import channel, document, message, serving

from asynction_core import AsynctionMiddleware, AsynctionServer, emit

pytestmark = pytest.mark.asyncio(loop_scope="session")

HOSTILE = "</script><svg onload=alert(1)><b>'\"$(alert(2))"
USER = {
    "type": "object",
    "properties": {"name": {"type": "string", "minLength": 3}, "age": {"type": "integer"}},
    "required": ["name"],
}
PAIR = {"type": "array", "prefixItems": [USER, {"type": "integer"}], "items": False}
PICTURE = {"type": "object", "properties": {"data": {"type": "string", "format": "binary"}}}
QUERY = {"type": "object", "properties": {"limit": {"type": "integer"}}}

DOCUMENT = document(
    {
        "/": channel(
            [
                message("send me", x_ack={"args": {"type": "integer"}}),
                message("pair", PAIR, examples=[{"payload": [{"name": "Annabel"}, 1]}]),
                message("picture", PICTURE, x_ack={"args": {"type": "integer"}}),
                message("silent"),
                message("ask back", x_ack={"args": {"type": "string"}}),
                message(HOSTILE, {"type": "string", "enum": [HOSTILE]}, summary=HOSTILE),
            ],
            [
                message("user", USER),
                message("picture", PICTURE),
                message("ask", USER, x_ack={"args": {"type": "string", "minLength": 3}}),
            ],
            bindings={"ws": {"query": QUERY}},
        ),
        f"/{HOSTILE}": channel([message("event")]),
    },
    info={"title": HOSTILE, "version": HOSTILE},
)


def server_of(contents: dict[str, Any]) -> AsynctionServer:
    """Return a server that sends what it is told to, whether the document allows it or not."""
    server = AsynctionServer.from_spec(contents, validation=False)

    async def send_me(sid: str, event: str, *arguments: Any) -> str:
        await emit(event, arguments)
        return "no integer"

    async def picture(sid: str, value: Any) -> int:
        await emit("picture", value)
        return len(value["data"])

    async def silent(sid: str, *arguments: Any) -> None:
        raise RuntimeError("no ack")

    async def ask_back(sid: str, *arguments: Any) -> str:
        return str(await server.call("ask", {"name": "who"}, to=sid))

    async def answer(sid: str, *arguments: Any) -> Any:
        return HOSTILE

    for name, handler in (("send me", send_me), ("picture", picture), ("silent", silent)):
        server.on(name, handler)
    server.on("ask back", ask_back)
    for name in ("pair", HOSTILE):
        server.on(name, answer)
    server.on("event", answer, namespace=f"/{HOSTILE}")
    return server


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with serving(AsynctionMiddleware(server=server_of(DOCUMENT))) as url:
        yield url


@pytest_asyncio.fixture(loop_scope="session")
async def console(page: Page, url: str) -> AsyncIterator[Console]:
    console = await Console(page).open(url)
    await console.connect("/")
    yield console
    await console.leave()


async def have_sent(console: Console, *arguments: Any) -> None:
    """Have the server emit an event, with these *arguments*."""
    await console.choose_event("send me")
    await console.emit(json.dumps(arguments))
    await console.says("Acknowledged")


async def test_an_event_that_breaks_its_schema_is_shown_with_the_place(console: Console) -> None:
    await have_sent(console, "user", {"name": "ab"})

    arrived = console.entries.filter(has_text="arrived")
    await expect(arrived).to_contain_text("breaks the contract")
    await expect(arrived).to_contain_text("/0/name string is too short (2 < 3)")


async def test_an_event_with_too_many_arguments_is_flagged(console: Console) -> None:
    await have_sent(console, "user", {"name": "Ann"}, 2)

    await expect(console.entry("arrived")).to_contain_text("expected 1 argument, got 2")


async def test_an_event_that_the_document_does_not_have_is_flagged(console: Console) -> None:
    await have_sent(console, "unheard of", 1)

    await expect(console.entry("arrived")).to_contain_text("undeclared")


async def test_an_ack_that_breaks_its_schema_is_told(console: Console) -> None:
    await have_sent(console, "user", {"name": "Annabel"})

    await console.says("it breaks its schema")
    await expect(console.entry("ack")).to_contain_text("is string, expected integer")


async def test_an_ack_that_does_not_come_is_told_when_its_time_is_over(console: Console) -> None:
    await console.choose_event("silent")
    await console.field("Timeout").fill("0.3")

    await console.emit("[]")

    await console.says("No ack within 0.3 s.")


async def test_an_event_that_asks_is_answered_with_an_example_that_validates(
    console: Console,
) -> None:
    await console.choose_event("ask back")

    await console.emit("[]")

    await console.says("it keeps its schema")
    await expect(console.entry("answered")).to_contain_text("valid")
    assert len(await console.acked.inner_text()) >= len('"abc"')


async def test_the_reader_may_answer_otherwise(console: Console) -> None:
    await console.page.locator("#console .arrivals summary").click()
    await console.page.locator("#console .arrivals textarea").fill('"an answer"')
    await console.choose_event("ask back")

    await console.emit("[]")

    await expect(console.acked).to_have_text('"an answer"')


async def test_a_problem_is_told_at_the_argument_and_the_place_that_it_is_about(
    console: Console,
) -> None:
    await console.choose_event("pair")

    await console.argument(0).fill('{"name": "Annabel", "age": "old"}')
    await console.argument(1).fill("1.5")

    await expect(console.problems(0)).to_have_text("/age is string, expected integer")
    await expect(console.problems(1)).to_have_text("the value is number, expected integer")


async def test_the_place_of_a_problem_selects_the_text_that_it_is_about(console: Console) -> None:
    await console.choose_event("pair")
    await console.argument(0).fill('{"name": "Annabel", "age": "old"}')

    await console.problems(0).get_by_role("button", name="/age").click()

    selected = "element => element.value.slice(element.selectionStart, element.selectionEnd)"
    assert await console.argument(0).evaluate(selected) == '"old"'


async def test_the_number_of_arguments_can_be_wrong_on_purpose(console: Console) -> None:
    await console.choose_event("pair")
    await console.page.get_by_label("Edit the arguments as one list").first.check()

    await console.emit("[1, 2, 3]", button="Send anyway")

    await console.says("Acknowledged")
    await expect(console.entry("sent")).to_contain_text("expected 2 arguments, got 3")


async def test_a_file_is_sent_as_bytes_and_received_bytes_are_shown_as_their_number(
    console: Console,
) -> None:
    await console.choose_event("picture")
    await console.argument().fill('{"data": 0}')
    await console.argument().evaluate("element => element.setSelectionRange(9, 10)")
    file = {"name": "a.bin", "mimeType": "application/octet-stream", "buffer": b"\x00\xff12"}
    await console.page.locator("#console input[type=file]").set_input_files(file)  # type: ignore[arg-type]
    await expect(console.argument()).to_have_value('{"data": {"$binary":"AP8xMg=="}}')

    await console.emit()

    await expect(console.acked).to_have_text("4")
    await expect(console.entry("arrived")).to_contain_text('{"data":{"$binary":"4 bytes"}}')
    await expect(console.entry("arrived")).to_contain_text("valid")


async def test_the_log_is_filtered_by_text_kind_and_verdict(console: Console) -> None:
    await have_sent(console, "user", {"name": "ab"})
    await have_sent(console, "user", {"name": "Annabel"})

    await console.field("Filter").fill("Annabel")
    await expect(console.entries).to_have_count(2)
    await console.field("Show").select_option("arrived")
    await expect(console.entries).to_have_count(1)
    await console.field("Filter").fill("")
    await console.field("Broken only").check()
    await expect(console.entries).to_have_count(1)
    await expect(console.entries).to_contain_text('"ab"')


async def test_a_paused_log_shows_what_came_meanwhile_when_it_goes_on(console: Console) -> None:
    await console.button("Pause").click()
    await have_sent(console, "user", {"name": "Annabel"})
    await expect(console.page.get_by_text("paused, 3 waiting")).to_be_visible()
    await expect(console.entry("Annabel")).to_have_count(0)

    await console.button("Resume").click()

    await expect(console.entry("Annabel")).to_have_count(2)


async def test_the_log_can_be_cleared(console: Console) -> None:
    await have_sent(console, "user", {"name": "Annabel"})

    await console.button("Clear").click()

    await expect(console.entries).to_have_count(0)


async def test_the_log_is_exported_as_json(console: Console, tmp_path: Path) -> None:
    await have_sent(console, "user", {"name": "ab"})

    async with console.page.expect_download() as downloading:
        await console.button("Export JSON").click()
    await (await downloading.value).save_as(tmp_path / "log.json")

    found = json.loads((tmp_path / "log.json").read_text())
    [arrived] = [each for each in found["entries"] if each["kind"] == "arrived"]
    assert arrived["event"] == "user"
    assert arrived["args"] == [{"name": "ab"}]
    assert arrived["valid"] is False
    assert arrived["problems"][0]["pointer"] == "/0/name"


async def test_the_log_keeps_the_newest_and_says_how_many_it_dropped(console: Console) -> None:
    kept = await console.module(
        "log.js",
        """({ Log }) => {
            const log = new Log(() => {}, 3);
            for (let i = 0; i < 5; i++) {
                log.add({ kind: "sent", namespace: "/", event: `e${i}`, args: [], note: "" });
            }
            const filter = { text: "", kind: "", onlyBroken: false };
            return [log.shown(filter).map((each) => each.event), log.dropped];
        }""",
    )

    assert kept == [["e4", "e3", "e2"], 2]


async def test_the_log_is_bounded(console: Console) -> None:
    assert await console.module("log.js", "({ Log }) => new Log(() => {}).most") == 500


async def test_nothing_that_the_document_or_a_peer_says_becomes_markup(console: Console) -> None:
    await have_sent(console, HOSTILE, HOSTILE)
    await console.choose_event(HOSTILE)
    await expect(console.page.get_by_role("heading", name=HOSTILE)).to_be_visible()
    await console.emit()
    await console.says("Acknowledged")
    await expect(console.acked).to_contain_text("onload")
    await console.connect(f"/{HOSTILE}")

    assert await console.page.locator("#console :is(svg, img, script, b, iframe)").count() == 0


async def test_a_link_fills_the_form_and_does_nothing_else(page: Page, url: str) -> None:
    fragment = "#console?namespace=%2F&event=pair&arg=%3Cimg+src%3Dx%3E&arg=2&query.limit=7"
    console = await Console(page).open(url, fragment)

    await expect(console.argument(0)).to_have_value("<img src=x>")
    await expect(console.argument(1)).to_have_value("2")
    await expect(console.field("limit")).to_have_value("7")
    await expect(console.status).to_have_text("Not connected")


async def test_a_link_to_what_the_document_does_not_have_opens_the_console(
    page: Page, url: str
) -> None:
    console = await Console(page).open(url, "#console?namespace=%2Fnone&event=none&arg=1")

    await expect(console.status).to_have_text("Not connected")


async def test_a_link_that_is_followed_on_the_open_page_restores_the_form(
    page: Page, url: str
) -> None:
    console = await Console(page).open(url)

    await page.evaluate("location.hash = '#console?namespace=%2F&event=pair'")

    await expect(page.get_by_role("heading", name="pair")).to_be_visible()
    await expect(console.argument(1)).to_have_value("1")


async def test_all_of_it_works_with_the_keyboard(console: Console) -> None:
    await console.choose_event("pair")
    await console.argument(1).focus()
    for _ in range(4):
        await console.page.keyboard.press("Tab")
    focused = await console.page.evaluate("document.activeElement.textContent")
    assert focused == "Emit"

    await console.page.keyboard.press("Enter")

    await console.says("Acknowledged")


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_no_serious_violation(
    console: Console, violations: Violations, scheme: Any
) -> None:
    await console.page.emulate_media(color_scheme=scheme)
    await have_sent(console, "user", {"name": "ab"})
    await console.choose_event("pair")
    await console.argument(0).fill("{}")
    await expect(console.problems(0)).to_have_count(1)

    assert await violations(console.page) == []


async def test_it_fits_a_phone(console: Console) -> None:
    await console.page.set_viewport_size({"width": 360, "height": 740})
    await have_sent(console, "user", {"name": "x" * 200})

    assert await console.page.evaluate("document.documentElement.scrollWidth") == 360
