"""Rules about the functions that the document names: each can be imported."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from asynction_core.exceptions import SpecException
from asynction_core.handlers import Handler, import_handler
from asynction_core.lint.findings import Report
from asynction_core.schemes import SchemeCompiler, load_function
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
    for scheme in spec.security_schemes.values():
        _check_scheme(scheme, report)


def _check_scheme(scheme: SecurityScheme, report: Report) -> None:
    """Check the functions of *scheme* each by itself, so that both are told."""
    for part in (replace(scheme, scope_function=None), replace(scheme, info_function=None)):
        if part.info_function is None and part.scope_function is None and scheme.info_function:
            continue
        try:
            SchemeCompiler({part.name: part}, _load).requirements([{part.name: ()}])
        except SpecException as error:
            report.add_error("security-function", error)


def _load(scheme: SecurityScheme, path: HandlerPath | None) -> Handler:
    """Return the function at *path*; one that always fits where only the other is checked."""
    if path is None and scheme.scope_function is not None:
        return lambda *_arguments, **_keywords: None
    return load_function(scheme, path)


def _handlers(namespace: Namespace) -> Iterator[HandlerPath]:
    of_events = (event.handler for event in namespace.received.values())
    own = namespace.handlers
    found = (*of_events, own.connect, own.disconnect, own.error)
    return (handler for handler in found if handler is not None)
