"""The cases of security that both doors must decide alike, and the functions they ask.

Every case has a namespace of its own in one document. A door serves the document and runs
:func:`verdict_of` for each of them.
"""

import asyncio
import base64
import json
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from peers import dialogue
from support import channel, document, message

from asynction_core import Handshake, SecurityException

TIMEOUT = 0.3
"""The ``security_timeout`` that a door is to serve the document with, in seconds."""


def info(first: str, second: Any = None, required_scopes: Any = None) -> Any:
    """Return what the credential, a password or the only argument, asks for."""
    if kind_of(first, second) == "late":
        threading.Event().wait(TIMEOUT * 4)
    return _answer(first, second)


async def info_async(
    token: str, *, required_scopes: Any = None, bearer_format: Any = None, handshake: Handshake
) -> Any:
    """Return what :func:`info` does, in a coroutine."""
    assert required_scopes in (None, [])
    assert bearer_format in (None, "JWT")
    assert handshake.path == "/socket.io/"
    if token == "late":
        await asyncio.sleep(TIMEOUT * 4)
    return _answer(token, None)


def kind_of(first: str, second: Any) -> str:
    """Return the credential that decides: a password, else the only one."""
    return second if isinstance(second, str) else first


def _answer(first: str, second: Any) -> Any:
    kind = kind_of(first, second)
    if kind == "raises":
        raise RuntimeError(f"this quotes the credential: {kind}")
    if kind == "rejects":
        raise SecurityException("this is not told to clients")
    return _ANSWERS.get(kind)


def scope_validate(required_scopes: list[str], token_scopes: list[str]) -> Any:
    """Hold that ``admin`` has all scopes; answer with no bool where ``junk`` is held."""
    if "junk" in token_scopes:
        return "yes"
    return "admin" in token_scopes or set(required_scopes) <= set(token_scopes)


_ANSWERS: dict[str, Any] = {
    "good": {"sub": "ann", "scopes": ["read", "write"]},
    "by uid": {"uid": "ann", "scope": "read write"},
    "reader": {"sub": "ann", "scopes": ["read"]},
    "admin": {"sub": "ann", "scopes": ["admin"]},
    "junk scopes": {"sub": "ann", "scopes": ["junk"]},
    "late": {"sub": "ann", "scopes": []},
    "expired": {"sub": "ann", "scopes": ["read", "write"], "exp": 1},
    "text": "ann",
    "true": True,
    "empty": {},
    "no user": {"scopes": []},
    "null user": {"sub": None, "scopes": []},
    "no scopes": {"sub": "ann"},
    "scopes are text": {"sub": "ann", "scopes": "read"},
    "scope is a list": {"sub": "ann", "scope": ["read"]},
    "scopes of numbers": {"sub": "ann", "scopes": [1]},
    "scopes differ": {"sub": "ann", "scope": "read", "scopes": ["write"]},
    "exp is text": {"sub": "ann", "scopes": [], "exp": "tomorrow"},
    "exp is true": {"sub": "ann", "scopes": [], "exp": True},
    "exp is nan": {"sub": "ann", "scopes": [], "exp": float("nan")},
}

_JUNK = ("text", "true", "empty", "no user", "null user", "no scopes", "scopes are text")
_MORE_JUNK = (
    *("scope is a list", "scopes of numbers", "scopes differ"),
    *("exp is text", "exp is true", "exp is nan"),
)

_FLOWS = {
    "clientCredentials": {
        "tokenUrl": "https://example.com",
        "scopes": {"read": "", "write": "", "admin": ""},
    }
}

