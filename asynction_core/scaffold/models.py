"""Types of payloads and acknowledgements, as datamodel-code-generator writes them."""

import ast
import json
import tempfile
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from asynction_core.scaffold.bundle import Bundle
from asynction_core.scaffold.code import Definition
from asynction_core.scaffold.generated import Generated, read
from asynction_core.scaffold.names import pascal
from asynction_core.spec.documents import logger
from asynction_core.spec.model import Event, Schema, Spec

_ROOT = "AsynctionArguments"
_TYPED_DICTS = "DataModelType"  # exported in all versions, though not explicitly in all
_TYPING = frozenset({"Any", "Literal"})


@dataclass(frozen=True, slots=True)
class Annotation:
    """A type, as source. ``models`` are the names in it that the models define."""

    text: str
    models: frozenset[str] = frozenset()

    def imports(self, module: str) -> Iterable[str]:
        """Return the statements that import what the type needs; the models are in *module*."""
        names = {node.id for node in ast.walk(ast.parse(self.text)) if isinstance(node, ast.Name)}
        yield from (f"from typing import {name}" for name in sorted(names & _TYPING))
        yield from (f"from {module} import {name}" for name in sorted(self.models))


ANY = Annotation("Any")


@dataclass(frozen=True, slots=True)
class Models:
    """The types of a document.

    ``arguments`` are those of an event or of an acknowledgement, by its schema; ``untyped`` says
    which schemas have none, and why.
    """

    arguments: Mapping[Schema, tuple[Annotation, ...]]
    definitions: tuple[Definition, ...]
    untyped: tuple[str, ...] = ()


def models(spec: Spec) -> Models:
    """Return the types of the payloads and acknowledgements of *spec*.

    :raises ModuleNotFoundError: the extra ``scaffold`` is not installed.
    """
    bundle = Bundle(spec.resources)
    keys: dict[Schema, list[str]] = {}
    for schema, name in _schemas(spec):
        if schema not in keys:
            keys[schema] = _add(bundle, schema, name)
    generated, untyped = _generate_all(bundle, _places(keys))
    known = frozenset(generated.definitions)
    found = {key: _annotation(text, known) for key, text in generated.annotations.items()}
    return Models(
        {schema: tuple(found.get(key, ANY) for key in some) for schema, some in keys.items()},
        tuple(
            Definition(name, source, tuple(generated.imports_of(source)))
            for name, source in generated.definitions.items()
        ),
        tuple(untyped),
    )


def _places(keys: Mapping[Schema, list[str]]) -> dict[str, str]:
    return {key: schema.place for schema, some in keys.items() for key in some}


def _schemas(spec: Spec) -> Iterable[tuple[Schema, str]]:
    """Yield the schemas of all events, each with the name that its type gets."""
    for namespace in spec.namespaces.values():
        for event in (*namespace.received.values(), *namespace.emitted.values()):
            yield from _of_event(event)


def _of_event(event: Event) -> Iterable[tuple[Schema, str]]:
    name = pascal(event.name, "Event")
    if event.payload is not None:
        yield event.payload, f"{name}Payload"
    for schema in event.acks or ():
        yield schema, f"{name}Ack"


def _add(bundle: Bundle, schema: Schema, name: str) -> list[str]:
    if schema.arity.least == 0 and not schema.arity.spread:
        return []
    if not schema.arity.spread:
        return [bundle.add(name, schema.contents, schema.uri, schema.pointer)]
    contents, uri = bundle.follow(schema.contents, schema.uri)
    return [
        bundle.add(f"{name}{number}", element, uri)
        for number, element in enumerate(_prefix(contents), 1)
    ]


def _prefix(schema: Mapping[str, Any]) -> list[Any]:
    """Return the schemas of the arguments that *schema*, a tuple, describes one by one."""
    for keyword in ("prefixItems", "items"):
        if isinstance(schema.get(keyword), list):
            found: list[Any] = schema[keyword]
            return found
    return []


def _generate_all(bundle: Bundle, places: Mapping[str, str]) -> tuple[Generated, list[str]]:
    """Return the types of all that is in *bundle*, and which of it has none."""
    if not bundle.roots:
        return Generated(), []
    try:
        return _generate(bundle.schema(_ROOT)), []
    except (ModuleNotFoundError, KeyboardInterrupt):
        raise
    except Exception as error:
        logger.debug("types, all at once: %s", error)
    untyped = []
    for key in list(bundle.roots):
        try:
            _generate(bundle.schema(_ROOT, [key]))
        except Exception as error:
            reason = (str(error) or type(error).__name__).splitlines()[0]
            untyped.append(f"{places[key]}: no type, as datamodel-code-generator fails ({reason})")
            del bundle.roots[key]
    return _generate(bundle.schema(_ROOT)) if bundle.roots else Generated(), untyped


def _generate(schema: Mapping[str, Any]) -> Generated:
    import datamodel_code_generator as generator
    from datamodel_code_generator.format import PythonVersion

    with tempfile.TemporaryDirectory() as directory, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        output = Path(directory) / "models.py"
        generator.generate(
            json.dumps(schema),
            input_file_type=generator.InputFileType.JsonSchema,
            output=output,
            output_model_type=getattr(generator, _TYPED_DICTS).TypingTypedDict,
            target_python_version=PythonVersion.PY_311,
            class_name=_ROOT,
            disable_timestamp=True,
            use_schema_description=True,
            use_standard_collections=True,
            use_union_operator=True,
        )
        return read(output.read_text("utf-8"), _ROOT)


def _annotation(text: str, known: frozenset[str]) -> Annotation:
    names = {node.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)}
    return Annotation(text, frozenset(names & known))
