"""Security schemes and requirements: they exist, and Socket.IO has a meaning for them."""

from types import MappingProxyType
from typing import Any

import pytest
from spec_support import document3, namespace_of, operation3, refused
from support import document, message

from asynction_core.spec import load_spec
from asynction_core.spec.model import HandlerPath, SecurityScheme

FLOWS = {"implicit": {"scopes": {"read": "", "write": ""}}}
SCHEMES = {
    "key": {"type": "httpApiKey", "name": "token", "in": "query"},
    "flow": {"type": "oauth2", "flows": FLOWS},
}
SCHEME_PLACE = "the document, components.securitySchemes.s"


def secured(requirements: Any, schemes: Any = SCHEMES) -> dict[str, Any]:
    """Return a 2.x document whose namespace has these *requirements*."""
    components = {"securitySchemes": schemes}
    return document({"/chat": {"x-security": requirements}}, components=components)


def scheme_of(scheme: Any) -> SecurityScheme:
    """Return *scheme*, demanded by a namespace, as the loader reads it."""
    return load_spec(secured([{"s": []}], {"s": scheme})).security_schemes["s"]


def test_a_requirement_names_schemes_and_scopes() -> None:
    spec = load_spec(secured([{"key": [], "flow": ["read", "write"]}, {"flow": []}]))

    assert spec.namespaces["/chat"].security == (
        {"key": (), "flow": ("read", "write")},
        {"flow": ()},
    )


def test_schemes_that_are_demanded_are_remembered_with_their_place() -> None:
    scheme = load_spec(secured([{"key": []}])).security_schemes

    assert list(scheme) == ["key"]
    assert scheme["key"].name == "key"
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
    ("scheme", "kind"),
    [
        ({"type": "http", "scheme": "basic"}, "basic"),
        ({"type": "http", "scheme": "Bearer"}, "bearer"),
        ({"type": "oauth2", "flows": {}}, "oauth2"),
        ({"type": "openIdConnect", "openIdConnectUrl": "https://example.com"}, "openIdConnect"),
        ({"type": "httpApiKey", "name": "k", "in": "header"}, "httpApiKey"),
        ({"type": "apiKey", "in": "user"}, "apiKey"),
        ({"type": "userPassword"}, "userPassword"),
        ({"type": "X509"}, "X509"),
    ],
)
def test_a_scheme_that_means_something_to_socket_io_is_taken(
    scheme: dict[str, Any], kind: str
) -> None:
    assert scheme_of(scheme).type == kind


@pytest.mark.parametrize("location", ["query", "header", "cookie"])
def test_the_key_of_http_has_a_place_and_a_name(location: str) -> None:
    found = scheme_of({"type": "httpApiKey", "name": "k", "in": location})

    assert (found.location, found.parameter, found.auth_field) == (location, "k", "k")


BEARER = {"type": "http", "scheme": "bearer"}
KEY = {"type": "httpApiKey", "name": "k", "in": "query"}


@pytest.mark.parametrize(
    ("scheme", "field"),
    [
        (BEARER, "token"),
        ({"type": "oauth2"}, "token"),
        ({"type": "openIdConnect"}, "token"),
        (KEY, "k"),
        ({"type": "apiKey", "in": "password"}, "password"),
        ({"type": "userPassword"}, ""),
        ({"type": "X509"}, None),
        ({"type": "http", "scheme": "basic"}, None),
        ({**BEARER, "x-authField": "jwt"}, "jwt"),
        ({**BEARER, "x-authField": None}, None),
        ({**KEY, "x-authField": "key"}, "key"),
        ({**KEY, "x-authField": None}, None),
        ({"type": "apiKey", "in": "user", "x-authField": "key"}, "key"),
        ({"type": "userPassword", "x-authField": None}, None),
    ],
)
def test_the_field_of_auth_has_a_default_and_can_be_changed(scheme: Any, field: str | None) -> None:
    assert scheme_of(scheme).auth_field == field


