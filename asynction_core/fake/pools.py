"""Values that Hypothesis finds, for the schemas that are too much for the rest of the package."""

import hashlib
from contextlib import suppress
from typing import Any

import orjson

from asynction_core.fake.parts import Part, Parts
from asynction_core.spec.model import Dialect
from asynction_core.spec.place import dotted
from asynction_core.spec.schemas import SCHEMA_LISTS, SCHEMA_MAPS, SUBSCHEMAS

_DEPTH = 0  # how often a schema may contain itself before it must do without
_MOST_PARTS = 60  # of more, Hypothesis would think for minutes
_VALUES = 100
_META = {
    Dialect.DRAFT4: "http://json-schema.org/draft-04/schema#",
    Dialect.DRAFT6: "http://json-schema.org/draft-06/schema#",
}
_DROPPED = frozenset(
    {
        *("$ref", "$dynamicRef", "$recursiveRef", "$id", "$anchor", "$dynamicAnchor", "$schema"),
        *("$recursiveAnchor", "$defs", "definitions", "dependentRequired", "dependentSchemas"),
        *("unevaluatedProperties", "unevaluatedItems", "minContains", "maxContains", "examples"),
        *("default", "prefixItems"),
    }
)
"""What ``hypothesis-jsonschema``, which knows draft 7, would not understand or need."""


class Pools:
    """Values of schemas that hold together, found once."""

    def __init__(self, parts: Parts, dialect: Dialect, seed: object) -> None:
        self._parts = parts
        self._meta = _META.get(dialect, "http://json-schema.org/draft-07/schema#")
        self._seed = seed
        self._values: dict[tuple[Part, ...], list[Any]] = {}

    def values(self, together: tuple[Part, ...]) -> list[Any]:
        """Return values that may satisfy *together*; none where Hypothesis finds none."""
        if together not in self._values:
            try:
                self._values[together] = self._find(together)
            except Exception:  # whatever these libraries do not support
                self._values[together] = []
        return self._values[together]

    def _find(self, together: tuple[Part, ...]) -> list[Any]:
        expander = _Expander(self._parts)
        schemas = [expander.expand(part, {}) for part in together]
        schema = schemas[0] if len(schemas) == 1 else {"allOf": schemas}
        place = dotted(together[0].pointer) if together else ""
        return _found({"$schema": self._meta, "allOf": [schema]}, f"{self._seed}/{place}")


def _found(schema: Any, seed: str) -> list[Any]:
    import hypothesis
    from hypothesis_jsonschema import from_schema

    values: list[Any] = []
    giving_up = (hypothesis.HealthCheck.filter_too_much, hypothesis.HealthCheck.data_too_large)
    settings = hypothesis.settings(
        max_examples=_VALUES,
        database=None,
        deadline=None,
        phases=[hypothesis.Phase.generate],
        suppress_health_check=[check for check in hypothesis.HealthCheck if check not in giving_up],
    )

    @hypothesis.seed(int.from_bytes(hashlib.sha256(seed.encode()).digest()[:8], "big"))
    @settings
    @hypothesis.given(from_schema(schema))
    def collect(value: Any) -> None:
        with suppress(TypeError):  # of what cannot be sent: integers of more than 64 bits
            orjson.dumps(value)
            values.append(value)

    with suppress(hypothesis.errors.HypothesisException):
        collect()
    return values


class _Expander:
    """Writes a schema in draft 7, with what it refers to in the place of the references."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._count = 0

    def expand(self, part: Part, depths: dict[Part, int]) -> Any:
        """Return the contents of *part*; where it contains itself too often, False."""
        if not isinstance(part.contents, dict):
            return part.contents
        self._count += 1
        if self._count > _MOST_PARTS:
            raise OverflowError("too large for Hypothesis")
        if depths.get(part, 0) > _DEPTH:
            return False
        depths = {**depths, part: depths.get(part, 0) + 1}
        made = {
            self._renamed(keyword, part.contents): self._value(part, keyword, depths)
            for keyword in part.contents
            if keyword not in _DROPPED
        }
        made.update(self._dependencies(part, depths))
        if "prefixItems" in part.contents:
            made["items"] = self._value(part, "prefixItems", depths)
        return self._with_target(part, made, depths)

    def _with_target(self, part: Part, made: dict[str, Any], depths: dict[Part, int]) -> Any:
        for keyword in ("$ref", "$dynamicRef", "$recursiveRef"):
            reference = part.contents.get(keyword)
            if isinstance(reference, str):
                target = self.expand(self._parts.target(part, reference), depths)
                made = {"allOf": [target, made]} if made else target
        return made

    def _renamed(self, keyword: str, schema: dict[str, Any]) -> str:
        return "additionalItems" if keyword == "items" and "prefixItems" in schema else keyword

    def _value(self, part: Part, keyword: str, depths: dict[Part, int]) -> Any:
        value, child = part.contents[keyword], self._parts.child
        if keyword in SCHEMA_MAPS and isinstance(value, dict):
            return {
                name: self.expand(child(part, keyword, name), depths)
                if isinstance(value[name], (dict, bool))
                else value[name]
                for name in value
            }
        if keyword in SCHEMA_LISTS and isinstance(value, list):
            return [self.expand(child(part, keyword, at), depths) for at in range(len(value))]
        if keyword in SUBSCHEMAS and isinstance(value, (dict, bool)):
            return self.expand(child(part, keyword), depths)
        return value

    def _dependencies(self, part: Part, depths: dict[Part, int]) -> dict[str, Any]:
        schemas = part.contents.get("dependentSchemas", {})
        found = dict(part.contents.get("dependentRequired", {}))
        for name in schemas:
            schema = self.expand(self._parts.child(part, "dependentSchemas", name), depths)
            found[name] = {"allOf": [schema, {"required": found.get(name, [])}]}
        return {"dependencies": found} if found else {}
