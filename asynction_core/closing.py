"""Schemas for the usual case: objects that have the properties they must have, and no others.

A validator looks for each property that is required, though it has looked for it among the
properties already: a third of what a list of small objects takes. An object of as many properties
as are required, all of them known, has every one, and counting takes nothing.
"""

from typing import Any

_KEYWORDS = frozenset({"type", "properties", "required"})
_ANNOTATIONS = frozenset(
    {
        "title",
        "description",
        "default",
        "examples",
        "deprecated",
        "readOnly",
        "writeOnly",
        "$comment",
    }
)


def with_usual_case(contents: dict[str, Any]) -> dict[str, Any]:
    """Return a schema that accepts what *contents* does, the usual case of it sooner.

    :param contents: a schema without references, which may be written as a tree.
    """
    closed = _Closing().close(contents)
    return contents if closed is contents else {"anyOf": [closed, contents]}


class _Closing:
    """Makes stricter schemas: what they accept, the ones they are made of accept."""

    def __init__(self) -> None:
        self._closed: dict[int, Any] = {}

    def close(self, schema: Any) -> Any:
        """Return *schema* with its objects closed, as far as they may be; itself if none may."""
        if not isinstance(schema, dict):
            return schema
        if id(schema) not in self._closed:
            self._closed[id(schema)] = schema  # which ends a schema that contains itself
            self._closed[id(schema)] = self._close(schema)
        return self._closed[id(schema)]

    def _close(self, schema: dict[str, Any]) -> dict[str, Any]:
        changed: dict[str, Any] = {}
        if "items" in schema:
            changed["items"] = self.close(schema["items"])
        properties = schema.get("properties")
        if isinstance(properties, dict):
            closed = {name: self.close(each) for name, each in properties.items()}
            same = all(closed[name] is each for name, each in properties.items())
            changed["properties"] = properties if same else closed
            if _may_be_closed(schema):
                changed |= {"additionalProperties": False, "minProperties": len(properties)}
        if all(schema.get(key) is value for key, value in changed.items()):
            return schema
        found = {**schema, **changed}
        if "minProperties" in changed:
            del found["required"]
        return found


def _may_be_closed(schema: dict[str, Any]) -> bool:
    """Tell whether *schema* asks for all of its properties, and says nothing else of objects."""
    required = schema.get("required")
    return (
        schema.get("type") == "object"
        and isinstance(required, list)
        and len(required) > 1
        and sorted(map(str, required)) == sorted(map(str, schema["properties"]))
        and all(
            key in _KEYWORDS or key in _ANNOTATIONS or str(key).startswith("x-") for key in schema
        )
    )
