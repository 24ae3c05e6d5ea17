"""Where a handshake carries a credential, and what stands there without being one."""

import base64
from typing import Any

import pytest
from support import document

from asynction_core.credentials import Credential, MalformedCredential, compile_credential
from asynction_core.handshake import Handshake
from asynction_core.spec import load_spec
from asynction_core.spec.model import SecurityScheme

BASIC = {"type": "http", "scheme": "basic"}
BEARER = {"type": "http", "scheme": "bearer"}
OAUTH2 = {"type": "oauth2", "flows": {}}
OPEN_ID = {"type": "openIdConnect", "openIdConnectUrl": "https://example.com"}
QUERY = {"type": "httpApiKey", "name": "Key", "in": "query"}
HEADER = {"type": "httpApiKey", "name": "X-Key", "in": "header"}
COOKIE = {"type": "httpApiKey", "name": "key", "in": "cookie"}
USER = {"type": "apiKey", "in": "user"}
PASSWORD = {"type": "apiKey", "in": "password"}
USER_PASSWORD = {"type": "userPassword"}
X509 = {"type": "X509"}


def read(scheme: dict[str, Any]) -> SecurityScheme:
    """Return the model of *scheme*."""
    source = document(
        {"/": {"x-security": [{"s": []}]}}, components={"securitySchemes": {"s": scheme}}
    )
    return load_spec(source).security_schemes["s"]


def handshake(*headers: tuple[str, str], query: str = "", auth: Any = None) -> Handshake:
    """Return the handshake of an ASGI server with these headers, each as it came."""
    pairs = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
    return Handshake.from_environ({"QUERY_STRING": query, "asgi.scope": {"headers": pairs}}, auth)


def authorization(*values: str, auth: Any = None) -> Handshake:
    return handshake(*(("authorization", value) for value in values), auth=auth)


def cookies(*values: str) -> Handshake:
    return handshake(*(("Cookie", value) for value in values))


def basic(text: str | bytes) -> str:
    """Return a basic header for *text*."""
    raw = text.encode() if isinstance(text, str) else text
    return f"Basic {base64.b64encode(raw).decode()}"


def find(scheme: dict[str, Any], said: Handshake) -> Credential | None:
    return compile_credential(read(scheme))[0](said)


TOKEN_SCHEMES = pytest.mark.parametrize(
    "scheme", [BEARER, OAUTH2, OPEN_ID], ids=["bearer", "oauth2", "openIdConnect"]
)
PAIR_SCHEMES = pytest.mark.parametrize(
    "scheme", [BASIC, USER_PASSWORD], ids=["basic", "userPassword"]
)


@TOKEN_SCHEMES
@pytest.mark.parametrize(
    "said",
    [
        authorization("Bearer abc.def-_~+/=="),
        authorization("bearer abc.def-_~+/=="),
        authorization("BEARER   abc.def-_~+/=="),
        authorization(" Bearer abc.def-_~+/== "),
        handshake(("AUTHORIZATION", "Bearer abc.def-_~+/==")),
        handshake(auth={"token": "abc.def-_~+/=="}),
        authorization("Bearer abc.def-_~+/==", auth={"token": "abc.def-_~+/=="}),
        authorization("Basic YTpi", auth={"token": "abc.def-_~+/=="}),
        authorization("Bearer abc.def-_~+/==", auth={"token": ""}),
        authorization("", auth={"token": "abc.def-_~+/=="}),
    ],
)
def test_a_token_is_in_the_header_or_in_auth(scheme: dict[str, Any], said: Handshake) -> None:
    assert find(scheme, said) == ("abc.def-_~+/==",)


@TOKEN_SCHEMES
@pytest.mark.parametrize(
    "said",
    [
        handshake(),
        handshake(query="token=abc"),
        handshake(("cookie", "token=abc"), ("x-authorization", "Bearer abc")),
        authorization(""),
        authorization("Basic YTpi"),
        authorization("Digest username=a, realm=b"),
        authorization("Bearerabc abc"),
        handshake(auth={}),
        handshake(auth={"token": None}),
        handshake(auth={"token": ""}),
        handshake(auth={"Token": "abc"}),
        handshake(auth="abc"),
        handshake(auth=["token", "abc"]),
    ],
)
def test_a_token_is_missing(scheme: dict[str, Any], said: Handshake) -> None:
    assert find(scheme, said) is None


