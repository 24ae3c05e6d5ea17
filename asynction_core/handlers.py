"""Dotted paths to callables: ``pkg.module.function`` and ``pkg.module:object.attribute``."""

import importlib
import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
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


def components(handler: HandlerPath) -> tuple[list[str], list[str]]:
    """Return the names that the path of *handler* consists of, before and after a colon.

    :raises SpecException: it is not a dotted path.
    """
    module_path, colon, attributes = handler.path.partition(":")
    names = module_path.split(".")
    if not all(name.isidentifier() for name in [*names, *attributes.split(".")] if name or colon):
        raise _error(handler, "it is not a dotted path")
    if "" in names or (len(names) == 1 and not colon):
        raise _error(handler, "it names no module")
    return names, attributes.split(".") if colon else []


def _import_module(handler: HandlerPath) -> tuple[Any, list[str]]:
    """Import the longest module that the path begins with; return it and the rest of the path."""
    names, attributes = components(handler)
    colon = bool(attributes)
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
    return module, attributes


def _error(handler: HandlerPath, problem: str) -> SpecException:
    return SpecException(
        f"handler {handler.path!r}: {problem}",
        handler.place,
        "A handler is 'package.module.function' or 'package.module:object.method'.",
    )


def why_not(
    handler: Handler, arguments: Sequence[Any], keywords: Mapping[str, Any] | None = None
) -> str | None:
    """Return why *handler* cannot be called with these arguments; None where it can."""
    try:
        inspect.signature(handler).bind(*arguments, **(keywords or {}))
    except TypeError as error:
        return str(error)
    except ValueError:  # a builtin that does not tell its signature
        return None
    return None


def out_of_order(handler: Handler, names: Sequence[str]) -> str | None:
    """Return what *handler*, given arguments with these *names* in order, would mistake.

    A parameter that has one of the names gets the argument of another.
    """
    try:
        bound = inspect.signature(handler).bind_partial(*names).arguments
    except (TypeError, ValueError):
        return None
    mistaken = (
        f"{name!r} would be the {given}"
        for name, given in bound.items()
        if name in names and isinstance(given, str) and given != name
    )
    return next(mistaken, None)


def count_arguments(handler: Handler, most: int, by_name: Sequence[str] = ()) -> int:
    """Return how many of *most* positional arguments *handler* takes, at most *most*.

    :param by_name: parameters that are given by name, if at all.
    """
    try:
        parameters = inspect.signature(handler).parameters.values()
    except (TypeError, ValueError):
        return most
    if any(parameter.kind is parameter.VAR_POSITIONAL for parameter in parameters):
        return most
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    counted = (each for each in parameters if each.kind in kinds and each.name not in by_name)
    return min(most, len(list(counted)))


def takes(handler: Handler, name: str) -> bool:
    """Tell whether *handler* has a parameter that is called *name*."""
    parameter = _parameters(handler).get(name)
    return parameter is not None and parameter.kind in (
        inspect.Parameter.POSITIONAL_OR_KEYWORD,
        inspect.Parameter.KEYWORD_ONLY,
    )


def by_name(handler: Handler, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return those of *values* that *handler* takes by their names."""
    kinds = {parameter.kind for parameter in _parameters(handler).values()}
    anything = inspect.Parameter.VAR_KEYWORD in kinds
    return {name: value for name, value in values.items() if anything or takes(handler, name)}


def _parameters(handler: Handler) -> Mapping[str, inspect.Parameter]:
    try:
        return inspect.signature(handler).parameters
    except (TypeError, ValueError):
        return {}


@dataclass(frozen=True, slots=True)
class Call:
    """A function of the user's, and what to call it with. Its result may be awaitable."""

    function: Handler
    arguments: tuple[Any, ...] = field(repr=False)
    keywords: Mapping[str, Any] = field(repr=False)


class Caller:
    """Calls *function* with what its signature takes.

    :param count: how many positional arguments it is always given.
    :param documented: names of further arguments, in order. Each is given by its name where the
        function has a parameter of that name, else by position where it has one to fill.
    :param named: names of arguments that are only ever given by name.
    """

    def __init__(
        self, function: Handler, count: int, documented: Sequence[str], named: Sequence[str] = ()
    ) -> None:
        self.function = function
        parameters = _parameters(function)
        kinds = {parameter.kind for parameter in parameters.values()}
        anything = inspect.Parameter.VAR_POSITIONAL in kinds or not parameters
        by_name = [name for name in (*documented, *named) if takes(function, name)]
        if inspect.Parameter.VAR_KEYWORD in kinds and not anything:
            by_name = [*documented, *named]
        others = [name for name in documented if name not in by_name]
        waiting = sum(
            _must_be_filled(each) and each.name not in by_name for each in parameters.values()
        )
        self._positional = others if anything else others[: max(waiting - count, 0)]
        self._by_name = by_name

    def call(self, arguments: Sequence[Any], further: Mapping[str, Any]) -> Call:
        """Return the call with *arguments*, and those of *further* that the function takes."""
        return Call(
            self.function,
            (*arguments, *(further[name] for name in self._positional)),
            {name: further[name] for name in self._by_name},
        )


def _must_be_filled(parameter: inspect.Parameter) -> bool:
    positional = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return parameter.kind in positional and parameter.default is parameter.empty
