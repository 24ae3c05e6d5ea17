"""The shared cases of security, over the ASGI door."""

from collections.abc import Iterator

import pytest
from asgi.security_handlers import ran
from security_cases import CASES, TIMEOUT, Case, check_verdict, security_document, verdict_of
from support import serving

from asynction_core import AsynctionMiddleware


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    app = AsynctionMiddleware(
        spec_path=security_document("asgi.security_handlers"),
        security_timeout=TIMEOUT,
        default_error_handler=lambda error: "the error handler's answer",
    )
    with serving(app) as url:
        yield url


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_case(case: Case, url: str) -> None:
    check_verdict(case, await verdict_of(case, url), ran)
