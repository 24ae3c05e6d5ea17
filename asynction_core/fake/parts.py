"""The schemas inside of a schema, each where it stands, and what their references name."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urldefrag, urljoin

from asynction_core.spec.place import Pointer


class Unsatisfiable(Exception):
    """No value satisfies the schema at :attr:`part`, as far as anybody can find out."""

    def __init__(self, part: "Part", reason: str) -> None:
        super().__init__(reason)
        self.part = part
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Part:
    """A schema and where it stands; ``base`` is the URI that its references are relative to."""

    uri: str
    pointer: Pointer
    contents: Any = field(compare=False, repr=False)
    base: str = field(compare=False, repr=False)


def without(name: str) -> Part:
    """Return a part that stands nowhere in the document: objects that have no *name*."""
    return Part("", (name,), {"properties": {name: False}}, "")


class Parts:
    """Finds parts in the files of one document.

    :param resources: the contents of the document's files by URI.
    """

    def __init__(self, resources: Mapping[str, Any]) -> None:
        self._resources = resources

    def at(self, uri: str, pointer: Pointer, contents: Any) -> Part:
        """Return the part at *pointer* of *uri*, whose *contents* are known."""
        return self._based(Part(uri, pointer, contents, uri))

    def child(self, part: Part, *steps: str | int) -> Part:
        """Return the schema that is *steps* below *part*."""
        contents = part.contents
        for step in steps:
            contents = contents[step]
        return self._based(Part(part.uri, (*part.pointer, *steps), contents, part.base))

    def target(self, part: Part, reference: str) -> Part:
        """Return what *reference*, which stands in *part*, names.

        :raises LookupError: nothing that this document has.
        """
        joined = part.base + reference if reference[:1] == "#" else urljoin(part.base, reference)
        uri, fragment = urldefrag(joined)
        pointer: Pointer = ()
        contents = self._resources[uri]
        if fragment and not fragment.startswith("/"):
            pointer, contents = _anchored(contents, unquote(fragment))
        for token in unquote(fragment).split("/")[1:] if fragment.startswith("/") else ():
            name = token.replace("~1", "/").replace("~0", "~")
            step: str | int = int(name) if isinstance(contents, list) else name
            contents = contents[step]
            pointer = (*pointer, step)
        return self._based(Part(uri, pointer, contents, uri))

    def follow(self, part: Part) -> Part:
        """Return what *part* refers to, while it is nothing but a reference."""
        seen = {part}
        while isinstance(part.contents, dict) and part.contents.keys() == {"$ref"}:
            try:
                part = self.target(part, part.contents["$ref"])
            except (LookupError, ValueError, TypeError):
                break
            if part in seen:
                break
            seen.add(part)
        return part

    def _based(self, part: Part) -> Part:
        """Return *part* as the resource that its ``$id`` makes it, if it has one."""
        identifier = part.contents.get("$id") if isinstance(part.contents, dict) else None
        if not isinstance(identifier, str) or identifier.startswith("#"):
            return part
        uri = urldefrag(urljoin(part.base, identifier)).url
        return Part(uri, (), part.contents, uri) if uri in self._resources else part


def _anchored(contents: Any, name: str) -> tuple[Pointer, Any]:
    for pointer, value in _walk(contents, ()):
        if name in (value.get("$anchor"), value.get("$dynamicAnchor")):
            return pointer, value
        if value.get("$id") == f"#{name}":
            return pointer, value
    raise LookupError(name)


def _walk(value: Any, pointer: Pointer) -> Iterator[tuple[Pointer, dict[str, Any]]]:
    if isinstance(value, dict):
        yield pointer, value
        for key, item in value.items():
            yield from _walk(item, (*pointer, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _walk(item, (*pointer, index))
