"""What the console is told of an API: schemas by pointer, examples that validate, credentials."""

import json
import subprocess
import sys
from typing import Any

import pytest
from spec_support import document3, operation3
from support import channel, document, message

from asynction_core.compiled import SchemaCompiler
from asynction_core.credentials import compile_credential
from asynction_core.docs import examples as made
from asynction_core.docs.bundle import bundle
from asynction_core.docs.model import carriers_of, console_model
from asynction_core.handshake import Handshake
from asynction_core.spec import load_spec
from asynction_core.validation import explain

USER = {
    "type": "object",
    "properties": {"name": {"type": "string", "minLength": 3}, "age": {"type": "integer"}},
    "required": ["name"],
}
SCHEMES: dict[str, dict[str, Any]] = {
    "basic": {"type": "http", "scheme": "basic"},
    "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
    "oauth2": {"type": "oauth2", "flows": {}},
    "openId": {"type": "openIdConnect", "openIdConnectUrl": "https://example.com"},
    "inQuery": {"type": "httpApiKey", "name": "key", "in": "query"},
    "inHeader": {"type": "httpApiKey", "name": "X-Key", "in": "header"},
    "inCookie": {"type": "httpApiKey", "name": "key", "in": "cookie"},
    "user": {"type": "apiKey", "in": "user"},
    "renamed": {"type": "http", "scheme": "bearer", "x-authField": "jwt"},
    "headerOnly": {"type": "http", "scheme": "bearer", "x-authField": None},
    "login": {"type": "userPassword"},
}


def model_of(contents: Any, **options: Any) -> dict[str, Any]:
    """Return the model of a document, as a browser gets it."""
    model = console_model(load_spec(contents), "socket.io", **options)
    plain: dict[str, Any] = json.loads(json.dumps(model))
    assert plain == model, "it holds plain JSON values only"
    return plain


def received(payload: Any = None, **extensions: Any) -> dict[str, Any]:
    """Return the event of a namespace that receives one with this *payload*."""
    contents = document({"/": channel([message("event", payload, **extensions)])})
    found: dict[str, Any] = model_of(contents)["namespaces"][0]["received"][0]
    return found


def secured(*requirements: dict[str, list[str]]) -> dict[str, Any]:
    """Return a namespace with these requirements."""
    contents = document(
        {"/": {"x-security": list(requirements)}}, components={"securitySchemes": SCHEMES}
    )
    found: dict[str, Any] = model_of(contents)["namespaces"][0]
    return found


def test_the_endpoint_is_the_servers_path_and_perhaps_another_server() -> None:
    spec = load_spec(document({"/": {}}))

    own = console_model(spec, "api/socket.io/")
    other = console_model(spec, "socket.io", "https://example.com")

    assert (own["path"], own["server"]) == ("/api/socket.io", None)
    assert (other["path"], other["server"]) == ("/socket.io", "https://example.com")


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        ({"type": "string"}, (1, 1, False)),
        ({"type": "null"}, (0, 1, False)),
        ({"type": "array", "prefixItems": [{"type": "integer"}, {}], "items": False}, (2, 2, True)),
        ({"type": "array", "prefixItems": [{}], "items": {"type": "string"}}, (1, None, True)),
    ],
    ids=["one", "none", "two", "one or more"],
)
def test_the_rule_of_an_event_says_how_many_arguments_there_are(
    payload: Any, expected: tuple[int, int | None, bool]
) -> None:
    rule = received(payload)["arguments"]

    assert (rule["least"], rule["most"], rule["spread"]) == expected


def test_an_event_without_payload_takes_anything() -> None:
    event = received()

    assert (event["arguments"], event["examples"]) == (None, [])


def test_schemas_are_named_by_their_pointers_into_the_bundled_document() -> None:
    contents = document(
        {
            "/": channel(
                [
                    message(
                        "a", {"$ref": "#/components/schemas/User"}, x_ack={"args": {"type": "null"}}
                    )
                ]
            )
        },
        components={"schemas": {"User": USER}},
    )
    bundled: Any = bundle(load_spec(contents)).document

    event = model_of(contents)["namespaces"][0]["received"][0]

    assert _at(bundled, event["arguments"]["schema"]) == USER
    assert _at(bundled, event["acks"][0]["schema"]) == {"type": "null"}


def _at(value: Any, pointer: str) -> Any:
    for step in pointer.split("/")[1:]:
        step = step.replace("~1", "/").replace("~0", "~")
        value = value[int(step)] if isinstance(value, list) else value[step]
    return value


