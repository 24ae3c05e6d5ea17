"""Security schemes and requirements: they exist, and Socket.IO has a meaning for them."""

from types import MappingProxyType
from typing import Any

import pytest
from spec_support import document3, namespace_of, operation3, refused
from support import document, message

from asynction_core.spec import load_spec

SCHEMES = {
    "key": {"type": "httpApiKey", "name": "token", "in": "query"},
    "flow": {
        "type": "oauth2",
        "flows": {"implicit": {"scopes": {"read": "", "write": ""}}},
    },
}


def secured(requirements: Any, schemes: Any = SCHEMES) -> dict[str, Any]:
    """Return a 2.x document whose namespace has these *requirements*."""
    components = {"securitySchemes": schemes}
    return document({"/chat": {"x-security": requirements}}, components=components)


def test_a_requirement_names_schemes_and_scopes() -> None:
    spec = load_spec(secured([{"key": [], "flow": ["read", "write"]}, {"flow": []}]))

    assert spec.namespaces["/chat"].security == (
        {"key": (), "flow": ("read", "write")},
        {"flow": ()},
    )


def test_schemes_that_are_demanded_are_remembered_with_their_place() -> None:
    scheme = load_spec(secured([{"key": []}])).security_schemes

    assert list(scheme) == ["key"]
    key = scheme["key"]
    assert (key.type, key.location, key.parameter) == ("httpApiKey", "query", "token")
    assert scheme["key"].place == "the document, components.securitySchemes.key"


def test_a_namespace_without_x_security_leaves_it_to_the_server() -> None:
    assert namespace_of(document({"/chat": {}})).security is None


def test_empty_x_security_demands_nothing() -> None:
    assert namespace_of(secured([])).security == ()


def test_an_empty_requirement_is_an_alternative_without_schemes() -> None:
    assert namespace_of(secured([{}, {"key": []}])).security == ({}, {"key": ()})


def test_a_server_has_the_security_that_it_demands() -> None:
    server = {"url": "example.com", "protocol": "wss", "security": [{"key": []}]}
    source = document({}, servers={"s": server}, components={"securitySchemes": SCHEMES})

    assert load_spec(source).servers["s"].security == ({"key": ()},)


def test_an_operation_has_the_security_that_it_demands() -> None:
    operation = {"message": {"oneOf": [message("a"), message("b")]}, "security": [{"key": []}]}
    channels = {"/chat": {"publish": operation, "subscribe": {"message": message("c")}}}

    namespace = namespace_of(document(channels, components={"securitySchemes": SCHEMES}))

    assert [event.security for event in namespace.received.values()] == [({"key": ()},)] * 2
    assert namespace.emitted["c"].security is None


def test_a_scheme_may_stand_behind_a_reference() -> None:
    schemes = {"key": {"$ref": "#/x-key"}}
    source = {**secured([{"key": []}], schemes), "x-key": SCHEMES["key"]}

    assert load_spec(source).security_schemes["key"].place == "the document, x-key"


@pytest.mark.parametrize(
    "scheme",
    [
        {"type": "http", "scheme": "basic"},
        {"type": "http", "scheme": "Bearer"},
        {"type": "oauth2", "flows": {}},
        {"type": "openIdConnect", "openIdConnectUrl": "https://example.com"},
        {"type": "httpApiKey", "name": "k", "in": "header"},
        {"type": "apiKey", "in": "user"},
        {"type": "userPassword"},
        {"type": "X509"},
    ],
)
def test_a_scheme_that_means_something_to_socket_io_is_taken(scheme: dict[str, Any]) -> None:
    found = load_spec(secured([{"s": []}], {"s": scheme})).security_schemes["s"]

    assert found.type.lower() == scheme.get("scheme", scheme["type"]).lower()


@pytest.mark.parametrize(
    "kind", ["scramSha256", "plain", "gssapi", "symmetricEncryption", "asymmetricEncryption"]
)
def test_a_scheme_that_means_nothing_to_socket_io_is_refused_with_its_place(kind: str) -> None:
    error = refused(secured([{"s": []}], {"s": {"type": kind}}))

    assert error.place == "the document, components.securitySchemes.s.type"
    assert error.problem == f"security scheme 's' of type {kind!r} cannot be enforced on Socket.IO"
    assert (error.fix or "").startswith("Types that can: X509, apiKey,")


