"""Security schemes and requirements of both major versions, as one kind of requirement."""

from types import MappingProxyType

from asynction_core.spec.documents import Node
from asynction_core.spec.model import SecurityRequirement, SecurityScheme

ENFORCEABLE = frozenset(
    {"http", "oauth2", "openIdConnect", "httpApiKey", "apiKey", "userPassword", "X509"}
)


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

        :raises SpecException: a scheme does not exist or has no meaning for Socket.IO.
        """
        if node is None:
            return None
        return tuple(self._requirement(element) for element in node.elements())

    def _requirement(self, node: Node) -> SecurityRequirement:
        if "$ref" in node.mapping() or isinstance(node.value.get("type"), str):
            return self._inline(node)
        return MappingProxyType({name: self._scopes(name, at) for name, at in node.items()})

    def _scopes(self, name: str, node: Node) -> tuple[str, ...]:
        if name not in self._declared:
            known = ", ".join(self._declared) or "none"
            raise node.error(
                f"there is no security scheme {name!r}",
                f"Declared under components.securitySchemes: {known}.",
            )
        self._remember(name, self._declared[name].follow())
        return tuple(scope.string() for scope in node.elements())

    def _inline(self, node: Node) -> SecurityRequirement:
        scheme = node.follow()
        declared = (name for name, at in self._declared.items() if at.location == scheme.location)
        name = next(declared, scheme.place)
        self._remember(name, scheme)
        scopes = scheme.get("scopes")
        names = tuple(scope.string() for scope in scopes.elements()) if scopes else ()
        return MappingProxyType({name: names})

    def _remember(self, name: str, node: Node) -> None:
        kind = node.get("type")
        if kind is None:
            raise node.error("a security scheme needs a type")
        if kind.string() not in ENFORCEABLE:
            raise kind.error(
                f"security scheme {name!r} of type {kind.value!r} cannot be enforced on Socket.IO",
                f"Types that can: {', '.join(sorted(ENFORCEABLE))}.",
            )
        scheme = node.get("scheme")
        if kind.value == "http" and (
            scheme is None or scheme.string().lower() not in ("basic", "bearer")
        ):
            raise node.error(
                f"security scheme {name!r} cannot be enforced on Socket.IO",
                "The http scheme must be 'basic' or 'bearer'.",
            )
        self.schemes[name] = SecurityScheme(name, kind.value, node.value, node.place)
