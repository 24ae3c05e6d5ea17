"""Adding to a module what it lacks, and nothing else."""

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from asynction_core.scaffold.code import Definition, Module, formatted, grouped, render_imports
from asynction_core.scaffold.names import Names


@dataclass(frozen=True, slots=True)
class Merged:
    """A module with what it lacked.

    ``added`` are the names that were added, ``misfits`` says of which definitions of its own the
    document asks for something else.
    """

    source: str
    added: tuple[str, ...]
    misfits: tuple[str, ...]


def merge(source: str, module: Module) -> Merged:
    """Return *source* with what it lacks of *module*.

    :raises SyntaxError: *source* is no Python.
    """
    found = _Found(ast.parse(source))
    missing = list(found.missing(module.definitions))
    lines = [*module.imports, *(line for each in missing for line in each.imports)]
    new_imports = [line for line in dict.fromkeys(lines) if not found.imports(line)]
    if not missing and not (new_imports and not module.definitions and module.noun == "imports"):
        return Merged(source, (), tuple(found.misfits(module.definitions)))
    text = source if source.endswith("\n") or not source else f"{source}\n"
    outside = [each for each in missing if not found.has_owner(each)]
    if outside:
        added = formatted("\n\n\n".join(grouped(outside)))
        text = f"{text}\n\n{added}"
    inserted = [found.in_class(each) for each in missing if found.has_owner(each)]
    text = _with_imports(_insert(text, inserted), found, new_imports)
    names = tuple(each.name for each in missing if each.name != "logger") or tuple(new_imports)
    return Merged(text, names, tuple(found.misfits(module.definitions)))


def _insert(text: str, insertions: Iterable[tuple[int, str]]) -> str:
    """Return *text* with each insertion after the line of its number."""
    lines = text.splitlines()
    for number, inserted in sorted(insertions, reverse=True):
        if inserted:
            lines[number:number] = inserted.splitlines()
    return "\n".join(lines) + "\n"


def _with_imports(text: str, found: "_Found", new: list[str]) -> str:
    """Return *text* with the import statements *new*.

    A block of imports that is as this module would write it stays so; any other is added to at
    its end.
    """
    nodes = found.first_imports
    if not new or not nodes:
        end = found.end_of_docstring
        block = ["", *new] if end else [*new, "", ""]
        return _insert(text, [(end, "\n".join(block) if new else "")])
    lines = text.splitlines()
    begin, end = nodes[0].lineno - 1, nodes[-1].end_lineno or 0
    own = [
        lines[node.lineno - 1] if isinstance(node, ast.Import) else ast.unparse(node)
        for node in nodes
    ]
    if "\n".join(lines[begin:end]) == formatted(render_imports(own)).rstrip():
        lines[begin:end] = formatted(render_imports([*own, *new])).rstrip().splitlines()
        return "\n".join(lines) + "\n"
    return _insert(text, [(end, "\n".join(new))])


class _Found:
    """What there is in a module."""

    def __init__(self, tree: ast.Module) -> None:
        self._tree = tree
        self._nodes = dict(_bindings(tree.body))
        self._events = set(_events(tree))

    def missing(self, definitions: Iterable[Definition]) -> Iterator[Definition]:
        """Return those of *definitions* that are not there, under names that are free."""
        names = Names([*self._nodes, *(each.name for each in definitions)])
        for definition in definitions:
            if definition.event is None:
                if definition.name not in self._nodes and not self._is_opaque(definition):
                    yield definition
            elif definition.event not in self._events:
                taken = definition.name in self._nodes
                yield _renamed(definition, names.take(definition.name)) if taken else definition

    def misfits(self, definitions: Iterable[Definition]) -> Iterator[str]:
        """Return what is said of those of *definitions* that are there and do not fit."""
        for definition in definitions:
            node = self._nodes.get(definition.name)
            wanted = ast.parse(definition.source).body[0]
            if self._is_opaque(definition):
                yield f"{definition.name}: cannot tell whether it is there"
            elif node is not None and not _fits(node, wanted):
                yield f"{definition.name}: {_asked(wanted)}"

    def _is_opaque(self, definition: Definition) -> bool:
        owner = definition.name.rpartition(".")[0]
        return bool(owner) and not isinstance(self._nodes.get(owner), (ast.ClassDef, type(None)))

    def has_owner(self, definition: Definition) -> bool:
        """Tell whether *definition* is a member of a class that is there."""
        return definition.name.rpartition(".")[0] in self._nodes

    def in_class(self, definition: Definition) -> tuple[int, str]:
        """Return the line after which *definition* belongs, and its source there."""
        owner = self._nodes[definition.name.rpartition(".")[0]]
        body = owner.body if isinstance(owner, ast.ClassDef) else [owner]
        indent = " " * body[0].col_offset
        lines = formatted(definition.source).splitlines()
        return owner.end_lineno or 0, "\n".join(["", *(indent + each for each in lines)])

    def imports(self, line: str) -> bool:
        """Tell whether what *line* imports is there already, or a thing of that name."""
        node = ast.parse(line).body[0]
        if isinstance(node, ast.ImportFrom) and node.module == "__future__":
            return True
        return all(name in self._nodes for name, _ in _bindings([node]))

    @property
    def first_imports(self) -> list[ast.Import | ast.ImportFrom]:
        """The imports that the module begins with."""
        body = self._tree.body[1 if self.end_of_docstring else 0 :]
        found = []
        for node in body:
            if not isinstance(node, (ast.Import, ast.ImportFrom)):
                break
            found.append(node)
        return found

    @property
    def end_of_docstring(self) -> int:
        """The last line of the docstring; 0 where there is none."""
        first = self._tree.body[0] if self._tree.body else None
        if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
            return first.end_lineno or 0
        return 0