TWICE = "it was given twice"
DIFFERENTLY = "it was given twice, and differently"
NO_CREDENTIAL = "the Authorization header has no credential"
MALFORMED = "the credential in the Authorization header is malformed"


@TOKEN_SCHEMES
@pytest.mark.parametrize(
    ("said", "problem"),
    [
        (authorization("Bearer"), NO_CREDENTIAL),
        (authorization("Bearer "), NO_CREDENTIAL),
        (authorization(" "), NO_CREDENTIAL),
        (authorization("Bearer\tabc"), NO_CREDENTIAL),
        (authorization("Bearer abc\n"), NO_CREDENTIAL),
        (authorization("Béarer abc"), NO_CREDENTIAL),
        (authorization("Bearer: abc"), NO_CREDENTIAL),
        (authorization("Bearer abc def"), MALFORMED),
        (authorization("Bearer abc,Bearer def"), MALFORMED),
        (authorization("Bearer abc, Digest def"), MALFORMED),
        (authorization("Bearer abc\x00"), MALFORMED),
        (authorization("Bearer é"), MALFORMED),
        (authorization("Bearer \xa0abc"), MALFORMED),
        (authorization("Bearer abc", "Bearer def"), TWICE),
        (authorization("Bearer abc", "Bearer abc"), TWICE),
        (authorization("Bearer abc", "Basic YTpi"), TWICE),
        (authorization("", "Bearer abc"), TWICE),
        (authorization("Bearer abc", auth={"token": "def"}), DIFFERENTLY),
        (handshake(auth={"token": 5}), "auth.token is no string"),
        (handshake(auth={"token": False}), "auth.token is no string"),
        (handshake(auth={"token": ["abc"]}), "auth.token is no string"),
        (handshake(auth={"token": b"abc"}), "auth.token is no string"),
        (authorization("Bearer abc", auth={"token": {}}), "auth.token is no string"),
    ],
)
def test_a_token_is_malformed(scheme: dict[str, Any], said: Handshake, problem: str) -> None:
    with pytest.raises(MalformedCredential, match=f"^{problem}$"):
        find(scheme, said)


def test_headers_that_a_wsgi_server_joined_are_malformed() -> None:
    said = Handshake.from_environ({"HTTP_AUTHORIZATION": "Bearer abc,Bearer def"})

    with pytest.raises(MalformedCredential):
        find(BEARER, said)


@PAIR_SCHEMES
@pytest.mark.parametrize(
    ("text", "credential"),
    [
        ("ann:secret", ("ann", "secret")),
        ("ann:a:b:", ("ann", "a:b:")),
        ("ann:", ("ann", "")),
        (":secret", ("", "secret")),
        ("ánn:пароль 🔑", ("ánn", "пароль 🔑")),
        (" ann : secret ", (" ann ", " secret ")),
    ],
)
def test_a_user_name_and_a_password_are_in_a_basic_header(
    scheme: dict[str, Any], text: str, credential: Credential
) -> None:
    assert find(scheme, authorization(basic(text))) == credential
    assert find(scheme, authorization(basic(text).replace("Basic", "bAsIc"))) == credential


NO_BASE64 = "the Authorization header is not base64 of UTF-8"
NO_PAIR = "the Authorization header is not a user name and a password"


@PAIR_SCHEMES
@pytest.mark.parametrize(
    ("header", "problem"),
    [
        ("Basic", NO_CREDENTIAL),
        ("Basic YTpi YTpi", MALFORMED),
        ("Basic YTpi,Basic YTpj", MALFORMED),
        ("Basic YTpiYw", NO_BASE64),
        ("Basic YTp", NO_BASE64),
        ("Basic YTpi====", NO_BASE64),
        ("Basic ann:secret", NO_BASE64),
        ("Basic YTpi!!!!", NO_BASE64),
        ("Basic YT-_", NO_BASE64),
        ("Basic YTpiYx==", NO_BASE64),
        (basic(b"ann:\xff"), NO_BASE64),
        (basic(b"\xed\xa0\x80:a"), NO_BASE64),
        (basic("ann"), NO_PAIR),
        (basic(":"), NO_PAIR),
        *((basic(f"ann:{control}x"), NO_PAIR) for control in "\x00\t\n\r\x1f\x7f"),
        *((basic(f"a{control}nn:x"), NO_PAIR) for control in "\x00\n\x7f"),
    ],
)
def test_a_basic_header_is_malformed(scheme: dict[str, Any], header: str, problem: str) -> None:
    with pytest.raises(MalformedCredential, match=f"^{problem}$"):
        find(scheme, authorization(header))


