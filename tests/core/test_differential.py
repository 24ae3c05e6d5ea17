"""Compiled schemas against ``jsonschema``: the same verdicts, and refusals that it reports too."""

import random
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis_jsonschema import from_schema
from jsonschema.protocols import Validator
from referencing import Registry
from referencing.jsonschema import DRAFT7, DRAFT202012

from asynction_core.compiled import CompiledSchema, SchemaCompiler
from asynction_core.spec.documents import Documents
from asynction_core.spec.model import Dialect
from asynction_core.spec.schemas import SchemaReader
from asynction_core.translation import Refusal

VERSIONS = {Dialect.DRAFT7: "draft-07", Dialect.DRAFT202012: "2020-12"}
DIALECTS = [pytest.param(dialect, id=dialect.name) for dialect in VERSIONS]

NAMES = [
    "a",
    "b",
    "ab",
    "0",
    "c/d",
    "e~f",
    "%20",
    "$ref",
    "properties",
    "minContains",
    "additionalProperties",
]
PATTERNS = ["^a", "b", "^.$", "[0-9]+", "^(a|b)*c?$"]
LEAVES = [None, True, False, 0, 1, 1.0, 2, -1, 0.5, 3, 10.0, "", "a", "ab", "abc", "b1", "é", "😀"]
TYPES = ["null", "boolean", "integer", "number", "string", "array", "object"]