def test_a_schemas_dialect_is_the_one_that_the_server_judges_by() -> None:
    old = received({"type": "array", "items": [{"type": "string"}], "additionalItems": False})

    assert old["arguments"]["dialect"] == "http://json-schema.org/draft-07/schema"
    assert received(USER)["arguments"]["dialect"] == "https://json-schema.org/draft/2020-12/schema"


def test_whether_an_event_is_acknowledged_is_told_from_what_the_ack_is() -> None:
    assert received(USER)["acks"] is None
    assert len(received(USER, x_ack={"args": {"type": "string"}})["acks"]) == 1


def test_each_reply_that_may_hold_is_listed() -> None:
    channels = {
        "c": {
            "address": "/",
            "messages": {"ask": {}, "yes": {"payload": True}, "no": {"payload": False}},
        }
    }
    reply = {"messages": [{"$ref": f"#/channels/c/messages/{name}"} for name in ("yes", "no")]}
    operation = operation3(
        "receive", "c", "ask", reply={"channel": {"$ref": "#/channels/c"}, **reply}
    )

    event = model_of(document3(channels, {"ask": operation}))["namespaces"][0]["received"][0]

    assert len(event["acks"]) == 2


def test_the_examples_of_the_document_come_first_and_only_those_that_are_valid() -> None:
    event = received(USER, examples=[{"payload": {"name": "x"}}, {"payload": {"name": "Annabel"}}])

    assert event["examples"] == [[{"name": "Annabel"}]]


def test_the_example_of_a_tuple_is_its_arguments() -> None:
    pair = {
        "type": "array",
        "prefixItems": [{"type": "integer"}, {"type": "string"}],
        "items": False,
    }

    assert received(pair, examples=[{"payload": [1, "x"]}])["examples"] == [[1, "x"]]


