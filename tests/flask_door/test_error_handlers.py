"""Which error handler gets an exception, in which context, and what its answer becomes."""

from typing import Any

import flask_socketio
import pytest
from flask import request, session
from flask_door.doing import Server
from flask_support import flask_app, socketio_of
from support import channel, document, message

from asynction_core import problem_ack
from asynction_flask import AsynctionSocketIO, PayloadValidationException

HANDLERS = {"error": "flask_door.api_handlers.on_error"}
ADD = message("add", {"type": "integer"}, x_handler="flask_door.api_handlers.add")
WITH_HANDLER = document({"/": channel(received=[ADD], x_handlers=HANDLERS)})
WITHOUT = document({"/": channel(received=[ADD])})


def ack_of_an_invalid_event(socketio: AsynctionSocketIO) -> Any:
    client = socketio.test_client(socketio.sockio_mw.flask_app)
    return client.emit("add", "one", callback=True)


def test_the_error_handler_of_the_document_answers() -> None:
    _, socketio = socketio_of(WITH_HANDLER)
    answer = ack_of_an_invalid_event(socketio)
    assert answer == "the document's: PayloadValidationException"


def test_the_default_error_handler_answers_where_there_is_no_other() -> None:
    _, socketio = socketio_of(WITHOUT, default_error_handler=lambda error: "default")
    assert ack_of_an_invalid_event(socketio) == "default"


def test_the_handler_of_the_document_comes_before_the_default_one() -> None:
    _, socketio = socketio_of(WITH_HANDLER, default_error_handler=lambda error: "default")
    answer = ack_of_an_invalid_event(socketio)
    assert answer == "the document's: PayloadValidationException"


def test_on_error_default_replaces_the_default_error_handler() -> None:
    _, socketio = socketio_of(WITHOUT, default_error_handler=lambda error: "default")
    socketio.on_error_default(lambda error: "replaced")
    assert ack_of_an_invalid_event(socketio) == "replaced"


def test_on_error_wins_over_the_document() -> None:
    _, socketio = socketio_of(WITH_HANDLER)
    socketio.on_error()(lambda error: "in code")
    assert ack_of_an_invalid_event(socketio) == "in code"


def test_on_error_wins_over_the_document_before_there_is_an_application() -> None:
    socketio = AsynctionSocketIO.from_spec(WITH_HANDLER, async_mode="threading")
    socketio.on_error()(lambda error: "in code")
    socketio.init_app(flask_app())
    assert ack_of_an_invalid_event(socketio) == "in code"


def test_on_error_serves_its_namespace_only() -> None:
    server = Server(default_error_handler=lambda error: "default")
    server.socketio.on_error("/other")(lambda error: "of the other")
    one, two = server.client(), server.client("/other")
    assert one.emit("number", "x", callback=True) == "default"
    assert two.emit("number", "x", callback=True, namespace="/other") == "of the other"


def test_the_error_method_of_a_class_based_namespace_answers() -> None:
    class Api(flask_socketio.Namespace):  # type: ignore[misc]
        def error(self, error: Exception) -> str:
            return f"the class's: {type(error).__name__}"

    _, socketio = socketio_of(WITHOUT, default_error_handler=lambda error: "default")
    socketio.on_namespace(Api("/"))
    assert ack_of_an_invalid_event(socketio) == "the class's: PayloadValidationException"


def test_what_a_handler_raises_reaches_the_error_handler() -> None:
    server, errors = Server(), list[Exception]()
    server.socketio.on_error_default(errors.append)
    server.does = lambda: [][0]
    assert server.client().emit("do", callback=True) == []
    assert [type(error) for error in errors] == [IndexError]


def test_without_an_error_handler_there_is_no_ack_and_one_record(
    caplog: pytest.LogCaptureFixture,
) -> None:
    server = Server()
    client = server.client()
    assert client.emit("number", "a secret", callback=True) is None
    [record] = [each for each in caplog.records if each.name == "asynction_core"]
    assert "'number' of /" in record.getMessage()
    assert "secret" not in caplog.text


