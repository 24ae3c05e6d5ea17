"""What security functions say of a client, read; and what a client may do with it."""

import math
from collections import UserDict
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

import pytest

from asynction_core.exceptions import SecurityException
from asynction_core.identity import ANONYMOUS, Guard, Identity, check_info

SECRET = "s3cr3t-token"


@pytest.mark.parametrize(
    "value",
    [
        {"sub": "ann", "scope": "read write"},
        {"sub": "ann", "scope": "  write   read read "},
        {"sub": "ann", "scopes": ["read", "write"]},
        {"sub": "ann", "scopes": ("read", "write")},
        {"sub": "ann", "scopes": {"read", "write"}},
        {"sub": "ann", "scopes": frozenset({"read", "write"})},
        {"sub": "ann", "scope": "write read", "scopes": ["read", "write"]},
        {"uid": "ann", "scope": "read write"},
        {"sub": None, "uid": "ann", "scope": "read write"},
        {"sub": "ann", "uid": "bob", "scope": "read write"},
        {"sub": "ann", "scope": "read write", "exp": None, "tenant": 5},
        MappingProxyType({"sub": "ann", "scope": "read write"}),
        UserDict({"sub": "ann", "scope": "read write"}),
    ],
)
def test_a_security_info_says_who_the_client_is_and_what_it_may_do(value: Any) -> None:
    info = check_info(value)

    assert info.value is value
    assert (info.user, info.scopes) == ("ann", frozenset({"read", "write"}))
    assert info.expires == math.inf


@pytest.mark.parametrize("user", [0, "", False, ("tenant", 5), {"id": 5}])
def test_a_user_may_be_anything_but_none(user: Any) -> None:
    assert check_info({"sub": user, "scope": ""}).user == user


@pytest.mark.parametrize(
    "value", [{"sub": 1, "scope": ""}, {"sub": 1, "scope": " "}, {"sub": 1, "scopes": []}]
)
def test_a_client_may_have_no_scopes(value: Any) -> None:
    assert check_info(value).scopes == frozenset()


@pytest.mark.parametrize(
    ("expires", "when"),
    [(5, 5), (5.5, 5.5), (-1, -1), (0, 0), (math.inf, math.inf), (-math.inf, -math.inf)],
)
def test_a_security_info_says_when_it_expires(expires: float, when: float) -> None:
    assert check_info({"sub": 1, "scope": "", "exp": expires}).expires == when


@pytest.mark.parametrize(("expires", "when"), [(10**400, math.inf), (-(10**400), -math.inf)])
def test_a_time_beyond_every_float_is_never_or_long_ago(expires: int, when: float) -> None:
    assert check_info({"sub": 1, "scope": "", "exp": expires}).expires == when


class Unreadable(Mapping[str, Any]):
    """A mapping that fails with a secret."""

    def __getitem__(self, key: str) -> Any:
        raise ValueError(SECRET)

    def __iter__(self) -> Iterator[str]:
        return iter(["sub", "scope"])

    def __len__(self) -> int:
        return 2


WHOLE = "a SecurityInfo whose "


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        (SECRET, "str instead of a SecurityInfo"),
        (True, "bool instead of a SecurityInfo"),
        ([("sub", "ann"), ("scope", "")], "list instead of a SecurityInfo"),
        (object(), "object instead of a SecurityInfo"),
        (Unreadable(), "Unreadable that cannot be read"),
        ({}, "a SecurityInfo without 'sub' or 'uid'"),
        ({"scope": SECRET}, "a SecurityInfo without 'sub' or 'uid'"),
        ({"sub": None, "scope": ""}, "a SecurityInfo without 'sub' or 'uid'"),
        ({"sub": None, "uid": None, "scope": ""}, "a SecurityInfo without 'sub' or 'uid'"),
        ({"sub": SECRET}, "a SecurityInfo without 'scope' or 'scopes'"),
        ({"sub": 1, "scope": None}, WHOLE + "'scope' is no string"),
        ({"sub": 1, "scope": [SECRET]}, WHOLE + "'scope' is no string"),
        ({"sub": 1, "scope": b"read"}, WHOLE + "'scope' is no string"),
        ({"sub": 1, "scope": None, "scopes": ["a"]}, WHOLE + "'scope' is no string"),
        ({"sub": 1, "scopes": SECRET}, WHOLE + "'scopes' is no list of strings"),
        ({"sub": 1, "scopes": None}, WHOLE + "'scopes' is no list of strings"),
        ({"sub": 1, "scopes": {"read": True}}, WHOLE + "'scopes' is no list of strings"),
        ({"sub": 1, "scopes": ["read", 5]}, WHOLE + "'scopes' is no list of strings"),
        ({"sub": 1, "scopes": [["read"]]}, WHOLE + "'scopes' is no list of strings"),
        ({"sub": 1, "scopes": iter(["read"])}, WHOLE + "'scopes' is no list of strings"),
        ({"sub": 1, "scope": "a", "scopes": ["a", "b"]}, WHOLE + "'scope' and 'scopes' differ"),
        ({"sub": 1, "scope": "a b", "scopes": ["a b"]}, WHOLE + "'scope' and 'scopes' differ"),
        *(
            (
                {"sub": 1, "scope": "", "exp": expires},
                WHOLE + "'exp' is no number of seconds since the epoch",
            )
            for expires in (True, False, math.nan, "1700000000", [5], 1j)
        ),
    ],
)
def test_a_security_info_of_another_shape_is_none_and_is_not_quoted(
    value: Any, problem: str
) -> None:
    with pytest.raises(ValueError, match=f"^{problem}$"):
        check_info(value)


def test_a_security_info_is_not_in_the_repr_of_what_was_read() -> None:
    info = check_info({"sub": "ann", "scope": "", "token": SECRET})

    assert SECRET not in repr(info)
    assert SECRET not in repr(Identity(user="ann", token_info=info.value))


GUARD = Guard("read of 'flow'")


@pytest.mark.parametrize(
    ("identity", "guard", "now", "allowed"),
    [
        (ANONYMOUS, None, 1e12, True),
        (ANONYMOUS, GUARD, 0, False),
        (Identity(granted=frozenset({GUARD})), GUARD, 0, True),
        (Identity(granted=frozenset({Guard(GUARD.needs)})), GUARD, 0, False),
        (Identity(expires=5), None, 4.9, True),
        (Identity(expires=5), None, 5, False),
        (Identity(expires=5, granted=frozenset({GUARD})), GUARD, 4.9, True),
        (Identity(expires=5, granted=frozenset({GUARD})), GUARD, 5, False),
    ],
)
def test_a_client_may_have_an_event_until_it_expires_if_the_guard_is_granted(
    identity: Identity, guard: Guard | None, now: float, allowed: bool
) -> None:
    assert identity.may(guard, now) is allowed


@pytest.mark.parametrize(
    ("identity", "guard", "now", "message"),
    [
        (ANONYMOUS, GUARD, 0, "Not allowed without read of 'flow'"),
        (Identity(expires=5), GUARD, 4, "Not allowed without read of 'flow'"),
        (Identity(expires=5), GUARD, 5, "The credentials have expired"),
        (Identity(expires=5), None, 5, "The credentials have expired"),
    ],
)
def test_a_refusal_says_what_is_missing_or_over(
    identity: Identity, guard: Guard | None, now: float, message: str
) -> None:
    refusal = identity.refusal(guard, now, "/chat", "text")

    assert isinstance(refusal, SecurityException)
    assert (refusal.args, refusal.reason) == ((message,), message)
    assert (refusal.namespace, refusal.event) == ("/chat", "text")