class Maker:
    """Makes schemas of one dialect, and values that nearly satisfy them.

    ``false`` is made wherever a schema may stand; see ``KNOWN`` for how refusals by it differ.
    """

    def __init__(self, dialect: Dialect, choices: random.Random) -> None:
        self.modern = dialect is Dialect.DRAFT202012
        self.choices = choices
        self.holder = "$defs" if self.modern else "definitions"
        self.document: dict[str, Any] = {self.holder: {}}
        self.earlier: list[str] = []
        self.members = NAMES

    def chance(self, percent: int) -> bool:
        return self.choices.randrange(100) < percent

    def pick(self, options: Any) -> Any:
        return self.choices.choice(options)

    def some(self, options: Any, most: int) -> list[Any]:
        return self.choices.sample(options, self.choices.randint(0, most))

    def make(self) -> dict[str, Any]:
        """Return a document with a schema at ``s`` and what it refers to beside it."""
        for name in ("x", "y/z"):
            self.document[self.holder][name] = self.schema(2, below=False)
            self.earlier.append(name.replace("/", "~1"))
        self.document["s"] = self.schema(3, below=False)
        # an empty name in a schema: see KNOWN; which name it was cannot always be told
        if "propertyNames" not in repr(self.document):
            self.members = [*NAMES, ""]
        return self.document

    def schema(self, depth: int, below: bool = True) -> Any:
        """Return a schema; *below* says that it judges a part of what the one around it does."""
        if self.chance(4):
            return True
        if self.chance(4):
            return False
        targets = [f"#/{self.holder}/{name}" for name in (["x", "y~1z"] if below else self.earlier)]
        targets += ["#/s"] * below  # elsewhere it could judge one value for ever
        if targets and self.chance(12):
            siblings = self.keywords(1) if self.chance(30) else {}
            return {"$ref": self.pick(targets), **siblings}
        return self.keywords(depth)

    def keywords(self, depth: int) -> dict[str, Any]:
        parts = [self.general, self.number, self.string]
        if depth:
            parts += [self.array, self.object, self.array, self.object, self.logic]
        found: dict[str, Any] = {}
        for _ in range(self.pick([1, 1, 1, 2, 2, 3])):
            self.pick(parts)(found, depth - 1)
        return found

    def general(self, found: dict[str, Any], depth: int) -> None:
        if self.chance(70):
            types = self.choices.sample(TYPES, self.pick([1, 1, 2, 3]))
            found["type"] = types if len(types) > 1 or self.chance(10) else types[0]
        if self.chance(15):
            found["enum"] = [self.value(2) for _ in range(self.pick([1, 2, 3]))]
        if self.chance(10):
            found["const"] = self.value(2)

    def number(self, found: dict[str, Any], depth: int) -> None:
        for keyword in self.some(
            ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"], 2
        ):
            found[keyword] = self.pick([1, 2, 0.5, 3.0] + [0, -1] * (keyword != "multipleOf"))

    def string(self, found: dict[str, Any], depth: int) -> None:
        for keyword in self.some(["minLength", "maxLength", "pattern"], 2):
            found[keyword] = self.pick(PATTERNS) if keyword == "pattern" else self.pick([0, 1, 2])

    def array(self, found: dict[str, Any], depth: int) -> None:
        keywords = ["items", "tuple", "contains", "minItems", "maxItems", "uniqueItems"]
        for keyword in self.some([*keywords, *["unevaluatedItems"] * self.modern], 3):
            if keyword == "tuple":
                self.tuple(found, depth)
            elif keyword == "items":
                found.setdefault(keyword, self.schema(depth))
            elif keyword in ("contains", "unevaluatedItems"):
                found[keyword] = self.schema(depth)
            else:
                found[keyword] = self.chance(80) if keyword[0] == "u" else self.pick([0, 1, 2, 3])
        if "contains" in found and self.modern:
            for keyword in self.some(["minContains", "maxContains"], 2):
                found[keyword] = self.pick([0, 1, 2])

    def tuple(self, found: dict[str, Any], depth: int) -> None:
        found["prefixItems" if self.modern else "items"] = self.schemas(depth)
        if self.chance(60):
            found["items" if self.modern else "additionalItems"] = self.schema(depth)

    def object(self, found: dict[str, Any], depth: int) -> None:
        keywords = ["properties", "properties", "required", "patternProperties", "propertyNames"]
        keywords += ["additionalProperties", "additionalProperties", "minProperties"]
        keywords += ["maxProperties", "dependencies", "dependencies"]
        for keyword in self.some([*keywords, *["unevaluatedProperties"] * self.modern], 4):
            if keyword == "dependencies":
                self.dependencies(found, depth)
            elif keyword in ("properties", "patternProperties"):
                names = self.some(PATTERNS if keyword[1] == "a" else NAMES, 3)
                found[keyword] = {name: self.schema(depth) for name in names}
            elif keyword == "required":
                found[keyword] = self.some(NAMES, 2)
            elif keyword in ("minProperties", "maxProperties"):
                found[keyword] = self.pick([0, 1, 2, 3])
            else:
                found[keyword] = False if self.chance(40) else self.schema(depth)

    def dependencies(self, found: dict[str, Any], depth: int) -> None:
        schemas = {name: self.schema(depth, False) for name in self.some(NAMES, 2)}
        lists = {name: self.some(NAMES, 2) for name in self.some(NAMES, 2)}
        if self.modern:
            found.update({"dependentSchemas": schemas, "dependentRequired": lists})
        else:
            found["dependencies"] = schemas | lists

    def logic(self, found: dict[str, Any], depth: int) -> None:
        for keyword in self.some(["allOf", "anyOf", "oneOf", "not", "if"], 2):
            if keyword == "if":
                found.update({name: self.schema(depth, False) for name in ("if", "then", "else")})
            else:
                in_place = self.schemas(depth, below=False)
                found[keyword] = in_place[0] if keyword == "not" else in_place

    def schemas(self, depth: int, below: bool = True) -> list[Any]:
        return [self.schema(depth, below) for _ in range(self.pick([1, 2, 2, 3]))]

    def value(self, depth: int) -> Any:
        """Return any value."""
        if not depth or self.chance(50):
            return self.pick(LEAVES)
        if self.chance(50):
            return [self.value(depth - 1) for _ in range(self.pick([0, 1, 2, 3]))]
        return {name: self.value(depth - 1) for name in self.some(self.members, 4)}

    def near(self, schema: Any, depth: int = 5) -> Any:
        """Return a value that nearly satisfies *schema*."""
        if not isinstance(schema, dict) or not depth or self.chance(8):
            return self.value(2)
        if "$ref" in schema:
            at = self.document
            for step in schema["$ref"].split("/")[1:]:
                at = at[step.replace("~1", "/")]
            return self.near(at, depth - 1)
        if "const" in schema and self.chance(80):
            return schema["const"]
        if "enum" in schema and self.chance(80):
            return self.pick(schema["enum"])
        options = [*schema.get("allOf", []), *schema.get("anyOf", []), *schema.get("oneOf", [])]
        options += [schema[keyword] for keyword in ("then", "else") if keyword in schema]
        if options and self.chance(50):
            return self.near(self.pick(options), depth - 1)
        return self.shaped(schema, depth)

    def shaped(self, schema: dict[str, Any], depth: int) -> Any:
        shapes = {"object": ("ropert", "required", "depend"), "array": ("tems", "ontain")}
        kinds = [
            kind
            for kind, words in shapes.items()
            if any(word in keyword for word in words for keyword in schema)
        ]
        types = schema.get("type", [])
        types = [types] if isinstance(types, str) else types
        kind = self.pick([k for k in kinds if k in types] or types or kinds or [None])
        if kind == "object":
            return self.near_object(schema, depth - 1)
        if kind == "array":
            return self.near_array(schema, depth - 1)
        leaves = {"string": str, "integer": int, "boolean": bool, "number": float}
        if kind in leaves:
            return self.pick([leaf for leaf in LEAVES if type(leaf) is leaves[kind]])
        return None if kind == "null" else self.value(2)

    def near_object(self, schema: dict[str, Any], depth: int) -> dict[str, Any]:
        properties = schema.get("properties", {})
        names = [name for name in properties if self.chance(80)]
        names += [name for name in schema.get("required", []) if self.chance(90)]
        names += self.some(self.members, 2) if self.chance(50) else []
        others = [schema.get(key) for key in ("additionalProperties", "unevaluatedProperties")]
        others += schema.get("patternProperties", {}).values()
        return {
            name: self.near(properties.get(name, self.pick(others)), depth)
            for name in dict.fromkeys(names)
        }

    def near_array(self, schema: dict[str, Any], depth: int) -> list[Any]:
        items = schema.get("items")
        prefix = schema.get("prefixItems", items if isinstance(items, list) else [])
        rest = [items] if isinstance(items, dict) else []
        rest += [
            schema[k] for k in ("contains", "additionalItems", "unevaluatedItems") if k in schema
        ]
        found = [self.near(item, depth) for item in prefix]
        found += [
            self.near(self.pick(rest or [None]), depth) for _ in range(self.pick([0, 1, 2, 3]))
        ]
        return found[: self.choices.randint(1, 6)] if self.chance(20) else found


