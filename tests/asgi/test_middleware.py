"""The middleware in front of applications, on its own, and under a prefix."""

import gc
import inspect
import logging
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import socketio
from conftest import MakePeer
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.websockets import WebSocket
from support import channel, document, message, serving

from asynction_core import AsynctionMiddleware, AsynctionServer, SpecException

SERVERS = {
    "production": {
        "url": "wss://example.com/api/{base}",
        "protocol": "wss",
        "variables": {"base": {"default": "socket.io"}},
    },
    "plain": {"url": "example.com", "protocol": "ws"},
}
SPEC = document({"/": channel(received=[message("ping")])}, servers=SERVERS)


def make_server(**options: Any) -> AsynctionServer:
    server = AsynctionServer.from_spec(SPEC, **options)
    server.on("ping", lambda sid: "pong")
    return server


async def status(url: str) -> int:
    async with aiohttp.ClientSession() as session, session.get(url) as response:
        return response.status


async def body(url: str) -> str:
    async with aiohttp.ClientSession() as session, session.get(url) as response:
        return await response.text()


def http_app() -> Starlette:
    async def hello(request: Any) -> PlainTextResponse:
        return PlainTextResponse("hello")

    async def echo(socket: WebSocket) -> None:
        await socket.accept()
        await socket.send_text("a websocket of its own")
        await socket.close()

    return Starlette(routes=[Route("/hello", hello), WebSocketRoute("/echo", echo)])


async def test_on_its_own_it_serves_socket_io_and_answers_404(connect: MakePeer) -> None:
    with serving(AsynctionMiddleware(server=make_server())) as url:
        assert await (await connect(url)).call("ping") == "pong"
        assert await status(f"{url}/hello") == 404
        assert await status(f"{url}/socket.iooo/") == 404
        async with aiohttp.ClientSession() as session:
            with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
                await session.ws_connect(f"{url}/echo")
    assert caught.value.status == 403


async def test_in_front_of_an_app_it_hands_on_what_is_not_socket_io(connect: MakePeer) -> None:
    with serving(AsynctionMiddleware(http_app(), server=make_server())) as url:
        assert await (await connect(url)).call("ping") == "pong"
        assert await body(f"{url}/hello") == "hello"
        assert await status(f"{url}/nowhere") == 404
        async with aiohttp.ClientSession() as session, session.ws_connect(f"{url}/echo") as ws:
            assert await ws.receive_str() == "a websocket of its own"


async def test_it_is_middleware_as_starlette_takes_it(connect: MakePeer) -> None:
    app = http_app()
    app.add_middleware(AsynctionMiddleware, server=make_server())  # type: ignore[arg-type]
    with serving(app) as url:
        assert await (await connect(url)).call("ping") == "pong"
        assert await body(f"{url}/hello") == "hello"


async def test_under_a_mount_its_path_is_relative_to_the_prefix(connect: MakePeer) -> None:
    app = Starlette(routes=[Mount("/deep/er", AsynctionMiddleware(server=make_server()))])
    with serving(app) as url:
        peer = await connect(url, socketio_path="/deep/er/socket.io")
        assert await peer.call("ping") == "pong"
        assert await status(f"{url}/deep/er/other") == 404
        assert await status(f"{url}/socket.io/?EIO=4&transport=polling") == 404


@pytest.mark.parametrize("root_path", ["/proxy", "/proxy/"])
async def test_behind_a_proxy_with_a_root_path(connect: MakePeer, root_path: str) -> None:
    app = AsynctionMiddleware(server=make_server())
    with serving(app, root_path=root_path) as url:
        assert await (await connect(url)).call("ping") == "pong"


@pytest.mark.parametrize(
    ("options", "path"),
    [
        ({}, "socket.io"),
        ({"server_name": "production"}, "api/socket.io"),
        ({"server_name": "plain"}, "socket.io"),
        ({"server_name": "production", "socketio_path": "/mine/"}, "mine"),
    ],
)
async def test_the_path_is_the_chosen_servers_unless_overridden(
    connect: MakePeer, options: dict[str, Any], path: str
) -> None:
    with serving(AsynctionMiddleware(server=make_server(**options))) as url:
        peer = await connect(url, socketio_path=path)
        assert await peer.call("ping") == "pong"


