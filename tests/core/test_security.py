"""The decision who may connect, driven by hand; no server, no event loop."""

import itertools
import math
import traceback
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import document

from asynction_core.exceptions import SecurityException
from asynction_core.handlers import Handler
from asynction_core.handshake import Handshake
from asynction_core.identity import ANONYMOUS, Guard, Identity
from asynction_core.schemes import SchemeCompiler
from asynction_core.security import Decision, NamespaceSecurity
from asynction_core.spec import load_spec

NOW = 1000.0
SECRET = "s3cr3t-token"


def drive(decision: Decision) -> Identity:
    """Return what *decision* comes to: the simplest driver."""
    try:
        call = next(decision)
        while True:
            try:
                result = call.function(*call.arguments, **call.keywords)
            except Exception as error:
                call = decision.throw(error)
            else:
                call = decision.send(result)
    except StopIteration as end:
        identity: Identity = end.value
        return identity


NAMES = "abc"
SCOPES = ("read", "write")
FLOWS = {"implicit": {"scopes": dict.fromkeys(SCOPES, "")}}
SCHEMES: dict[str, Any] = {
    **{
        name: {"type": "oauth2", "flows": FLOWS, "x-authField": name, "x-tokenInfoFunc": "m.f"}
        for name in NAMES
    },
    "checked": {
        "type": "openIdConnect",
        "x-authField": "checked",
        "x-tokenInfoFunc": "m.info",
        "x-scopeValidateFunc": "m.check",
    },
    "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
    "basic": {"type": "http", "scheme": "basic"},
    "key": {"type": "httpApiKey", "name": "k", "in": "query", "x-authField": None},
}
DESCRIBED = load_spec(
    document(
        {"/": {"x-security": [{name: [] for name in SCHEMES}]}},
        components={"securitySchemes": SCHEMES},
    )
).security_schemes

Requirements = Sequence[Mapping[str, Sequence[str]]]
OPTIONAL: list[Requirements] = [[{}, {"a": []}], [{"a": []}, {}, {"b": []}]]


class Functions:
    """The functions of the user: a credential says what becomes of it; each call is counted."""

    def __init__(self, **functions: Handler) -> None:
        self.calls: Counter[str] = Counter()
        self._functions = functions

    def security(
        self, requirements: Requirements, *guards: Requirements
    ) -> tuple[NamespaceSecurity, list[Guard]]:
        """Return the security of a namespace, and its guards."""
        compiler = SchemeCompiler(
            DESCRIBED,
            lambda scheme, path: self._function(
                "check" if path and path.path == "m.check" else scheme.name
            ),
        )

        def compiled(described: Requirements) -> Any:
            return compiler.requirements(
                [{name: tuple(scopes) for name, scopes in each.items()} for each in described]
            )

        made = {Guard(str(described)): compiled(described) for described in guards}
        return NamespaceSecurity(compiled(requirements), made), list(made)

    def _function(self, name: str) -> Handler:
        found = self._functions.get(name)
        if found is not None:
            return found

        def function(*credential: str) -> Any:
            self.calls[name] += 1
            return answer(name, credential[0])

        return function


def answer(name: str, token: str) -> Any:
    """Return what the function of scheme *name* says of *token*."""
    kind, _, scopes = token.partition(":")
    if kind == "broken":
        raise RuntimeError(token)
    if kind == "rejected":
        raise SecurityException(token)
    info = {"sub": f"user of {name}", "scope": scopes, "exp": NOW + 10}
    return {
        "good": info,
        "expired": {**info, "exp": NOW},
        "junk": {"sub": token, "scopes": "read"},
    }.get(kind)


def said(query: str = "", authorization: str | None = None, **auth: Any) -> Handshake:
    headers = {} if authorization is None else {"HTTP_AUTHORIZATION": authorization}
    return Handshake.from_environ({"QUERY_STRING": query, **headers}, auth)


def decided(
    requirements: Requirements, handshake: Handshake, functions: Functions | None = None
) -> Identity:
    security, _ = (functions or Functions()).security(requirements)
    return drive(security.decide(handshake, NOW))


def refused(
    requirements: Requirements, handshake: Handshake, functions: Functions | None = None
) -> SecurityException:
    with pytest.raises(SecurityException) as caught:
        decided(requirements, handshake, functions)
    assert caught.value.namespace is caught.value.event is None
    return caught.value


REFUSED = ("Credentials refused",)


def test_a_namespace_without_requirements_is_open_whatever_the_client_says() -> None:
    assert decided([], said("k=1&k=2", "Bearer", a=5)) is ANONYMOUS


