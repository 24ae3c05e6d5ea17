"""Rules about the functions that the document names: each can be imported."""

from collections.abc import Iterable, Iterator

from asynction_core.exceptions import SpecException
from asynction_core.handlers import import_handler
from asynction_core.lint.findings import Report
from asynction_core.schemes import SchemeCompiler
from asynction_core.spec.model import HandlerPath, Namespace, SecurityScheme, Spec


def check_handlers(namespaces: Iterable[Namespace], report: Report) -> None:
    """Add each handler of *namespaces* that cannot be imported."""
    for namespace in namespaces:
        for handler in _handlers(namespace):
            try:
                import_handler(handler)
            except SpecException as error:
                report.add_error("handler", error)


def check_security(spec: Spec, report: Report) -> None:
    """Add each security scheme that is required and whose functions cannot be had."""
    compiler = SchemeCompiler(spec.security_schemes)
    for scheme in spec.security_schemes.values():
        _check_scheme(scheme, compiler, report)


def _check_scheme(scheme: SecurityScheme, compiler: SchemeCompiler, report: Report) -> None:
    try:
        compiler.requirements([{scheme.name: ()}])
    except SpecException as error:
        report.add_error("security-function", error)


def _handlers(namespace: Namespace) -> Iterator[HandlerPath]:
    of_events = (event.handler for event in namespace.received.values())
    own = namespace.handlers
    found = (*of_events, own.connect, own.disconnect, own.error)
    return (handler for handler in found if handler is not None)