@pytest.mark.parametrize(
    ("scheme", "problem"),
    [
        ({"type": "X509", "x-authField": "a"}, "a credential of this type has one place only"),
        ({"type": "X509", "x-authField": None}, "a credential of this type has one place only"),
        (
            {"type": "http", "scheme": "basic", "x-authField": "a"},
            "a credential of this type has one place only",
        ),
        (
            {"type": "apiKey", "in": "user", "x-authField": None},
            "a credential of this type has one place only",
        ),
        (
            {"type": "userPassword", "x-authField": "a"},
            "the fields are 'username' and 'password'",
        ),
        ({**BEARER, "x-authField": ""}, "this must be a string, found an empty one"),
        ({**BEARER, "x-authField": ["a"]}, "this must be a string, found a list"),
    ],
)
def test_a_field_of_auth_that_cannot_be_is_refused_with_its_place(
    scheme: Any, problem: str
) -> None:
    error = refused(secured([{"s": []}], {"s": scheme}))

    assert error.place == f"{SCHEME_PLACE}.x-authField"
    assert error.problem.startswith(problem)


@pytest.mark.parametrize(
    ("scheme", "key"),
    [
        ({"type": "httpApiKey", "in": "query"}, "name"),
        ({"type": "httpApiKey", "name": "k"}, "in"),
        ({"type": "apiKey"}, "in"),
    ],
)
def test_a_scheme_that_does_not_say_where_its_credential_is_is_refused(
    scheme: Any, key: str
) -> None:
    error = refused(secured([{"s": []}], {"s": scheme}))

    assert error.place == SCHEME_PLACE
    assert error.problem == f"a security scheme of this type needs {key!r}"


@pytest.mark.parametrize(
    ("scheme", "fix"),
    [
        (
            {"type": "httpApiKey", "name": "k", "in": "body"},
            "It is in one of: query, header, cookie.",
        ),
        ({"type": "apiKey", "in": "query"}, "It is in one of: user, password."),
    ],
)
def test_a_credential_in_another_place_is_refused(scheme: Any, fix: str) -> None:
    error = refused(secured([{"s": []}], {"s": scheme}))

    assert error.place == f"{SCHEME_PLACE}.in"
    assert error.fix == fix


@pytest.mark.parametrize(
    ("scheme", "member"),
    [
        ({"type": "httpApiKey", "in": "query", "name": 5}, "name"),
        ({"type": "httpApiKey", "in": "query", "name": ""}, "name"),
        ({**BEARER, "bearerFormat": None}, "bearerFormat"),
        ({**BEARER, "x-bearerInfoFunc": None}, "x-bearerInfoFunc"),
        ({"type": "oauth2", "x-scopeValidateFunc": 5}, "x-scopeValidateFunc"),
        ({"type": "oauth2", "flows": None}, "flows"),
        ({"type": "oauth2", "flows": {"implicit": {"scopes": ["a"]}}}, "flows.implicit.scopes"),
    ],
)
def test_a_member_of_a_scheme_that_is_of_another_type_is_refused_with_its_place(
    scheme: Any, member: str
) -> None:
    error = refused(secured([{"s": []}], {"s": scheme}))

    assert error.place == f"{SCHEME_PLACE}.{member}"


@pytest.mark.parametrize("name", ["x-bearerInfoFunc", "x-basicBearerInfoFunc"])
def test_the_function_of_a_bearer_scheme_has_two_names(name: str) -> None:
    path = HandlerPath("api.security.f", f"{SCHEME_PLACE}.{name}")

    assert scheme_of({**BEARER, name: "api.security.f"}).info_function == path


def test_two_functions_for_a_bearer_scheme_are_refused() -> None:
    names = {"x-bearerInfoFunc": "m.f", "x-basicBearerInfoFunc": "m.g"}

    error = refused(secured([{"s": []}], {"s": {**BEARER, **names}}))

    assert error.place == f"{SCHEME_PLACE}.x-basicBearerInfoFunc"
    assert error.fix == "Give one of them."


def test_two_names_for_the_same_function_of_a_bearer_scheme_are_accepted() -> None:
    names = {"x-bearerInfoFunc": "m.f", "x-basicBearerInfoFunc": "m.f"}
    found = scheme_of({**BEARER, **names})

    assert found.info_function is not None
    assert found.info_function.path == "m.f"


def test_only_schemes_with_scopes_have_a_function_for_them() -> None:
    assert scheme_of({"type": "oauth2", "x-scopeValidateFunc": "m.f"}).scope_function
    assert scheme_of({"type": "openIdConnect", "x-scopeValidateFunc": "m.f"}).scope_function
    assert scheme_of({**BEARER, "x-scopeValidateFunc": "m.f"}).scope_function is None


