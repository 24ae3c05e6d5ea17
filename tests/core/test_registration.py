"""What a server registers: handlers imported, schemas compiled, security demanded."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from spec_support import document3, operation3
from support import channel, document, message

from asynction_core.exceptions import (
    BindingsValidationException,
    MessageAckValidationException,
    PayloadValidationException,
    SecurityException,
    SpecException,
)
from asynction_core.handlers import Handler, count_arguments, import_handler
from asynction_core.handshake import Handshake
from asynction_core.identity import Identity
from asynction_core.registration import Registration, register
from asynction_core.spec import load_spec
from asynction_core.spec.model import HandlerPath, SecurityScheme

HANDLERS = '''
"""Handlers of the tests."""

TEXT = "not a function"


def function(sid, *args):
    return "function"


class Service:
    def method(self, sid):
        return "method"

    class Inner:
        @staticmethod
        def method(sid):
            return "inner"


service = Service()
'''


@pytest.fixture(autouse=True)
def handlers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Make the package ``sample_api`` with its module ``handlers`` importable."""
    package = tmp_path / "sample_api"
    package.mkdir()
    (package / "__init__.py").write_text("def top(sid):\n    return 'top'\n", encoding="utf-8")
    (package / "handlers.py").write_text(HANDLERS, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield package
    for name in [name for name in sys.modules if name.partition(".")[0] == "sample_api"]:
        del sys.modules[name]


def path_refused(path: str) -> SpecException:
    with pytest.raises(SpecException) as caught:
        import_handler(HandlerPath(path, "api.yml, channels./chat.x-handler"))
    return caught.value


def registered(source: dict[str, Any], **options: Any) -> Registration:
    return register(load_spec(source), **options)


def registration_refused(source: dict[str, Any], **options: Any) -> SpecException:
    spec = load_spec(source)
    with pytest.raises(SpecException) as caught:
        register(spec, **options)
    return caught.value


@pytest.mark.parametrize(
    ("path", "result"),
    [
        ("sample_api.handlers.function", "function"),
        ("sample_api.handlers:function", "function"),
        ("sample_api.handlers.service.method", "method"),
        ("sample_api.handlers:service.method", "method"),
        ("sample_api.handlers.Service.Inner.method", "inner"),
        ("sample_api:top", "top"),
        ("sample_api.top", "top"),
    ],
)
def test_a_dotted_path_names_a_callable(path: str, result: str) -> None:
    assert import_handler(HandlerPath(path, ""))("sid") == result


@pytest.mark.parametrize(
    ("path", "problem"),
    [
        ("nowhere_at_all.function", "there is no module 'nowhere_at_all' on sys.path"),
        ("nowhere_at_all:function", "there is no module 'nowhere_at_all' on sys.path"),
        ("sample_api.nowhere:function", "there is no module 'sample_api.nowhere' on sys.path"),
        ("sample_api.handlers.gone", "'sample_api.handlers' has no attribute 'gone'"),
        ("sample_api.gone.function", "'sample_api' has no attribute 'gone'"),
        ("sample_api.handlers:Service.gone", "'Service' has no attribute 'gone'"),
        ("sample_api.handlers.TEXT", "it is not callable, but str"),
        ("sample_api.handlers", "it is not callable, but module"),
        ("function", "it names no module"),
        (".function", "it names no module"),
        ("sample_api..function", "it names no module"),
        (":function", "it is not a dotted path"),
        ("sample_api.handlers:", "it is not a dotted path"),
        ("sample_api.handlers:a:b", "it is not a dotted path"),
        ("sample api.function", "it is not a dotted path"),
        ("sample_api/handlers.py", "it is not a dotted path"),
    ],
)
def test_a_path_that_names_no_callable_is_refused_with_its_place(path: str, problem: str) -> None:
    error = path_refused(path)

    assert error.place == "api.yml, channels./chat.x-handler"
    assert error.problem == f"handler {path!r}: {problem}"
    assert error.fix == (
        "A handler is 'package.module.function' or 'package.module:object.method'."
    )


def test_an_import_error_inside_of_the_handlers_module_is_the_cause(handlers: Path) -> None:
    (handlers / "broken.py").write_text("import gone_for_good\n", encoding="utf-8")

    error = path_refused("sample_api.broken.function")

    assert "importing 'sample_api.broken' failed: No module named 'gone_for_good'" in error.problem
    assert isinstance(error.__cause__, ModuleNotFoundError)
    assert error.__cause__.name == "gone_for_good"


@pytest.mark.parametrize(
    ("text", "cause"),
    [("1 / 0", ZeroDivisionError), ("def", SyntaxError), ("from sample_api import x", ImportError)],
)
def test_an_exception_inside_of_the_handlers_module_is_the_cause(
    handlers: Path, text: str, cause: type[Exception]
) -> None:
    (handlers / "broken.py").write_text(f"{text}\n", encoding="utf-8")

    error = path_refused("sample_api.broken:function")

    assert f"importing 'sample_api.broken' failed: {cause.__name__}: " in error.problem
    assert isinstance(error.__cause__, cause)


def test_a_handler_says_how_many_arguments_it_takes() -> None:
    assert count_arguments(lambda: None, 3) == 0
    assert count_arguments(lambda sid, reason: None, 3) == 2
    assert count_arguments(lambda sid, environ, auth, more: None, 3) == 3
    assert count_arguments(lambda *args: None, 3) == 3
    assert count_arguments(lambda sid, *, user=None: None, 3) == 1


def test_a_callable_without_a_signature_takes_them_all() -> None:
    assert count_arguments(type, 3) == 3


def test_handlers_of_events_and_namespaces_are_imported() -> None:
    handlers = {"connect": "sample_api.top", "disconnect": "sample_api.handlers.function"}
    received = [message("a", x_handler="sample_api.handlers.service.method"), message("b")]

    namespace = registered(document({"/chat": channel(received, x_handlers=handlers)})).namespaces[
        "/chat"
    ]

    assert namespace.connect is not None
    assert namespace.connect("sid") == "top"
    assert namespace.disconnect is not None
    assert namespace.disconnect("sid") == "function"
    assert namespace.error is None
    assert namespace.received["a"].handler is not None
    assert namespace.received["a"].handler("sid") == "method"
    assert namespace.received["b"].handler is None


def test_a_handler_of_an_emitted_event_is_not_imported() -> None:
    source = document({"/chat": channel(emitted=[message("a", x_handler="gone.f")])})

    assert registered(source).namespaces["/chat"].emitted["a"].handler is None


@pytest.mark.parametrize("path", ["gone.f", "sample_api.handlers.TEXT"])
def test_a_document_whose_handler_cannot_be_used_is_refused_with_its_place(path: str) -> None:
    source = document({"/chat": channel([message("a", x_handler=path)])})

    error = registration_refused(source)

    assert error.place == "the document, channels./chat.publish.message.oneOf[0].x-handler"
    assert repr(path) in error.problem


def test_handlers_are_not_imported_for_a_process_that_handles_nothing() -> None:
    source = document(
        {"/chat": channel([message("a", x_handler="gone.f")], x_handlers={"error": "gone.f"})}
    )

    namespace = registered(source, import_handlers=False).namespaces["/chat"]

    assert namespace.error is None
    assert namespace.received["a"].handler is None


def test_an_unknown_server_name_is_refused() -> None:
    source = document({}, servers={"eu": {"url": "eu"}, "us": {"url": "us"}})

    error = registration_refused(source, server_name="asia")

    assert error.place == "the document, servers"
    assert error.problem == "there is no server 'asia'"
    assert error.fix == "Servers: eu, us."


def test_a_server_name_without_servers_is_refused() -> None:
    assert registration_refused(document({}), server_name="eu").fix == "Servers: none."


@pytest.mark.parametrize(
    ("url", "path"),
    [("a.b/api/ws/", "api/ws"), ("wss://a.b/", "socket.io"), ("a.b", "socket.io")],
)
def test_the_path_is_that_of_the_chosen_server(url: str, path: str) -> None:
    source = document({}, servers={"s": {"url": url}})

    assert registered(source, server_name="s").path == path


def test_without_a_chosen_server_the_path_is_that_of_socket_io() -> None:
    assert registered(document({}, servers={"s": {"url": "a/b"}})).path == "socket.io"


def test_namespaces_are_those_of_the_chosen_server() -> None:
    channels = {"/all": {}, "/eu": {"servers": ["eu"]}, "/us": {"servers": ["us"]}}
    source = document(channels, servers={"eu": {"url": "eu"}, "us": {"url": "us"}})

    assert list(registered(source, server_name="eu").namespaces) == ["/all", "/eu"]
    assert list(registered(source).namespaces) == ["/all", "/eu", "/us"]


SCHEMES = {
    "securitySchemes": {
        "key": {"type": "httpApiKey", "name": "k", "in": "query", "x-apiKeyInfoFunc": "gone.f"}
    }
}
SECURED = {"url": "a", "security": [{"key": []}]}
GUARDED = {"message": message("a"), "security": [{"key": []}]}


def accept_ann(_scheme: SecurityScheme, _path: HandlerPath | None) -> Handler:
    """Load a function that knows the key "ann" only, whatever the document names."""
    return lambda api_key: {"sub": "ann", "scope": ""} if api_key == "ann" else None


def identity_of(source: dict[str, Any], query: str = "", **options: Any) -> Identity:
    """Return who a client with this *query* is to the namespace /chat of *source*."""
    found = registered(source, load_function=accept_ann, **options)
    handshake = Handshake.from_environ({"QUERY_STRING": query})
    decision = found.namespaces["/chat"].security.decide(handshake, 0)
    try:
        call = next(decision)
        while True:
            call = decision.send(call.function(*call.arguments, **call.keywords))
    except StopIteration as end:
        identity: Identity = end.value
        return identity


def is_refused(source: dict[str, Any], query: str = "", **options: Any) -> bool:
    try:
        identity_of(source, query, **options)
    except SecurityException:
        return True
    return False


@pytest.mark.parametrize(
    "source",
    [
        document({"/chat": {}}, servers={"s": SECURED}, components=SCHEMES),
        document({"/chat": {"x-security": [{"key": []}]}}, components=SCHEMES),
    ],
    ids=["server", "channel"],
)
def test_a_namespace_demands_the_security_of_its_server_or_its_own(source: dict[str, Any]) -> None:
    assert is_refused(source)
    assert is_refused(source, "k=bob")
    assert identity_of(source, "k=ann").user == "ann"


@pytest.mark.parametrize(
    ("source", "direction"),
    [
        (document({"/chat": {"publish": GUARDED}}, components=SCHEMES), "received"),
        (document({"/chat": {"subscribe": GUARDED}}, components=SCHEMES), "emitted"),
        (
            document3(
                {"c": {"address": "/chat", "messages": {"a": {}}}},
                {"o": operation3("receive", "c", security=[{"key": []}])},
                components=SCHEMES,
            ),
            "received",
        ),
    ],
    ids=["publish", "subscribe", "3.x"],
)
def test_an_operation_that_demands_security_guards_its_events(
    source: dict[str, Any], direction: str
) -> None:
    found = registered(source, load_function=accept_ann).namespaces["/chat"]
    guard = getattr(found, direction)["a"].guard

    assert guard.needs == "'key'"
    assert identity_of(source) == Identity()


def test_the_guards_of_a_namespace_are_granted_by_its_security() -> None:
    source = document({"/chat": {"publish": GUARDED}}, components=SCHEMES)

    assert {guard.needs for guard in identity_of(source, "k=ann").granted} == {"'key'"}
    assert identity_of(source, "k=bob").granted == frozenset()


def test_operations_that_ask_for_the_same_share_a_guard() -> None:
    other = {"message": message("b"), "security": [{"key": []}]}
    source = document({"/chat": {"publish": GUARDED, "subscribe": other}}, components=SCHEMES)

    found = registered(source, load_function=accept_ann).namespaces["/chat"]

    assert found.received["a"].guard is found.emitted["b"].guard is not None


@pytest.mark.parametrize("security", [None, [], [{}]], ids=["silent", "empty", "anonymous"])
def test_an_operation_that_asks_for_no_credential_guards_nothing(security: Any) -> None:
    operation = {"message": message("a"), **({} if security is None else {"security": security})}
    source = document({"/chat": {"publish": operation}}, components=SCHEMES)

    assert registered(source).namespaces["/chat"].received["a"].guard is None


def test_an_operation_for_anonymous_clients_too_is_guarded_from_rejected_ones() -> None:
    operation = {"message": message("a"), "security": [{}, {"key": []}]}
    source = document({"/chat": {"publish": operation}}, components=SCHEMES)

    assert {guard.needs for guard in identity_of(source).granted} == {"'key'"}
    assert identity_of(source, "k=ann").user == "ann"
    assert identity_of(source, "k=bob").granted == frozenset()


def test_a_guard_says_in_words_what_it_asks_for() -> None:
    schemes = {
        "flow": {"type": "oauth2", "flows": {"implicit": {"scopes": {"read": "", "write": ""}}}},
        **SCHEMES["securitySchemes"],
    }
    security = [{"flow": ["read", "write"], "key": []}, {"key": []}]
    source = document(
        {"/chat": {"publish": {"message": message("a"), "security": security}}},
        components={"securitySchemes": schemes},
    )

    guard = registered(source, load_function=accept_ann).namespaces["/chat"].received["a"].guard

    assert guard is not None
    assert guard.needs == "read write of 'flow' and 'key', or 'key'"


def test_a_security_function_that_cannot_be_imported_is_refused_with_its_place() -> None:
    error = registration_refused(
        document({"/chat": {"x-security": [{"key": []}]}}, components=SCHEMES)
    )

    assert error.place == "the document, components.securitySchemes.key.x-apiKeyInfoFunc"
    assert error.problem == "handler 'gone.f': there is no module 'gone' on sys.path"


def test_a_process_that_handles_nothing_imports_no_security_function() -> None:
    source = document(
        {"/chat": {"x-security": [{"key": []}], "publish": GUARDED}}, components=SCHEMES
    )

    found = registered(source, import_handlers=False).namespaces["/chat"]

    assert found.received["a"].guard is None


def test_a_process_that_handles_nothing_needs_no_choice_between_servers() -> None:
    servers = {"s": SECURED, "open": {"url": "b"}}
    source = document({"/chat": {}}, servers=servers, components=SCHEMES)

    assert list(registered(source, import_handlers=False).namespaces) == ["/chat"]


def test_an_empty_x_security_opens_a_namespace_of_a_server_that_demands_security() -> None:
    source = document({"/chat": {"x-security": []}}, servers={"s": SECURED}, components=SCHEMES)

    assert identity_of(source, server_name="s") == Identity()


def test_servers_that_differ_in_their_security_need_a_server_name() -> None:
    servers = {"open": {"url": "b"}, "s": SECURED}
    source = document({"/chat": {}}, servers=servers, components=SCHEMES)

    error = registration_refused(source, load_function=accept_ann)

    assert error.place == "the document, servers.open"
    assert error.problem == "the servers that offer namespace '/chat' differ in their security"
    assert error.fix == "Pass server_name, one of: open, s."
    assert is_refused(source, server_name="s")


def test_servers_that_agree_in_their_security_need_no_server_name() -> None:
    source = document({"/chat": {}}, servers={"s": SECURED, "t": SECURED}, components=SCHEMES)

    assert is_refused(source)


def test_the_security_of_a_server_that_was_not_chosen_does_not_count() -> None:
    servers = {"s": SECURED, "open": {"url": "b"}}
    source = document({"/chat": {}}, servers=servers, components=SCHEMES)

    assert identity_of(source, server_name="open") == Identity()


def test_the_security_of_a_server_without_the_namespace_does_not_count() -> None:
    servers = {"s": SECURED, "open": {"url": "b"}}
    source = document({"/chat": {"servers": ["open"]}}, servers=servers, components=SCHEMES)

    assert identity_of(source) == Identity()


@pytest.mark.parametrize("schema", [{"pattern": "("}, {"$ref": "#nowhere"}])
def test_a_schema_that_cannot_be_compiled_is_refused_with_its_place(schema: Any) -> None:
    error = registration_refused(document({"/chat": channel([message("a", schema)])}))

    assert error.place == "the document, channels./chat.publish.message.oneOf[0].payload"
    assert "this schema cannot be compiled" in error.problem


def test_a_schema_with_an_id_is_compiled() -> None:
    schema = {
        "$id": "https://example.com/tree",
        "type": "object",
        "properties": {"size": {"$ref": "#/$defs/size"}},
        "$defs": {"size": {"type": "integer"}},
    }
    found = registered(document({"/chat": channel(emitted=[message("a", schema)])}))

    found.check_emit("/chat", "a", [{"size": 1}])
    with pytest.raises(PayloadValidationException):
        found.check_emit("/chat", "a", [{"size": "x"}])


@pytest.mark.parametrize("reference", ["", "#", "#/channels/~1chat/bindings/ws/query"])
def test_a_handshake_schema_may_refer_to_the_document_and_to_itself(reference: str) -> None:
    query = {"required": ["token"], "allOf": [{"$ref": reference}]}
    source = document({"/chat": {"bindings": {"ws": {"query": query}}}})

    with pytest.raises(BindingsValidationException):
        registered(source).namespaces["/chat"].check_handshake(HANDSHAKE)


EMITTING = document(
    {
        "/chat": channel(
            [message("received", {"type": "string"})],
            [message("typing", {"type": "string"}, x_ack={"args": {"type": "boolean"}})],
        )
    }
)


def test_check_emit_accepts_what_the_server_may_emit() -> None:
    check_ack = registered(EMITTING).check_emit("/chat", "typing", ["ann"])

    check_ack([True])
    with pytest.raises(MessageAckValidationException):
        check_ack(["yes"])


def test_check_emit_refuses_arguments_that_break_the_schema() -> None:
    with pytest.raises(PayloadValidationException) as caught:
        registered(EMITTING).check_emit("/chat", "typing", [5])

    assert (caught.value.namespace, caught.value.event) == ("/chat", "typing")
    assert caught.value.validator == "type"


@pytest.mark.parametrize("event", ["received", "unknown"])
def test_check_emit_refuses_an_event_that_the_server_may_not_emit(event: str) -> None:
    with pytest.raises(PayloadValidationException, match="no such event that the server") as caught:
        registered(EMITTING).check_emit("/chat", event, ["x"])

    assert (caught.value.namespace, caught.value.event) == ("/chat", event)
    assert caught.value.place == "the document, channels./chat"


def test_check_emit_refuses_a_namespace_that_the_document_has_not() -> None:
    with pytest.raises(PayloadValidationException, match="no such namespace") as caught:
        registered(EMITTING).check_emit("/", "typing", ["x"])

    assert caught.value.place == "the document"


def test_an_event_that_clients_may_not_emit_has_its_exception() -> None:
    exception = registered(EMITTING).unknown_event("/chat", "typing")

    assert "no such event that clients may emit" in str(exception)
    assert (exception.namespace, exception.event) == ("/chat", "typing")


def test_payloads_and_acknowledgements_of_received_events_are_checked() -> None:
    source = document(
        {"/chat": channel([message("a", {"type": "string"}, x_ack={"args": {"type": "null"}})])}
    )
    event = registered(source).namespaces["/chat"].received["a"]

    event.check_payload(["x"])
    event.check_ack([])
    with pytest.raises(PayloadValidationException):
        event.check_payload([5])
    with pytest.raises(MessageAckValidationException):
        event.check_ack([5])


HANDSHAKE = Handshake(method="POST", path="/socket.io/", headers=(), query={})
BOUND = document(
    {
        "/chat": channel(
            [message("a", {"type": "string"}, x_ack={"args": {"type": "string"}})],
            [message("b", {"type": "string"}, x_ack={"args": {"type": "string"}})],
            bindings={"ws": {"method": "GET"}},
            x_handlers={"connect": "sample_api.top"},
        )
    }
)


def test_handshakes_are_checked() -> None:
    with pytest.raises(BindingsValidationException):
        registered(BOUND).namespaces["/chat"].check_handshake(HANDSHAKE)


def test_switching_validation_off_switches_all_checks_off_and_nothing_else() -> None:
    found = registered(BOUND, validation=False)
    namespace = found.namespaces["/chat"]

    namespace.check_handshake(HANDSHAKE)
    namespace.received["a"].check_payload([5])
    namespace.received["a"].check_ack([5])
    found.check_emit("/chat", "b", [5])([5])
    found.check_emit("/nowhere", "unknown", [5])
    assert found.validation is False
    assert namespace.connect is not None


def test_formats_are_assertions_only_when_asked_for() -> None:
    source = document({"/chat": channel(emitted=[message("a", {"format": "ipv4"})])})

    registered(source).check_emit("/chat", "a", ["not an address"])
    with pytest.raises(PayloadValidationException):
        registered(source, check_formats=True).check_emit("/chat", "a", ["not an address"])
