"""AsyncAPI documents, 2.0 to 2.6 and 3.0 to 3.1, as one model in Socket.IO terms.

No module outside of this package knows that the versions differ.
"""

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from asynction_core.exceptions import SpecException
from asynction_core.spec import v2, v3
from asynction_core.spec.documents import Documents, Node, Retrieve
from asynction_core.spec.fields import ROOT, check_fields
from asynction_core.spec.messages import MessageReader, add_event
from asynction_core.spec.model import Event, Namespace, NamespaceHandlers, Spec
from asynction_core.spec.schemas import SchemaReader
from asynction_core.spec.security import SecurityReader
from asynction_core.spec.servers import read_servers

__all__ = ["Retrieve", "Spec", "check_version", "load_spec", "read_spec"]

_ONCE = {"handlers": NamespaceHandlers(), "bindings": None, "security": None}
"""What a namespace has once, though several channels may map to it, and its absence.

Security is no exception where one channel is silent: silence means the server's.
"""

_SUPPORTED = re.compile(r"(2\.[0-6]|3\.[01])\.\d+")


def load_spec(
    spec_path: str | os.PathLike[str] | Mapping[str, Any], retrieve: Retrieve | None = None
) -> Spec:
    """Return the AsyncAPI document at *spec_path*, read, checked and mapped to Socket.IO.

    :param spec_path: the path of a YAML or JSON file, or the document as a mapping.
    :param retrieve: takes the URI of a remote reference and returns the parsed document.
        Without it remote references are refused.
    :raises SpecException: the document cannot be read, is not AsyncAPI 2.0-2.6 or 3.0-3.1, or
        asks for something that cannot be enforced. The message names the place.
    """
    return read_spec(Documents(retrieve).root(spec_path))


def read_spec(root: Node) -> Spec:
    """Return the document whose root is *root*, as :func:`load_spec` does."""
    version = check_version(root)
    check_fields(root, ROOT)
    security = SecurityReader(root)
    messages = MessageReader(root, SchemaReader())
    reader = v2 if version.startswith("2.") else v3
    namespaces = _merge(reader.read_namespaces(root, messages, security), root.documents)
    servers = read_servers(root, security)
    return Spec(
        source=root.place,
        asyncapi=version,
        title=_info(root, "title"),
        version=_info(root, "version"),
        servers=MappingProxyType(servers),
        namespaces=MappingProxyType(namespaces),
        security_schemes=MappingProxyType(security.schemes),
        resources=MappingProxyType(root.documents.contents),
        document=MappingProxyType(root.mapping()),
    )


def check_version(root: Node) -> str:
    """Return the version of AsyncAPI that the document at *root* is written in.

    :raises SpecException: it says none, or one that is not supported.
    """
    version = root.value.get("asyncapi") if isinstance(root.value, dict) else None
    if version is None:
        raise root.error(
            "this is not an AsyncAPI document", "It must say its version: 'asyncapi: 2.6.0'."
        )
    if not isinstance(version, str) or not _SUPPORTED.fullmatch(version):
        raise root.child("asyncapi").error(
            f"AsyncAPI {version!r} is not supported", "Supported: '2.0.0' to 2.6, 3.0 and 3.1."
        )
    return version


def _info(root: Node, key: str) -> str:
    info = root.get("info")
    value = info.get(key) if info else None
    return str(value.value) if value else ""


def _merge(namespaces: Iterable[Namespace], documents: Documents) -> dict[str, Namespace]:
    """Make one namespace of the channels that share an address."""
    merged: dict[str, Namespace] = {}
    for namespace in namespaces:
        other = merged.get(namespace.name)
        merged[namespace.name] = _join(other, namespace, documents) if other else namespace
    return merged


def _join(first: Namespace, second: Namespace, documents: Documents) -> Namespace:
    for name, absent in _ONCE.items():
        one, two = getattr(first, name), getattr(second, name)
        if one != two:
            if name == "security" or absent not in (one, two):
                raise SpecException(
                    f"the {name} of namespace {first.name!r} are not those of {first.place}",
                    second.place,
                    "Channels that share an address are one namespace: write them once, or alike.",
                )
            second = replace(second, **{name: one if two == absent else two})
    servers = first.servers | second.servers if first.servers and second.servers else None
    return replace(
        second,
        received=_join_events(first.received, second.received, documents),
        emitted=_join_events(first.emitted, second.emitted, documents),
        servers=servers,
        place=first.place,
    )


def _join_events(
    first: Mapping[str, Event], second: Mapping[str, Event], documents: Documents
) -> Mapping[str, Event]:
    events = dict(first)
    for event in second.values():
        add_event(events, event, documents)
    return MappingProxyType(events)
