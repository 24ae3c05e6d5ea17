"""Who a client is: what security functions say of it, checked, and what follows from that."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypedDict

from asynction_core.exceptions import SecurityException


class SecurityInfo(TypedDict, total=False):
    """What a security function returns: who the client is, and what it may do.

    One of ``scope`` and ``scopes``, and one of ``sub`` and ``uid``, must be there. Further keys
    are allowed; a subclass can declare them.
    """

    scope: str
    """Scopes, separated by spaces (RFC 6749, section 3.3)."""
    scopes: Sequence[str]
    """Scopes, each by itself."""
    sub: Any
    """The user."""
    uid: Any
    """The user, where there is no ``sub``."""
    exp: float
    """When the credential expires, in seconds since the epoch (RFC 7519, section 4.1.4)."""


@dataclass(frozen=True, slots=True)
class CheckedInfo:
    """A security info that is one, read."""

    value: Mapping[str, Any] = field(repr=False)
    scopes: frozenset[str]
    user: Any
    expires: float


def check_info(value: Any) -> CheckedInfo:
    """Return *value*, read as a :class:`SecurityInfo`.

    :raises ValueError: it is none. The message names what is wrong and quotes nothing.
    """
    kind = type(value).__name__
    if not isinstance(value, Mapping):
        raise ValueError(f"{kind} instead of a SecurityInfo")  # noqa: TRY004 # one kind for all
    try:
        info = dict(value)
    except Exception:  # a mapping of the user's, whose message may be anything
        raise ValueError(f"{kind} that cannot be read") from None
    user = info.get("sub") if info.get("sub") is not None else info.get("uid")
    if user is None:
        raise ValueError("a SecurityInfo without 'sub' or 'uid'")
    return CheckedInfo(value, _scopes(info), user, _expires(info))


def _scopes(info: Mapping[str, Any]) -> frozenset[str]:
    found = []
    if "scope" in info:
        if not isinstance(info["scope"], str):
            raise ValueError("a SecurityInfo whose 'scope' is no string")
        found.append(frozenset(info["scope"].split()))
    if "scopes" in info:
        scopes = info["scopes"]
        if not isinstance(scopes, list | tuple | set | frozenset) or not all(
            isinstance(scope, str) for scope in scopes
        ):
            raise ValueError("a SecurityInfo whose 'scopes' is no list of strings")
        found.append(frozenset(scopes))
    if not found:
        raise ValueError("a SecurityInfo without 'scope' or 'scopes'")
    if found[0] != found[-1]:
        raise ValueError("a SecurityInfo whose 'scope' and 'scopes' differ")
    return found[0]


def _expires(info: Mapping[str, Any]) -> float:
    expires = info.get("exp")
    if expires is None:
        return math.inf
    if isinstance(expires, bool) or not isinstance(expires, int | float) or expires != expires:
        raise ValueError("a SecurityInfo whose 'exp' is no number of seconds since the epoch")
    try:
        return float(expires)
    except OverflowError:
        return math.inf if expires > 0 else -math.inf


@dataclass(frozen=True, eq=False, slots=True)
class Guard:
    """The security of an operation. ``needs`` says in words what it asks for."""

    needs: str


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a client is, for as long as it is connected.

    :ivar user: the ``sub`` or ``uid`` of its security info; None for an anonymous client.
    :ivar token_info: its security info; a mapping of scheme names to infos where several schemes
        were required together; None for an anonymous client.
    :ivar expires: when it ends, in seconds since the epoch; infinity where it does not.
    :ivar granted: the guards that it passes.
    """

    user: Any = None
    token_info: Any = field(default=None, repr=False)
    expires: float = math.inf
    granted: frozenset[Guard] = frozenset()

    def may(self, guard: Guard | None, now: float) -> bool:
        """Tell whether the client may have an event that *guard* protects.

        :param now: the time, in seconds since the epoch.
        """
        return now < self.expires and (guard is None or guard in self.granted)

    def refusal(
        self, guard: Guard | None, now: float, namespace: str, event: str
    ) -> SecurityException:
        """Return the exception that says why it may not have *event* of *namespace*."""
        message = "The credentials have expired"
        if guard is not None and now < self.expires:
            message = f"Not allowed without {guard.needs}"
        refusal = SecurityException(message, reason=message)
        refusal.namespace, refusal.event = namespace, event
        return refusal


ANONYMOUS = Identity()
