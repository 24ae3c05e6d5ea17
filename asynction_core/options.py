"""The options of a server, and the reading of its document."""

import gc
import inspect
import math
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from difflib import get_close_matches
from typing import Any

import engineio.base_server
import socketio.base_server

_SIMILAR = 0.75
"""How much alike two names are, from 0 to 1, where one may be a slip for the other."""


def _is_whole(value: Any) -> bool:
    return type(value) is int and value > 0


def _is_time(value: Any) -> bool:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number and 0 < value < math.inf


def _is_interval(value: Any) -> bool:
    """Tell whether python-engineio can take an interval, perhaps with its grace period, from it."""
    if not isinstance(value, tuple):
        return _is_time(value)
    return len(value) == 2 and _is_time(value[0]) and (value[1] == 0 or _is_time(value[1]))


def _is_switch(value: Any) -> bool:
    return isinstance(value, bool)


def _is_function(value: Any) -> bool:
    return value is None or callable(value)


_SWITCH = (_is_switch, "True or False")
_TIME = (_is_time, "a number of seconds greater than 0")
_VALUES: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    "validation": _SWITCH,
    "docs": _SWITCH,
    "check_formats": _SWITCH,
    "fast_path": _SWITCH,
    "default_error_handler": (_is_function, "a function"),
    "security_timeout": _TIME,
    "ping_timeout": _TIME,
    "ping_interval": (_is_interval, _TIME[1]),
    "max_http_buffer_size": (_is_whole, "a whole number greater than 0"),
}
"""What the value of an option must be, and that in words: another would be taken in silence."""


@contextmanager
def collector_paused() -> Iterator[None]:
    """Pause garbage collection: all that a document becomes is kept, so it would find nothing.

    Without the pause it walks the growing model again and again, a quarter of the loading time.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def check_values(**options: Any) -> None:
    """Raise for an option whose value would do something else than it says.

    :raises ValueError: naming the option, what it must be and what was found.
    """
    for name, value in options.items():
        holds, wanted = _VALUES.get(name, (None, ""))
        if holds is not None and not holds(value):
            raise ValueError(f"{name} must be {wanted}, not {value!r}")


def check_options(
    options: Mapping[str, Any],
    server: type,
    further: Collection[str] = (),
    elsewhere: Mapping[str, str] | None = None,
) -> None:
    """Raise for an option that python-engineio would ignore in silence, or that has no sense.

    :param server: the class that the options are given to.
    :param further: names of options that are known besides those of the two libraries.
    :param elsewhere: the options of others, and whose they are.
    :raises TypeError: there is no such option, or not here.
    :raises ValueError: there is, but its value cannot be.
    """
    if "namespaces" in options:
        raise TypeError("the namespaces are those of the document; leave 'namespaces' out")
    unknown = options.keys() - _of_the_libraries() - {*further}
    if unknown:
        owners = dict.fromkeys(options_of(server) | {*further}, "")
        owners |= dict.fromkeys(unknown & owners.keys(), "from_spec")
        owners |= elsewhere or {}
        raise misplaced(unknown, owners)
    check_values(**options)


def options_of(server: type) -> set[str]:
    """Return the names of all options that *server* can be made with, those of its bases too."""
    functions = [vars(each)["__init__"] for each in server.__mro__ if "__init__" in vars(each)]
    made = getattr(server, "from_spec", None)
    functions += [made] if made else []
    found = {name for each in functions for name in _optional(each)}
    return (found | _of_the_libraries()) - {"namespaces"}


def misplaced(names: Iterable[str], owners: Mapping[str, str]) -> TypeError:
    """Return the exception for options that there are not, or not here.

    :param owners: the options that there are, and whose; those without an owner are wanted here.
    """
    return TypeError("\n".join(_problem(name, owners) for name in sorted(names)))


def _of_the_libraries() -> set[str]:
    bases = (socketio.base_server.BaseServer, engineio.base_server.BaseServer)
    found = {name for each in bases for name in _optional(each.__init__)}
    return found | {"engineio_logger"}


def _optional(function: Any) -> Iterator[str]:
    for parameter in inspect.signature(function).parameters.values():
        if parameter.default is not parameter.empty:
            yield parameter.name


def _problem(name: str, owners: Mapping[str, str]) -> str:
    if name in owners:
        return f"{name!r} is an option of {owners[name]}"
    similar = get_close_matches(name, owners, 1, _SIMILAR)
    if not similar:
        return f"there is no option {name!r}"
    owner = owners[similar[0]]
    whose = f", an option of {owner}" if owner else ""
    return f"there is no option {name!r}; did you mean {similar[0]!r}{whose}?"
