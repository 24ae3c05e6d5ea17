"""A document as text that reads back as the same document."""

import json
from typing import Any, ClassVar

import orjson
import yaml

from asynction_core.spec.source import DocumentLoader

_SafeDumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
_RESOLVERS: Any = _SafeDumper.yaml_implicit_resolvers


class _Dumper(_SafeDumper):
    """Quotes what any reader, of YAML 1.1 or 1.2, would take for something else than text."""

    yaml_implicit_resolvers: ClassVar[dict[str, list[Any]]] = {
        first: [*_RESOLVERS.get(first, []), *DocumentLoader.yaml_implicit_resolvers.get(first, [])]
        for first in {*_RESOLVERS, *DocumentLoader.yaml_implicit_resolvers}
    }

    def ignore_aliases(self, data: Any) -> bool:
        """Return True: what is the same twice is written twice."""
        return True


def as_json(value: Any) -> bytes:
    """Return *value* as JSON, however deep it is and however long its numbers are."""
    try:
        return orjson.dumps(value)
    except TypeError:
        return json.dumps(value).encode()


def as_yaml(value: Any) -> bytes:
    """Return *value* as YAML, its members in their order."""
    text: bytes = yaml.dump(
        value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, encoding="utf-8"
    )
    return text