def compile_at(document: dict[str, Any], dialect: Dialect) -> CompiledSchema:
    """Return the schema at ``s`` of *document*, compiled as the library does."""
    documents = Documents()
    format_ = f"application/schema+json;version={VERSIONS[dialect]}"
    root = documents.root({**document, "format": format_})
    schema = SchemaReader().read(root.child("s"), root.child("format"))
    assert schema.dialect is dialect
    return SchemaCompiler(documents.contents).compile(schema)


def reference_validator(document: dict[str, Any], dialect: Dialect) -> Validator:
    """Return a ``jsonschema`` validator of the schema at ``s`` of *document*."""
    modern = dialect is Dialect.DRAFT202012
    resource = (DRAFT202012 if modern else DRAFT7).create_resource(document)
    registry: Registry[Any] = Registry().with_resource("urn:document", resource)
    validator_class = jsonschema.Draft202012Validator if modern else jsonschema.Draft7Validator
    return validator_class({"$ref": "urn:document#/s"}, registry=registry)


def exactly(value: Any) -> Any:
    """Return what tells 1 from 1.0 and from True."""
    return repr(value)


def key_of(error: Any) -> tuple[Any, ...]:
    """Return what a refusal and an error of ``jsonschema`` are compared by."""
    attributes = (error.validator, error.validator_value, error.instance, error.schema)
    return ([*error.path], [*error.schema_path], *map(exactly, attributes))


