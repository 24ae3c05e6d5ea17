"""Writing a plan to a directory, without touching what is there."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from asynction_core.exceptions import AsynctionException
from asynction_core.scaffold.code import File, Module, Plan, render
from asynction_core.scaffold.merging import Merged, merge

Status = Literal["created", "unchanged", "left", "added", "overwritten"]


class ScaffoldException(AsynctionException):
    """A file cannot be written, or is in the way of one."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a file; ``details`` are for the user."""

    path: str
    status: Status
    summary: str = ""
    details: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Draft:
    status: Status
    content: str | None
    summary: str = ""
    details: tuple[str, ...] = ()


def write(
    plan: Plan, directory: Path, *, force: bool = False, dry_run: bool = False
) -> list[Outcome]:
    """Write what *plan* has and *directory* has not; return what became of each file.

    All is decided before anything is written.

    :param force: write over the files that differ.
    :param dry_run: write nothing.
    :raises ScaffoldException: a file cannot be read or written.
    """
    drafts = [(_place(directory, each), _draft(directory, each, force)) for each in plan.files]
    try:
        for path, draft in drafts:
            if draft.content is not None and not dry_run:
                path.parent.mkdir(parents=True, exist_ok=True)
                with path.open(
                    "x" if draft.status == "created" else "w", encoding="utf-8", newline=""
                ) as file:
                    file.write(draft.content)
    except OSError as error:
        raise ScaffoldException(f"{error.filename}: {error.strerror}") from error
    return [
        Outcome(path.relative_to(directory).as_posix(), each.status, each.summary, each.details)
        for path, each in drafts
    ]


def _place(directory: Path, planned: Module | File) -> Path:
    """Return the path of *planned*: that of a module may have become a package."""
    path = directory / planned.path
    package = path.with_suffix("") / "__init__.py"
    if isinstance(planned, Module) and not path.exists() and package.is_file():
        return package
    if path.name == "__init__.py" and path.parent.with_suffix(".py").is_file():
        module = path.parent.with_suffix(".py")
        raise ScaffoldException(f"{module}: the document needs a package in its place")
    return path


def _draft(directory: Path, planned: Module | File, force: bool) -> _Draft:
    path = _place(directory, planned)
    content = render(planned) if isinstance(planned, Module) else planned.content
    try:
        with path.open(encoding="utf-8", newline="") as file:
            existing = file.read()
    except FileNotFoundError:
        return _Draft("created", content, "")
    except (OSError, UnicodeDecodeError) as error:
        raise ScaffoldException(f"{path}: cannot be read: {error}") from error
    if existing.replace("\r\n", "\n") == content or _is_bare(planned):
        return _Draft("unchanged", None)
    if force:
        return _Draft("overwritten", content)
    if isinstance(planned, File):
        return _Draft("left", None, "it differs")
    if not existing.strip():
        return _Draft("added", content, "it was empty")
    return _merged(existing, planned)


def _is_bare(planned: Module | File) -> bool:
    return isinstance(planned, Module) and not (planned.definitions or planned.ending)


def _merged(existing: str, module: Module) -> _Draft:
    newline = "\r\n" if "\r\n" in existing else "\n"
    try:
        merged = merge(existing.replace("\r\n", "\n"), module)
    except SyntaxError as error:
        return _Draft("left", None, f"it is no Python: line {error.lineno}, {error.msg}")
    if not merged.added:
        return _Draft("left", None, "it differs", merged.misfits)
    content = merged.source.replace("\n", newline)
    return _Draft("added", content, ", ".join(_counted(merged, module)), merged.misfits)


def _counted(merged: Merged, module: Module) -> Iterator[str]:
    noun = module.noun if len(merged.added) > 1 else module.noun.removesuffix("s")
    yield f"{len(merged.added)} {noun}: {', '.join(merged.added)}"