@pytest.mark.parametrize("extra", [True, False], ids=["with the extra mock", "without it"])
@pytest.mark.parametrize(
    "payload",
    [
        USER,
        {"type": "string", "enum": ["red", "green"]},
        {"type": "integer", "exclusiveMinimum": 7},
        {"type": "number", "maximum": -2.5},
        {"type": "array", "items": {"type": "boolean"}, "minItems": 2},
        {"type": "array", "items": [{"type": "string", "minLength": 9}, {"type": "null"}]},
        {"type": "object", "required": ["kind"], "properties": {"kind": {"const": "a"}}},
        {"oneOf": [{"type": "string", "maxLength": 2}, {"type": "integer"}]},
    ],
)
def test_an_example_is_made_that_validates(
    payload: Any, extra: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not extra:
        monkeypatch.setattr(made, "_fake_data", lambda _compiler: None)
    spec = load_spec(document({"/": channel([message("event", payload)])}))
    schema = spec.namespaces["/"].received["event"].payload
    assert schema is not None

    [example] = console_model(spec, "socket.io")["namespaces"][0]["received"][0]["examples"]

    assert explain(schema, SchemaCompiler(spec.resources).compile(schema), example) is None


def test_an_example_of_bytes_is_written_in_base64() -> None:
    [[example]] = received({"type": "string", "format": "binary"})["examples"]

    assert list(example) == ["$binary"]


def test_what_no_browser_reads_as_it_is_makes_no_example() -> None:
    assert received({"const": 2**60})["examples"] == []


def test_a_schema_that_nothing_satisfies_has_no_example() -> None:
    assert received({"type": "string", "minLength": 3, "maxLength": 2})["examples"] == []


def test_what_arrives_and_asks_for_an_ack_has_an_answer() -> None:
    asks = message("ask", USER, x_ack={"args": {"type": "string", "minLength": 3}})
    contents = document({"/": channel(emitted=[asks, message("tell", USER)])})

    ask, tell = model_of(contents)["namespaces"][0]["emitted"]

    assert len(ask["answer"][0]) >= 3
    assert tell["answer"] is None


def test_every_run_gives_the_same_model() -> None:
    program = (
        "import json, sys; from asynction_core import load_spec;"
        "from asynction_core.docs.model import console_model;"
        "print(json.dumps(console_model(load_spec(json.load(sys.stdin)), 'socket.io')))"
    )
    contents = json.dumps(document({"/": channel([message("a", USER), message("b", USER)])}))
    runs = {
        subprocess.run(
            [sys.executable, "-c", program],
            input=contents,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for _ in range(2)
    }

    assert len(runs) == 1


def test_the_query_of_a_handshake_is_told_by_name_type_and_need() -> None:
    query = {
        "type": "object",
        "properties": {
            "limit": {"type": "integer"},
            "tags": {"type": "array", "items": {"type": "string"}},
        },
        "required": ["limit"],
    }
    contents = document({"/": {"bindings": {"ws": {"query": query, "method": "GET"}}}})

    namespace = model_of(contents)["namespaces"][0]

    assert namespace["method"] == "GET"
    assert namespace["headers"] is None
    assert namespace["query"]["names"] == [
        {"name": "limit", "types": ["integer"], "items": [], "required": True},
        {"name": "tags", "types": ["array"], "items": ["string"], "required": False},
    ]


def test_requirements_are_alternatives_of_schemes() -> None:
    namespace = secured({"basic": [], "inQuery": []}, {"bearer": []}, {})

    assert namespace["security"] == [{"basic": [], "inQuery": []}, {"bearer": []}, {}]


def test_schemes_that_read_the_same_place_are_one_credential() -> None:
    namespace = secured({"bearer": []}, {"oauth2": []}, {"inHeader": []})

    names = [[each["name"] for each in found["schemes"]] for found in namespace["credentials"]]
    assert names == [["bearer", "oauth2"], ["inHeader"]]
    assert [found["fields"] for found in namespace["credentials"]] == [["token"], ["key"]]


def test_what_only_operations_ask_for_is_a_credential_too() -> None:
    channels = {"c": {"address": "/", "messages": {"ask": {}}}}
    operation = operation3(
        "receive", "c", "ask", security=[{"$ref": "#/components/securitySchemes/bearer"}]
    )
    components = {"securitySchemes": SCHEMES}

    namespace = model_of(document3(channels, {"ask": operation}, components=components))[
        "namespaces"
    ][0]

    assert namespace["security"] == []
    assert namespace["received"][0]["security"] == [{"bearer": []}]
    assert [each["name"] for each in namespace["credentials"][0]["schemes"]] == ["bearer"]


def test_where_servers_differ_each_of_their_requirements_is_one() -> None:
    server = {"url": "localhost", "protocol": "ws"}
    contents = document(
        {"/": {}},
        servers={
            "one": {**server, "security": [{"basic": []}]},
            "two": {**server, "security": [{"bearer": []}]},
        },
        components={"securitySchemes": SCHEMES},
    )

    assert model_of(contents)["namespaces"][0]["security"] == [{"basic": []}, {"bearer": []}]


@pytest.mark.parametrize("name", SCHEMES)
def test_every_carrier_is_one_that_the_server_reads(name: str) -> None:
    contents = document(
        {"/": {"x-security": [{name: []}]}}, components={"securitySchemes": SCHEMES}
    )
    scheme = load_spec(contents).security_schemes[name]
    find, _ = compile_credential(scheme)
    pair = scheme.type in ("basic", "userPassword")

    for carrier in carriers_of(scheme):
        assert find(_carrying(carrier, pair)) == (("ann", "secret") if pair else ("secret",))


def _carrying(carrier: dict[str, Any], pair: bool) -> Handshake:
    """Return a handshake as the console makes it."""
    if carrier["in"] == "auth":
        auth = {"username": "ann", "password": "secret"} if pair else {carrier["name"]: "secret"}
        return Handshake("GET", "/", (), {}, auth)
    if carrier["in"] == "query":
        return Handshake("GET", "/", (), {carrier["name"]: ("secret",)})
    text = "YW5uOnNlY3JldA==" if pair else "secret"
    name, value = str(carrier["name"]).lower(), f"{carrier.get('scheme', '')} {text}".strip()
    if carrier["in"] == "cookie":
        name, value = "cookie", f"{carrier['name']}=secret"
    return Handshake("GET", "/", ((name, value),), {})


def test_the_number_of_carriers_is_the_number_of_places_that_the_server_looks_at() -> None:
    for name in SCHEMES:
        contents = document(
            {"/": {"x-security": [{name: []}]}}, components={"securitySchemes": SCHEMES}
        )
        scheme = load_spec(contents).security_schemes[name]
        words = compile_credential(scheme)[1]

        assert len(carriers_of(scheme)) == words.count(" or ") + 1, words


def test_a_client_certificate_needs_no_field() -> None:
    contents = document(
        {"/": {"x-security": [{"tls": []}]}},
        components={"securitySchemes": {"tls": {"type": "X509"}}},
    )

    [credential] = model_of(contents)["namespaces"][0]["credentials"]

    assert credential["fields"] == []
    assert credential["carriers"] == [{"in": "tls", "name": None}]


def test_the_documentation_needs_no_package_of_the_extra_to_be_imported() -> None:
    program = (
        "import sys, asynction_core.docs.model;"
        "print([name for name in ('faker', 'hypothesis') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "[]"
