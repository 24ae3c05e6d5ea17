"""The shared cases of validation, over the ASGI door."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from support import serving
from validation_cases import CASES, EMITS, EMITTED, SPEC, Case, answer, check_verdict, verdict_of

from asynction_core import AsynctionMiddleware, AsynctionServer, emit, problem_ack


async def emit_number(sid: str, number: int) -> str:
    event, data = EMITS[number]
    await emit(event, data)
    return EMITTED


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    def handle(event: str, sid: str, *arguments: Any) -> Any:
        return answer(event, arguments)

    server = AsynctionServer.from_spec(SPEC, default_error_handler=problem_ack)
    for event in server.registration.namespaces["/"].received:
        server.on(event, partial(handle, event))
    server.on("emit", emit_number)
    with serving(AsynctionMiddleware(server=server)) as url:
        yield url


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_case(case: Case, url: str) -> None:
    check_verdict(case, await verdict_of(case, url))
