"""What a check finds: rules, findings, and the report that gathers them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from asynction_core.exceptions import SpecException
from asynction_core.lint.positions import Files, Position

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Rule:
    """What a check looks for. An error keeps a server from starting, a warning does not."""

    id: str
    severity: Severity
    description: str


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that a rule found: what, where, and what to do about it.

    ``place`` is the place as exceptions write it; ``line`` and ``column`` count from 1.
    """

    rule: str
    severity: Severity
    message: str
    fix: str | None
    file: str
    line: int
    column: int
    place: str


RULES: Mapping[str, Rule] = MappingProxyType(
    {
        rule.id: rule
        for rule in (
            Rule("syntax", "error", "The file can be read, and is YAML or JSON."),
            Rule("duplicate-key", "error", "No mapping has a key twice."),
            Rule("schema", "error", "The document is valid AsyncAPI, by its JSON Schema."),
            Rule("document", "error", "All that the document asks for can be enforced."),
            Rule("reserved-name", "error", "No event has a name that Socket.IO reserves."),
            Rule("duplicate-event", "error", "An event name means one message."),
            Rule("handler", "error", "The handlers that are named can be imported."),
            Rule("security-function", "error", "Security schemes name functions that work."),
            Rule("bare-reference", "warning", "References are written as '$ref'."),
            Rule("ignored", "warning", "The document says nothing that has no effect."),
            Rule("unhandled-event", "warning", "Events that are received have a handler."),
            Rule("ack", "warning", "Events that are received say what is acknowledged."),
            Rule("event-name", "warning", "Event names cannot be mistaken for one another."),
            Rule("namespace-slash", "warning", "Namespaces are written with their slash."),
            Rule("protocol", "warning", "Servers speak a protocol that Socket.IO runs over."),
            Rule("unreachable-component", "warning", "Each component is used."),
            Rule("example", "warning", "Examples are valid by their own schema."),
        )
    }
)
"""The rules by their ids."""


class Report:
    """Gathers findings and gives them their positions; *file* is the document itself."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.files = Files()
        self._findings: dict[tuple[Position, str, str], Finding] = {}

    @property
    def findings(self) -> list[Finding]:
        """The findings, by file and position; those of the document itself first."""
        return sorted(
            self._findings.values(),
            key=lambda each: (each.file != self.file, each.file, each.line, each.column, each.rule),
        )

    def add(
        self,
        rule: str,
        place: str,
        message: str,
        fix: str | None = None,
        position: Position | None = None,
    ) -> None:
        """Add what *rule* found at *place*, once."""
        at = position or self.files.find(place)
        severity, fix = RULES[rule].severity, fix and _printable(fix)
        found = Finding(rule, severity, _printable(message), fix, *at, _printable(place))
        self._findings.setdefault((at, rule, message), found)

    def add_error(self, rule: str, error: SpecException) -> None:
        """Add what *error* says, found by *rule*."""
        self.add(rule, error.place or "", error.problem, error.fix)

    def has_below(self, rules: Collection[str], place: str) -> bool:
        """Tell whether one of *rules* found something at *place*, or in what is there."""
        findings = self._findings.values()
        return any(each.rule in rules and each.place.startswith(place) for each in findings)

    def has(self, rule: str, place: str, *, at_key: bool = False) -> bool:
        """Tell whether *rule* found something at *place*."""
        at = self.files.find(place, at_key=at_key)
        return any((each, found) == (at, rule) for each, found, _ in self._findings)


def _printable(text: str) -> str:
    """Return *text* in UTF-8: JSON may name half of a surrogate pair, which no terminal takes."""
    return text.encode("utf-8", "backslashreplace").decode()