SCHEMES: dict[str, Any] = {
    "basic": {"type": "http", "scheme": "basic", "x-basicInfoFunc": "security_cases.info"},
    "bearer": {"type": "http", "scheme": "bearer", "x-bearerInfoFunc": "security_cases.info"},
    "documented bearer": {
        "type": "http",
        "scheme": "Bearer",
        "bearerFormat": "JWT",
        "x-basicBearerInfoFunc": "security_cases.info_async",
    },
    "renamed bearer": {
        "type": "http",
        "scheme": "bearer",
        "x-authField": "jwt",
        "x-bearerInfoFunc": "security_cases.info",
    },
    "header bearer": {
        "type": "http",
        "scheme": "bearer",
        "x-authField": None,
        "x-bearerInfoFunc": "security_cases.info",
    },
    "oauth2": {"type": "oauth2", "flows": _FLOWS, "x-tokenInfoFunc": "security_cases.info_async"},
    "validated oauth2": {
        "type": "oauth2",
        "flows": _FLOWS,
        "x-tokenInfoFunc": "security_cases.info",
        "x-scopeValidateFunc": "security_cases.scope_validate",
    },
    "openIdConnect": {
        "type": "openIdConnect",
        "openIdConnectUrl": "https://example.com",
        "x-tokenInfoFunc": "security_cases.info",
    },
    "query key": {
        "type": "httpApiKey",
        "in": "query",
        "name": "key",
        "x-apiKeyInfoFunc": "security_cases.info",
    },
    "header key": {
        "type": "httpApiKey",
        "in": "header",
        "name": "X-Key",
        "x-apiKeyInfoFunc": "security_cases.info_async",
    },
    "cookie key": {
        "type": "httpApiKey",
        "in": "cookie",
        "name": "key",
        "x-authField": None,
        "x-apiKeyInfoFunc": "security_cases.info",
    },
    "user key": {"type": "apiKey", "in": "user", "x-apiKeyInfoFunc": "security_cases.info"},
    "password key": {"type": "apiKey", "in": "password", "x-apiKeyInfoFunc": "security_cases.info"},
    "userPassword": {"type": "userPassword", "x-basicInfoFunc": "security_cases.info"},
}

REFUSED = "Credentials refused"

_BEARER = "bearer token (Authorization header or auth.token)"
_BASIC = "user name and password (Authorization header)"
_QUERY_KEY = "API key (query parameter 'key' or auth.key)"

MISSING = {
    "basic": _BASIC,
    "bearer": _BEARER,
    "documented bearer": _BEARER,
    "renamed bearer": "bearer token (Authorization header or auth.jwt)",
    "header bearer": "bearer token (Authorization header)",
    "oauth2": _BEARER,
    "validated oauth2": _BEARER,
    "openIdConnect": _BEARER,
    "query key": _QUERY_KEY,
    "header key": "API key (header 'X-Key' or auth.X-Key)",
    "cookie key": "API key (cookie 'key')",
    "user key": "API key (auth.user)",
    "password key": "API key (auth.password)",
    "userPassword": (
        "user name and password (auth.username and auth.password or Authorization header)"
    ),
}


@dataclass(frozen=True)
class Case:
    """A handshake against the security of a namespace.

    ``security`` is its ``x-security``, None where the server's holds: a bearer token. ``refusal``
    is the message that the client gets, None where it is let in.
    """

    name: str
    security: list[Any] | None
    headers: tuple[tuple[str, str], ...] = ()
    query: tuple[tuple[str, str], ...] = ()
    auth: Any = None
    refusal: str | None = None
    user: Any = None
    token_info: Any = field(default=None, repr=False)

    @property
    def expected_refusal(self) -> Mapping[str, Any] | None:
        """The payload of the CONNECT_ERROR packet; None where the client is let in."""
        if self.refusal is None:
            return None
        return {"message": self.refusal, "data": {"type": "SecurityException"}}

    @property
    def namespace(self) -> str:
        return "/" + "".join(c if c.isalnum() else "-" for c in self.name)


def basic(pair: str) -> str:
    """Return the value of a basic ``Authorization`` header."""
    return f"Basic {base64.b64encode(pair.encode()).decode()}"


def _header(name: str, value: str) -> dict[str, Any]:
    return {"headers": ((name, value),)}