@pytest.mark.parametrize("scheme", [{}, {"scheme": "digest"}])
def test_http_schemes_other_than_basic_and_bearer_are_refused(scheme: dict[str, Any]) -> None:
    error = refused(secured([{"s": []}], {"s": {"type": "http", **scheme}}))

    assert error.place == "the document, components.securitySchemes.s"
    assert error.fix == "The http scheme must be 'basic' or 'bearer'."


def test_a_scheme_without_a_type_is_refused_with_its_place() -> None:
    error = refused(secured([{"s": []}], {"s": {}}))

    assert error.place == "the document, components.securitySchemes.s"
    assert error.problem == "a security scheme needs a type"


def test_a_scheme_that_nothing_demands_may_be_of_any_type() -> None:
    assert not load_spec(secured([], {"s": {"type": "scramSha256"}})).security_schemes


def test_a_scheme_that_does_not_exist_is_refused_with_its_place() -> None:
    error = refused(secured([{"key": []}, {"kee": []}]))

    assert error.place == "the document, channels./chat.x-security[1].kee"
    assert error.problem == "there is no security scheme 'kee'"
    assert error.fix == "Declared under components.securitySchemes: key, flow."


def test_a_scheme_of_a_document_that_declares_none_is_refused() -> None:
    error = refused(document({"/chat": {"x-security": [{"key": []}]}}))

    assert error.fix == "Declared under components.securitySchemes: none."


@pytest.mark.parametrize(
    ("requirements", "at"),
    [
        ({"key": []}, ""),
        (None, ""),
        ([None], "[0]"),
        (["key"], "[0]"),
        ([{"key": None}], "[0].key"),
        ([{"flow": [5]}], "[0].flow[0]"),
    ],
)
def test_a_requirement_in_another_form_is_refused_with_its_place(
    requirements: Any, at: str
) -> None:
    assert refused(secured(requirements)).place == f"the document, channels./chat.x-security{at}"


def test_components_that_are_no_mapping_are_refused_with_their_place() -> None:
    assert refused(document({}, components=[])).place == "the document, components"
    assert refused(document({}, components={"securitySchemes": 5})).place == (
        "the document, components.securitySchemes"
    )


def test_a_3_x_requirement_refers_to_a_scheme() -> None:
    reference = {"$ref": "#/components/securitySchemes/key"}
    server = {"host": "example.com", "protocol": "wss", "security": [reference]}
    source = document3({}, servers={"s": server}, components={"securitySchemes": SCHEMES})

    spec = load_spec(source)

    assert spec.servers["s"].security == ({"key": ()},)
    assert spec.security_schemes["key"].type == "httpApiKey"


def test_a_3_x_requirement_may_be_a_scheme_with_scopes() -> None:
    flows = {"implicit": {"availableScopes": {"read": "Read"}}}
    scheme = {"type": "oauth2", "flows": flows, "scopes": ["read"]}
    operation = operation3("receive", "c", security=[scheme])
    channels = {"c": {"address": "/chat", "messages": {"a": {}}}}

    spec = load_spec(document3(channels, {"o": operation}))

    place = "the document, operations.o.security[0]"
    assert spec.namespaces["/chat"].received["a"].security == ({place: ("read",)},)
    assert spec.security_schemes[place].type == "oauth2"


def test_a_3_x_document_may_name_schemes_as_2_x_does() -> None:
    channels = {"c": {"address": "/chat", "x-security": [{"flow": ["read"]}]}}

    namespace = namespace_of(document3(channels, components={"securitySchemes": SCHEMES}))

    assert namespace.security == ({"flow": ("read",)},)


def test_a_3_x_scheme_that_means_nothing_to_socket_io_is_refused_with_its_place() -> None:
    server = {"host": "example.com", "security": [{"type": "scramSha256"}]}

    error = refused(document3({}, servers={"s": server}))

    assert error.place == "the document, servers.s.security[0].type"


def test_a_3_x_requirement_that_names_nothing_is_refused_with_its_place() -> None:
    server = {"host": "example.com", "security": [{"$ref": "#/components/securitySchemes/x"}]}

    assert refused(document3({}, servers={"s": server})).place == (
        "the document, servers.s.security[0]"
    )


def test_requirements_cannot_be_changed() -> None:
    security = namespace_of(secured([{"key": []}])).security

    assert security is not None
    assert isinstance(security[0], MappingProxyType)


def test_a_scheme_that_an_operation_trait_demands_must_exist() -> None:
    operation = {"traits": [{"security": [{"nobody": []}]}], "message": message("a")}

    error = refused(document({"/chat": {"publish": operation}}))

    assert error.place == "the document, channels./chat.publish.traits[0].security[0].nobody"
