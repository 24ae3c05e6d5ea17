"""Samplers of schemas that stand nowhere but in a test."""

from collections.abc import Iterator
from random import Random
from typing import Any

from asynction_core.compiled import CompiledSchema, SchemaCompiler
from asynction_core.fake import FakeData, Sampler
from asynction_core.spec import Spec
from asynction_core.spec.documents import Documents
from asynction_core.spec.model import Event, Schema
from asynction_core.spec.schemas import SchemaReader


def compile_document(
    schema: Any, check_formats: bool = False, **document: Any
) -> tuple[Schema, SchemaCompiler]:
    """Return *schema*, which stands at ``s`` of *document*, and the compiler of that."""
    documents = Documents()
    root = documents.root({"s": schema, **document})
    read = SchemaReader().read(root.child("s"))
    return read, SchemaCompiler(documents.contents, check_formats)


def sampler_of(
    schema: Any, check_formats: bool = False, seed: int = 1, **options: Any
) -> tuple[CompiledSchema, Sampler]:
    """Return *schema*, compiled, and its sampler."""
    read, compiler = compile_document(schema, check_formats)
    return compiler.compile(read), FakeData(compiler, seed=seed, **options).sampler(read)


def spec_events(spec: Spec) -> Iterator[Event]:
    """Yield every event of *spec*."""
    for namespace in spec.namespaces.values():
        yield from namespace.received.values()
        yield from namespace.emitted.values()


def samples_of(schema: Any, count: int = 20, **options: Any) -> list[Any]:
    """Return samples of *schema*, each of which has been found valid."""
    compiled, sampler = sampler_of(schema, **options)
    random = Random(1)
    samples = [sampler(random) for _ in range(count)]
    for sample in samples:
        assert compiled.refusal(sample) is None, sample
    return samples
