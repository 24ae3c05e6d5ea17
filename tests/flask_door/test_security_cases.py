"""The shared cases of security, over the Flask door."""

from collections.abc import Iterator

import pytest
from flask_door.security_handlers import ran
from flask_support import serving_flask, socketio_of
from security_cases import CASES, TIMEOUT, Case, check_verdict, security_document, verdict_of


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    app, _ = socketio_of(
        security_document("flask_door.security_handlers"),
        security_timeout=TIMEOUT,
        async_handlers=False,  # the event is answered before what ends the dialogue
        default_error_handler=lambda error: "the error handler's answer",
    )
    with serving_flask(app) as url:
        yield url


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_case(case: Case, url: str) -> None:
    check_verdict(case, await verdict_of(case, url), ran)
