"""Security schemes with their functions, ready to be asked."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from asynction_core.credentials import FindCredential, compile_credential
from asynction_core.exceptions import SpecException
from asynction_core.handlers import Caller, Handler, import_handler, out_of_order, why_not
from asynction_core.spec.model import HandlerPath, SecurityScheme
from asynction_core.spec.security import INFO_FUNCTIONS

LoadFunction = Callable[[SecurityScheme, HandlerPath | None], Handler]
"""Returns the function of a scheme; takes the path that the document gives."""


@dataclass(frozen=True, eq=False, slots=True)
class Scheme:
    """A security scheme. ``credential`` says in words what it asks a client for."""

    name: str
    credential: str
    bearer_format: str | None
    find: FindCredential
    info: Caller
    scope_check: Caller | None


Requirement = tuple[tuple[Scheme, tuple[str, ...]], ...]
"""Schemes that must all be met, each with the scopes that it must have."""


def load_function(scheme: SecurityScheme, path: HandlerPath | None) -> Handler:
    """Return the function that the document names.

    :raises SpecException: it names none, or one that cannot be imported.
    """
    if path is None:
        extension = INFO_FUNCTIONS[scheme.type]
        raise SpecException(
            f"security scheme {scheme.name!r} names no function that knows its credentials",
            scheme.place,
            f"Add '{extension}: package.module.function'.",
        )
    return import_handler(path)


_ARGUMENTS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "basic": (("username", "password"), ("required_scopes",)),
    "bearer": (("token",), ("required_scopes", "bearer_format")),
    "oauth2": (("token",), ()),
    "openIdConnect": (("token",), ()),
    "httpApiKey": (("api_key",), ("required_scopes",)),
    "apiKey": (("api_key",), ("required_scopes",)),
    "userPassword": (("username", "password"), ("required_scopes",)),
    "X509": (("certificate",), ("required_scopes",)),
}
"""What the function of each type is called with: always, and if it takes them."""


class SchemeCompiler:
    """Makes the schemes of a document, each once, and requirements of them.

    :param load: returns the function of a scheme.
    """

    def __init__(
        self, schemes: Mapping[str, SecurityScheme], load: LoadFunction = load_function
    ) -> None:
        self._described = schemes
        self._load = load
        self._schemes: dict[str, Scheme] = {}

    def requirements(
        self, described: Sequence[Mapping[str, Sequence[str]]]
    ) -> tuple[Requirement, ...]:
        """Return the requirements that the document *described*.

        :raises SpecException: the function of a scheme cannot be had.
        """
        return tuple(
            tuple((self._scheme(name), tuple(scopes)) for name, scopes in requirement.items())
            for requirement in described
        )

    def _scheme(self, name: str) -> Scheme:
        if name not in self._described:
            raise SpecException(f"no requirement of the document names a security scheme {name!r}")
        if name not in self._schemes:
            self._schemes[name] = self._compile(self._described[name])
        return self._schemes[name]

    def _compile(self, scheme: SecurityScheme) -> Scheme:
        find, credential = compile_credential(scheme)
        always, documented = _ARGUMENTS[scheme.type]
        scope_check = None
        if scheme.scope_function:
            names = ("required_scopes", "token_scopes")
            scope_check = self._caller(scheme, scheme.scope_function, names, ())
        return Scheme(
            name=scheme.name,
            credential=credential,
            bearer_format=scheme.bearer_format,
            find=find,
            info=self._caller(scheme, scheme.info_function, always, documented),
            scope_check=scope_check,
        )

    def _caller(
        self,
        scheme: SecurityScheme,
        path: HandlerPath | None,
        always: tuple[str, ...],
        documented: tuple[str, ...],
    ) -> Caller:
        function = self._load(scheme, path)
        caller = Caller(function, len(always), documented, ("handshake",))
        call = caller.call(always, dict.fromkeys((*documented, "handshake")))
        problem = why_not(function, call.arguments, call.keywords) or out_of_order(function, always)
        if problem:
            raise SpecException(
                f"the function of security scheme {scheme.name!r} cannot be called: {problem}",
                path.place if path else scheme.place,
                f"It is called with {', '.join((*always, *documented))}.",
            )
        return caller
