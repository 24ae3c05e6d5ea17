"""What the tests of document loading share: short documents, and what they are refused with."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from support import channel, document, message

from asynction_core.exceptions import SpecException
from asynction_core.spec import Retrieve, load_spec
from asynction_core.spec.model import Event, Namespace, Schema

SPECS = Path(__file__).parent / "specs"


def refused(
    source: str | os.PathLike[str] | Mapping[str, Any], retrieve: Retrieve | None = None
) -> SpecException:
    """Return what the document *source* is refused with."""
    with pytest.raises(SpecException) as caught:
        load_spec(source, retrieve)
    return caught.value


def document3(
    channels: Mapping[str, Any], operations: Mapping[str, Any] | None = None, **members: Any
) -> dict[str, Any]:
    """Return a 3.x document with these channels and operations."""
    info = {"title": "Test", "version": "1.0.0"}
    operations = dict(operations or {})
    return {
        "asyncapi": "3.0.0",
        "info": info,
        "channels": dict(channels),
        "operations": operations,
        **members,
    }


def operation3(action: str, key: str, *messages: str, **members: Any) -> dict[str, Any]:
    """Return a 3.x operation on the channel *key*, with these of its messages or all of them."""
    found: dict[str, Any] = {"action": action, "channel": {"$ref": f"#/channels/{key}"}}
    if messages:
        prefix = f"#/channels/{key}/messages"
        found["messages"] = [{"$ref": f"{prefix}/{name}"} for name in messages]
    found.update({name.replace("_", "-"): value for name, value in members.items()})
    return found


def namespace_of(source: Mapping[str, Any], name: str = "/chat") -> Namespace:
    """Return the namespace *name* of the document *source*."""
    return load_spec(source).namespaces[name]


def event_of(definition: Any, **members: Any) -> Event:
    """Return the event that the 2.x message *definition* maps to."""
    source = document({"/chat": {"publish": {"message": definition}}}, **members)
    (event,) = load_spec(source).namespaces["/chat"].received.values()
    return event


def schema_of(payload: Any, **schemas: Any) -> Schema:
    """Return *payload*, the payload of a 2.x message, as the loader reads it."""
    components = {"schemas": schemas}
    source = document({"/chat": channel([message("m", payload)])}, components=components)
    schema = load_spec(source).namespaces["/chat"].received["m"].payload
    assert schema is not None
    return schema


def schema_refused(payload: Any, **schemas: Any) -> SpecException:
    """Return what a 2.x document with this *payload* is refused with."""
    components = {"schemas": schemas}
    return refused(document({"/chat": channel([message("m", payload)])}, components=components))


PAYLOAD = "the document, channels./chat.publish.message.oneOf[0].payload"
"""Where the payload of :func:`schema_of` and :func:`schema_refused` stands."""
