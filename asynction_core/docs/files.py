"""The files of a document as references see them: what they name, and where that is in a bundle."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote, unquote, urldefrag, urljoin

from asynction_core.spec.place import Pointer
from asynction_core.spec.schemas import SCHEMA_MAPS

Target = tuple[str, Pointer]
"""The URI of a file and a pointer in it."""

_DATA = frozenset({"const", "default", "enum", "example", "examples"})
"""Members that hold data: what looks like a reference there is none."""

_NAMED = SCHEMA_MAPS | {
    *("channels", "messages", "operations", "parameters", "servers", "variables", "schemas"),
    *("securitySchemes", "messageTraits", "operationTraits", "serverVariables", "correlationIds"),
    *("channelBindings", "messageBindings", "operationBindings", "serverBindings", "replies"),
    *("replyAddresses", "externalDocs", "tags", "bindings", "flows", "x-messageAcks"),
}
"""Members that map names to objects: no name in them is a keyword, ``$ref`` included."""


class Files:
    """The files of a document: what a reference in them names, and where that is in the bundle.

    :param resources: their contents by URI, schemas with an ``$id`` among them.
    :param root: the URI of the document.
    :param external: the member of the bundle under which the other files are.
    :ivar homes: the pointer, in the bundle, of each file and of each schema with an ``$id``.
    """

    def __init__(self, resources: Mapping[str, Any], root: str, external: str) -> None:
        self._resources = resources
        self._inside: dict[str, Target] = {}
        self._anchors: dict[tuple[str, str], Target] = {}
        self._find_identifiers()
        self.homes: dict[str, Pointer] = {root: ()}
        taken: set[str] = set()
        for uri in resources:
            if uri != root and uri not in self._inside:
                self.homes[uri] = (external, _name(uri, taken))
        for uri, (file, pointer) in self._inside.items():
            self.homes[uri] = (*self.homes[file], *pointer)

    def value(self, target: Target) -> Any:
        """Return what stands at *target*."""
        value = self._resources[target[0]]
        for step in target[1]:
            value = value[step]
        return value

    def base(self, base: str, value: Mapping[str, Any]) -> str:
        """Return what references in *value* are relative to, whose surroundings have *base*."""
        identifier = value.get("$id")
        if isinstance(identifier, str) and not identifier.startswith("#"):
            found = urldefrag(urljoin(base, identifier)).url
            return found if found in self._resources else base
        return base

    def base_at(self, target: Target) -> str:
        """Return what references at *target* are relative to, but for an ``$id`` of its own."""
        base, value = target[0], self._resources[target[0]]
        for step in target[1]:
            if isinstance(value, dict):
                base = self.base(base, value)
            value = value[step]
        return base

    def target(self, reference: str, base: str) -> Target | None:
        """Return what *reference* names; None if it is not among the files."""
        uri, fragment = urldefrag(
            base + reference if reference[:1] == "#" else _join(base, reference)
        )
        if uri not in self._resources:
            return None
        if fragment and not fragment.startswith("/"):
            return self._anchors.get((uri, unquote(fragment)))
        pointer = self._steps(self._resources[uri], unquote(fragment))
        if pointer is None:
            return None
        file, above = self._inside.get(uri, (uri, ()))
        return file, (*above, *pointer)

    def reference(self, target: Target) -> str:
        """Return how the bundle refers to *target*."""
        return "#" + quote(
            pointer_text((*self.homes[target[0]], *target[1])), safe="/~!$&'()*+,;=:@"
        )

    @staticmethod
    def _steps(value: Any, fragment: str) -> Pointer | None:
        steps: list[str | int] = []
        for token in fragment.split("/")[1:]:
            step: str | int = token.replace("~1", "/").replace("~0", "~")
            if isinstance(value, list) and token.isdecimal():
                step = int(token)
            try:
                value = value[step]
            except (LookupError, TypeError):
                return None
            steps.append(step)
        return tuple(steps)

    def _find_identifiers(self) -> None:
        """Find the schemas with an ``$id`` or an anchor, which references name without a path."""
        known = {id(contents): uri for uri, contents in self._resources.items()}
        for uri, contents in self._resources.items():
            if uri not in self._inside:
                for pointer, value, base in _walk(self, contents, uri):
                    self._note((uri, pointer), value, base, known)

    def _note(self, at: Target, value: dict[str, Any], base: str, known: Mapping[int, str]) -> None:
        if known.get(id(value), at[0]) != at[0]:
            self._inside.setdefault(known[id(value)], at)
        for name in ("$anchor", "$dynamicAnchor"):
            if isinstance(value.get(name), str):
                self._anchors.setdefault((base, value[name]), at)
        identifier = value.get("$id")
        if isinstance(identifier, str) and identifier.startswith("#"):
            self._anchors.setdefault((base, identifier[1:]), at)


def objects(files: Files, value: Any, base: str) -> Iterator[tuple[dict[str, Any], str]]:
    """Yield every object in *value*, no data and no map of names, and what it is relative to.

    Whoever takes them may change their members before the next is asked for.
    """
    return ((found, inside) for _, found, inside in _walk(files, value, base))


def pointer_text(pointer: Pointer) -> str:
    """Return *pointer* as RFC 6901 writes it."""
    steps = (str(step).replace("~", "~0").replace("/", "~1") for step in pointer)
    return "".join(f"/{step}" for step in steps)


def _walk(files: Files, value: Any, base: str) -> Iterator[tuple[Pointer, dict[str, Any], str]]:
    waiting: list[tuple[Pointer, Any, str, bool]] = [((), value, base, False)]
    while waiting:
        pointer, value, base, named = waiting.pop()
        if isinstance(value, list):
            waiting.extend(((*pointer, i), each, base, False) for i, each in enumerate(value))
        elif isinstance(value, dict):
            if not named:
                base = files.base(base, value)
                yield pointer, value, base
            waiting.extend(
                ((*pointer, key), each, base, not named and key in _NAMED)
                for key, each in value.items()
                if isinstance(each, (dict, list)) and (named or key not in _DATA)
            )


def _join(base: str, reference: str) -> str:
    try:
        return urljoin(base, reference)
    except ValueError:
        return reference


def _name(uri: str, taken: set[str]) -> str:
    """Return a name for the file *uri* that none before it has."""
    last = unquote(uri.rstrip("#/").rpartition("/")[2]) or "document"
    name, number = last, 2
    while name in taken:
        name, number = f"{last}-{number}", number + 1
    taken.add(name)
    return name
