"""The handlers of the shared cases of security, for the Flask door."""

from typing import Any

from flask import request

from asynction_core import SecurityInfo, current

ran: dict[str, Any] = {}
"""What the connect handler of each namespace was given."""


def connect(auth: Any, *, user: Any, token_info: Any) -> None:
    ran[request.namespace] = [user, token_info]  # type: ignore[attr-defined]


def ping(*arguments: Any) -> Any:
    return [[current.user, current.token_info], ran[request.namespace]]  # type: ignore[attr-defined]


devices: dict[str, str] = {}
"""The certificate, in PEM, of the device that is ``known``."""


def owner(certificate: str) -> SecurityInfo | None:
    """Accept the one device that is known."""
    return SecurityInfo(sub="device", scopes=[]) if certificate == devices["known"] else None
