"""Server objects: the path of their URL, variables filled in."""

from typing import Any

import pytest
from spec_support import document3, namespace_of, refused
from support import document

from asynction_core.spec import load_spec
from asynction_core.spec.model import Server


def pathname_of(url: str, **variables: Any) -> str:
    """Return the path of the 2.x server with this *url*."""
    server = {"url": url, "protocol": "wss", "variables": variables}
    return load_spec(document({}, servers={"s": server})).servers["s"].pathname


def server_refused(server: Any, **members: Any) -> Any:
    """Return what a 2.x document with this *server* is refused with."""
    return refused(document({}, servers={"s": server}, **members))


def test_a_server_has_its_name_protocol_path_and_place() -> None:
    server = {"url": "wss://example.com/api/socket.io", "protocol": "WSS"}

    assert load_spec(document({}, servers={"production": server})).servers == {
        "production": Server(
            name="production",
            protocol="wss",
            pathname="/api/socket.io",
            security=(),
            place="the document, servers.production",
        )
    }


def test_a_document_without_servers_has_none() -> None:
    assert not load_spec(document({})).servers


@pytest.mark.parametrize(
    ("url", "pathname"),
    [
        ("https://example.com/socket", "/socket"),
        ("wss://example.com:8443/a/b/", "/a/b/"),
        ("https://example.com", "/"),
        ("https://example.com/", "/"),
        ("//example.com/socket", "/socket"),
        ("example.com/socket", "/socket"),
        ("localhost:5000/socket", "/socket"),
        ("localhost:5000", "/"),
        ("/socket", "/socket"),
        ("https://example.com/socket?token=1#x", "/socket"),
    ],
)
def test_the_path_of_a_url_with_and_without_a_scheme(url: str, pathname: str) -> None:
    assert pathname_of(url) == pathname


def test_a_variable_is_its_default() -> None:
    assert pathname_of("https://{host}/{base}", host={"default": "a.b"}, base={"default": "x"}) == (
        "/x"
    )


def test_the_default_goes_before_the_enum() -> None:
    assert pathname_of("a/{base}", base={"enum": ["one", "two"], "default": "two"}) == "/two"


def test_a_variable_without_default_is_the_first_of_its_enum() -> None:
    assert pathname_of("a/{base}", base={"enum": ["one", "two"]}) == "/one"


def test_a_default_may_be_a_number() -> None:
    assert pathname_of("a/v{n}", n={"default": 2}) == "/v2"


@pytest.mark.parametrize("variable", [{}, {"enum": []}, {"description": "any"}])
def test_a_variable_without_a_value_may_stand_outside_of_the_path(variable: Any) -> None:
    assert pathname_of("https://{host}:{port}/socket", host=variable, port=variable) == "/socket"


def test_a_variable_may_be_a_reference() -> None:
    source = document(
        {},
        servers={"s": {"url": "a/{base}", "variables": {"base": {"$ref": "#/components/x/base"}}}},
        components={"x": {"base": {"default": "found"}}},
    )

    assert load_spec(source).servers["s"].pathname == "/found"


@pytest.mark.parametrize("members", [{}, {"variables": {}}, {"variables": {"other": {}}}])
def test_a_variable_that_is_not_declared_is_refused_with_its_place(members: Any) -> None:
    error = server_refused({"url": "https://example.com/{base}", **members})

    assert error.place == "the document, servers.s.url"
    assert error.problem == "there is no server variable 'base'"


@pytest.mark.parametrize("variable", [{"enum": 5}, {"enum": {"a": "b"}}, {"default": []}, None, 5])
def test_a_variable_in_another_form_is_refused_with_its_place(variable: Any) -> None:
    error = server_refused({"url": "a/{base}", "variables": {"base": variable}})

    assert error.place.startswith("the document, servers.s.variables.base")


@pytest.mark.parametrize("url", ["http://[", "http://[::1/x", "//[x]/y"])
def test_a_url_that_is_none_is_refused_with_its_place(url: str) -> None:
    assert server_refused({"url": url}).place == "the document, servers.s.url"


@pytest.mark.parametrize("url", ["", 5, None, ["https://example.com"]])
def test_a_url_that_is_no_text_is_refused_with_its_place(url: object) -> None:
    assert server_refused({"url": url}).place == "the document, servers.s.url"


@pytest.mark.parametrize("protocol", ["", 5, None])
def test_a_protocol_that_is_no_text_is_refused_with_its_place(protocol: object) -> None:
    assert server_refused({"url": "a", "protocol": protocol}).place == (
        "the document, servers.s.protocol"
    )


def test_a_server_may_be_a_reference() -> None:
    servers = {"s": {"$ref": "#/components/servers/eu"}}
    components = {"servers": {"eu": {"url": "https://example.com/eu"}}}

    server = load_spec(document({}, servers=servers, components=components)).servers["s"]

    assert (server.name, server.pathname, server.protocol) == ("s", "/eu", "")


@pytest.mark.parametrize(
    ("members", "pathname"),
    [
        ({"pathname": "/socket"}, "/socket"),
        ({"pathname": "socket"}, "/socket"),
        ({"pathname": "/{base}", "variables": {"base": {"default": "api"}}}, "/api"),
        ({}, "/"),
    ],
)
def test_a_3_x_server_has_a_pathname(members: dict[str, Any], pathname: str) -> None:
    server = {"host": "{host}.example.com", "protocol": "wss", **members}

    assert load_spec(document3({}, servers={"s": server})).servers["s"].pathname == pathname


def test_a_2_x_channel_names_its_servers() -> None:
    servers = {"a": {"url": "a"}, "b": {"url": "b"}}

    assert namespace_of(
        document({"/chat": {"servers": ["a"]}}, servers=servers)
    ).servers == frozenset({"a"})


def test_empty_2_x_channel_servers_are_all_servers() -> None:
    source = document({"/chat": {"servers": []}}, servers={"a": {"url": "a"}})

    assert namespace_of(source).servers is None


def test_a_2_x_channel_server_that_does_not_exist_is_refused_with_its_place() -> None:
    source = document({"/chat": {"servers": ["a", "b"]}}, servers={"a": {"url": "a"}})

    assert refused(source).place == "the document, channels./chat.servers[1]"


@pytest.mark.parametrize(("servers", "at"), [(5, ""), (None, ""), ([5], "[0]"), ([None], "[0]")])
def test_channel_servers_in_another_form_are_refused_with_their_place(
    servers: Any, at: str
) -> None:
    assert refused(document({"/chat": {"servers": servers}})).place == (
        f"the document, channels./chat.servers{at}"
    )


def test_servers_that_are_no_mapping_are_refused_with_their_place() -> None:
    assert refused(document({}, servers=["a"])).place == "the document, servers"
