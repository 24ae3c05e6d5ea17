"""Handlers that are registered in code, beside those that the document names."""

from typing import Any

import flask_socketio
import pytest
from flask import request
from flask_support import flask_app, socketio_of
from support import channel, document, message

from asynction_flask import AsynctionSocketIO, PayloadValidationException, SpecException

ADD = message("add", {"type": "integer"}, x_handler="flask_door.api_handlers.add")
SPEC = document(
    {
        "/": channel(
            received=[ADD, message("ping", {"type": "integer"}), message("leave")],
            emitted=[message("news", {"type": "string"})],
        ),
        "/other": channel(received=[message("ping", {"type": "integer"})]),
    }
)


def ask(socketio: AsynctionSocketIO, event: str, *arguments: Any, namespace: str = "/") -> Any:
    """Return the ack of *event*, sent by a client of its own."""
    client = socketio.test_client(socketio.sockio_mw.flask_app, namespace=namespace)
    return client.emit(event, *arguments, namespace=namespace, callback=True)


def answer(socketio: AsynctionSocketIO, event: str, *arguments: Any, namespace: str = "/") -> Any:
    """Return the ack of *event*, once every event has a handler."""
    taken, instances = socketio.server.handlers, socketio.server.namespace_handlers
    for name, others in {"/": ("ping", "leave"), "/other": ("ping",)}.items():
        for each in others:
            if name not in instances and not {each, "*"} & set(taken.get(name, ())):
                socketio.on_event(each, lambda *_: "of the test", name)
    return ask(socketio, event, *arguments, namespace=namespace)


@pytest.fixture
def socketio() -> AsynctionSocketIO:
    return socketio_of(SPEC)[1]


def test_the_handler_that_the_document_names_runs(socketio: AsynctionSocketIO) -> None:
    assert answer(socketio, "add", 1) == 2


def test_on_registers_beside_the_document(socketio: AsynctionSocketIO) -> None:
    @socketio.on("ping")  # type: ignore[untyped-decorator]
    def ping(number: int) -> int:
        return number * 10

    assert answer(socketio, "ping", 1) == 10
    assert answer(socketio, "add", 1) == 2
    assert ping(2) == 20, "the decorator returns the function itself"


def test_on_wins_over_the_document(socketio: AsynctionSocketIO) -> None:
    socketio.on("add")(lambda number: number * 10)
    assert answer(socketio, "add", 1) == 10


def test_on_wins_over_the_document_before_there_is_an_application() -> None:
    socketio = AsynctionSocketIO.from_spec(SPEC, async_mode="threading")
    socketio.on("add")(lambda number: number * 10)
    socketio.init_app(flask_app())
    assert answer(socketio, "add", 1) == 10


def test_on_event_registers_in_a_namespace(socketio: AsynctionSocketIO) -> None:
    socketio.on_event("ping", lambda number: number * 10, namespace="/other")
    assert answer(socketio, "ping", 1, namespace="/other") == 10


def test_event_registers_by_the_name_of_the_function(socketio: AsynctionSocketIO) -> None:
    @socketio.event  # type: ignore[untyped-decorator]
    def ping(number: int) -> int:
        return number * 10

    assert answer(socketio, "ping", 1) == 10


def test_event_registers_in_a_namespace(socketio: AsynctionSocketIO) -> None:
    @socketio.event(namespace="/other")  # type: ignore[untyped-decorator]
    def ping(number: int) -> int:
        return number * 10

    assert answer(socketio, "ping", 1, namespace="/other") == 10


def test_a_catch_all_gets_the_name_of_the_event(socketio: AsynctionSocketIO) -> None:
    socketio.on_event("*", lambda event, *arguments: [event, *arguments])
    assert answer(socketio, "ping", 1) == ["ping", 1]
    assert answer(socketio, "add", 1) == 2


def test_a_catch_all_gets_no_event_that_the_document_does_not_have(
    socketio: AsynctionSocketIO,
) -> None:
    calls: list[Any] = []
    socketio.on_event("*", lambda *arguments: calls.append(arguments))
    assert answer(socketio, "unknown", 1) is None
    assert calls == []


def test_a_handler_for_an_event_in_all_namespaces(socketio: AsynctionSocketIO) -> None:
    def ping(number: int) -> list[Any]:
        return [request.namespace, number]  # type: ignore[attr-defined]

    socketio.on_event("ping", ping, namespace="*")
    socketio.on_event("leave", lambda: None)
    assert ask(socketio, "ping", 1, namespace="/other") == ["/other", 1]


def test_a_catch_all_of_all_namespaces_gets_the_name_of_the_event(
    socketio: AsynctionSocketIO,
) -> None:
    socketio.on_event("*", lambda event, *arguments: [event, *arguments], namespace="*")
    assert ask(socketio, "ping", 1, namespace="/other") == ["ping", 1]


def test_a_class_based_namespace_may_be_that_of_all_namespaces(
    socketio: AsynctionSocketIO,
) -> None:
    class Everywhere(flask_socketio.Namespace):  # type: ignore[misc]
        def on_ping(self, number: int) -> list[Any]:
            return [request.namespace, number]  # type: ignore[attr-defined]

        def on_leave(self) -> None: ...

    socketio.on_namespace(Everywhere("*"))
    assert ask(socketio, "ping", 1, namespace="/other") == ["/other", 1]


@pytest.mark.parametrize(
    ("event", "namespace"), [("unknown", "/"), ("add", "/other"), ("news", "/"), ("ping", "/no")]
)
def test_a_handler_that_could_never_run_is_refused(
    socketio: AsynctionSocketIO, event: str, namespace: str
) -> None:
    with pytest.raises(SpecException, match="never runs"):
        socketio.on_event(event, print, namespace=namespace)


