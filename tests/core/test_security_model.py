"""The verdict on random requirements and credentials, against a model of ten lines."""

from collections import Counter
from types import MappingProxyType
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from asynction_core.exceptions import SecurityException
from asynction_core.handshake import Handshake
from asynction_core.identity import Guard, Identity
from asynction_core.schemes import SchemeCompiler
from asynction_core.security import NamespaceSecurity
from asynction_core.spec.model import HandlerPath, SecurityScheme

NAMES = ("a", "b", "c", "d")
SCOPES = ("read", "write")
CREDENTIALS = (
    "missing",
    "malformed",
    "rejected",
    "failing",
    "junk",
    "expired",
    "",
    "read",
    "read write",
)
"""What a client gives for a scheme; the last three are good, with these scopes."""


def scheme(name: str) -> SecurityScheme:
    path = HandlerPath("nowhere", "here")
    return SecurityScheme(name, "oauth2", None, None, name, None, path, None, None, "here")


class Functions:
    """The function of every scheme, and how often it was called."""

    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()

    def load(self, described: SecurityScheme, _path: HandlerPath | None) -> Any:
        def info(token: str) -> Any:
            self.calls[described.name] += 1
            kind = token.removeprefix("a token: ")
            if kind == "failing":
                raise RuntimeError(token)
            junk: dict[str, Any] = {"rejected": None, "junk": {"sub": described.name}}
            expired = {"exp": 0} if kind == "expired" else {}
            return junk.get(kind, {"sub": described.name, "scope": kind, **expired})

        return info


def drive(decision: Any) -> Identity:
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


def expected(requirements: Any, given: dict[str, str], named: set[str]) -> set[str] | None:
    """Return the schemes that let the client in; None where it is refused. The model."""
    if any(given[name] == "malformed" for name in named):
        return None
    for requirement in filter(None, requirements):
        if all(given[name] != "missing" for name in requirement):
            for name, scopes in requirement.items():
                if given[name] in ("failing", "junk"):
                    return None
                if given[name] in ("rejected", "expired") or not {*scopes} <= {
                    *given[name].split()
                }:
                    break
            else:
                return set(requirement)
    asked = {name for requirement in requirements for name in requirement}
    anonymous = not requirements or (
        {} in requirements and {given[n] for n in asked} <= {"missing"}
    )
    return set() if anonymous else None


scopes = st.lists(st.sampled_from(SCOPES), unique=True).map(tuple)
requirement = st.dictionaries(st.sampled_from(NAMES), scopes, max_size=3)
requirements = st.lists(requirement, max_size=4)
credentials = st.fixed_dictionaries(dict.fromkeys(NAMES, st.sampled_from(CREDENTIALS)))


def handshake_of(given: dict[str, str]) -> Handshake:
    auth: dict[str, Any] = {name: f"a token: {kind}" for name, kind in given.items()}
    auth |= {name: 5 for name, kind in given.items() if kind == "malformed"}
    auth = {name: value for name, value in auth.items() if given[name] != "missing"}
    return Handshake("GET", "/", (), MappingProxyType({}), auth)


@settings(max_examples=1_000, deadline=None, derandomize=True)
@given(requirements, credentials)
def test_the_verdict_is_that_of_the_model(demanded: Any, given: dict[str, str]) -> None:
    functions = Functions()
    compiler = SchemeCompiler({name: scheme(name) for name in NAMES}, functions.load)
    security = NamespaceSecurity(compiler.requirements(demanded))
    named = {name for each in demanded for name in each}
    model = expected(demanded, given, named)
    refused, identity = None, None
    try:
        identity = drive(security.decide(handshake_of(given), now=1.0))
    except SecurityException as error:
        refused = error
    assert (model is None) == (identity is None)
    assert refused is None or "a token" not in f"{refused} {refused.reason}"
    if identity is not None and model is not None:
        infos = identity.token_info
        shown = set() if infos is None else {infos["sub"]} if "sub" in infos else set(infos)
        assert shown == model
        assert identity.user == (next(iter(identity_order(demanded, model)), None))
    assert all(count == 1 for count in functions.calls.values())
    assert set(functions.calls) <= named


def identity_order(demanded: Any, met: set[str]) -> list[str]:
    """Return the schemes of the requirement that was met, in its order."""
    return next(([*each] for each in demanded if set(each) == met), [])


@settings(max_examples=500, deadline=None, derandomize=True)
@given(st.lists(requirement.filter(bool), min_size=1, max_size=3), credentials)
def test_a_guard_is_granted_to_those_who_would_be_let_in(demanded: Any, given: Any) -> None:
    given = {
        name: "rejected" if kind in ("malformed", "failing", "junk") else kind
        for name, kind in given.items()
    }
    compiler = SchemeCompiler({name: scheme(name) for name in NAMES}, Functions().load)
    guard = Guard("what the model says")
    security = NamespaceSecurity((), {guard: compiler.requirements(demanded)})

    identity = drive(security.decide(handshake_of(given), now=1.0))

    model = expected(demanded, given, set())
    assert identity.may(guard, now=1.0) == (model is not None)
    assert identity.may(None, now=1.0)