def disagreement(document: dict[str, Any], dialect: Dialect, value: Any) -> str | None:
    """Return how the engines differ on *value*; None where they do not."""
    compiled = compile_at(document, dialect)
    errors = list(reference_validator(document, dialect).iter_errors(value))
    refusal = compiled.refusal(value)
    if compiled.is_valid(value) is not (not errors) or (refusal is None) is not (not errors):
        return f"verdict {compiled.is_valid(value)}, {refusal}, jsonschema: {errors}"
    if refusal is None:
        return None
    spelled_out = list(reference_validator(spell_out(document), dialect).iter_errors(value))
    return difference(refusal, errors, spelled_out)


def difference(refusal: Refusal, errors: list[Any], spelled_out: list[Any]) -> str | None:
    """Return why *refusal*, or one in its context, is not among *errors*.

    :param spelled_out: what ``jsonschema`` finds where ``{"not": {}}`` stands for ``false``.
    """
    if refusal.schema is False:
        return false_difference(refusal, spelled_out)
    key = key_of(refusal)
    same = [error for error in errors if key_of(error) == key]
    if not same:
        return f"{key} is not among {[*map(key_of, errors)]}"
    below = [error for other in same for error in other.context]
    spelled = [error for other in spelled_out for error in other.context]
    children = (child for child in refusal.context if not untrue(child))
    found = (difference(child, below, spelled) for child in children)
    return next((f"context: {text}" for text in found if text), None)


def untrue(refusal: Refusal) -> bool:
    """Tell whether *refusal* is one of those that jsonschema-rs makes up; see ``KNOWN_UNTRUE``."""
    names = refusal.validator_value if refusal.validator == "required" else []
    return len(names) == 1 and names[0] in refusal.instance


def false_difference(refusal: Refusal, spelled_out: list[Any]) -> str | None:
    assert (refusal.validator, refusal.validator_value) == (None, None)
    if refusal.schema_path[-1:] == ["propertyNames"]:
        return None
    key = (refusal.path, [*refusal.schema_path, "not"], exactly(refusal.instance))
    keys = [([*e.path], [*e.schema_path], exactly(e.instance)) for e in spelled_out]
    return None if key in keys else f"false: {key} is not among {keys}"


MAPS = {"properties", "patternProperties", "dependentSchemas", "dependencies"}
PARTS = {"allOf", "anyOf", "oneOf", "prefixItems", "items", "contains", "additionalItems", "not"}
PARTS |= {"additionalProperties", "propertyNames", "if", "then", "else"}
PARTS |= {"unevaluatedItems", "unevaluatedProperties", "s"}


def spell_out(schema: Any) -> Any:
    """Return *schema* with ``{"not": {}}`` in the place of ``false``."""
    if schema is False:
        return {"not": {}}
    if isinstance(schema, list):
        return [spell_out(item) if isinstance(item, (dict, bool)) else item for item in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        keyword: {name: spell_out(item) for name, item in value.items()}
        if keyword in MAPS | {"$defs", "definitions"}
        else spell_out(value)
        if keyword in PARTS
        else value
        for keyword, value in schema.items()
    }


NEW, OLD = Dialect.DRAFT202012, Dialect.DRAFT7

