"""Reading shapes: references and ``allOf`` are followed, and what holds together is joined."""

from collections.abc import Callable, Collection, Iterable

from asynction_core.fake.parts import Part, Parts, without
from asynction_core.fake.shapes import KEYWORDS, Choice, Contains, Location, Scope, Shape, need
from asynction_core.spec.model import Dialect

_IMPLIED = {
    "object": ("properties", "required", "additionalProperties", "patternProperties"),
    "array": ("items", "prefixItems", "minItems", "maxItems", "uniqueItems", "contains"),
    "string": ("minLength", "maxLength", "pattern", "format"),
    "number": ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
}
"""The type that people mean who write these keywords without any."""

_OF_REFERENCES = ("$ref", "$dynamicRef", "$recursiveRef")
_BREAKING = frozenset({"integer", "string", "boolean"})
_BEFORE_2019 = (Dialect.DRAFT4, Dialect.DRAFT6, Dialect.DRAFT7)


class Reader:
    """Reads shapes in one document.

    :param dialect: decides what stands next to a ``$ref``, and what ``items`` means.
    """

    def __init__(self, parts: Parts, dialect: Dialect) -> None:
        self._parts = parts
        self._alone = dialect in _BEFORE_2019
        self._prefix = "prefixItems" if dialect is Dialect.DRAFT202012 else "items"

    def read(self, together: Iterable[Part], decided: Collection[Location]) -> Shape:
        """Return what the schemas *together* ask for.

        :param decided: the choices that were made; one of their options is among *together*.
        """
        shape = Shape()
        waiting, seen = list(together), set()
        while waiting:
            part = waiting.pop(0)
            location = (part.uri, part.pointer)
            if location not in seen:
                seen.add(location)
                self._add(shape, part, waiting)
        shape.choices = [choice for choice in shape.choices if choice.location not in decided]
        return shape

    def _add(self, shape: Shape, part: Part, waiting: list[Part]) -> None:
        schema = part.contents
        if not isinstance(schema, dict):
            shape.impossible = shape.impossible or schema is False
            return
        for keyword in _OF_REFERENCES:
            if isinstance(schema.get(keyword), str):
                self._refer(shape, part, schema[keyword], waiting)
        if self._alone and "$ref" in schema:
            return
        for keyword in schema:
            if keyword in KEYWORDS:
                KEYWORDS[keyword](shape, schema[keyword])
        for keywords, add in _APPLICATORS:
            if not schema.keys().isdisjoint(keywords):
                add(self, shape, part)
        waiting.extend(self._each(part, "allOf"))
        if "type" not in schema:
            shape.implied.update(
                name for name, words in _IMPLIED.items() if not schema.keys().isdisjoint(words)
            )

    def _refer(self, shape: Shape, part: Part, reference: str, waiting: list[Part]) -> None:
        try:
            waiting.append(self._parts.target(part, reference))
        except (LookupError, ValueError, TypeError):
            shape.loose = True  # an anchor that only the validator finds

    def _each(self, part: Part, keyword: str) -> list[Part]:
        listed = part.contents.get(keyword)
        count = len(listed) if isinstance(listed, list) else 0
        return [self._parts.child(part, keyword, index) for index in range(count)]

    def members(self, shape: Shape, part: Part) -> None:
        """Add what *part* says about the members of objects."""
        schema, child, scope = part.contents, self._parts.child, Scope()
        for name in schema.get("properties", ()):
            scope.properties[name] = child(part, "properties", name)
        for pattern in schema.get("patternProperties", ()):
            scope.patterns.append((pattern, child(part, "patternProperties", pattern)))
            shape.loose = True
        if "additionalProperties" in schema:
            scope.additional = child(part, "additionalProperties")
        shape.scopes.append(scope)

    def items(self, shape: Shape, part: Part) -> None:
        """Add what *part* says about the items of arrays."""
        schema, child = part.contents, self._parts.child
        listed = isinstance(schema.get("items"), list)
        prefix = self._each(part, self._prefix)
        if prefix:
            shape.prefixes.append(prefix)
        rest = "additionalItems" if listed else "items"
        if rest in schema:
            shape.rests.append((len(prefix), child(part, rest)))

    def content(self, shape: Shape, part: Part) -> None:
        """Add what *part* wants an array to contain."""
        schema = part.contents
        least, most = schema.get("minContains", 1), schema.get("maxContains")
        shape.contains.append(Contains(self._parts.child(part, "contains"), least, most))
        shape.loose = True

    def unevaluated(self, shape: Shape, part: Part) -> None:
        """Add what *part* says about the members that nothing else speaks of."""
        shape.unevaluated.append(self._parts.child(part, "unevaluatedProperties"))
        shape.loose = True

    def unevaluated_items(self, shape: Shape, part: Part) -> None:
        """Add what *part* says about the items that nothing else speaks of."""
        length = max((len(prefix) for prefix in shape.prefixes), default=0)
        if not shape.rests:
            shape.rests.append((length, self._parts.child(part, "unevaluatedItems")))
        shape.loose = True

    def negation(self, shape: Shape, part: Part) -> None:
        """Add what *part* forbids: a member, if it is that; all else has to be checked."""
        forbidden = part.contents["not"]
        names = list(forbidden.get("required", ())) if isinstance(forbidden, dict) else []
        if len(names) == 1 and len(forbidden) == 1:
            member = self._parts.child(without(names[0]), "properties", names[0])
            shape.scopes.append(Scope({names[0]: member}))
        shape.loose = True

    def names(self, shape: Shape, part: Part) -> None:
        """Add what *part* says about the names of members."""
        shape.names.append(self._parts.child(part, "propertyNames"))
        shape.loose = True

    def alternatives(self, shape: Shape, part: Part) -> None:
        """Add the ``anyOf`` and the ``oneOf`` of *part*."""
        for keyword in ("anyOf", "oneOf"):
            options: list[tuple[Part, ...]] = [(each,) for each in self._each(part, keyword)]
            if options:
                location = (part.uri, (*part.pointer, keyword))
                shape.choices.append(Choice(location, options))
                if keyword == "oneOf":
                    shape.choices[-1].others = self._apart(self._each(part, keyword))
                    shape.loose = True

    def _apart(self, options: list[Part]) -> list[tuple[Part, ...]]:
        """Return each of the *options* with members that break the others.

        Objects that only differ in the members that they may have are all the same to ``oneOf``,
        which accepts no more than one of them.
        """
        found = []
        for option in options:
            own = self._parts.follow(option).contents
            members = own.get("properties", {}) if isinstance(own, dict) else {}
            others = [each for each in options if each is not option]
            broken = [_breaking(self._parts.follow(each), members) for each in others]
            if all(broken):
                found.append((option, *(part for part in broken if part)))
        return found

    def condition(self, shape: Shape, part: Part) -> None:
        """Add the ``if`` of *part* as a choice: it holds and so does ``then``, or it does not."""
        holds, fails = [self._parts.child(part, "if")], []
        if "then" in part.contents:
            holds.append(self._parts.child(part, "then"))
        if "else" in part.contents:
            fails.append(self._parts.child(part, "else"))
        location = (part.uri, (*part.pointer, "if"))
        shape.choices.append(Choice(location, [tuple(holds), tuple(fails)]))
        shape.loose = True

    def dependent(self, shape: Shape, part: Part) -> None:
        """Add the schemas that hold if an object has a member, each as a choice."""
        for keyword in ("dependentSchemas", "dependencies"):
            for name, schema in part.contents.get(keyword, {}).items():
                if isinstance(schema, list):
                    need(shape, schema)
                    continue
                location = (part.uri, (*part.pointer, keyword, name))
                present = self._parts.child(part, keyword, name)
                shape.choices.append(Choice(location, [(present,), (without(name),)]))
                shape.loose = True