@PAIR_SCHEMES
@pytest.mark.parametrize("headers", [(), ("",), ("Bearer abc",), ("Digest a=b, c=d",)])
def test_a_basic_header_is_missing(scheme: dict[str, Any], headers: tuple[str, ...]) -> None:
    assert find(scheme, authorization(*headers)) is None


@PAIR_SCHEMES
def test_a_basic_header_sent_twice_is_malformed(scheme: dict[str, Any]) -> None:
    with pytest.raises(MalformedCredential, match=f"^{TWICE}$"):
        find(scheme, authorization(basic("a:b"), basic("a:b")))


def test_basic_is_not_in_auth() -> None:
    assert find(BASIC, handshake(auth={"username": "ann", "password": "secret"})) is None


@pytest.mark.parametrize(
    "said",
    [
        handshake(auth={"username": "ann", "password": "a:b"}),
        authorization(basic("ann:a:b"), auth={"username": "ann", "password": "a:b"}),
        authorization(basic("ann:a:b"), auth={"username": "", "password": None}),
        authorization("Bearer abc", auth={"username": "ann", "password": "a:b"}),
    ],
)
def test_a_user_name_and_a_password_are_in_auth(said: Handshake) -> None:
    assert find(USER_PASSWORD, said) == ("ann", "a:b")


@pytest.mark.parametrize("auth", [None, {}, "ann:secret", {"user": "ann"}, {"username": None}])
def test_a_user_name_and_a_password_are_missing(auth: Any) -> None:
    assert find(USER_PASSWORD, handshake(auth=auth)) is None


HALF = "auth has one of username and password"


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        (handshake(auth={"username": "ann"}), HALF),
        (handshake(auth={"password": "secret"}), HALF),
        (handshake(auth={"username": "ann", "password": ""}), HALF),
        (handshake(auth={"username": "", "password": "secret"}), HALF),
        (handshake(auth={"username": 5, "password": "x"}), "auth.username is no string"),
        (handshake(auth={"username": "ann", "password": []}), "auth.password is no string"),
        (
            authorization(basic("ann:one"), auth={"username": "ann", "password": "two"}),
            DIFFERENTLY,
        ),
        (authorization("Basic ?", auth={"username": "ann", "password": "x"}), NO_BASE64),
    ],
)
def test_a_user_name_and_a_password_are_malformed(said: Handshake, problem: str) -> None:
    with pytest.raises(MalformedCredential, match=f"^{problem}$"):
        find(USER_PASSWORD, said)


def test_auth_is_not_read_for_a_user_name_and_a_password_where_it_is_switched_off() -> None:
    scheme = {**USER_PASSWORD, "x-authField": None}

    assert find(scheme, handshake(auth={"username": "ann", "password": "secret"})) is None
    assert find(scheme, authorization(basic("a:b"), auth={"username": 5})) == ("a", "b")


@pytest.mark.parametrize(
    ("scheme", "said"),
    [
        (QUERY, handshake(query="Key=a%2Cb%3D&other=1")),
        (QUERY, handshake(auth={"Key": "a,b="})),
        (QUERY, handshake(query="Key=a,b%3D", auth={"Key": "a,b="})),
        (QUERY, handshake(query="Key=", auth={"Key": "a,b="})),
        (QUERY, handshake(query="key=other&Key=a,b%3D")),
        (HEADER, handshake(("x-key", "a,b="))),
        (HEADER, handshake(("X-KEY", "a,b="))),
        (HEADER, Handshake.from_environ({"HTTP_X_KEY": "a,b="})),
        (HEADER, handshake(auth={"X-Key": "a,b="})),
        (HEADER, handshake(("x-key", "a,b="), auth={"X-Key": "a,b="})),
        (COOKIE, cookies("key=a,b=")),
        (COOKIE, cookies('other=1; key="a,b="; more=2')),
        (COOKIE, cookies(" key = a,b= ;")),
        (COOKIE, cookies("other=1", "key=a,b=")),
        (COOKIE, cookies("Key=other; key=a,b=; xkey=no; keyx=no")),
        (COOKIE, Handshake.from_environ({"HTTP_COOKIE": "key=a,b="})),
        (COOKIE, handshake(auth={"key": "a,b="})),
        (USER, handshake(auth={"user": "a,b="})),
        (PASSWORD, handshake(auth={"password": "a,b=", "user": "ann"})),
    ],
)
def test_an_api_key_is_found(scheme: dict[str, Any], said: Handshake) -> None:
    assert find(scheme, said) == ("a,b=",)


