"""How jsonschema-rs is asked to compile: linear regular expressions first, never the network."""

from collections.abc import Iterable
from typing import Any

import jsonschema_rs

from asynction_core.spec.model import Dialect
from asynction_core.spec.place import Pointer

VALIDATORS: dict[Dialect, tuple[type[jsonschema_rs.Validator], int]] = {
    Dialect.DRAFT4: (jsonschema_rs.Draft4Validator, jsonschema_rs.Draft4),
    Dialect.DRAFT6: (jsonschema_rs.Draft6Validator, jsonschema_rs.Draft6),
    Dialect.DRAFT7: (jsonschema_rs.Draft7Validator, jsonschema_rs.Draft7),
    Dialect.DRAFT201909: (jsonschema_rs.Draft201909Validator, jsonschema_rs.Draft201909),
    Dialect.DRAFT202012: (jsonschema_rs.Draft202012Validator, jsonschema_rs.Draft202012),
}

_LINEAR = jsonschema_rs.RegexOptions()
_BOUNDED = jsonschema_rs.FancyRegexOptions(backtrack_limit=10_000)


def pointer_in(value: Any, steps: Iterable[str | int]) -> Pointer:
    """Return *steps*, a path of jsonschema-rs into *value*, as a pointer: as far as they lead.

    It writes the name ``"7"`` as the number 7, and leaves out names that are empty.
    """
    pointer: list[str | int] = []
    for step in steps:
        key = step
        if isinstance(value, dict) and isinstance(step, int):
            key = next((name for name in value if name.isdecimal() and int(name) == step), step)
        try:
            value = value[key]
        except (LookupError, TypeError):
            break
        pointer.append(key)
    return tuple(pointer)


def build(dialect: Dialect, schema: dict[str, Any], **options: Any) -> jsonschema_rs.Validator:
    """Return a validator of *schema* that no text can keep busy.

    Patterns run on an engine whose time is linear. It lacks look-around and back-references;
    a schema that uses them gets an engine that gives up (and refuses) after a bounded search.

    :raises jsonschema_rs.ValidationError: *schema* is no valid schema.
    """
    validator_class, _ = VALIDATORS[dialect]
    try:
        return validator_class(schema, pattern_options=_LINEAR, offline=True, **options)
    except jsonschema_rs.ValidationError:
        return validator_class(schema, pattern_options=_BOUNDED, offline=True, **options)
