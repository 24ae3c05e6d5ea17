"""Where the document says that handlers are, as modules and names in them."""

import sys
import sysconfig
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path, PurePosixPath

from asynction_core.exceptions import SpecException
from asynction_core.handlers import components
from asynction_core.spec.model import HandlerPath


@dataclass(frozen=True, slots=True)
class Target:
    """A callable to write: its module, and its name there, dotted inside of a class."""

    module: tuple[str, ...]
    name: str


def target(handler: HandlerPath) -> Target:
    """Return where *handler* is to be written.

    ``pkg.module.Class.method`` is a method, as the capital tells.

    :raises SpecException: it is not a dotted path, or one too deep to write.
    """
    module, attributes = components(handler)
    if not attributes:
        capital = (at for at, name in enumerate(module) if at and name[:1].isupper())
        end = next(capital, len(module) - 1)
        module, attributes = module[:end], module[end:]
    if len(attributes) > 2:
        raise SpecException(
            f"handler {handler.path!r}: it is too deep inside of its module to be written",
            handler.place,
            "A handler is 'package.module.function' or 'package.module:object.method'.",
        )
    return Target(tuple(module), ".".join(attributes))


def check_targets(targets: Iterable[tuple[HandlerPath, Target]]) -> None:
    """Raise ``SpecException`` if a handler would be a module, too."""
    listed = list(targets)
    modules = {
        found.module[:depth] for _, found in listed for depth in range(1, len(found.module) + 1)
    }
    for handler, found in listed:
        if (*found.module, *found.name.split(".")[:1]) in modules:
            raise SpecException(
                f"handler {handler.path!r}: another handler is in a module of that name",
                handler.place,
                "Rename one of them.",
            )


def is_foreign(handler: HandlerPath) -> bool:
    """Tell whether *handler* is another package's: Python's, or one that is installed."""
    top = components(handler)[0][0]
    if top in sys.stdlib_module_names or top.startswith("asynction"):
        return True
    try:
        spec = find_spec(top)
    except (ImportError, ValueError):
        return False
    places = [*(spec.submodule_search_locations or ()), spec.origin or ""] if spec else []
    paths = sysconfig.get_paths()
    installed = [Path(paths[key]).resolve() for key in ("purelib", "platlib", "stdlib")]
    return any(Path(at).resolve().is_relative_to(each) for at in places if at for each in installed)


def module_path(module: Iterable[str], is_package: bool) -> PurePosixPath:
    """Return the path of the file of *module*."""
    path = PurePosixPath(*module)
    return path / "__init__.py" if is_package else path.with_name(f"{path.name}.py")