_PLACES: dict[str, list[tuple[str, Any]]] = {
    "basic": [("header", lambda key: _header("Authorization", basic(f"ann:{key}")))],
    "bearer": [
        ("header", lambda key: _header("Authorization", f"Bearer {_token(key)}")),
        ("auth", lambda key: {"auth": {"token": key}}),
    ],
    "documented bearer": [("auth", lambda key: {"auth": {"token": key}})],
    "renamed bearer": [("auth", lambda key: {"auth": {"jwt": key}})],
    "header bearer": [("header", lambda key: _header("authorization", f"bearer {_token(key)}"))],
    "oauth2": [
        ("header", lambda key: _header("Authorization", f"BEARER  {_token(key)}")),
        ("auth", lambda key: {"auth": {"token": key}}),
    ],
    "validated oauth2": [("auth", lambda key: {"auth": {"token": key}})],
    "openIdConnect": [("auth", lambda key: {"auth": {"token": key, "more": [1]}})],
    "query key": [
        ("query", lambda key: {"query": (("key", key),)}),
        ("auth", lambda key: {"auth": {"key": key}}),
    ],
    "header key": [
        ("header", lambda key: _header("x-key", key)),
        ("auth", lambda key: {"auth": {"X-Key": key}}),
    ],
    "cookie key": [("cookie", lambda key: _header("Cookie", f'a=b; key="{key}"; c=d'))],
    "user key": [("auth", lambda key: {"auth": {"user": key}})],
    "password key": [("auth", lambda key: {"auth": {"password": key}})],
    "userPassword": [
        ("auth", lambda key: {"auth": {"username": "ann", "password": key}}),
        ("header", lambda key: _header("Authorization", basic(f"ann:{key}"))),
    ],
}


def _token(key: str) -> str:
    return key


def _each_place() -> Iterator[Case]:
    """Yield each scheme at each place with credentials of every kind."""
    for scheme, places in _PLACES.items():
        for place, give in places:

            def case(key: str, scheme: str = scheme, place: str = place, **result: Any) -> Case:
                name = f"{scheme} in {place} that is {key}"
                return Case(name, [{scheme: []}], **give(key), **result)  # noqa: B023

            yield case("good", user="ann", token_info=_ANSWERS["good"])
            for key in ("wrong", "raises", "rejects", "late", "expired", "true"):
                yield case(key, refusal=REFUSED)
        missing = f"Missing credentials: {MISSING[scheme]}"
        yield Case(f"{scheme} missing", [{scheme: []}], refusal=missing)
        yield Case(f"{scheme} in no auth object", [{scheme: []}], auth="good", refusal=missing)


def _token_case(name: str, key: Any, scheme: str = "bearer", **more: Any) -> Case:
    scopes = more.pop("scopes", [])
    return Case(name, [{scheme: scopes}], auth={"token": key}, **more)


def _junk() -> Iterator[Case]:
    for key in (*_JUNK, *_MORE_JUNK):
        yield _token_case(f"function returns junk, {key}", key, refusal=REFUSED)
    yield _token_case("by uid", "by uid", user="ann", token_info=_ANSWERS["by uid"])


_MISSING_BEARER = f"Missing credentials: {_BEARER}"


def _malformed() -> Iterator[Case]:
    security: list[Any]
    for value in ("Bearer", "good", "Bearer good more", "Bearer good,good", "Bearer g\xf6\xf6d"):
        for security in ([{"bearer": []}], [{"bearer": []}, {}]):
            name = f"malformed bearer header {value!r} against {security}"
            yield Case(name, security, headers=(("Authorization", value),), refusal=REFUSED)
    no_utf8 = base64.b64encode(b"\xff:\xff").decode()
    encoded = base64.b64encode(b"ann good").decode()
    control = base64.b64encode(b"an\nn:good").decode()
    for value in ("Basic", "Basic !!!", f"Basic {no_utf8}", f"Basic {encoded}", f"Basic {control}"):
        for security in ([{"basic": []}], [{"basic": []}, {}]):
            name = f"malformed basic header {value!r} against {security}"
            yield Case(name, security, headers=(("Authorization", value),), refusal=REFUSED)
    junk: Any
    for junk in (5, True, ["good"], {"token": "good"}):
        yield _token_case(f"auth.token is {junk!r}", junk, refusal=REFUSED)
    yield _token_case("auth.token is empty", "", refusal=_MISSING_BEARER)
    yield _token_case("auth.token is null", None, refusal=_MISSING_BEARER)
    half = {"username": "ann"}
    yield Case("half a userPassword", [{"userPassword": []}], auth=half, refusal=REFUSED)


