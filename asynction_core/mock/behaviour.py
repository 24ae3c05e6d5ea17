"""What a mock does: it acknowledges with fake data, and emits fake events. No IO, no event loop."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Any

from asynction_core.compiled import SchemaCompiler
from asynction_core.handlers import Handler, import_handler
from asynction_core.mock.security import Security, check_security, functions
from asynction_core.registration import Registration, register
from asynction_core.spec.model import Event, Example, HandlerPath, Schema, Spec

if TYPE_CHECKING:
    from asynction_core.fake import FakeData

Sample = Callable[[], Any]
"""Returns fake data as python-socketio's ``emit`` takes it, and as handlers return it."""


@dataclass(frozen=True, slots=True)
class Emission:
    """An event that the mock emits. ``acknowledged`` says that clients acknowledge it."""

    namespace: str
    event: str
    acknowledged: bool
    sample: Sample


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What a mock of a document does.

    ``acks`` has the fake acknowledgements of the events that it receives, by namespace and event;
    None where the document describes none.
    """

    registration: Registration
    acks: Mapping[tuple[str, str], Sample | None]
    emissions: Sequence[Emission]

    @staticmethod
    def of(
        spec: Spec,
        *,
        server_name: str | None = None,
        validation: bool = True,
        check_formats: bool = False,
        server_security: Sequence[Mapping[str, Sequence[str]]] | None = None,
        security: Security = "mock",
        seed: int | str | None = None,
        custom_formats_sample_size: int = 20,
        guess_from_names: bool = True,
    ) -> "Behaviour":
        """Return the behaviour of a mock of *spec*.

        :param security: what becomes of the document's security, see :data:`Security`.
        :param seed: makes the data the same in every run.
        :param custom_formats_sample_size: how many samples to take of each of Faker's providers
            that the document names as a ``format``; 0 for none.
        :param guess_from_names: whether a property's name may tell what its data looks like.
        :raises SpecException: something is wrong with the document, or no data can satisfy a
            schema of it.
        :raises ModuleNotFoundError: the extra ``mock`` is not installed.
        """
        from asynction_core.fake import FakeData

        check_security(security)
        compiler = SchemaCompiler(spec.resources, check_formats)
        registration = register(
            spec,
            server_name=server_name,
            validation=validation,
            import_handlers=security != "off",
            server_security=server_security,
            load_handler=_load_own,
            load_function=functions(spec, security),
            compiler=compiler,
        )
        fake = FakeData(
            compiler,
            seed=seed,
            custom_formats_sample_size=custom_formats_sample_size,
            guess_from_names=guess_from_names,
        )
        return _Author(spec, fake, seed).write(registration)


def _load_own(path: HandlerPath) -> Handler | None:
    """Return the handler at *path* if it is this library's; the user's are not imported."""
    return import_handler(path) if path.path.startswith("asynction_core.") else None


class _Author:
    def __init__(self, spec: Spec, fake: "FakeData", seed: int | str | None) -> None:
        self._spec = spec
        self._fake = fake
        self._seed = seed

    def write(self, registration: Registration) -> Behaviour:
        offered = [self._spec.namespaces[name] for name in registration.namespaces]
        return Behaviour(
            registration=registration,
            acks={
                (namespace.name, event.name): self._ack(namespace.name, event)
                for namespace in offered
                for event in namespace.received.values()
            },
            emissions=[
                self._emission(namespace.name, event)
                for namespace in offered
                for event in namespace.emitted.values()
            ],
        )

    def _ack(self, namespace: str, event: Event) -> Sample | None:
        if event.acks is None:
            return None
        random = self._random("ack", namespace, event.name)
        return self._sample(random, event.acks, ())

    def _emission(self, namespace: str, event: Event) -> Emission:
        random = self._random("event", namespace, event.name)
        payloads = (event.payload,) if event.payload else ()
        sample = self._sample(random, payloads, event.examples)
        return Emission(namespace, event.name, event.acks is not None, sample)

    def _sample(
        self, random: Random, schemas: Sequence[Schema], examples: Sequence[Example]
    ) -> Sample:
        """Return what samples any one of *schemas*; no arguments where there are none."""
        samplers = [self._fake.arguments(schema, examples) for schema in schemas]
        if not samplers:
            return lambda: None
        if len(samplers) == 1:
            only = samplers[0]
            return lambda: _as_data(only(random))
        return lambda: _as_data(random.choice(samplers)(random))

    def _random(self, *about: str) -> Random:
        """Return numbers for one event alone, so that others do not change what it says."""
        return Random() if self._seed is None else Random(repr((self._seed, *about)))  # noqa: S311


def _as_data(arguments: Sequence[Any]) -> Any:
    """Return *arguments* as python-socketio takes them (see ``validation.arguments_of``)."""
    if not arguments:
        return None
    if len(arguments) == 1 and arguments[0] is not None and not isinstance(arguments[0], tuple):
        return arguments[0]
    return tuple(arguments)
