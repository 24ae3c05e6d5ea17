"""The rule about examples: each is valid by its own schema."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any

from asynction_core.compiled import SchemaCompiler
from asynction_core.exceptions import SpecException
from asynction_core.lint.findings import Report
from asynction_core.spec.documents import Documents, Location, Node
from asynction_core.spec.model import Event, Namespace, Schema
from asynction_core.spec.place import below
from asynction_core.spec.schemas import subschemas


class ExampleChecker:
    """Checks the examples of messages and those in schemas, each once."""

    def __init__(self, documents: Documents, compiler: SchemaCompiler, report: Report) -> None:
        self._documents = documents
        self._compiler = compiler
        self._report = report
        self._seen: set[Location] = set()

    def check(self, namespace: Namespace) -> None:
        """Add each example in *namespace* that is not valid."""
        for event in (*namespace.received.values(), *namespace.emitted.values()):
            self._check_event(event)
            for schema in (event.payload, *(event.acks or ())):
                if schema is not None:
                    self._check_schema(schema)

    def _check_event(self, event: Event) -> None:
        if event.payload is not None:
            for example in event.examples:
                self._check_example(event.payload, example.payload, example.place)

    def _check_schema(self, schema: Schema) -> None:
        root = Node(schema.contents, schema.uri, schema.pointer, self._documents)
        for node in self._reach(root):
            examples = node.value.get("examples")
            if isinstance(examples, list):
                part = replace(
                    schema,
                    uri=node.uri,
                    pointer=node.pointer,
                    contents=node.value,
                    place=node.place,
                )
                for index, example in enumerate(examples):
                    place = below(node.place, ("examples", index))
                    self._check_example(part, example, place)

    def _reach(self, root: Node) -> Iterator[Node]:
        """Yield every schema in *root* and that it refers to, which was not yet yielded."""
        waiting = [root]
        while waiting:
            node = waiting.pop()
            if isinstance(node.value, dict) and node.location not in self._seen:
                self._seen.add(node.location)
                yield node
                waiting.extend(subschemas(node))
                waiting.extend(self._target(node))

    def _target(self, node: Node) -> Iterator[Node]:
        reference = node.value.get("$ref")
        if isinstance(reference, str):
            # what is relative to an $id, or an anchor, is not looked into
            with suppress(SpecException):
                yield self._documents.lookup(reference, node)

    def _check_example(self, schema: Schema, example: Any, place: str) -> None:
        as_text = replace(schema, binary=False)  # no document can write binary data
        try:
            refusal = self._compiler.compile(as_text).refusal(example)
        except SpecException:
            return  # what cannot be compiled is told of already
        if refusal is not None:
            where = below(place, refusal.path)
            message = f"the example is not valid: {refusal.message}"
            self._report.add("example", where, message, f"The rule: {refusal.place}")
