"""Tests of the application: what the document promises to a client that has no credentials."""

from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath
from textwrap import dedent

from asynction_core.scaffold.code import Definition, Module, docstring, function, literal
from asynction_core.scaffold.examples import Examples, Opening
from asynction_core.scaffold.framework import Dialect
from asynction_core.scaffold.names import Names, snake
from asynction_core.spec.model import Event, HandlerPath, Namespace, Spec

_URL = '''
@pytest.fixture(scope="module")
def url():
    """Serve the application while the tests run; return where."""
    from {app} import app

    config = uvicorn.Config(app, port=0, log_level="warning", ws="websockets-sansio")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while thread.is_alive() and not server.started:
        time.sleep(0.01)
    assert server.started, "the application does not start; see the log"
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{{port}}"
    server.should_exit = True
    thread.join()
'''

_CONNECT = '''
@pytest.fixture
def connect(url):
    """Return a function that connects a client, and returns one that emits for it."""
    clients = []

    def connect(namespace, query="", headers=None):
        client = socketio.Client(reconnection=False)
        clients.append(client)
        told = []
        client.on("connect_error", told.append, namespace=namespace)
        try:
            client.connect(
                f"{{url}}?{{query}}",
                headers=headers or {{}},
                transports=["websocket"],
                namespaces=[namespace],
                socketio_path={path},
            )
        except socketio.exceptions.ConnectionError as error:
            raise ConnectionRefusedError(told) from error

        def call(event, *arguments):
            data = arguments[0] if len(arguments) == 1 else arguments or None
            if data is None and arguments:
                data = arguments
            return client.call(event, data, namespace=namespace, timeout=10)

        return call

    yield connect
    for client in clients:
        client.disconnect()
'''

_CONNECT_FLASK = '''
@pytest.fixture
def connect():
    """Return a function that connects a client, and returns one that emits for it."""
    from {app} import app
    from {server} import socketio

    def connect(namespace, query="", headers=None):
        client = socketio.test_client(
            app, namespace=namespace, query_string=f"?{{query}}", headers=headers
        )
        if not client.is_connected(namespace):
            raise ConnectionRefusedError(f"refused by {{namespace}}")

        def call(event, *arguments):
            return client.emit(event, *arguments, namespace=namespace, callback=True)

        return call

    return connect
'''

_REFUSAL = '''
def refusal(ack):
    """Return why the server refused an event; None where it did not."""
    error = ack.get("error") if isinstance(ack, dict) else None
    kind = error.get("type") if isinstance(error, dict) else None
    return kind if str(kind).endswith(("Exception", "Error")) else None
'''

_PATH = "sys.path.insert(0, str(Path(__file__).parents[1]))"


class TestWriter:
    """Writes the tests of one document.

    :param app: the module of the application, and *server* that of its server.
    """

    def __init__(
        self, dialect: Dialect, examples: Examples, spec: Spec, app: str, server: str
    ) -> None:
        self._asgi = dialect.framework == "asgi"
        self._examples = examples
        self._spec = spec
        self._app = app
        self._server = server
        self._names = Names()
        self.notes: list[str] = []

    def module(self, foreign: Iterable[HandlerPath]) -> Module:
        """Return the tests; none for events whose handlers are *foreign*."""
        others = {path.path for path in foreign}
        definitions = [*self._helpers()]
        for name in self._examples.registration.namespaces:
            definitions.extend(self._namespace(self._spec.namespaces[name], others))
        return Module(
            PurePosixPath("tests/test_api.py"),
            "What the API promises its clients, by examples.",
            "tests",
            tuple(definitions),
            ("import sys", "from pathlib import Path", "import pytest"),
            beginning=_PATH,
        )

    def _helpers(self) -> Iterator[Definition]:
        path = literal(self._examples.registration.path)
        names = {"app": self._app, "server": self._server, "path": path}
        if self._asgi:
            imports = ("import threading", "import time", "import uvicorn", "import socketio")
            yield Definition("url", dedent(_URL).strip().format(**names), imports)
        text = _CONNECT if self._asgi else _CONNECT_FLASK
        yield Definition("connect", dedent(text).strip().format(**names), ("import pytest",))
        yield Definition("refusal", dedent(_REFUSAL).strip())

    def _namespace(self, namespace: Namespace, foreign: set[str]) -> Iterator[Definition]:
        opening = self._examples.opening(namespace.name)
        prefix = snake(namespace.name, "namespace") if namespace.name != "/" else ""
        if opening is None:
            self.notes.append(f"{namespace.place}: no test, as no handshake was found for it")
            return
        if opening.identity is None:
            yield self._refuses_strangers(namespace, prefix, opening)
            return
        if not (namespace.handlers.connect and namespace.handlers.connect.path in foreign):
            yield self._lets_in(namespace, prefix, opening)
        for event in namespace.received.values():
            if not (event.handler and event.handler.path in foreign):
                yield from self._event(namespace, event, prefix, opening)

    def _refuses_strangers(self, namespace: Namespace, prefix: str, opening: Opening) -> Definition:
        told = ', match="SecurityException"' if self._asgi else ""
        refused = f"with pytest.raises(ConnectionRefusedError{told}):"
        body = [refused, f"    {_connect(namespace, opening)}"]
        about = f"{namespace.name} is for those who have credentials"
        return self._test(prefix or "root", "refuses_strangers", about, body)

    def _lets_in(self, namespace: Namespace, prefix: str, opening: Opening) -> Definition:
        about = f"Clients may connect to {namespace.name}"
        return self._test(
            prefix or "root", "lets_clients_in", about, [_connect(namespace, opening)]
        )

    def _event(
        self, namespace: Namespace, event: Event, prefix: str, opening: Opening
    ) -> Iterator[Definition]:
        name = "_".join(filter(None, (prefix, snake(event.name, "event"))))
        begin = f"call = {_connect(namespace, opening)}"
        example = self._examples.payload(namespace.name, event)
        wrong = self._examples.refused(namespace.name, event)
        registered = self._examples.registration.namespaces[namespace.name].received[event.name]
        if opening.identity is not None and not opening.identity.may(registered.guard, 0):
            if example is not None:
                check = f'assert refusal({_call(event, example)}) == "SecurityException"'
                about = f"{event.name!r} is for those who have credentials"
                yield self._test(name, "refuses_strangers", about, [begin, check])
            return
        if example is None:
            self.notes.append(f"{event.place}: not tested, as no example was found for it")
        else:
            about = f"{event.name!r} is acknowledged as the document says"
            check = f"assert refusal({_call(event, example)}) is None"
            yield self._test(name, "is_accepted", about, [begin, check])
        if wrong is not None:
            about = f"{event.name!r} never reaches its handler with arguments that are wrong"
            check = f'assert refusal({_call(event, wrong)}) == "PayloadValidationException"'
            yield self._test(name, "is_refused_when_wrong", about, [begin, check])

    def _test(self, name: str, what: str, about: str, body: list[str]) -> Definition:
        name = self._names.take(f"test_{name.strip('_')}_{what}")
        return Definition(name, function(f"def {name}(connect)", docstring(about), body))


def _connect(namespace: Namespace, opening: Opening) -> str:
    query = f", query={literal(opening.query)}" if opening.query else ""
    headers = f", headers={literal(opening.headers)}" if opening.headers else ""
    return f"connect({literal(namespace.name)}{query}{headers})"


def _call(event: Event, arguments: list[object]) -> str:
    return f"call({', '.join(map(literal, [event.name, *arguments]))})"