async def test_the_middlewares_own_path_overrides_the_servers(connect: MakePeer) -> None:
    app = AsynctionMiddleware(server=make_server(), socketio_path="elsewhere")
    with serving(app) as url:
        peer = await connect(url, socketio_path="elsewhere")
        assert await peer.call("ping") == "pong"
        assert await status(f"{url}/socket.io/?EIO=4&transport=polling") == 404


async def test_the_root_can_be_the_path(connect: MakePeer) -> None:
    with serving(AsynctionMiddleware(server=make_server(), socketio_path="/")) as url:
        assert await status(f"{url}/?EIO=4&transport=polling") == 200


async def test_lifespan_is_passed_through_and_the_server_shut_down(connect: MakePeer) -> None:
    seen: list[str] = []

    @asynccontextmanager
    async def lifespan(app: Starlette) -> Any:
        seen.append("startup")
        yield {"shared": "state"}
        seen.append("shutdown")

    server = make_server()
    app = AsynctionMiddleware(Starlette(lifespan=lifespan), server=server)
    with serving(app, lifespan="on") as url:
        await (await connect(url)).call("ping")
        assert seen == ["startup"]
        assert server.eio.service_task_handle is not None
    assert seen == ["startup", "shutdown"]
    assert server.eio.service_task_handle is None


def test_an_event_without_handler_stops_the_start_up_and_all_are_named() -> None:
    spec = document(
        {
            "/": channel(received=[message("one"), message("two")]),
            "/more": channel(received=[message("three")]),
        }
    )
    server = AsynctionServer.from_spec(spec)
    server.on("two", lambda sid: None)
    with pytest.raises(SpecException) as caught:
        server.check_handlers()
    text = str(caught.value)
    assert "channels./.publish.message.oneOf[0]: event 'one' of / has no handler" in text
    assert "channels./more.publish.message.oneOf[0]: event 'three' of /more has no handler" in text
    assert "'two'" not in text
    assert "server.on(" in text
    with (
        pytest.raises(RuntimeError, match="did not start"),
        serving(AsynctionMiddleware(server=server)),
    ):
        pass


async def test_without_lifespan_the_first_request_finds_the_missing_handler(
    capfd: pytest.CaptureFixture[str],
) -> None:
    server = AsynctionServer.from_spec(document({"/": channel(received=[message("one")])}))
    app = Starlette(routes=[Mount("/", AsynctionMiddleware(server=server))])
    with serving(app) as url:
        assert await status(f"{url}/socket.io/?EIO=4&transport=polling") == 500
        assert await status(f"{url}/socket.io/?EIO=4&transport=polling") == 500
    assert "event 'one' of / has no handler" in capfd.readouterr().err


async def test_handlers_of_every_kind_count(connect: MakePeer) -> None:
    class Chat(socketio.AsyncNamespace):  # type: ignore[misc]
        async def on_ping(self, sid: str) -> str:
            return "class"

        async def on_connect(self, sid: str, environ: dict[str, Any]) -> None:
            calls.append(sid)

        async def on_disconnect(self, sid: str) -> None:
            calls.append(sid)

    calls: list[str] = []
    spec = document({name: channel(received=[message("ping")]) for name in ("/a", "/b")})
    server = AsynctionServer.from_spec(spec)
    server.register_namespace(Chat("/a"))
    server.on("*", lambda event, sid: f"any event: {event}", namespace="/b")
    with serving(AsynctionMiddleware(server=server)) as url:
        peer = await connect(url, "/a")
        assert await peer.call("ping") == "class"
        assert await (await connect(url, "/b")).call("ping") == "any event: ping"
        await peer.close()
    assert len(calls) == 2
    assert calls[0] == calls[1]


async def test_a_handler_of_any_namespace_counts(connect: MakePeer) -> None:
    server = AsynctionServer.from_spec(SPEC)
    server.on("ping", lambda namespace, sid: f"any namespace: {namespace}", namespace="*")
    with serving(AsynctionMiddleware(server=server)) as url:
        assert await (await connect(url)).call("ping") == "any namespace: /"


