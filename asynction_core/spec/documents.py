"""The files of one API, and a cursor that walks them and follows their references."""

import logging
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urldefrag, urljoin, urlsplit
from urllib.request import url2pathname

import jsonschema_specifications
from referencing import Registry, Specification
from referencing.exceptions import Unresolvable

from asynction_core.exceptions import SpecException
from asynction_core.spec import source
from asynction_core.spec.place import Pointer, describe

Retrieve = Callable[[str], Any]
"""Takes the URI of a remote reference, returns the parsed document that it names."""

Location = tuple[str, Pointer]
"""The URI of a file and a pointer in it."""

MAPPING_URI = "http://mapping.invalid/"
"""The base URI of a document that was given as a mapping: it has no directory."""


logger = logging.getLogger("asynction_core")


class Problems:
    """What becomes of a problem: an error is raised, a warning is logged.

    A checker that wants them all overrides it, and may let the loader go on after an error.
    """

    def error(self, error: SpecException, rule: str) -> None:
        """Take an *error* that the loader could go on after; *rule* is what a checker calls it."""
        raise error

    def warning(self, place: str, problem: str, member: str | None) -> None:
        """Take what is worth a word, and no error, about *place* or a *member* of it."""
        logger.warning("%s: %s", place, problem)


class Documents:
    """Every file that the document reaches, each read once.

    :param retrieve: loads what is not a sibling file; without it, remote references are refused.
    :param problems: takes what is wrong with them.
    """

    def __init__(self, retrieve: Retrieve | None = None, problems: Problems | None = None) -> None:
        self.problems = problems or Problems()
        self.contents: dict[str, Any] = {}
        self._names: dict[str, str] = {}
        self._registry: Registry[Any] = Registry()
        self._retrieve = retrieve
        self._found: dict[tuple[str, str], Node] = {}

    def root(self, spec_path: str | os.PathLike[str] | Mapping[str, Any]) -> "Node":
        """Read the document itself and return a cursor on it."""
        if isinstance(spec_path, Mapping):
            name = "the document"
            return self._add(MAPPING_URI, source.plain(spec_path, name), name)
        path = Path(spec_path)
        uri = Path(os.path.abspath(path)).as_uri()
        self._root_directory = path.parent
        return self._add(uri, source.load_file(path, str(path)), str(path))

    def place(self, uri: str, pointer: Pointer) -> str:
        """Return how errors write the place *pointer* of the file *uri*."""
        return describe(self._names.get(uri, uri), pointer)

    def lookup(self, reference: str, origin: "Node", base: str | None = None) -> "Node":
        """Return what *reference* names.

        :param origin: where the reference stands.
        :param base: the URI that it is relative to; by default that of the file it stands in.
        :raises SpecException: it names nothing, or is remote and there is no ``retrieve``.
        """
        base = base or origin.uri
        key = (base, reference)
        if key not in self._found:
            self._found[key] = self._look_up(reference, origin, base)
        return self._found[key]

    def add_resource(self, uri: str, contents: Any, origin: "Node") -> None:
        """Make a schema with an ``$id`` of its own known under that *uri*."""
        if uri not in self.contents:
            self._add(uri, contents, f"{origin.place} ($id {uri})")

    def _add(self, uri: str, contents: Any, name: str) -> "Node":
        self.contents[uri] = contents
        self._names[uri] = name
        resource = Specification.OPAQUE.create_resource(contents)
        self._registry = self._registry.with_resource(uri, resource)
        return Node(contents, uri, (), self)

    def _look_up(self, reference: str, origin: "Node", base: str) -> "Node":
        uri, fragment = _target(reference, origin, base)
        self._read(uri, reference, origin)
        try:
            found = self._registry.resolver(uri).lookup(f"#{fragment}")
            pointer = self._tokens(uri, fragment)
        except (Unresolvable, LookupError, TypeError, ValueError) as error:
            raise origin.error(
                f"$ref {reference!r} names nothing in {self.place(uri, ())}",
                "Correct the pointer, or write there what it names.",
            ) from error
        return Node(found.contents, uri, pointer, self)

    def _tokens(self, uri: str, fragment: str) -> Pointer:
        tokens: list[str | int] = []
        value = self.contents[uri]
        for token in unquote(fragment).split("/")[1:]:
            step = token.replace("~1", "/").replace("~0", "~")
            if isinstance(value, list) and not step.isdecimal():
                raise ValueError(f"{step!r} is no index")
            tokens.append(int(step) if isinstance(value, list) else step)
            value = value[tokens[-1]]
        return tuple(tokens)

    def _read(self, uri: str, reference: str, origin: "Node") -> None:
        if uri in self.contents:
            return
        parts = urlsplit(uri)
        if parts.scheme == urlsplit(origin.uri).scheme == "file" and not parts.netloc:
            path = Path(url2pathname(parts.path))
            self._add(uri, self._read_sibling(path, reference, origin), self._display(path))
        elif uri in jsonschema_specifications.REGISTRY:
            self._add(uri, jsonschema_specifications.REGISTRY.contents(uri), uri)
        else:
            self._add(uri, self._fetch(uri, reference, origin), reference)

    def _read_sibling(self, path: Path, reference: str, origin: "Node") -> Any:
        try:
            return source.load_file(path, self._display(path))
        except SpecException as error:
            if isinstance(error.__cause__, (OSError, UnicodeEncodeError)):
                raise origin.error(f"$ref {reference!r}: {error.problem} {path}") from error
            raise

    def _display(self, path: Path) -> str:
        directory = os.path.abspath(self._root_directory)
        return str(self._root_directory / os.path.relpath(path, directory))

    def _fetch(self, uri: str, reference: str, origin: "Node") -> Any:
        relative = uri.startswith(MAPPING_URI)
        if self._retrieve is None:
            if relative:
                raise origin.error(
                    f"$ref {reference!r} is relative to a file, and the document is a mapping",
                    "Load the document from its path, or pass 'retrieve'.",
                )
            raise origin.error(
                f"$ref {reference!r} is remote, and nothing is fetched unasked",
                "Copy what it names next to the document, or pass 'retrieve'.",
            )
        try:
            contents = self._retrieve(uri.removeprefix(MAPPING_URI))
        except Exception as error:
            raise origin.error(f"$ref {reference!r}: 'retrieve' failed: {error}") from error
        return source.plain(contents, reference)


