"""The shared cases of validation, over the Flask door."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from flask_socketio import emit
from flask_support import serving_flask, socketio_of
from validation_cases import CASES, EMITS, EMITTED, SPEC, Case, answer, check_verdict, verdict_of

from asynction_core import problem_ack


def emit_number(number: int) -> str:
    event, data = EMITS[number]
    emit(event, data)
    return EMITTED


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    def handle(event: str, *arguments: Any) -> Any:
        return answer(event, arguments)

    app, socketio = socketio_of(SPEC, default_error_handler=problem_ack)
    for event in socketio.server.registration.namespaces["/"].received:
        socketio.on_event(event, partial(handle, event))
    socketio.on_event("emit", emit_number)
    with serving_flask(app) as url:
        yield url


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_case(case: Case, url: str) -> None:
    check_verdict(case, await verdict_of(case, url))