# (who wins and why, dialect, schema, value, our refusal, the errors of jsonschema); a refusal is
# (path, schema_path, validator, instance). The generator above stays clear of these, `false`
# excepted, which `spell_out` makes comparable.
KNOWN: list[tuple[str, Dialect, Any, Any, Any, list[Any]]] = [
    (
        "ours: the paths lead to what was refused and to the false",
        NEW,
        {"properties": {"a": False}},
        {"a": 1},
        (["a"], ["properties", "a"], None, 1),
        [([], ["properties"], None, 1)],
    ),
    (
        "ours: the element that is too many, not the list",
        NEW,
        {"prefixItems": [{}], "items": False},
        [1, 2],
        ([1], ["items"], None, 2),
        [([], ["items"], "items", [1, 2])],
    ),
    (
        "ours: as for properties",
        OLD,
        {"items": [False]},
        [1],
        ([0], ["items", 0], None, 1),
        [([], ["items"], None, 1)],
    ),
    (
        "ours: as for properties",
        NEW,
        {"allOf": [False]},
        3,
        ([], ["allOf", 0], None, 3),
        [([], ["allOf"], None, 3)],
    ),
    (
        "ours: as for properties",
        NEW,
        {"if": {}, "then": False},
        3,
        ([], ["then"], None, 3),
        [([], [], None, 3)],
    ),
    (
        "jsonschema: it names the name; ours shows the object around it",
        NEW,
        {"propertyNames": False},
        {"b": 1},
        ([], ["propertyNames"], None, {"b": 1}),
        [([], ["propertyNames"], None, "b")],
    ),
    (
        "jsonschema: ours leaves the empty name of a property out of schema_path",
        NEW,
        {"properties": {"": {"type": "integer"}}},
        {"": "x"},
        ([""], ["properties", "type"], "type", "x"),
        [([""], ["properties", "", "type"], "type", "x")],
    ),
    (
        "jsonschema: ours writes the name of a property in schema_path as the number it reads as",
        NEW,
        {"properties": {"01": {"type": "integer"}}},
        {"01": "x"},
        (["01"], ["properties", "1", "type"], "type", "x"),
        [(["01"], ["properties", "01", "type"], "type", "x")],
    ),
    (
        "ours: in ECMA-262 $ is the end and nothing before it",
        NEW,
        {"pattern": "^a$"},
        "a\n",
        ([], ["pattern"], "pattern", "a\n"),
        [],
    ),
    (
        "ours: in ECMA-262 a digit is 0 to 9",
        NEW,
        {"pattern": r"^\d$"},
        "٣",
        ([], ["pattern"], "pattern", "٣"),
        [],
    ),
    (
        "ours: in ECMA-262 a word has no accents",
        NEW,
        {"pattern": r"^\w$"},
        "é",
        ([], ["pattern"], "pattern", "é"),
        [],
    ),
    (
        "ours: 0.07 is seven times 0.01",
        NEW,
        {"multipleOf": 0.01},
        0.07,
        None,
        [([], ["multipleOf"], "multipleOf", 0.07)],
    ),
    (
        "ours: draft 7 lets a validator assert it, and fail closed",
        OLD,
        {"contentEncoding": "base64"},
        "!!",
        ([], ["contentEncoding"], "contentEncoding", "!!"),
        [],
    ),
    (
        "ours: draft 7 lets a validator assert it, and fail closed",
        OLD,
        {"contentMediaType": "application/json"},
        "{",
        ([], ["contentMediaType"], "contentMediaType", "{"),
        [],
    ),
    (
        "ours: whoever writes it means it",
        NEW,
        {"dependencies": {"a": ["b"]}},
        {"a": 1},
        ([], ["dependencies"], "dependencies", {"a": 1}),
        [],
    ),
    (
        "ours: infinity is not JSON, and travels as null",
        NEW,
        {"type": "number"},
        float("inf"),
        ([], ["type"], "type", float("inf")),
        [],
    ),
    (
        "ours: a tuple travels as a list",
        NEW,
        {"type": "array"},
        (1, 2),
        None,
        [([], ["type"], "type", (1, 2))],
    ),
]

