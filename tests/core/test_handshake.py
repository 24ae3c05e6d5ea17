"""Handshakes: read from WSGI and ASGI, and their values as the types that a schema asks for."""

from typing import Any

import pytest
from engineio.async_drivers.asgi import translate_request
from support import channel, document

from asynction_core.compiled import SchemaCompiler
from asynction_core.exceptions import BindingsValidationException
from asynction_core.handshake import Handshake, compile_values
from asynction_core.spec import load_spec
from asynction_core.validation import check_handshake


def bindings_of(ws: dict[str, Any], **members: Any) -> tuple[Any, Any]:
    """Return the bindings of a namespace and the contents of its document."""
    spec = load_spec(document({"/": channel(bindings={"ws": ws})}, **members))
    return spec.namespaces["/"].bindings, spec.resources


def check(handshake: Handshake, ws: dict[str, Any], **members: Any) -> None:
    bindings, resources = bindings_of(ws, **members)
    check_handshake(bindings, SchemaCompiler(resources), "/")(handshake)


def wsgi(query: str = "", method: str = "GET", **headers: str) -> Handshake:
    environ = {"REQUEST_METHOD": method, "PATH_INFO": "/socket.io/", "QUERY_STRING": query}
    return Handshake.from_environ({**environ, **headers})


def seen(query: str, schema: Any, **members: Any) -> Any:
    """Return what *schema* is shown of the query string."""
    bindings, resources = bindings_of({"query": schema}, **members)
    return compile_values("query", bindings.query, resources)(wsgi(query))


def value_of(text: str, schema: Any, **members: Any) -> Any:
    """Return what the parameter ``v=text`` becomes where *schema* is its schema."""
    properties = {"type": "object", "properties": {"v": schema}}
    return seen(f"v={text}", properties, **members)["v"]


async def asgi(query: bytes = b"", headers: tuple[tuple[bytes, bytes], ...] = ()) -> Handshake:
    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(event: dict[str, Any]) -> None:
        raise AssertionError(event)

    scope = {
        "type": "http",
        "method": "GET",
        "path": "/socket.io/",
        "query_string": query,
        "headers": headers,
    }
    environ = await translate_request(scope, receive, send)
    return Handshake.from_environ(environ, {"token": "x"})


async def test_asgi_handshake_is_plain_values() -> None:
    handshake = await asgi(b"a=1&a=2&b=", ((b"X-Token", b"abc"), (b"host", b"example.org")))
    assert (handshake.method, handshake.path, handshake.auth) == (
        "GET",
        "/socket.io/",
        {"token": "x"},
    )
    assert handshake.query == {"a": ("1", "2"), "b": ("",)}
    assert handshake.headers == (("x-token", "abc"), ("host", "example.org"))


async def test_asgi_headers_keep_their_repetitions() -> None:
    handshake = await asgi(headers=((b"x-tag", b"a"), (b"X-Tag", b"b")))
    assert handshake.headers == (("x-tag", "a"), ("x-tag", "b"))


async def test_asgi_headers_with_underscores_are_no_headers_with_dashes() -> None:
    handshake = await asgi(headers=((b"x_token", b"forged"),))
    assert dict(handshake.headers) == {"x_token": "forged"}


async def test_asgi_headers_are_latin_1() -> None:
    assert (await asgi(headers=((b"x-name", b"\xe9"),))).headers == (("x-name", "é"),)


def test_wsgi_handshake_is_plain_values() -> None:
    handshake = Handshake.from_environ(
        {
            "REQUEST_METHOD": "POST",
            "PATH_INFO": "/socket.io/",
            "QUERY_STRING": "a=1",
            "HTTP_X_TOKEN": "abc",
            "CONTENT_TYPE": "text/plain",
            "CONTENT_LENGTH": "",
            "SERVER_NAME": "localhost",
        },
        "auth",
    )
    assert (handshake.method, handshake.path, handshake.auth) == ("POST", "/socket.io/", "auth")
    assert handshake.headers == (("x-token", "abc"), ("content-type", "text/plain"))
    assert handshake.query == {"a": ("1",)}


