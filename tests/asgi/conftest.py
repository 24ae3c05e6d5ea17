"""Everything that is asked of the ASGI door is asked of both ways that an event can take."""

from collections.abc import Iterator

import pytest

from asynction_core.fast import guard

ONE_WAY = (
    *("test_bursts", "test_docs", "test_fast_path", "test_lanes", "test_middleware"),
    "test_mock_server",
)
"""The modules that choose the way themselves, or where it makes no difference."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if metafunc.module.__name__.rpartition(".")[2] not in ONE_WAY:
        metafunc.parametrize(
            "events_take", ["short way", "long way"], indirect=True, scope="module"
        )


@pytest.fixture(scope="module", autouse=True)
def events_take(request: pytest.FixtureRequest) -> Iterator[str]:
    """Have the servers of the module take the short way, or python-socketio's."""
    with pytest.MonkeyPatch.context() as patch:
        way = getattr(request, "param", "short way")
        if way == "long way":
            patch.setenv(guard.SWITCH, "0")
        assert guard.unexpected() is None, "what ran before makes servers take the long way"
        yield way
