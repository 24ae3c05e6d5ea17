"""The console's own judgement: as the server's, on schemas, bytes, and JSON as it is typed."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
import pytest_asyncio
from browser.consoles import Console
from playwright.async_api import Browser
from support import channel, document, message, serving

from asynction_core import AsynctionMiddleware, AsynctionServer
from asynction_core.exceptions import ValidationException

pytestmark = pytest.mark.asyncio(loop_scope="session")

SCHEMAS: dict[str, Any] = {
    "Tree": {
        "type": "object",
        "properties": {
            "value": {"type": "integer"},
            "children": {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}},
        },
        "required": ["value"],
        "additionalProperties": False,
    },
    "format": {"type": "string", "maxLength": 3},
    "a/b~c d": {"type": "boolean"},
}


def reference(name: str) -> dict[str, str]:
    step = name.replace("~", "~0").replace("/", "~1").replace(" ", "%20")
    return {"$ref": f"#/components/schemas/{step}"}


PAIR7 = {"type": "array", "items": [{"type": "string"}, reference("format")]}
REST7 = {**PAIR7, "additionalItems": {"type": "integer"}}
PAIR2020 = {"type": "array", "prefixItems": [reference("Tree"), {}], "items": False}
BYTES = {"type": "string", "format": "binary", "maxLength": 4}

CASES: dict[str, tuple[Any, list[list[Any]]]] = {
    "recursive": (
        reference("Tree"),
        [
            [{"value": 1, "children": [{"value": 2, "children": []}]}],
            [{"value": 1, "children": [{"value": "2"}]}],
            [{"value": 1, "other": 2}],
            [],
            [1, 2],
        ],
    ),
    "a name that is a keyword": (reference("format"), [["abc"], ["abcd"]]),
    "a name that is escaped": (reference("a/b~c d"), [[True], ["true"]]),
    "draft 7 tuple": (PAIR7, [["a", "b"], ["a", "long"], ["a"], ["a", "b", 1]]),
    "draft 7 rest": (REST7, [["a", "b"], ["a", "b", 1, 2], ["a", "b", "c"], ["a"]]),
    "draft 7 sibling of a reference": (
        {
            "$schema": "http://json-schema.org/draft-07/schema#",
            "allOf": [{**reference("format"), "minLength": 2}],
        },
        [["a"], ["abcd"]],
    ),
    "2020-12 sibling of a reference": ({**reference("format"), "minLength": 2}, [["a"], ["ab"]]),
    "2020-12 tuple": (PAIR2020, [[{"value": 1}, 1], [{"value": 1}], [1, 1]]),
    "unevaluated": (
        {"allOf": [{"properties": {"a": {}}}], "unevaluatedProperties": False},
        [[{"a": 1}], [{"b": 1}]],
    ),
    "formats are annotations": ({"type": "string", "format": "email"}, [["no address"]]),
    "null": ({"type": "null"}, [[], [None], [1]]),
    "false": (False, [[], [None], [1], [1, 2]]),
    "numbers": ({"type": "number", "multipleOf": 0.1}, [[0.3], [0.35], ["1"], [1]]),
    "own names of objects": (
        {
            "type": "object",
            "required": ["constructor"],
            "properties": {"toString": {"type": "string"}},
        },
        [[{}], [{"constructor": 1}], [{"constructor": 1, "toString": 2}]],
    ),
    "enum of objects": ({"enum": [{"a": 1}, None]}, [[{"a": 1}], [{"a": 2}], [None]]),
    "bytes": (BYTES, [[b"1234"], [b"12345"], ["text"], [b""]]),
    "no bytes": ({"type": "string"}, [[b"1234"], ["text"]]),
    "bytes where all is allowed": ({}, [[b"1234"], [{"in": b"1"}]]),
    "bytes inside": ({"type": "object", "properties": {"a": BYTES}}, [[{"a": b"1"}], [{"a": "1"}]]),
}
DOCUMENT = document(
    {"/": channel([message(name, schema) for name, (schema, _) in CASES.items()])},
    components={"schemas": SCHEMAS},
)
SERVER = AsynctionServer.from_spec(DOCUMENT)


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    async def handler(sid: str, *arguments: Any) -> None:
        """Never called."""

    for name in CASES:
        SERVER.on(name, handler)
    with serving(AsynctionMiddleware(server=SERVER)) as url:
        yield url


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def console(browser: Browser, url: str) -> AsyncIterator[Console]:
    page = await browser.new_page()
    yield await Console(page).open(url)
    await page.close()


def refuses(name: str, arguments: list[Any]) -> bool:
    """Tell whether the server refuses *arguments*."""
    try:
        SERVER.registration.namespaces["/"].received[name].check_payload(arguments)
    except ValidationException:
        return True
    return False


def written(value: Any) -> Any:
    """Return *value* with bytes as the console has them typed, in hexadecimal for the tests."""
    if isinstance(value, bytes):
        return {"hex": value.hex()}
    if isinstance(value, dict):
        return {name: written(each) for name, each in value.items()}
    return [written(each) for each in value] if isinstance(value, list) else value


JUDGE = """async ({ Schemas }, name, lists) => {
    const folder = document.querySelector("script[src*='console/main.js']").src;
    const docs = new URL("../../../", folder);
    const load = async (file) => (await fetch(new URL(file, docs))).json();
    const [model, contents] = [await load("console.json"), await load("asyncapi.json")];
    const { arguments: rule } = model.namespaces[0].received.find((each) => each.name === name);
    const read = (value) => {
        if (Array.isArray(value)) return value.map(read);
        if (value === null || typeof value !== "object") return value;
        if ("hex" in value) return new Uint8Array(value.hex.length / 2).buffer;
        return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, read(each)]));
    };
    const schemas = new Schemas(contents);
    return lists.map((args) => schemas.checkArguments(rule, read(args)));
}"""


@pytest.mark.parametrize("name", CASES)
async def test_it_refuses_what_the_server_refuses(console: Console, name: str) -> None:
    _, lists = CASES[name]

    found = await console.module("schemas.js", JUDGE, name, written(lists))

    judged = {repr(each): bool(problems) for each, problems in zip(lists, found, strict=True)}
    assert judged == {repr(each): refuses(name, each) for each in lists}
    assert not any("cannot be checked" in str(problems) for problems in found)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"a": [1, 2.5e3, "\\u00e4", true, false, null]}', None),
        (" [ ] ", None),
        ("", (1, 1)),
        ("nope", (1, 1)),
        ('{"a": 1,}', (1, 9)),
        ('{\n  "a" 1}', (2, 7)),
        ("[1 2]", (1, 4)),
        ("[01]", (1, 3)),
        ('"unfinished', (1, 1)),
        ('["tab\there"]', (1, 2)),
        ("{'a': 1}", (1, 2)),
        ("1 2", (1, 3)),
        ("[1,\n\n  -]", (3, 3)),
    ],
)
async def test_what_is_not_json_is_told_with_its_place(
    console: Console, text: str, expected: tuple[int, int] | None
) -> None:
    found = await console.module(
        "json.js",
        """({ parse }, text) => {
            try {
                parse(text);
                return null;
            } catch (error) {
                return [error.line, error.column];
            }
        }""",
        text,
    )

    assert found == (list(expected) if expected else None)


async def test_a_member_that_is_called_proto_is_only_a_member(console: Console) -> None:
    found = await console.module(
        "json.js",
        """({ parse, withBytes }) => {
            const value = withBytes(parse('{"__proto__": {"polluted": 1}}').value);
            return [JSON.stringify(value), "polluted" in {}, Object.keys(value)];
        }""",
    )

    assert found == ['{"__proto__":{"polluted":1}}', False, ["__proto__"]]


@pytest.mark.parametrize(
    "name", ["token", "access_token", "X-Api-Key", "apiKey", "password", "sessionid"]
)
async def test_what_looks_like_a_secret_is_left_out_of_links(console: Console, name: str) -> None:
    assert await console.module("credentials.js", "({ isSecret }, name) => isSecret(name)", name)


@pytest.mark.parametrize("name", ["limit", "room", "language"])
async def test_what_is_no_secret_is_in_links(console: Console, name: str) -> None:
    secret = await console.module("credentials.js", "({ isSecret }, name) => isSecret(name)", name)

    assert not secret


@pytest.mark.parametrize("name", ["Cookie", "host", "Sec-Fetch-Mode", "proxy-x", "bad name", ""])
async def test_headers_that_a_browser_keeps_to_itself_are_known(
    console: Console, name: str
) -> None:
    assert not await console.module("connection.js", "({ canSet }, name) => canSet(name)", name)


async def test_a_header_of_the_apis_own_can_be_set(console: Console) -> None:
    assert await console.module("connection.js", "({ canSet }) => canSet('X-Room')")
