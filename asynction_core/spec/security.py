"""Security schemes and requirements of both major versions, as one kind of requirement."""

from dataclasses import dataclass
from types import MappingProxyType

from asynction_core.spec.documents import Node
from asynction_core.spec.fields import SECURITY_SCHEME, check_fields
from asynction_core.spec.model import HandlerPath, SecurityRequirement, SecurityScheme


@dataclass(frozen=True, slots=True)
class _Kind:
    """What the documents may say of a type of scheme."""

    functions: tuple[str, ...]
    locations: tuple[str, ...] = ()
    auth_field: str | None = None
    named: bool = False
    scoped: bool = False


_BEARER = ("x-bearerInfoFunc", "x-basicBearerInfoFunc")

_KINDS = {
    "basic": _Kind(("x-basicInfoFunc",)),
    "bearer": _Kind(_BEARER, auth_field="token"),
    "oauth2": _Kind(("x-tokenInfoFunc",), auth_field="token", scoped=True),
    "openIdConnect": _Kind(("x-tokenInfoFunc",), auth_field="token", scoped=True),
    "httpApiKey": _Kind(("x-apiKeyInfoFunc",), ("query", "header", "cookie"), named=True),
    "apiKey": _Kind(("x-apiKeyInfoFunc",), ("user", "password")),
    "userPassword": _Kind(("x-basicInfoFunc",), auth_field=""),
    "X509": _Kind(("x-certificateInfoFunc",)),
}

INFO_FUNCTIONS = {kind: found.functions[0] for kind, found in _KINDS.items()}
"""The extension that names the function of each type of scheme."""

ENFORCEABLE = ("http", *(kind for kind in _KINDS if kind not in ("basic", "bearer")))


class SecurityReader:
    """Reads requirements and remembers the schemes that they name."""

    def __init__(self, root: Node) -> None:
        self.schemes: dict[str, SecurityScheme] = {}
        self._declared: dict[str, Node] = {}
        components = root.get("components")
        declared = components.get("securitySchemes") if components else None
        if declared:
            self._declared = dict(declared.items())

    def read(self, node: Node | None) -> tuple[SecurityRequirement, ...] | None:
        """Return the requirements listed at *node*, None where there is no list.

        A requirement is a mapping of scheme names to scopes (2.x), or a scheme (3.x).

        :raises SpecException: a scheme does not exist, has no meaning for Socket.IO, or does not
            define a scope that is asked of it.
        """
        if node is None:
            return None
        return tuple(self._requirement(element) for element in node.elements())

    def _requirement(self, node: Node) -> SecurityRequirement:
        if "$ref" in node.mapping() or isinstance(node.value.get("type"), str):
            return self._inline(node)
        return MappingProxyType({name: self._named(name, at) for name, at in node.items()})

    def _named(self, name: str, scopes: Node) -> tuple[str, ...]:
        if name not in self._declared:
            known = ", ".join(self._declared) or "none"
            raise scopes.error(
                f"there is no security scheme {name!r}",
                f"Declared under components.securitySchemes: {known}.",
            )
        scheme = self._declared[name].follow()
        return _scopes(self._scheme(name, scheme), scheme.get("scopes"), scopes)

    def _inline(self, node: Node) -> SecurityRequirement:
        found = node.follow()
        declared = (name for name, at in self._declared.items() if at.location == found.location)
        name = next(declared, found.place)
        scheme = self._scheme(name, found)
        return MappingProxyType({name: _scopes(scheme, found.get("scopes"))})

    def _scheme(self, name: str, node: Node) -> SecurityScheme:
        if name not in self.schemes:
            self.schemes[name] = _read_scheme(name, node)
        return self.schemes[name]


def _read_scheme(name: str, node: Node) -> SecurityScheme:
    kind = _kind(name, node)
    rules = _KINDS[kind]
    check_fields(node, SECURITY_SCHEME)
    location = _location(node, rules)
    parameter = _required(node, "name", rules.named)
    bearer_format = node.get("bearerFormat") if kind == "bearer" else None
    return SecurityScheme(
        name=name,
        type=kind,
        location=location,
        parameter=parameter,
        auth_field=_auth_field(node, rules, parameter, location),
        bearer_format=bearer_format.string() if bearer_format else None,
        info_function=_function(node, *rules.functions),
        scope_function=_function(node, "x-scopeValidateFunc") if rules.scoped else None,
        scopes_known=_scopes_known(node) if kind == "oauth2" else None,
        place=node.place,
    )


