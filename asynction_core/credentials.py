"""Where a handshake carries the credential that a security scheme asks for."""

import base64
import re
from collections.abc import Callable, Iterable
from typing import Any

from asynction_core.handshake import Handshake
from asynction_core.spec.model import SecurityScheme

Credential = tuple[str, ...]
"""What a security function is called with first: a token, or a user name and a password."""

FindCredential = Callable[[Handshake], Credential | None]
"""Takes a handshake; returns the credential in it, None where there is none."""


class MalformedCredential(Exception):
    """What stands where a credential belongs is none, or there are two different ones.

    The message never quotes it.
    """


_AUTHORIZATION = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+) +(.+)")
"""The Authorization header: the name of a scheme, and credentials (RFC 9110, section 11.4)."""

_TOKEN = re.compile(r"[\x21-\x2b\x2d-\x7e]+")
"""Visible ASCII. A comma is left out: it joins headers that came twice."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def compile_credential(scheme: SecurityScheme) -> tuple[FindCredential, str]:
    """Return the function that finds the credential of *scheme*, and how to call it in words."""
    places = _PLACES[scheme.type](scheme)

    def find(handshake: Handshake) -> Credential | None:
        found = {place(handshake) for _, place in places} - {None}
        if len(found) > 1:
            raise MalformedCredential("it was given twice, and differently")
        return next(iter(found), None)

    return find, f"{_KINDS[scheme.type]} ({' or '.join(name for name, _ in places)})"


_Places = list[tuple[str, FindCredential]]

_KINDS = {
    "basic": "user name and password",
    "bearer": "bearer token",
    "oauth2": "bearer token",
    "openIdConnect": "bearer token",
    "httpApiKey": "API key",
    "apiKey": "API key",
    "userPassword": "user name and password",
    "X509": "client certificate",
}


def _bearer(scheme: SecurityScheme) -> _Places:
    return [("Authorization header", _bearer_header), *_auth_places(scheme)]


def _basic(_scheme: SecurityScheme) -> _Places:
    return [("Authorization header", _basic_header)]


def _user_password(scheme: SecurityScheme) -> _Places:
    if scheme.auth_field is None:
        return _basic(scheme)
    return [("auth.username and auth.password", _auth_pair), *_basic(scheme)]


def _api_key(scheme: SecurityScheme) -> _Places:
    name = scheme.parameter or ""
    readers: dict[str | None, Callable[[Handshake], Iterable[str]]] = {
        "query": lambda handshake: handshake.query.get(name, ()),
        "header": lambda handshake: handshake.header(name),
        "cookie": lambda handshake: handshake.cookie(name),
    }
    read = readers[scheme.location]
    kind = "query parameter" if scheme.location == "query" else scheme.location
    return [(f"{kind} {name!r}", lambda found: _only(read(found))), *_auth_places(scheme)]


def _certificate(_scheme: SecurityScheme) -> _Places:
    return [("TLS", lambda handshake: _only([handshake.certificate or ""]))]


def _auth_places(scheme: SecurityScheme) -> _Places:
    name = scheme.auth_field
    if name is None:
        return []
    return [(f"auth.{name}", lambda handshake: _only([_auth_text(handshake, name)]))]


_PLACES: dict[str, Callable[[SecurityScheme], _Places]] = {
    "basic": _basic,
    "bearer": _bearer,
    "oauth2": _bearer,
    "openIdConnect": _bearer,
    "httpApiKey": _api_key,
    "apiKey": _auth_places,
    "userPassword": _user_password,
    "X509": _certificate,
}


def _only(values: Iterable[str]) -> Credential | None:
    """Return the only one of *values*; None where there is none, or it is empty."""
    found = tuple(values)
    if len(found) > 1:
        raise MalformedCredential("it was given twice")
    return found if found and found[0] else None


def _auth_text(handshake: Handshake, name: str) -> str:
    """Return the field *name* of the ``auth`` payload, an empty string where there is none."""
    value: Any = handshake.auth.get(name) if isinstance(handshake.auth, dict) else None
    if value is None:
        return ""
    if not isinstance(value, str):
        raise MalformedCredential(f"auth.{name} is no string")
    return value


def _auth_pair(handshake: Handshake) -> Credential | None:
    pair = _auth_text(handshake, "username"), _auth_text(handshake, "password")
    if pair == ("", ""):
        return None
    if "" in pair:
        raise MalformedCredential("auth has one of username and password")
    return pair


def _authorization(handshake: Handshake, scheme: str) -> str | None:
    """Return what follows the name of *scheme*; None where the header has another scheme."""
    header = _only(handshake.header("authorization"))
    if header is None:
        return None
    match = _AUTHORIZATION.fullmatch(header[0].strip(" "))
    if match is None:
        raise MalformedCredential("the Authorization header has no credential")
    if match[1].lower() != scheme:
        return None
    if not _TOKEN.fullmatch(match[2]):
        raise MalformedCredential("the credential in the Authorization header is malformed")
    return match[2]


def _bearer_header(handshake: Handshake) -> Credential | None:
    token = _authorization(handshake, "bearer")
    return None if token is None else (token,)


def _basic_header(handshake: Handshake) -> Credential | None:
    """Return the user name and the password of the header (RFC 7617, section 2)."""
    encoded = _authorization(handshake, "basic")
    if encoded is None:
        return None
    try:
        raw = base64.b64decode(encoded, validate=True)
        pair = raw.decode()
    except ValueError:
        raise MalformedCredential("the Authorization header is not base64 of UTF-8") from None
    if base64.b64encode(raw).decode() != encoded:  # Python lets too much padding pass
        raise MalformedCredential("the Authorization header is not base64 of UTF-8")
    username, colon, password = pair.partition(":")
    if not colon or not (username or password) or _CONTROL.search(pair):
        raise MalformedCredential("the Authorization header is not a user name and a password")
    return username, password