def test_a_client_is_who_its_security_info_says() -> None:
    identity = decided([{"a": []}], said(a="good:read"))

    assert identity.user == "user of a"
    assert identity.token_info == {"sub": "user of a", "scope": "read", "exp": NOW + 10}
    assert identity.expires == NOW + 10
    assert identity.granted == frozenset()


def test_a_client_that_meets_several_schemes_together_has_an_info_of_each() -> None:
    infos = {
        "a": {"uid": 1, "scope": "", "exp": NOW + 5},
        "b": {"sub": 2, "scope": "", "exp": NOW + 3},
        "c": {"sub": 3, "scope": ""},
    }
    functions = Functions(**{name: lambda token, name=name: infos[name] for name in infos})

    identity = decided([{"b": [], "a": [], "c": []}], said(a="x", b="x", c="x"), functions)

    assert (identity.user, identity.token_info) == (2, infos)
    assert identity.expires == NOW + 3


def test_the_first_alternative_that_is_met_counts() -> None:
    functions = Functions()

    identity = decided([{"a": []}, {"b": []}, {"c": []}], said(b="good", c="good"), functions)

    assert identity.user == "user of b"
    assert functions.calls == {"b": 1}


@pytest.mark.parametrize("credential", ["wrong", "rejected", "expired", "good:write"])
def test_an_alternative_that_is_not_met_leaves_the_next(credential: str) -> None:
    requirements: Requirements = [{"a": ["read"]}, {"b": []}]

    assert decided(requirements, said(a=credential, b="good")).user == "user of b"
    assert refused(requirements, said(a=credential)).args == REFUSED


@pytest.mark.parametrize(
    ("credential", "reason"),
    [
        ("wrong", "security scheme 'a': the credential is not accepted"),
        ("rejected", "security scheme 'a': the credential is not accepted"),
        ("expired", "security scheme 'a': the credential has expired"),
        ("good:write", "security scheme 'a': these scopes are not granted: read"),
        ("good", "security scheme 'a': these scopes are not granted: read"),
    ],
)
def test_the_reason_of_a_refusal_is_for_the_log_alone(credential: str, reason: str) -> None:
    error = refused([{"a": ["read"]}], said(a=credential))

    assert (error.args, error.reason) == (REFUSED, reason)


def test_a_credential_expires_in_the_second_that_exp_names() -> None:
    def info(token: str) -> Any:
        return {"sub": 1, "scope": "", "exp": float(token)}

    assert decided([{"a": []}], said(a="1000.001"), Functions(a=info)).expires == 1000.001
    assert refused([{"a": []}], said(a="1000"), Functions(a=info)).args == REFUSED
    assert refused([{"a": []}], said(a="-inf"), Functions(a=info)).args == REFUSED
    assert decided([{"a": []}], said(a="inf"), Functions(a=info)).expires == math.inf


A_WORDS = "bearer token (Authorization header or auth.a)"
BASIC_WORDS = "user name and password (Authorization header)"
B_WORDS = "bearer token (Authorization header or auth.b)"


@pytest.mark.parametrize(
    ("requirements", "handshake", "message"),
    [
        ([{"a": []}], said(), f"Missing credentials: {A_WORDS}"),
        ([{"a": []}], said(a=""), f"Missing credentials: {A_WORDS}"),
        ([{"a": []}, {"b": []}], said(), f"Missing credentials: {A_WORDS}, or {B_WORDS}"),
        ([{"a": ["read"]}, {"a": []}], said(), f"Missing credentials: {A_WORDS}"),
        ([{"a": [], "b": []}], said(), f"Missing credentials: {A_WORDS} and {B_WORDS}"),
        ([{"a": [], "b": []}], said(a="good"), f"Missing credentials: {B_WORDS}"),
        ([{"a": [], "b": []}, {}], said(a="good"), f"Missing credentials: {B_WORDS}"),
        (
            [{"basic": []}, {"key": []}],
            said(authorization="Bearer abc"),
            f"Missing credentials: {BASIC_WORDS}, or API key (query parameter 'k')",
        ),
    ],
)
def test_a_client_is_told_what_is_missing(
    requirements: Requirements, handshake: Handshake, message: str
) -> None:
    error = refused(requirements, handshake)

    assert (error.args, error.reason) == ((message,), message)


def test_the_log_is_told_what_was_rejected_beside_what_is_missing() -> None:
    requirements: Requirements = [{"a": ["write"], "b": []}, {"a": [], "c": []}]

    error = refused(requirements, said(a="wrong", b="good"))

    assert error.args == REFUSED
    assert error.reason == "security scheme 'a': the credential is not accepted"


