"""The console, in a real browser, against the examples as their docstrings start them."""

import json
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from browser.consoles import Console
from e2e.running import EXAMPLES, Running, running, running_flask
from e2e.test_secured import NEEDED, SECRET, token
from peers import Peer
from playwright.async_api import Page, expect

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.fixture(scope="module", params=["2.x", "3.x", "Flask"])
def chat(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Running]:
    log = tmp_path_factory.mktemp("chat") / "log"
    document = "asyncapi-v3.yml" if request.param == "3.x" else "asyncapi.yml"
    if request.param == "Flask":
        serving = running_flask(EXAMPLES / "chat_flask" / "app", log)
    else:
        options = {"CHAT_SPEC": document, "UVICORN_TIMEOUT_GRACEFUL_SHUTDOWN": "2"}
        serving = running("chat", log, **options)
    with serving as started:
        yield started


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    log = tmp_path_factory.mktemp("secured") / "log"
    # a browser that is closed is not yet gone for the server, which would wait for it
    options = {"NOTES_SECRET": SECRET, "UVICORN_TIMEOUT_GRACEFUL_SHUTDOWN": "2"}
    with running("secured", log, **options) as started:
        yield started


@pytest_asyncio.fixture(loop_scope="session")
async def console(page: Page) -> AsyncIterator[Console]:
    console = Console(page)
    yield console
    await console.leave()


async def test_it_connects_and_shows_transport_and_sid(console: Console, chat: Running) -> None:
    await console.open(chat.url)
    await console.connect()

    await expect(console.status).to_have_text(
        re.compile(r"^Connected over (polling|websocket), sid \S+$")
    )


async def test_an_emitted_event_shows_its_ack_its_time_and_that_it_keeps_its_schema(
    console: Console, chat: Running
) -> None:
    await console.open(chat.url)
    await console.connect()

    await console.emit('"Ann of the console"')

    await expect(console.outcome).to_have_text(
        re.compile(r"^Acknowledged in [\d.]+ ms: it keeps its schema\.$")
    )
    await expect(console.acked).to_have_text('{ "error": null }', use_inner_text=True)


async def test_the_example_that_is_filled_in_is_valid(console: Console, chat: Running) -> None:
    await console.open(chat.url)
    await console.connect()

    await expect(console.problems()).to_have_count(0)
    await expect(console.button("Emit")).to_be_enabled()
    assert isinstance(json.loads(await console.argument().input_value()), str)


async def test_events_that_arrive_are_shown_and_judged(console: Console, chat: Running) -> None:
    await console.open(chat.url)
    await console.connect()
    await console.emit('"Bea of the console"')
    await console.says("Acknowledged")
    peer = await Peer().connect(chat.url)

    await peer.call("add user", "Cleo")
    await peer.emit("new message", "hello from Cleo")

    arrived = console.entry("hello from Cleo")
    await expect(arrived).to_contain_text("new message")
    await expect(arrived).to_contain_text("valid")
    await peer.close()


async def test_a_payload_that_breaks_the_schema_is_flagged_while_it_is_typed(
    console: Console, chat: Running
) -> None:
    await console.open(chat.url)
    await console.connect()
    await console.choose_event("new message")

    await console.argument().fill('""')

    await expect(console.problems()).to_have_text("the value string is too short (0 < 1)")
    await expect(console.argument()).to_have_attribute("aria-invalid", "true")
    await expect(console.button("Emit")).to_be_disabled()


async def test_what_is_not_json_is_told_with_its_line_and_column(
    console: Console, chat: Running
) -> None:
    await console.open(chat.url)

    await console.argument().fill('{\n  "a": nope}')

    await expect(console.problems()).to_contain_text("not JSON: line 2, column 8")


async def test_what_breaks_the_contract_can_be_sent_anyway_and_the_server_refuses_it(
    console: Console, chat: Running
) -> None:
    await console.open(chat.url)
    await console.connect()
    await console.choose_event("new message")

    await console.emit("12", button="Send anyway")

    await expect(console.entry("breaks the contract")).to_have_count(1)
    await expect(console.acked).to_contain_text("PayloadValidationException")
    await expect(console.outcome).to_have_text(
        re.compile(
            r'^Refused in [\d.]+ ms: PayloadValidationException: 12 is not of type "string"$'
        )
    )
    await expect(console.entry("refused, ")).to_have_count(1)