def _twice() -> Iterator[Case]:
    header = ("Authorization", "Bearer good")
    yield Case("header twice", [{"bearer": []}], headers=(header, header), refusal=REFUSED)
    keys = (("X-Key", "good"), ("X-Key", "good"))
    yield Case("key header twice", [{"header key": []}], headers=keys, refusal=REFUSED)
    query = (("key", "good"), ("key", "good"))
    yield Case("query key twice", [{"query key": []}], query=query, refusal=REFUSED)
    cookies = (("Cookie", "key=good; key=good"),)
    yield Case("cookie twice", [{"cookie key": []}], headers=cookies, refusal=REFUSED)
    good: dict[str, Any] = {"user": "ann", "token_info": _ANSWERS["good"]}
    same: dict[str, Any] = {"headers": (header,), "auth": {"token": "good"}}
    yield Case("header and auth alike", [{"bearer": []}], **same, **good)
    other: dict[str, Any] = {"headers": (header,), "auth": {"token": "reader"}}
    yield Case("header and auth differ", [{"bearer": []}], **other, refusal=REFUSED)
    proxy: dict[str, Any] = {
        "headers": (("Authorization", 'Digest a="b", c="d"'),),
        "auth": {"token": "good"},
    }
    yield Case("another scheme in the header", [{"bearer": []}], **proxy, **good)


def _scopes() -> Iterator[Case]:
    def case(name: str, key: str, scheme: str, *scopes: str, refusal: str | None = None) -> Case:
        result: dict[str, Any] = (
            {"refusal": refusal} if refusal else {"user": "ann", "token_info": _ANSWERS[key]}
        )
        return _token_case(name, key, scheme, scopes=[*scopes], **result)

    for scheme in ("oauth2", "openIdConnect"):
        yield case(f"{scheme} with its scopes", "good", scheme, "read", "write")
        yield case(
            f"{scheme} with one of two scopes", "reader", scheme, "read", "write", refusal=REFUSED
        )
        yield case(f"{scheme} with another scope", "reader", scheme, "write", refusal=REFUSED)
    yield case("scopes by function", "admin", "validated oauth2", "write")
    yield case("no scopes by function", "reader", "validated oauth2", "write", refusal=REFUSED)
    yield case(
        "scope function returns junk", "junk scopes", "validated oauth2", "read", refusal=REFUSED
    )


_KEY = (("key", "good"),)
_INFO = _ANSWERS["good"]


def _combined() -> Iterator[Case]:
    either: list[Any] = [{"bearer": []}, {"query key": []}]
    good: dict[str, Any] = {"user": "ann", "token_info": _INFO}
    token: dict[str, Any] = {"auth": {"token": "good"}}
    wrong: dict[str, Any] = {"auth": {"token": "wrong"}}
    yield Case("first of two", either, **token, **good)
    yield Case("second of two", either, query=_KEY, **good)
    yield Case("second of two, first rejected", either, query=_KEY, **wrong, **good)
    fails: dict[str, Any] = {"auth": {"token": "raises"}, "query": _KEY}
    yield Case("second of two, function of the first fails", either, **fails, refusal=REFUSED)
    yield Case("neither of two", either, refusal=f"Missing credentials: {_BEARER}, or {_QUERY_KEY}")
    both: list[Any] = [{"bearer": [], "query key": []}]
    infos = {"bearer": _INFO, "query key": _INFO}
    yield Case("both of two", both, query=_KEY, **token, user="ann", token_info=infos)
    yield Case("one of both", both, **token, refusal=f"Missing credentials: {_QUERY_KEY}")
    yield Case("both, one wrong", both, query=_KEY, **wrong, refusal=REFUSED)
    missing = f"Missing credentials: {_BEARER} and {_QUERY_KEY}"
    yield Case("none of both", both, refusal=missing)


