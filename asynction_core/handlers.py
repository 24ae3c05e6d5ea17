"""Dotted paths to callables: ``pkg.module.function`` and ``pkg.module:object.attribute``."""

import importlib
import inspect
from collections.abc import Callable, Sequence
from typing import Any

from asynction_core.exceptions import SpecException
from asynction_core.spec.model import HandlerPath

Handler = Callable[..., Any]


def import_handler(handler: HandlerPath) -> Handler:
    """Return the callable at *handler*.

    :raises SpecException: it cannot be imported or called. A failure inside of the module is
        the cause of the exception.
    """
    found, rest = _import_module(handler)
    for attribute in rest:
        try:
            found = getattr(found, attribute)
        except AttributeError as error:
            name = getattr(found, "__name__", repr(found))
            raise _error(handler, f"{name!r} has no attribute {attribute!r}") from error
    if not callable(found):
        raise _error(handler, f"it is not callable, but {type(found).__name__}")
    called: Handler = found
    return called


def _import_module(handler: HandlerPath) -> tuple[Any, list[str]]:
    """Import the longest module that the path begins with; return it and the rest of the path."""
    module_path, colon, attributes = handler.path.partition(":")
    names = module_path.split(".")
    if not all(name.isidentifier() for name in [*names, *attributes.split(".")] if name or colon):
        raise _error(handler, "it is not a dotted path")
    if "" in names or (len(names) == 1 and not colon):
        raise _error(handler, "it names no module")
    module: Any = None
    for depth in range(1, len(names) + 1):
        if module is not None and not colon and not hasattr(module, "__path__"):
            return module, names[depth - 1 :]
        name = ".".join(names[:depth])
        try:
            module = importlib.import_module(name)
        except ModuleNotFoundError as error:
            if error.name != name:
                raise _error(handler, f"importing {name!r} failed: {error}") from error
            if module is None or colon:
                raise _error(handler, f"there is no module {name!r} on sys.path") from error
            return module, names[depth - 1 :]
        except Exception as error:
            problem = f"importing {name!r} failed: {type(error).__name__}: {error}"
            raise _error(handler, problem) from error
    return module, attributes.split(".") if colon else []


def _error(handler: HandlerPath, problem: str) -> SpecException:
    return SpecException(
        f"handler {handler.path!r}: {problem}",
        handler.place,
        "A handler is 'package.module.function' or 'package.module:object.method'.",
    )


def why_not(handler: Handler, arguments: Sequence[Any]) -> str | None:
    """Return why *handler* cannot be called with *arguments*; None where it can."""
    try:
        inspect.signature(handler).bind(*arguments)
    except TypeError as error:
        return str(error)
    except ValueError:  # a builtin that does not tell its signature
        return None
    return None


def count_arguments(handler: Handler, most: int) -> int:
    """Return how many of *most* positional arguments *handler* takes, at most *most*."""
    try:
        parameters = inspect.signature(handler).parameters.values()
    except (TypeError, ValueError):
        return most
    if any(parameter.kind is parameter.VAR_POSITIONAL for parameter in parameters):
        return most
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return min(most, sum(parameter.kind in kinds for parameter in parameters))
