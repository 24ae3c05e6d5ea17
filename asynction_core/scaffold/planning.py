"""What a document comes to: modules with stubs, types, tests, and the application around them."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath

from asynction_core.scaffold.application import Application, Names, relative
from asynction_core.scaffold.checks import TestWriter
from asynction_core.scaffold.code import Definition, File, Module, Plan
from asynction_core.scaffold.examples import Examples
from asynction_core.scaffold.framework import Framework, dialect
from asynction_core.scaffold.inventory import Inventory, take
from asynction_core.scaffold.models import Models, models
from asynction_core.scaffold.names import Names as Given
from asynction_core.scaffold.names import snake
from asynction_core.scaffold.stubs import LOGGER, StubWriter
from asynction_core.scaffold.targets import Target, module_path
from asynction_core.spec.model import Spec

_HANDLERS = "Handlers of the document's events: stubs to be filled in."
_REGISTERED = "Handlers of the events for which the document names none."
_MODELS = "Types of what is sent and received, as the document describes them."
_FUTURE = "from __future__ import annotations"


def plan(
    spec: Spec,
    document: Path,
    framework: Framework,
    directory: Path,
    server_name: str | None = None,
) -> Plan:
    """Return what an application for *spec* consists of.

    :param document: the file of *spec*.
    :param directory: where the application is to be.
    :raises SpecException: something is wrong with the document, or with a path of a handler.
    :raises ModuleNotFoundError: the extra ``scaffold`` is not installed.
    """
    examples = Examples(spec, server_name)
    inventory = take(spec, examples.registration.namespaces)
    names = _names(inventory, directory)
    application = Application(
        dialect(framework),
        names,
        relative(document, directory),
        server_name,
        examples.registration,
    )
    found = models(spec)
    writer = StubWriter(dialect(framework), found, examples, names.models)
    tests = TestWriter(dialect(framework), examples, spec, names.app, names.server)
    modules = [
        *_handlers(inventory, writer),
        *_registered(inventory, writer, names),
        *_types(found, names),
        application.server(),
        application.app(bool(inventory.unnamed)),
        tests.module(inventory.foreign),
    ]
    files: tuple[Module | File, ...] = (
        *modules,
        application.requirements(),
        application.readme(_contents(modules)),
    )
    return Plan(files, (*_notes(inventory), *found.untyped, *tests.notes))


def _contents(modules: Iterable[Module]) -> Mapping[str, str]:
    return {
        str(module.path): module.docstring
        for module in modules
        if module.definitions or module.ending
    }


def _notes(inventory: Inventory) -> Iterator[str]:
    for path in inventory.foreign:
        if path.path.partition(".")[0] in ("asynction", "asynction_core", "asynction_flask"):
            continue
        yield f"{path.place}: nothing is written for {path.path}, which is another package's"


def _names(inventory: Inventory, directory: Path) -> Names:
    """Return names for the modules of the application that no handler's module has."""
    given = Given({target.module[0] for target in inventory.named} | {"tests", "test_api"})

    def free(*names: str) -> str:
        for name in names:
            if not (directory / name / "__init__.py").exists() and given.take(name) == name:
                return name
        return given.take(names[-1])

    return Names(
        app=free("app", "main", "application"),
        server=free("server", "socketio_server"),
        models=free("models", "payloads", "payload_models"),
        handlers=free("handlers", "event_handlers"),
    )


def _handlers(inventory: Inventory, writer: StubWriter) -> Iterator[Module]:
    modules: dict[tuple[str, ...], list[Target]] = {}
    for target in inventory.named:
        modules.setdefault(target.module, []).append(target)
    packages = {module[:depth] for module in modules for depth in range(1, len(module))}
    for package in sorted(packages - modules.keys()):
        yield Module(module_path(package, is_package=True), "", "handlers")
    for module, targets in modules.items():
        definitions = [writer.write(each.name, inventory.named[each]) for each in targets]
        path = module_path(module, is_package=module in packages)
        yield Module(path, _HANDLERS, "handlers", tuple(_with_logger(definitions)))


def _registered(inventory: Inventory, writer: StubWriter, names: Names) -> Iterator[Module]:
    given = Given({"logger", writer.dialect.door})
    definitions = []
    for use in inventory.unnamed:
        namespace, event = use.key
        words = [snake(namespace, "namespace")] if namespace != "/" else []
        name = "_".join([*words, snake(event, "event")])
        definitions.append(writer.write_registered(given.take(name), use, names.server))
    if definitions:
        path = PurePosixPath(f"{names.handlers}.py")
        yield Module(path, _REGISTERED, "handlers", tuple(_with_logger(definitions)))


def _with_logger(definitions: list[Definition]) -> Iterator[Definition]:
    if any("logger." in each.source for each in definitions):
        yield LOGGER
    yield from definitions


def _types(found: Models, names: Names) -> Iterator[Module]:
    if found.definitions:
        path = PurePosixPath(f"{names.models}.py")
        yield Module(path, _MODELS, "types", found.definitions, (_FUTURE,))
