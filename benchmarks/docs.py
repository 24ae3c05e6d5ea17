"""What the documentation costs a server, in CPU time: the page, and the document."""

import asyncio
import time
from collections.abc import Mapping
from statistics import median
from typing import Any

from asynction_core import AsynctionMiddleware, AsynctionServer, load_spec
from asynction_core.docs.assets import assets
from asynction_core.registration import register
from benchmarks.documents import chat_document, large_document
from benchmarks.rows import Plan, Row, Target, row

_HEADERS = [(b"accept-encoding", b"gzip, deflate, br")]


def measure(plan: Plan) -> list[Row]:
    """Return the rows of the page, and of the document that it loads."""
    channels, repeats = (20, 20) if plan.quick else (1000, 1000)
    chat, large = _middleware(chat_document()), _middleware(large_document(channels))
    plan.say("docs: the page and the document")
    return [
        _each("docs, the page of the chat", chat, "/docs", plan, repeats, 2),
        _each(f"docs, the page of {channels} channels", large, "/docs", plan, repeats, 20),
        _first("docs, the first page of the chat", chat_document(), "/docs", plan),
        _first("docs, the first page and document of the chat", chat_document(), None, plan),
        _first(
            f"docs, the first page and document of {channels} channels",
            *(large_document(channels), None, plan),
        ),
        _each("docs, the document of the chat", chat, "/docs/asyncapi.json", plan, repeats),
    ]


def _middleware(document: Mapping[str, Any]) -> AsynctionMiddleware:
    registration = register(load_spec(document), import_handlers=False, validation=False)
    return AsynctionMiddleware(server=AsynctionServer(registration))


def _each(
    name: str,
    app: AsynctionMiddleware,
    path: str,
    plan: Plan,
    repeats: int,
    target: float | None = None,
) -> Row:
    """Return the row of one answer of a server that has been asked before."""
    asyncio.run(_get(app, path))
    values = [_cpu(app, [path] * repeats) / repeats for _ in range(plan.rounds)]
    return row(name, "ms", values, target=Target(target) if target else None)


def _first(name: str, document: Mapping[str, Any], path: str | None, plan: Plan) -> Row:
    """Return the row of the first answer that a server gives: the files are read for it."""
    values = []
    for _ in range(plan.rounds):
        app = _middleware(document)
        assets.cache_clear()
        values.append(_cpu(app, [path] if path else ["/docs", "/docs/asyncapi.json"]))
    return row(name, "ms", [median(values)])


def _cpu(app: AsynctionMiddleware, paths: list[str]) -> float:
    """Return the CPU time of answering requests for *paths*, of all threads, in milliseconds."""

    async def get_all() -> float:
        start = time.process_time()
        for path in paths:
            await _get(app, path)
        return (time.process_time() - start) * 1000

    return asyncio.run(get_all())


async def _get(app: AsynctionMiddleware, path: str) -> None:
    scope = {"type": "http", "method": "GET", "path": path, "headers": _HEADERS, "root_path": ""}
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    await app(scope, None, send)
    if sent[0]["status"] != 200:
        raise RuntimeError(f"{path} was answered with {sent[0]['status']}")
