"""Source code as the plan has it: definitions in modules, and how they are written."""

import ast
import re
import sys
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

LINE = 88
"""What Black and Ruff allow, unless they are told otherwise."""


@dataclass(frozen=True, slots=True)
class Definition:
    """A function, a class or a constant.

    ``name`` is where it is in its module; that of a member of a class is ``Class.member``.
    ``imports`` are the import statements that it needs. ``event`` is the namespace and the event
    that its decorator registers it for.
    """

    name: str
    source: str = field(repr=False)
    imports: tuple[str, ...] = field(default=(), repr=False)
    event: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Module:
    """A module to which definitions that it lacks can be added.

    ``noun`` says what its definitions are. ``imports`` it has in any case. ``beginning`` and
    ``ending`` are the code around them, which is not added to a module that is there.
    """

    path: PurePosixPath
    docstring: str
    noun: str
    definitions: tuple[Definition, ...] = ()
    imports: tuple[str, ...] = ()
    beginning: str = ""
    ending: str = ""


@dataclass(frozen=True, slots=True)
class File:
    """A file that is written as a whole, or not at all."""

    path: PurePosixPath
    content: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Plan:
    """What there should be, in the order in which it is told; ``notes`` are for the user."""

    files: tuple[Module | File, ...]
    notes: tuple[str, ...] = ()


def render(module: Module) -> str:
    """Return the source of *module*, as it is where there is none yet."""
    if not module.docstring:
        return ""
    needed = [*module.imports, *(line for each in module.definitions for line in each.imports)]
    parts = [
        docstring(module.docstring),
        render_imports(needed),
        module.beginning,
        *grouped(module.definitions),
        module.ending,
    ]
    return formatted("\n\n".join(part for part in parts if part))


def grouped(definitions: Iterable[Definition]) -> Iterable[str]:
    """Return the source of *definitions*, members inside of their classes."""
    found: dict[str, str] = {}
    for definition in definitions:
        owner, _, _ = definition.name.rpartition(".")
        if owner:
            indented = textwrap.indent(definition.source, "    ")
            begin = f'class {owner}:\n    """Handlers that the document names."""'
            found[owner] = f"{found.get(owner, begin)}\n\n{indented}"
        else:
            found[definition.name] = definition.source
    return found.values()


def render_imports(lines: Iterable[str]) -> str:
    """Return the import statements *lines* once each: Python's own, others, those of here."""
    plain: set[str] = set()
    names: dict[str, set[str]] = {}
    for line in lines:
        statement = ast.parse(line).body[0]
        if isinstance(statement, ast.ImportFrom):
            names.setdefault(statement.module or "", set()).update(_aliases(statement))
        else:
            plain.add(line)
    found = {line: (_rank(line.split()[1]), 0, line) for line in plain}
    for module, imported in names.items():
        line = f"from {module} import {', '.join(sorted(imported, key=_sorting))}"
        found[line] = (_rank(module), 1, line)
    ranks = sorted({rank for rank, _, _ in found.values()})
    blocks = (
        "\n".join(sorted((each for each in found if found[each][0] == rank), key=found.__getitem__))
        for rank in ranks
    )
    return "\n\n".join(blocks)


def _aliases(statement: ast.ImportFrom) -> Iterable[str]:
    return (ast.unparse(alias) for alias in statement.names)


def _sorting(name: str) -> tuple[int, list[tuple[int, str]]]:
    """Return what names are sorted by in an import, as Ruff does: constants, classes, others."""
    kind = 0 if len(name) > 1 and name.isupper() else 1 if name[:1].isupper() else 2
    parts = re.findall(r"\d+|\D+", name.lower())
    return kind, [(int(each), "") if each.isdecimal() else (-1, each) for each in parts]


_THIRD_PARTY = frozenset(
    {"asynction", "asynction_core", "flask", "flask_socketio", "pytest", "socketio", "uvicorn"}
)


def _rank(module: str) -> int:
    top = module.partition(".")[0]
    if top == "__future__":
        return 0
    if top in sys.stdlib_module_names:
        return 1
    return 2 if top in _THIRD_PARTY else 3


def formatted(source: str) -> str:
    """Return *source* as Black writes it."""
    import black

    return black.format_str(source, mode=black.Mode(line_length=LINE))


def docstring(text: str, *paragraphs: str) -> str:
    """Return a docstring of *text*, which is one line, and *paragraphs*."""
    first = textwrap.shorten(_sentence(text), LINE - 14, placeholder=" …")
    rest = [
        textwrap.fill(_sentence(each), LINE - 8, break_long_words=False, break_on_hyphens=False)
        for each in paragraphs
        if each.strip()
    ]
    inside = "\n\n".join([first, *rest])
    escaped = inside.replace("\\", "\\\\").replace('"""', r"\"\"\"")
    return f'"""{escaped}\n"""' if rest else f'"""{escaped}"""'


def _sentence(text: str) -> str:
    plain = "".join(each if each.isprintable() else " " for each in text)
    plain = " ".join(plain.split())
    return plain if plain.endswith((".", "!", "?", ":")) else f"{plain}."


def literal(value: Any) -> str:
    """Return *value*, plain data, as an expression."""
    if isinstance(value, Mapping):
        members = (f"{literal(key)}: {literal(each)}" for key, each in value.items())
        return f"{{{', '.join(members)}}}"
    if isinstance(value, tuple):
        return f"({', '.join(map(literal, value))}{',' if len(value) == 1 else ''})"
    if isinstance(value, Sequence) and not isinstance(value, (str, bytes)):
        return f"[{', '.join(map(literal, value))}]"
    return repr(value)


def function(head: str, about: str, body: Iterable[str], decorators: Iterable[str] = ()) -> str:
    """Return the source of a function.

    :param head: ``def name(parameters) -> result``.
    :param about: its docstring, as source.
    """
    lines = textwrap.indent("\n".join([about, *body]), "    ", lambda _line: True)
    return "\n".join([*decorators, f"{head}:", lines])
