"""What is planned for a document: stubs, types, tests."""

from pathlib import Path
from typing import Any

import pytest
from support import channel, document, message

from asynction_core import SpecException, load_spec
from asynction_core.scaffold import Framework, Plan, models, plan
from asynction_core.scaffold.code import File, Module, render
from asynction_core.scaffold.generated import read

USER = {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}


def planned(
    channels: dict[str, Any], framework: Framework = "asgi", where: str = "out", **members: Any
) -> Plan:
    spec = load_spec(document(channels, **members))
    return plan(spec, Path("asyncapi.yml"), framework, Path(where))


def code(found: Plan, path: str) -> str:
    for each in found.files:
        if str(each.path) == path:
            return render(each) if isinstance(each, Module) else each.content
    raise AssertionError(f"{path} is not planned, but {[str(each.path) for each in found.files]}")


def stub(event: dict[str, Any], framework: Framework = "asgi", **members: Any) -> str:
    event.setdefault("x-handler", "pkg.handlers.f")
    return code(planned({"/": channel([event])}, framework, **members), "pkg/handlers.py")


@pytest.mark.parametrize(
    ("payload", "signature"),
    [
        (None, "f(sid: str, *arguments: Any) -> None"),
        (False, "f(sid: str) -> None"),
        ({"type": "null"}, "f(sid: str) -> None"),
        ({"type": "string", "minLength": 3}, "f(sid: str, payload: str) -> None"),
        ({"type": ["integer", "null"]}, "f(sid: str, payload: int | None) -> None"),
        ({"type": ["integer", "number"]}, "f(sid: str, payload: float) -> None"),
        ({"enum": ["a", "b"]}, 'f(sid: str, payload: Literal["a", "b"]) -> None'),
        ({"type": "object"}, "f(sid: str, payload: dict[str, Any]) -> None"),
        ({"type": "string", "format": "binary"}, "f(sid: str, payload: bytes) -> None"),
        ({"type": "string", "format": "date"}, "f(sid: str, payload: str) -> None"),
        ({"type": "array", "items": USER}, "f(sid: str, payload: list[GreetPayloadItem]) -> None"),
        (USER, "f(sid: str, payload: GreetPayload) -> None"),
        (
            {"type": "array", "items": [{"type": "integer"}, {"type": "string"}], "minItems": 1},
            "f(sid: str, first: int, second: str | None = None) -> None",
        ),
        (
            {"type": "array", "prefixItems": [{"type": "integer"}], "items": {"type": "string"}},
            "f(sid: str, first: int, *others: Any) -> None",
        ),
    ],
)
def test_the_arguments_of_a_stub_are_those_of_the_payload(payload: Any, signature: str) -> None:
    assert f"async def {signature}:" in stub(message("greet", payload))


@pytest.mark.parametrize(
    ("ack", "result"),
    [
        ({"type": "string"}, "str"),
        ({"type": "null"}, "None"),
        (USER, "GreetAck"),
        ({"type": "array", "items": [{"type": "integer"}, USER]}, "tuple[int, GreetAck2]"),
    ],
)
def test_the_result_of_a_stub_is_the_acknowledgement(ack: Any, result: str) -> None:
    assert f"*arguments: Any) -> {result}:" in stub(message("greet", x_ack={"args": ack}))


def test_a_stub_returns_an_example_of_the_document_that_says_so() -> None:
    source = stub(message("greet", x_ack={"args": {"const": "hello"}}))
    assert 'put the true answer in its place.\n    return "hello"' in source


def test_a_flask_stub_gets_no_sid() -> None:
    source = stub(message("greet", {"type": "string"}), "flask")
    assert "\ndef f(payload: str) -> None:" in source
    assert 'logger.info("greet from %s", request.sid)' in source


def test_a_stub_says_what_the_message_says_of_itself() -> None:
    event = message("greet", summary='Say """hello""" \\ to all')
    assert '"""Say \\"\\"\\"hello\\"\\"\\" \\\\ to all.\n' in stub(event)


def test_types_recur_and_have_the_names_of_the_document() -> None:
    node = {**USER, "properties": {"next": {"$ref": "#/components/schemas/Node"}}, "required": []}
    channels = {"/": channel([message("put", {"$ref": "#/components/schemas/Node"})])}
    found = planned(channels, components={"schemas": {"Node": node}})
    assert "class Node(TypedDict):\n    next: NotRequired[Node]" in code(found, "models.py")


def test_what_recurs_without_an_object_has_no_type() -> None:
    tree = {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}}
    event = message("put", {"$ref": "#/components/schemas/Tree"}, x_handler="pkg.handlers.f")
    found = planned({"/": channel([event])}, components={"schemas": {"Tree": tree}})
    assert "payload: list[list" in code(found, "pkg/handlers.py")