def test_an_alternative_that_lacks_a_credential_is_not_tried() -> None:
    functions = Functions()

    refused([{"a": [], "b": []}], said(a="broken"), functions)

    assert not functions.calls


@pytest.mark.parametrize(
    "requirements",
    [[{"a": []}, {"b": []}], [{"b": []}, {"a": []}], [{"b": []}, {}, {"c": [], "a": []}]],
)
def test_a_malformed_credential_refuses_whatever_else_the_client_has(
    requirements: Requirements,
) -> None:
    functions = Functions()

    error = refused(requirements, said(a=5, b="good"), functions)

    assert error.args == REFUSED
    assert error.reason == "security scheme 'a': auth.a is no string"
    assert not functions.calls


@pytest.mark.parametrize("operation", [[{"a": []}], *OPTIONAL])
def test_a_malformed_credential_of_an_operation_refuses(operation: Requirements) -> None:
    security, _ = Functions().security([{"b": []}], operation)

    with pytest.raises(SecurityException, match="Credentials refused"):
        drive(security.decide(said(a=5, b="good"), NOW))


@pytest.mark.parametrize(
    ("credential", "reason"),
    [
        ("broken", "raised RuntimeError"),
        ("junk", "returned a SecurityInfo whose 'scopes' is no list of strings"),
    ],
)
@pytest.mark.parametrize(
    "requirements",
    [[{"a": []}, {"b": []}], [{"b": [], "a": []}], [{"a": [], "b": []}, {"b": []}, {}]],
)
def test_a_malfunction_refuses_whatever_else_the_client_has(
    credential: str, reason: str, requirements: Requirements, caplog: pytest.LogCaptureFixture
) -> None:
    error = refused(requirements, said(a=credential, b="good"))

    where = "security scheme 'a': Functions._function.<locals>.function"
    assert (error.args, error.reason) == (REFUSED, f"{where} {reason}")
    (record,) = caplog.records
    assert record.levelname == "ERROR"
    assert record.getMessage().startswith(f"{where} {reason}")
    assert ("in answer\n" in record.getMessage()) is (credential == "broken")


def test_a_function_that_takes_too_long_refuses(caplog: pytest.LogCaptureFixture) -> None:
    class Info:
        def __call__(self, token: str) -> Any:
            raise TimeoutError

    error = refused([{"a": []}, {"b": []}], said(a="x", b="good"), Functions(a=Info()))

    assert error.reason == "security scheme 'a': Info took too long"
    assert "Info took too long" in caplog.text


@pytest.mark.parametrize("exception", [StopIteration, ConnectionRefusedError, RecursionError])
def test_an_exception_other_than_security_exception_is_a_malfunction(
    exception: type[Exception],
) -> None:
    def info(token: str) -> Any:
        raise exception(token)

    error = refused([{"a": []}, {"b": []}], said(a="x", b="good"), Functions(a=info))

    assert str(error.reason).endswith(f"raised {exception.__name__}")


def failing(*_arguments: Any) -> Any:
    raise ValueError(SECRET) from KeyError(SECRET)


def timing_out(*_arguments: Any) -> Any:
    raise TimeoutError(SECRET)


def rejecting(*_arguments: Any) -> Any:
    raise SecurityException(SECRET, reason=SECRET)


