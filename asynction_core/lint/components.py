"""The rule about components: each is used, in the end, by something that is no component."""

from contextlib import suppress
from urllib.parse import urldefrag, urljoin

from asynction_core.exceptions import SpecException
from asynction_core.lint.findings import Report
from asynction_core.spec.documents import Location, Node

_SECURITY = ("security", "x-security")


def check_components(root: Node, report: Report) -> None:
    """Add each component of the document at *root* that is out of reach.

    A document without channels and operations is a library of components: nothing is said of it.
    """
    components = root.get("components")
    if components is None or not (root.get("channels") or root.get("operations")):
        return
    reached = _Reach(root).components
    for kind, group in components.items():
        for name in group.value if isinstance(group.value, dict) else ():
            if (kind, name) not in reached and not _is_unknown(kind):
                report.add(
                    "unreachable-component",
                    group.child(name).place,
                    f"nothing refers to this component, {name!r} of {kind!r}",
                    "Remove it, or refer to it where it belongs.",
                )


def _is_unknown(kind: str) -> bool:
    """Tell whether *kind* is an extension of somebody else's, used in a way of theirs."""
    return kind.startswith("x-") and kind != "x-messageAcks"


class _Reach:
    """The components that are reached from the rest of the document."""

    def __init__(self, root: Node) -> None:
        self.components: set[tuple[str, str]] = set()
        self._root = root
        self._seen: set[Location] = set()
        self._waiting = [(at, root.uri) for name, at in root.items() if name != "components"]
        while self._waiting:
            self._visit(*self._waiting.pop())

    def _visit(self, node: Node, base: str) -> None:
        self._note(node)
        if node.location in self._seen:
            return
        self._seen.add(node.location)
        if isinstance(node.value, list):
            self._waiting.extend((at, base) for at in node.elements())
        elif isinstance(node.value, dict):
            base = _rebase(node, base)
            self._follow(node.value.get("$ref"), node, base)
            for name, at in node.items():
                self._waiting.append((at, base))
                if name in _SECURITY:
                    self._note_schemes(at)
        elif isinstance(node.value, str) and node.value.startswith("#/components/"):
            self._follow(node.value, node, base)  # a bare reference

    def _follow(self, reference: object, node: Node, base: str) -> None:
        if isinstance(reference, str):
            # the loader tells of what leads nowhere, where it matters; here it may be data
            with suppress(SpecException):
                target = node.documents.lookup(reference, node, base)
                self._waiting.append((target, target.uri))

    def _note(self, node: Node) -> None:
        if node.uri == self._root.uri and node.pointer[:1] == ("components",):
            kind, name = (*node.pointer[1:3], "", "")[:2]
            self.components.add((str(kind), str(name)))

    def _note_schemes(self, requirements: Node) -> None:
        """Note the security schemes that 2.x requires by their names."""
        listed = requirements.value if isinstance(requirements.value, list) else []
        for each in listed:
            if isinstance(each, dict):
                self.components.update(("securitySchemes", name) for name in each)


def _rebase(node: Node, base: str) -> str:
    """Return the base URI inside *node*, which a schema's ``$id`` changes."""
    identifier = node.value.get("$id")
    if not isinstance(identifier, str) or identifier.startswith("#"):
        return base
    try:
        return urldefrag(urljoin(base, identifier)).url
    except ValueError:
        return base