@pytest.mark.parametrize(
    ("scheme", "said"),
    [
        (QUERY, handshake(query="key=a")),
        (QUERY, handshake(query="Key=")),
        (QUERY, handshake(query="Key")),
        (QUERY, handshake(("Key", "a"), ("Cookie", "Key=a"))),
        (QUERY, handshake(auth={"Key": "", "key": "a"})),
        (HEADER, handshake(("x-key", ""))),
        (HEADER, handshake(("x_key", "forged"))),
        (HEADER, handshake(query="X-Key=a")),
        (HEADER, handshake(auth={"x-key": "a"})),
        (COOKIE, cookies("Key=a")),
        (COOKIE, cookies("key")),
        (COOKIE, cookies("key=")),
        (COOKIE, cookies('key=""')),
        (COOKIE, cookies('other=", key=a"')),
        (COOKIE, handshake(("key", "a"), query="key=a")),
        (USER, handshake(auth={"password": "a"})),
        (USER, handshake(("user", "a"), query="user=a")),
        (USER, handshake(auth="a")),
    ],
)
def test_an_api_key_is_missing(scheme: dict[str, Any], said: Handshake) -> None:
    assert find(scheme, said) is None


@pytest.mark.parametrize(
    ("scheme", "said", "problem"),
    [
        (QUERY, handshake(query="Key=a&Key=b"), TWICE),
        (QUERY, handshake(query="Key=a&Key=a"), TWICE),
        (QUERY, handshake(query="Key=&Key=a"), TWICE),
        (QUERY, handshake(query="Key=a&%4Bey=b"), TWICE),
        (QUERY, handshake(query="Key=a", auth={"Key": "b"}), DIFFERENTLY),
        (QUERY, handshake(query="Key=a", auth={"Key": 5}), "auth.Key is no string"),
        (HEADER, handshake(("x-key", "a"), ("X-Key", "b")), TWICE),
        (HEADER, handshake(("x-key", "a"), auth={"X-Key": "b"}), DIFFERENTLY),
        (COOKIE, cookies("key=a; key=b"), TWICE),
        (COOKIE, cookies("key=a", "key=a"), TWICE),
        (COOKIE, cookies("key=a; key"), TWICE),
        (USER, handshake(auth={"user": {"a": 1}}), "auth.user is no string"),
        (PASSWORD, handshake(auth={"password": 0}), "auth.password is no string"),
    ],
)
def test_an_api_key_is_malformed(scheme: dict[str, Any], said: Handshake, problem: str) -> None:
    with pytest.raises(MalformedCredential, match=f"^{problem}$"):
        find(scheme, said)


@pytest.mark.parametrize("scheme", [BEARER, OAUTH2, OPEN_ID, QUERY, HEADER, COOKIE, USER])
def test_the_field_of_auth_can_be_renamed(scheme: dict[str, Any]) -> None:
    usual = {"token": "no", "Key": "no", "X-Key": "no", "key": "no", "user": "no"}
    renamed = {**scheme, "x-authField": "credential"}

    assert find(renamed, handshake(auth={**usual, "credential": "yes"})) == ("yes",)
    assert find(renamed, handshake(auth=usual)) is None


@pytest.mark.parametrize("scheme", [BEARER, OAUTH2, OPEN_ID, QUERY, HEADER, COOKIE])
def test_auth_is_not_read_where_it_is_switched_off(scheme: dict[str, Any]) -> None:
    auth = {"token": "no", "Key": 5, "X-Key": "no", "key": "no"}

    assert find({**scheme, "x-authField": None}, handshake(auth=auth)) is None


PEM = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"


