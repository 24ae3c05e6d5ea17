"""Security in a mock: credentials must be there and well formed, and are all good."""

from collections.abc import Iterable
from typing import Any, Literal, get_args

from asynction_core.handlers import Handler
from asynction_core.schemes import LoadFunction, load_function
from asynction_core.spec.model import HandlerPath, SecurityScheme, Spec

Security = Literal["mock", "off", "real"]
"""``mock``: credentials must be there and well formed. ``off``: nobody is asked for any. ``real``:
the functions of the document are imported and decide."""

_WITH_USERNAME = frozenset({"basic", "userPassword"})


def check_security(security: str) -> None:
    """Raise ``ValueError`` unless *security* is one of the three."""
    if security not in get_args(Security):
        known = ", ".join(map(repr, get_args(Security)))
        raise ValueError(f"security is one of {known}, not {security!r}")


def functions(spec: Spec, security: Security) -> LoadFunction:
    """Return what gives the functions of the schemes of *spec*."""
    if security == "real":
        return load_function
    scopes = sorted(_scopes(spec))

    def load(scheme: SecurityScheme, path: HandlerPath | None) -> Handler:
        if path is not None and path == scheme.scope_function:
            return _has_all_scopes
        return _accept(scheme, scopes)

    return load


def _scopes(spec: Spec) -> Iterable[str]:
    """Return every scope that the document asks for."""
    lists = [server.security for server in spec.servers.values()]
    for namespace in spec.namespaces.values():
        lists.append(namespace.security or ())
        events = (*namespace.received.values(), *namespace.emitted.values())
        lists.extend(event.security or () for event in events)
    return {
        scope
        for requirements in lists
        for requirement in requirements
        for scopes in requirement.values()
        for scope in scopes
    }


def _accept(scheme: SecurityScheme, scopes: list[str]) -> Handler:
    """Return a function that accepts every credential; the user is who it names, if it does."""
    named = scheme.type in _WITH_USERNAME

    def accept(*credential: Any) -> dict[str, Any]:
        return {"sub": credential[0] if named else "mock", "scopes": scopes}

    return accept


def _has_all_scopes(_required_scopes: Any, _token_scopes: Any) -> bool:
    return True