def test_an_error_handler_that_fails_is_logged_and_sends_no_ack(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail(error: Exception) -> None:
        raise LookupError("mine")

    server = Server(default_error_handler=fail)
    assert server.client().emit("number", "x", callback=True) is None
    assert "LookupError" in caplog.text


def test_an_error_handler_runs_in_the_context_of_its_event() -> None:
    def tell(error: Exception) -> list[Any]:
        found: Any = request
        flask_socketio.emit("text", "told")
        return [found.namespace, found.event["message"], session.get("user")]

    server = Server(default_error_handler=tell)
    server.does = lambda: session.update(user="ann")
    client = server.client("/other")
    client.emit("do", namespace="/other")
    answer = client.emit("number", "x", callback=True, namespace="/other")
    assert answer == ["/other", "number", "ann"]
    assert [each["args"] for each in client.get_received("/other")] == [["told"]]


def test_problem_ack_tells_the_client_what_was_wrong() -> None:
    server = Server(default_error_handler=problem_ack)
    answer = server.client().emit("pair", 1, 2, callback=True)
    assert answer["error"]["type"] == PayloadValidationException.__name__
    assert answer["error"]["path"] == [1]


@pytest.mark.parametrize("overrides", [False, True])
def test_the_error_method_of_a_class_lets_nobody_in(overrides: bool) -> None:
    errors: list[Exception] = []

    class Api(flask_socketio.Namespace):  # type: ignore[misc]
        def on_connect(self) -> None:
            raise LookupError("mine")

        def error(self, error: Exception) -> bool:
            errors.append(error)
            return True

    class Dispatching(Api):
        def trigger_event(self, event: str, *arguments: Any) -> Any:
            return super().trigger_event(event, *arguments)

    app, socketio = socketio_of(WITHOUT)
    socketio.on_namespace(Dispatching("/") if overrides else Api("/"))
    assert not socketio.test_client(app).is_connected()
    assert [type(error) for error in errors] == [LookupError]


def test_the_answer_of_an_error_method_is_no_result_of_the_handler() -> None:
    errors: list[Exception] = []

    class Api(flask_socketio.Namespace):  # type: ignore[misc]
        def trigger_event(self, event: str, *arguments: Any) -> Any:
            return super().trigger_event(event, *arguments)

        def on_count(self) -> None:
            raise LookupError("mine")

        def error(self, error: Exception) -> str:
            errors.append(error)
            return "no integer"

    count = message("count", x_ack={"args": {"type": "integer"}})
    app, socketio = socketio_of(document({"/": channel(received=[count])}))
    socketio.on_namespace(Api("/"))
    assert socketio.test_client(app).emit("count", callback=True) == "no integer"
    assert [type(error) for error in errors] == [LookupError]


def test_an_error_handler_of_a_client_that_has_left_runs_in_its_context() -> None:
    told: list[Any] = []

    def tell(error: Exception) -> None:
        found: Any = request
        told.append((type(error), found.headers["X-Test"], found.namespace))

    def leave() -> None:
        flask_socketio.disconnect()
        raise LookupError("mine")

    server = Server(default_error_handler=tell)
    server.does = leave
    server.client(headers={"X-Test": "yes"}).emit("do")
    assert told == [(LookupError, "yes", "/")]


@pytest.mark.parametrize("handled", [False, True])
def test_a_result_that_is_no_json_is_told_with_its_handler_and_type(
    caplog: pytest.LogCaptureFixture, handled: bool
) -> None:
    errors: list[Exception] = []
    options = {"default_error_handler": errors.append} if handled else {}
    _, socketio = socketio_of(WITHOUT, **options)

    def listing(number: int) -> set[int]:
        return {number}

    socketio.on_event("add", listing)
    client = socketio.test_client(socketio.sockio_mw.flask_app)
    assert client.emit("add", 1, callback=True) in (None, [])
    told = "this is not JSON: Unsupported type: 'set'"
    if handled:
        assert [str(error).splitlines()[0] for error in errors] == [f"event 'add' of /: {told}"]
    else:
        [record] = caplog.records
        assert f"{told} (handler '{listing.__qualname__}')" in record.getMessage()
        assert len(record.getMessage().splitlines()) == 1
