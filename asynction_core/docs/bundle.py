"""One self-contained document from all files of a document.

What other files hold, as far as it is referred to, stands under ``x-external``, one member a file.
References stay references, so recursion is ordinary and the size is that of the files.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Protocol

from asynction_core.docs.files import Files, Target, objects, pointer_text
from asynction_core.spec.model import Spec
from asynction_core.spec.place import Pointer
from asynction_core.spec.source import plain

EXTERNAL = "x-external"
"""The member of the document that holds what stands in other files."""


class Place(Protocol):
    """A place in a file of a document: a schema, say."""

    @property
    def uri(self) -> str:
        """The URI of the file."""

    @property
    def pointer(self) -> Pointer:
        """Where it is in the file."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """A document that needs no other file.

    ``document`` are plain JSON values.
    """

    document: dict[str, Any]
    _files: Files = field(repr=False)

    def pointer(self, place: Place) -> str:
        """Return the JSON pointer, in ``document``, of a place in any of its files."""
        return pointer_text((*self._files.homes[place.uri], *place.pointer))


def bundle(spec: Spec) -> Bundle:
    """Return the document of *spec* and all that it refers to, as one."""
    root = next(iter(spec.resources))
    files = Files(spec.resources, root, _free(EXTERNAL, spec.document))
    document = _rewritten(files, (root, ()))
    for target in _outermost(_reached(files, root)):
        _put(document, files, target)
    return Bundle(document, files)


def _free(name: str, document: Mapping[str, Any]) -> str:
    while name in document:
        name += "-"
    return name


def _reached(files: Files, root: str) -> set[Target]:
    """Return what references lead to in other files, from the document or from one another."""
    reached: set[Target] = set()
    waiting: list[Target] = [(root, ())]
    while waiting:
        at = waiting.pop()
        for value, base in objects(files, files.value(at), files.base_at(at)):
            for _, _, reference in _references(value):
                target = files.target(reference, base)
                if target is not None and target[0] != root and target not in reached:
                    reached.add(target)
                    waiting.append(target)
    return reached


def _references(value: dict[str, Any]) -> Iterator[tuple[Any, Any, str]]:
    """Yield each reference that *value* is or holds: what holds it, by which key, and the text.

    Where a message belongs, documents in the wild have the bare text in the place of a reference.
    """
    if isinstance(value.get("$ref"), str):
        yield value, "$ref", value["$ref"]
    if isinstance(value.get("message"), str) and "#/" in value["message"]:
        yield value, "message", value["message"]
    if isinstance(value.get("oneOf"), list):
        for index, option in enumerate(value["oneOf"]):
            if isinstance(option, str) and "#/" in option:
                yield value["oneOf"], index, option


def _rewritten(files: Files, at: Target) -> Any:
    """Return a copy of what stands at *at*, its references those of the bundle.

    They name places from the root of the document, whatever ``$id`` they stood in; so the copy has
    no ``$id``, which would make them mean something else.
    """
    copy: Any = plain(files.value(at), at[0])
    for value, base in objects(files, copy, files.base_at(at)):
        for holder, key, reference in _references(value):
            target = files.target(reference, base)
            if target is not None:
                found = files.reference(target)
                holder[key] = found if key == "$ref" else {"$ref": found}
        if isinstance(value.get("$id"), str):
            del value["$id"]
    return copy


def _outermost(targets: Iterable[Target]) -> Iterator[Target]:
    """Yield those of *targets* that do not stand inside another."""
    found: set[Target] = set()
    for uri, pointer in sorted(targets, key=lambda target: len(target[1])):
        if not any((uri, pointer[:length]) in found for length in range(len(pointer) + 1)):
            found.add((uri, pointer))
            yield uri, pointer


def _put(document: dict[str, Any], files: Files, target: Target) -> None:
    """Put what stands at *target* into *document*, with just what is around it to hold it."""
    steps = (*files.homes[target[0]], *target[1])
    holder: Any = document
    for step, after in pairwise(steps):
        if not _room(holder, step):
            holder[step] = [] if isinstance(after, int) else {}
        holder = holder[step]
    _room(holder, steps[-1])
    holder[steps[-1]] = _rewritten(files, target)


def _room(holder: Any, step: str | int) -> bool:
    """Make *holder* long enough for *step*, if it is a list; tell whether something is there."""
    if isinstance(step, int):
        holder.extend([None] * (step + 1 - len(holder)))
        return holder[step] is not None
    return step in holder