@pytest.mark.parametrize(
    ("event", "namespace", "words"),
    [
        ("pong", "/", "clients may not emit 'pong'"),
        ("ping", "/nowhere", "no namespace '/nowhere'"),
    ],
)
def test_a_handler_that_could_never_run_is_refused(event: str, namespace: str, words: str) -> None:
    server = AsynctionServer.from_spec(SPEC)
    with pytest.raises(SpecException, match=words):
        server.on(event, lambda sid: None, namespace)
    with pytest.raises(SpecException, match="/nowhere"):
        server.on_error(lambda error: None, namespace="/nowhere")


def test_server_on_and_on_error_are_decorators() -> None:
    server = AsynctionServer.from_spec(SPEC)

    @server.on("ping")
    def ping(sid: str) -> str:
        return "pong"

    @server.on_error(namespace="/")
    def failed(error: Exception) -> None: ...

    server.check_handlers()
    assert callable(ping)
    assert callable(failed)


def test_the_middleware_takes_a_document_or_a_server(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="either spec_path or server"):
        AsynctionMiddleware()
    with pytest.raises(TypeError, match="either spec_path or server"):
        AsynctionMiddleware(spec_path=SPEC, server=make_server())
    with pytest.raises(TypeError, match="validation"):
        AsynctionMiddleware(server=make_server(), validation=False)
    with pytest.raises(SpecException, match="cannot read the file"):
        AsynctionMiddleware(spec_path=tmp_path / "none.yml")
    assert AsynctionMiddleware(spec_path=SPEC, server_name="production").server.socketio_path == (
        "api/socket.io"
    )


@pytest.mark.parametrize("written", ["/metrics", "metrics", "/metrics/", "/socket.iooo", "/docs2"])
async def test_metrics_are_served_at_their_path_with_a_slash_or_without(written: str) -> None:
    path = written.strip("/")
    app = AsynctionMiddleware(http_app(), server=make_server(), metrics_path=written)
    with serving(app) as url:
        for found in (f"{url}/{path}", f"{url}/{path}/"):
            assert "asynction_clients" in await body(found)
        assert await status(f"{url}/{path}/more") == 404
        assert await body(f"{url}/hello") == "hello"


async def test_metrics_are_served_nowhere_unless_they_are_asked_for() -> None:
    with serving(AsynctionMiddleware(server=make_server())) as url:
        assert await status(f"{url}/metrics") == 404


@pytest.mark.parametrize("path", ["", "/", "//", "/metrics?all", "/me trics", "/me%20trics", "#me"])
def test_metrics_need_a_path(path: str) -> None:
    with pytest.raises(ValueError, match="'/metrics'"):
        AsynctionMiddleware(server=make_server(), metrics_path=path)


@pytest.mark.parametrize("path", [5, b"/metrics", True, Path("/metrics")])
def test_the_path_of_metrics_is_text(path: Any) -> None:
    with pytest.raises(TypeError, match="metrics_path is a path like '/metrics', not "):
        AsynctionMiddleware(server=make_server(), metrics_path=path)


@pytest.mark.parametrize(
    ("options", "path", "where"),
    [
        ({}, "/socket.io", "Socket.IO is served, at '/socket.io/'"),
        ({}, "socket.io/metrics/", "Socket.IO is served, at '/socket.io/'"),
        ({"socketio_path": "/"}, "/metrics", "Socket.IO is served, at '/'"),
        ({}, "/docs", r"the documentation \(docs=False removes it\) is served, at '/docs/'"),
        ({}, "/docs/asyncapi.json", "the documentation .* is served, at '/docs/'"),
        (
            {"socketio_path": "/api/live"},
            "/api/docs",
            "the documentation .* is served, at '/api/docs/'",
        ),
    ],
)
def test_metrics_cannot_be_where_something_else_is_served(
    options: dict[str, Any], path: str, where: str
) -> None:
    with pytest.raises(ValueError, match=f"metrics_path: .* is where {where}; give one of"):
        AsynctionMiddleware(server=make_server(), metrics_path=path, **options)


async def test_without_documentation_metrics_may_be_in_its_place() -> None:
    app = AsynctionMiddleware(server=make_server(docs=False), metrics_path="/docs")
    with serving(app) as url:
        assert "asynction_clients" in await body(f"{url}/docs")