def test_empty_environment_is_a_handshake_too() -> None:
    handshake = Handshake.from_environ({})
    assert (handshake.method, handshake.path, handshake.headers) == ("GET", "/", ())
    assert handshake.query == {}


def test_query_is_decoded_and_keeps_blank_values() -> None:
    assert wsgi("a=%C3%A9+b&c=").query == {"a": ("é b",), "c": ("",)}


def test_query_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        wsgi("a=1").query["a"] = ("2",)  # type: ignore[index]


def test_handshake_shows_no_secrets() -> None:
    handshake = Handshake.from_environ(
        {"QUERY_STRING": "token=secret", "HTTP_AUTHORIZATION": "secret"}, {"password": "secret"}
    )
    assert "secret" not in repr(handshake)


@pytest.mark.parametrize(
    ("text", "schema", "value"),
    [
        ("5", {"type": "integer"}, 5),
        ("-5", {"type": "integer"}, -5),
        ("0", {"type": "integer"}, 0),
        ("5", {"type": "number"}, 5),
        ("2.5", {"type": "number"}, 2.5),
        ("-1e3", {"type": "number"}, -1000.0),
        ("5.0", {"type": "integer"}, 5.0),
        ("1" * 100, {"type": "integer"}, int("1" * 100)),
        ("true", {"type": "boolean"}, True),
        ("false", {"type": "boolean"}, False),
        ("", {"type": "null"}, None),
        ("null", {"type": "null"}, None),
        ("null", {"type": ["integer", "null"]}, None),
        ("5", {"type": ["null", "integer", "boolean"]}, 5),
        ("true", {"type": ["integer", "boolean"]}, True),
        ("5", {"enum": [1, 5]}, 5),
        ("5", {"const": 5}, 5),
        ("2.5", {"enum": [2.5]}, 2.5),
        ("true", {"const": True}, True),
        ("null", {"enum": [None, 1]}, None),
        ("5", {"$ref": "#/components/schemas/Limit"}, 5),
        ("5", {"$ref": "#/components/schemas/Alias"}, 5),
        ("5", {"allOf": [{"type": "integer"}, {"minimum": 1}]}, 5),
        ("5", {"anyOf": [{"type": "integer"}, {"type": "null"}]}, 5),
        ("true", {"oneOf": [{"type": "integer"}, {"type": "boolean"}]}, True),
        ("5", {"anyOf": [{"$ref": "#/components/schemas/Limit"}, {"type": "null"}]}, 5),
    ],
)
def test_value_becomes_the_type_that_its_schema_names(text: str, schema: Any, value: Any) -> None:
    schemas = {"Limit": {"type": "integer"}, "Alias": {"$ref": "#/components/schemas/Limit"}}
    assert repr(value_of(text, schema, components={"schemas": schemas})) == repr(value)


@pytest.mark.parametrize(
    ("text", "schema"),
    [
        ("5", {"type": "string"}),
        ("5", {}),
        ("5", {"type": ["string", "integer"]}),
        ("true", {"type": ["boolean", "string"]}),
        ("5", {"enum": ["5", 5]}),
        ("5", {"anyOf": [{"type": "integer"}, {"type": "string"}]}),
        ("ten", {"type": "integer"}),
        ("", {"type": "integer"}),
        ("007", {"type": "integer"}),
        ("%2B5", {"type": "integer"}),
        ("%205", {"type": "integer"}),
        ("5%0A", {"type": "integer"}),
        ("1_000", {"type": "integer"}),
        ("0x10", {"type": "integer"}),
        ("%D9%A5", {"type": "integer"}),
        ("1" * 101, {"type": "integer"}),
        ("1e9999", {"type": "number"}),
        (".5", {"type": "number"}),
        ("5.", {"type": "number"}),
        ("NaN", {"type": "number"}),
        ("Infinity", {"type": "number"}),
        ("--5", {"type": "integer"}),
        ("True", {"type": "boolean"}),
        ("1", {"type": "boolean"}),
        ("yes", {"type": "boolean"}),
        ("None", {"type": "null"}),
    ],
)
def test_value_that_is_no_such_type_stays_text(text: str, schema: Any) -> None:
    assert repr(value_of(text, schema)) == repr(wsgi(f"v={text}").query["v"][0])