def tls(**members: Any) -> dict[str, Any]:
    """Return the environment of an ASGI server with the ``tls`` extension."""
    return {"asgi.scope": {"headers": [], "extensions": {"tls": members}}}


@pytest.mark.parametrize(
    "environ",
    [
        tls(client_cert_chain=[PEM, "issuer"], client_cert_error=None),
        tls(client_cert_chain=(PEM,)),
        tls(client_cert_chain=iter([PEM])),
        {"SSL_CLIENT_CERT": PEM, "SSL_CLIENT_VERIFY": "SUCCESS"},
        {"SSL_CLIENT_CERT": PEM, "werkzeug.socket": object()},
    ],
)
def test_a_certificate_that_was_verified_is_a_credential(environ: dict[str, Any]) -> None:
    assert find(X509, Handshake.from_environ(environ)) == (PEM,)


@pytest.mark.parametrize(
    "environ",
    [
        tls(client_cert_chain=[PEM], client_cert_error="self-signed"),
        tls(client_cert_chain=[PEM], client_cert_error=""),
        tls(client_cert_chain=[]),
        tls(client_cert_chain=None),
        tls(client_cert_chain=[""]),
        tls(),
        {"asgi.scope": {"headers": [], "extensions": {"tls": None}}},
        {"asgi.scope": {"headers": [], "extensions": None}},
        {"asgi.scope": {"headers": []}},
        {"asgi.scope": {"headers": []}, "SSL_CLIENT_CERT": PEM, "SSL_CLIENT_VERIFY": "SUCCESS"},
        {"asgi.scope": {"headers": [(b"ssl-client-cert", b"forged")]}},
        {"SSL_CLIENT_CERT": PEM, "SSL_CLIENT_VERIFY": "NONE"},
        {"SSL_CLIENT_CERT": PEM, "SSL_CLIENT_VERIFY": "GENEROUS"},
        {"SSL_CLIENT_CERT": PEM, "SSL_CLIENT_VERIFY": "FAILED:expired"},
        {"SSL_CLIENT_CERT": PEM, "SSL_CLIENT_VERIFY": "FAILED", "werkzeug.socket": object()},
        {"SSL_CLIENT_CERT": PEM},
        {"SSL_CLIENT_CERT": "", "SSL_CLIENT_VERIFY": "SUCCESS"},
        {"SSL_CLIENT_VERIFY": "SUCCESS"},
        {"HTTP_SSL_CLIENT_CERT": PEM, "HTTP_SSL_CLIENT_VERIFY": "SUCCESS"},
        {},
    ],
)
def test_any_other_certificate_is_none(environ: dict[str, Any]) -> None:
    assert find(X509, Handshake.from_environ(environ)) is None


@pytest.mark.parametrize(
    ("scheme", "words"),
    [
        (BASIC, "user name and password (Authorization header)"),
        (BEARER, "bearer token (Authorization header or auth.token)"),
        (OAUTH2, "bearer token (Authorization header or auth.token)"),
        ({**OPEN_ID, "x-authField": None}, "bearer token (Authorization header)"),
        ({**QUERY, "x-authField": "k"}, "API key (query parameter 'Key' or auth.k)"),
        (HEADER, "API key (header 'X-Key' or auth.X-Key)"),
        ({**COOKIE, "x-authField": None}, "API key (cookie 'key')"),
        (USER, "API key (auth.user)"),
        (
            USER_PASSWORD,
            "user name and password (auth.username and auth.password or Authorization header)",
        ),
        (
            {**USER_PASSWORD, "x-authField": None},
            "user name and password (Authorization header)",
        ),
        (X509, "client certificate (TLS)"),
    ],
)
def test_a_credential_is_called_by_its_kind_and_its_places(
    scheme: dict[str, Any], words: str
) -> None:
    assert compile_credential(read(scheme))[1] == words


def test_a_handshake_keeps_its_credentials_out_of_its_repr() -> None:
    said = Handshake.from_environ(
        {
            "QUERY_STRING": "Key=secret",
            "HTTP_AUTHORIZATION": "secret",
            "SSL_CLIENT_CERT": "secret",
            "SSL_CLIENT_VERIFY": "SUCCESS",
        },
        {"token": "secret"},
    )

    assert "secret" not in repr(said)