async def test_a_refusal_is_no_ack_that_breaks_its_schema(console: Console, chat: Running) -> None:
    await console.open(chat.url)
    await console.connect()
    await console.choose_event("add user")

    await console.emit("12", button="Send anyway")

    await expect(console.outcome).to_have_text(re.compile(r"^Refused in .*PayloadValidation"))
    await expect(console.entry("breaks the contract")).to_have_count(1)


async def test_two_namespaces_are_connected_at_once(console: Console, chat: Running) -> None:
    await console.open(chat.url)
    await console.connect()
    await console.choose_namespace("/admin")
    await console.field("token").fill("12345678")
    await console.connect()

    await expect(console.entry("server metric")).to_contain_text("valid")
    await expect(console.page.locator("#console nav [data-state=connected]")).to_have_count(2)


async def test_a_query_that_breaks_its_binding_is_told_and_refused(
    console: Console, chat: Running
) -> None:
    await console.open(chat.url)
    await console.choose_namespace("/admin")
    await console.field("token").fill("short")
    told = console.page.locator("#console fieldset .problems li")
    await expect(told).to_have_text(re.compile("/token string is too short"))

    assert "shorter than 8" in await console.refused()
    await expect(console.page.get_by_label("Data of the refusal")).to_contain_text(
        "BindingsValidationException"
    )


async def test_a_link_restores_the_form(console: Console, chat: Running) -> None:
    await console.open(chat.url)
    await console.choose_event("new message")
    await console.argument().fill('"a text <b> & \\" for others"')
    await console.button("Copy link").click()
    link = await console.page.evaluate("location.hash")

    other = Console(await console.page.context.new_page())
    await other.open(chat.url, link)

    await expect(other.page.get_by_role("heading", name="new message")).to_be_visible()
    await expect(other.argument()).to_have_value('"a text <b> & \\" for others"')


async def test_a_link_holds_no_credential(console: Console, chat: Running) -> None:
    await console.open(chat.url)
    await console.choose_namespace("/admin")
    await console.field("token").fill("a-secret-token")
    await console.button("Copy link").click()

    assert "namespace=%2Fadmin" in console.page.url
    assert "a-secret-token" not in console.page.url


async def test_without_a_token_the_refusal_says_what_is_missing(
    console: Console, secured: Running
) -> None:
    await console.open(secured.url)

    assert await console.refused() == f"Refused: {NEEDED}"


@pytest.mark.parametrize("place", ["auth.token", "header Authorization: Bearer"])
@pytest.mark.parametrize("transport", ["websocket", "polling", "auto"])
async def test_a_token_is_sent_where_the_reader_wants_it_over_every_transport(
    console: Console, secured: Running, place: str, transport: str
) -> None:
    await console.open(secured.url)
    await console.field("Token").fill(token("ann", "notes:read")["token"])
    await console.field("Sent in").select_option(label=place)
    await console.field("Transport").select_option(transport)

    await console.connect()

    await console.emit()
    await console.says("Acknowledged")


async def test_a_websocket_that_cannot_carry_a_header_is_told(
    console: Console, secured: Running
) -> None:
    await console.open(secured.url)
    await console.field("Token").fill("anything")
    await console.field("Sent in").select_option(label="header Authorization: Bearer")
    await console.field("Transport").select_option("websocket")

    await expect(console.page.get_by_text("cannot send headers with a websocket")).to_be_visible()


async def test_an_event_says_which_scopes_it_asks_for(console: Console, secured: Running) -> None:
    await console.open(secured.url)
    await console.choose_event("add note")

    await expect(console.page.get_by_text("Asks for notes:write of writer.")).to_be_visible()


async def test_the_credentials_are_in_no_log_and_no_export(
    console: Console, secured: Running, tmp_path: Path
) -> None:
    secret = token("ann", "notes:read")["token"]
    await console.open(secured.url)
    await console.field("Token").fill(secret)
    await console.connect()

    async with console.page.expect_download() as downloading:
        await console.button("Export JSON").click()
    exported = tmp_path / "log.json"
    await (await downloading.value).save_as(exported)

    assert secret not in exported.read_text()
    assert secret not in await console.page.locator("#console").inner_text()