def test_a_schema_that_the_generator_fails_with_has_any_type(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    generate = models._generate

    def fail(schema: Any) -> Any:
        if "BadPayload" in schema["properties"]:
            raise RuntimeError("too hard\nfor me")
        return generate(schema)

    monkeypatch.setattr(models, "_generate", fail)
    events = [message("bad", USER, x_handler="handlers.f"), message("good", dict(USER))]
    found = planned({"/": channel([*events])})
    assert "async def f(sid: str, payload: Any)" in code(found, "handlers.py")
    assert "class GoodPayload(TypedDict):" in code(found, "models.py")
    [note] = found.notes
    place = "the document, channels./.publish.message.oneOf[0].payload"
    assert note == f"{place}: no type, as datamodel-code-generator fails (too hard)"


@pytest.mark.parametrize(
    "code",
    [
        'A = TypedDict("A", {"a b": NotRequired[A | None], "c": B, "d": int})',
        "A: TypeAlias = B | list[A]",
    ],
)
def test_types_that_are_not_there_yet_are_in_quotes(code: str) -> None:
    found = read(f"{code}\nclass B(TypedDict):\n    a: A", "Root")
    names: dict[str, Any] = {}
    exec("from typing import *\n" + "\n".join(found.definitions.values()), names)
    assert names.keys() >= {"A", "B"}


def test_a_handler_of_two_events_answers_each_as_it_must() -> None:
    events = [
        message("a", {"type": "integer"}, x_ack={"args": {"const": 1}}, x_handler="handlers.f"),
        message("b", {"type": "string"}, x_ack={"args": {"const": "x"}}, x_handler="handlers.f"),
    ]
    source = code(planned({"/": channel(events)}), "handlers.py")
    assert source.count("async def f(sid: str, *arguments: Any) -> Any:") == 1
    assert 'answers: dict[Any, Any] = {("/", "a"): 1, ("/", "b"): "x"}' in source
    assert "return answers[current.namespace, current.event]" in source


def test_an_event_without_a_handler_gets_one_that_registers_itself() -> None:
    found = planned({"/chat": channel([message("new message", {"type": "string"})])})
    assert '@server.on("new message", namespace="/chat")\nasync def chat_new_message(' in code(
        found, "handlers.py"
    )
    assert "import handlers" in code(found, "app.py")


def test_modules_of_the_application_give_way_to_those_of_handlers() -> None:
    events = [message(name, USER, x_handler=f"{name}.f") for name in ("app", "server", "models")]
    found = planned({"/": channel(events)})
    assert "from payloads import AppPayload" in code(found, "app.py")
    assert "from socketio_server import server" in code(found, "main.py")


def test_nothing_is_written_for_what_another_package_has() -> None:
    found = planned(
        {
            "/": channel(
                [message("a", x_handler="json.dumps")],
                x_handlers={"error": "asynction_core.problem_ack"},
            )
        }
    )
    assert {str(each.path) for each in found.files} >= {"app.py"}
    assert not any("json" in str(each.path) or "core" in str(each.path) for each in found.files)
    assert [note for note in found.notes if "json.dumps, which is another package's" in note]


def test_security_functions_refuse_everybody() -> None:
    scheme = {"type": "http", "scheme": "bearer", "x-bearerInfoFunc": "security.info"}
    found = planned(
        {"/": channel([message("a")], x_security=[{"token": []}])},
        components={"securitySchemes": {"token": scheme}},
    )
    source = code(found, "security.py")
    assert "async def info(token: str) -> SecurityInfo | None:" in source
    assert source.endswith("    return None\n")


@pytest.mark.parametrize("path", ["nodots", "not a path.f", "pkg..f"])
def test_a_path_that_is_none_is_refused(path: str) -> None:
    with pytest.raises(SpecException, match=r"x-handler.*handler '"):
        planned({"/": channel([message("a", x_handler=path)])})


def test_a_handler_cannot_be_a_module_too() -> None:
    events = [message("a", x_handler="pkg.chat"), message("b", x_handler="pkg.chat.say")]
    with pytest.raises(SpecException, match="another handler is in a module of that name"):
        planned({"/": channel(events)})


def test_a_schema_without_an_example_is_noted() -> None:
    event = message("a", {"allOf": [{"type": "string"}, {"type": "integer"}]})
    found = planned({"/": channel([event])})
    assert [note for note in found.notes if "no example was found" in note]


def test_the_plan_is_the_same_in_every_run() -> None:
    channels = {"/": channel([message("a", USER, x_ack={"args": USER})])}
    one, other = planned(channels), planned(channels)
    assert [render(each) for each in one.files if isinstance(each, Module)] == [
        render(each) for each in other.files if isinstance(each, Module)
    ]
    assert [each for each in one.files if isinstance(each, File)] == [
        each for each in other.files if isinstance(each, File)
    ]


def test_a_document_elsewhere_is_referred_to() -> None:
    found = planned({"/": {}}, where="out/api")
    assert 'Path(__file__).parent / "../../asyncapi.yml"' in code(found, "server.py")