def _kind(name: str, node: Node) -> str:
    kind = node.get("type")
    if kind is None:
        raise node.error("a security scheme needs a type")
    if kind.string() not in ENFORCEABLE:
        raise kind.error(
            f"security scheme {name!r} of type {kind.value!r} cannot be enforced on Socket.IO",
            f"Types that can: {', '.join(sorted(ENFORCEABLE))}.",
        )
    if kind.value != "http":
        return kind.string()
    scheme = node.get("scheme")
    if scheme is None or scheme.string().lower() not in ("basic", "bearer"):
        raise node.error(
            f"security scheme {name!r} cannot be enforced on Socket.IO",
            "The http scheme must be 'basic' or 'bearer'.",
        )
    return scheme.string().lower()


def _location(node: Node, rules: _Kind) -> str | None:
    location = _required(node, "in", bool(rules.locations))
    if location and location not in rules.locations:
        raise node.child("in").error(
            f"a credential of this type is never in {location!r}",
            f"It is in one of: {', '.join(rules.locations)}.",
        )
    return location


def _required(node: Node, key: str, wanted: bool) -> str | None:
    if not wanted:
        return None
    found = node.get(key)
    if found is None:
        raise node.error(f"a security scheme of this type needs {key!r}")
    return found.string()


def _auth_field(
    node: Node, rules: _Kind, parameter: str | None, location: str | None
) -> str | None:
    """Return the field of ``auth`` that may carry the credential; ``x-authField`` renames it."""
    usual = rules.auth_field if rules.auth_field is not None else parameter or location
    told = node.get("x-authField")
    if told is None:
        return usual
    if usual is None or (told.value is None and rules.locations == ("user", "password")):
        raise told.error("a credential of this type has one place only, which 'x-authField' is not")
    if told.value is None:
        return None
    if not usual:
        raise told.error("the fields are 'username' and 'password'", "null switches them off.")
    return told.string()


def _function(node: Node, *names: str) -> HandlerPath | None:
    found = [at for at in map(node.get, names) if at]
    if len({at.string() for at in found}) > 1:
        raise found[1].error(f"{names[1]!r} is another name of {names[0]!r}", "Give one of them.")
    return HandlerPath(found[0].string(), found[0].place) if found else None


def _scopes_known(node: Node) -> frozenset[str]:
    """Return the scopes of the flows: ``scopes`` in 2.x, ``availableScopes`` in 3.x."""
    flows = node.get("flows")
    known: set[str] = set()
    for _, flow in flows.items() if flows else ():
        for key in ("scopes", "availableScopes"):
            scopes = flow.get(key)
            known.update(scopes.mapping() if scopes else ())
    return frozenset(known)


def _scopes(scheme: SecurityScheme, *lists: Node | None) -> tuple[str, ...]:
    """Return the scopes in *lists*: those that a 3.x scheme always needs, those of a requirement.

    :raises SpecException: *scheme* does not define one of them.
    """
    scopes = [scope for each in lists if each for scope in each.elements()]
    return tuple(dict.fromkeys(_scope(scheme, scope) for scope in scopes))


def _scope(scheme: SecurityScheme, scope: Node) -> str:
    name = scope.string()
    if not _KINDS[scheme.type].scoped:
        raise scope.error(
            f"security scheme {scheme.name!r} has no scopes",
            "Only those of type oauth2 and openIdConnect have: leave this list empty.",
        )
    if scheme.scopes_known is not None and name not in scheme.scopes_known:
        known = ", ".join(sorted(scheme.scopes_known)) or "none"
        raise scope.error(
            f"no flow of security scheme {scheme.name!r} defines the scope {name!r}",
            f"Scopes that its flows define: {known}.",
        )
    return name
