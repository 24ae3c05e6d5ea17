"""The shared cases of security, over the Flask door."""

import json
from collections.abc import Iterator

import pytest
from flask_door.security_handlers import ran
from flask_support import serving_flask, socketio_of
from security_cases import CASES, TIMEOUT, Case, security_document, verdict_of


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    app, _ = socketio_of(
        security_document("flask_door.security_handlers"),
        security_timeout=TIMEOUT,
        default_error_handler=lambda error: "the error handler's answer",
    )
    with serving_flask(app) as url:
        yield url


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_case(case: Case, url: str) -> None:
    verdict = await verdict_of(case, url)
    assert verdict.refusal == case.expected_refusal
    if case.refusal is not None:
        assert not verdict.events
        assert case.namespace not in ran
    else:
        [ack] = verdict.events
        identity = [case.user, case.token_info]
        assert json.loads(ack.partition(",1")[2]) == [[identity, identity]]
