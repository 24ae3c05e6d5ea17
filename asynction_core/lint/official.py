"""The document against the JSON Schema of its version, as AsyncAPI publishes them."""

import json
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

from asynction_core.exceptions import AsynctionException
from asynction_core.lint.findings import Report
from asynction_core.lint.mistakes import Mistake, find_mistakes
from asynction_core.spec.documents import Node
from asynction_core.spec.place import Pointer
from asynction_core.spec.schemas import SCHEMA_LISTS, SCHEMA_MAPS, SUBSCHEMAS

_SCHEMA_MEMBERS = SUBSCHEMAS | {"payload", "schema", "args"}


def check_schema(root: Node, version: str, report: Report) -> None:
    """Add what the JSON Schema of AsyncAPI *version* refuses in the document at *root*."""
    major, minor, _ = version.split(".")
    schema = _load_schema(f"{major}.{minor}.0")
    try:
        mistakes = find_mistakes(schema, root.value)
    except (ValueError, RecursionError) as error:
        report.add("schema", root.place, f"this is not valid JSON: {error}")
        return
    for mistake in mistakes:
        if mistake.pointer != ("asyncapi",):  # the patch is no matter
            _report(mistake, root, report)


def _assets() -> Traversable:
    """Return the folder that the build fills (``hatch_build.py``)."""
    return resources.files("asynction_core") / "_assets"


@cache
def _load_schema(version: str) -> Any:
    file = _assets() / "asyncapi" / f"{version}.json"
    try:
        return json.loads(file.read_bytes())
    except OSError as error:
        raise AsynctionException(
            f"this installation lacks the JSON Schema of AsyncAPI {version}: {error}.\n"
            "It comes with the wheel, and with an editable installation ('pip install -e .')."
        ) from error


def _report(mistake: Mistake, root: Node, report: Report) -> None:
    place = root.documents.place(root.uri, mistake.pointer)
    value = _at(root.value, mistake)
    if isinstance(value, str) and "#/" in value and _is_message_place(mistake.pointer):
        message = f"{value!r} is read as a reference here, and by no other tool"
        report.add("bare-reference", place, message, f"Write it as '$ref: \"{value}\"'.")
    elif not _is_boolean_schema(value, mistake):
        position = report.files.find(place, at_key=mistake.unexpected is not None)
        report.add("schema", place, mistake.message, mistake.fix, position)


def _is_message_place(pointer: Pointer) -> bool:
    """Tell whether a message stands at *pointer*, or one of several."""
    *_, above, last = (None, None, *pointer)
    return last == "message" or (above == "oneOf" and "payload" not in pointer)


def _at(value: Any, mistake: Mistake) -> Any:
    for step in mistake.pointer:
        value = value[step]
    return value


def _is_boolean_schema(value: Any, mistake: Mistake) -> bool:
    """Tell whether *mistake* is a boolean where a JSON Schema stands, which may be one.

    AsyncAPI's own schemas take a boolean in some of these places and not in others.
    """
    *_, above, last = (None, None, *mistake.pointer)
    is_place = last in _SCHEMA_MEMBERS or above in SCHEMA_MAPS | SCHEMA_LISTS
    return isinstance(value, bool) and "object" in mistake.wanted and is_place