def test_mistaken_options_are_named() -> None:
    with pytest.raises(TypeError, match="cors_alowed_origins"):
        AsynctionServer.from_spec(SPEC, cors_alowed_origins="*")
    with pytest.raises(TypeError, match="namespaces"):
        AsynctionServer.from_spec(SPEC, namespaces=["/x"])
    with pytest.raises(SpecException, match="no server 'nowhere'"):
        AsynctionServer.from_spec(SPEC, server_name="nowhere")


MEANT = "there is no option 'metric_path'; did you mean 'metrics_path'"


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda: AsynctionMiddleware(server=make_server(), metric_path="/m"), f"{MEANT}?"),
        (
            lambda: AsynctionMiddleware(spec_path=SPEC, metric_path="/m"),
            f"{MEANT}, an option of AsynctionMiddleware?",
        ),
        (
            lambda: AsynctionServer.from_spec(SPEC, metrics_path="/m"),
            "'metrics_path' is an option of AsynctionMiddleware",
        ),
        (
            lambda: AsynctionServer.from_spec(SPEC, app=http_app()),
            "'app' is an option of AsynctionMiddleware",
        ),
        (
            lambda: AsynctionServer(make_server().registration, server_name="plain"),
            "'server_name' is an option of from_spec",
        ),
        (
            lambda: AsynctionMiddleware(server=make_server(), max_queu=5),
            "there is no option 'max_queu'; did you mean 'max_queue', an option of from_spec?",
        ),
        (
            lambda: AsynctionMiddleware(server=make_server(), max_queue=5),
            "the server is made already; give max_queue to from_spec",
        ),
        (
            lambda: AsynctionServer.from_spec(SPEC, colour="red", fastpath=False, pingtimeout=1),
            (
                "there is no option 'colour'\n"
                "there is no option 'fastpath'; did you mean 'fast_path'?\n"
                "there is no option 'pingtimeout'; did you mean 'ping_timeout'?"
            ),
        ),
    ],
)
def test_a_mistaken_option_is_told_with_what_was_meant(make: Any, told: str) -> None:
    with pytest.raises(TypeError) as caught:
        make()
    assert str(caught.value) == told


