"""Checking a document without a server: all that is wrong with it, with file, line and column.

Errors keep a server from starting, or make a document that is not AsyncAPI. Warnings do not.

===================== ======== ===================================================================
rule                  severity what it demands
===================== ======== ===================================================================
syntax                error    The file can be read, and is YAML or JSON.
duplicate-key         error    No mapping has a key twice.
schema                error    The document is valid AsyncAPI, by its JSON Schema.
document              error    All that the document asks for can be enforced.
reserved-name         error    No event has a name that Socket.IO reserves.
duplicate-event       error    An event name means one message.
handler               error    The handlers that are named can be imported.
security-function     error    Security schemes name functions that work.
bare-reference        warning  References are written as '$ref'.
ignored               warning  The document says nothing that has no effect.
unhandled-event       warning  Events that are received have a handler.
ack                   warning  Events that are received say what is acknowledged.
event-name            warning  Event names cannot be mistaken for one another.
namespace-slash       warning  Namespaces are written with their slash.
protocol              warning  Servers speak a protocol that Socket.IO runs over.
unreachable-component warning  Each component is used.
example               warning  Examples are valid by their own schema.
===================== ======== ===================================================================
"""

import os
from collections.abc import Collection

from asynction_core.compiled import SchemaCompiler
from asynction_core.exceptions import SpecException
from asynction_core.lint.components import check_components
from asynction_core.lint.events import check_namespace, check_schemas, check_server
from asynction_core.lint.examples import ExampleChecker
from asynction_core.lint.findings import RULES, Finding, Report, Rule, Severity
from asynction_core.lint.formats import FORMATS, count, format_text, summary
from asynction_core.lint.functions import check_handlers, check_security
from asynction_core.lint.nodes import duplicate_keys
from asynction_core.lint.official import check_schema
from asynction_core.lint.positions import position_of
from asynction_core.registration import offered_namespaces
from asynction_core.spec import check_version, read_spec
from asynction_core.spec.documents import Documents, Node, Problems
from asynction_core.spec.model import Spec
from asynction_core.spec.place import below

__all__ = [
    "FORMATS",
    "RULES",
    "Finding",
    "Rule",
    "Severity",
    "check_document",
    "count",
    "format_text",
    "summary",
]


def check_document(
    path: str | os.PathLike[str],
    *,
    import_handlers: bool = True,
    server_name: str | None = None,
    ignore: Collection[str] = (),
) -> list[Finding]:
    """Return all that is wrong with the document at *path*, by file and position.

    :param import_handlers: whether handlers and security functions are imported, from
        ``sys.path`` as it is.
    :param server_name: the server object whose channels count; by default all do.
    :param ignore: the rules that do not count.
    :raises SpecException: there is no server *server_name*.
    :raises AsynctionException: this installation lacks AsyncAPI's JSON Schemas.
    """
    report = Report(os.fspath(path))
    root = _read(path, report)
    spec = _load(root, report) if root else None
    if root and spec:
        _check(root, spec, report, import_handlers, server_name)
    return [each for each in report.findings if each.rule not in ignore]


class _Reported(Problems):
    """Adds the loader's problems to *report*, if AsyncAPI's schema has not told of them."""

    def __init__(self, report: Report) -> None:
        self._report = report

    def error(self, error: SpecException, rule: str) -> None:
        if not self._report.has("schema", error.place or ""):
            self._report.add_error(rule, error)

    def warning(self, place: str, problem: str, member: str | None) -> None:
        about = below(place, [member]) if member else place
        if not self._report.has("schema", about, at_key=member is not None):
            position = self._report.files.find(about, at_key=member is not None)
            self._report.add("ignored", about, problem, position=position)


def _read(path: str | os.PathLike[str], report: Report) -> Node | None:
    try:
        return Documents(problems=_Reported(report)).root(path)
    except SpecException as error:
        _add_unreadable(error, "syntax", report)
        return None


def _load(root: Node, report: Report) -> Spec | None:
    """Return the model of the document, or None where the loader had to give up."""
    try:
        check_schema(root, check_version(root), report)
        return read_spec(root)
    except SpecException as error:
        _add_unreadable(error, "document", report)
        return None


def _add_unreadable(error: SpecException, rule: str, report: Report) -> None:
    """Add *error*: in a file that is no YAML, all keys that stand twice, or what is wrong."""
    place = error.place or ""
    marked = report.files.marked(place)
    if marked is None:
        if not report.has("schema", place):
            report.add_error(rule, error)
        return
    duplicates = list(duplicate_keys(report.files.root(marked.file)))
    if not duplicates:
        report.add_error("syntax", error)
    for key, line in duplicates:
        at = position_of(key, marked.file)
        place = f"{at.file}:{at.line}:{at.column}"
        message = f"the key {key.value!r} is already on line {line}"
        report.add("duplicate-key", place, message, "Remove one of the two.", at)


def _check(
    root: Node, spec: Spec, report: Report, import_handlers: bool, server_name: str | None
) -> None:
    compiler = SchemaCompiler(spec.resources)
    examples = ExampleChecker(root.documents, compiler, report)
    namespaces = offered_namespaces(spec, server_name)
    for namespace in namespaces:
        check_namespace(namespace, report)
        check_schemas(namespace, compiler, report)
        examples.check(namespace)
    for server in spec.servers.values():
        if server_name in (None, server.name):
            check_server(server, report)
    check_components(root, report)
    if import_handlers:
        check_handlers(namespaces, report)
        check_security(spec, report)