def test_only_bearer_has_a_format() -> None:
    assert scheme_of({**BEARER, "bearerFormat": "JWT"}).bearer_format == "JWT"
    assert scheme_of({**KEY, "bearerFormat": "JWT"}).bearer_format is None


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
    flows = {"implicit": {"availableScopes": {"read": ""}}}
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


def test_a_3_x_scheme_needs_its_own_scopes_where_it_is_named_as_in_2_x_too() -> None:
    schemes = {"flow": {"type": "oauth2", "flows": FLOWS, "scopes": ["read"]}}
    channels = {"c": {"address": "/chat", "x-security": [{"flow": []}, {"flow": ["write"]}]}}

    namespace = namespace_of(document3(channels, components={"securitySchemes": schemes}))

    assert namespace.security == ({"flow": ("read",)}, {"flow": ("read", "write")})


def test_a_3_x_document_that_names_a_scheme_by_reference_needs_its_scopes() -> None:
    schemes = {"flow": {"type": "oauth2", "flows": FLOWS, "scopes": ["read", "read"]}}
    reference = {"$ref": "#/components/securitySchemes/flow"}
    channels = {"c": {"address": "/chat", "x-security": [reference]}}

    namespace = namespace_of(document3(channels, components={"securitySchemes": schemes}))

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


@pytest.mark.parametrize(
    "scheme",
    [
        BEARER,
        {"type": "http", "scheme": "basic"},
        KEY,
        {"type": "apiKey", "in": "user"},
        {"type": "userPassword"},
        {"type": "X509"},
    ],
)
def test_scopes_of_a_scheme_that_has_none_are_refused_with_their_place(scheme: Any) -> None:
    error = refused(secured([{"s": ["read"]}], {"s": scheme}))

    assert error.place == "the document, channels./chat.x-security[0].s[0]"
    assert error.problem == "security scheme 's' has no scopes"
    assert error.fix == "Only those of type oauth2 and openIdConnect have: leave this list empty."


def test_a_scope_that_no_flow_defines_is_refused_with_its_place() -> None:
    error = refused(secured([{"flow": ["read", "reed"]}]))

    assert error.place == "the document, channels./chat.x-security[0].flow[1]"
    assert error.problem == "no flow of security scheme 'flow' defines the scope 'reed'"
    assert error.fix == "Scopes that its flows define: read, write."


@pytest.mark.parametrize("scheme", [{"type": "oauth2"}, {"type": "oauth2", "flows": {}}])
def test_a_scheme_without_flows_defines_no_scope(scheme: Any) -> None:
    error = refused(secured([{"s": ["read"]}], {"s": scheme}))

    assert error.fix == "Scopes that its flows define: none."


def test_a_scope_may_be_defined_by_any_of_the_flows() -> None:
    flows = {"implicit": {"scopes": {"a": ""}}, "password": {"availableScopes": {"b": ""}}}
    spec = load_spec(secured([{"s": ["a", "b"]}], {"s": {"type": "oauth2", "flows": flows}}))

    assert spec.security_schemes["s"].scopes_known == frozenset({"a", "b"})


def test_any_scope_may_be_asked_of_open_id_connect() -> None:
    namespace = namespace_of(secured([{"s": ["profile"]}], {"s": {"type": "openIdConnect"}}))

    assert namespace.security == ({"s": ("profile",)},)


