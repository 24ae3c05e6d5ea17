"""Binary data in a payload: what satisfies a schema, and how the compiled validators see it.

``bytes`` satisfy ``{type: string, format: binary}`` and the empty schema, nothing else, and
nothing else satisfies ``{type: string, format: binary}``. The compiled validators know JSON
only, so they are shown a string that stands for the bytes, and guards on the keywords that
speak of values tell that string from text. A schema without ``type`` that only applies others to
the members of an object or a list is like the empty one: it does not speak of a value.
"""

import re
import secrets
from collections.abc import Mapping
from typing import Any

import jsonschema_rs

from asynction_core.spec.engine import build
from asynction_core.spec.model import Dialect

_SECRET = secrets.token_hex(16)
_PLACEHOLDER = re.compile(rf"<(\d+) bytes {_SECRET} [-0-9a-f]+>")
_QUOTED_PLACEHOLDER = re.compile(f'"?{_PLACEHOLDER.pattern}"?')

_GUARDED = (
    *("type", "format", "minLength", "maxLength", "pattern", "enum", "const"),
    *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
    *("minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties", "required"),
)


def replace_bytes(value: Any) -> tuple[Any, bool]:
    """Return *value* with strings in the place of its bytes, and whether there were any."""
    if isinstance(value, (bytes, bytearray)):
        data = bytes(value)
        return f"<{len(data)} bytes {_SECRET} {hash(data):x}>", True  # unequal where data is
    if isinstance(value, dict):
        pairs = {key: replace_bytes(item) for key, item in value.items()}
        return {key: new for key, (new, _) in pairs.items()}, any(hit for _, hit in pairs.values())
    if isinstance(value, (list, tuple)):
        items = [replace_bytes(item) for item in value]
        return [new for new, _ in items], any(hit for _, hit in items)
    return value, False


def reword(message: str) -> str:
    """Return *message* with what stands for bytes written for people."""
    if _SECRET not in message:  # much faster than the pattern on a message of megabytes
        return message
    return _QUOTED_PLACEHOLDER.sub(r"<\1 bytes>", message)


def guards(dialect: Dialect, check_formats: bool) -> dict[str, type]:
    """Return the keywords with which a validator of *dialect* tells bytes from text.

    Draft 4 is spared the bounds of numbers: there, two keywords make one.

    :param check_formats: whether formats other than ``binary`` are assertions.
    """
    guard = type("Guard", (_Guard,), {"check_formats": check_formats, "dialect": dialect})
    return {
        keyword: type(f"{keyword}Guard", (guard,), {"keyword": keyword})
        for keyword in _GUARDED
        if dialect is not Dialect.DRAFT4 or not keyword.lower().endswith("imum")
    }


class _Guard:
    """A keyword of JSON Schema that knows what stands for bytes; text it judges as ever."""

    keyword: str
    check_formats: bool
    dialect: Dialect

    def __init__(self, schema: Mapping[str, Any], value: Any, _path: list[str | int]) -> None:
        types = schema.get("type", ())
        self._takes_bytes = schema.get("format") == "binary" and (
            "string" in ([types] if isinstance(types, str) else types)
        )
        self._leave_to_type = "type" in schema and self.keyword != "type"
        self._value = value
        self._native = build(
            self.dialect, {self.keyword: value}, validate_formats=self.check_formats
        )

    def validate(self, instance: Any) -> None:
        match = _PLACEHOLDER.fullmatch(instance) if isinstance(instance, str) else None
        if match is None:
            self._validate_text(instance)
        elif not self._takes_bytes and self._leave_to_type:
            return
        elif not self._takes_bytes:
            raise ValueError(f"{instance} is binary where the schema does not declare it")
        else:
            self._validate_size(int(match[1]))

    def _validate_text(self, instance: Any) -> None:
        if self._takes_bytes and self.keyword == "format" and isinstance(instance, str):
            raise ValueError(f"{instance!r:.80} is text where the schema declares binary")
        try:
            self._native.validate(instance)
        except jsonschema_rs.ValidationError as error:
            raise ValueError(error.message) from None

    def _validate_size(self, size: int) -> None:
        if self.keyword == "minLength" and size < self._value:
            raise ValueError(f"{size} bytes are fewer than {self._value}")
        if self.keyword == "maxLength" and size > self._value:
            raise ValueError(f"{size} bytes are more than {self._value}")
        if self.keyword in ("pattern", "enum", "const"):
            raise ValueError(f"{self.keyword} cannot hold for binary data")
