"""What jsonschema-rs found wrong, in the words of ``jsonschema.ValidationError``."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import unquote

import jsonschema_rs

from asynction_core import binary
from asynction_core.spec.model import Schema
from asynction_core.spec.place import Pointer, dotted
from asynction_core.spec.schemas import SCHEMA_MAPS

_LONGEST_MESSAGE = 600
_PATTERN_KEYWORDS = frozenset({"pattern", "patternProperties"})
_Kind = jsonschema_rs.ValidationErrorKind


@dataclass(slots=True)
class Refusal:
    """Why a value was refused: the arguments of ``jsonschema.ValidationError``."""

    message: str
    validator: str | None = None
    validator_value: Any = None
    path: list[str | int] = field(default_factory=list)
    schema_path: list[str | int] = field(default_factory=list)
    instance: Any = None
    schema: Any = None
    context: list["Refusal"] = field(default_factory=list)
    place: str | None = None


class Compiler(Protocol):
    """What a translation needs of the compiler: the documents, and parts of a schema compiled."""

    resources: Mapping[str, Any]

    def part(self, schema: Schema, uri: str, pointer: Pointer) -> jsonschema_rs.Validator:
        """Return the validator of what stands at *pointer* of *uri*, inside of *schema*."""
        ...


class Translator:
    """Says in the words of jsonschema what jsonschema-rs found wrong with *value*."""

    def __init__(self, schema: Schema, compiler: Compiler, value: Any, shown: Any) -> None:
        self._root = schema
        self._compiler = compiler
        self._value = value
        self._shown = shown

    def refusal(
        self, error: Any, above: int = 0, schema_above: int = 0, named: bool = False
    ) -> Refusal:
        """Return *error* as a refusal whose paths begin *above* and *schema_above* steps down."""
        message = shorten(binary.reword(error.message))
        if isinstance(error.kind, _Kind.PropertyNames):
            error, named = error.kind.error, True  # its instance is the name
        path = _full_path(self._shown, error, named)
        keyword, schema, place = self._rule(error)
        schema_path = _schema_path(self._evaluation_path(error))
        if isinstance(error.kind, _Kind.Contains):
            schema_path[-1] = "contains"
        return Refusal(
            message=message,
            validator=keyword,
            validator_value=schema.get(keyword) if isinstance(schema, dict) else None,
            path=path[above:],
            schema_path=schema_path[schema_above:],
            instance=error.instance if named else _at(self._value, path),
            schema=schema,
            context=self._context(error, len(path), len(schema_path), named),
            place=place,
        )

    def _context(self, error: Any, above: int, schema_above: int, named: bool) -> list[Refusal]:
        if isinstance(error.kind, _Kind.OneOfMultipleValid):
            return []  # what refused is that others accepted
        branches = getattr(error.kind, "context", [])
        return [
            self.refusal(child, above, schema_above, named)
            for branch in branches
            for child in branch
        ]

    def _evaluation_path(self, error: Any) -> Sequence[str | int]:
        """Return how *error* was reached; a guarded keyword says where in its file it stands."""
        path: list[str | int] = error.evaluation_path
        depth = len(self._root.pointer)
        below = isinstance(error.kind, _Kind.Custom) and path[:depth] == [*self._root.pointer]
        return path[depth:] if below else path

    def _rule(self, error: Any) -> tuple[str | None, Any, str]:
        """Return the keyword that refused, the schema that it stands in, and their place."""
        if error.absolute_keyword_location is None:  # a search for a pattern was given up
            steps = reversed(error.evaluation_path)
            keyword = next((step for step in steps if step in _PATTERN_KEYWORDS), "pattern")
            return keyword, self._root.contents, self._root.place
        uri, _, fragment = error.absolute_keyword_location.partition("#")
        names = [_unescape(step) for step in fragment.split("/")[1:]]
        keyword = error.evaluation_path[-1]
        is_false = isinstance(error.kind, _Kind.FalseSchema) and not _is_additional_false(error)
        while not is_false and len(names) > 1 and names[-1] != keyword:
            names.pop()
        schema, steps = self._compiler.resources.get(uri, self._root.contents), list[str | int]()
        for name in names[:-1]:
            steps.append(int(name) if isinstance(schema, list) else name)
            schema = schema[steps[-1]]
        if isinstance(error.kind, _Kind.Contains) and keyword != "contains":
            holds = self._compiler.part(self._root, uri, (*steps, "contains")).is_valid
            if not any(map(holds, error.instance)):
                names[-1] = keyword = "contains"
        last = [int(name) if isinstance(schema, list) else name for name in names[-1:]]
        place = self._place(uri, (*steps, *last))
        return (None, False, place) if is_false else (keyword, schema, place)

    def _place(self, uri: str, pointer: Pointer) -> str:
        """Return where the rule stands: below the schema, or wherever a reference led."""
        depth = len(self._root.pointer)
        if uri == self._root.uri and pointer[:depth] == self._root.pointer:
            below = dotted(pointer[depth:])
            return f"{self._root.place}.{below}" if below else self._root.place
        return f"{self._root.place}, by reference {dotted(pointer)}"


def _unescape(step: str) -> str:
    return unquote(step).replace("~1", "/").replace("~0", "~")


def _at(value: Any, path: Sequence[str | int]) -> Any:
    for step in path:
        value = value[step]
    return value


def _schema_path(evaluation_path: Sequence[str | int]) -> list[str | int]:
    """Return *evaluation_path* as jsonschema writes it: without the references passed through."""
    steps: list[str | int] = []
    rest = iter(evaluation_path)
    for step in rest:
        if step != "$ref":
            steps.append(step)
        if step in SCHEMA_MAPS:
            steps.extend(str(name) for name in (next(rest, None),) if name is not None)
    return steps


def _ends_in_name(evaluation_path: Sequence[str | int]) -> bool:
    """Tell whether the last step is a name in a map of schemas, and no keyword."""
    is_name = is_map = False
    for step in evaluation_path:
        is_name, is_map = is_map, not is_map and step in SCHEMA_MAPS
    return is_name


def _is_additional_false(error: Any) -> bool:
    """Tell whether *error* is by ``additionalProperties: false``, which is not at the value."""
    return (
        isinstance(error.kind, _Kind.FalseSchema)
        and error.evaluation_path[-1] == "additionalProperties"
        and not _ends_in_name(error.evaluation_path)
    )


def _keys(part: Any, step: str | int) -> list[str | int]:
    """Return the keys of *part* that jsonschema-rs writes as *step*: 7 for ``"7"`` as well."""
    if isinstance(part, dict):
        if isinstance(step, int):
            return [name for name in part if _reads(name, step)]
        return [step] if step in part else []
    return [step] if isinstance(part, (list, tuple)) and isinstance(step, int) else []


def _reads(name: str, number: int) -> bool:
    digits = name.removeprefix("+")
    return digits.isascii() and digits.isdigit() and int(digits) == number


def _full_path(value: Any, error: Any, named: bool) -> list[str | int]:
    """Return the path of *error* with the empty names that jsonschema-rs leaves out of it."""
    reached = [(value, list[str | int]())]
    for step in (*error.instance_path, None):
        for part, path in reached:  # grows while it is walked
            if isinstance(part, dict) and "" in part:
                reached.append((part[""], [*path, ""]))
        if step is not None:
            reached = [
                (part[key], [*path, key]) for part, path in reached for key in _keys(part, step)
            ]
    exact = (path for part, path in reached if part == error.instance)
    if named:
        exact = (p for part, p in reached if isinstance(part, dict) and error.instance in part)
    elif _is_additional_false(error):
        within = (item for item in reached if isinstance(item[0], dict))
        exact = (path for part, path in within if error.instance in part.values())
    return next(exact, reached[0][1])


def shorten(message: str) -> str:
    """Cut the middle out of a message that quotes a large value."""
    if len(message) <= _LONGEST_MESSAGE:
        return message
    half = _LONGEST_MESSAGE // 2
    return f"{message[:half]} … {message[-half:]}"
