"""Handlers and security functions that the documents of these tests name."""

from typing import Any

from asynction_core import SecurityInfo

TOKENS = {
    "good": SecurityInfo(sub="ann", scopes=["read"]),
    "writer": SecurityInfo(sub="bob", scopes=["read", "write"]),
}


def token_info(token: str) -> SecurityInfo | None:
    return TOKENS.get(token)


def account_info(token: str) -> SecurityInfo:
    """Return the info of *token*: its scopes, and after an ``@`` when it expires."""
    scope, _, expires = token.partition("@")
    info = SecurityInfo(sub="ann", scope=scope)
    if expires:
        info["exp"] = float(expires)
    return info


def same_user(token: str) -> SecurityInfo:
    """Return the info of the user that has the name *token*."""
    return SecurityInfo(sub=token, scopes=[])


def add(number: int) -> int:
    return number + 1


def on_error(error: Exception) -> Any:
    return f"the document's: {type(error).__name__}"