def _bindings(body: Iterable[ast.stmt], owner: str = "") -> Iterator[tuple[str, ast.stmt]]:
    """Yield the names that *body* binds, members of classes as ``Class.member``."""
    for node in body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield f"{owner}{node.name}", node
            if isinstance(node, ast.ClassDef) and not owner:
                yield from _bindings(node.body, f"{node.name}.")
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            for alias in node.names:
                yield owner + (alias.asname or alias.name.partition(".")[0]), node
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for each in (name for target in targets for name in ast.walk(target)):
                if isinstance(each, ast.Name):
                    yield owner + each.id, node
        elif isinstance(node, (ast.If, ast.Try, ast.With)):
            inside = [each for each in ast.iter_child_nodes(node) if isinstance(each, ast.stmt)]
            handlers = [each for each in ast.walk(node) if isinstance(each, ast.ExceptHandler)]
            yield from _bindings(inside, owner)
            yield from _bindings((each for handler in handlers for each in handler.body), owner)


def _events(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Yield the namespaces and events that the module registers handlers for."""
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        if node.func.attr in ("on", "on_event") and node.args:
            keywords = {each.arg: each.value for each in node.keywords}
            namespace = keywords.get("namespace")
            if namespace is None and len(node.args) > 2:
                namespace = node.args[2]
            event = node.args[0]
            if isinstance(event, ast.Constant):
                place = namespace.value if isinstance(namespace, ast.Constant) else "/"
                yield str(place or "/"), str(event.value)


def _renamed(definition: Definition, name: str) -> Definition:
    pattern = rf"\bdef {re.escape(definition.name)}\("
    source = re.sub(pattern, f"def {name}(", definition.source, count=1)
    return replace(definition, name=name, source=source)


_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def _fits(node: ast.stmt, wanted: ast.stmt) -> bool:
    """Tell whether *node* will do where the document asks for *wanted*."""
    if isinstance(wanted, _FUNCTIONS):
        return not isinstance(node, _FUNCTIONS) or _takes(node.args, wanted.args)
    return _bare(node) == _bare(wanted)


def _takes(own: ast.arguments, wanted: ast.arguments) -> bool:
    """Tell whether *own* takes as many arguments as *wanted*."""
    count = len(own.posonlyargs) + len(own.args)
    most = len(wanted.posonlyargs) + len(wanted.args)
    least = most - len(wanted.defaults)
    if count - len(own.defaults) > least and not wanted.vararg:
        return False
    return own.vararg is not None or wanted.vararg is not None or count >= most


def _bare(node: ast.stmt) -> str:
    """Return *node* without its docstring, however it is formatted."""
    copy = ast.parse(ast.unparse(node)).body[0]
    body = getattr(copy, "body", [])
    if body and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
        body[:] = body[1:]
    return ast.dump(copy)


def _asked(wanted: ast.stmt) -> str:
    if isinstance(wanted, _FUNCTIONS):
        return f"the document asks for ({ast.unparse(wanted.args)})"
    return "the document describes it differently"