def test_what_servers_say_is_an_option_of_the_middleware_is_one() -> None:
    own = inspect.signature(AsynctionMiddleware).parameters
    assert own.keys() > AsynctionServer._elsewhere.keys()
    assert own.keys() - AsynctionServer._elsewhere.keys() == {
        *("spec_path", "server", "socketio_path", "from_spec_kwargs")
    }


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"security_timeout": -1}, "security_timeout must be a number of seconds greater than 0"),
        ({"security_timeout": "x"}, "security_timeout must be .*, not 'x'"),
        ({"security_timeout": None}, "security_timeout must be .*, not None"),
        ({"security_timeout": float("nan")}, "security_timeout must be .*, not nan"),
        ({"security_timeout": True}, "security_timeout must be .*, not True"),
        ({"ping_interval": "x"}, "ping_interval must be a number of seconds .*, not 'x'"),
        ({"ping_interval": (25, -1)}, r"ping_interval must be .*, not \(25, -1\)"),
        ({"ping_timeout": 0}, "ping_timeout must be a number of seconds greater than 0, not 0"),
        ({"max_http_buffer_size": 1e6}, "max_http_buffer_size must be a whole number greater"),
        ({"default_error_handler": "x"}, "default_error_handler must be a function, not 'x'"),
        ({"fast_path": "no"}, "fast_path must be True or False, not 'no'"),
        ({"docs": "no"}, "docs must be True or False, not 'no'"),
        ({"validation": "no"}, "validation must be True or False, not 'no'"),
        ({"check_formats": "no"}, "check_formats must be True or False, not 'no'"),
    ],
)
def test_a_value_that_an_option_cannot_have_is_refused(options: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        AsynctionServer.from_spec(SPEC, **options)


@pytest.mark.parametrize("option", [{"ping_interval": (25, 0)}, {"security_timeout": 0.5}])
def test_a_value_that_an_option_may_have_is_taken(option: dict[str, Any]) -> None:
    assert AsynctionServer.from_spec(SPEC, **option)


async def test_starlette_names_a_broken_document_at_its_first_request(tmp_path: Path) -> None:
    app = Starlette()
    app.add_middleware(AsynctionMiddleware, spec_path=tmp_path / "none.yml")  # type: ignore[arg-type]
    with pytest.raises(SpecException, match="cannot read the file"):
        app.build_middleware_stack()


async def test_python_socketios_options_are_taken(connect: MakePeer) -> None:
    class Json:
        @staticmethod
        def dumps(value: Any, **options: Any) -> str:
            used.append("dumps")
            return wire.Json.dumps(value)

        @staticmethod
        def loads(text: str, **options: Any) -> Any:
            used.append("loads")
            return wire.Json.loads(text)

    from asynction_core import wire

    used: list[str] = []
    server = make_server(json=Json, ping_interval=5, cors_allowed_origins="*")
    with serving(AsynctionMiddleware(server=server)) as url:
        assert await (await connect(url)).call("ping") == "pong"
    assert {"dumps", "loads"} <= set(used)
    assert socketio.packet.Packet.json is not Json


async def test_the_msgpack_serializer_of_python_socketio_works() -> None:
    server = make_server(serializer="msgpack")
    client = socketio.AsyncClient(serializer="msgpack")
    with serving(AsynctionMiddleware(server=server)) as url:
        await client.connect(url, transports=["websocket"])
        assert await client.call("ping", timeout=5) == "pong"
        await client.disconnect()


async def test_the_admin_ui_has_a_namespace_beside_the_documents(connect: MakePeer) -> None:
    server = make_server()
    admin_ui = server.instrument(auth=False, namespace="/ui", mode="production")
    try:
        with serving(AsynctionMiddleware(server=server)) as url:
            admin = await connect(url, "/ui")
            assert (await admin.next())[0][0] == "config"
            assert await (await connect(url)).call("ping") == "pong"
    finally:
        admin_ui.uninstrument()  # it has changed python-engineio for all servers


def test_the_admin_ui_may_not_take_a_namespace_of_the_document() -> None:
    server = AsynctionServer.from_spec(document({"/admin": channel()}))
    with pytest.raises(ValueError, match="'/admin'"):
        server.instrument(auth=False)
    with pytest.raises(ValueError, match="'/admin'"):
        server.instrument(False, "production", False, None, "/admin")


async def test_what_the_document_forbids_the_admin_ui_is_logged_and_not_sent(
    connect: MakePeer, caplog: pytest.LogCaptureFixture
) -> None:
    server = make_server()
    admin_ui = server.instrument(auth=False, namespace="/ui", mode="development")
    try:
        with serving(AsynctionMiddleware(server=server)) as url:
            peer, admin = await connect(url), await connect(url, "/ui")
            assert await admin.no_ack("emit", "/", None, "forbidden", "secret")
            assert await peer.call("ping") == "pong"
    finally:
        admin_ui.uninstrument()
    gc.collect()  # a task whose exception nobody took complains when it goes
    records = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert [record.name for record in records] == ["asynction_core"]
    assert "for event 'forbidden' of /" in caplog.text
    assert "secret" not in caplog.text
    assert peer.received == []


async def test_a_server_may_be_shut_down_twice(connect: MakePeer) -> None:
    server = make_server()

    async def stop(scope: Any, receive: Any, send: Any) -> None:
        await server.shutdown()
        await server.shutdown()
        await PlainTextResponse("stopped")(scope, receive, send)

    with serving(AsynctionMiddleware(stop, server=server), lifespan="off") as url:
        await connect(url)
        assert await body(f"{url}/stop") == "stopped"


def test_a_class_based_namespace_of_another_document_is_refused() -> None:
    server = AsynctionServer.from_spec(SPEC)
    with pytest.raises(SpecException, match="no namespace '/nowhere'"):
        server.register_namespace(socketio.AsyncNamespace("/nowhere"))


class Talk(socketio.AsyncNamespace):  # type: ignore[misc]
    async def on_ping(self, sid: str) -> str:
        return "pong"

    async def on_typing(self, sid: str) -> None: ...


def test_a_method_for_an_event_that_clients_may_not_emit_is_told(
    caplog: pytest.LogCaptureFixture,
) -> None:
    server = AsynctionServer.from_spec(SPEC)
    server.register_namespace(Talk("/"))
    (told,) = (record.getMessage() for record in caplog.records)
    assert told == (
        "Talk.on_typing is never called: clients may not emit 'typing' in /, "
        "by the document, channels./"
    )


def test_a_class_that_finds_its_handlers_itself_knows_what_they_are_for(
    caplog: pytest.LogCaptureFixture,
) -> None:
    class Catcher(Talk):
        async def trigger_event(self, event: str, *arguments: Any) -> None: ...

    server = AsynctionServer.from_spec(SPEC)
    server.register_namespace(Catcher("/"))
    assert not caplog.records


async def test_a_class_based_namespace_may_find_its_handlers_itself(connect: MakePeer) -> None:
    class Catcher(socketio.AsyncNamespace):  # type: ignore[misc]
        async def trigger_event(self, event: str, *arguments: Any) -> str:
            events.append(event)
            return f"handled: {event}"

    events: list[str] = []
    server = AsynctionServer.from_spec(SPEC)
    server.register_namespace(Catcher("/"))
    with serving(AsynctionMiddleware(server=server)) as url:
        assert await (await connect(url)).call("ping") == "handled: ping"
    assert events[:2] == ["connect", "ping"]


async def test_a_class_that_finds_its_handlers_itself_takes_as_many_arguments_as_it_likes(
    connect: MakePeer,
) -> None:
    class Catcher(socketio.AsyncNamespace):  # type: ignore[misc]
        async def trigger_event(self, event: str, sid: str) -> str:
            return f"handled: {event}"

    server = AsynctionServer.from_spec(SPEC)
    server.register_namespace(Catcher("/"))
    with serving(AsynctionMiddleware(server=server)) as url:
        assert await (await connect(url)).call("ping") == "handled: ping"


def test_a_method_that_cannot_take_the_arguments_stops_the_start_up() -> None:
    class Chat(socketio.AsyncNamespace):  # type: ignore[misc]
        async def on_say(self, sid: str) -> None: ...

    spec = document({"/": channel(received=[message("say", {"type": "string"})])})
    server = AsynctionServer.from_spec(spec)
    server.register_namespace(Chat("/"))
    with pytest.raises(SpecException, match=r"'.*Chat\.on_say' cannot take 1 beside the sid"):
        server.check_handlers()


@pytest.mark.parametrize(
    ("payload", "handler", "problem"),
    [
        ({"type": "string"}, lambda sid: None, "cannot take 1 beside the sid"),
        ({"type": "string"}, lambda: None, "cannot take 1 beside the sid"),
        ({"type": "null"}, lambda sid, value: None, "cannot take 0 beside the sid"),
        (
            {"type": "array", "prefixItems": [{}, {}], "minItems": 1},
            lambda sid, one: None,
            "cannot take 2 beside the sid",
        ),
    ],
)
def test_a_handler_that_cannot_take_the_arguments_stops_the_start_up(
    payload: Any, handler: Any, problem: str
) -> None:
    server = AsynctionServer.from_spec(document({"/": channel(received=[message("x", payload)])}))
    server.on("x", handler)
    with pytest.raises(SpecException, match=problem):
        server.check_handlers()


@pytest.mark.parametrize(
    ("payload", "handler"),
    [
        ({"type": "string"}, lambda sid, value: None),
        ({"type": "string"}, lambda sid, *values: None),
        ({"type": "null"}, lambda sid: None),
        ({"type": "array", "prefixItems": [{}, {}], "minItems": 1}, lambda sid, one, two=2: None),
        ({"type": "array", "prefixItems": [{}], "items": {}}, lambda sid, *more: None),
        (None, lambda sid, anything: None),
        ({"type": "string"}, print),
    ],
)
def test_a_handler_that_can_is_registered(payload: Any, handler: Any) -> None:
    server = AsynctionServer.from_spec(document({"/": channel(received=[message("x", payload)])}))
    server.on("x", handler)
    server.check_handlers()


async def test_a_lone_null_is_not_handed_to_the_handler(connect: MakePeer) -> None:
    spec = document({"/": channel(received=[message("x", {"type": "null"})])})
    server = AsynctionServer.from_spec(spec)
    server.on("x", lambda sid: "called")
    with serving(AsynctionMiddleware(server=server)) as url:
        peer = await connect(url)
        assert await peer.call("x") == "called"
        assert await peer.call("x", None) == "called"