IGNORED_SECURITY = [
    ("security", "2.x root", document({}, security=[]), "security"),
    ("x-security", "2.x root", {**document({}), "x-security": []}, "x-security"),
    (
        "x-security",
        "2.x server",
        document({}, servers={"s": {"url": "a", "x-security": []}}),
        "servers.s.x-security",
    ),
    ("security", "2.x channel", document({"c": {"security": []}}), "channels.c.security"),
    (
        "x-security",
        "2.x operation",
        document({"c": {"publish": {"x-security": []}}}),
        "channels.c.publish.x-security",
    ),
    *(
        (
            name,
            "2.x message",
            document({"c": {"subscribe": {"message": {"name": "a", name: []}}}}),
            f"channels.c.subscribe.message.{name}",
        )
        for name in ("security", "x-security")
    ),
    (
        "security",
        "3.x channel",
        document3({"c": {"address": "c", "security": []}}),
        "channels.c.security",
    ),
    (
        "x-security",
        "3.x operation",
        document3({"c": {"address": "c"}}, {"o": operation3("send", "c", x_security=[])}),
        "operations.o.x-security",
    ),
    (
        "security",
        "3.x message",
        document3(
            {"c": {"address": "c", "messages": {"a": {"security": []}}}},
            {"o": operation3("send", "c")},
        ),
        "channels.c.messages.a.security",
    ),
    (
        "x-security",
        "scheme",
        secured([{"s": []}], {"s": {**KEY, "x-security": []}}),
        "components.securitySchemes.s.x-security",
    ),
    (
        "x-security",
        "2.x operation trait",
        document({"c": {"publish": {"traits": [{"x-security": []}]}}}),
        "channels.c.publish.traits[0].x-security",
    ),
    (
        "security",
        "2.x message trait",
        document({"c": {"publish": {"message": {"name": "a", "traits": [{"security": []}]}}}}),
        "channels.c.publish.message.traits[0].security",
    ),
    (
        "x-security",
        "2.x oneOf",
        document({"c": {"publish": {"message": {"oneOf": [message("a")], "x-security": []}}}}),
        "channels.c.publish.message.x-security",
    ),
    (
        "x-security",
        "3.x operation trait",
        document3(
            {"c": {"address": "c"}}, {"o": operation3("send", "c", traits=[{"x-security": []}])}
        ),
        "operations.o.traits[0].x-security",
    ),
    ("X-Security", "channel", document({"c": {"X-Security": []}}), "channels.c.X-Security"),
    (
        "Security",
        "operation",
        document({"c": {"publish": {"Security": []}}}),
        "channels.c.publish.Security",
    ),
    (
        "security",
        "binding",
        document({"c": {"bindings": {"ws": {"security": []}}}}),
        "channels.c.bindings.ws.security",
    ),
]


@pytest.mark.parametrize(
    ("name", "source", "place"),
    [(name, source, place) for name, _, source, place in IGNORED_SECURITY],
    ids=[f"{name} {where}" for name, where, _, _ in IGNORED_SECURITY],
)
def test_security_that_would_not_be_enforced_is_refused_with_its_place(
    name: str, source: dict[str, Any], place: str
) -> None:
    error = refused(source)

    assert error.place == f"the document, {place}"
    assert error.problem.startswith(f"{name!r} means nothing here")
    assert error.fix == "Servers and operations have 'security', channels have 'x-security'."


@pytest.mark.parametrize(
    ("source", "warning"),
    [
        (document({}, serverz={}), "the document: AsyncAPI has no field 'serverz' here"),
        (
            document({}, servers={"s": {"url": "a", "secutiry": []}}),
            "the document, servers.s: AsyncAPI has no field 'secutiry' here",
        ),
        (
            secured([{"s": []}], {"s": {**KEY, "place": "query"}}),
            f"{SCHEME_PLACE}: AsyncAPI has no field 'place' here",
        ),
    ],
    ids=["root", "server", "scheme"],
)
def test_a_field_that_asyncapi_does_not_have_is_logged(
    source: dict[str, Any], warning: str, caplog: pytest.LogCaptureFixture
) -> None:
    load_spec(source)

    assert caplog.text.count("AsyncAPI has no field") == 1
    assert warning in caplog.text


def test_null_is_no_security_for_an_operation() -> None:
    operation = {"security": None, "message": message("a")}

    error = refused(document({"/chat": {"publish": operation}}))

    assert error.place == "the document, channels./chat.publish.security"
    assert error.problem == "this must be a list, found nothing"


def test_null_in_a_trait_does_not_take_security_away() -> None:
    operation = {
        "traits": [{"security": None}],
        "security": [{"key": []}],
        "message": message("a"),
    }

    error = refused(document({"/chat": {"publish": operation}}))

    assert error.place == "the document, channels./chat.publish.traits[0].security"


def test_null_is_no_security_for_a_3_x_operation() -> None:
    channels = {"c": {"address": "/chat", "messages": {"a": {}}}}

    error = refused(document3(channels, {"o": operation3("receive", "c", security=None)}))

    assert error.place == "the document, operations.o.security"
