"""Text of a document to YAML nodes, which know the line and the column that they stand at."""

import json
import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import Any

import yaml

from asynction_core.spec.source import DocumentLoader

Members = Iterator[tuple[str | int, yaml.Node, yaml.Node]]

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+')
_LINE_END = re.compile(r"\r\n|\r|\n")


def compose(text: bytes) -> yaml.Node | None:
    """Return the root node of YAML or JSON *text*; None where there is none.

    :raises yaml.YAMLError: it is neither.
    """
    if text.lstrip()[:1] in (b"{", b"["):
        try:
            json.loads(text)
            return _JsonReader(text.decode(json.detect_encoding(text))).read()
        except (ValueError, RecursionError):
            pass  # YAML in flow style
    loader = DocumentLoader(text)
    try:
        root: yaml.Node | None = loader.get_single_node()
    finally:
        loader.dispose()
    return root


def members(node: yaml.Node) -> Members:
    """Yield the step, the key (an element is its own) and the value of each member of *node*.

    What is merged into a mapping by ``<<`` comes after its own members.
    """
    if isinstance(node, yaml.SequenceNode):
        for index, element in enumerate(node.value):
            yield index, element, element
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if not _is_merge(key):
                yield key.value, key, value
        for key, value in node.value:
            if _is_merge(key):
                sources = value.value if isinstance(value, yaml.SequenceNode) else [value]
                for source in sources:
                    yield from members(source)


def duplicate_keys(root: yaml.Node | None) -> Iterator[tuple[yaml.Node, int]]:
    """Yield each key that stands twice in its mapping, with the line of the first."""
    waiting, seen = [root] if root else [], set[int]()
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            waiting.extend(node.value)
        elif isinstance(node, yaml.MappingNode):
            yield from _duplicates(node)
            waiting.extend(value for _, value in node.value)


def _duplicates(node: yaml.MappingNode) -> Iterator[tuple[yaml.Node, int]]:
    lines: dict[Any, int] = {}
    for key, _ in node.value:
        if isinstance(key, yaml.ScalarNode):
            if key.value in lines:
                yield key, lines[key.value]
            lines.setdefault(key.value, key.start_mark.line + 1)


def _is_merge(key: yaml.Node) -> bool:
    return key.tag == "tag:yaml.org,2002:merge"


class _JsonReader:
    """Makes nodes of valid JSON, of which libyaml does not take all: surrogate pairs, say."""

    def __init__(self, text: str) -> None:
        self._tokens = _TOKEN.finditer(text)
        self._lines = [0, *(end.end() for end in _LINE_END.finditer(text))]

    def read(self) -> yaml.Node:
        """Return the node of the value that comes next."""
        return self._value(next(self._tokens))

    def _value(self, token: re.Match[str]) -> yaml.Node:
        if token[0] == "{":
            return yaml.MappingNode("object", list(self._pairs()), self._mark(token))
        if token[0] == "[":
            return yaml.SequenceNode("array", list(self._elements()), self._mark(token))
        return self._scalar(token)

    def _pairs(self) -> Iterator[tuple[yaml.Node, yaml.Node]]:
        for token in self._tokens:
            if token[0] == "}":
                return
            if token[0] != ",":
                next(self._tokens)  # the colon
                yield self._scalar(token), self.read()

    def _elements(self) -> Iterator[yaml.Node]:
        for token in self._tokens:
            if token[0] == "]":
                return
            if token[0] != ",":
                yield self._value(token)

    def _scalar(self, token: re.Match[str]) -> yaml.ScalarNode:
        quoted = token[0].startswith('"')
        value = json.loads(token[0], strict=False) if quoted else token[0]
        return yaml.ScalarNode("scalar", value, self._mark(token))

    def _mark(self, token: re.Match[str]) -> yaml.Mark:
        line = bisect_right(self._lines, token.start()) - 1
        column = token.start() - self._lines[line]
        return yaml.Mark("", token.start(), line, column, "", 0)
