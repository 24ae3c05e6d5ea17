"""How functions of the user's are called: by name, by position, and never by chance."""

import functools
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from support import document

from asynction_core.exceptions import SpecException
from asynction_core.handlers import Call, Caller, Handler, takes, why_not
from asynction_core.schemes import Scheme, SchemeCompiler
from asynction_core.spec import load_spec

FURTHER = {"scopes": ["read"], "kind": "JWT", "handshake": "the handshake"}


def calling(function: Handler) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Return what *function*, which always gets a token, is called with."""
    caller = Caller(function, 1, ("scopes", "kind"), ("handshake",))
    call = caller.call(("token",), FURTHER)
    assert call.function is function
    return call.arguments, dict(call.keywords)


class Service:
    def method(self, token: str, scopes: list[str]) -> None: ...

    @staticmethod
    def static(token: str, kind: str) -> None: ...

    def __call__(self, token: str, *, handshake: Any) -> None: ...


def two(token: str, scopes: list[str], kind: str = "") -> None: ...


def positional_only(token: str, scopes: list[str], kind: str, /) -> None: ...


def with_handshake(token: str, handshake: Any) -> None: ...


def unnamed_and_named(token: str, asked: list[str], kind: str) -> None: ...


def unnamed_and_handshake(token: str, handshake: Any, asked: list[str]) -> None: ...


def any_keyword(token: str, **others: Any) -> None: ...


def anything(*arguments: Any, **others: Any) -> None: ...


def any_and_named(token: str, *others: Any, kind: str) -> None: ...


def with_default(token: str, cache: Any = None) -> None: ...


def all_defaults(token: str = "", cache: Any = None, ttl: int = 5) -> None: ...


def default_after_unnamed(token: str, asked: list[str], cache: Any = None) -> None: ...


@functools.wraps(two)
def wrapped(*arguments: Any, **keywords: Any) -> None: ...


@pytest.mark.parametrize(
    ("function", "arguments", "names"),
    [
        (lambda token: None, ("token",), ()),
        (lambda t: None, ("token",), ()),
        (two, ("token",), ("scopes", "kind")),
        (lambda token, kind: None, ("token",), ("kind",)),
        (lambda token, kind, scopes: None, ("token",), ("scopes", "kind")),
        (lambda token, *, kind=None: None, ("token",), ("kind",)),
        (lambda token, scopes=None: None, ("token",), ("scopes",)),
        (with_handshake, ("token",), ("handshake",)),
        (lambda t, a, b: None, ("token", ["read"], "JWT"), ()),
        (lambda t, a: None, ("token", ["read"]), ()),
        (positional_only, ("token", ["read"], "JWT"), ()),
        (unnamed_and_named, ("token", ["read"]), ("kind",)),
        (any_keyword, ("token",), ("scopes", "kind", "handshake")),
        (lambda *arguments: None, ("token", ["read"], "JWT"), ()),
        (anything, ("token", ["read"], "JWT"), ()),
        (any_and_named, ("token", ["read"]), ("kind",)),
        (with_default, ("token",), ()),
        (all_defaults, ("token",), ()),
        (default_after_unnamed, ("token", ["read"]), ()),
        (wrapped, ("token",), ("scopes", "kind")),
        (Service().method, ("token",), ("scopes",)),
        (Service.static, ("token",), ("kind",)),
        (Service(), ("token",), ("handshake",)),
        (functools.partial(two, kind="mine"), ("token",), ("scopes", "kind")),
        (functools.partial(lambda first, t, a: None, "first"), ("token", ["read"]), ()),
        (functools.partial(with_default, cache={}), ("token",), ()),
        (dict, ("token", ["read"], "JWT"), ()),
        (len, ("token",), ()),
    ],
)
def test_a_function_gets_what_its_signature_takes(
    function: Handler, arguments: tuple[Any, ...], names: tuple[str, ...]
) -> None:
    assert calling(function) == (arguments, {name: FURTHER[name] for name in names})


@pytest.mark.parametrize(
    "function",
    [
        two,
        with_handshake,
        positional_only,
        unnamed_and_named,
        any_keyword,
        anything,
        any_and_named,
        all_defaults,
        wrapped,
        Service().method,
        Service(),
    ],
)
def test_a_function_can_be_called_as_it_is(function: Handler) -> None:
    arguments, keywords = calling(function)

    assert why_not(function, arguments, keywords) is None
    function(*arguments, **keywords)


def test_the_repr_of_a_call_does_not_tell_what_it_is_called_with() -> None:
    call = Call(two, ("s3cr3t",), {"handshake": "s3cr3t"})

    assert "s3cr3t" not in repr(call)


@pytest.mark.parametrize(
    ("function", "taken"),
    [
        (lambda user: None, True),
        (lambda sid, user=None: None, True),
        (lambda sid, *, user: None, True),
        (functools.partial(lambda sid, user: None, user=1), True),
        (functools.partial(lambda user, sid: None, 1), False),
        (lambda sid: None, False),
        (lambda *user: None, False),
        (lambda **user: None, False),
        (lambda user, /: None, False),
        (dict, False),
        (5, False),
    ],
)
def test_a_function_takes_an_argument_by_the_name_of_a_parameter(
    function: Any, taken: bool
) -> None:
    assert takes(function, "user") is taken


FUNCTIONS = """
def nothing():
    pass