@pytest.mark.parametrize("text", ["1e999", "-1e999", "1e400"])
def test_number_beyond_every_float_is_not_infinity(text: str) -> None:
    assert value_of(text, {"type": "number"}) == text


@pytest.mark.parametrize(
    ("query", "items", "value"),
    [
        ("v=1&v=2", {"type": "integer"}, [1, 2]),
        ("v=1", {"type": "integer"}, [1]),
        ("v=a&v=1", {"type": "integer"}, ["a", 1]),
        ("v=1&v=2", {"type": "string"}, ["1", "2"]),
        ("v=1&v=2", True, ["1", "2"]),
    ],
)
def test_array_is_written_by_repetition(query: str, items: Any, value: list[Any]) -> None:
    schema = {"type": "object", "properties": {"v": {"type": "array", "items": items}}}
    assert seen(query, schema) == {"v": value}


def test_items_of_an_array_may_be_behind_references() -> None:
    schemas = {
        "Ids": {"type": "array", "items": {"$ref": "#/components/schemas/Id"}},
        "Id": {"type": "integer"},
    }
    schema = {"type": "object", "properties": {"v": {"$ref": "#/components/schemas/Ids"}}}
    assert seen("v=1&v=2", schema, components={"schemas": schemas}) == {"v": [1, 2]}


def test_items_of_an_array_may_be_in_another_part_of_it() -> None:
    both = {"allOf": [{"type": "array", "items": {"type": "integer"}}, {"minItems": 1}]}
    assert seen("v=1", {"type": "object", "properties": {"v": both}}) == {"v": [1]}


def test_repeated_scalar_is_a_list_and_refused() -> None:
    schema = {"type": "object", "properties": {"v": {"type": "integer"}}}
    with pytest.raises(BindingsValidationException) as caught:
        check(wsgi("v=1&v=2"), {"query": schema})
    assert caught.value.instance == ["1", "2"]


def test_properties_may_be_behind_a_reference() -> None:
    schemas = {"Query": {"type": "object", "properties": {"v": {"type": "integer"}}}}
    found = seen("v=5", {"$ref": "#/components/schemas/Query"}, components={"schemas": schemas})
    assert found == {"v": 5}


def test_additional_properties_become_the_type_that_their_schema_names() -> None:
    schema = {"type": "object", "additionalProperties": {"type": "integer"}}
    assert seen("v=5", schema) == {"v": 5}


def test_recursive_schema_is_read_once() -> None:
    schema = {"allOf": [{"$ref": "#/components/schemas/A"}]}
    schemas = {"A": {"type": "integer", "anyOf": [{"$ref": "#/components/schemas/A"}, {}]}}
    assert value_of("5", schema, components={"schemas": schemas}) == 5


ENGINE = "EIO=4&transport=polling&t=abc&sid=x&b64=1&j=0"


def test_parameters_of_engine_io_are_not_shown_to_the_schema() -> None:
    assert seen(f"{ENGINE}&v=1", {"type": "object"}) == {"v": "1"}


@pytest.mark.parametrize(
    "schema",
    [{"properties": {"EIO": {"type": "integer"}}}, {"required": ["EIO"]}],
    ids=["properties", "required"],
)
def test_parameter_of_engine_io_that_is_declared_is_shown(schema: dict[str, Any]) -> None:
    assert seen(ENGINE, {"type": "object", **schema}).keys() == {"EIO"}


