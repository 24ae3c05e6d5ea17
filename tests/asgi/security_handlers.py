"""The handlers of the shared cases of security, for the ASGI door."""

from typing import Any

from asynction_core import SecurityInfo, current

ran: dict[str, Any] = {}
"""What the connect handler of each namespace was given."""


def connect(sid: str, environ: dict[str, Any], *, user: Any, token_info: Any) -> None:
    ran[current.namespace] = [user, token_info]


async def ping(sid: str, *arguments: Any) -> Any:
    return [[current.user, current.token_info], ran[current.namespace]]


calls: list[str] = []
"""The tokens that :func:`token_info` was asked about."""


def token_info(token: str) -> SecurityInfo:
    """Return the scopes that *token* lists; ``read@1.5`` expires at 1.5 s after the epoch."""
    calls.append(token)
    scope, _, expires = token.partition("@")
    info = SecurityInfo(sub="ann", scope=scope)
    if expires:
        info["exp"] = float(expires)
    return info