def four(a, b, c, d):
    pass

def other_name(password, username, *, required):
    pass

def swapped(password, username):
    pass

def swapped_scopes(token_scopes, required_scopes):
    pass

def basic(username, password, required_scopes):
    return "basic"

def token(token):
    return "token"

def scopes(required_scopes, token_scopes):
    return "scopes"
"""
TEXT = "the document, components.securitySchemes.s"


@pytest.fixture
def functions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Make the module ``sample_security`` importable."""
    (tmp_path / "sample_security.py").write_text(FUNCTIONS, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield
    sys.modules.pop("sample_security", None)


def compile_scheme(scheme: dict[str, Any]) -> Scheme:
    source = document(
        {"/": {"x-security": [{"s": []}, {"s": []}]}},
        components={"securitySchemes": {"s": scheme}},
    )
    spec = load_spec(source)
    security = spec.namespaces["/"].security
    assert security is not None
    ((first, second)) = SchemeCompiler(spec.security_schemes).requirements(security)
    assert first[0][0] is second[0][0]
    return first[0][0]


def compilation_refused(scheme: dict[str, Any]) -> SpecException:
    with pytest.raises(SpecException) as caught:
        compile_scheme(scheme)
    return caught.value


@pytest.mark.usefixtures("functions")
def test_the_functions_of_a_scheme_are_imported() -> None:
    scheme = compile_scheme(
        {
            "type": "oauth2",
            "x-tokenInfoFunc": "sample_security.token",
            "x-scopeValidateFunc": "sample_security.scopes",
        }
    )

    assert scheme.info.function("") == "token"
    assert scheme.scope_check is not None
    assert scheme.scope_check.function([], []) == "scopes"


@pytest.mark.parametrize(
    ("scheme", "fix"),
    [
        ({"type": "http", "scheme": "basic"}, "x-basicInfoFunc"),
        ({"type": "http", "scheme": "bearer"}, "x-bearerInfoFunc"),
        ({"type": "oauth2"}, "x-tokenInfoFunc"),
        ({"type": "openIdConnect", "x-scopeValidateFunc": "m.f"}, "x-tokenInfoFunc"),
        ({"type": "httpApiKey", "in": "query", "name": "k"}, "x-apiKeyInfoFunc"),
        ({"type": "apiKey", "in": "user"}, "x-apiKeyInfoFunc"),
        ({"type": "userPassword"}, "x-basicInfoFunc"),
        ({"type": "X509"}, "x-certificateInfoFunc"),
        ({"type": "X509", "x-basicInfoFunc": "m.f"}, "x-certificateInfoFunc"),
    ],
)
@pytest.mark.usefixtures("functions")
def test_a_scheme_without_a_function_is_refused_with_its_place(
    scheme: dict[str, Any], fix: str
) -> None:
    if "x-scopeValidateFunc" in scheme:
        scheme = {**scheme, "x-scopeValidateFunc": "sample_security.scopes"}

    error = compilation_refused(scheme)

    assert error.place == TEXT
    assert error.problem == "security scheme 's' names no function that knows its credentials"
    assert error.fix == f"Add '{fix}: package.module.function'."


@pytest.mark.parametrize("name", ["nothing", "four", "other_name", "swapped"])
@pytest.mark.usefixtures("functions")
def test_a_function_that_cannot_be_called_is_refused_with_its_place(name: str) -> None:
    error = compilation_refused(
        {"type": "userPassword", "x-basicInfoFunc": f"sample_security.{name}"}
    )

    assert error.place == f"{TEXT}.x-basicInfoFunc"
    assert error.problem.startswith("the function of security scheme 's' cannot be called: ")
    assert error.fix == "It is called with username, password, required_scopes."


@pytest.mark.parametrize("name", ["nothing", "four", "token", "swapped_scopes"])
@pytest.mark.usefixtures("functions")
def test_a_scope_check_that_cannot_be_called_is_refused_with_its_place(name: str) -> None:
    error = compilation_refused(
        {
            "type": "oauth2",
            "x-tokenInfoFunc": "sample_security.token",
            "x-scopeValidateFunc": f"sample_security.{name}",
        }
    )

    assert error.place == f"{TEXT}.x-scopeValidateFunc"
    assert error.problem.startswith("the function of security scheme 's' cannot be called: ")
    assert error.fix == "It is called with required_scopes, token_scopes."


def test_a_function_that_the_adapter_brings_is_refused_with_the_place_of_the_scheme() -> None:
    scheme = {"type": "X509"}
    source = document(
        {"/": {"x-security": [{"s": []}]}}, components={"securitySchemes": {"s": scheme}}
    )
    spec = load_spec(source)
    bring: Callable[..., Handler] = lambda _scheme, _path: lambda: None  # noqa: E731

    with pytest.raises(SpecException) as caught:
        SchemeCompiler(spec.security_schemes, bring).requirements([{"s": ()}])

    assert caught.value.place == TEXT


def test_a_builtin_that_does_not_tell_its_signature_is_taken_as_it_is() -> None:
    source = document(
        {"/": {"x-security": [{"s": []}]}}, components={"securitySchemes": {"s": {"type": "X509"}}}
    )
    schemes = SchemeCompiler(load_spec(source).security_schemes, lambda _scheme, _path: dict)

    (((scheme, _),),) = schemes.requirements([{"s": ()}])

    assert scheme.info.function is dict