def test_closed_query_takes_what_it_declares_and_engine_io_adds() -> None:
    schema = {"type": "object", "properties": {"v": {}}, "additionalProperties": False}
    check(wsgi(f"{ENGINE}&v=1"), {"query": schema})


def test_closed_query_refuses_the_rest() -> None:
    schema = {"type": "object", "properties": {"v": {}}, "additionalProperties": False}
    with pytest.raises(BindingsValidationException) as caught:
        check(wsgi("v=1&w=2"), {"query": schema})
    assert caught.value.validator == "additionalProperties"


def test_missing_parameter_is_refused() -> None:
    schema = {"type": "object", "required": ["token"]}
    with pytest.raises(BindingsValidationException) as caught:
        check(wsgi(ENGINE), {"query": schema})
    assert str(caught.value) == (
        'query: "token" is a required property\n'
        "The rule: the document, channels./.bindings.ws.query.required"
    )
    assert caught.value.namespace == "/"
    assert caught.value.event is None


def test_limit_of_five_is_an_integer() -> None:
    check(wsgi("limit=5"), {"query": {"properties": {"limit": {"type": "integer"}}}})


def test_limit_of_ten_is_more_than_nine() -> None:
    schema = {"properties": {"limit": {"type": "integer", "maximum": 9}}}
    with pytest.raises(BindingsValidationException) as caught:
        check(wsgi("limit=10"), {"query": schema})
    assert [*caught.value.path] == ["limit"]
    assert caught.value.instance == 10


@pytest.mark.parametrize("declared", ["X-Limit", "x-limit", "X-LIMIT"])
def test_header_names_compare_without_case(declared: str) -> None:
    schema = {
        "type": "object",
        "properties": {declared: {"type": "integer", "maximum": 9}},
        "required": [declared],
    }
    check(wsgi(HTTP_X_LIMIT="5"), {"headers": schema})
    with pytest.raises(BindingsValidationException) as caught:
        check(wsgi(HTTP_X_LIMIT="10"), {"headers": schema})
    assert [*caught.value.path] == [declared]


def test_required_header_need_not_be_a_property() -> None:
    check(wsgi(HTTP_X_TOKEN="a"), {"headers": {"type": "object", "required": ["X-Token"]}})


def test_missing_header_is_refused() -> None:
    with pytest.raises(BindingsValidationException, match='headers: "X-Token" is a required'):
        check(wsgi(), {"headers": {"type": "object", "required": ["X-Token"]}})


async def test_repeated_headers_are_joined() -> None:
    schema = {"properties": {"X-Tag": {"const": "a, b"}}, "required": ["X-Tag"]}
    check(await asgi(headers=((b"x-tag", b"a"), (b"X-Tag", b"b"))), {"headers": schema})


@pytest.mark.parametrize("method", ["GET", "get"])
def test_method_that_is_asked_for_is_accepted(method: str) -> None:
    check(wsgi(), {"method": method})


def test_another_method_is_refused() -> None:
    with pytest.raises(BindingsValidationException) as caught:
        check(wsgi(method="GET"), {"method": "POST"})
    error = caught.value
    assert (error.validator, error.validator_value, error.instance) == ("const", "POST", "GET")
    assert error.place == "the document, channels./.bindings.ws.method"
    assert error.message == "method: expected POST, got GET"


def test_method_is_judged_before_query_and_headers() -> None:
    ws = {"method": "POST", "query": False, "headers": False}
    with pytest.raises(BindingsValidationException, match="method"):
        check(wsgi(), ws)


def test_query_is_judged_before_headers() -> None:
    with pytest.raises(BindingsValidationException, match="query"):
        check(wsgi(), {"query": False, "headers": False})


def test_namespace_without_bindings_takes_every_handshake() -> None:
    check_handshake(None, SchemaCompiler({}), "/")(wsgi("anything=1"))


def test_binding_without_rules_takes_every_handshake() -> None:
    check(wsgi("anything=1"), {"bindingVersion": "0.1.0"})