# The branch of an anyOf that refuses {"b": 1} for its additional property also "requires" b.
KNOWN_UNTRUE = {"anyOf": [{"additionalProperties": False, "properties": {}, "required": ["b"]}]}


def verdict(error: Any) -> Any:
    return error and ([*error.path], [*error.schema_path], error.validator, error.instance)


@pytest.mark.parametrize(
    ("dialect", "schema", "value", "ours", "theirs"),
    [pytest.param(*row[1:], id=f"{row[2]}"[:60]) for row in KNOWN],
)
def test_engines_differ_only_as_known(
    dialect: Dialect, schema: Any, value: Any, ours: Any, theirs: list[Any]
) -> None:
    document = {"s": schema}
    assert verdict(compile_at(document, dialect).refusal(value)) == ours
    assert [*map(verdict, reference_validator(document, dialect).iter_errors(value))] == theirs


def test_context_may_require_a_property_that_is_there() -> None:
    document = {"s": KNOWN_UNTRUE}
    refusal = compile_at(document, NEW).refusal({"b": 1})
    (error,) = reference_validator(document, NEW).iter_errors({"b": 1})
    assert refusal is not None
    assert [child.validator for child in refusal.context] == ["additionalProperties", "required"]
    assert [child.validator for child in error.context] == ["additionalProperties"]


@pytest.mark.parametrize("dialect", DIALECTS)
@settings(max_examples=500, deadline=None, derandomize=True, suppress_health_check=[*HealthCheck])
@given(choices=st.randoms(use_true_random=False))
def test_engines_agree_on_generated_schemas_and_values(
    dialect: Dialect, choices: random.Random
) -> None:
    maker = Maker(dialect, choices)
    document = maker.make()
    for value in (maker.near(document["s"]), maker.near(document["s"]), maker.value(3)):
        assert disagreement(document, dialect, value) is None, (document, value)


MESSAGE = {
    "type": "object",
    "properties": {
        "text": {"type": "string", "minLength": 1, "maxLength": 8},
        "to": {"type": "array", "items": {"type": "integer"}, "minItems": 1, "uniqueItems": True},
        "kind": {"enum": ["chat", "system", None]},
        "extra": {"anyOf": [{"type": "boolean"}, {"type": "object", "maxProperties": 1}]},
    },
    "required": ["text", "kind"],
    "additionalProperties": False,
}
SEVERAL: dict[str, Any] = {
    "oneOf": [
        {"type": "integer", "minimum": 0, "multipleOf": 5},
        {"type": "object", "required": ["id"], "properties": {"id": {"type": "integer"}}},
        {"type": "array", "contains": {"type": "null"}, "maxItems": 3},
        {"type": "string", "pattern": "^[a-c]+$"},
    ]
}


@st.composite
def damaged(draw: st.DrawFn, schema: dict[str, Any]) -> Any:
    """Return a value that satisfies *schema*, perhaps with one of its parts replaced."""
    value = draw(from_schema(schema))
    place: Any = value
    while isinstance(place, (dict, list)) and place:
        key = draw(st.sampled_from([*place] if isinstance(place, dict) else range(len(place))))
        if draw(st.booleans()) or not isinstance(place[key], (dict, list)) or not place[key]:
            place[key] = draw(st.sampled_from([*LEAVES, [], {}, [1, 1]]))
            break
        place = place[key]
    return value


@pytest.mark.parametrize("dialect", DIALECTS)
@settings(max_examples=100, deadline=None, derandomize=True, suppress_health_check=[*HealthCheck])
@given(
    pair=st.sampled_from([MESSAGE, SEVERAL]).flatmap(lambda s: st.tuples(st.just(s), damaged(s)))
)
def test_engines_agree_on_messages_with_one_part_replaced(
    dialect: Dialect, pair: tuple[dict[str, Any], Any]
) -> None:
    schema, value = pair
    assert disagreement({"s": schema}, dialect, value) is None