@pytest.mark.parametrize(
    ("handshake", "functions"),
    [
        (said(a=[SECRET]), Functions()),
        (said(a=SECRET), Functions()),
        (said(authorization=f"Bearer {SECRET}", a="other"), Functions()),
        (said(authorization=f"Bearer {SECRET} {SECRET}"), Functions()),
        (said(a=SECRET), Functions(a=failing)),
        (said(a=SECRET), Functions(a=timing_out)),
        (said(a=SECRET), Functions(a=rejecting)),
        (said(a=SECRET), Functions(a=lambda token: token)),
        (said(a=SECRET), Functions(a=lambda token: {"sub": token})),
        (said(a=SECRET), Functions(a=lambda token: {"sub": token, "scope": token, "exp": token})),
        (said(a=SECRET), Functions(a=lambda token: {"sub": token, "scope": token})),
        (said(checked=SECRET), Functions(checked=failing)),
        (
            said(checked=SECRET),
            Functions(checked=lambda token: {"sub": token, "scope": token}, check=failing),
        ),
        (
            said(checked=SECRET),
            Functions(checked=lambda token: {"sub": token, "scope": token}, check=max),
        ),
    ],
)
def test_no_secret_is_in_a_refusal_in_its_chain_or_in_the_log(
    handshake: Handshake, functions: Functions, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(0)

    error = refused([{"a": ["read"]}, {"checked": ["read"]}], handshake, functions)

    assert SECRET not in f"{error!r} {error} {error.args} {error.reason} {caplog.text}"
    assert SECRET not in "".join(traceback.format_exception(error))


def test_a_function_is_called_with_what_is_documented() -> None:
    called: list[Any] = []

    def bearer(token: str, required_scopes: Any, bearer_format: Any, handshake: Any) -> Any:
        called.append((token, required_scopes, bearer_format, handshake))
        return {"sub": 1, "scope": ""}

    def basic(username: str, password: str, required_scopes: Any) -> Any:
        called.append((username, password, required_scopes))
        return {"sub": 1, "scope": ""}

    functions = Functions(bearer=bearer, basic=basic)
    by_token, by_password = said(token="abc"), said(authorization="Basic YW5uOmE6Yg==")

    decided([{"bearer": []}, {"basic": []}], by_token, functions)
    decided([{"bearer": []}, {"basic": []}], by_password, functions)

    assert called == [("abc", [], "JWT", by_token), ("ann", "a:b", [])]


def test_a_scope_check_decides_about_scopes() -> None:
    asked: list[Any] = []

    def check(required_scopes: Any, token_scopes: Any) -> bool:
        asked.append((required_scopes, token_scopes))
        return bool(required_scopes == ["write"])

    functions = Functions(check=check)
    requirements: Requirements = [{"checked": ["read", "admin"]}, {"checked": ["write"]}]

    assert decided(requirements, said(checked="good:b a"), functions).user == "user of checked"
    assert asked == [(["read", "admin"], ["a", "b"]), (["write"], ["a", "b"])]
    assert functions.calls == {"checked": 1}


def test_a_scope_check_is_not_asked_about_no_scopes() -> None:
    assert decided([{"checked": []}], said(checked="good"), Functions(check=failing)).user


def test_a_scope_check_is_asked_about_the_same_scopes_once() -> None:
    asked: list[Any] = []

    def check(required_scopes: Any, token_scopes: Any) -> bool:
        asked.append(required_scopes)
        return False

    refused(
        [{"checked": ["read"], "a": []}, {"checked": ["read"]}, {"checked": ["write"]}],
        said(checked="good", a="good"),
        Functions(check=check),
    )

    assert asked == [["read"], ["write"]]


def test_a_scope_check_that_rejects_leaves_the_next_alternative(
    caplog: pytest.LogCaptureFixture,
) -> None:
    requirements: Requirements = [{"checked": ["read"]}, {"a": []}]
    functions = Functions(check=rejecting)

    assert decided(requirements, said(checked="good", a="good"), functions).user == "user of a"
    error = refused(requirements, said(checked="good"), functions)
    assert error.reason == "security scheme 'checked': these scopes are not granted: read"
    assert not caplog.records


@pytest.mark.parametrize(("result", "kind"), [(None, "NoneType"), (1, "int"), (["read"], "list")])
def test_a_scope_check_that_returns_no_bool_refuses(result: Any, kind: str) -> None:
    def check(required_scopes: Any, token_scopes: Any) -> Any:
        return result

    error = refused(
        [{"checked": ["read"]}, {"a": []}], said(checked="good", a="good"), Functions(check=check)
    )

    assert error.args == REFUSED
    assert str(error.reason).endswith(f"returned {kind} instead of a bool")


@pytest.mark.parametrize("requirements", [[{}], *OPTIONAL])
def test_a_client_that_gives_no_credential_may_be_anonymous(requirements: Requirements) -> None:
    assert decided(requirements, said()) == ANONYMOUS
    assert decided(requirements, said(a="", c="ignored")) == ANONYMOUS


@pytest.mark.parametrize("requirements", OPTIONAL)
def test_anonymous_access_is_for_nobody_who_gives_a_credential(requirements: Requirements) -> None:
    assert decided(requirements, said(a="good")).user == "user of a"
    for credential in ("wrong", "rejected", "expired", "broken", "junk", 5):
        assert refused(requirements, said(a=credential)).args == REFUSED


def test_an_operation_decides_who_a_client_of_an_open_namespace_is() -> None:
    security, (guard,) = Functions().security([], [{"a": ["read"]}])

    identity = drive(security.decide(said(a="good:read"), NOW))

    assert (identity.user, identity.expires) == ("user of a", NOW + 10)
    assert identity.token_info["scope"] == "read"
    assert identity.may(guard, NOW)


@pytest.mark.parametrize("credential", ["", "wrong", "rejected", "expired", "good:write"])
def test_a_credential_that_only_operations_ask_for_does_not_keep_a_client_out(
    credential: str,
) -> None:
    security, (guard, other) = Functions().security([{"b": []}], [{"a": ["read"]}], [{"b": []}])

    identity = drive(security.decide(said(a=credential, b="good"), NOW))

    assert identity.user == "user of b"
    assert not identity.may(guard, NOW)
    assert identity.may(other, NOW)


@pytest.mark.parametrize("credential", ["broken", "junk"])
def test_a_malfunction_for_an_operation_refuses(credential: str) -> None:
    security, _ = Functions().security([{"b": []}], [{"a": []}])

    with pytest.raises(SecurityException, match="Credentials refused"):
        drive(security.decide(said(a=credential, b="good"), NOW))


def test_a_client_expires_with_the_first_credential_that_anything_was_granted_for() -> None:
    expiring = Functions(
        a=lambda token: {"sub": "ann", "scope": "", "exp": NOW + 9},
        b=lambda token: {"sub": "bob", "scope": "", "exp": NOW + 5},
        c=lambda token: {"sub": "cyd", "scope": "", "exp": NOW + 1},
    )
    security, _ = expiring.security([{"a": []}], [{"b": []}])

    identity = drive(security.decide(said(a="x", b="x", c="x"), NOW))

    assert (identity.user, identity.expires) == ("ann", NOW + 5)


def test_an_anonymous_operation_is_for_nobody_who_gives_a_rejected_credential() -> None:
    security, (guard,) = Functions().security([], [{}, {"a": []}])

    assert drive(security.decide(said(), NOW)).may(guard, NOW)
    assert drive(security.decide(said(a="good"), NOW)).may(guard, NOW)
    assert not drive(security.decide(said(a="wrong"), NOW)).may(guard, NOW)


MALFORMED = 5
KINDS = ("", "wrong", "rejected", "expired", "broken", "junk")
GOOD = tuple(f"good:{scopes}" for scopes in ("", "read", "write", "read write"))
credentials = st.fixed_dictionaries(
    dict.fromkeys(NAMES, st.sampled_from([MALFORMED, *KINDS, *GOOD, *GOOD]))
)
requirement_lists = st.lists(
    st.dictionaries(
        st.sampled_from(NAMES), st.lists(st.sampled_from(SCOPES), unique=True), max_size=3
    ),
    max_size=4,
)

Tokens = Mapping[str, Any]


class Malfunction(Exception):
    """A function of the user's does not do what it must."""


def model(requirements: Requirements, tokens: Tokens) -> Mapping[str, Any] | None:
    """Return which of *requirements* a client with these well-formed *tokens* meets, if any."""
    for requirement in filter(None, requirements):
        if all(tokens[name] for name in requirement):
            unmet = itertools.dropwhile(
                lambda each: holds(tokens[each[0]], each[1]), requirement.items()
            )
            if not list(unmet):
                return requirement
    if {} in requirements and not any(tokens[name] for each in requirements for name in each):
        return {}
    return None


def holds(token: str, scopes: Sequence[str]) -> bool:
    kind, _, held = token.partition(":")
    if kind in ("broken", "junk"):
        raise Malfunction
    return kind == "good" and {*scopes} <= {*held.split()}


def verdict(
    requirements: Requirements, guards: Sequence[Requirements], tokens: Tokens
) -> tuple[Mapping[str, Any], list[bool]] | None:
    """Return what lets a client in and which guards it passes; None if it stays out."""
    named = {name for each in itertools.chain(requirements, *guards) for name in each}
    if MALFORMED in (tokens[name] for name in named):
        return None
    try:
        met = model(requirements or [{}], tokens)
        passed = [model(guard, tokens) is not None for guard in guards]
    except Malfunction:
        return None
    return None if met is None else (met, passed)


@settings(max_examples=1500, deadline=None, derandomize=True, database=None)
@given(requirement_lists, st.lists(requirement_lists.filter(any), max_size=2), credentials)
def test_the_verdict_is_that_of_the_reference_model(
    requirements: Requirements, operations: Sequence[Requirements], tokens: Tokens
) -> None:
    functions = Functions()
    security, guards = functions.security(requirements, *operations)

    found: tuple[Any, list[bool]] | None = None
    try:
        identity = drive(security.decide(said(**tokens), NOW))
        found = identity.user, [identity.may(guard, NOW) for guard in guards]
    except SecurityException:
        pass

    expected = verdict(requirements, operations, tokens)
    assert (found is None) is (expected is None)
    if found and expected:
        met, passed = expected
        assert found[1] == passed
        assert not met or found[0] == f"user of {next(iter(met))}"
    assert all(count == 1 for count in functions.calls.values())
