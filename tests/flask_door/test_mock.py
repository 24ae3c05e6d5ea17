"""``MockAsynctionSocketIO`` with Flask-SocketIO's test client: what it acknowledges and refuses."""

from typing import Any

import pytest
from flask_support import flask_app
from support import channel, document, message

from asynction import MockAsynctionSocketIO
from asynction_core import SpecException

DOCUMENT = document(
    {
        "/": channel(
            received=[
                message(
                    "greet",
                    {"type": "string"},
                    x_ack={"args": {"enum": ["hello", "good day"]}},
                    x_handler="not_written_yet.greet",
                ),
                message("note", {"type": "string"}, x_handler="not_written_yet.note"),
            ],
            emitted=[message("greeted", {"type": "string"})],
            x_handlers={"connect": "not_written_yet.connect", "error": "not_written_yet.error"},
        )
    }
)


def mock_of(spec: Any, **options: Any) -> Any:
    app = flask_app()
    mock = MockAsynctionSocketIO.from_spec(spec, app=app, async_mode="threading", **options)
    return mock.test_client(app)


def test_events_are_acknowledged_and_nothing_of_the_users_is_imported() -> None:
    client = mock_of(DOCUMENT)
    assert client.is_connected()
    assert client.emit("greet", "Ann", callback=True) in ("hello", "good day")
    assert client.emit("note", "remember", callback=True) == []


def test_invalid_events_are_not_acknowledged() -> None:
    assert mock_of(DOCUMENT).emit("greet", 5, callback=True) is None


def test_validation_can_be_switched_off() -> None:
    client = mock_of(DOCUMENT, validation=False)
    assert client.emit("greet", 5, callback=True) in ("hello", "good day")


def test_the_application_may_come_later() -> None:
    mock = MockAsynctionSocketIO.from_spec(DOCUMENT, async_mode="threading")
    app = flask_app()
    mock.init_app(app)
    assert mock.test_client(app).emit("greet", "Ann", callback=True) in ("hello", "good day")


def test_a_process_that_only_emits_needs_no_fake_data() -> None:
    mock = MockAsynctionSocketIO.from_spec(DOCUMENT, message_queue="redis://127.0.0.1:1/0")
    with pytest.raises(Exception, match="is not of type"):
        mock.emit("greeted", 5)


def test_data_is_the_same_in_every_run_with_one_seed() -> None:
    spec = document({"/": channel([message("ask", x_ack={"args": {"type": "integer"}})])})
    runs = []
    for _ in range(2):
        client = mock_of(spec, seed=7)
        runs.append([client.emit("ask", callback=True) for _ in range(5)])
    assert runs[0] == runs[1]


def test_a_schema_that_nothing_satisfies_is_told_at_start_up() -> None:
    schema = {"allOf": [{"type": "string"}, {"type": "integer"}]}
    spec = document({"/": channel(emitted=[message("never", schema)])})
    with pytest.raises(SpecException, match=r"channels\./\.subscribe"):
        mock_of(spec)


@pytest.mark.parametrize(
    "options", [{"subscription_task_interval": 0}, {"max_worker_number": 0}], ids=str
)
def test_run_refuses_what_makes_no_sense(options: dict[str, Any]) -> None:
    app = flask_app()
    mock = MockAsynctionSocketIO.from_spec(DOCUMENT, app=app, async_mode="threading")
    with pytest.raises(ValueError, match="greater than 0"):
        mock.run(app, **options)