def test_a_handler_that_could_never_run_is_refused_when_there_is_an_application() -> None:
    socketio = AsynctionSocketIO.from_spec(SPEC, async_mode="threading")
    socketio.on_event("unknown", print)
    with pytest.raises(SpecException, match="'unknown'"):
        socketio.init_app(flask_app())


@pytest.mark.parametrize("register", ["on", "namespace"])
def test_a_coroutine_function_is_refused(socketio: AsynctionSocketIO, register: str) -> None:
    class Api(flask_socketio.Namespace):  # type: ignore[misc]
        async def on_ping(self, number: int) -> None: ...

    def use() -> None:
        if register == "on":
            socketio.on_event("ping", Api.on_ping)
        socketio.on_namespace(Api("/"))
        socketio.server.check_handlers()

    with pytest.raises(SpecException, match="on_ping' is a coroutine function"):
        use()


class Api(flask_socketio.Namespace):  # type: ignore[misc]
    """Every event of ``/`` but the one that the document names a handler for."""

    def __init__(self, namespace: str) -> None:
        super().__init__(namespace)
        self.told: list[Any] = []

    def on_connect(self, auth: Any = None) -> None:
        self.told.append(("connect", auth))

    def on_disconnect(self) -> None:
        self.told.append("disconnect")

    def on_ping(self, number: int) -> list[Any]:
        self.emit("news", f"ping {number}")
        return [request.event["message"], number]  # type: ignore[attr-defined]

    def on_leave(self) -> None:
        flask_socketio.disconnect()


def test_a_class_based_namespace_handles_what_is_not_registered_otherwise(
    socketio: AsynctionSocketIO,
) -> None:
    socketio.on_namespace(Api("/"))
    assert answer(socketio, "ping", 1) == ["ping", 1]
    assert answer(socketio, "add", 1) == 2


def test_a_class_based_namespace_hears_of_connections(socketio: AsynctionSocketIO) -> None:
    api = Api("/")
    socketio.on_namespace(api)
    assert answer(socketio, "leave") is None, "who has left gets no ack"
    assert api.told == [("connect", None), "disconnect"]


def test_a_class_based_namespace_gets_no_invalid_event(socketio: AsynctionSocketIO) -> None:
    api, errors = Api("/"), list[Exception]()
    socketio.on_namespace(api)
    socketio.on_error_default(errors.append)
    answer(socketio, "ping", "one")
    answer(socketio, "unknown")
    assert [type(error) for error in errors] == [PayloadValidationException] * 2


def test_emit_of_a_class_based_namespace_is_validated(socketio: AsynctionSocketIO) -> None:
    api = Api("/")
    socketio.on_namespace(api)
    with pytest.raises(PayloadValidationException):
        api.emit("news", 1)


def test_emit_may_be_overridden(socketio: AsynctionSocketIO) -> None:
    class Shouting(Api):
        def emit(self, event: str, data: Any = None, **options: Any) -> Any:
            return super().emit(event, data.upper(), **options)

    socketio.on_namespace(Shouting("/"))
    socketio.on_event("ping", lambda number: None, namespace="/other")
    client = socketio.test_client(socketio.sockio_mw.flask_app)
    client.emit("ping", 1)
    assert client.get_received() == [{"name": "news", "args": ["PING 1"], "namespace": "/"}]


def test_trigger_event_may_be_overridden(socketio: AsynctionSocketIO) -> None:
    class Counting(Api):
        def trigger_event(self, event: str, *arguments: Any) -> Any:
            self.told.append(event)
            return super().trigger_event(event, *arguments)

    api = Counting("/")
    socketio.on_namespace(api)
    assert answer(socketio, "ping", 1) == ["ping", 1]
    assert api.told == ["connect", ("connect", None), "ping"]


def test_an_overridden_trigger_event_sees_no_invalid_event(socketio: AsynctionSocketIO) -> None:
    class Greedy(Api):
        def trigger_event(self, event: str, *arguments: Any) -> Any:
            self.told.append(event)

    api = Greedy("/")
    socketio.on_namespace(api)
    answer(socketio, "ping", "one")
    answer(socketio, "unknown")
    assert api.told == ["connect", "connect"]


def test_a_namespace_that_the_document_does_not_have_is_refused(
    socketio: AsynctionSocketIO,
) -> None:
    with pytest.raises(SpecException, match="'/nowhere'"):
        socketio.on_namespace(Api("/nowhere"))


def test_an_event_without_a_handler_is_told_before_the_first_client(
    socketio: AsynctionSocketIO,
) -> None:
    with pytest.raises(SpecException, match="'ping' of / has no handler") as caught:
        socketio.test_client(socketio.sockio_mw.flask_app)
    assert "'ping' of /other has no handler" in str(caught.value)


@pytest.mark.parametrize("handler", [lambda: None, lambda one, two: None])
def test_a_handler_that_cannot_take_its_arguments_is_told(
    socketio: AsynctionSocketIO, handler: Any
) -> None:
    socketio.on_event("ping", handler)
    with pytest.raises(SpecException, match="cannot take 1: ") as caught:
        socketio.server.check_handlers()
    assert "sid" not in str(caught.value), "handlers of Flask-SocketIO get none"
    assert "socketio.on(event, namespace=...)" in str(caught.value)


def test_a_handler_of_python_socketio_is_registered_with_the_server(
    socketio: AsynctionSocketIO,
) -> None:
    socketio.server.on("ping", lambda sid, number: [sid, number])
    assert answer(socketio, "ping", 1)[1:] == [1]