def _breaking(option: Part, members: Collection[str]) -> Part | None:
    """Return a part with a member, none of *members*, that *option* would have otherwise."""
    contents = option.contents if isinstance(option.contents, dict) else {}
    for name, schema in contents.get("properties", {}).items():
        listed = schema.get("type") if isinstance(schema, dict) else None
        if listed and name not in members:
            allowed = {listed} if isinstance(listed, str) else set(listed)
            types = sorted(_BREAKING - allowed - {"integer" if "number" in allowed else ""})
            made = {"properties": {name: {"type": types}}, "required": [name]}
            return Part("", (option.uri, *option.pointer, name), made, "")
    return None


_APPLICATORS: tuple[tuple[tuple[str, ...], Callable[[Reader, Shape, Part], None]], ...] = (
    (("properties", "patternProperties", "additionalProperties"), Reader.members),
    (("propertyNames",), Reader.names),
    (("not",), Reader.negation),
    (("unevaluatedProperties",), Reader.unevaluated),
    (("items", "prefixItems"), Reader.items),
    (("unevaluatedItems",), Reader.unevaluated_items),
    (("contains",), Reader.content),
    (("anyOf", "oneOf"), Reader.alternatives),
    (("if",), Reader.condition),
    (("dependentSchemas", "dependencies"), Reader.dependent),
)
