"""What datamodel-code-generator has written, taken apart."""

import ast
from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(slots=True)
class Generated:
    """Types by their names, as source, and the annotations of what was asked for."""

    annotations: dict[str, str] = field(default_factory=dict)
    definitions: dict[str, str] = field(default_factory=dict)
    typing: set[str] = field(default_factory=set)

    def imports_of(self, source: str) -> Iterable[str]:
        """Return the statements that import what the definition *source* needs."""
        used = {node.id for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name)}
        return (f"from typing import {name}" for name in sorted(used & self.typing))


def read(source: str, root: str) -> Generated:
    """Return what is in *source*: imports, classes and type aliases.

    :param root: the class whose members are what was asked for.
    :raises ValueError: there is something else.
    """
    found = Generated()
    body = ast.parse(source).body
    names = {name for name in map(_defined, body) if name}
    for node in body:
        name = _defined(node)
        if isinstance(node, ast.ClassDef) and node.name == root:
            found.annotations = _annotations(node)
        elif name is not None:
            text = ast.get_source_segment(source, node) or ""
            found.definitions[name] = _quoting(node, names - found.definitions.keys()) or text
        elif isinstance(node, ast.ImportFrom) and node.module == "typing":
            found.typing.update(alias.name for alias in node.names)
        elif not _says_nothing(node):
            raise ValueError(f"unexpected code: {ast.unparse(node):.40}")
    return found


def _defined(node: ast.stmt) -> str | None:
    if isinstance(node, ast.ClassDef):
        return node.name
    target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
    return target.id if isinstance(target, ast.Name) else None


def _annotations(node: ast.ClassDef) -> dict[str, str]:
    return {
        name: ast.unparse(each.annotation)
        for each in node.body
        if isinstance(each, ast.AnnAssign) and (name := _defined(each))
    }


def _quoting(node: ast.stmt, later: set[str]) -> str | None:
    """Return the source of *node* with types in quotes that name one of *later*.

    None where there are none: the annotations of classes are never evaluated.
    """
    before = ast.dump(node)
    if isinstance(node, ast.AnnAssign) and node.value is not None:
        node.value = _quoted(node.value, later)
    elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
        members = node.value.args[-1]
        if isinstance(members, ast.Dict):
            members.values = [_quoted(each, later) for each in members.values]
    return ast.unparse(node) if ast.dump(node) != before else None


def _quoted(value: ast.expr, later: set[str]) -> ast.expr:
    if not any(isinstance(each, ast.Name) and each.id in later for each in ast.walk(value)):
        return value
    if isinstance(value, ast.Subscript) and ast.unparse(value.value) == "NotRequired":
        value.slice = _quoted(value.slice, later)
        return value
    return ast.Constant(ast.unparse(value))


def _says_nothing(node: ast.stmt) -> bool:
    """Tell whether *node* is the import of what is to come, or a text that stands alone."""
    if isinstance(node, ast.ImportFrom):
        return node.module == "__future__"
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
