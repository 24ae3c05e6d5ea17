"""The security functions of the tests: whoever brings the secret is let in."""

from asynction_core import SecurityInfo

SECRET = "open-sesame"


def token(token: str) -> SecurityInfo | None:
    return SecurityInfo(sub="somebody", scopes=[]) if token == SECRET else None


def key(api_key: str) -> SecurityInfo | None:
    return token(api_key)


def password(username: str, password: str) -> SecurityInfo | None:
    return token(password) if username == "änn" else None