def _target(reference: str, origin: "Node", base: str) -> tuple[str, str]:
    """Return the URI of the file that *reference* names, and the fragment."""
    local = reference.startswith("#")
    try:
        uri, fragment = urldefrag(base + reference if local else urljoin(base, reference))
    except ValueError as error:
        raise origin.error(f"$ref {reference!r} is no URI: {error}") from error
    if "\0" in unquote(uri):
        raise origin.error(f"$ref {reference!r} is no URI")
    return uri, fragment


@dataclass(frozen=True, slots=True)
class Node:
    """A value in one of the files, and where it stands."""

    value: Any
    uri: str
    pointer: Pointer
    documents: Documents = field(repr=False)

    @property
    def place(self) -> str:
        """Where errors say that the value stands."""
        return self.documents.place(self.uri, self.pointer)

    @property
    def location(self) -> Location:
        """The URI of the file and the pointer in it: equal for the same value only."""
        return self.uri, self.pointer

    def error(self, problem: str, fix: str | None = None) -> SpecException:
        """Return the exception that says *problem* of this place."""
        return SpecException(problem, self.place, fix)

    def refuse(
        self,
        problem: str,
        fix: str | None = None,
        rule: str = "document",
        cause: Exception | None = None,
    ) -> None:
        """Raise the exception that says *problem*, or let a checker have it and go on."""
        error = self.error(problem, fix)
        error.__cause__ = cause
        self.documents.problems.error(error, rule)

    def warn(self, problem: str, member: str | None = None) -> None:
        """Say *problem* of this place, or a *member* of it, which is no error."""
        self.documents.problems.warning(self.place, problem, member)

    def child(self, key: str | int) -> "Node":
        """Return the member *key*, which must exist."""
        return Node(self.value[key], self.uri, (*self.pointer, key), self.documents)

    def get(self, key: str) -> "Node | None":
        """Return the member *key* of this mapping; None where it is absent."""
        return self.child(key) if key in self.mapping() else None

    def follow(self) -> "Node":
        """Return what this value refers to: itself, where it is no reference.

        :raises SpecException: the reference names nothing, or itself.
        """
        node, seen = self, {self.location}
        while isinstance(node.value, dict) and "$ref" in node.value:
            reference = node.value["$ref"]
            if not isinstance(reference, str):
                raise node.error(f"$ref must be a string, found {_kind(reference)}")
            node = self.documents.lookup(reference, node)
            if node.location in seen:
                raise self.error(
                    f"$ref {self.value['$ref']!r} refers to itself in the end",
                    "Only schemas may recur: let one of these references name a definition.",
                )
            seen.add(node.location)
        return node

    def items(self) -> Iterator[tuple[str, "Node"]]:
        """Yield the names and the members of this mapping."""
        return ((key, self.child(key)) for key in self.mapping())

    def elements(self) -> Iterator["Node"]:
        """Yield the elements of this list."""
        if not isinstance(self.value, list):
            raise self.error(f"this must be a list, found {_kind(self.value)}")
        return (self.child(index) for index in range(len(self.value)))

    def mapping(self) -> dict[str, Any]:
        """Return the value, which must be a mapping."""
        if not isinstance(self.value, dict):
            raise self.error(f"this must be a mapping, found {_kind(self.value)}")
        return self.value

    def string(self) -> str:
        """Return the value, which must be a string that is not empty."""
        if not isinstance(self.value, str) or not self.value:
            found = "an empty one" if self.value == "" else _kind(self.value)
            raise self.error(f"this must be a string, found {found}")
        return self.value


def _kind(value: Any) -> str:
    kinds = {dict: "a mapping", list: "a list", str: "a string", bool: "a boolean"}
    if value is None:
        return "nothing"
    return f"{kinds.get(type(value), 'a number')}, {value!r:.60}"
