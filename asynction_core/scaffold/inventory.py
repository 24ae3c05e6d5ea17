"""What the document asks for: every callable that it names, and every event that has none."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from asynction_core.scaffold.targets import Target, check_targets, is_foreign, target
from asynction_core.spec.model import Event, HandlerPath, Namespace, SecurityScheme, Spec

Role = Literal["event", "connect", "disconnect", "error", "info", "scopes"]


@dataclass(frozen=True, slots=True)
class Use:
    """A place of the document that needs a callable, and what it is needed for there."""

    role: Role
    namespace: Namespace | None = None
    event: Event | None = None
    scheme: SecurityScheme | None = None

    @property
    def key(self) -> tuple[str, str]:
        """The names of the namespace and of the event; empty where it has none."""
        namespace = self.namespace.name if self.namespace else ""
        return namespace, self.event.name if self.event else ""


@dataclass(frozen=True, slots=True)
class Inventory:
    """All that the document needs written.

    ``foreign`` are the paths that lead to other packages; nothing is written for them.
    """

    named: Mapping[Target, tuple[Use, ...]]
    unnamed: tuple[Use, ...]
    foreign: tuple[HandlerPath, ...]


def take(spec: Spec, namespaces: Iterable[str]) -> Inventory:
    """Return what *spec* needs for *namespaces*.

    :raises SpecException: a path of it cannot be that of a handler.
    """
    uses = list(_uses(spec, [spec.namespaces[name] for name in namespaces]))
    foreign = {path.path: path for path, _ in uses if path and is_foreign(path)}
    own = [(path, use) for path, use in uses if path and path.path not in foreign]
    targets = {path: target(path) for path, _ in own}
    check_targets(targets.items())
    named: dict[Target, tuple[Use, ...]] = {}
    for path, use in own:
        named[targets[path]] = (*named.get(targets[path], ()), use)
    return Inventory(
        named, tuple(use for path, use in uses if path is None), tuple(foreign.values())
    )


def _uses(spec: Spec, namespaces: Iterable[Namespace]) -> Iterator[tuple[HandlerPath | None, Use]]:
    for namespace in namespaces:
        handlers = namespace.handlers
        if handlers.connect:
            yield handlers.connect, Use("connect", namespace)
        for event in namespace.received.values():
            yield event.handler, Use("event", namespace, event)
        if handlers.disconnect:
            yield handlers.disconnect, Use("disconnect", namespace)
        if handlers.error:
            yield handlers.error, Use("error", namespace)
    for scheme in spec.security_schemes.values():
        if scheme.info_function:
            yield scheme.info_function, Use("info", scheme=scheme)
        if scheme.scope_function:
            yield scheme.scope_function, Use("scopes", scheme=scheme)