def _anonymous() -> Iterator[Case]:
    optional: list[Any]
    for optional in ([{"bearer": []}, {}], [{}, {"bearer": []}]):
        at = "last" if optional[0] else "first"
        token: dict[str, Any] = {"auth": {"token": "good"}}
        yield Case(f"anonymous {at}", optional)
        yield Case(f"anonymous {at}, but known", optional, **token, user="ann", token_info=_INFO)
        wrong: dict[str, Any] = {"auth": {"token": "wrong"}, "refusal": REFUSED}
        yield Case(f"anonymous {at}, but rejected", optional, **wrong)
    yield Case("anonymous only", [{}])
    yield Case("open namespace", [], auth={"token": "wrong"})
    yield Case("server security", None, auth={"token": "good"}, user="ann", token_info=_INFO)
    yield Case("server security missing", None, refusal=_MISSING_BEARER)
    yield Case(
        "server security replaced", [{"query key": []}], query=_KEY, user="ann", token_info=_INFO
    )
    replaced: dict[str, Any] = {
        "auth": {"token": "good"},
        "refusal": f"Missing credentials: {_QUERY_KEY}",
    }
    yield Case("server security does not help", [{"query key": []}], **replaced)


CASES = [
    *(*_each_place(), *_junk(), *_malformed(), *_twice()),
    *(*_scopes(), *_combined(), *_anonymous()),
]


def security_document(handlers: str) -> dict[str, Any]:
    """Return the document with a namespace for every case.

    :param handlers: the dotted path of a module with ``connect`` and ``ping``.
    """

    def namespace(case: Case) -> dict[str, Any]:
        members: dict[str, Any] = {"x_handlers": {"connect": f"{handlers}.connect"}}
        if case.security is not None:
            members["x_security"] = case.security
        ping = message("ping", x_handler=f"{handlers}.ping")
        return channel(received=[ping], emitted=[message("news")], **members)

    return document(
        {case.namespace: namespace(case) for case in CASES},
        servers={"s": {"url": "localhost", "protocol": "ws", "security": [{"bearer": []}]}},
        components={"securitySchemes": SCHEMES},
    )


@dataclass(frozen=True)
class Verdict:
    """What a client was told: a message and data, or that it is in; and what else came."""

    refusal: Mapping[str, Any] | None
    events: list[Any]


async def verdict_of(case: Case, url: str) -> Verdict:
    """Connect over a websocket as *case* says, then send an event; return what comes back."""
    auth = "" if case.auth is None else json.dumps(case.auth)
    sent = [f"40{case.namespace},{auth}", f'42{case.namespace},1["ping"]']
    received = await dialogue(url, sent, query=case.query, headers=case.headers)
    refused = [packet for packet in received if packet.startswith("44")]
    refusal = json.loads(refused[0].partition(",")[2]) if refused else None
    return Verdict(refusal, [packet for packet in received if packet.startswith(("42", "43"))])


def check_verdict(case: Case, verdict: Verdict, ran: Mapping[str, Any]) -> None:
    """Assert that *verdict* is that of *case*.

    :param ran: what the connect handler of each namespace was given.
    """
    assert verdict.refusal == case.expected_refusal
    if case.refusal is not None:
        assert not verdict.events
        assert case.namespace not in ran
    else:
        [ack] = verdict.events
        identity = [case.user, case.token_info]
        assert json.loads(ack.partition(",1")[2]) == [[identity, identity]]
